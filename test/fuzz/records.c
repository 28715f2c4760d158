/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket and SslDecryptPacket with every suite in every protocol of the native
 * interface: a genuine record is opened, a changed one is refused, and leaves the key as it was.
 */
#include "fuzz.h"

#include "schedule/protocol.h"
#include "schedule/suite.h"
#include "shim/support/dtls13_records.h"
#include "shim/support/keys.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 4096, MAX_TEXT = 700, MAX_RECORD = 2048, UNTOUCHED = 0xA5 };

/* One connection state.  The rows come from the tables of protocols and suites. */
static struct row {
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    DWORD flags; /* NCRYPTSSL_ENCRYPT_THEN_MAC or 0 */
} rows[MAX_ROWS];

static size_t row_count;
static BYTE randoms[2][32] = {{1}, {2}};
static NCryptBuffer random_buffers[2] = {{32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms[0]},
    {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms[1]}};
static NCryptBufferDesc random_list = {NCRYPTBUFFER_VERSION, 2, random_buffers};

struct link {
    NCRYPT_KEY_HANDLE write, read; /* of one direction: the client's, and the server's */
};

static void free_link(struct link *link)
{
    fuzz_free(link->write);
    fuzz_free(link->read);
    *link = (struct link){0, 0};
}

static NCRYPT_KEY_HANDLE make_tls13_key(const struct row *row)
{
    const NCRYPT_KEY_HANDLE secret =
        fuzz_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET, row->protocol->version, row->suite->id,
            NCRYPT_SSL_CLIENT_FLAG, fuzz_canary, (DWORD)sslp_hash_id_size(row->suite->prf_hash));
    NCRYPT_KEY_HANDLE key = 0;

    if (secret != 0)
        (void)SslExpandWriteKey(fuzz_provider, secret, &key, NULL, 0);
    fuzz_free(secret);
    return key;
}

static NCRYPT_KEY_HANDLE make_key(const struct row *row, DWORD side)
{
    const NCRYPT_KEY_HANDLE master = fuzz_secret(NCRYPTSSL_KIND_MASTER_KEY, row->protocol->version,
        row->suite->id, side | row->flags, fuzz_canary, 48);
    NCRYPT_KEY_HANDLE keys[2] = {0, 0}; /* reads, writes */
    const bool writes = side == NCRYPT_SSL_CLIENT_FLAG;

    if (master != 0)
        (void)SslGenerateSessionKeys(fuzz_provider, master, &keys[0], &keys[1], &random_list, 0);
    fuzz_free(master);
    fuzz_free(keys[!writes]);
    return keys[writes];
}

static bool make_link(const struct row *row, struct link *link)
{
    if (sslp_protocol_is_tls13(row->protocol)) {
        link->write = make_tls13_key(row);
        link->read = make_tls13_key(row);
    } else {
        link->write = make_key(row, NCRYPT_SSL_CLIENT_FLAG);
        link->read = make_key(row, NCRYPT_SSL_SERVER_FLAG);
    }
    return link->write != 0 && link->read != 0;
}

/* Where libcrypto lacks a cipher there is no row. */
static void add_row(struct row row)
{
    struct link link;

    fuzz_require(row_count < MAX_ROWS, "room for the rows");
    if (make_link(&row, &link))
        rows[row_count++] = row;
    free_link(&link);
}

static void records_begin(void)
{
    fuzz_open_provider();
    for (size_t i = 0; i < sslp_protocol_count; i++) {
        const struct sslp_protocol *const protocol = &sslp_protocols[i];

        for (size_t k = 0; protocol->offer != SSLP_BY_KDFS_ALONE && k < sslp_suite_count; k++) {
            const struct sslp_suite *const suite = &sslp_suites[k];

            if (!sslp_suite_in_protocol(suite, protocol))
                continue;
            add_row((struct row){protocol, suite, 0});
            if (suite->cipher->mode == SSLP_MODE_CBC && !sslp_protocol_is_ssl3(protocol))
                add_row((struct row){protocol, suite, NCRYPTSSL_ENCRYPT_THEN_MAC});
        }
    }
    fuzz_require(row_count > 300, "most suites");
}

static bool is_dtls13(const struct row *row)
{
    return sslp_protocol_is_datagram(row->protocol) && sslp_protocol_is_tls13(row->protocol);
}

/* Bytes of the header that SslEncryptPacket writes.  DTLS before 1.3 alone has a longer one. */
static size_t header_len_of(const struct row *row)
{
    return sslp_protocol_is_datagram(row->protocol) && !is_dtls13(row) ? 13 : 5;
}

