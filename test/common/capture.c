/* SPDX-License-Identifier: Apache-2.0 */
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW = 101 };
enum { IP_TCP = 6, IP_UDP = 17 };
enum { TCP_SYN = 0x02, TCP_ACK = 0x10 };

/* The part of a packet that has not been looked at yet. */
struct view {
    const uint8_t *data;
    size_t len;
};

/* What the headers of a packet say. */
struct packet {
    bool datagram;
    uint8_t source[16], destination[16];
    uint16_t source_port, destination_port;
    uint32_t sequence;
    uint8_t flags;
    struct view payload;
};

static uint32_t big_endian(const uint8_t *data, size_t len)
{
    uint32_t value = 0;

    for (size_t i = 0; i < len; i++)
        value = value << 8 | data[i];
    return value;
}

/* The captures are little-endian pcap files, whatever machine reads them. */
static uint32_t little_endian32(const uint8_t *data)
{
    return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
        (uint32_t)data[3] << 24;
}

static bool skip(struct view *view, size_t len)
{
    if (len > view->len)
        return false;
    view->data += len;
    view->len -= len;
    return true;
}

/* Link-layer padding comes after what the IP header counts. */
static bool cut(struct view *view, size_t len)
{
    if (len > view->len)
        return false;
    view->len = len;
    return true;
}

static bool parse_ipv4(struct view *view, struct packet *packet, uint8_t *next)
{
    size_t header;

    if (view->len < 20)
        return false;
    header = (size_t)(view->data[0] & 0x0F) * 4;
    if (header < 20 || (big_endian(view->data + 6, 2) & 0x3FFF) != 0) /* no fragments */
        return false;
    memcpy(packet->source, view->data + 12, 4);
    memcpy(packet->destination, view->data + 16, 4);
    *next = view->data[9];
    return cut(view, big_endian(view->data + 2, 2)) && skip(view, header);
}

static bool parse_ipv6(struct view *view, struct packet *packet, uint8_t *next)
{
    if (view->len < 40)
        return false;
    memcpy(packet->source, view->data + 8, 16);
    memcpy(packet->destination, view->data + 24, 16);
    *next = view->data[6];
    return cut(view, 40 + (size_t)big_endian(view->data + 4, 2)) && skip(view, 40);
}

static bool parse_ip(struct view *view, struct packet *packet, uint8_t *next)
{
    if (view->len == 0)
        return false;
    switch (view->data[0] >> 4) {
    case 4:
        return parse_ipv4(view, packet, next);
    case 6:
        return parse_ipv6(view, packet, next);
    default:
        return false;
    }
}

static bool parse_transport(struct view *view, struct packet *packet, uint8_t protocol)
{
    size_t header = 8;

    packet->datagram = protocol == IP_UDP;
    if (view->len < (packet->datagram ? 8U : 20U))
        return false;
    packet->source_port = (uint16_t)big_endian(view->data, 2);
    packet->destination_port = (uint16_t)big_endian(view->data + 2, 2);
    if (packet->datagram) {
        if (!cut(view, big_endian(view->data + 4, 2)))
            return false;
    } else {
        packet->sequence = big_endian(view->data + 4, 4);
        header = (size_t)(view->data[12] >> 4) * 4;
        packet->flags = view->data[13];
        if (header < 20)
            return false;
    }
    if (!skip(view, header))
        return false;
    packet->payload = *view;
    return true;
}

static int side_of(const struct capture_connection *connection, const struct packet *packet)
{
    for (int side = CAPTURE_CLIENT; side < CAPTURE_SIDES; side++) {
        int peer = CAPTURE_SIDES - 1 - side;

        if (connection->datagram == packet->datagram &&
            connection->port[side] == packet->source_port &&
            connection->port[peer] == packet->destination_port &&
            memcmp(connection->address[side], packet->source, 16) == 0 &&
            memcmp(connection->address[peer], packet->destination, 16) == 0)
            return side;
    }
    return -1;
}

