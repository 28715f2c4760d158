/* SPDX-License-Identifier: Apache-2.0
 *
 * A DTLS 1.3 client and server of wolfSSL: the peer of the driver in test_dtls13_wolfssl.sh.
 *
 *   wolfssl_peer version
 *   wolfssl_peer client|server PORT CERTIFICATE KEY TRUSTED [WORD]...
 *
 *   suite=NAME     of wolfSSL
 *   group=NUMBER   of key exchange, and no other
 *   first=NUMBER   client: the group that the first ClientHello has a share of
 *   label=LABEL    print 32 bytes of keying material
 *   text=TEXT      client: the line to send
 *   records=N      so many lines in each direction at once, whoever gets them
 *   cookie         server: a HelloRetryRequest with one
 *   request        server: ask for a certificate
 *   show           client: have one
 *   update         new keys before the data, in both directions
 *   resume         a second connection that resumes the first
 *
 * A client sends a line and waits for one; a server sends back the line it gets.
 */
#include <wolfssl/options.h>

#include <wolfssl/ssl.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Times in milliseconds. */
enum { STEP = 100, PATIENCE = 10000, QUIET = 3000, PAUSE = 500, LIFETIME = 30 /* seconds */ };
/* Whatever the time is, wolfSSL doubles a number for each timeout, and gives up at this one. */
enum { LONGEST = 1 << 24 };
enum { HANDSHAKE = 22, EXPORTED_LEN = 32, MAX_LINE = 0x4000 };

static struct {
    bool server, cookie, request, show, update, resume;
    const char *port, *certificate, *key, *trusted, *suite, *label, *text;
    int group, first, records;
} options = {.text = "hello"};

_Noreturn static void fail(const char *what, int error)
{
    char text[WOLFSSL_MAX_ERROR_SZ];

    printf("wolfssl_peer: %s: %s\n", what, wolfSSL_ERR_error_string((unsigned long)error, text));
    exit(1);
}

static void require(bool right, const char *what)
{
    if (!right)
        fail(what, 0);
}

/* ---- Sockets ---- */

