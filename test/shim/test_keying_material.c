/* SPDX-License-Identifier: Apache-2.0
 *
 * SslExportKeyingMaterial through the public functions alone: its checks in order, exporter vectors
 * and a live TLS 1.2 connection of libssl.  The configuration allows SSL 3.0.
 */
#include "common/rsp.h"
#include "shim/support.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

enum { EAP_KEYS = 128, EAP_LEN = 192 };
enum { PSK_AES128_GCM = 0x00A8, RSA_AES128_SHA = 0x002F, ECDHE_RSA_AES256_GCM = 0xC030 };

/* What exporters.rsp holds up to TLS 1.2. */
enum { MIN_VECTORS = 48 };

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master, ssl3_master, exporter, traffic;
static struct key_pair session;
static NCRYPT_HASH_HANDLE hash;
static BYTE secret[MASTER_KEY_LEN], randoms[2 * RANDOM_LEN], output[65536 + 16];

static char label[] = "EXPORTER-test";
static char *long_label;

/* Arguments of one call of SslExportKeyingMaterial. */
struct export_call {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    char *label;
    BYTE *randoms;
    DWORD randoms_len;
    BYTE *context;
    WORD context_len;
    BYTE *output;
    DWORD output_len, flags;
};

static SECURITY_STATUS export_material(const struct export_call *c)
{
    return SslExportKeyingMaterial(c->provider, c->key, c->label, c->randoms, c->randoms_len,
        c->context, c->context_len, c->output, c->output_len, c->flags);
}

static struct export_call good_export(void)
{
    return (struct export_call){
        provider, master, label, randoms, sizeof(randoms), NULL, 0, output, 32, 0};
}

/* Each fault is made with all those that are looked at later. */
static void test_export_checks_handles_first(void)
{
    struct export_call call = {master, provider, NULL, NULL, 63, NULL, 1, NULL, 0, 1};

    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_HANDLE);
    call.provider = 0;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_HANDLE);
    call.provider = provider;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_HANDLE);
    call.key = hash;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_HANDLE);
}

static void test_export_checks_arguments_before_the_kind_of_key(void)
{
    struct export_call call = {provider, session.read, NULL, NULL, 63, NULL, 1, NULL, 0, 1};

    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.label = long_label;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.label = label;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.context_len = 0;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.output = output;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.output_len = 65536;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.output_len = 65535;
    CU_ASSERT_EQUAL(export_material(&call), NTE_BAD_FLAGS);
    call.flags = 0;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_HANDLE);
    call.key = traffic;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_HANDLE);
    call.key = exporter;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.randoms_len = 0;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.output_len = 255 * 32;
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
    call.key = ssl3_master;
    CU_ASSERT_EQUAL(export_material(&call), NTE_NOT_SUPPORTED);
    call.key = master;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.randoms_len = 64;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.randoms = randoms;
    call.randoms_len = 63;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.randoms_len = 64;
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
}

/* What TLS derives from the master secret itself is out of reach: also where the label begins with
 * a reserved one, or the client's random completes it, which the peer may have chosen. */
static const char *const reserved[] = {"client finished", "server finished", "master secret",
    "extended master secret", "key expansion"};

static SECURITY_STATUS export_with(const char *text, NCRYPT_KEY_HANDLE key, bool context)
{
    static BYTE of_context[] = {1, 2, 3};
    struct export_call call = good_export();
    char copy[64];

    snprintf(copy, sizeof(copy), "%s", text);
    call.key = key;
    call.label = copy;
    if (key == exporter) {
        call.randoms = NULL;
        call.randoms_len = 0;
    }
    if (context) {
        call.context = of_context;
        call.context_len = sizeof(of_context);
    }
    return export_material(&call);
}

