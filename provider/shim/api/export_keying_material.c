/* SPDX-License-Identifier: Apache-2.0
 *
 * SslExportKeyingMaterial and SslComputeEapKeyBlock: keys for protocols on top of TLS, by the KDF
 * SSL-KEYING-MATERIAL and the master key's handle; for EAP-FAST, by SSL-SESSION-KEYS.
 */
#include "base/bytes.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/core/ossl_params.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <string.h>

enum { RANDOM_LEN = 32, RANDOMS_LEN = 2 * RANDOM_LEN, MAX_LABEL = 65534, MAX_EXPORT = 65535 };
enum { MAX_TLS13_LABEL = 249, MAX_TLS13_HASHES = 255 };

/* Bytes of an EAP key block. */
enum { EAP_KEYS_LEN = 128, EAP_IV_LEN = 64, EAP_LEN = EAP_KEYS_LEN + EAP_IV_LEN };

/* Seed and label of one derivation. */
struct material {
    struct sslp_bytes label;
    const uint8_t *client_random; /* RANDOM_LEN bytes each; NULL: TLS 1.3 has none */
    const uint8_t *server_random;
    struct sslp_bytes context; /* data NULL: none */
};

enum { SECRET_PARAMS = 3, MATERIAL_PARAMS = 5 };

/* At most MATERIAL_PARAMS parameters, of which the last ends the list. */
static void describe(const struct material *material, OSSL_PARAM *params)
{
    size_t n = 0;

    params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_LABEL, material->label);
    if (material->client_random != NULL) {
        params[n++] = sslp_params_octets(
            SSLPROVIDER_PARAM_CLIENT_RANDOM, sslp_bytes(material->client_random, RANDOM_LEN));
        params[n++] = sslp_params_octets(
            SSLPROVIDER_PARAM_SERVER_RANDOM, sslp_bytes(material->server_random, RANDOM_LEN));
    }
    if (material->context.data != NULL)
        params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_CONTEXT, material->context);
    params[n] = OSSL_PARAM_construct_end();
}

static SECURITY_STATUS derive(const struct sslp_secret_object *master,
    const struct material *material, uint8_t *out, size_t out_len)
{
    uint64_t handle = master->key_handle;
    OSSL_PARAM params[1 + MATERIAL_PARAMS] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle)};

    describe(material, params + 1);
    return sslp_backend_derive(
        master->backend, SSLP_KDF_KEYING_MATERIAL, params, out, out_len, NTE_INTERNAL_ERROR);
}

/* With the PRF of the master key's protocol and suite, but an empty secret. */
static SECURITY_STATUS derive_without_secret(const struct sslp_secret_object *master,
    const struct material *material, uint8_t *out, size_t out_len)
{
    OSSL_PARAM params[SECRET_PARAMS + MATERIAL_PARAMS] = {
        sslp_params_octets(SSLPROVIDER_PARAM_SECRET, sslp_bytes("", 0)),
        sslp_params_text(
            SSLPROVIDER_PARAM_PROTOCOL, sslp_protocol_by_version(master->protocol)->name),
        sslp_params_text(
            SSLPROVIDER_PARAM_CIPHER_SUITE, sslp_suite_by_id(master->cipher_suite)->name),
    };

    describe(material, params + SECRET_PARAMS);
    return sslp_backend_derive(
        master->backend, SSLP_KDF_KEYING_MATERIAL, params, out, out_len, NTE_INTERNAL_ERROR);
}

/* The stream of TLS's own key block: no label of an exporter reaches it. */
static SECURITY_STATUS derive_key_block(
    const struct sslp_secret_object *master, const uint8_t *randoms, uint8_t *out, size_t out_len)
{
    uint64_t handle = master->key_handle;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        sslp_params_octets(SSLPROVIDER_PARAM_CLIENT_RANDOM, sslp_bytes(randoms, RANDOM_LEN)),
        sslp_params_octets(
            SSLPROVIDER_PARAM_SERVER_RANDOM, sslp_bytes(randoms + RANDOM_LEN, RANDOM_LEN)),
        sslp_params_text(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_KEY_BLOCK),
        OSSL_PARAM_construct_end(),
    };

    return sslp_backend_derive(
        master->backend, SSLP_KDF_SESSION_KEYS, params, out, out_len, NTE_INTERNAL_ERROR);
}

/* By NCRYPT_SSL_EAP_*_ID. */
static const struct eap_method {
    const char *label; /* NULL: EAP-FAST goes on in the stream of the key block */
    bool iv_block;     /* RFC 5216 section 2.3: made with an empty secret; or else zeros */
} eap_methods[] = {
    [NCRYPT_SSL_EAP_ID] = {"client EAP encryption", true},
    [NCRYPT_SSL_EAP_TTLSV0_ID] = {"ttls keying material", false},
    [NCRYPT_SSL_EAP_TTLSV0_CHLNG_ID] = {"ttls challenge", false},
    [NCRYPT_SSL_EAP_FAST_ID] = {NULL, false},
};

static SECURITY_STATUS derive_eap_keys(const struct sslp_secret_object *master,
    const struct eap_method *method, const uint8_t *randoms, uint8_t block[EAP_LEN])
{
    const struct material material = {sslp_bytes(method->label, strlen(method->label)), randoms,
        randoms + RANDOM_LEN, sslp_bytes(NULL, 0)};
    SECURITY_STATUS status = derive(master, &material, block, EAP_KEYS_LEN);

    if (status == ERROR_SUCCESS && method->iv_block)
        status = derive_without_secret(master, &material, block + EAP_KEYS_LEN, EAP_IV_LEN);
    return status;
}

/* The session key seed of EAP-FAST are the 40 bytes after the cipher's keys (RFC 4851 section 5.1):
 * they may lie beyond the first 128 bytes, and in the suites with AES-256-CBC and SHA-384 even
 * beyond all. */