/* One record on its way. */
struct packet {
    uint8_t text[MAX_TEXT + 1];
    size_t text_len;
    uint8_t record[MAX_RECORD];
    size_t len;
    uint64_t sequence;
};

static void seal(
    struct fuzz_input *input, const struct row *row, const struct link *link, struct packet *packet)
{
    DWORD len = 0;
    SECURITY_STATUS status;

    packet->text_len = fuzz_bytes(input, packet->text, MAX_TEXT);
    if (sslp_protocol_is_tls13(row->protocol))
        packet->text[packet->text_len++] = CT_APPLICATIONDATA;
    status = fuzz_called(
        SslEncryptPacket(fuzz_provider, link->write, packet->text, (DWORD)packet->text_len,
            packet->record, MAX_RECORD, &len, packet->sequence, CT_APPLICATIONDATA, 0),
        "SslEncryptPacket");
    fuzz_require(status == ERROR_SUCCESS && len != 0, "a record is sealed");
    packet->len = len;
}

/* What is there after a refusal gives nothing away. */
static void require_nothing(const uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        fuzz_require(out[i] == 0 || out[i] == UNTOUCHED, "no text of a record that was refused");
}

/* Opens bytes, in a block of exactly their length; `room` bytes of output. */
static SECURITY_STATUS open_bytes(NCRYPT_KEY_HANDLE key, const uint8_t *bytes, size_t len,
    uint64_t sequence, uint8_t *out, size_t room, DWORD *opened)
{
    uint8_t *const block = fuzz_copy(bytes, len);
    SECURITY_STATUS status;

    memset(out, UNTOUCHED, room);
    *opened = 0x7E57;
    status = fuzz_called(SslDecryptPacket(fuzz_provider, key, block, (DWORD)len, out, (DWORD)room,
                             opened, sequence, 0),
        "SslDecryptPacket");
    fuzz_require(memcmp(block, bytes, len) == 0, "the input of SslDecryptPacket stays");
    if (status != ERROR_SUCCESS) {
        require_nothing(out, room);
        fuzz_require(*opened == 0x7E57 || *opened == 0, "no length after a refusal");
    } else {
        fuzz_require(*opened <= room, "no more than there is room for");
    }
    free(block);
    return status;
}

/* Behind a short text DTLS 1.3 puts zeros (RFC 9147 section 4.2.3), which belong to the padding. */
static bool is_text(const struct packet *packet, const uint8_t *opened, size_t len)
{
    if (len < packet->text_len || memcmp(opened, packet->text, packet->text_len) != 0)
        return false;
    for (size_t i = packet->text_len; i < len; i++) {
        if (opened[i] != 0)
            return false;
    }
    return len == packet->text_len || len <= 16;
}

static void require_opens(const struct link *link, const struct packet *packet)
{
    uint8_t *const out = malloc(packet->len);
    DWORD opened;

    fuzz_require(out != NULL, "memory");
    fuzz_require(open_bytes(link->read, packet->record, packet->len, packet->sequence, out,
                     packet->len, &opened) == ERROR_SUCCESS &&
            is_text(packet, out, opened),
        "a genuine record is opened");
    free(out);
}

/* The same where it lies. */
static void require_opens_in_place(const struct row *row, const struct link *link,
    const struct packet *packet, bool behind_explicit)
{
    uint8_t *const block = fuzz_copy(packet->record, packet->len);
    size_t at = header_len_of(row);
    DWORD opened = 0;
    SECURITY_STATUS status;

    if (behind_explicit && !sslp_protocol_is_tls13(row->protocol))
        at += row->suite->cipher->explicit_nonce_len;
    status = fuzz_called(SslDecryptPacket(fuzz_provider, link->read, block, (DWORD)packet->len,
                             block + at, (DWORD)(packet->len - at), &opened, packet->sequence, 0),
        "SslDecryptPacket");
    fuzz_require(status == ERROR_SUCCESS && is_text(packet, block + at, opened),
        "a genuine record is opened in place");
    free(block);
}

/* What the record's MAC or tag does not cover: up to TLS 1.2 the version and the copy of the
 * sequence number in the header, and the padding of SSL 3.0. */
