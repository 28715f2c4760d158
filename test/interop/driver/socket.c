/* SPDX-License-Identifier: Apache-2.0 */
#include "transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 10000, RETRY = 50, FIRST_FREE = 20000, FREE_PORTS = 12000, STRIDE = 7919 };

long long now_milliseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int open_socket(bool datagram)
{
    const int handle = socket(AF_INET, datagram ? SOCK_DGRAM : SOCK_STREAM, 0);

    if (handle < 0)
        fail("socket: %s", strerror(errno));
    return handle;
}

static void set_flag(int socket, int level, int option)
{
    const int on = 1;

    (void)setsockopt(socket, level, option, &on, sizeof(on));
}

/* The peer may be about to start: a refusal is not yet the answer. */
int socket_connect(const struct options *options)
{
    const struct sockaddr_in address = loopback(options->port);
    const long long end = now_milliseconds() + PATIENCE;
    const struct timespec pause = {.tv_nsec = RETRY * 1000000L};

    for (;;) {
        const int handle = open_socket(options->dtls);

        if (connect(handle, (const struct sockaddr *)&address, sizeof(address)) == 0) {
            if (!options->dtls)
                set_flag(handle, IPPROTO_TCP, TCP_NODELAY);
            return handle;
        }
        (void)close(handle);
        if (now_milliseconds() > end)
            fail("connect: %s", strerror(errno));
        (void)nanosleep(&pause, NULL);
    }
}

int socket_listen(const struct options *options)
{
    const uint16_t port = options->port == 0 ? socket_free_port() : options->port;
    const struct sockaddr_in address = loopback(port);
    const int handle = open_socket(options->dtls);

    if (!options->dtls) /* two datagram sockets would share the port */
        set_flag(handle, SOL_SOCKET, SO_REUSEADDR);
    if (bind(handle, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        (!options->dtls && listen(handle, 4) != 0))
        fail("listen: %s", strerror(errno));
    printf("listening %u\n", (unsigned)port);
    (void)fflush(stdout);
    return handle;
}

/* A datagram socket takes one peer, the sender of the first handshake record, which stays in the
 * queue; what else comes is left over from the peer before. */
static int accept_datagrams(int listener)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    struct sockaddr_in peer;
    socklen_t len = sizeof(peer);
    uint8_t type = 0;

    (void)connect(listener, &nobody, sizeof(nobody));
    for (;;) {
        if (!socket_wait(listener, 2 * PATIENCE))
            fail("nobody connects");
        if (recvfrom(listener, &type, 1, MSG_PEEK, (struct sockaddr *)&peer, &len) == 1 &&
            type == CT_HANDSHAKE)
            break;
        (void)recv(listener, &type, 1, 0);
    }
    if (connect(listener, (const struct sockaddr *)&peer, len) != 0)
        fail("accept: %s", strerror(errno));
    return dup(listener);
}

int socket_accept(const struct options *options, int listener)
{
    int handle;

    if (options->dtls)
        return accept_datagrams(listener);
    if (!socket_wait(listener, 2 * PATIENCE))
        fail("nobody connects");
    handle = accept(listener, NULL, NULL);
    if (handle < 0)
        fail("accept: %s", strerror(errno));
    set_flag(handle, IPPROTO_TCP, TCP_NODELAY);
    return handle;
}

static bool port_is_free(uint16_t port)
{
    const struct sockaddr_in address = loopback(port);
    bool is_free = true;

    for (int datagram = 0; datagram < 2; datagram++) {
        const int handle = open_socket(datagram != 0);

        if (bind(handle, (const struct sockaddr *)&address, sizeof(address)) != 0)
            is_free = false;
        (void)close(handle);
    }
    return is_free;
}

/* Programs that look for a port at the same time begin at different ones: they have different
 * numbers, or are in different namespaces of these numbers.  Neighbours begin far apart, so that
 * none finds the port that another one has found before it is listened on. */
uint16_t socket_free_port(void)
{
    struct stat namespace = {.st_ino = 0};
    unsigned start;

    (void)stat("/proc/self/ns/pid", &namespace);
    start = ((unsigned)getpid() + (unsigned)namespace.st_ino * 1009) % FREE_PORTS * STRIDE;

    for (unsigned i = 0; i < FREE_PORTS; i++) {
        const uint16_t port = (uint16_t)(FIRST_FREE + (start + i) % FREE_PORTS);

        if (port_is_free(port))
            return port;
    }
    fail("no port is free");
}

bool socket_wait(int socket, int milliseconds)
{
    struct pollfd watched = {.fd = socket, .events = POLLIN};

    return poll(&watched, 1, milliseconds) > 0;
}

void socket_write(int socket, const uint8_t *data, size_t len)
{
    while (len > 0) {
        const ssize_t sent = send(socket, data, len, MSG_NOSIGNAL);

        if (sent <= 0)
            fail("send: %s", strerror(errno));
        data += sent;
        len -= (size_t)sent;
    }
}

bool socket_read(int socket, uint8_t *data, size_t len)
{
    const size_t wanted = len;

    while (len > 0) {
        ssize_t received;

        if (!socket_wait(socket, PATIENCE))
            fail("the peer is silent");
        received = recv(socket, data, len, 0);
        if (received <= 0 && len == wanted)
            return false;
        if (received <= 0)
            fail("the peer closed within a record");
        data += received;
        len -= (size_t)received;
    }
    return true;
}
