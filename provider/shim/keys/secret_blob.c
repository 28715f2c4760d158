/* SPDX-License-Identifier: Apache-2.0
 *
 * A raw secret becomes a key object of the OpenSSL provider; the shim keeps no copy of it.
 */
#include "shim/keys/key_blob.h"

#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/errors.h"
#include "shim/core/ossl_params.h"
#include "shim/keys/secret.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <string.h>

enum { MASTER_KEY_LEN = 48, MAX_PSK_LEN = 512 };

/* Kinds of the blob, and what the OpenSSL provider calls them. */
static const struct {
    DWORD kind;
    const char *name;
} kinds[] = {
    {NCRYPTSSL_KIND_MASTER_KEY, SSLPROVIDER_KIND_MASTER_SECRET},
    {NCRYPTSSL_KIND_EARLY_SECRET, SSLPROVIDER_KIND_EARLY_SECRET},
    {NCRYPTSSL_KIND_HANDSHAKE_SECRET, SSLPROVIDER_KIND_HANDSHAKE_SECRET},
    {NCRYPTSSL_KIND_MASTER_SECRET, SSLPROVIDER_KIND_TLS13_MASTER},
    {NCRYPTSSL_KIND_TRAFFIC_SECRET, SSLPROVIDER_KIND_TRAFFIC_SECRET},
    {NCRYPTSSL_KIND_EXPORTER_SECRET, SSLPROVIDER_KIND_EXPORTER_SECRET},
    {NCRYPTSSL_KIND_RESUMPTION_SECRET, SSLPROVIDER_KIND_RESUMPTION_SECRET},
    {NCRYPTSSL_KIND_BINDER_KEY, SSLPROVIDER_KIND_BINDER_KEY},
    {NCRYPTSSL_KIND_PRE_SHARED_KEY, SSLPROVIDER_KIND_PRE_SHARED_KEY},
};

static const char *kind_name(DWORD kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].kind == kind)
            return kinds[i].name;
    }
    return NULL;
}

/* What is wrong with the blob whatever protocol and suite it names. */
static bool is_well_formed(const NCRYPTSSL_SECRET_BLOB_HEADER *header, size_t blob_len)
{
    const DWORD sides = NCRYPT_SSL_CLIENT_FLAG | NCRYPT_SSL_SERVER_FLAG;
    const DWORD side = header->dwFlags & sides;

    return header->cbLength == blob_len && header->cbSecret == blob_len - sizeof(*header) &&
        header->dwMagic == NCRYPTSSL_SECRET_MAGIC && kind_name(header->dwKind) != NULL &&
        (side == NCRYPT_SSL_CLIENT_FLAG || side == NCRYPT_SSL_SERVER_FLAG) &&
        (header->dwFlags & ~(sides | (DWORD)NCRYPTSSL_ENCRYPT_THEN_MAC)) == 0;
}

/* Kinds, flags and lengths that the protocol and the suite do not have. */
static bool fits(const NCRYPTSSL_SECRET_BLOB_HEADER *header, const struct sslp_protocol *protocol,
    const struct sslp_suite *suite)
{
    /* RFC 7366 is a TLS extension, and TLS 1.3 has no use for it. */
    if ((header->dwFlags & NCRYPTSSL_ENCRYPT_THEN_MAC) != 0 &&
        (protocol->prf == SSLP_PRF_SSL3 || protocol->prf == SSLP_PRF_TLS13))
        return false;
    if (header->dwKind == NCRYPTSSL_KIND_MASTER_KEY)
        return protocol->prf != SSLP_PRF_TLS13 && header->cbSecret == MASTER_KEY_LEN;
    if (protocol->prf != SSLP_PRF_TLS13)
        return false;
    if (header->dwKind == NCRYPTSSL_KIND_PRE_SHARED_KEY)
        return header->cbSecret >= 1 && header->cbSecret <= MAX_PSK_LEN;
    return header->cbSecret == sslp_hash_id_size(suite->prf);
}

static EVP_PKEY *make_key(OSSL_LIB_CTX *libctx, const NCRYPTSSL_SECRET_BLOB_HEADER *header,
    const struct sslp_protocol *protocol, const struct sslp_suite *suite, const uint8_t *secret)
{
    /* Of what can be imported a log shows master keys alone. */
    int exportable = header->dwKind == NCRYPTSSL_KIND_MASTER_KEY && sslp_key_log_enabled();
    OSSL_PARAM params[] = {
        sslp_params_octets(SSLPROVIDER_PARAM_SECRET, sslp_bytes(secret, header->cbSecret)),
        sslp_params_text(SSLPROVIDER_PARAM_KIND, kind_name(header->dwKind)),
        sslp_params_text(SSLPROVIDER_PARAM_PROTOCOL, protocol->name),
        sslp_params_text(SSLPROVIDER_PARAM_CIPHER_SUITE, suite->name),
        sslp_params_text(SSLPROVIDER_PARAM_ROLE,
            (header->dwFlags & NCRYPT_SSL_CLIENT_FLAG) != 0 ? SSLPROVIDER_ROLE_CLIENT
                                                            : SSLPROVIDER_ROLE_SERVER),
        OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &exportable),
        OSSL_PARAM_construct_end(),
    };

    return sslp_secret_key_from(libctx, params);
}

SECURITY_STATUS sslp_secret_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    NCRYPTSSL_SECRET_BLOB_HEADER header;
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    SECURITY_STATUS status;
    unsigned long errors;
    EVP_PKEY *key;

    *handle = 0;
    if (blob.len < sizeof(header))
        return NTE_BAD_DATA;
    memcpy(&header, blob.data, sizeof(header)); /* the blob need not be aligned */
    if (!is_well_formed(&header, blob.len))
        return NTE_BAD_DATA;
    if (!sslp_backend_find_suite(
            backend, header.dwProtocol, header.dwCipherSuite, &protocol, &suite))
        return NTE_NOT_SUPPORTED;
    if (!fits(&header, protocol, suite))
        return NTE_BAD_DATA;
    errors = sslp_errors_begin();
    key = make_key(backend->libctx, &header, protocol, suite, blob.data + sizeof(header));
    /* What is left to go wrong: hashes that are not there. */
    status = key == NULL
        ? sslp_errors_refusal(NTE_NOT_SUPPORTED)
        : sslp_secret_new(backend,
              &(struct sslp_secret_attributes){header.dwKind, header.dwFlags, protocol, suite}, key,
              handle);
    return sslp_errors_end(errors, status);
}