/* The client is who speaks first: a TCP SYN without ACK, or the first UDP datagram. */
static struct capture_connection *find_connection(
    struct capture *capture, const struct packet *packet, int *side)
{
    bool opening = !packet->datagram && (packet->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    struct capture_connection *connection;

    for (size_t i = capture->connection_count; i-- > 0 && !opening;) {
        *side = side_of(capture->connections[i], packet);
        if (*side >= 0)
            return capture->connections[i];
    }
    if ((!opening && !packet->datagram) || capture->connection_count == CAPTURE_MAX_CONNECTIONS)
        return NULL;
    connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return NULL;
    connection->datagram = packet->datagram;
    connection->port[CAPTURE_CLIENT] = packet->source_port;
    connection->port[CAPTURE_SERVER] = packet->destination_port;
    memcpy(connection->address[CAPTURE_CLIENT], packet->source, 16);
    memcpy(connection->address[CAPTURE_SERVER], packet->destination, 16);
    capture->connections[capture->connection_count++] = connection;
    *side = CAPTURE_CLIENT;
    return connection;
}

static bool add_segment(struct capture_stream *stream, const struct packet *packet)
{
    struct capture_segment *segment;

    if (packet->flags & TCP_SYN) {
        stream->first_sequence = packet->sequence + 1;
        stream->synchronised = true;
    }
    if (packet->payload.len == 0)
        return true;
    if (stream->segment_count == CAPTURE_MAX_SEGMENTS ||
        (!packet->datagram && !stream->synchronised))
        return false;
    segment = &stream->segments[stream->segment_count++];
    segment->data = packet->payload.data;
    segment->len = packet->payload.len;
    segment->offset = packet->datagram ? 0 : packet->sequence - stream->first_sequence;
    return true;
}

struct visitor {
    capture_visit_fn *visit; /* NULL where segments are kept instead */
    void *argument;
};

static bool visit_packet(const struct capture *capture, const struct packet *packet, int side,
    const struct visitor *visitor)
{
    return packet->datagram && capture->connection_count == 1 &&
        visitor->visit(side, packet->payload.data, packet->payload.len, visitor->argument);
}

/* A packet of something else than IP, TCP and UDP, such as ARP, is passed over. */
static bool add_packet(
    struct capture *capture, struct view view, uint32_t link_type, const struct visitor *visitor)
{
    struct packet packet = {0};
    struct capture_connection *connection;
    uint8_t protocol = 0;
    int side = 0;

