/* SPDX-License-Identifier: Apache-2.0
 *
 * A capture file of the classic format (draft-ietf-opsawg-pcap) whose link type is raw IP: what
 * went through the socket, in segments made up for it, so that no right to capture is needed.
 * Checksums are 0, which readers take for "left to the network card".
 */
#include "transport.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    LINK_TYPE_RAW = 101,
    CLIENT_PORT = 40000,
    HEADERS_LEN = 40, /* IPv4 and TCP, without options */
    SEGMENT_LEN = 1400,
    TCP_FIN = 1,
    TCP_SYN = 2,
    TCP_ACK = 16
};

static FILE *file;
static uint16_t ports[2];     /* of client and server */
static uint32_t sequences[2]; /* next byte of each */

static void put_host_order(uint32_t value)
{
    (void)fwrite(&value, sizeof(value), 1, file);
}

static void put_segment(bool from_server, uint8_t flags, const uint8_t *data, size_t len)
{
    static const uint8_t addresses[2][4] = {{127, 0, 0, 1}, {127, 0, 0, 2}};
    struct writer packet = {.len = 0};
    struct timespec now;
    const int from = from_server ? 1 : 0, to = 1 - from;

    write_number(&packet, 0x4500, 2); /* version, header length, service */
    write_number(&packet, (uint32_t)(HEADERS_LEN + len), 2);
    write_number(&packet, 0, 4);      /* identification, fragment */
    write_number(&packet, 0x4006, 2); /* time to live, TCP */
    write_number(&packet, 0, 2);
    write_bytes(&packet, addresses[from], 4);
    write_bytes(&packet, addresses[to], 4);
    write_number(&packet, ports[from], 2);
    write_number(&packet, ports[to], 2);
    write_number(&packet, sequences[from], 4);
    write_number(&packet, (flags & TCP_ACK) != 0 ? sequences[to] : 0, 4);
    write_number(&packet, 0x5000U | flags, 2); /* header length */
    write_number(&packet, 0xFFFF, 2);          /* window */
    write_number(&packet, 0, 4);               /* checksum, urgent pointer */
    write_bytes(&packet, data, len);

    (void)clock_gettime(CLOCK_REALTIME, &now);
    put_host_order((uint32_t)now.tv_sec);
    put_host_order((uint32_t)(now.tv_nsec / 1000));
    put_host_order((uint32_t)packet.len);
    put_host_order((uint32_t)packet.len);
    (void)fwrite(packet.data, 1, packet.len, file);
    sequences[from] += (uint32_t)len + ((flags & (TCP_SYN | TCP_FIN)) != 0 ? 1 : 0);
}

void pcap_open(const char *path, uint16_t server_port)
{
    static const uint32_t header[] = {0xA1B2C3D4, 2 | 4 << 16, 0, 0, 0xFFFF, LINK_TYPE_RAW};

    file = fopen(path, "wb");
    if (file == NULL)
        fail("%s: cannot be written", path);
    for (size_t i = 0; i < COUNT(header); i++)
        put_host_order(header[i]);
    ports[0] = CLIENT_PORT;
    ports[1] = server_port;
}

/* Each connection has another client port. */
void pcap_connect(void)
{
    if (file == NULL)
        return;
    ports[0]++;
    sequences[0] = 1000;
    sequences[1] = 2000;
    put_segment(false, TCP_SYN, NULL, 0);
    put_segment(true, TCP_SYN | TCP_ACK, NULL, 0);
    put_segment(false, TCP_ACK, NULL, 0);
}

void pcap_write(bool from_server, const uint8_t *data, size_t len)
{
    while (file != NULL && len > 0) {
        const size_t part = len < SEGMENT_LEN ? len : SEGMENT_LEN;

        put_segment(from_server, TCP_ACK, data, part);
        data += part;
        len -= part;
    }
}

void pcap_close(void)
{
    if (file != NULL && fclose(file) != 0)
        fail("the capture could not be written");
    file = NULL;
}
