/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures, made and verified.
 */
#include "functions.h"

enum { ECDSA_LEN = 64, NAME_LEN = 14 };

/* A digest with the name of its hash before it: u"SHA256". */
static BYTE digest[NAME_LEN + FAULTS_DIGEST_LEN] = {
    'S', 0, 'H', 0, 'A', 0, '2', 0, '5', 0, '6', 0, 0, 0, 1, 2, 3};

static const struct kind {
    const char *label;
    DWORD flags, name_len, len;
} kinds[] = {
    {"RSA", 0, 0, FAULTS_RSA_LEN},
    {"RSA with the hash", NCRYPT_SSL_SIGN_INCLUDE_HASHOID, NAME_LEN, FAULTS_RSA_LEN},
    {"RSA-PSS", NCRYPT_SSL_SIGN_USE_PSS_PADDING, NAME_LEN, FAULTS_RSA_LEN},
    {"ECDSA", 0, 0, ECDSA_LEN},
};

static const struct kind *now;
static BYTE signature[FAULTS_RSA_LEN];

static NCRYPT_KEY_HANDLE key(void)
{
    return now->len == ECDSA_LEN ? objects.ecdsa_private : objects.rsa_private;
}

static SECURITY_STATUS sign_into(BYTE *to, DWORD *len)
{
    return SslSignHash(objects.provider, key(), digest + NAME_LEN - now->name_len,
        now->name_len + FAULTS_DIGEST_LEN, to, now->len, len, now->flags);
}

static SECURITY_STATUS sign(void)
{
    out.room = now->len;
    return sign_into(out.bytes, &out.len);
}

static bool begin(size_t round, const char **label)
{
    DWORD len = 0;

    if (round == COUNT(kinds))
        return false;
    now = &kinds[round];
    *label = now->label;
    EXPECT_SUCCESS(sign_into(signature, &len), now->label);
    EXPECT(len == now->len, now->label);
    return true;
}

static void prepare(void)
{
    if (key() == objects.rsa_private)
        faults_renew_rsa();
}

static void end(void)
{
}

static SECURITY_STATUS verify_of(BYTE *of)
{
    return SslVerifySignature(objects.provider, key(), digest + NAME_LEN - now->name_len,
        now->name_len + FAULTS_DIGEST_LEN, of, now->len, now->flags);
}

static bool is_signed(void)
{
    return verify_of(out.bytes) == ERROR_SUCCESS;
}

static SECURITY_STATUS verify(void)
{
    return verify_of(signature);
}

/* Lack of memory must not change the verdict on a signature. */
static SECURITY_STATUS verify_bad(void)
{
    SECURITY_STATUS status;

    digest[NAME_LEN] ^= 1;
    status = verify_of(signature);
    digest[NAME_LEN] ^= 1;
    EXPECT(status != ERROR_SUCCESS, now->label);
    return status == NTE_BAD_SIGNATURE ? ERROR_SUCCESS : status;
}

static const struct fault_call calls[] = {
    {"SslSignHash", sign, 0, prepare, is_signed, NULL, NULL},
    {"SslVerifySignature", verify, 0, NULL, NULL, NULL, NULL},
    {"SslVerifySignature, bad", verify_bad, 0, NULL, NULL, NULL, NULL},
};

const struct fault_family faults_signatures = {"signatures", begin, end, calls, COUNT(calls), NULL};
