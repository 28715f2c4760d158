/* SPDX-License-Identifier: Apache-2.0 */
#include "libcrypto.h"

#include <CUnit/Basic.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

const struct kind kinds[KEYS] = {
    {"RSA", 256}, {"P-256", 64}, {"P-384", 96}, {"P-521", 132}, {"DSA", 56}};

EVP_PKEY *keys[KEYS];

void libcrypto_configure(EVP_PKEY_CTX *context, const char *hash, DWORD flags)
{
    if (flags == PSS) {
        CU_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0);
        CU_ASSERT(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0);
    }
    if (hash != NULL)
        CU_ASSERT(EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(hash)) > 0);
}

/* r and s as a DER signature. */
static DWORD to_der(const struct signature *raw, BYTE *der)
{
    const int half = (int)raw->len / 2;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    int len;

    CU_ASSERT(ECDSA_SIG_set0(
        pair, BN_bin2bn(raw->bytes, half, NULL), BN_bin2bn(raw->bytes + half, half, NULL)));
    len = i2d_ECDSA_SIG(pair, &der);
    ECDSA_SIG_free(pair);
    return (DWORD)len;
}

bool libcrypto_accepts(size_t kind, const struct message *message, const char *hash, DWORD flags,
    const struct signature *signature)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(keys[kind], NULL);
    BYTE der[MAX_SIGNATURE];
    const BYTE *bytes = signature->bytes;
    size_t len = signature->len;
    int result;

    CU_ASSERT(EVP_PKEY_verify_init(context) > 0);
    libcrypto_configure(context, hash, flags);
    if (kind != RSA_KEY) {
        len = to_der(signature, der);
        bytes = der;
    }
    result = EVP_PKEY_verify(
        context, bytes, len, message->bytes + message->prefix, message->len - message->prefix);
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return result == 1;
}

struct signature libcrypto_signs(
    size_t kind, const struct message *message, const char *hash, DWORD flags)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(keys[kind], NULL);
    struct signature signature = {.len = kinds[kind].size};
    BYTE bytes[MAX_SIGNATURE];
    const BYTE *at = bytes;
    size_t len = sizeof(bytes);
    const int half = (int)kinds[kind].size / 2;

    CU_ASSERT(EVP_PKEY_sign_init(context) > 0);
    libcrypto_configure(context, hash, flags);
    CU_ASSERT(EVP_PKEY_sign(
        context, bytes, &len, message->bytes + message->prefix, message->len - message->prefix));
    if (kind == RSA_KEY) {
        memcpy(signature.bytes, bytes, len);
    } else {
        ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)len);

        CU_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature.bytes, half) == half);
        CU_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature.bytes + half, half) == half);
        ECDSA_SIG_free(pair);
    }
    EVP_PKEY_CTX_free(context);
    return signature;
}
