/* SPDX-License-Identifier: Apache-2.0 */
#include "shares.h"

#include <string.h>

enum {
    NAMED_CURVE = 3,
    UNCOMPRESSED = 4,
    X25519 = 29,
    X448 = 30,
    MAX_BLOB = 0x1000,
    DH_BITS = 2048
};

const DWORD share_groups[] = {X25519, TLS_ECC_P256_CURVE_KEY_TYPE, TLS_ECC_P384_CURVE_KEY_TYPE,
    TLS_ECC_P521_CURVE_KEY_TYPE, X448};
const size_t share_group_count = COUNT(share_groups);

bool share_is_elliptic(const struct connection *connection)
{
    return text_equals(connection->suite.szExchange, BCRYPT_ECDH_ALGORITHM);
}

bool share_is_used(const struct connection *connection)
{
    return share_is_elliptic(connection) ||
        text_equals(connection->suite.szExchange, BCRYPT_DH_ALGORITHM);
}

/* RFC 8422 section 5.4.1: these curves have no point format, a key is one string. */
static bool is_string_key(DWORD group)
{
    return group == X25519 || group == X448;
}

static void create(
    struct connection *connection, DWORD group, DWORD bits, uint8_t *parameters, size_t len)
{
    check(SslCreateEphemeralKey(connection->provider, &connection->own_share, connection->protocol,
              connection->suite.dwCipherSuite, group, bits, parameters, (DWORD)len, 0),
        "SslCreateEphemeralKey");
}

/* The blob of the own key: header and fields of cbKey bytes. */
static size_t export_own(struct connection *connection, LPCWSTR type, uint8_t blob[MAX_BLOB],
    size_t header_len, size_t field_count)
{
    uint32_t key_len;
    DWORD len = 0;

    check(SslExportKey(connection->provider, connection->own_share, type, NULL, 0, &len, 0),
        "SslExportKey for the size");
    if (len > MAX_BLOB || len < header_len)
        fail("a public blob of %u bytes", (unsigned)len);
    check(SslExportKey(connection->provider, connection->own_share, type, blob, len, &len, 0),
        "SslExportKey");
    memcpy(&key_len, blob + 4, sizeof(key_len));
    if (len != header_len + field_count * key_len)
        fail("a public blob of %u bytes with fields of %u", (unsigned)len, (unsigned)key_len);
    return key_len;
}

static void import_peer(struct connection *connection, LPCWSTR type, struct writer *blob)
{
    check(SslImportKey(
              connection->provider, &connection->peer_share, type, blob->data, (DWORD)blob->len, 0),
        "SslImportKey");
}

/* Header fields are in the order of the host. */
static void put_host_order(struct writer *to, uint32_t value)
{
    write_bytes(to, &value, sizeof(value));
}

static void put_padded(struct writer *to, const struct reader *number, size_t len)
{
    if (number->left > len)
        fail("a number of %zu bytes where %zu are the most", number->left, len);
    for (size_t i = number->left; i < len; i++)
        write_number(to, 0, 1);
    write_bytes(to, number->at, number->left);
}

static void strip(struct reader *number)
{
    while (number->left > 1 && number->at[0] == 0)
        (void)read_number(number, 1);
}

/* ---- Elliptic curves ---- */

static void write_point(struct connection *connection, DWORD group, struct writer *to)
{
    uint8_t blob[MAX_BLOB];
    const size_t len =
        export_own(connection, BCRYPT_ECCPUBLIC_BLOB, blob, sizeof(BCRYPT_ECCKEY_BLOB), 2);
    const size_t opened = write_open(to, 1);

    if (!is_string_key(group))
        write_number(to, UNCOMPRESSED, 1);
    write_bytes(to, blob + sizeof(BCRYPT_ECCKEY_BLOB), is_string_key(group) ? len : 2 * len);
    write_close(to, opened, 1);
}

static void read_point(struct connection *connection, DWORD group, struct reader *from)
{
    struct reader point = read_vector(from, 1);
    struct writer blob = {.len = 0};
    size_t len;

    if (!is_string_key(group) && read_number(&point, 1) != UNCOMPRESSED)
        fail("a point that is not in the uncompressed form");
    len = is_string_key(group) ? point.left : point.left / 2;
    put_host_order(&blob, group);
    put_host_order(&blob, (uint32_t)len);
    write_bytes(&blob, point.at, point.left);
    for (size_t i = point.left; i < 2 * len; i++)
        write_number(&blob, 0, 1);
    import_peer(connection, SSL_ECCPUBLIC_BLOB, &blob);
}

