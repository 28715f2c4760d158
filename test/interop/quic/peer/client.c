/* SPDX-License-Identifier: Apache-2.0
 *
 * A QUIC client on OpenSSL 3.5's own stack that updates its keys in the middle of a request, which
 * curl does not do (RFC 9001 section 6).  It is no part of the build: test_http3.sh compiles it
 * with the OpenSSL of the peers.
 *
 *     client PORT PATH UPDATES
 *
 * The protocol is that of HTTP 0.9 in one stream.  It prints how many bytes came as the answer; the
 * key log is that of SSLKEYLOGFILE.
 */
#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static FILE *key_log;

static void log_key(const SSL *connection, const char *line)
{
    (void)connection;
    (void)fprintf(key_log, "%s\n", line);
}

static int connect_socket(SSL *connection, const char *port)
{
    const struct in_addr address = {.s_addr = htonl(INADDR_LOOPBACK)};
    const uint16_t number = htons((uint16_t)strtoul(port, NULL, 10));
    BIO_ADDR *peer = BIO_ADDR_new();
    const int fd = BIO_socket(AF_INET, SOCK_DGRAM, 0, 0);
    BIO *bio;
    int ok;

    ok = peer != NULL && fd >= 0 &&
        BIO_ADDR_rawmake(peer, AF_INET, &address, sizeof(address), number) &&
        BIO_connect(fd, peer, 0) && BIO_socket_nbio(fd, 1) &&
        (bio = BIO_new_dgram(fd, BIO_CLOSE)) != NULL;
    if (ok) {
        SSL_set_bio(connection, bio, bio);
        ok = SSL_set1_initial_peer_addr(connection, peer);
    }
    BIO_ADDR_free(peer);
    return ok;
}

/* An update is allowed again when the peer has acknowledged the last one (RFC 9001 section 6.5). */
static int update_keys(SSL *connection)
{
    static const struct timespec pause = {.tv_nsec = 50000000};

    for (int tries = 0; tries < 60; tries++) {
        (void)nanosleep(&pause, NULL);
        if (!SSL_handle_events(connection))
            return 0;
        if (SSL_key_update(connection, SSL_KEY_UPDATE_NOT_REQUESTED))
            return 1;
        ERR_clear_error();
    }
    return 0;
}

static int request(SSL *connection, SSL *stream, const char *path, int updates)
{
    char line[256], answer[4096];
    size_t done, total = 0;
    const int len = snprintf(line, sizeof(line), "GET %s\r\n", path);

    for (int i = 0; i < len; i++) {
        if (!SSL_write_ex(stream, line + i, 1, &done))
            return 0;
        if (i < updates && !update_keys(connection))
            return 0;
    }
    if (!SSL_stream_conclude(stream, 0))
        return 0;
    while (SSL_read_ex(stream, answer, sizeof(answer), &done))
        total += done;
    printf("answer of %zu bytes\n", total);
    return SSL_get_error(stream, 0) == SSL_ERROR_ZERO_RETURN;
}

int main(int argc, char *argv[])
{
    static const unsigned char alpn[] = "\012hq-interop";
    const char *path = getenv("SSLKEYLOGFILE");
    SSL_CTX *ctx = SSL_CTX_new(OSSL_QUIC_client_method());
    SSL *connection = ctx == NULL ? NULL : SSL_new(ctx), *stream = NULL;
    int ok = 0;

    if (argc != 4 || path == NULL || (key_log = fopen(path, "w")) == NULL)
        return 2;
    SSL_CTX_set_keylog_callback(ctx, log_key);
    if (connection != NULL && connect_socket(connection, argv[1]) &&
        SSL_set_alpn_protos(connection, alpn, sizeof(alpn) - 1) == 0 &&
        SSL_set_default_stream_mode(connection, SSL_DEFAULT_STREAM_MODE_NONE) &&
        SSL_connect(connection) == 1)
        stream = SSL_new_stream(connection, 0);
    if (stream != NULL)
        ok = request(connection, stream, argv[2], (int)strtol(argv[3], NULL, 10));
    if (!ok)
        ERR_print_errors_fp(stderr);
    SSL_free(stream);
    if (connection != NULL)
        (void)SSL_shutdown(connection);
    SSL_free(connection);
    SSL_CTX_free(ctx);
    (void)fclose(key_log);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
