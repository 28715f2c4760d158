/* SPDX-License-Identifier: Apache-2.0 */
#include "quic.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_ID_LEN = 20,
    RANDOM_LEN = 32,
    LINE_SIZE = 512,
    KEY_PHASE = 0x04,
    /* RFC 9000 section 19, the frames of Initial packets. */
    FRAME_PADDING = 0x00,
    FRAME_PING = 0x01,
    FRAME_ACK = 0x02,
    FRAME_ACK_ECN = 0x03,
    FRAME_CRYPTO = 0x06,
    /* RFC 9000 section 17.2, the packet types of version 1. */
    TYPE_INITIAL = 0,
    TYPE_HANDSHAKE = 2,
    TYPE_RETRY = 3
};

struct view {
    const uint8_t *data;
    size_t len;
};

/* The keys of one side at one level, and the numbers of its packets. */
struct space {
    EVP_PKEY *secret;
    struct keys keys;
    uint64_t expected; /* one more than the highest number so far */
};

struct side {
    struct space spaces[LEVELS];
    size_t id_len; /* of the ids that it chose, which its peer sends */
    bool id_known;
    struct keys before; /* 1-RTT: keys of the phase before this one, for late packets */
    uint8_t phase;
};

struct connection {
    const char *key_log, *protocol;
    uint32_t version;
    uint8_t random[RANDOM_LEN]; /* of the ClientHello */
    uint8_t retry_id[MAX_ID_LEN];
    size_t retry_id_len;
    struct side sides[CAPTURE_SIDES];
    opened_fn *show;
    void *argument;
    struct connection_counts *counts;
};

/* ---- Reading ---- */

static bool take(struct view *from, size_t len, struct view *part)
{
    if (len > from->len)
        return false;
    *part = (struct view){from->data, len};
    from->data += len;
    from->len -= len;
    return true;
}

static bool take_number(struct view *from, size_t len, uint64_t *number)
{
    struct view part;

    if (!take(from, len, &part))
        return false;
    *number = 0;
    for (size_t i = 0; i < len; i++)
        *number = *number << 8 | part.data[i];
    return true;
}

/* RFC 9000 section 16: the two high bits tell the length. */
static bool take_variable(struct view *from, uint64_t *number)
{
    size_t len;

    if (from->len == 0)
        return false;
    len = (size_t)1 << (from->data[0] >> 6);
    if (!take_number(from, len, number))
        return false;
    *number &= (UINT64_C(1) << (8 * len - 2)) - 1;
    return true;
}

/* A part with its length before it. */
static bool take_counted(struct view *from, size_t length_len, struct view *part)
{
    uint64_t len;

    return (length_len == 0 ? take_variable(from, &len) : take_number(from, length_len, &len)) &&
        len <= from->len && take(from, (size_t)len, part);
}

static bool skip_ack(struct view *frames, bool ecn)
{
    uint64_t number, ranges;
    bool ok = take_variable(frames, &number) && take_variable(frames, &number) &&
        take_variable(frames, &ranges) && take_variable(frames, &number);

    for (uint64_t i = 0; ok && i < 2 * ranges + (ecn ? 3 : 0); i++)
        ok = take_variable(frames, &number);
    return ok;
}

/* The start of a side's handshake messages, where an Initial packet has it. */
static bool find_hello(struct view frames, struct view *hello)
{
    uint64_t type, offset;

    while (take_variable(&frames, &type)) {
        switch (type) {
        case FRAME_PADDING:
        case FRAME_PING:
            break;
        case FRAME_ACK:
        case FRAME_ACK_ECN:
            if (!skip_ack(&frames, type == FRAME_ACK_ECN))
                return false;
            break;
        case FRAME_CRYPTO:
            if (!take_variable(&frames, &offset) || !take_counted(&frames, 0, hello))
                return false;
            if (offset == 0)
                return true;
            break;
        default:
            return false;
        }
    }
    return false;
}

/* ---- Secrets ---- */

/* The secret of this label and this connection in a key log. */
static bool find_secret(
    const struct connection *connection, const char *label, uint8_t *secret, size_t *len)
{
    FILE *file = fopen(connection->key_log, "r");
    char line[LINE_SIZE], name[64], random[2 * RANDOM_LEN + 1], value[2 * MAX_SECRET_LEN + 1];
    uint8_t bytes[RANDOM_LEN];
    size_t bytes_len;
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
        found = sscanf(line, "%63s %64s %96s", name, random, value) == 3 &&
            strcmp(name, label) == 0 &&
            OPENSSL_hexstr2buf_ex(bytes, sizeof(bytes), &bytes_len, random, '\0') == 1 &&
            bytes_len == RANDOM_LEN && memcmp(bytes, connection->random, RANDOM_LEN) == 0 &&
            OPENSSL_hexstr2buf_ex(secret, MAX_SECRET_LEN, len, value, '\0') == 1;
    }
    if (file != NULL)
        (void)fclose(file);
    return found || report("%s: no %s of this connection", connection->key_log, label);
}

