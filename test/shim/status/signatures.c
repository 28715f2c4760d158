/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of signatures.
 */
#include "status.h"

enum { DIGEST_LEN = 36, SHA256_LEN = 32 };

/* What is signed with a flag: the name of the hash and the digest. */
static struct {
    WCHAR name[7];
    BYTE digest[SHA256_LEN];
} named;

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    PBYTE digest;
    DWORD digest_len;
    PBYTE signature;
    DWORD room;
    DWORD *result;
    DWORD flags;
} with;

static BYTE digest[DIGEST_LEN], signature[STATUS_RSA_LEN];
static DWORD signature_len;

static void prepare(void)
{
    static const WCHAR sha256[] = BCRYPT_SHA256_ALGORITHM;

    memcpy(named.name, sha256, sizeof(named.name));
    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.key = status_handle("private");
    with.digest = digest;
    with.digest_len = sizeof(digest);
    with.signature = signature;
    with.room = sizeof(signature);
    with.result = &signature_len;
    signature_len = 0x7E57;
}

static bool set_digest(void *argument, const char *value)
{
    if (strcmp(value, "named") == 0 || strcmp(value, "unknown-hash") == 0) {
        if (*value == 'u')
            named.name[5] = '7';
        *(PBYTE *)argument = (PBYTE)&named;
        with.digest_len = sizeof(named.name) + sizeof(named.digest);
        return true;
    }
    return status_set_null(argument, value);
}

static SECURITY_STATUS sign_hash(void)
{
    const SECURITY_STATUS status = SslSignHash(with.provider, with.key, with.digest,
        with.digest_len, with.signature, with.room, with.result, with.flags);

    if (with.result == NULL)
        return status;
    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        EXPECT(signature_len == STATUS_RSA_LEN, status_row);
    else
        EXPECT(signature_len == 0, status_row);
    return status;
}

static void prepare_verify(void)
{
    EXPECT_SUCCESS(SslSignHash(with.provider, with.key, digest, DIGEST_LEN, signature,
                       STATUS_RSA_LEN, &signature_len, 0),
        status_row);
    with.key = status_handle("rsa-public");
}

static bool set_signature(void *argument, const char *value)
{
    if (strcmp(value, "damaged") == 0) {
        signature[STATUS_RSA_LEN - 1] ^= 1;
        return true;
    }
    return status_set_null(argument, value);
}

static SECURITY_STATUS verify_signature(void)
{
    return SslVerifySignature(with.provider, with.key, with.digest, with.digest_len, with.signature,
        with.room, with.flags);
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"key", &with.key, status_set_handle},
    {"digest", &with.digest, set_digest},
    {"length", &with.digest_len, status_set_number},
    {"signature", &with.signature, set_signature},
    {"room", &with.room, status_set_number},
    {"result", &with.result, status_set_null},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslSignHash", "provider key digest length signature room result flags", NULL, sign_hash},
    {"SslVerifySignature", "provider key digest length signature room flags", prepare_verify,
        verify_signature},
};

const struct status_family status_signatures = {
    "signatures", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