static void test_export_refuses_the_labels_of_tls(void)
{
    char longer[64];

    for (size_t i = 0; i < COUNT(reserved); i++) {
        snprintf(longer, sizeof(longer), "%s\x01", reserved[i]);
        for (int context = 0; context <= 1; context++) {
            CU_ASSERT_EQUAL(export_with(reserved[i], master, context), NTE_INVALID_PARAMETER);
            CU_ASSERT_EQUAL(export_with(longer, master, context), NTE_INVALID_PARAMETER);
        }
        longer[strlen(reserved[i]) - 1] = 0;
        CU_ASSERT_EQUAL(export_with(longer, master, false), ERROR_SUCCESS);
        CU_ASSERT_EQUAL(export_with(longer + 1, master, false), ERROR_SUCCESS);
        CU_ASSERT_EQUAL(export_with(reserved[i], exporter, false), ERROR_SUCCESS);
        CU_ASSERT_EQUAL(export_with(reserved[i], ssl3_master, false), NTE_NOT_SUPPORTED);
    }
}

static void test_export_refuses_labels_that_a_random_completes(void)
{
    for (size_t i = 0; i < COUNT(reserved); i++) {
        const size_t len = strlen(reserved[i]);

        for (size_t in_label = 0; in_label < len; in_label++) {
            struct export_call call = good_export();
            BYTE chosen[2 * RANDOM_LEN];
            char start[64];

            snprintf(start, sizeof(start), "%.*s", (int)in_label, reserved[i]);
            memcpy(chosen, randoms, sizeof(chosen));
            memcpy(chosen, reserved[i] + in_label, len - in_label);
            call.label = start;
            call.randoms = chosen;
            CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
            chosen[len - in_label - 1] ^= 1;
            CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
        }
    }
}

static void test_export_accepts_the_longest_inputs(void)
{
    struct export_call call = good_export();
    static BYTE context[65535];
    BYTE shorter[32];

    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
    memcpy(shorter, output, sizeof(shorter));
    memset(output, 0xA5, sizeof(output));
    call.output_len = 65535;
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
    CU_ASSERT(memcmp(output, shorter, sizeof(shorter)) == 0);
    CU_ASSERT_EQUAL(output[65535], 0xA5);
    call.context = context;
    call.context_len = 65535;
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
    CU_ASSERT(memcmp(output, shorter, sizeof(shorter)) != 0);
    call.label = long_label + 1;
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
    call.output_len = 1;
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
}

static const struct {
    const char *section;
    DWORD protocol, suite;
} schedules[] = {
    {"TLS 1.0/1.1", TLS1_1_PROTOCOL_VERSION, RSA_AES128_SHA},
    {"TLS 1.2, SHA-256", TLS1_2_PROTOCOL_VERSION, RSA_AES128_SHA},
    {"TLS 1.2, SHA-384", TLS1_2_PROTOCOL_VERSION, ECDHE_RSA_AES256_GCM},
};

static void check_vector(const struct rsp_block *block, size_t row)
{
    const struct rsp_field *expected = rsp_field(block, "exporter_value");
    const struct rsp_field *name = rsp_field(block, "label"), *context;
    struct export_call call = good_export();
    static BYTE nothing[1];
    char text[256] = "";

    context = rsp_field(block, "context");
    memcpy(call.randoms, rsp_field(block, "client_random")->data, RANDOM_LEN);
    memcpy(call.randoms + RANDOM_LEN, rsp_field(block, "server_random")->data, RANDOM_LEN);
    CU_ASSERT_FATAL(name != NULL && name->len < sizeof(text) && expected != NULL);
    memcpy(text, name->data, name->len);
    call.label = text;
    call.output_len = (DWORD)expected->len;
    if (context != NULL) {
        call.context = context->len == 0 ? nothing : (BYTE *)context->data;
        call.context_len = (WORD)context->len;
    }
    call.key = import_master_bytes(provider, schedules[row].protocol, schedules[row].suite,
        NCRYPT_SSL_CLIENT_FLAG, rsp_field(block, "master_secret")->data);
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
    if (memcmp(output, expected->data, expected->len) != 0) {
        fprintf(stderr, "%s:%u: not reproduced\n", block->path, block->line);
        CU_FAIL("a vector was not reproduced");
    }
    CU_ASSERT_EQUAL(SslFreeObject(call.key, 0), ERROR_SUCCESS);
}

