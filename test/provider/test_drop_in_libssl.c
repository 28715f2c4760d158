/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshakes of libssl in memory, with the derivations of each side counted that the drop-in KDFs
 * serve.
 */
#include "support.h"

#include "common/counting_provider.h"
#include "sslprovider/builtin.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNTING_PROVIDER "sslprovider-counting"

/* --- The counting provider ---------------------------------------------------------------------
 */

enum { CLIENT, SERVER, SIDES };

/* Whose turn it is, and what each side has derived. */
static int turn;
static unsigned tls1_prfs[SIDES], tls13_kdfs[SIDES];

static void count(const char *kdf, unsigned char *out, size_t len)
{
    (void)out;
    (void)len;
    unsigned *counter = strcmp(kdf, "TLS13-KDF") == 0 ? tls13_kdfs : tls1_prfs;

    (void)out;
    (void)len;
    counter[turn]++;
}

static int init_counting(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    return counting_init(sslprovider_provider_init, count, handle, in, out, provctx);
}

/* --- Connections -------------------------------------------------------------------------------
 */

/* A library context, and a certificate made in it. */
struct peer {
    OSSL_LIB_CTX *libctx;
    EVP_PKEY *key;
    X509 *certificate;
};

/* Our provider comes second, so it is used only where it is selected. */
static struct peer peer_new(const char *default_properties, const char *options)
{
    static const char text[] = "openssl_conf = init\n"
                               "[init]\nproviders = providers\nalg_section = algorithms\n"
                               "[providers]\ndefault = active\n" COUNTING_PROVIDER " = ours\n"
                               "[active]\nactivate = 1\n";
    char path[SUPPORT_PATH_SIZE], config[1024];
    struct peer peer = {.libctx = OSSL_LIB_CTX_new()};
    X509_NAME *name = X509_NAME_new();

    snprintf(config, sizeof(config), "%s[ours]\nactivate = 1\n%s\n[algorithms]\n%s\n", text,
        options, default_properties);
    CU_ASSERT_FATAL(peer.libctx != NULL &&
        OSSL_PROVIDER_add_builtin(peer.libctx, COUNTING_PROVIDER, init_counting) == 1 &&
        support_write_file(config, path));
    CU_ASSERT(OSSL_LIB_CTX_load_config(peer.libctx, path) == 1);
    unlink(path);
    CU_ASSERT_FATAL(OSSL_PROVIDER_available(peer.libctx, COUNTING_PROVIDER) == 1);
    peer.key = EVP_PKEY_Q_keygen(peer.libctx, NULL, "EC", "P-256");
    peer.certificate = X509_new_ex(peer.libctx, NULL);
    CU_ASSERT_FATAL(peer.key != NULL && peer.certificate != NULL && name != NULL);
    CU_ASSERT(X509_NAME_add_entry_by_txt(
                  name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0) == 1);
    CU_ASSERT(ASN1_INTEGER_set(X509_get_serialNumber(peer.certificate), 1) == 1);
    CU_ASSERT(X509_gmtime_adj(X509_getm_notBefore(peer.certificate), -3600) != NULL);
    CU_ASSERT(X509_gmtime_adj(X509_getm_notAfter(peer.certificate), 3600) != NULL);
    CU_ASSERT(X509_set_subject_name(peer.certificate, name) == 1);
    CU_ASSERT(X509_set_issuer_name(peer.certificate, name) == 1);
    CU_ASSERT(X509_set_pubkey(peer.certificate, peer.key) == 1);
    CU_ASSERT(X509_sign(peer.certificate, peer.key, EVP_sha256()) > 0);
    X509_NAME_free(name);
    return peer;
}

static void peer_free(struct peer *peer)
{
    X509_free(peer->certificate);
    EVP_PKEY_free(peer->key);
    OSSL_LIB_CTX_free(peer->libctx);
}

/* A protocol version and suite, and what a whole handshake with it derives on each side.  In TLS
 * 1.3 that is with the two tickets, which the server sends and the client reads after it. */
struct handshake {
    const char *name;
    int version;
    const char *suite;
    unsigned tls1_prfs, tls13_kdfs;
};