static bool set_secret(struct connection *connection, int side, enum level level, EVP_PKEY *secret)
{
    struct space *space = &connection->sides[side].spaces[level];
    const char *suite =
        level == LEVEL_INITIAL ? "TLS_AES_128_GCM_SHA256" : connection->counts->suite;

    EVP_PKEY_free(space->secret);
    space->secret = secret;
    return (secret != NULL && derive_keys(secret, suite, &space->keys)) ||
        report("the provider gives no keys of level %d", (int)level);
}

static bool start_initial(struct connection *connection, struct view id)
{
    for (int side = CAPTURE_CLIENT; side < CAPTURE_SIDES; side++) {
        if (!set_secret(connection, side, LEVEL_INITIAL,
                initial_secret(connection->protocol, side, id.data, id.len)))
            return false;
    }
    return true;
}

static bool start_level(struct connection *connection, int side, enum level level)
{
    static const char *const labels[CAPTURE_SIDES][LEVELS] = {
        {NULL, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0"},
        {NULL, "SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"},
    };
    uint8_t secret[MAX_SECRET_LEN];
    size_t len;

    if (connection->counts->suite == NULL)
        return report("a protected packet comes before the ServerHello");
    return find_secret(connection, labels[side][level], secret, &len) &&
        set_secret(connection, side, level,
            import_secret(connection->protocol, connection->counts->suite, secret, len));
}

/* RFC 8446 sections 4.1.2 and 4.1.3: the random of the client names its secrets in the key log, and
 * the server names the suite. */
static bool read_hello(struct connection *connection, int side, struct view frames)
{
    static const char *const suites[] = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};
    struct view hello, part;
    uint64_t suite;

    if (!find_hello(frames, &hello))
        return true;
    /* Type, length and version come before the random. */
    if (!take(&hello, 6, &part) || !take(&hello, RANDOM_LEN, &part))
        return report("a Hello is cut off");
    if (side == CAPTURE_CLIENT) {
        memcpy(connection->random, part.data, RANDOM_LEN);
        return true;
    }
    if (!take_counted(&hello, 1, &part) || !take_number(&hello, 2, &suite) || suite < 0x1301 ||
        suite > 0x1303)
        return report("the ServerHello has another cipher suite");
    connection->counts->suite = suites[suite - 0x1301];
    return true;
}

/* ---- Packets ---- */

static bool shown(struct connection *connection, int side, enum level level,
    const struct keys *keys, const struct packet *packet)
{
    const struct opened opened = {side, keys, packet};
    struct space *space = &connection->sides[side].spaces[level];

    if (packet->number >= space->expected)
        space->expected = packet->number + 1;
    connection->counts->packets[level]++;
    return connection->show == NULL || connection->show(&opened, connection->argument);
}

static bool open_long(
    struct connection *connection, int side, enum level level, struct packet *packet)
{
    struct space *space = &connection->sides[side].spaces[level];

    if (space->secret == NULL && !start_level(connection, side, level))
        return false;
    if (!unmask_header(&space->keys, space->expected, packet) ||
        !open_payload(&space->keys, packet))
        return report("a packet of level %d of side %d is not opened", (int)level, side);
    if (level == LEVEL_INITIAL &&
        !read_hello(
            connection, side, (struct view){packet->clear + packet->header_len, packet->text_len}))
        return false;
    return shown(connection, side, level, &space->keys, packet);
}

/* RFC 9001 section 6: another key phase is the next one, or the one before in a late packet. */
static bool open_short(struct connection *connection, int side, struct packet *packet)
{
    struct side *state = &connection->sides[side];
    struct space *space = &state->spaces[LEVEL_APPLICATION];
    struct keys next;
    EVP_PKEY *secret;

    if (space->secret == NULL && !start_level(connection, side, LEVEL_APPLICATION))
        return false;
    if (!unmask_header(&space->keys, space->expected, packet))
        return report("a short packet is cut off");
    if ((packet->clear[0] & KEY_PHASE) == state->phase) {
        if (!open_payload(&space->keys, packet))
            return report("a 1-RTT packet of side %d is not opened", side);
        return shown(connection, side, LEVEL_APPLICATION, &space->keys, packet);
    }
    if (packet->number < space->expected && connection->counts->updates[side] > 0 &&
        open_payload(&state->before, packet))
        return shown(connection, side, LEVEL_APPLICATION, &state->before, packet);
    next = space->keys;
    secret = next_secret(space->secret);
    if (!key_update(secret, &next) || !open_payload(&next, packet)) {
        EVP_PKEY_free(secret);
        return report("a 1-RTT packet of side %d after a key update is not opened", side);
    }
    EVP_PKEY_free(space->secret);
    space->secret = secret;
    state->before = space->keys;
    space->keys = next;
    state->phase ^= KEY_PHASE;
    connection->counts->updates[side]++;
    return shown(connection, side, LEVEL_APPLICATION, &space->keys, packet);
}