static void test_export_reproduces_the_vectors(void)
{
    struct rsp_reader reader;
    struct rsp_block block;
    enum rsp_result result = RSP_ERROR;
    unsigned vectors = 0;

    if (rsp_open(&reader, SSLP_TEST_VECTORS "/exporters.rsp")) {
        while ((result = rsp_next(&reader, &block)) == RSP_BLOCK) {
            for (size_t i = 0; i < COUNT(schedules); i++) {
                if (strcmp(block.section, schedules[i].section) == 0) {
                    check_vector(&block, i);
                    vectors++;
                }
            }
        }
    }
    CU_ASSERT_EQUAL(result, RSP_END);
    rsp_close(&reader);
    printf("%u vectors ", vectors);
    CU_ASSERT(vectors >= MIN_VECTORS);
}

static unsigned psk_client(SSL *ssl, const char *hint, char *identity, unsigned identity_len,
    unsigned char *psk, unsigned psk_len)
{
    (void)ssl;
    (void)hint;
    if (identity_len < 2 || psk_len < 16)
        return 0;
    memcpy(identity, "i", 2);
    memset(psk, 0x61, 16);
    return 16;
}

static unsigned psk_server(SSL *ssl, const char *identity, unsigned char *psk, unsigned psk_len)
{
    (void)ssl;
    (void)identity;
    if (psk_len < 16)
        return 0;
    memset(psk, 0x61, 16);
    return 16;
}

/* A client and a server of libssl, joined in memory and done with their handshake. */
struct connection {
    SSL_CTX *ctx;
    SSL *client, *server;
};