static SECURITY_STATUS make_eap_block(const struct sslp_secret_object *master,
    const struct eap_method *method, const uint8_t *randoms, uint8_t *output)
{
    uint8_t block[EAP_LEN] = {0};
    const SECURITY_STATUS status = method->label == NULL
        ? derive_key_block(master, randoms, block, sizeof(block))
        : derive_eap_keys(master, method, randoms, block);

    if (status == ERROR_SUCCESS)
        memcpy(output, block, sizeof(block));
    OPENSSL_cleanse(block, sizeof(block));
    return status;
}

static SECURITY_STATUS eap_key_block(const struct sslp_secret_object *master,
    const uint8_t *randoms, DWORD randoms_len, PBYTE output, DWORD output_len, DWORD *result,
    DWORD flags)
{
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (result == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags >= sizeof(eap_methods) / sizeof(eap_methods[0]))
        return NTE_BAD_FLAGS;
    if (randoms_len != RANDOMS_LEN ||
        sslp_protocol_is_ssl3(sslp_protocol_by_version(master->protocol)))
        return NTE_INVALID_PARAMETER;
    if (output != NULL && output_len < EAP_LEN)
        status = NTE_BUFFER_TOO_SMALL;
    else if (output != NULL && randoms == NULL)
        return NTE_INVALID_PARAMETER;
    else if (output != NULL)
        status = make_eap_block(master, &eap_methods[flags], randoms, output);
    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        *result = EAP_LEN;
    return status;
}

SECURITY_STATUS WINAPI SslComputeEapKeyBlock(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, PBYTE pbRandoms, DWORD cbRandoms, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags)
{
    struct sslp_secret_object *master;
    SECURITY_STATUS status = NTE_INVALID_HANDLE;

    if (pcbResult != NULL)
        *pcbResult = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    master = sslp_object_acquire(hMasterKey, SSLP_OBJECT_SECRET);
    if (master == NULL)
        return NTE_INVALID_HANDLE;
    if (master->kind == NCRYPTSSL_KIND_MASTER_KEY)
        status =
            eap_key_block(master, pbRandoms, cbRandoms, pbOutput, cbOutput, pcbResult, dwFlags);
    sslp_object_release(hMasterKey);
    return status;
}

/* What is looked at before the key's kind. */
static SECURITY_STATUS check_export(
    const struct material *material, const uint8_t *output, DWORD output_len, DWORD flags)
{
    if (material->label.data == NULL || material->label.len > MAX_LABEL ||
        (material->context.data == NULL && material->context.len != 0) || output == NULL ||
        output_len == 0 || output_len > MAX_EXPORT)
        return NTE_INVALID_PARAMETER;
    return flags == 0 ? ERROR_SUCCESS : NTE_BAD_FLAGS;
}

/* RFC 8446 section 7.5, whose HKDF-Expand-Label bounds label and output. */
static SECURITY_STATUS export_material_tls13(const struct sslp_secret_object *exporter,
    const struct material *material, struct sslp_bytes randoms, uint8_t *output, DWORD output_len)
{
    const size_t hash_len = sslp_hash_id_size(sslp_suite_by_id(exporter->cipher_suite)->prf_hash);

    if (randoms.data != NULL || randoms.len != 0 || material->label.len > MAX_TLS13_LABEL ||
        output_len > MAX_TLS13_HASHES * hash_len)
        return NTE_INVALID_PARAMETER;
    return derive(exporter, material, output, output_len);
}

/* `master` is NULL for a key that is no secret. */
static SECURITY_STATUS export_material(const struct sslp_secret_object *master,
    struct material *material, struct sslp_bytes randoms, uint8_t *output, DWORD output_len)
{
    if (master == NULL)
        return NTE_INVALID_HANDLE;
    if (master->kind == NCRYPTSSL_KIND_EXPORTER_SECRET)
        return export_material_tls13(master, material, randoms, output, output_len);
    if (master->kind != NCRYPTSSL_KIND_MASTER_KEY)
        return NTE_INVALID_HANDLE;
    if (sslp_protocol_is_ssl3(sslp_protocol_by_version(master->protocol)))
        return NTE_NOT_SUPPORTED;
    if (randoms.data == NULL || randoms.len != RANDOMS_LEN)
        return NTE_INVALID_PARAMETER;
    if (sslp_protocol_reserves_label(material->label, randoms.data))
        return NTE_INVALID_PARAMETER;
    material->client_random = randoms.data;
    material->server_random = randoms.data + RANDOM_LEN;
    return derive(master, material, output, output_len);
}

SECURITY_STATUS WINAPI SslExportKeyingMaterial(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, PCHAR sLabel, PBYTE pbRandoms, DWORD cbRandoms,
    PBYTE pbContextValue, WORD cbContextValue, PBYTE pbOutput, DWORD cbOutput, DWORD dwFlags)
{
    struct material material = {.context = sslp_bytes(pbContextValue, cbContextValue)};
    struct sslp_secret_object *master;
    SECURITY_STATUS status;

    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER) || !sslp_object_is_key(hMasterKey))
        return NTE_INVALID_HANDLE;
    if (sLabel != NULL)
        material.label = sslp_bytes(sLabel, strnlen(sLabel, MAX_LABEL + 1));
    status = check_export(&material, pbOutput, cbOutput, dwFlags);
    if (status != ERROR_SUCCESS)
        return status;
    master = sslp_object_acquire(hMasterKey, SSLP_OBJECT_SECRET);
    status =
        export_material(master, &material, sslp_bytes(pbRandoms, cbRandoms), pbOutput, cbOutput);
    if (master != NULL)
        sslp_object_release(hMasterKey);
    return status;
}
