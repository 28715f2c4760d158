/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets of TLS 1.3, all by handle.
 */
#include "tls13.h"

#include "dtls13.h"
#include "messages.h"

#include <string.h>

enum { SHA256_LEN = 32, SHA384_LEN = 48 };

size_t schedule_hash_len(const struct connection *connection, DWORD suite)
{
    WCHAR name[NCRYPT_SSL_MAX_NAME_SIZE];

    check(SslGetCipherSuitePRFHashAlgorithm(
              connection->provider, connection->options->protocol, suite, 0, name, 0),
        "SslGetCipherSuitePRFHashAlgorithm");
    return text_equals(name, BCRYPT_SHA384_ALGORITHM) ? SHA384_LEN : SHA256_LEN;
}

static NCRYPT_KEY_HANDLE pre_shared_key(const struct connection *connection)
{
    switch (connection->tls13.psk_kind) {
    case EXTERNAL_PSK:
        return connection->tls13.external_psk;
    case RESUMPTION_PSK:
        return connection->session->pre_shared_key;
    default:
        return 0;
    }
}

void schedule_early(struct connection *connection, DWORD suite)
{
    free_handle(&connection->tls13.early);
    check(SslExtractEarlyKey(connection->provider, pre_shared_key(connection),
              &connection->tls13.early, connection->options->protocol, suite, NULL, 0),
        "SslExtractEarlyKey");
}

size_t schedule_binder(
    struct connection *connection, NCRYPT_HASH_HANDLE transcript, uint8_t binder[MAX_DIGEST])
{
    const bool external = connection->tls13.psk_kind == EXTERNAL_PSK;
    const size_t len = schedule_hash_len(connection, tls13_psk_suite(connection));
    NCRYPT_KEY_HANDLE key = 0;

    check(SslExpandBinderKey(connection->provider, connection->tls13.early, &key, NULL,
              external ? NCRYPT_SSL_EXTERNAL_PSK_FLAG : NCRYPT_SSL_RESUMPTION_PSK_FLAG),
        "SslExpandBinderKey");
    check(SslComputeFinishedHash(
              connection->provider, key, transcript, binder, (DWORD)len, NCRYPT_SSL_CLIENT_FLAG),
        "SslComputeFinishedHash of a binder");
    free_handle(&key);
    return len;
}

/* ---- Traffic secrets ---- */

static void expand_traffic(struct connection *connection, NCRYPT_KEY_HANDLE base,
    NCRYPT_HASH_HANDLE transcript, NCRYPT_KEY_HANDLE *client, NCRYPT_KEY_HANDLE *server)
{
    check(SslExpandTrafficKeys(connection->provider, base, transcript, client, server, NULL, 0),
        "SslExpandTrafficKeys");
}

void schedule_use_early(
    struct connection *connection, NCRYPT_HASH_HANDLE transcript, struct direction *direction)
{
    NCRYPT_KEY_HANDLE secret = 0;

    expand_traffic(connection, connection->tls13.early, transcript, &secret, NULL);
    schedule_use(connection, direction, &secret);
}

void schedule_handshake(struct connection *connection)
{
    struct tls13 *tls13 = &connection->tls13;

    check(SslExtractHandshakeKey(connection->provider, connection->own_share,
              connection->peer_share, tls13->early, &tls13->handshake, NULL, 0),
        "SslExtractHandshakeKey");
    expand_traffic(connection, tls13->handshake, connection->transcript.hash,
        &tls13->handshake_traffic[CLIENT], &tls13->handshake_traffic[SERVER]);
}

void schedule_master(struct connection *connection)
{
    struct tls13 *tls13 = &connection->tls13;

    check(SslExtractMasterKey(connection->provider, tls13->handshake, &tls13->master, NULL, 0),
        "SslExtractMasterKey");
    expand_traffic(connection, tls13->master, connection->transcript.hash,
        &tls13->application_traffic[CLIENT], &tls13->application_traffic[SERVER]);
    check(SslExpandExporterMasterKey(connection->provider, tls13->master,
              connection->transcript.hash, &tls13->exporter, NULL, 0),
        "SslExpandExporterMasterKey");
}

void schedule_resumption(struct connection *connection)
{
    struct tls13 *tls13 = &connection->tls13;

    check(SslExpandResumptionMasterKey(connection->provider, tls13->master,
              connection->transcript.hash, &tls13->resumption, NULL, 0),
        "SslExpandResumptionMasterKey");
}

/* ---- Keys of records ---- */

/* Section 5.1: no message lies on both sides of a change of keys. */
void schedule_use(
    struct connection *connection, struct direction *direction, NCRYPT_KEY_HANDLE *secret)
{
    if (direction == &connection->reading && connection->stream.len != 0)
        fail("a change of keys within a handshake message");
    free_handle(&direction->key);
    free_handle(&direction->secret);
    direction->secret = *secret;
    *secret = 0;
    check(SslExpandWriteKey(connection->provider, direction->secret, &direction->key, NULL, 0),
        "SslExpandWriteKey");
    if (is_dtls13(connection)) {
        dtls13_use(direction);
        return;
    }
    direction->epoch = 1;
    direction->sequence[1] = 0;
}

void schedule_update(struct connection *connection, struct direction *direction)
{
    NCRYPT_KEY_HANDLE next = 0;

    check(SslExpandNextGenTrafficKey(connection->provider, direction->secret, &next, NULL, 0),
        "SslExpandNextGenTrafficKey");
    schedule_use(connection, direction, &next);
}

/* ---- Outputs ---- */

size_t schedule_verify_data(struct connection *connection, const struct direction *direction,
    uint8_t verify_data[MAX_DIGEST])
{
    const size_t len = schedule_hash_len(connection, connection->suite.dwCipherSuite);

    check(
        SslComputeFinishedHash(connection->provider, direction->secret, connection->transcript.hash,
            verify_data, (DWORD)len, side_of(connection, direction == &connection->writing)),
        "SslComputeFinishedHash");
    return len;
}

void schedule_free(struct connection *connection)
{
    struct tls13 *tls13 = &connection->tls13;
    NCRYPT_KEY_HANDLE *const keys[] = {&tls13->external_psk, &tls13->early, &tls13->handshake,
        &tls13->master, &tls13->exporter, &tls13->resumption, &tls13->handshake_traffic[CLIENT],
        &tls13->handshake_traffic[SERVER], &tls13->application_traffic[CLIENT],
        &tls13->application_traffic[SERVER], &connection->reading.secret,
        &connection->writing.secret};

    for (size_t i = 0; i < COUNT(keys); i++)
        free_handle(keys[i]);
}
