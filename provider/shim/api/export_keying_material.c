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
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <string.h>

/* Both randoms as the native functions take them.  Bounds of the native interface. */
enum { RANDOMS_LEN = 2 * SSLP_RANDOM_LEN, MAX_LABEL = 65534, MAX_EXPORT = 65535 };

/* Bytes of an EAP key block. */
enum { EAP_KEYS_LEN = 128, EAP_IV_LEN = 64, EAP_LEN = EAP_KEYS_LEN + EAP_IV_LEN };

/* Seed and label of one derivation. */
struct material {
    struct sslp_bytes label;
    const uint8_t *client_random; /* SSLP_RANDOM_LEN bytes each; NULL: TLS 1.3 has none */
    const uint8_t *server_random;
    struct sslp_bytes context; /* data NULL: none */
};

/* With a secret that `params` has already. */
static SECURITY_STATUS derive_material(const struct sslp_secret_object *master,
    struct sslp_params *params, const struct material *material, uint8_t *out, size_t out_len)
{
    sslp_add_octets(params, SSLPROVIDER_PARAM_LABEL, material->label);
    if (material->client_random != NULL)
        sslp_add_randoms(params, material->client_random, material->server_random);
    if (material->context.data != NULL)
        sslp_add_octets(params, SSLPROVIDER_PARAM_CONTEXT, material->context);
    return sslp_backend_derive(
        master->backend, SSLP_KDF_KEYING_MATERIAL, params, out, out_len, NTE_INTERNAL_ERROR);
}

static SECURITY_STATUS derive_from_secret(const struct sslp_secret_object *master,
    const struct material *material, uint8_t *out, size_t out_len)
{
    struct sslp_params params = {0};

    sslp_add_number(&params, SSLPROVIDER_PARAM_HANDLE, &master->key_handle);
    return derive_material(master, &params, material, out, out_len);
}

/* With the PRF of the master key's protocol and suite, but an empty secret. */
static SECURITY_STATUS derive_without_secret(const struct sslp_secret_object *master,
    const struct material *material, uint8_t *out, size_t out_len)
{
    struct sslp_params params = {0};

    sslp_add_octets(&params, SSLPROVIDER_PARAM_SECRET, sslp_bytes("", 0));
    sslp_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, master->protocol->name);
    sslp_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, master->suite->name);
    return derive_material(master, &params, material, out, out_len);
}

/* The stream of TLS's own key block, which no label of an exporter gives. */
static SECURITY_STATUS derive_key_block(
    const struct sslp_secret_object *master, const uint8_t *randoms, uint8_t *out, size_t out_len)
{
    struct sslp_params params = {0};

    sslp_add_number(&params, SSLPROVIDER_PARAM_HANDLE, &master->key_handle);
    sslp_add_randoms(&params, randoms, randoms + SSLP_RANDOM_LEN);
    sslp_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_KEY_BLOCK);
    return sslp_backend_derive(
        master->backend, SSLP_KDF_SESSION_KEYS, &params, out, out_len, NTE_INTERNAL_ERROR);
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
    const struct material material = {
        sslp_text(method->label), randoms, randoms + SSLP_RANDOM_LEN, sslp_bytes(NULL, 0)};
    SECURITY_STATUS status = derive_from_secret(master, &material, block, EAP_KEYS_LEN);

    if (status == ERROR_SUCCESS && method->iv_block)
        status = derive_without_secret(master, &material, block + EAP_KEYS_LEN, EAP_IV_LEN);
    return status;
}

/* The session_key_seed of EAP-FAST is the 40 bytes after the cipher's keys (RFC 4851 section 5.1).
 * It may lie beyond the first 128 bytes, and in suites with AES-256-CBC and SHA-384 beyond all. */
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

    if (master->kind != NCRYPTSSL_KIND_MASTER_KEY)
        return NTE_INVALID_HANDLE;
    if (result == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags >= sizeof(eap_methods) / sizeof(eap_methods[0]))
        return NTE_BAD_FLAGS;
    if (randoms_len != RANDOMS_LEN || sslp_protocol_is_ssl3(master->protocol))
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
    struct sslp_call call = {.result_len = pcbResult,
        .provider = hSslProvider,
        .key = hMasterKey,
        .key_kinds = SSLP_KIND(SSLP_OBJECT_SECRET)};

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        eap_key_block(call.secret, pbRandoms, cbRandoms, pbOutput, cbOutput, pcbResult, dwFlags));
}

/* What is checked before the key's kind. */
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
    const size_t hash_len = sslp_hash_id_size(exporter->suite->prf_hash);

    if (randoms.data != NULL || randoms.len != 0 || material->label.len > SSLP_MAX_TLS13_LABEL ||
        output_len > SSLP_HKDF_MAX_BLOCKS * hash_len)
        return NTE_INVALID_PARAMETER;
    return derive_from_secret(exporter, material, output, output_len);
}

/* `master` is NULL for a key of another kind. */
static SECURITY_STATUS export_checked_material(const struct sslp_secret_object *master,
    struct material *material, struct sslp_bytes randoms, uint8_t *output, DWORD output_len)
{
    if (master == NULL)
        return NTE_INVALID_HANDLE;
    if (master->kind == NCRYPTSSL_KIND_EXPORTER_SECRET)
        return export_material_tls13(master, material, randoms, output, output_len);
    if (master->kind != NCRYPTSSL_KIND_MASTER_KEY)
        return NTE_INVALID_HANDLE;
    if (sslp_protocol_is_ssl3(master->protocol))
        return NTE_NOT_SUPPORTED;
    if (randoms.data == NULL || randoms.len != RANDOMS_LEN)
        return NTE_INVALID_PARAMETER;
    if (sslp_protocol_reserves_label(material->label, randoms.data))
        return NTE_INVALID_PARAMETER;
    material->client_random = randoms.data;
    material->server_random = randoms.data + SSLP_RANDOM_LEN;
    return derive_from_secret(master, material, output, output_len);
}

SECURITY_STATUS WINAPI SslExportKeyingMaterial(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, PCHAR sLabel, PBYTE pbRandoms, DWORD cbRandoms,
    PBYTE pbContextValue, WORD cbContextValue, PBYTE pbOutput, DWORD cbOutput, DWORD dwFlags)
{
    struct material material = {.context = sslp_bytes(pbContextValue, cbContextValue)};
    struct sslp_call call = {
        .provider = hSslProvider, .key = hMasterKey, .key_kinds = SSLP_ANY_KEY};
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (sLabel != NULL)
        material.label = sslp_bytes(sLabel, strnlen(sLabel, MAX_LABEL + 1));
    status = check_export(&material, pbOutput, cbOutput, dwFlags);
    if (status == ERROR_SUCCESS)
        status = export_checked_material(
            call.secret, &material, sslp_bytes(pbRandoms, cbRandoms), pbOutput, cbOutput);
    return sslp_call_end(&call, status);
}