static bool know_version(struct connection *connection, uint64_t version)
{
    if (connection->protocol != NULL)
        return version == connection->version || report("another version");
    connection->version = (uint32_t)version;
    connection->protocol = version == 1 ? SSLPROVIDER_PROTOCOL_QUIC1
        : version == 0x6B3343CF         ? SSLPROVIDER_PROTOCOL_QUIC2
                                        : NULL;
    return connection->protocol != NULL || report("unknown version");
}

/* RFC 9000 section 17.2.5: the client takes one Retry, and starts again with its id and new keys.
 */
static void note_retry(struct connection *connection, struct view source)
{
    if (connection->retry_id_len > 0)
        return;
    memcpy(connection->retry_id, source.data, source.len);
    connection->retry_id_len = source.len;
}

static bool know_initial_keys(struct connection *connection, int side, struct view destination)
{
    if (connection->sides[side].spaces[LEVEL_INITIAL].secret == NULL)
        return start_initial(connection, destination);
    if (connection->counts->retries > 0 || side != CAPTURE_CLIENT || destination.len == 0 ||
        destination.len != connection->retry_id_len ||
        memcmp(destination.data, connection->retry_id, destination.len) != 0)
        return true;
    connection->counts->retries++;
    return start_initial(connection, destination);
}

/* Packets with a long header tell their length; several may share a datagram (RFC 9000
 * section 12.2). */
static bool read_long(struct connection *connection, int side, struct view *datagram)
{
    const uint8_t *start = datagram->data;
    struct view rest = *datagram, destination, source, token;
    uint64_t first, version, len;
    unsigned type;
    struct packet packet = {.wire = start};
    bool ok;

    if (!take_number(&rest, 1, &first) || !take_number(&rest, 4, &version) ||
        !take_counted(&rest, 1, &destination) || !take_counted(&rest, 1, &source) ||
        destination.len > MAX_ID_LEN || source.len > MAX_ID_LEN)
        return report("a long header is cut off");
    if (!know_version(connection, version))
        return false;
    /* RFC 9369 section 3.2 moves the types by one. */
    type = ((unsigned)(first >> 4) + (version == 1 ? 0 : 3)) & 3;
    connection->sides[side].id_len = source.len;
    connection->sides[side].id_known = true;
    if (type == TYPE_RETRY) {
        *datagram = (struct view){NULL, 0};
        note_retry(connection, source);
        return true;
    }
    if (type != TYPE_INITIAL && type != TYPE_HANDSHAKE)
        return report("a packet of type %u", type);
    if (type == TYPE_INITIAL) {
        if (!know_initial_keys(connection, side, destination))
            return false;
        if (!take_counted(&rest, 0, &token))
            return report("a token is cut off");
    }
    if (!take_variable(&rest, &len) || len > rest.len)
        return report("a packet is cut off");
    packet.number_at = (size_t)(rest.data - start);
    packet.len = packet.number_at + (size_t)len;
    *datagram = (struct view){rest.data + len, rest.len - (size_t)len};
    ok = open_long(
        connection, side, type == TYPE_INITIAL ? LEVEL_INITIAL : LEVEL_HANDSHAKE, &packet);
    free_packet(&packet);
    return ok;
}

/* A packet with a short header is the last one of its datagram. */
static bool read_short(struct connection *connection, int side, struct view *datagram)
{
    const struct side *peer = &connection->sides[CAPTURE_SIDES - 1 - side];
    struct packet packet = {
        .wire = datagram->data, .len = datagram->len, .number_at = 1 + peer->id_len};
    bool ok;

    if (!peer->id_known)
        return report("a short header comes before the long ones");
    *datagram = (struct view){NULL, 0};
    ok = open_short(connection, side, &packet);
    free_packet(&packet);
    return ok;
}

static bool read_datagram(int side, const uint8_t *data, size_t len, void *argument)
{
    struct connection *connection = argument;
    struct view datagram = {data, len};

    connection->counts->datagrams++;
    while (datagram.len > 0) {
        const struct packet packet = {.wire = datagram.data};

        if (!(is_long(&packet) ? read_long(connection, side, &datagram)
                               : read_short(connection, side, &datagram)))
            return report("datagram %u", connection->counts->datagrams);
    }
    return true;
}

bool open_connection(const char *capture, const char *key_log, opened_fn *show, void *argument,
    struct connection_counts *counts)
{
    static struct capture reader;
    struct connection connection = {
        .key_log = key_log, .show = show, .argument = argument, .counts = counts};
    bool ok;

    memset(counts, 0, sizeof(*counts));
    ok = capture_visit_datagrams(&reader, capture, read_datagram, &connection) ||
        report("%s", reader.error);
    capture_close(&reader);
    for (size_t i = 0; i < (size_t)CAPTURE_SIDES * LEVELS; i++)
        EVP_PKEY_free(connection.sides[i / LEVELS].spaces[i % LEVELS].secret);
    OPENSSL_cleanse(&connection, sizeof(connection));
    return ok;
}