static const struct handshake handshakes[] = {
    {"TLS 1.0", TLS1_VERSION, "ECDHE-ECDSA-AES128-SHA", 4, 0},
    {"TLS 1.1", TLS1_1_VERSION, "ECDHE-ECDSA-AES256-SHA", 4, 0},
    {"TLS 1.2, SHA-256", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", 4, 0},
    {"TLS 1.2, SHA-384", TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384", 4, 0},
    {"TLS 1.3, SHA-256", TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", 0, 21},
    {"TLS 1.3, SHA-384", TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384", 0, 21},
};

enum { HANDSHAKES = sizeof(handshakes) / sizeof(handshakes[0]) };

static SSL_CTX *context_new(const struct peer *peer, const char *propq,
    const struct handshake *handshake, const SSL_METHOD *method)
{
    SSL_CTX *context = SSL_CTX_new_ex(peer->libctx, propq, method);

    CU_ASSERT_FATAL(context != NULL);
    /* The oldest protocols sign with SHA-1. */
    SSL_CTX_set_security_level(context, 0);
    CU_ASSERT(SSL_CTX_set_min_proto_version(context, handshake->version) == 1);
    CU_ASSERT(SSL_CTX_set_max_proto_version(context, handshake->version) == 1);
    CU_ASSERT((handshake->version == TLS1_3_VERSION
                      ? SSL_CTX_set_ciphersuites(context, handshake->suite)
                      : SSL_CTX_set_cipher_list(context, handshake->suite)) == 1);
    CU_ASSERT(SSL_CTX_use_certificate(context, peer->certificate) == 1);
    CU_ASSERT(SSL_CTX_use_PrivateKey(context, peer->key) == 1);
    return context;
}

/* Lets both sides talk until nothing more comes, and sends a message each way. */
static void talk(SSL *ssl[SIDES])
{
    static const char message[] = "message";
    char received[sizeof(message)];
    int done[SIDES] = {0};

    for (int i = 0; i < 20 && (done[CLIENT] != 1 || done[SERVER] != 1); i++) {
        turn = i % SIDES;
        done[turn] = SSL_do_handshake(ssl[turn]);
    }
    CU_ASSERT(done[CLIENT] == 1 && done[SERVER] == 1);
    for (int sender = 0; sender < SIDES; sender++) {
        turn = sender;
        CU_ASSERT(SSL_write(ssl[sender], message, sizeof(message)) == sizeof(message));
        turn = SIDES - 1 - sender;
        memset(received, 0, sizeof(received));
        CU_ASSERT(SSL_read(ssl[turn], received, sizeof(received)) == sizeof(message));
        CU_ASSERT(memcmp(received, message, sizeof(message)) == 0);
    }
}

/* The two ends of a connection, each with the property query of its SSL_CTX. */
static void open_ends(const struct handshake *handshake, const struct peer *peers[SIDES],
    const char *const propq[SIDES], SSL *ssl[SIDES])
{
    const SSL_METHOD *const methods[SIDES] = {TLS_client_method(), TLS_server_method()};
    BIO *bio[SIDES] = {NULL, NULL};

    CU_ASSERT_FATAL(BIO_new_bio_pair(&bio[CLIENT], 0, &bio[SERVER], 0) == 1);
    for (int i = 0; i < SIDES; i++) {
        SSL_CTX *context = context_new(peers[i], propq[i], handshake, methods[i]);

        ssl[i] = SSL_new(context);
        CU_ASSERT_FATAL(ssl[i] != NULL);
        SSL_CTX_free(context);
        SSL_set_bio(ssl[i], bio[i], bio[i]);
    }
    SSL_set_connect_state(ssl[CLIENT]);
    SSL_set_accept_state(ssl[SERVER]);
    memset(tls1_prfs, 0, sizeof(tls1_prfs));
    memset(tls13_kdfs, 0, sizeof(tls13_kdfs));
}

static void close_ends(SSL *ssl[SIDES])
{
    for (int i = 0; i < SIDES; i++)
        SSL_free(ssl[i]);
}

static void connect_peers(const struct handshake *handshake, const struct peer *client,
    const char *client_propq, const struct peer *server, const char *server_propq)
{
    SSL *ssl[SIDES];

    open_ends(handshake, (const struct peer *[SIDES]){client, server},
        (const char *const[SIDES]){client_propq, server_propq}, ssl);
    talk(ssl);
    close_ends(ssl);
    CU_ASSERT(support_nothing_raised());
}

static void expect_counts(const struct handshake *handshake, bool client, bool server)
{
    printf("\n    %s: client %u TLS1-PRF and %u TLS13-KDF, server %u and %u", handshake->name,
        tls1_prfs[CLIENT], tls13_kdfs[CLIENT], tls1_prfs[SERVER], tls13_kdfs[SERVER]);
    CU_ASSERT_EQUAL(tls1_prfs[CLIENT], client ? handshake->tls1_prfs : 0);
    CU_ASSERT_EQUAL(tls13_kdfs[CLIENT], client ? handshake->tls13_kdfs : 0);
    CU_ASSERT_EQUAL(tls1_prfs[SERVER], server ? handshake->tls1_prfs : 0);
    CU_ASSERT_EQUAL(tls13_kdfs[SERVER], server ? handshake->tls13_kdfs : 0);
}

static void connect_selected(const char *default_properties, const char *propq)
{
    struct peer selected = peer_new(default_properties, "");
    struct peer plain = peer_new("", "");

    for (size_t i = 0; i < HANDSHAKES; i++) {
        connect_peers(&handshakes[i], &selected, propq, &selected, propq);
        expect_counts(&handshakes[i], true, true);
        connect_peers(&handshakes[i], &selected, propq, &plain, NULL);
        expect_counts(&handshakes[i], true, false);
        connect_peers(&handshakes[i], &plain, NULL, &selected, propq);
        expect_counts(&handshakes[i], false, true);
    }
    peer_free(&selected);
    peer_free(&plain);
}

static void test_default_properties_select_the_drop_in(void)
{
    connect_selected("default_properties = ?" SSLPROVIDER_KDF_PROPERTY, NULL);
}

static void test_default_properties_on_the_provider_select_the_drop_in(void)
{
    connect_selected("default_properties = ?" SSLPROVIDER_PROPERTY, NULL);
}

/* As stunnel makes its contexts. */
static void test_drop_in_serves_under_a_query_on_the_provider(void)
{
    connect_selected("default_properties = ?" SSLPROVIDER_KDF_PROPERTY, "provider!=fips");
}

static void test_query_of_an_ssl_ctx_selects_the_drop_in(void)
{
    static const char query[] = "?" SSLPROVIDER_PROPERTY;
    struct peer peer = peer_new("", "");

    for (size_t i = 0; i < HANDSHAKES; i++) {
        connect_peers(&handshakes[i], &peer, query, &peer, query);
        expect_counts(&handshakes[i], true, true);
        connect_peers(&handshakes[i], &peer, NULL, &peer, query);
        expect_counts(&handshakes[i], false, true);
    }
    peer_free(&peer);
}

static void test_drop_in_does_not_serve_unless_selected(void)
{
    struct peer peer = peer_new("", "");

    for (size_t i = 0; i < HANDSHAKES; i++) {
        connect_peers(&handshakes[i], &peer, NULL, &peer, NULL);
        expect_counts(&handshakes[i], false, false);
    }
    peer_free(&peer);
}

/* With require-ems a handshake without RFC 7627 ends where its master secret would be made. */
static void expect_extended_only(const struct handshake *handshake, const struct peer *peer)
{
    const struct peer *peers[SIDES] = {peer, peer};
    const char *const none[SIDES] = {NULL, NULL};
    SSL *ssl[SIDES];

    open_ends(handshake, peers, none, ssl);
    for (int i = 0; i < SIDES; i++)
        SSL_set_options(ssl[i], SSL_OP_NO_EXTENDED_MASTER_SECRET);
    for (int i = 0; i < 20; i++) {
        turn = i % SIDES;
        CU_ASSERT(SSL_do_handshake(ssl[turn]) != 1);
        if (ERR_peek_error() != 0)
            break;
    }
    CU_ASSERT_STRING_EQUAL(
        ERR_reason_error_string(ERR_peek_error()), "extended master secret required");
    ERR_clear_error();
    close_ends(ssl);
    connect_peers(handshake, peer, NULL, peer, NULL);
}

static void test_require_ems_ends_a_handshake_without_ems(void)
{
    struct peer peer =
        peer_new("default_properties = ?" SSLPROVIDER_KDF_PROPERTY, "require-ems = yes");

    for (size_t i = 0; i < HANDSHAKES; i++) {
        if (handshakes[i].tls1_prfs != 0)
            expect_extended_only(&handshakes[i], &peer);
    }
    peer_free(&peer);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_default_properties_select_the_drop_in),
        TEST(test_default_properties_on_the_provider_select_the_drop_in),
        TEST(test_drop_in_serves_under_a_query_on_the_provider),
        TEST(test_query_of_an_ssl_ctx_selects_the_drop_in),
        TEST(test_drop_in_does_not_serve_unless_selected),
        TEST(test_require_ems_ends_a_handshake_without_ems),
    };

    return RUN_TESTS("drop-in under libssl", NULL, NULL, tests);
}
