/* SPDX-License-Identifier: Apache-2.0
 *
 * What the drop-in KDFs are worth to libssl: processor time of a resumed handshake, client and
 * server in this process with memory between them, with sslprovider selected by a default property
 * query divided by the same without it.
 *
 *     handshakes [--smoke | --check]
 *
 * Short runs of both alternate on one core, and the median of the pairs' ratios counts, so that a
 * machine that changes its pace changes it for both.  --check ends with status 1 where a ratio is
 * missed that the project promises for this release of OpenSSL; for releases without a promise, and
 * with --smoke, which does only a few handshakes, nothing is judged.  The module comes from the
 * folder that OPENSSL_MODULES names.
 */
#include "bench/support/bench_support.h"
#include "sslprovider/names.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PAIRS = 61, HANDSHAKES = 60, SMOKE_PAIRS = 3, SMOKE_HANDSHAKES = 2 };

static const struct promise {
    unsigned major, minor; /* release of OpenSSL */
    double tls12, tls13;
} promises[] = {
    {3, 0, 0.72, 0.83},
    {4, 0, 0.82, 0.90},
};

/* Two ends of a connection, and a session of theirs to be resumed. */
struct connection {
    SSL_CTX *client_context, *server_context;
    SSL_SESSION *session;
};

/* A library context with OpenSSL alone, and one in which sslprovider is selected. */
enum { PLAIN, SELECTED, SIDES };

struct side {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *providers[2];
    EVP_PKEY *key;
    X509 *certificate;
};

static void open_side(struct side *side, bool selected)
{
    side->libctx = OSSL_LIB_CTX_new();
    bench_require(side->libctx != NULL, "making a library context");
    side->providers[0] = OSSL_PROVIDER_load(side->libctx, "default");
    bench_require(side->providers[0] != NULL, "loading default");
    if (selected) {
        side->providers[1] = OSSL_PROVIDER_load(side->libctx, SSLPROVIDER_NAME);
        bench_require(side->providers[1] != NULL, "loading sslprovider");
        bench_require(EVP_set_default_properties(side->libctx, "?" SSLPROVIDER_PROPERTY) == 1,
            "selecting sslprovider");
    }
    side->key = EVP_PKEY_Q_keygen(side->libctx, NULL, "RSA", (size_t)2048);
    side->certificate = bench_make_certificate(side->libctx, side->key);
}

static void close_side(struct side *side)
{
    X509_free(side->certificate);
    EVP_PKEY_free(side->key);
    for (int i = 1; i >= 0; i--) {
        if (side->providers[i] != NULL)
            OSSL_PROVIDER_unload(side->providers[i]);
    }
    OSSL_LIB_CTX_free(side->libctx);
}

