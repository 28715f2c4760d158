/* SPDX-License-Identifier: Apache-2.0
 *
 * A reader of small packet captures: classic pcap, Ethernet, BSD loopback or raw IP, IPv4 and IPv6.
 * It puts the TCP streams together, or takes UDP datagrams as they come, and cuts both into TLS or
 * DTLS records; or it hands out the datagrams as they are.  Anything cut off, missing or out of
 * bounds is an error, not a shorter answer.
 */
#ifndef SSLP_TEST_CAPTURE_H
#define SSLP_TEST_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CAPTURE_MAX_CONNECTIONS = 8,
    CAPTURE_MAX_SEGMENTS = 128, /* data packets of one direction */
    CAPTURE_MAX_RECORDS = 256,  /* of one direction */
    CAPTURE_ERROR_SIZE = 320
};

enum { CAPTURE_CLIENT, CAPTURE_SERVER, CAPTURE_SIDES }; /* who sent it */

struct capture_record {
    uint8_t type;        /* content type; 0 in a unified header, which has none */
    uint16_t version;    /* as on the wire; 0xFEFC with a unified header: DTLS 1.3 */
    uint64_t sequence;   /* DTLS up to 1.2: epoch and sequence number of the header; others: 0 */
    const uint8_t *data; /* the whole record, header first */
    size_t len;          /* bytes */
};

struct capture_segment {
    const uint8_t *data;
    size_t len;
    uint32_t offset; /* TCP: bytes since the start of the stream */
};

/* One direction of a connection. */
struct capture_stream {
    uint32_t first_sequence; /* TCP: number of the first data byte */
    bool synchronised;       /* TCP: SYN seen */
    struct capture_segment segments[CAPTURE_MAX_SEGMENTS];
    size_t segment_count;
    uint8_t *bytes; /* owned: the segments in order */
    struct capture_record records[CAPTURE_MAX_RECORDS];
    size_t record_count;
};

struct capture_connection {
    bool datagram; /* UDP */
    uint8_t address[CAPTURE_SIDES][16];
    uint16_t port[CAPTURE_SIDES];
    struct capture_stream streams[CAPTURE_SIDES];
};

struct capture {
    uint8_t *file;                                                   /* owned */
    struct capture_connection *connections[CAPTURE_MAX_CONNECTIONS]; /* in order of appearance */
    size_t connection_count;
    char error[CAPTURE_ERROR_SIZE]; /* after a failure */
};

/* False with capture->error set on failure; capture_close is due in either case. */
bool capture_open(struct capture *capture, const char *path);

/* The datagrams of the only connection, of any number, in the order of the file.  False where the
 * visitor has returned false, too. */
typedef bool capture_visit_fn(int side, const uint8_t *data, size_t len, void *argument);
bool capture_visit_datagrams(
    struct capture *capture, const char *path, capture_visit_fn *visit, void *argument);
void capture_close(struct capture *capture);

#endif