static int open_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const int handle = socket(AF_INET, SOCK_DGRAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)atoi(options.port));
    require(handle >= 0 && fcntl(handle, F_SETFL, O_NONBLOCK) == 0, "socket");
    if (options.server)
        require(bind(handle, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
    else
        require(connect(handle, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
    return handle;
}

static bool wait_for(int handle, int milliseconds)
{
    struct pollfd watched = {.fd = handle, .events = POLLIN};

    return poll(&watched, 1, milliseconds) > 0;
}

/* The sender of the next ClientHello; what is left over from the peer before is passed over. */
static void accept_peer(int handle)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    struct sockaddr_in peer;
    socklen_t len = sizeof(peer);
    unsigned char type = 0;

    (void)connect(handle, &nobody, sizeof(nobody));
    while (type != HANDSHAKE) {
        require(wait_for(handle, PATIENCE), "nobody connects");
        if (recvfrom(handle, &type, 1, MSG_PEEK, (struct sockaddr *)&peer, &len) == 1 &&
            type != HANDSHAKE)
            (void)recv(handle, &type, 1, 0);
    }
    require(connect(handle, (struct sockaddr *)&peer, len) == 0, "accept");
}

/* ---- The connection ---- */

static WOLFSSL_CTX *make_context(void)
{
    WOLFSSL_CTX *context = wolfSSL_CTX_new(
        options.server ? wolfDTLSv1_3_server_method() : wolfDTLSv1_3_client_method());

    require(context != NULL, "no context");
    if (options.suite != NULL)
        require(
            wolfSSL_CTX_set_cipher_list(context, options.suite) == WOLFSSL_SUCCESS, options.suite);
    if (options.server || options.show)
        require(wolfSSL_CTX_use_certificate_file(
                    context, options.certificate, WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS &&
                wolfSSL_CTX_use_PrivateKey_file(context, options.key, WOLFSSL_FILETYPE_PEM) ==
                    WOLFSSL_SUCCESS,
            options.certificate);
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_NONE, NULL);
    if (options.request) {
        require(
            wolfSSL_CTX_load_verify_locations(context, options.trusted, NULL) == WOLFSSL_SUCCESS,
            options.trusted);
        wolfSSL_CTX_set_verify(
            context, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    return context;
}

static void set_groups(WOLFSSL *ssl)
{
    int groups[2] = {options.first, options.group};
    const bool two = options.first != 0;

    require(wolfSSL_set_groups(ssl, two ? groups : groups + 1, two ? 2 : 1) == WOLFSSL_SUCCESS,
        "groups");
    if (!options.server)
        require(wolfSSL_UseKeyShare(ssl, (word16)groups[two ? 0 : 1]) == WOLFSSL_SUCCESS, "share");
}

static WOLFSSL *make_connection(WOLFSSL_CTX *context, int handle)
{
    WOLFSSL *ssl = wolfSSL_new(context);

    require(ssl != NULL && wolfSSL_set_dtls_fd_connected(ssl, handle) == WOLFSSL_SUCCESS,
        "no connection");
    require(wolfSSL_dtls_set_timeout_max(ssl, LONGEST) == WOLFSSL_SUCCESS, "timeout");
    wolfSSL_dtls_set_using_nonblock(ssl, 1);
    wolfSSL_KeepHandshakeResources(ssl);
    set_groups(ssl);
    if (options.server && !options.cookie)
        require(wolfSSL_disable_hrr_cookie(ssl) == WOLFSSL_SUCCESS, "no cookie");
    return ssl;
}

/* Fails for an error other than that nothing can be read now; then waits, and sends again what is
 * due when nothing comes. */
static bool wait_on(WOLFSSL *ssl, int result, int milliseconds)
{
    const int error = wolfSSL_get_error(ssl, result);

    if (error != WOLFSSL_ERROR_WANT_READ && error != WOLFSSL_ERROR_WANT_WRITE)
        fail("connection", error);
    if (wait_for(wolfSSL_get_fd(ssl), milliseconds))
        return true;
    if (milliseconds >= STEP &&
        (!wolfSSL_is_init_finished(ssl) || wolfSSL_dtls13_has_pending_msg(ssl)))
        (void)wolfSSL_dtls_got_timeout(ssl);
    return false;
}

static void shake_hands(WOLFSSL *ssl)
{
    int result;

    for (int steps = 0;
         (result = options.server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl)) != WOLFSSL_SUCCESS;
         steps++) {
        require(steps < PATIENCE / STEP, "no handshake");
        (void)wait_on(ssl, result, 2 * STEP);
    }
}

static void print_facts(WOLFSSL *ssl)
{
    unsigned char exported[EXPORTED_LEN];

    printf("suite %s\n", wolfSSL_get_cipher(ssl));
    printf("resumed %s\n", wolfSSL_session_reused(ssl) ? "yes" : "no");
    require(wolfSSL_export_keying_material(ssl, exported, sizeof(exported), options.label,
                strlen(options.label), NULL, 0, 0) == WOLFSSL_SUCCESS,
        "exporter");
    printf("exporter ");
    for (size_t i = 0; i < sizeof(exported); i++)
        printf("%02X", exported[i]);
    printf("\n");
    (void)fflush(stdout);
}

/* ---- Data ---- */

/* What comes within the time; 0 for nothing, and for the end. */
static int receive(WOLFSSL *ssl, char line[MAX_LINE], int milliseconds)
{
    for (;;) {
        const int got = wolfSSL_read(ssl, line, MAX_LINE - 1);

        if (got > 0) {
            line[got] = '\0';
            return got;
        }
        if (wolfSSL_get_error(ssl, got) == WOLFSSL_ERROR_ZERO_RETURN || milliseconds < 0)
            return 0;
        if (!wait_on(ssl, got, milliseconds < STEP ? milliseconds : STEP))
            milliseconds -= STEP;
    }
}

static void send_line(WOLFSSL *ssl, const char *line)
{
    const int len = (int)strlen(line);
    const int sent = wolfSSL_write(ssl, line, len);

    if (sent != len)
        fail("write", wolfSSL_get_error(ssl, sent));
}

/* The peer's line ends what was on its way before it. */
static void exchange_lines(WOLFSSL *ssl)
{
    char line[MAX_LINE];

    if (!options.server) {
        (void)snprintf(line, sizeof(line), "%s\n", options.text);
        send_line(ssl, line);
    }
    require(receive(ssl, line, PATIENCE) > 0, "no line");
    printf("data %s", line);
    if (options.server)
        send_line(ssl, line);
    (void)receive(ssl, line, PAUSE);
}

static void exchange_records(WOLFSSL *ssl)
{
    char line[MAX_LINE];
    int received = 0;

    for (int i = 0; i < options.records; i++) {
        (void)snprintf(line, sizeof(line), "record %05d of the peer\n", i);
        send_line(ssl, line);
        while (receive(ssl, line, 1) > 0)
            received++;
    }
    while (receive(ssl, line, QUIET) > 0)
        received++;
    printf("records received %d\n", received);
}

static WOLFSSL_SESSION *run(WOLFSSL_CTX *context, int handle, WOLFSSL_SESSION *session)
{
    WOLFSSL *ssl;

    if (options.server)
        accept_peer(handle);
    ssl = make_connection(context, handle);
    if (session != NULL)
        require(wolfSSL_set_session(ssl, session) == WOLFSSL_SUCCESS, "session");
    shake_hands(ssl);
    print_facts(ssl);
    if (options.update) {
        const int result = wolfSSL_update_keys(ssl);

        if (result != WOLFSSL_SUCCESS)
            fail("update", wolfSSL_get_error(ssl, result));
    }
    if (options.records > 0)
        exchange_records(ssl);
    else
        exchange_lines(ssl);
    session = options.server ? NULL : wolfSSL_get1_session(ssl);
    (void)wolfSSL_shutdown(ssl);
    wolfSSL_free(ssl);
    return session;
}

/* ---- The command line ---- */

static const struct {
    const char *name;
    bool *flag;
    int *number;
    const char **text;
} words[] = {
    {"cookie", &options.cookie, NULL, NULL},
    {"request", &options.request, NULL, NULL},
    {"show", &options.show, NULL, NULL},
    {"update", &options.update, NULL, NULL},
    {"resume", &options.resume, NULL, NULL},
    {"suite=", NULL, NULL, &options.suite},
    {"label=", NULL, NULL, &options.label},
    {"text=", NULL, NULL, &options.text},
    {"group=", NULL, &options.group, NULL},
    {"first=", NULL, &options.first, NULL},
    {"records=", NULL, &options.records, NULL},
};

static void take_word(const char *word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const size_t len = strlen(words[i].name);

        if (strncmp(word, words[i].name, len) != 0)
            continue;
        if (words[i].flag != NULL)
            *words[i].flag = true;
        else if (words[i].number != NULL)
            *words[i].number = atoi(word + len);
        else
            *words[i].text = word + len;
        return;
    }
    fail(word, 0);
}

int main(int argc, char *argv[])
{
    WOLFSSL_SESSION *session = NULL;
    WOLFSSL_CTX *context;
    int handle;

    if (argc == 2 && strcmp(argv[1], "version") == 0) {
        printf("%s\n", wolfSSL_lib_version());
        return 0;
    }
    require(argc >= 6, "arguments are missing");
    options.server = strcmp(argv[1], "server") == 0;
    options.port = argv[2];
    options.certificate = argv[3];
    options.key = argv[4];
    options.trusted = argv[5];
    for (int i = 6; i < argc; i++)
        take_word(argv[i]);
    (void)alarm(LIFETIME);
    require(wolfSSL_Init() == WOLFSSL_SUCCESS, "init");
    context = make_context();
    handle = open_socket();
    session = run(context, handle, NULL);
    if (options.resume) {
        if (!options.server) {
            (void)sleep(1); /* the server may not be done with the first one */
            (void)close(handle);
            handle = open_socket();
        }
        (void)run(context, handle, session);
    }
    printf("result ok\n");
    return 0;
}