static bool connect_in_memory(struct connection *connection)
{
    BIO *client_bio = NULL, *server_bio = NULL;

    connection->ctx = SSL_CTX_new(TLS_method());
    if (connection->ctx == NULL || BIO_new_bio_pair(&client_bio, 0, &server_bio, 0) != 1 ||
        SSL_CTX_set_max_proto_version(connection->ctx, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_min_proto_version(connection->ctx, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(connection->ctx, "PSK-AES128-GCM-SHA256") != 1)
        return false;
    SSL_CTX_set_psk_client_callback(connection->ctx, psk_client);
    SSL_CTX_set_psk_server_callback(connection->ctx, psk_server);
    connection->client = SSL_new(connection->ctx);
    connection->server = SSL_new(connection->ctx);
    SSL_set_connect_state(connection->client);
    SSL_set_accept_state(connection->server);
    SSL_set_bio(connection->client, client_bio, client_bio);
    SSL_set_bio(connection->server, server_bio, server_bio);
    for (int i = 0; i < 10; i++) {
        (void)SSL_do_handshake(connection->client);
        (void)SSL_do_handshake(connection->server);
    }
    return SSL_is_init_finished(connection->client) == 1 &&
        SSL_is_init_finished(connection->server) == 1;
}

static void disconnect(struct connection *connection)
{
    SSL_free(connection->client);
    SSL_free(connection->server);
    SSL_CTX_free(connection->ctx);
}

static void compare_with_libssl(const struct connection *connection, struct export_call *call)
{
    BYTE theirs[200];

    call->output_len = sizeof(theirs);
    CU_ASSERT_EQUAL(export_material(call), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(
        SSL_export_keying_material(connection->client, theirs, sizeof(theirs), call->label,
            strlen(call->label), call->context, call->context_len, call->context != NULL),
        1);
    CU_ASSERT(memcmp(theirs, output, sizeof(theirs)) == 0);
    CU_ASSERT_EQUAL(
        SSL_export_keying_material(connection->server, theirs, sizeof(theirs), call->label,
            strlen(call->label), call->context, call->context_len, call->context != NULL),
        1);
    CU_ASSERT(memcmp(theirs, output, sizeof(theirs)) == 0);
}

/* RFC 5705 section 4: without, with and with an empty context; RFC 5216 section 2.3: what hostapd
 * and others take as the first 128 bytes of the EAP-TLS key block. */
static void test_export_equals_that_of_a_live_connection(void)
{
    struct connection connection = {NULL, NULL, NULL};
    static BYTE context[] = "context";
    static char eap[] = "client EAP encryption";
    struct export_call call = good_export();
    BYTE bytes[MASTER_KEY_LEN], block[EAP_LEN];
    DWORD written = 0;

    CU_ASSERT_FATAL(connect_in_memory(&connection));
    CU_ASSERT_EQUAL(
        SSL_SESSION_get_master_key(SSL_get_session(connection.client), bytes, MASTER_KEY_LEN),
        MASTER_KEY_LEN);
    CU_ASSERT_EQUAL(SSL_get_client_random(connection.client, randoms, RANDOM_LEN), RANDOM_LEN);
    CU_ASSERT_EQUAL(
        SSL_get_server_random(connection.client, randoms + RANDOM_LEN, RANDOM_LEN), RANDOM_LEN);
    call.key = import_master_bytes(
        provider, TLS1_2_PROTOCOL_VERSION, PSK_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, bytes);
    compare_with_libssl(&connection, &call);
    call.context = context;
    call.context_len = sizeof(context) - 1;
    compare_with_libssl(&connection, &call);
    call.context_len = 0;
    compare_with_libssl(&connection, &call);
    call.context = NULL;
    call.label = eap;
    compare_with_libssl(&connection, &call);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, call.key, randoms, 64, block, sizeof(block),
                        &written, NCRYPT_SSL_EAP_ID),
        ERROR_SUCCESS);
    CU_ASSERT(memcmp(block, output, EAP_KEYS) == 0);
    CU_ASSERT_EQUAL(SslFreeObject(call.key, 0), ERROR_SUCCESS);
    disconnect(&connection);
}

static void test_error_queue_is_left_alone(void)
{
    struct export_call call = good_export();

    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 7);
    call.output_len = 0;
    CU_ASSERT_EQUAL(export_material(&call), NTE_INVALID_PARAMETER);
    call.output_len = 32;
    CU_ASSERT_EQUAL(export_material(&call), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(ERR_GET_REASON(ERR_get_error()), 7);
    CU_ASSERT_EQUAL(ERR_get_error(), 0);
}

static int suite_init(void)
{
    const DWORD tls12 = TLS1_2_PROTOCOL_VERSION;

    for (size_t i = 0; i < sizeof(randoms); i++)
        randoms[i] = (BYTE)(i * 7 + 1);
    memset(secret, 0x3A, sizeof(secret));
    long_label = malloc(65536);
    if (long_label == NULL || SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS)
        return 1;
    memset(long_label, 'l', 65535);
    long_label[65535] = 0;
    master = import_master_bytes(provider, tls12, RSA_AES128_SHA, NCRYPT_SSL_CLIENT_FLAG, secret);
    ssl3_master = import_master_bytes(
        provider, SSL3_PROTOCOL_VERSION, RSA_AES128_SHA, NCRYPT_SSL_CLIENT_FLAG, secret);
    exporter = import_tls13_bytes(
        provider, NCRYPTSSL_KIND_EXPORTER_SECRET, NCRYPT_SSL_CLIENT_FLAG, secret);
    traffic =
        import_tls13_bytes(provider, NCRYPTSSL_KIND_TRAFFIC_SECRET, NCRYPT_SSL_CLIENT_FLAG, secret);
    return generate(provider, master, &session) |
        SslCreateHandshakeHash(provider, &hash, tls12, RSA_AES128_SHA, 0);
}

static int suite_cleanup(void)
{
    const NCRYPT_HANDLE all[] = {master, ssl3_master, exporter, traffic, hash, provider};

    free(long_label);
    free_pair(&session);
    return free_handles(all, COUNT(all));
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_export_checks_handles_first),
        TEST(test_export_checks_arguments_before_the_kind_of_key),
        TEST(test_export_refuses_the_labels_of_tls),
        TEST(test_export_refuses_labels_that_a_random_completes),
        TEST(test_export_accepts_the_longest_inputs),
        TEST(test_error_queue_is_left_alone),
        TEST(test_export_equals_that_of_a_live_connection),
        TEST(test_export_reproduces_the_vectors),
    };

    return RUN_TESTS("keying material", suite_init, suite_cleanup, tests);
}
