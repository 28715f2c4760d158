/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshake hashes, and what is computed of them: session hash, client authentication, Finished.
 */
#include "functions.h"

static const struct protocol {
    const char *label;
    DWORD version, suite, digest_len;
} protocols[] = {
    {"SSL 3.0", SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 36},
    {"TLS 1.0", TLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 36},
    {"TLS 1.2", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, 32},
    {"TLS 1.2, SHA-384", TLS1_2_PROTOCOL_VERSION, SUITE_AES256_GCM, 48},
};

static const struct protocol *now;
static NCRYPT_HASH_HANDLE hash, auth_hash;
static NCRYPT_KEY_HANDLE master;
static BYTE message[300] = "a message of the handshake";

static bool has_auth_hash(void)
{
    return now->version == TLS1_2_PROTOCOL_VERSION;
}

static bool has_session_hash(void)
{
    return now->version != SSL3_PROTOCOL_VERSION;
}

static NCRYPT_HASH_HANDLE make_hash(bool of_client_auth)
{
    NCRYPT_HASH_HANDLE made = 0;
    const SECURITY_STATUS status = of_client_auth
        ? SslCreateClientAuthHash(
              objects.provider, &made, now->version, now->suite, BCRYPT_SHA384_ALGORITHM, 0)
        : SslCreateHandshakeHash(objects.provider, &made, now->version, now->suite, 0);

    EXPECT_SUCCESS(status, now->label);
    EXPECT_SUCCESS(
        SslHashHandshake(objects.provider, made, message, sizeof(message), 0), now->label);
    return made;
}

static bool begin(size_t round, const char **label)
{
    if (round == COUNT(protocols))
        return false;
    now = &protocols[round];
    *label = now->label;
    hash = make_hash(false);
    auth_hash = has_auth_hash() ? make_hash(true) : 0;
    master = faults_master(now->version, now->suite, NCRYPT_SSL_CLIENT_FLAG);
    return true;
}

static void end(void)
{
    EXPECT_SUCCESS(SslFreeObject(hash, 0), now->label);
    if (auth_hash != 0)
        EXPECT_SUCCESS(SslFreeObject(auth_hash, 0), now->label);
    EXPECT_SUCCESS(SslFreeObject(master, 0), now->label);
}

static SECURITY_STATUS create_hash(void)
{
    return SslCreateHandshakeHash(objects.provider, &out.handles[0], now->version, now->suite, 0);
}

static SECURITY_STATUS create_auth_hash(void)
{
    return SslCreateClientAuthHash(
        objects.provider, &out.handles[0], now->version, now->suite, BCRYPT_SHA384_ALGORITHM, 0);
}

/* A hash of its own: a failure must not have taken half of the message in. */
static NCRYPT_HASH_HANDLE fresh;

static void prepare_fresh(void)
{
    if (fresh == 0)
        EXPECT_SUCCESS(
            SslCreateHandshakeHash(objects.provider, &fresh, now->version, now->suite, 0),
            now->label);
}

static SECURITY_STATUS hash_message(void)
{
    return SslHashHandshake(objects.provider, fresh, message, sizeof(message), 0);
}

static SECURITY_STATUS finished_of(NCRYPT_HASH_HANDLE of)
{
    out.room = now->version == SSL3_PROTOCOL_VERSION ? 36 : 12;
    return SslComputeFinishedHash(
        objects.provider, master, of, out.bytes, out.room, NCRYPT_SSL_CLIENT_FLAG);
}

static bool is_hashed(void)
{
    return finished_of(fresh) == ERROR_SUCCESS && faults_same_bytes();
}

static void end_fresh(void)
{
    EXPECT_SUCCESS(SslFreeObject(fresh, 0), now->label);
    fresh = 0;
}

static SECURITY_STATUS session_hash(void)
{
    out.room = now->digest_len;
    return SslComputeSessionHash(
        objects.provider, hash, now->version, out.bytes, out.room, &out.len, 0);
}

static SECURITY_STATUS client_auth_hash(void)
{
    out.room = has_auth_hash() ? 48 : 36;
    return SslComputeClientAuthHash(objects.provider, master, has_auth_hash() ? auth_hash : hash,
        has_auth_hash() ? BCRYPT_SHA384_ALGORITHM : BCRYPT_RSA_ALGORITHM, out.bytes, out.room,
        &out.len, 0);
}

static SECURITY_STATUS finished(void)
{
    return finished_of(hash);
}

static const struct fault_call calls[] = {
    {"SslCreateHandshakeHash", create_hash, 1, NULL, NULL, NULL, NULL},
    {"SslCreateClientAuthHash", create_auth_hash, 1, NULL, NULL, NULL, has_auth_hash},
    {"SslHashHandshake", hash_message, 0, prepare_fresh, is_hashed, end_fresh, NULL},
    {"SslComputeSessionHash", session_hash, 0, NULL, faults_same_bytes, NULL, has_session_hash},
    {"SslComputeClientAuthHash", client_auth_hash, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslComputeFinishedHash", finished, 0, NULL, faults_same_bytes, NULL, NULL},
};

const struct fault_family faults_hashes = {"hashes", begin, end, calls, COUNT(calls), NULL};
