/* SPDX-License-Identifier: Apache-2.0
 *
 * QUIC packets, opened with the keys that the provider derives through EVP:
 *
 *     quic_packets open CAPTURE KEY-LOG      every packet of one connection
 *     quic_packets compare CAPTURE KEY-LOG VECTORS
 *                                            the same, and all values of the packets in the vectors
 *     quic_packets single VECTORS            the packets that stand in the vectors with their
 * secret quic_packets relay PORT CAPTURE SECONDS writes a capture of a server on 127.0.0.1 and a
 * client
 *
 * Counts are printed; one packet that stays closed, or differs, is a failure.
 */
#include "common/rsp.h"
#include "quic.h"
#include "sslprovider/names.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BLOCKS = 64 };

bool report(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return false;
}

/* ---- Vectors ---- */

static struct rsp_reader reader;
static struct rsp_block blocks[MAX_BLOCKS];
static size_t block_count;

static bool read_vectors(const char *path)
{
    enum rsp_result result = RSP_ERROR;

    if (rsp_open(&reader, path)) {
        while (block_count < MAX_BLOCKS &&
            (result = rsp_next(&reader, &blocks[block_count])) == RSP_BLOCK)
            block_count++;
    }
    return result == RSP_END || report("%s: %s", path, reader.error);
}

static bool is_packet(const struct rsp_block *block)
{
    return strstr(block->section, " packet, ") != NULL;
}

static bool field_is(const struct rsp_block *block, const char *name, const void *data, size_t len)
{
    const struct rsp_field *field = rsp_field(block, name);

    return (field != NULL && field->len == len && memcmp(field->data, data, len) == 0) ||
        report("%s:%u: %s differs", block->path, block->line, name);
}

static bool check_packet(const struct rsp_block *block, const struct opened *opened)
{
    const struct packet *packet = opened->packet;
    const struct keys *keys = opened->keys;
    const uint8_t side = (uint8_t)opened->side;
    uint8_t number[8];

    for (size_t i = 0; i < sizeof(number); i++)
        number[i] = (uint8_t)(packet->number >> (8 * (sizeof(number) - 1 - i)));
    return field_is(block, "direction", &side, 1) &&
        field_is(block, "packet_number", number, sizeof(number)) &&
        field_is(block, "key", keys->key, keys->key_len) &&
        field_is(block, "iv", keys->iv, IV_LEN) &&
        field_is(block, "hp", keys->hp_key, keys->key_len) &&
        field_is(block, "hp_mask", packet->mask, 5) &&
        field_is(block, "unprotected_header", packet->clear, packet->header_len) &&
        field_is(block, "nonce", packet->nonce, IV_LEN) &&
        field_is(block, "plaintext", packet->clear + packet->header_len, packet->text_len);
}

/* ---- Commands ---- */

static bool compare_opened(const struct opened *opened, void *argument)
{
    const struct packet *packet = opened->packet;
    unsigned *compared = argument;

    for (size_t i = 0; i < block_count; i++) {
        const struct rsp_field *wire = rsp_field(&blocks[i], "packet");

        if (!is_packet(&blocks[i]) || wire == NULL || wire->len != packet->len ||
            memcmp(wire->data, packet->wire, wire->len) != 0)
            continue;
        ++*compared;
        return check_packet(&blocks[i], opened);
    }
    return true;
}

static void print_counts(const struct connection_counts *counts)
{
    printf("opened %u Initial, %u Handshake, %u 1-RTT packets of %u datagrams\n",
        counts->packets[LEVEL_INITIAL], counts->packets[LEVEL_HANDSHAKE],
        counts->packets[LEVEL_APPLICATION], counts->datagrams);
    printf("suite %s, key updates %u of the client, %u of the server, retries %u\n",
        counts->suite == NULL ? "unknown" : counts->suite, counts->updates[CAPTURE_CLIENT],
        counts->updates[CAPTURE_SERVER], counts->retries);
}

static bool run_open(char *arguments[])
{
    struct connection_counts counts;
    const bool ok = open_connection(arguments[0], arguments[1], NULL, NULL, &counts);

    print_counts(&counts);
    return ok && counts.datagrams > 0;
}

