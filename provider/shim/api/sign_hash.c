/* SPDX-License-Identifier: Apache-2.0
 *
 * SslSignHash and SslVerifySignature.
 *
 * libcrypto writes signatures of ECDSA and DSA in DER.  The native form is r and s, each as wide as
 * the group's order (IEEE 1363).  So signatures are converted.
 */
#include "base/bytes.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/utf16.h"
#include "schedule/sizes.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "shim/core/ossl_params.h"
#include "shim/keys/public_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

enum {
    MAX_PREFIX = 128,          /* bytes of the hash's name with its terminator */
    PKCS1_OVERHEAD = 11,       /* RFC 8017 section 9.2: bytes of the shortest type 1 padding */
    PSS_OVERHEAD = 2,          /* RFC 8017 section 9.1.1: the bytes 0x01 and 0xBC */
    MAX_R_S_DER = 256,         /* bytes: above those of the largest curve and subgroup */
    MAX_R_S = MAX_R_S_DER - 16 /* r and s without tags, lengths and signs */
};

/* The hashes whose name may precede a digest. */
static const struct named_hash {
    LPCWSTR name;
    const char *evp_name;
    size_t len;    /* bytes in a digest */
    size_t prefix; /* bytes of a DigestInfo before it (RFC 8017 section 9.2) */
} hashes[] = {
    {BCRYPT_MD5_ALGORITHM, "MD5", 16, 18},
    {BCRYPT_SHA1_ALGORITHM, "SHA1", 20, 15},
    {BCRYPT_SHA256_ALGORITHM, "SHA256", 32, 19},
    {BCRYPT_SHA384_ALGORITHM, "SHA384", 48, 19},
    {BCRYPT_SHA512_ALGORITHM, "SHA512", 64, 19},
};

static const struct signature_algorithm {
    const char *key_type;
    bool is_rsa;
} algorithms[] = {
    {"RSA", true},
    {"RSA-PSS", true},
    {"EC", false},
    {"DSA", false},
};

/* One signature to be made or verified. */
struct signing {
    const struct sslp_asymmetric_object *object;
    const struct signature_algorithm *algorithm;
    const struct named_hash *hash; /* NULL: the signature does not name the hash */
    struct sslp_bytes digest;
    bool pss;
    size_t size; /* bytes in the native form */
};

static const struct signature_algorithm *find_signature_algorithm(
    const struct sslp_asymmetric_object *object)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        if (sslp_asymmetric_object_is_a(object, algorithms[i].key_type))
            return &algorithms[i];
    }
    return NULL;
}

static SECURITY_STATUS check_signature_flags(
    const struct signature_algorithm *algorithm, DWORD flags)
{
    const DWORD both = NCRYPT_SSL_SIGN_INCLUDE_HASHOID | NCRYPT_SSL_SIGN_USE_PSS_PADDING;
    bool wrong;

    /* Only RSA rejects undefined flag bits. */
    if (algorithm->is_rsa)
        wrong = (flags & ~both) != 0 || (flags & both) == both;
    else
        wrong = (flags & both) != 0;
    return wrong ? NTE_INVALID_PARAMETER : ERROR_SUCCESS;
}

/* Splits the name of the hash from the digest behind it.  The bytes need not be aligned. */
static SECURITY_STATUS take_hash_name(struct signing *signing)
{
    WCHAR name[MAX_PREFIX / sizeof(WCHAR)] = {0};
    size_t room = signing->digest.len < sizeof(name) ? signing->digest.len : sizeof(name);
    size_t prefix;

    room -= room % sizeof(WCHAR);
    memcpy(name, signing->digest.data, room);
    for (prefix = 0; prefix < room / sizeof(WCHAR) && name[prefix] != 0; prefix++)
        continue;
    if (prefix == 0 || prefix == room / sizeof(WCHAR))
        return NTE_INVALID_PARAMETER;
    prefix = (prefix + 1) * sizeof(WCHAR);
    signing->digest = sslp_bytes(signing->digest.data + prefix, signing->digest.len - prefix);
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        if (NcryptsslTextCompare(name, hashes[i].name) == 0) {
            signing->hash = &hashes[i];
            return signing->digest.len == hashes[i].len ? ERROR_SUCCESS : NTE_INVALID_PARAMETER;
        }
    }
    return NTE_NOT_SUPPORTED;
}

/* Bytes of r and of s, which are those of the order: of the subgroup for DSA, of the curve for
 * ECDSA, where the bits of the key are those of the order.  0 for an order that is too large. */
static size_t order_len(const EVP_PKEY *key)
{
    int bits = EVP_PKEY_get_bits(key);
    BIGNUM *q = NULL;

    if (sslp_public_is_a(key, "DSA"))
        bits = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_Q, &q) > 0 ? BN_num_bits(q) : 0;
    BN_free(q);
    return bits > 0 && bits <= MAX_R_S * 8 / 2 ? (size_t)(bits + 7) / 8 : 0;
}

/* Whether digest and padding fit into the modulus.  PSS has a salt as long as the digest, in one
 * bit less than the modulus (RFC 8017 section 9.1.1). */
