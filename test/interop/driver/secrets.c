/* SPDX-License-Identifier: Apache-2.0
 *
 * Master keys, session keys and exported keying material, all by handle.
 */
#include "messages.h"
#include "shares.h"

#include <string.h>

enum { MAX_ENCRYPTED = 0x800, EXPORTED_LEN = 32, MAX_PARAMETERS = 4 };

/* A parameter list under construction. */
struct list {
    NCryptBufferDesc description;
    NCryptBuffer entries[MAX_PARAMETERS];
};

static void list_add(struct list *list, ULONG type, const void *data, size_t len)
{
    NCryptBuffer *entry = &list->entries[list->description.cBuffers++];

    list->description.ulVersion = NCRYPTBUFFER_VERSION;
    list->description.pBuffers = list->entries;
    entry->BufferType = type;
    entry->cbBuffer = (ULONG)len;
    entry->pvBuffer = (PVOID)data;
}

static void list_add_randoms(struct list *list, const struct connection *connection)
{
    list_add(list, NCRYPTBUFFER_SSL_CLIENT_RANDOM, connection->randoms, RANDOM_LEN);
    list_add(list, NCRYPTBUFFER_SSL_SERVER_RANDOM, connection->randoms + RANDOM_LEN, RANDOM_LEN);
}

/* RFC 7627 section 4: what the master secret depends on beside the premaster secret. */
static void list_add_handshake(
    struct list *list, struct connection *connection, uint8_t digest[MAX_DIGEST])
{
    if (connection->ems)
        list_add(list, NCRYPTBUFFER_SSL_SESSION_HASH, digest,
            transcript_session_hash(connection, digest));
    else
        list_add_randoms(list, connection);
}

static bool exchange_is(const struct connection *connection, LPCWSTR name)
{
    return text_equals(connection->suite.szExchange, name);
}

/* DH, ECDH and PSK; and RSA with a premaster key. */
static void generate_master_key(struct connection *connection)
{
    const struct options *options = connection->options;
    uint8_t digest[MAX_DIGEST];
    struct list list = {.description = {0}};
    NCRYPT_KEY_HANDLE own = connection->own_share;
    DWORD written = 0;

    if (connection->pre_master_key != 0)
        own = connection->pre_master_key;
    list_add_handshake(&list, connection, digest);
    if (exchange_is(connection, TLS_PSK_EXCHANGE))
        list_add(&list, NCRYPTBUFFER_SSL_CLEAR_KEY, options->psk, options->psk_len);
    check(SslGenerateMasterKey(connection->provider, own, connection->peer_share,
              &connection->master_key, connection->protocol, connection->suite.dwCipherSuite,
              &list.description, NULL, 0, &written,
              options->server ? NCRYPT_SSL_SERVER_FLAG : NCRYPT_SSL_CLIENT_FLAG),
        "SslGenerateMasterKey");
}

/* ---- Client ---- */

/* As a program on Windows does it: a question for the size, whose key is thrown away, and the
 * call. */
static DWORD generate_by_rsa(struct connection *connection, uint8_t encrypted[MAX_ENCRYPTED])
{
    struct list list = {.description = {0}};
    DWORD len = 0;

    list_add_randoms(&list, connection);
    list_add(&list, NCRYPTBUFFER_SSL_HIGHEST_VERSION, &connection->highest_version,
        sizeof(connection->highest_version));
    check(SslGenerateMasterKey(connection->provider, 0, connection->peer_key,
              &connection->master_key, connection->protocol, connection->suite.dwCipherSuite,
              &list.description, NULL, 0, &len, NCRYPT_SSL_CLIENT_FLAG),
        "SslGenerateMasterKey for the size");
    free_handle(&connection->master_key);
    if (len > MAX_ENCRYPTED)
        fail("a premaster secret of %u bytes", (unsigned)len);
    check(SslGenerateMasterKey(connection->provider, 0, connection->peer_key,
              &connection->master_key, connection->protocol, connection->suite.dwCipherSuite,
              &list.description, encrypted, len, &len, NCRYPT_SSL_CLIENT_FLAG),
        "SslGenerateMasterKey");
    return len;
}

