/* SPDX-License-Identifier: Apache-2.0
 *
 * A capture of the classic format (draft-ietf-opsawg-pcap) whose link type is raw IP, of what went
 * through the relay: no right to capture is needed.  Checksums are 0.
 */
#include "quic.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINK_TYPE_RAW = 101, IP_LEN = 20, UDP_LEN = 8, MAX_DATAGRAM = 65507 };

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static void put_two(uint8_t *to, size_t number)
{
    to[0] = (uint8_t)(number >> 8);
    to[1] = (uint8_t)number;
}

static void write_datagram(FILE *file, const struct sockaddr_in *from, const struct sockaddr_in *to,
    const uint8_t *data, size_t len)
{
    uint8_t headers[IP_LEN + UDP_LEN] = {0x45, [8] = 64, [9] = 17};
    const uint32_t total = (uint32_t)(sizeof(headers) + len);
    struct timespec now;
    uint32_t record[4] = {0, 0, total, total};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    record[0] = (uint32_t)now.tv_sec;
    record[1] = (uint32_t)(now.tv_nsec / 1000);
    put_two(headers + 2, total);
    memcpy(headers + 12, &from->sin_addr, 4);
    memcpy(headers + 16, &to->sin_addr, 4);
    memcpy(headers + 20, &from->sin_port, 2);
    memcpy(headers + 22, &to->sin_port, 2);
    put_two(headers + 24, UDP_LEN + len);
    (void)fwrite(record, sizeof(record), 1, file);
    (void)fwrite(headers, sizeof(headers), 1, file);
    (void)fwrite(data, len, 1, file);
}

static FILE *create_capture(const char *path)
{
    static const uint32_t header[] = {0xA1B2C3D4, 2 | 4 << 16, 0, 0, 0xFFFF, LINK_TYPE_RAW};
    FILE *file = fopen(path, "wb");

    if (file != NULL)
        (void)fwrite(header, sizeof(header), 1, file);
    return file;
}

/* The first datagram tells who the client is. */
static void pass_datagrams(const int sockets[2], const struct sockaddr_in *server, FILE *file)
{
    static uint8_t data[MAX_DATAGRAM];
    struct pollfd polled[2] = {
        {.fd = sockets[0], .events = POLLIN}, {.fd = sockets[1], .events = POLLIN}};
    struct sockaddr_in client = {0};
    socklen_t client_len;

    while (!stopped) {
        ssize_t len;

        if (poll(polled, 2, 1000) <= 0)
            continue;
        if ((polled[0].revents & POLLIN) != 0) {
            client_len = sizeof(client);
            len = recvfrom(
                sockets[0], data, sizeof(data), 0, (struct sockaddr *)&client, &client_len);
            if (len > 0) {
                write_datagram(file, &client, server, data, (size_t)len);
                (void)send(sockets[1], data, (size_t)len, 0);
            }
        }
        /* What the server does not take is told here, and is as lost as it would be. */
        if (polled[1].revents != 0) {
            len = recv(sockets[1], data, sizeof(data), MSG_DONTWAIT);
            if (len > 0 && client.sin_port != 0) {
                write_datagram(file, server, &client, data, (size_t)len);
                (void)sendto(sockets[0], data, (size_t)len, 0, (const struct sockaddr *)&client,
                    sizeof(client));
            }
        }
    }
}

/* A socket on a port of its own. */
static bool open_socket(int *opened, struct sockaddr_in *own)
{
    socklen_t len = sizeof(*own);

    *own = (struct sockaddr_in){.sin_family = AF_INET};
    own->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *opened = socket(AF_INET, SOCK_DGRAM, 0);
    return *opened >= 0 && bind(*opened, (const struct sockaddr *)own, sizeof(*own)) == 0 &&
        getsockname(*opened, (struct sockaddr *)own, &len) == 0;
}

bool print_free_port(void)
{
    struct sockaddr_in own;
    int opened;
    const bool ok = open_socket(&opened, &own);

    if (ok)
        printf("%u\n", ntohs(own.sin_port));
    (void)close(opened);
    return ok;
}

bool relay(uint16_t server_port, const char *capture, unsigned seconds)
{
    struct sockaddr_in server = {.sin_family = AF_INET}, own, other;
    int sockets[2] = {-1, -1};
    struct sigaction action = {.sa_handler = stop};
    FILE *file = create_capture(capture);
    bool ok;

    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.sin_port = htons(server_port);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm(seconds);
    ok = file != NULL && open_socket(&sockets[0], &own) && open_socket(&sockets[1], &other) &&
        connect(sockets[1], (const struct sockaddr *)&server, sizeof(server)) == 0;
    if (ok) {
        printf("listening %u\n", ntohs(own.sin_port));
        (void)fflush(stdout);
        pass_datagrams(sockets, &server, file);
    }
    for (size_t i = 0; i < COUNT(sockets); i++)
        (void)close(sockets[i]);
    if (file != NULL && fclose(file) != 0)
        ok = false;
    return ok || report("the relay to port %u failed", server_port);
}