static bool fits_under_padding(const struct signing *signing)
{
    const size_t len = signing->digest.len;

    if (signing->pss)
        return 2 * len + PSS_OVERHEAD <= ((size_t)EVP_PKEY_get_bits(signing->object->key) + 6) / 8;
    return (signing->hash == NULL ? 0 : signing->hash->prefix) + len + PKCS1_OVERHEAD <=
        signing->size;
}

static SECURITY_STATUS prepare_rsa(struct signing *signing, DWORD flags)
{
    SECURITY_STATUS status = ERROR_SUCCESS;

    signing->size = (size_t)EVP_PKEY_get_size(signing->object->key);
    signing->pss = (flags & NCRYPT_SSL_SIGN_USE_PSS_PADDING) != 0;
    if (!signing->pss && sslp_public_is_a(signing->object->key, "RSA-PSS"))
        return NTE_NOT_SUPPORTED;
    if (flags != 0)
        status = take_hash_name(signing);
    if (status == ERROR_SUCCESS && !fits_under_padding(signing))
        status = NTE_INVALID_PARAMETER;
    return status;
}

static SECURITY_STATUS prepare_r_s(struct signing *signing)
{
    signing->size = 2 * order_len(signing->object->key);
    if (signing->digest.len > SSLP_MAX_HASH)
        return NTE_INVALID_PARAMETER;
    return signing->size == 0 ? NTE_NOT_SUPPORTED : ERROR_SUCCESS;
}

/* What both functions check after handles and pointers, in the native order. */
static SECURITY_STATUS prepare_signing(struct signing *signing,
    const struct sslp_asymmetric_object *object, struct sslp_bytes digest, DWORD flags)
{
    SECURITY_STATUS status;

    *signing = (struct signing){.object = object, .digest = digest};
    signing->algorithm = find_signature_algorithm(object);
    if (signing->algorithm == NULL)
        return NTE_NOT_SUPPORTED;
    if (digest.data == NULL || digest.len == 0)
        return NTE_INVALID_PARAMETER;
    status = check_signature_flags(signing->algorithm, flags);
    if (status != ERROR_SUCCESS)
        return status;
    return signing->algorithm->is_rsa ? prepare_rsa(signing, flags) : prepare_r_s(signing);
}

/* RFC 8017: type 1 padding of the digest, with a DigestInfo where the hash is known.  Or PSS, with
 * a salt as long as the digest (RFC 8446 section 4.2.3) and MGF1 of the same hash. */
static void add_padding(const struct signing *signing, struct sslp_params *params)
{
    sslp_add_text(params, OSSL_SIGNATURE_PARAM_PAD_MODE,
        signing->pss ? OSSL_PKEY_RSA_PAD_MODE_PSS : OSSL_PKEY_RSA_PAD_MODE_PKCSV15);
    if (signing->hash != NULL)
        sslp_add_text(params, OSSL_SIGNATURE_PARAM_DIGEST, signing->hash->evp_name);
    if (signing->pss)
        sslp_add_text(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST);
}

/* A context of libcrypto, made ready by `init`; NULL where it has no such algorithm. */
static EVP_PKEY_CTX *start_signing(
    const struct signing *signing, int (*init)(EVP_PKEY_CTX *context, const OSSL_PARAM *params))
{
    struct sslp_params params = {0};
    EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_pkey(signing->object->backend->libctx, signing->object->key, NULL);

    if (signing->algorithm->is_rsa)
        add_padding(signing, &params);
    if (context != NULL && sslp_params_list(&params) != NULL &&
        init(context, sslp_params_list(&params)) > 0)
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

/* The DER form of ECDSA and of DSA is the same (RFC 3279 sections 2.2.2 and 2.2.3), so libcrypto's
 * functions for the one serve both. */
static bool split_der(const uint8_t *der, size_t der_len, uint8_t *r_s, size_t r_s_len)
{
    const int half = (int)(r_s_len / 2);
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)der_len);
    const bool ok = pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), r_s, half) == half &&
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), r_s + half, half) == half;

    ECDSA_SIG_free(pair);
    return ok;
}

/* Returns the length of the DER form, 0 on failure. */
static size_t join_der(struct sslp_bytes r_s, uint8_t der[MAX_R_S_DER])
{
    const int half = (int)(r_s.len / 2);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(r_s.data, half, NULL), *s = BN_bin2bn(r_s.data + half, half, NULL);
    int len = 0;

    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) > 0) {
        r = s = NULL; /* the pair's now */
        len = i2d_ECDSA_SIG(pair, NULL);
        len = len > 0 && len <= MAX_R_S_DER ? i2d_ECDSA_SIG(pair, &der) : 0;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return len > 0 ? (size_t)len : 0;
}

/* Writes signing->size bytes.  Short of memory to encode r and s, libcrypto may answer with success
 * and a length of -1. */
static bool write_signature(
    const struct signing *signing, EVP_PKEY_CTX *context, uint8_t *signature)
{
    uint8_t der[MAX_R_S_DER];
    size_t len = sizeof(der);

    if (signing->algorithm->is_rsa) {
        len = signing->size;
        return EVP_PKEY_sign(context, signature, &len, signing->digest.data, signing->digest.len) >
            0 &&
            len == signing->size;
    }
    return EVP_PKEY_sign(context, der, &len, signing->digest.data, signing->digest.len) > 0 &&
        len <= sizeof(der) && split_der(der, len, signature, signing->size);
}

