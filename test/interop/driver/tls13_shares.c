/* SPDX-License-Identifier: Apache-2.0 */
#include "ncryptssl/sslprovider_ext.h"
#include "tls13.h"

#include <string.h>

enum {
    X25519 = 29,
    X448 = 30,
    MLKEM512 = 512,
    MLKEM1024 = 514,
    SECP256R1MLKEM768 = 4587,
    SECP384R1MLKEM1024 = 4589,
    MAX_BLOB = 0x1000
};

/* What a client offers that has no group of its own; other groups are for those who name them. */
static const DWORD usual_groups[] = {X25519, TLS_ECC_P256_CURVE_KEY_TYPE,
    TLS_ECC_P384_CURVE_KEY_TYPE, TLS_ECC_P521_CURVE_KEY_TYPE, X448};

bool tls13_share_is_wanted(const struct options *options, DWORD group)
{
    if (options->group != 0)
        return options->group == group;
    for (size_t i = 0; i < COUNT(usual_groups); i++) {
        if (usual_groups[i] == group)
            return true;
    }
    return false;
}

DWORD tls13_first_group(const struct options *options)
{
    if (options->first_share != 0)
        return options->first_share;
    return options->group != 0 ? options->group : usual_groups[0];
}

void tls13_write_groups(const struct options *options, struct writer *to)
{
    const size_t opened = write_open(to, 2);

    if (options->first_share != 0)
        write_number(to, options->first_share, 2);
    if (options->group != 0)
        write_number(to, options->group, 2);
    for (size_t i = 0; i < COUNT(usual_groups) && options->group == 0; i++) {
        if (usual_groups[i] != options->first_share)
            write_number(to, usual_groups[i], 2);
    }
    write_close(to, opened, 2);
}

static void create(struct connection *connection, uint8_t *parameters, size_t len, DWORD flags)
{
    free_handle(&connection->own_share);
    check(
        SslCreateEphemeralKey(connection->provider, &connection->own_share,
            connection->options->protocol, 0, connection->group, 0, parameters, (DWORD)len, flags),
        "SslCreateEphemeralKey");
}

void tls13_share_create(struct connection *connection)
{
    create(connection, NULL, 0, 0);
}

static void put_blob(DWORD group, const struct reader *key_exchange, struct writer *blob)
{
    const NCRYPTSSL_KEY_SHARE_BLOB_HEADER header = {
        .cbLength = (DWORD)(sizeof(header) + key_exchange->left),
        .dwMagic = NCRYPTSSL_KEY_SHARE_MAGIC,
        .dwGroup = group,
        .cbKeyExchange = (DWORD)key_exchange->left};

    write_bytes(blob, &header, sizeof(header));
    write_bytes(blob, key_exchange->at, key_exchange->left);
}

void tls13_share_import(struct connection *connection, struct reader key_exchange)
{
    struct writer blob = {.len = 0};

    put_blob(connection->group, &key_exchange, &blob);
    check(SslImportKey(connection->provider, &connection->peer_share, NCRYPTSSL_KEY_SHARE_BLOB,
              blob.data, (DWORD)blob.len, 0),
        "SslImportKey of a share");
}

static bool has_ml_kem(DWORD group)
{
    return (group >= MLKEM512 && group <= MLKEM1024) ||
        (group >= SECP256R1MLKEM768 && group <= SECP384R1MLKEM1024);
}

/* The answer to a key of ML-KEM is a ciphertext under it, which is made with that key at hand. */
void tls13_share_answer(struct connection *connection, struct reader key_exchange)
{
    struct writer blob = {.len = 0};

    tls13_share_import(connection, key_exchange);
    if (!has_ml_kem(connection->group)) {
        tls13_share_create(connection);
        return;
    }
    put_blob(connection->group, &key_exchange, &blob);
    create(connection, blob.data, blob.len, NCRYPT_SSL_SERVER_FLAG);
}

void tls13_share_write(struct connection *connection, struct writer *to)
{
    NCRYPTSSL_KEY_SHARE_BLOB_HEADER header;
    uint8_t blob[MAX_BLOB];
    DWORD len = 0;

    check(SslExportKey(connection->provider, connection->own_share, NCRYPTSSL_KEY_SHARE_BLOB, NULL,
              0, &len, 0),
        "SslExportKey for the size");
    if (len > MAX_BLOB || len < sizeof(header))
        fail("a share of %u bytes", (unsigned)len);
    check(SslExportKey(connection->provider, connection->own_share, NCRYPTSSL_KEY_SHARE_BLOB, blob,
              len, &len, 0),
        "SslExportKey of a share");
    memcpy(&header, blob, sizeof(header));
    if (header.cbLength != len || header.dwMagic != NCRYPTSSL_KEY_SHARE_MAGIC ||
        header.dwGroup != connection->group || header.cbKeyExchange != len - sizeof(header))
        fail("the header of a share");
    write_number(to, connection->group, 2);
    write_vector(to, 2, blob + sizeof(header), header.cbKeyExchange);
}