    if (link_type == LINK_ETHERNET) {
        uint32_t type;

        if (view.len < 14)
            return false;
        type = big_endian(view.data + 12, 2);
        if (type != 0x0800 && type != 0x86DD)
            return true;
        skip(&view, 14);
    } else if (link_type == LINK_NULL && !skip(&view, 4)) {
        return false;
    }
    if (!parse_ip(&view, &packet, &protocol))
        return false;
    if (protocol != IP_TCP && protocol != IP_UDP)
        return true;
    if (!parse_transport(&view, &packet, protocol))
        return false;
    connection = find_connection(capture, &packet, &side);
    if (connection == NULL)
        return false;
    return visitor->visit == NULL ? add_segment(&connection->streams[side], &packet)
                                  : visit_packet(capture, &packet, side, visitor);
}

static int compare_offsets(const void *a, const void *b)
{
    const struct capture_segment *left = a, *right = b;

    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Joins TCP segments; what a retransmission repeats is taken once, and a gap is a failure. */
static bool join_segments(struct capture_stream *stream, size_t *total)
{
    size_t room = 0;

    for (size_t i = 0; i < stream->segment_count; i++)
        room += stream->segments[i].len;
    stream->bytes = malloc(room + 1);
    if (stream->bytes == NULL)
        return false;
    qsort(stream->segments, stream->segment_count, sizeof(stream->segments[0]), compare_offsets);
    *total = 0;
    for (size_t i = 0; i < stream->segment_count; i++) {
        const struct capture_segment *segment = &stream->segments[i];
        size_t known;

        if (segment->offset > *total)
            return false;
        known = *total - segment->offset;
        if (known < segment->len) {
            memcpy(stream->bytes + *total, segment->data + known, segment->len - known);
            *total += segment->len - known;
        }
    }
    return true;
}

/* A record with the unified header of RFC 9147 section 4, but for one with a connection id: 0
 * bytes. Without a length it is the rest of the datagram. */
static size_t unified_len(struct view view)
{
    const uint8_t first = view.data[0];
    const size_t header = (first & 0x08) != 0 ? 3 : 2;

    if ((first & 0x10) != 0 || view.len < header + 2)
        return 0;
    return (first & 0x04) == 0 ? view.len : header + 2 + big_endian(view.data + header, 2);
}

/* RFC 5246 section 6.2.1: type, version, length.  RFC 6347 section 4.1 puts epoch and sequence
 * number between version and length. */
static bool cut_records(struct capture_stream *stream, struct view view, bool datagram)
{
    const size_t header = datagram ? 13 : 5;

    while (view.len != 0) {
        struct capture_record *record;

        if (view.len < header || stream->record_count == CAPTURE_MAX_RECORDS)
            return false;
        record = &stream->records[stream->record_count++];
        if (datagram && (view.data[0] & 0xE0) == 0x20) {
            *record = (struct capture_record){
                .version = 0xFEFC, .data = view.data, .len = unified_len(view)};
            if (record->len == 0 || !skip(&view, record->len))
                return false;
            continue;
        }
        record->type = view.data[0];
        record->version = (uint16_t)big_endian(view.data + 1, 2);
        if (datagram)
            record->sequence =
                (uint64_t)big_endian(view.data + 3, 4) << 32 | big_endian(view.data + 7, 4);
        record->data = view.data;
        record->len = header + big_endian(view.data + header - 2, 2);
        if (!skip(&view, record->len))
            return false;
    }
    return true;
}

static bool read_records(struct capture_stream *stream, bool datagram)
{
    struct view view;

    if (datagram) {
        for (size_t i = 0; i < stream->segment_count; i++) {
            view = (struct view){stream->segments[i].data, stream->segments[i].len};
            if (!cut_records(stream, view, true))
                return false;
        }
        return true;
    }
    if (!join_segments(stream, &view.len))
        return false;
    view.data = stream->bytes;
    return cut_records(stream, view, false);
}

static bool read_file(const char *path, uint8_t **data, size_t *len)
{
    FILE *file = fopen(path, "rb");
    bool ok = false;
    long size;

    if (file == NULL)
        return false;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0 &&
        fseek(file, 0, SEEK_SET) == 0 && (*data = malloc((size_t)size)) != NULL) {
        *len = fread(*data, 1, (size_t)size, file);
        ok = *len == (size_t)size;
    }
    fclose(file);
    return ok;
}

static bool fail(struct capture *capture, const char *path, const char *what, size_t number)
{
    snprintf(capture->error, sizeof(capture->error), "%s: %s (%zu)", path, what, number);
    return false;
}

static bool read_packets(struct capture *capture, const char *path, const struct visitor *visitor)
{
    struct view file = {NULL, 0};
    uint32_t link_type;
    bool ok;

    memset(capture, 0, sizeof(*capture));
    ok = read_file(path, &capture->file, &file.len);
    file.data = capture->file;
    if (!ok)
        return fail(capture, path, "cannot be read", 0);

    if (file.len < 24 || little_endian32(file.data) != 0xA1B2C3D4)
        return fail(capture, path, "not a little-endian pcap file", file.len);
    link_type = little_endian32(file.data + 20);
    if (link_type != LINK_ETHERNET && link_type != LINK_NULL && link_type != LINK_RAW)
        return fail(capture, path, "unknown link type", link_type);
    skip(&file, 24);
    for (size_t number = 1; file.len != 0; number++) {
        struct view packet;

        if (file.len < 16 || little_endian32(file.data + 8) != little_endian32(file.data + 12))
            return fail(capture, path, "packet cut off", number);
        packet.len = little_endian32(file.data + 8);
        skip(&file, 16);
        packet.data = file.data;
        if (!skip(&file, packet.len) || !add_packet(capture, packet, link_type, visitor))
            return fail(capture, path, "packet not understood", number);
    }
    return true;
}

bool capture_open(struct capture *capture, const char *path)
{
    static const struct visitor none = {NULL, NULL};

    if (!read_packets(capture, path, &none))
        return false;
    for (size_t i = 0; i < capture->connection_count; i++) {
        struct capture_connection *connection = capture->connections[i];

        for (int side = CAPTURE_CLIENT; side < CAPTURE_SIDES; side++) {
            if (!read_records(&connection->streams[side], connection->datagram))
                return fail(capture, path, "bad stream in connection", i);
        }
    }
    return true;
}

bool capture_visit_datagrams(
    struct capture *capture, const char *path, capture_visit_fn *visit, void *argument)
{
    const struct visitor visitor = {visit, argument};

    return read_packets(capture, path, &visitor);
}

void capture_close(struct capture *capture)
{
    for (size_t i = 0; i < capture->connection_count; i++) {
        for (int side = CAPTURE_CLIENT; side < CAPTURE_SIDES; side++)
            free(capture->connections[i]->streams[side].bytes);
        free(capture->connections[i]);
    }
    free(capture->file);
    memset(capture, 0, sizeof(*capture));
}