static SECURITY_STATUS sign_digest(const struct signing *signing, uint8_t *signature)
{
    EVP_PKEY_CTX *context = start_signing(signing, EVP_PKEY_sign_init_ex);
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (context == NULL)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    if (!write_signature(signing, context, signature)) {
        OPENSSL_cleanse(signature, signing->size);
        status = sslp_errors_refusal(NTE_FAIL);
    }
    EVP_PKEY_CTX_free(context);
    return status;
}

static SECURITY_STATUS sign_hash(const struct sslp_asymmetric_object *object,
    struct sslp_bytes digest, PBYTE signature, DWORD signature_len, DWORD *result, DWORD flags)
{
    const unsigned long errors = sslp_errors_begin();
    struct signing signing;
    SECURITY_STATUS status = prepare_signing(&signing, object, digest, flags);

    if (status == ERROR_SUCCESS && signature != NULL)
        status =
            signature_len < signing.size ? NTE_BUFFER_TOO_SMALL : sign_digest(&signing, signature);
    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        *result = (DWORD)signing.size;
    return sslp_errors_end(errors, status);
}

SECURITY_STATUS WINAPI SslSignHash(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hPrivateKey,
    PBYTE pbHashValue, DWORD cbHashValue, PBYTE pbSignature, DWORD cbSignature, DWORD *pcbResult,
    DWORD dwFlags)
{
    struct sslp_call call = {.result_len = pcbResult,
        .provider = hSslProvider,
        .key = hPrivateKey,
        .key_kinds = SSLP_KIND(SSLP_OBJECT_PRIVATE_KEY)};
    SECURITY_STATUS status = NTE_INVALID_PARAMETER;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (pcbResult != NULL)
        status = sign_hash(call.private_key, sslp_bytes(pbHashValue, cbHashValue), pbSignature,
            cbSignature, pcbResult, dwFlags);
    return sslp_call_end(&call, status);
}

/* For ECDSA and DSA a negative answer of libcrypto says nothing about the signature. */
static SECURITY_STATUS verify_encoded(
    const struct signing *signing, EVP_PKEY_CTX *context, struct sslp_bytes signature)
{
    const int answer = EVP_PKEY_verify(
        context, signature.data, signature.len, signing->digest.data, signing->digest.len);

    if (answer == 1)
        return ERROR_SUCCESS;
    return answer < 0 && !signing->algorithm->is_rsa ? sslp_errors_refusal(NTE_FAIL)
                                                     : NTE_BAD_SIGNATURE;
}

static SECURITY_STATUS verify_digest(const struct signing *signing, struct sslp_bytes signature)
{
    uint8_t der[MAX_R_S_DER];
    SECURITY_STATUS status;
    EVP_PKEY_CTX *context;

    if (signature.len != signing->size)
        return NTE_BAD_SIGNATURE;
    context = start_signing(signing, EVP_PKEY_verify_init_ex);
    if (context == NULL)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    if (!signing->algorithm->is_rsa)
        signature = sslp_bytes(der, join_der(signature, der));
    status = signature.len == 0 ? sslp_errors_refusal(NTE_FAIL)
                                : verify_encoded(signing, context, signature);
    EVP_PKEY_CTX_free(context);
    return status;
}

static SECURITY_STATUS verify_signature(const struct sslp_asymmetric_object *object,
    struct sslp_bytes digest, struct sslp_bytes signature, DWORD flags)
{
    const unsigned long errors = sslp_errors_begin();
    struct signing signing;
    /* The Windows provider is said to ignore all flags, so undefined ones are ignored here. */
    const DWORD known = NCRYPT_SSL_SIGN_INCLUDE_HASHOID | NCRYPT_SSL_SIGN_USE_PSS_PADDING;
    SECURITY_STATUS status = prepare_signing(&signing, object, digest, flags & known);

    if (status == ERROR_SUCCESS)
        status =
            signature.data == NULL ? NTE_INVALID_PARAMETER : verify_digest(&signing, signature);
    return sslp_errors_end(errors, status);
}

/* Microsoft's page gives this function the flags of SslSignHash and a public key, so both count
 * here. The Windows provider is said to take neither. */
SECURITY_STATUS WINAPI SslVerifySignature(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPublicKey, PBYTE pbHashValue, DWORD cbHashValue, PBYTE pbSignature,
    DWORD cbSignature, DWORD dwFlags)
{
    struct sslp_call call = {.provider = hSslProvider,
        .key = hPublicKey,
        .key_kinds = SSLP_KIND(SSLP_OBJECT_PRIVATE_KEY) | SSLP_KIND(SSLP_OBJECT_EPHEMERAL_KEY)};

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        verify_signature(call.private_key != NULL ? call.private_key : call.ephemeral_key,
            sslp_bytes(pbHashValue, cbHashValue), sslp_bytes(pbSignature, cbSignature), dwFlags));
}
