/* SPDX-License-Identifier: Apache-2.0 */
#include "tls12.h"

#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

unsigned char tls12_result[LONG_LEN];

static EVP_KDF *session_keys;
static EVP_PKEY *key;
static uint64_t key_handle;

EVP_KDF *tls12_fetch(OSSL_LIB_CTX *libctx)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);

    bench_require(kdf != NULL, "fetching SSL-SESSION-KEYS");
    return kdf;
}

EVP_PKEY *tls12_make_key(OSSL_LIB_CTX *libctx, uint64_t *handle)
{
    OSSL_PARAM params[] = {
        bench_octets(SSLPROVIDER_PARAM_SECRET, bench_secret, SECRET_LEN),
        bench_text(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2),
        bench_text(SSLPROVIDER_PARAM_CIPHER_SUITE, TLS12_SUITE),
        OSSL_PARAM_construct_end(),
    };
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, handle),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_name(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_PKEY *made = NULL;

    bench_require(context != NULL && EVP_PKEY_fromdata_init(context) > 0 &&
            EVP_PKEY_fromdata(context, &made, EVP_PKEY_KEYPAIR, params) > 0 &&
            EVP_PKEY_get_params(made, wanted),
        "making the key");
    EVP_PKEY_CTX_free(context);
    return made;
}

void tls12_open(void)
{
    session_keys = tls12_fetch(bench_subject);
    key = tls12_make_key(bench_subject, &key_handle);
}

void tls12_close(void)
{
    EVP_PKEY_free(key);
    EVP_KDF_free(session_keys);
}

/* libssl fetches for every derivation, and always gives five seeds, the empty ones too. */
void tls12_openssl(size_t len)
{
    static const char label[] = "key expansion";
    const OSSL_PARAM params[] = {
        bench_text(OSSL_KDF_PARAM_DIGEST, "SHA2-256"),
        bench_octets(OSSL_KDF_PARAM_SECRET, bench_secret, SECRET_LEN),
        bench_octets(OSSL_KDF_PARAM_SEED, label, sizeof(label) - 1),
        bench_octets(OSSL_KDF_PARAM_SEED, bench_randoms[1], RANDOM_LEN),
        bench_octets(OSSL_KDF_PARAM_SEED, bench_randoms[0], RANDOM_LEN),
        bench_octets(OSSL_KDF_PARAM_SEED, NULL, 0),
        bench_octets(OSSL_KDF_PARAM_SEED, NULL, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(bench_plain, "TLS1-PRF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

    EVP_KDF_free(kdf);
    bench_require(
        context != NULL && EVP_KDF_derive(context, tls12_result, len, params) > 0, "TLS1-PRF");
    EVP_KDF_CTX_free(context);
}

static void derive(EVP_KDF *kdf, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

    bench_require(
        context != NULL && EVP_KDF_derive(context, out, len, params) > 0, "SSL-SESSION-KEYS");
    EVP_KDF_CTX_free(context);
}

void tls12_derive(EVP_KDF *kdf, uint64_t handle, unsigned char *out, size_t len)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        bench_octets(SSLPROVIDER_PARAM_CLIENT_RANDOM, bench_randoms[0], RANDOM_LEN),
        bench_octets(SSLPROVIDER_PARAM_SERVER_RANDOM, bench_randoms[1], RANDOM_LEN),
        OSSL_PARAM_construct_end(),
    };

    derive(kdf, out, len, params);
}

void tls12_by_handle(size_t len)
{
    tls12_derive(session_keys, key_handle, tls12_result, len);
}

void tls12_by_bytes(size_t len)
{
    const OSSL_PARAM params[] = {
        bench_octets(SSLPROVIDER_PARAM_SECRET, bench_secret, SECRET_LEN),
        bench_text(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2),
        bench_text(SSLPROVIDER_PARAM_CIPHER_SUITE, TLS12_SUITE),
        bench_octets(SSLPROVIDER_PARAM_CLIENT_RANDOM, bench_randoms[0], RANDOM_LEN),
        bench_octets(SSLPROVIDER_PARAM_SERVER_RANDOM, bench_randoms[1], RANDOM_LEN),
        OSSL_PARAM_construct_end(),
    };

    derive(session_keys, tls12_result, len, params);
}

uint64_t tls12_leave_master_secret(EVP_KDF *master_key)
{
    const OSSL_PARAM params[] = {
        bench_octets(SSLPROVIDER_PARAM_SECRET, bench_secret, SECRET_LEN),
        bench_text(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2),
        bench_text(SSLPROVIDER_PARAM_CIPHER_SUITE, TLS12_SUITE),
        bench_octets(SSLPROVIDER_PARAM_CLIENT_RANDOM, bench_randoms[0], RANDOM_LEN),
        bench_octets(SSLPROVIDER_PARAM_SERVER_RANDOM, bench_randoms[1], RANDOM_LEN),
        bench_text(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE),
        OSSL_PARAM_construct_end(),
    };
    uint64_t handle = 0;

    derive(master_key, (unsigned char *)&handle, sizeof(handle), params);
    return handle;
}

void tls12_discard(EVP_KDF_CTX *context, uint64_t handle)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_DISCARD, &handle),
        OSSL_PARAM_construct_end(),
    };

    bench_require(EVP_KDF_CTX_set_params(context, params) > 0, "discarding a handle");
}