static DWORD choose_group(const struct connection *connection)
{
    if (connection->options->group != 0)
        return connection->options->group;
    for (size_t i = 0; i < connection->peer_group_count; i++) {
        for (size_t j = 0; j < share_group_count; j++) {
            if (connection->peer_groups[i] == share_groups[j])
                return share_groups[j];
        }
    }
    /* RFC 8422 section 5.1: a client that names none takes any. */
    if (connection->peer_group_count == 0)
        return TLS_ECC_P256_CURVE_KEY_TYPE;
    fail("no common group");
}

static void write_server_curve(struct connection *connection, struct writer *to)
{
    connection->group = choose_group(connection);
    create(connection, connection->group, 0, NULL, 0);
    write_number(to, NAMED_CURVE, 1);
    write_number(to, connection->group, 2);
    write_point(connection, connection->group, to);
}

static void read_server_curve(struct connection *connection, struct reader *from)
{
    if (read_number(from, 1) != NAMED_CURVE)
        fail("a curve without name");
    connection->group = read_number(from, 2);
    read_point(connection, connection->group, from);
    create(connection, connection->group, 0, NULL, 0);
}

/* ---- Finite fields ---- */

static void write_server_field(struct connection *connection, struct writer *to)
{
    uint8_t blob[MAX_BLOB];
    size_t len;

    create(connection, 0, DH_BITS, NULL, 0);
    len = export_own(connection, BCRYPT_DH_PUBLIC_BLOB, blob, sizeof(BCRYPT_DH_KEY_BLOB), 3);
    for (size_t i = 0; i < 3; i++) {
        struct reader number = read_from(blob + sizeof(BCRYPT_DH_KEY_BLOB) + i * len, len);

        strip(&number);
        write_vector(to, 2, number.at, number.left);
    }
}

static void put_group(struct writer *to, const struct reader *prime, const struct reader *base)
{
    put_padded(to, prime, prime->left);
    put_padded(to, base, prime->left);
}

static void read_server_field(struct connection *connection, struct reader *from)
{
    struct reader prime = read_vector(from, 2), base = read_vector(from, 2);
    const struct reader share = read_vector(from, 2);
    struct writer blob = {.len = 0}, parameters = {.len = 0};
    size_t len;

    strip(&prime);
    strip(&base);
    len = prime.left;
    put_host_order(&blob, BCRYPT_DH_PUBLIC_MAGIC);
    put_host_order(&blob, (uint32_t)len);
    put_group(&blob, &prime, &base);
    put_padded(&blob, &share, len);
    import_peer(connection, BCRYPT_DH_PUBLIC_BLOB, &blob);

    put_host_order(&parameters, (uint32_t)(sizeof(BCRYPT_DH_PARAMETER_HEADER) + 2 * len));
    put_host_order(&parameters, BCRYPT_DH_PARAMETERS_MAGIC);
    put_host_order(&parameters, (uint32_t)len);
    put_group(&parameters, &prime, &base);
    create(connection, 0, (DWORD)(8 * len), parameters.data, parameters.len);
}

static void write_client_field(struct connection *connection, struct writer *to)
{
    uint8_t blob[MAX_BLOB];
    const size_t len =
        export_own(connection, BCRYPT_DH_PUBLIC_BLOB, blob, sizeof(BCRYPT_DH_KEY_BLOB), 3);

    write_vector(to, 2, blob + sizeof(BCRYPT_DH_KEY_BLOB) + 2 * len, len);
}

static void read_client_field(struct connection *connection, struct reader *from)
{
    const struct reader share = read_vector(from, 2);
    uint8_t own[MAX_BLOB];
    const size_t len =
        export_own(connection, BCRYPT_DH_PUBLIC_BLOB, own, sizeof(BCRYPT_DH_KEY_BLOB), 3);
    struct writer blob = {.len = 0};

    write_bytes(&blob, own, sizeof(BCRYPT_DH_KEY_BLOB) + 2 * len);
    put_padded(&blob, &share, len);
    import_peer(connection, BCRYPT_DH_PUBLIC_BLOB, &blob);
}

/* ---- Both ---- */

void share_write_server(struct connection *connection, struct writer *to)
{
    if (share_is_elliptic(connection))
        write_server_curve(connection, to);
    else
        write_server_field(connection, to);
}

void share_read_server(struct connection *connection, struct reader *from)
{
    if (share_is_elliptic(connection))
        read_server_curve(connection, from);
    else
        read_server_field(connection, from);
}

void share_write_client(struct connection *connection, struct writer *to)
{
    if (share_is_elliptic(connection))
        write_point(connection, connection->group, to);
    else
        write_client_field(connection, to);
}

void share_read_client(struct connection *connection, struct reader *from)
{
    if (share_is_elliptic(connection))
        read_point(connection, connection->group, from);
    else
        read_client_field(connection, from);
}