static bool run_compare(char *arguments[])
{
    struct connection_counts counts;
    unsigned compared = 0, expected = 0;
    const bool ok = read_vectors(arguments[2]) &&
        open_connection(arguments[0], arguments[1], compare_opened, &compared, &counts);

    for (size_t i = 0; i < block_count; i++)
        expected += is_packet(&blocks[i]);
    rsp_close(&reader);
    if (!ok)
        return false;
    print_counts(&counts);
    printf("compared %u of %u packets\n", compared, expected);
    return compared == expected && expected > 0;
}

/* The secret of a packet stands in an earlier block, which has the same key. */
static const struct rsp_block *find_secret_block(const struct rsp_block *packet)
{
    const struct rsp_field *key = rsp_field(packet, "key");

    for (const struct rsp_block *block = blocks; block < packet; block++) {
        const struct rsp_field *other = rsp_field(block, "key");

        if (key != NULL && other != NULL && rsp_field(block, "secret") != NULL &&
            key->len == other->len && memcmp(key->data, other->data, key->len) == 0)
            return block;
    }
    return NULL;
}

/* Its header is short, without a connection id. */
static bool open_single(const struct rsp_block *block)
{
    const struct rsp_field *wire = rsp_field(block, "packet");
    const struct rsp_field *number = rsp_field(block, "packet_number"), *secret;
    const struct rsp_block *source = find_secret_block(block);
    const char *protocol = strncmp(block->section, "QUIC v2", 7) == 0 ? SSLPROVIDER_PROTOCOL_QUIC2
                                                                      : SSLPROVIDER_PROTOCOL_QUIC1;
    const char *suite = "TLS_CHACHA20_POLY1305_SHA256";
    struct packet packet = {.number_at = 1};
    struct keys keys;
    const struct opened opened = {CAPTURE_CLIENT, &keys, &packet};
    uint64_t expected = 0;
    EVP_PKEY *key;
    bool ok;

    if (wire == NULL || number == NULL || source == NULL)
        return report("%s:%u: a packet without its secret", block->path, block->line);
    secret = rsp_field(source, "secret");
    for (size_t i = 0; i < number->len; i++)
        expected = expected << 8 | number->data[i];
    packet.wire = wire->data;
    packet.len = wire->len;
    key = import_secret(protocol, suite, secret->data, secret->len);
    ok = key != NULL && derive_keys(key, suite, &keys) && unmask_header(&keys, expected, &packet) &&
        open_payload(&keys, &packet) && check_packet(block, &opened);
    free_packet(&packet);
    EVP_PKEY_free(key);
    return ok || report("%s:%u: not opened", block->path, block->line);
}

static bool run_single(char *arguments[])
{
    unsigned opened = 0;
    bool ok = read_vectors(arguments[0]);

    for (size_t i = 0; ok && i < block_count; i++) {
        if (!is_packet(&blocks[i]))
            continue;
        ok = open_single(&blocks[i]);
        opened++;
    }
    rsp_close(&reader);
    if (ok)
        printf("opened and compared %u single packets\n", opened);
    return ok && opened > 0;
}

static bool run_relay(char *arguments[])
{
    return relay((uint16_t)strtoul(arguments[0], NULL, 10), arguments[1],
        (unsigned)strtoul(arguments[2], NULL, 10));
}

static bool run_port(char *arguments[])
{
    (void)arguments;
    return print_free_port();
}

int main(int argc, char *argv[])
{
    static const struct {
        const char *name;
        int arguments;
        bool needs_provider;
        bool (*run)(char *arguments[]);
    } commands[] = {
        {"open", 2, true, run_open},
        {"compare", 3, true, run_compare},
        {"single", 1, true, run_single},
        {"port", 0, false, run_port},
        {"relay", 3, false, run_relay},
    };

    for (size_t i = 0; i < COUNT(commands); i++) {
        bool ok;

        if (argc != 2 + commands[i].arguments || strcmp(argv[1], commands[i].name) != 0)
            continue;
        ok = (!commands[i].needs_provider || open_provider()) && commands[i].run(argv + 2);
        if (!ok)
            ERR_print_errors_fp(stderr);
        close_provider();
        return ok ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    report("usage: %s open|compare|single|port|relay ARGUMENT...", argv[0]);
    return 2;
}