static SSL_CTX *context_new(const struct side *side, const SSL_METHOD *method, int version)
{
    SSL_CTX *context = SSL_CTX_new_ex(side->libctx, NULL, method);

    bench_require(context != NULL && SSL_CTX_set_min_proto_version(context, version) == 1 &&
            SSL_CTX_set_max_proto_version(context, version) == 1 &&
            SSL_CTX_set_cipher_list(context, "ECDHE-RSA-AES128-GCM-SHA256") == 1 &&
            SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1,
        "making an SSL_CTX");
    /* Sessions are in tickets.  A cache beside them would grow from run to run. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}

/* A whole handshake.  In TLS 1.3 the tickets come after it, so the client reads once. */
static void handshake(SSL *client, SSL *server)
{
    unsigned char byte;
    int client_done = 0, server_done = 0;

    for (int turn = 0; turn < 10 && (client_done != 1 || server_done != 1); turn++) {
        client_done = SSL_do_handshake(client);
        server_done = SSL_do_handshake(server);
    }
    bench_require(client_done == 1 && server_done == 1, "the handshake");
    bench_require(
        SSL_read(client, &byte, 1) <= 0 && SSL_get_error(client, -1) == SSL_ERROR_WANT_READ,
        "reading the tickets");
}

/* One connection from beginning to end; resumes the session if there is one, else leaves one. */
static void connect_once(struct connection *connection)
{
    SSL *client = SSL_new(connection->client_context);
    SSL *server = SSL_new(connection->server_context);
    BIO *client_bio = NULL, *server_bio = NULL;

    bench_require(
        client != NULL && server != NULL && BIO_new_bio_pair(&client_bio, 0, &server_bio, 0) == 1,
        "making a connection");
    SSL_set_bio(client, client_bio, client_bio);
    SSL_set_bio(server, server_bio, server_bio);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    if (connection->session != NULL)
        bench_require(SSL_set_session(client, connection->session) == 1, "offering the session");
    handshake(client, server);
    bench_require(SSL_session_reused(client) == (connection->session != NULL), "resuming");
    if (connection->session == NULL)
        connection->session = SSL_get1_session(client);
    SSL_shutdown(client);
    SSL_shutdown(server);
    SSL_free(client);
    SSL_free(server);
}

static void open_connection(struct connection *connection, const struct side *side, int version)
{
    connection->client_context = context_new(side, TLS_client_method(), version);
    connection->server_context = context_new(side, TLS_server_method(), version);
    connection->session = NULL;
    bench_require(SSL_CTX_use_certificate(connection->server_context, side->certificate) == 1 &&
            SSL_CTX_use_PrivateKey(connection->server_context, side->key) == 1,
        "using the certificate");
    connect_once(connection);
    bench_require(connection->session != NULL && SSL_SESSION_is_resumable(connection->session),
        "getting a session");
}

static void close_connection(struct connection *connection)
{
    SSL_SESSION_free(connection->session);
    SSL_CTX_free(connection->client_context);
    SSL_CTX_free(connection->server_context);
}

static double time_run(struct connection *connection, int handshakes)
{
    const double start = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);

    for (int i = 0; i < handshakes; i++)
        connect_once(connection);
    return (bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / 1e3 / handshakes;
}

/* The median ratio of a protocol version, with the medians it comes from on stdout. */
static double measure(const struct side sides[SIDES], int version, const char *name, bool smoke)
{
    const int pairs = smoke ? SMOKE_PAIRS : MAX_PAIRS;
    const int handshakes = smoke ? SMOKE_HANDSHAKES : HANDSHAKES;
    struct connection connections[SIDES];
    double us[SIDES][MAX_PAIRS], ratios[MAX_PAIRS], ratio;

    for (int i = 0; i < SIDES; i++)
        open_connection(&connections[i], &sides[i], version);
    for (int pair = 0; pair < pairs; pair++) {
        /* Whoever comes first does so only in every second pair. */
        for (int i = 0; i < SIDES; i++) {
            const int side = (pair + i) % SIDES;

            us[side][pair] = time_run(&connections[side], handshakes);
        }
        ratios[pair] = us[SELECTED][pair] / us[PLAIN][pair];
    }
    ratio = bench_median(ratios, pairs);
    printf("%s resumed: default %.1f us, sslprovider selected %.1f us, ratio %.3f\n", name,
        bench_median(us[PLAIN], pairs), bench_median(us[SELECTED], pairs), ratio);
    for (int i = 0; i < SIDES; i++)
        close_connection(&connections[i]);
    return ratio;
}

/* The promise for this release; NULL where there is none. */
static const struct promise *find_promise(void)
{
    for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
        if (promises[i].major == OPENSSL_version_major() &&
            promises[i].minor == OPENSSL_version_minor())
            return &promises[i];
    }
    return NULL;
}

int main(int argc, char *argv[])
{
    const bool smoke = argc == 2 && strcmp(argv[1], "--smoke") == 0;
    const bool judge = argc == 2 && strcmp(argv[1], "--check") == 0;
    const struct promise *promise = find_promise();
    struct side sides[SIDES] = {{0}};
    double tls12, tls13;

    if (argc > 2 || (argc == 2 && !smoke && !judge)) {
        fprintf(stderr, "usage: %s [--smoke] [--check]\n", argv[0]);
        return EXIT_FAILURE;
    }
    bench_keep_to_one_core();
    for (int i = 0; i < SIDES; i++)
        open_side(&sides[i], i == SELECTED);
    printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
    tls12 = measure(sides, TLS1_2_VERSION, "TLS 1.2", smoke);
    tls13 = measure(sides, TLS1_3_VERSION, "TLS 1.3", smoke);
    for (int i = 0; i < SIDES; i++)
        close_side(&sides[i]);
    if (smoke || promise == NULL)
        return EXIT_SUCCESS;
    printf("at most %.2f and %.2f\n", promise->tls12, promise->tls13);
    return judge && (tls12 > promise->tls12 || tls13 > promise->tls13) ? EXIT_FAILURE
                                                                       : EXIT_SUCCESS;
}
