/* SPDX-License-Identifier: Apache-2.0
 *
 * SslOpenPrivateKey and NcryptsslAttachPrivateKey, the extension that gives it keys.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "shim/keys/groups.h"
#include "shim/keys/private_key.h"
#include "shim/keys/public_key.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <string.h>

/* Algorithms of a certificate's key that the interface can sign or decrypt with. */
static const char *const algorithms[] = {"RSA", "RSA-PSS", "EC", "DSA"};

static bool is_usable(const EVP_PKEY *key)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        if (sslp_public_is_a(key, algorithms[i]))
            return true;
    }
    return false;
}

static DWORD find_group(const EVP_PKEY *key)
{
    char name[64], identifier[64];
    const ASN1_OBJECT *curve;

    if (EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) <= 0)
        return 0;
    curve = OBJ_nid2obj(OBJ_txt2nid(name));
    if (OBJ_obj2txt(identifier, sizeof(identifier), curve, 1) <= 0)
        return 0;
    for (size_t i = 0; i < sslp_curve_count; i++) {
        if (sslp_curves[i].oid[0] != '\0' && strcmp(sslp_curves[i].oid, identifier) == 0)
            return sslp_curves[i].group;
    }
    return 0;
}

/* The TLS named group of a key on an elliptic curve, which libcrypto knows by other names; 0 for
 * any other key, and for a curve without an identifier in the table.  False for lack of memory. */
static bool group_of(const EVP_PKEY *key, DWORD *group)
{
    const unsigned long errors = sslp_errors_begin();

    *group = find_group(key);
    return sslp_errors_end(errors, *group == 0 ? NTE_NOT_SUPPORTED : ERROR_SUCCESS) !=
        NTE_NO_MEMORY;
}

/* Of a CERT_CONTEXT only the encoded certificate counts. */
static bool has_certificate(PCCERT_CONTEXT context)
{
    return context != NULL && context->pbCertEncoded != NULL && context->cbCertEncoded != 0;
}

static SECURITY_STATUS open_key(
    struct sslp_backend *backend, NCRYPT_KEY_HANDLE *handle, PCCERT_CONTEXT context, DWORD flags)
{
    SECURITY_STATUS status;
    DWORD group;
    EVP_PKEY *key;

    if (handle == NULL || !has_certificate(context))
        return NTE_INVALID_PARAMETER;
    if ((flags & ~(DWORD)NCRYPT_SILENT_FLAG) != 0)
        return NTE_BAD_FLAGS;
    status = sslp_private_key_find(
        backend, sslp_bytes(context->pbCertEncoded, context->cbCertEncoded), &key);
    if (status != ERROR_SUCCESS)
        return status;
    if (!is_usable(key)) {
        EVP_PKEY_free(key);
        return NTE_NOT_SUPPORTED;
    }
    if (!group_of(key, &group)) {
        EVP_PKEY_free(key);
        return NTE_NO_MEMORY;
    }
    return sslp_asymmetric_object_new(backend, SSLP_OBJECT_PRIVATE_KEY, key, true, group, handle);
}

SECURITY_STATUS WINAPI SslOpenPrivateKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phPrivateKey, PCCERT_CONTEXT pCertContext, DWORD dwFlags)
{
    struct sslp_call call = {.results = {phPrivateKey}, .provider = hSslProvider};

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, open_key(call.backend, phPrivateKey, pCertContext, dwFlags));
}

SECURITY_STATUS WINAPI NcryptsslAttachPrivateKey(NCRYPT_PROV_HANDLE hSslProvider,
    PCCERT_CONTEXT pCertContext, const BYTE *pbKey, DWORD cbKey, DWORD dwFlags)
{
    struct sslp_call call = {.provider = hSslProvider};
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (!has_certificate(pCertContext) || pbKey == NULL || cbKey == 0)
        status = NTE_INVALID_PARAMETER;
    else if (dwFlags != 0)
        status = NTE_BAD_FLAGS;
    else
        status = sslp_private_key_attach(call.backend,
            sslp_bytes(pCertContext->pbCertEncoded, pCertContext->cbCertEncoded),
            sslp_bytes(pbKey, cbKey));
    return sslp_call_end(&call, status);
}