static bool is_covered(const struct row *row, const struct packet *packet, const uint8_t *changed)
{
    const size_t header_len = header_len_of(row);

    if (sslp_protocol_is_tls13(row->protocol))
        return memcmp(changed, packet->record, packet->len) != 0;
    if (sslp_protocol_is_ssl3(row->protocol) && row->suite->cipher->mode == SSLP_MODE_CBC)
        return false;
    return changed[0] != packet->record[0] ||
        memcmp(changed + header_len, packet->record + header_len, packet->len - header_len) != 0;
}

/* Whether it opens after all, with its text: then it is spent. */
static bool opens_changed(struct fuzz_input *input, const struct row *row, const struct link *link,
    const struct packet *packet)
{
    uint8_t changed[MAX_RECORD + 64], out[MAX_RECORD + 64];
    uint64_t sequence = packet->sequence;
    bool must_fail;
    DWORD opened;
    size_t len, room = sizeof(out);

    memcpy(changed, packet->record, packet->len);
    len = fuzz_change(input, changed, packet->len, sizeof(changed));
    if (fuzz_byte(input) % 8 == 0)
        sequence ^= fuzz_number(input);
    /* DTLS 1.3 has the low bits of the number in the record: one that is near is as good. */
    must_fail = (sequence != packet->sequence && !is_dtls13(row)) || len != packet->len ||
        is_covered(row, packet, changed);
    if (fuzz_byte(input) % 4 == 0)
        room = fuzz_below(input, sizeof(out));
    if (open_bytes(link->read, changed, len, sequence, out, room, &opened) != ERROR_SUCCESS)
        return false;
    fuzz_require(!must_fail, "a changed record is refused");
    fuzz_require(is_text(packet, out, opened), "what is not covered changes no text");
    return true;
}

/* Another process goes on with a key. */
static void move_key(NCRYPT_KEY_HANDLE *key)
{
    uint8_t blob[512];
    DWORD len = 0;
    NCRYPT_KEY_HANDLE moved = 0;

    fuzz_require(fuzz_called(SslExportKey(fuzz_provider, *key, BCRYPT_OPAQUE_KEY_BLOB, blob,
                                 sizeof(blob), &len, 0),
                     "SslExportKey") == ERROR_SUCCESS &&
            SslImportKey(fuzz_provider, &moved, BCRYPT_OPAQUE_KEY_BLOB, blob, len, 0) ==
                ERROR_SUCCESS,
        "a session key moves");
    fuzz_free(*key);
    *key = moved;
}

static bool is_chained(const struct row *row)
{
    const enum sslp_cipher_mode mode = row->suite->cipher->mode;

    return mode == SSLP_MODE_STREAM || (mode == SSLP_MODE_CBC && row->protocol->chained_iv);
}

/* ---- Headers of DTLS 1.3 that SslEncryptPacket does not write ---- */

static const struct dtls13_suite *dtls13_suite_of(DWORD id)
{
    for (size_t i = 0; i < DTLS13_SUITES; i++) {
        if (dtls13_suites[i].suite == id)
            return &dtls13_suites[i];
    }
    fuzz_fail("a suite of DTLS 1.3");
}

/* In a block of exactly its length.  The number of a record that is refused stays what it was. */
static SECURITY_STATUS open_and_tell(
    NCRYPT_KEY_HANDLE key, const uint8_t *bytes, size_t len, uint8_t *out, ULONGLONG *number)
{
    const ULONGLONG expected = *number;
    uint8_t *const block = fuzz_copy(bytes, len);
    DWORD opened = 0;
    const SECURITY_STATUS status = fuzz_called(NcryptsslDecryptPacket(fuzz_provider, key, block,
                                                   (DWORD)len, out, MAX_RECORD, &opened, number, 0),
        "NcryptsslDecryptPacket");

    fuzz_require(status == ERROR_SUCCESS || (*number == expected && opened == 0),
        "a record that is refused has no number");
    free(block);
    return status;
}

/* With a connection id, a short number or without a length (RFC 9147 section 4), made by libcrypto;
 * the number that is expected is near the record's own. */
