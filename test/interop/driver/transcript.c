/* SPDX-License-Identifier: Apache-2.0
 *
 * The hash of the handshake, and beside it one hash for every algorithm that a CertificateVerify of
 * TLS 1.2 may turn out to use.
 */
#include "messages.h"

#include <string.h>

static const LPCWSTR auth_algorithms[AUTH_HASHES] = {BCRYPT_SHA1_ALGORITHM, BCRYPT_SHA256_ALGORITHM,
    BCRYPT_SHA384_ALGORITHM, BCRYPT_SHA512_ALGORITHM};

void transcript_add_to(
    struct connection *connection, NCRYPT_HASH_HANDLE hash, const uint8_t *data, size_t len)
{
    if (hash != 0)
        check(SslHashHandshake(connection->provider, hash, (PBYTE)data, (DWORD)len, 0),
            "SslHashHandshake");
}

void transcript_add(struct connection *connection, const uint8_t *data, size_t len)
{
    struct transcript *transcript = &connection->transcript;

    if (transcript->hash == 0) {
        write_bytes(&transcript->early, data, len);
        return;
    }
    transcript_add_to(connection, transcript->hash, data, len);
    for (size_t i = 0; i < AUTH_HASHES; i++)
        transcript_add_to(connection, transcript->auth[i], data, len);
}

void transcript_restart(struct connection *connection)
{
    connection->transcript.early.len = 0;
}

/* TLS 1.3 signs the hash of the handshake, and hashes that anew. */
static bool has_auth_hashes(const struct connection *connection)
{
    return names_its_hash(connection->protocol) && !is_tls13(connection);
}

void transcript_begin(struct connection *connection)
{
    struct transcript *transcript = &connection->transcript;
    const DWORD suite = connection->suite.dwCipherSuite;
    NCRYPT_HASH_HANDLE hash = 0;

    check(SslCreateHandshakeHash(connection->provider, &hash, connection->protocol, suite, 0),
        "SslCreateHandshakeHash");
    for (size_t i = 0; i < AUTH_HASHES && has_auth_hashes(connection); i++)
        check(SslCreateClientAuthHash(connection->provider, &transcript->auth[i],
                  connection->protocol, suite, auth_algorithms[i], 0),
            "SslCreateClientAuthHash");
    transcript->hash = hash;
    transcript_add(connection, transcript->early.data, transcript->early.len);
    transcript->early.len = 0;
}

void transcript_free(struct connection *connection)
{
    free_handle(&connection->transcript.hash);
    for (size_t i = 0; i < AUTH_HASHES; i++)
        free_handle(&connection->transcript.auth[i]);
}

NCRYPT_HASH_HANDLE transcript_copy(struct connection *connection, DWORD suite)
{
    const struct transcript *transcript = &connection->transcript;
    NCRYPT_HASH_HANDLE hash = 0;

    if (transcript->hash != 0) {
        check(SslDuplicateTranscriptHash(connection->provider, transcript->hash, &hash, 0),
            "SslDuplicateTranscriptHash");
        return hash;
    }
    check(SslCreateHandshakeHash(
              connection->provider, &hash, connection->options->protocol, suite, 0),
        "SslCreateHandshakeHash");
    if (transcript->early.len > 0)
        transcript_add_to(connection, hash, transcript->early.data, transcript->early.len);
    return hash;
}

void transcript_retry(struct connection *connection)
{
    uint8_t digest[MAX_DIGEST];
    const DWORD len = transcript_session_hash(connection, digest);
    const struct message first = {.type = MESSAGE_HASH, .body = digest, .len = len};

    transcript_free(connection);
    message_hash(connection, &first);
    transcript_begin(connection);
}

NCRYPT_HASH_HANDLE transcript_auth_hash(const struct connection *connection, LPCWSTR algorithm)
{
    if (!names_its_hash(connection->protocol))
        return connection->transcript.hash;
    for (size_t i = 0; i < AUTH_HASHES; i++) {
        if (text_equals(auth_algorithms[i], algorithm))
            return connection->transcript.auth[i];
    }
    fail("a CertificateVerify with an unexpected hash");
}

DWORD transcript_session_hash(struct connection *connection, uint8_t digest[MAX_DIGEST])
{
    DWORD len = 0;

    check(SslComputeSessionHash(connection->provider, connection->transcript.hash,
              connection->protocol, digest, MAX_DIGEST, &len, 0),
        "SslComputeSessionHash");
    return len;
}

void transcript_verify_data(
    struct connection *connection, DWORD side, uint8_t verify_data[VERIFY_DATA_LEN])
{
    check(SslComputeFinishedHash(connection->provider, connection->master_key,
              connection->transcript.hash, verify_data, VERIFY_DATA_LEN, side),
        "SslComputeFinishedHash");
}