static DWORD generate_pre_master(struct connection *connection, uint8_t encrypted[MAX_ENCRYPTED])
{
    struct list list = {.description = {0}};
    DWORD len = 0;

    list_add(&list, NCRYPTBUFFER_SSL_HIGHEST_VERSION, &connection->highest_version,
        sizeof(connection->highest_version));
    check(SslGeneratePreMasterKey(connection->provider, connection->peer_key,
              &connection->pre_master_key, connection->protocol, connection->suite.dwCipherSuite,
              &list.description, encrypted, MAX_ENCRYPTED, &len, NCRYPT_SSL_CLIENT_FLAG),
        "SslGeneratePreMasterKey");
    return len;
}

void secrets_send_client_key_exchange(struct connection *connection)
{
    const char *identity = connection->options->identity;
    struct writer body = {.len = 0};
    uint8_t encrypted[MAX_ENCRYPTED];

    if (share_is_used(connection)) {
        share_write_client(connection, &body);
    } else if (exchange_is(connection, TLS_PSK_EXCHANGE)) {
        write_vector(&body, 2, identity, strlen(identity));
    } else {
        const DWORD len = connection->ems ? generate_pre_master(connection, encrypted)
                                          : generate_by_rsa(connection, encrypted);

        write_vector(&body, 2, encrypted, len);
    }
    message_send(connection, CLIENT_KEY_EXCHANGE, &body);
    if (connection->master_key == 0)
        generate_master_key(connection);
}

/* ---- Server ---- */

static void import_master_key(struct connection *connection, const struct reader *encrypted)
{
    uint8_t digest[MAX_DIGEST];
    struct list list = {.description = {0}};

    list_add_handshake(&list, connection, digest);
    list_add(&list, NCRYPTBUFFER_SSL_HIGHEST_VERSION, &connection->highest_version,
        sizeof(connection->highest_version));
    check(SslImportMasterKey(connection->provider, connection->private_key, &connection->master_key,
              connection->protocol, connection->suite.dwCipherSuite, &list.description,
              (PBYTE)encrypted->at, (DWORD)encrypted->left, NCRYPT_SSL_SERVER_FLAG),
        "SslImportMasterKey");
}

static void read_identity(const struct connection *connection, struct reader *from)
{
    const struct reader identity = read_vector(from, 2);
    const char *wanted = connection->options->identity;

    if (identity.left != strlen(wanted) || memcmp(identity.at, wanted, identity.left) != 0)
        fail("another identity");
}

void secrets_receive_client_key_exchange(struct connection *connection)
{
    const struct message message = message_receive(connection);
    struct reader reader = message_read(&message, CLIENT_KEY_EXCHANGE);

    message_hash(connection, &message);
    if (exchange_is(connection, BCRYPT_RSA_ALGORITHM)) {
        const struct reader encrypted = read_vector(&reader, 2);

        import_master_key(connection, &encrypted);
    } else {
        if (share_is_used(connection))
            share_read_client(connection, &reader);
        else
            read_identity(connection, &reader);
        generate_master_key(connection);
    }
    read_end(&reader);
}

/* ---- Both ---- */

void secrets_make_session_keys(struct connection *connection)
{
    struct list list = {.description = {0}};

    list_add_randoms(&list, connection);
    check(SslGenerateSessionKeys(connection->provider, connection->master_key,
              &connection->reading.key, &connection->writing.key, &list.description, 0),
        "SslGenerateSessionKeys");
}

/* The master key has the randoms beside it; the exporter secret of TLS 1.3 has none. */
static void export(struct connection *connection, uint8_t exported[EXPORTED_LEN])
{
    const struct options *options = connection->options;
    const char *context = options->context == NULL ? "" : options->context;
    const bool tls13 = is_tls13(connection);

    check(SslExportKeyingMaterial(connection->provider,
              tls13 ? connection->tls13.exporter : connection->master_key, (PCHAR)options->exporter,
              tls13 ? NULL : connection->randoms, tls13 ? 0 : sizeof(connection->randoms),
              (PBYTE)options->context, (WORD)strlen(context), exported, EXPORTED_LEN, 0),
        "SslExportKeyingMaterial");
}

void secrets_print_exported(struct connection *connection)
{
    uint8_t exported[EXPORTED_LEN];

    if (connection->options->exporter == NULL)
        return;
    export(connection, exported);
    printf("exporter ");
    for (size_t i = 0; i < sizeof(exported); i++)
        printf("%02X", exported[i]);
    printf("\n");
}