static void open_forms(struct fuzz_input *input, const struct row *row)
{
    static const size_t id_lens[] = {0, 1, 8, 20, 255};
    const struct dtls13_suite *const suite = dtls13_suite_of(row->suite->id);
    const uint8_t how = fuzz_byte(input);
    const struct dtls13_form form = {
        (how & 1) != 0, (how & 2) != 0, id_lens[fuzz_below(input, COUNT(id_lens))]};
    const ULONGLONG number = DTLS13_NUMBER(3, 0x10000 + fuzz_below(input, 0x10000));
    uint8_t text[MAX_TEXT + DTLS13_SAMPLE] = {0}, record[MAX_RECORD], changed[MAX_RECORD + 64],
                            out[MAX_RECORD];
    ULONGLONG told = number + fuzz_below(input, 64) - 32;
    struct dtls13_keys keys;
    NCRYPT_KEY_HANDLE key = 0;
    size_t text_len, len, changed_len;

    text_len = fuzz_bytes(input, text, MAX_TEXT);
    text[text_len] = CT_APPLICATIONDATA;
    text_len += DTLS13_SAMPLE; /* a sample at least, and zeros behind the type */
    fuzz_require(dtls13_derive(suite, &keys) &&
            make_traffic_key_in(fuzz_provider, DTLS1_3_PROTOCOL_VERSION, suite->suite,
                NCRYPT_SSL_CLIENT_FLAG, &key) == ERROR_SUCCESS,
        "keys of DTLS 1.3");
    len = dtls13_make(&keys, form, number, text, text_len, record);
    fuzz_require(len != 0, "a record of DTLS 1.3");
    fuzz_require(form.id_len == 0 || open_and_tell(key, record, len, out, &told) == NTE_BAD_DATA,
        "a connection id that nobody has told of");
    fuzz_require(
        fuzz_called(NcryptsslSetConnectionIdLength(fuzz_provider, key, (DWORD)form.id_len, 0),
            "NcryptsslSetConnectionIdLength") == ERROR_SUCCESS,
        "a length of connection ids");
    memcpy(changed, record, len);
    changed_len = fuzz_change(input, changed, len, sizeof(changed));
    if (changed_len != len || memcmp(changed, record, len) != 0)
        fuzz_require(open_and_tell(key, changed, changed_len, out, &told) != ERROR_SUCCESS,
            "a changed record of DTLS 1.3 is refused");
    fuzz_require(open_and_tell(key, record, len, out, &told) == ERROR_SUCCESS && told == number &&
            memcmp(out, text, text_len - DTLS13_SAMPLE) == 0,
        "a genuine record of DTLS 1.3 is opened");
    fuzz_free(key);
}

static void records_run(struct fuzz_input *input)
{
    const struct row *const row = &rows[fuzz_below(input, row_count)];
    static struct packet packet;
    uint8_t out[MAX_RECORD], bytes[MAX_RECORD];
    struct link link;
    DWORD opened;
    size_t len;

    fuzz_case("%s %s%s", row->protocol->name, row->suite->name,
        row->flags == 0 ? "" : ", encrypt-then-MAC");
    if (is_dtls13(row) && fuzz_byte(input) % 2 == 0) {
        open_forms(input, row);
        return;
    }
    fuzz_require(make_link(row, &link), "the keys of a connection");
    packet.sequence = fuzz_byte(input) % 4 == 0 ? fuzz_number(input) : 0;
    do {
        bool opened_already = false;

        seal(input, row, &link, &packet);
        switch (fuzz_byte(input) % 6) {
        case 0:
            len = fuzz_bytes(input, bytes, sizeof(bytes));
            if (len > 3 && fuzz_byte(input) % 4 != 0)
                memcpy(bytes, packet.record, 3);
            (void)open_bytes(link.read, bytes, len, packet.sequence, out, sizeof(out), &opened);
            break;
        case 1:
            if (!is_chained(row))
                move_key(&link.read);
            break;
        case 2:
            require_opens_in_place(row, &link, &packet, fuzz_byte(input) % 2 == 0);
            opened_already = true;
            break;
        default:
            opened_already = opens_changed(input, row, &link, &packet);
            break;
        }
        if (!opened_already || !is_chained(row))
            require_opens(&link, &packet);
        packet.sequence++;
    } while (!fuzz_ends(input) && fuzz_byte(input) % 8 != 0);
    free_link(&link);
}

static void records_seed(void)
{
    fuzz_seed_each(row_count, "\1\20\0twenty-three bytes in it\4\1\5\0\1\1", 34);
    fuzz_seed_each(row_count, "\1\0\0\2", 4);
    for (uint16_t i = 0; i < row_count; i++) {
        uint8_t seed[] = {(uint8_t)i, (uint8_t)(i >> 8), 0, 0, 0, 1, 2, 3, 2, 0, 5, 6, 1, 0, 0, 4};

        for (uint8_t form = 0; is_dtls13(&rows[i]) && form < 20; form++) {
            seed[3] = form % 4;
            seed[4] = form / 4;
            fuzz_seed(seed, sizeof(seed));
        }
    }
}

const struct fuzz_target fuzz_records = {"records", records_begin, records_run, records_seed};
