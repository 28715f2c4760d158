/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

OSSL_LIB_CTX *libctx;
EVP_KDF *secret_kdf, *finished_kdf, *material_kdf, *keys_kdf;
const char *trial_protocol = SSLPROVIDER_PROTOCOL_TLS1_3;

int open_kdfs(void)
{
    libctx = support_context_new("");
    if (libctx == NULL)
        return 1;
    secret_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_TRAFFIC_SECRET, NULL);
    finished_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_FINISHED, NULL);
    material_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_KEYING_MATERIAL, NULL);
    keys_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, NULL);
    return secret_kdf == NULL || finished_kdf == NULL || material_kdf == NULL || keys_kdf == NULL;
}

int close_kdfs(void)
{
    EVP_KDF_free(secret_kdf);
    EVP_KDF_free(finished_kdf);
    EVP_KDF_free(material_kdf);
    EVP_KDF_free(keys_kdf);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

bool run_call(EVP_KDF *kdf, struct call *call, void *out, size_t len)
{
    if (call->handle != 0)
        support_add_uint64(&call->params, SSLPROVIDER_PARAM_HANDLE, &call->handle);
    return support_run(kdf, &call->params, out, len);
}

void add_bytes(struct call *call, const char *name, struct sslp_bytes bytes)
{
    static const uint8_t none;

    support_add_octets(&call->params, name, bytes.len == 0 ? &none : bytes.data, bytes.len);
}

EVP_PKEY *key_of(const char *kind, struct sslp_bytes secret, const char *suite, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret.data, secret.len);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, kind);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return support_key_from(libctx, &params);
}
