/* SPDX-License-Identifier: Apache-2.0
 *
 * Every published vector of a master secret or key block, up to TLS 1.2, through the EVP
 * interface of the built module: from bytes with only a digest, with protocol and cipher suite,
 * and from a key object by its handle.
 */
#include "common/rsp.h"
#include "cunit/run_tests.h"
#include "sslprovider/names.h"

#include <CUnit/Basic.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MASTER_SECRET_LEN = 48, MAX_OUTPUT = 512, MAX_PARAMS = 12 };

/* A section of the vector files, and how a caller names its key schedule. */
struct schedule {
    const char *section;
    const char *digest;
    const char *protocol;
    unsigned min_master_secrets, min_key_blocks, min_suites; /* what the files hold now */
    unsigned master_secrets, key_blocks, suites;             /* what was checked */
    unsigned values;                                         /* outputs compared in all */
};

static struct schedule schedules[] = {
    {"SSL 3.0", NULL, SSLPROVIDER_PROTOCOL_SSL3, 8, 5, 1, 0, 0, 0, 0},
    {"TLS 1.0/1.1", "MD5-SHA1", NULL, 109, 108, 4, 0, 0, 0, 0},
    {"TLS 1.2, SHA-256", "SHA2-256", NULL, 115, 120, 13, 0, 0, 0, 0},
    {"TLS 1.2, SHA-384", "SHA2-384", NULL, 11, 11, 2, 0, 0, 0, 0},
    {"TLS 1.2, SHA-512", "SHA2-512", NULL, 8, 8, 0, 0, 0, 0, 0},
};

static const struct {
    const char *attribute; /* [Protocol = ...] of the captures */
    const char *name;
    bool chained_iv; /* RFC 2246 section 6.3: the first CBC IV comes from the key block */
} protocols[] = {
    {"SSL 3.0", SSLPROVIDER_PROTOCOL_SSL3, true},
    {"TLS 1.0", SSLPROVIDER_PROTOCOL_TLS1_0, true},
    {"TLS 1.1", SSLPROVIDER_PROTOCOL_TLS1_1, false},
    {"TLS 1.2", SSLPROVIDER_PROTOCOL_TLS1_2, false},
    {"DTLS 1.0", SSLPROVIDER_PROTOCOL_DTLS1_0, false},
    {"DTLS 1.2", SSLPROVIDER_PROTOCOL_DTLS1_2, false},
};

/* Inputs of one derivation; NULL or 0 leaves a parameter out. */
struct inputs {
    const char *digest, *protocol, *suite, *role, *output;
    const struct rsp_field *secret, *client_random, *server_random, *session_hash;
    uint64_t handle;
};

struct expected {
    uint8_t bytes[MAX_OUTPUT];
    size_t len;
};

static OSSL_LIB_CTX *libctx;
static EVP_KDF *master_kdf, *session_kdf;

static void report(const struct rsp_block *block, const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", block->path, block->line, what);
    ERR_print_errors_fp(stderr);
    CU_FAIL("a vector was not reproduced");
}

static const struct rsp_field *field_of(
    const struct rsp_block *block, const char *name, const char *acvp_name)
{
    const struct rsp_field *field = rsp_field(block, name);

    return field != NULL ? field : rsp_field(block, acvp_name);
}

static size_t add_text(OSSL_PARAM *params, size_t n, const char *name, const char *value)
{
    if (value == NULL)
        return n;
    params[n] = OSSL_PARAM_construct_utf8_string(name, (char *)value, 0);
    return n + 1;
}

static size_t add_bytes(
    OSSL_PARAM *params, size_t n, const char *name, const struct rsp_field *field)
{
    if (field == NULL)
        return n;
    params[n] = OSSL_PARAM_construct_octet_string(name, (void *)field->data, field->len);
    return n + 1;
}

static bool derive(EVP_KDF *kdf, struct inputs inputs, uint8_t *output, size_t len)
{
    OSSL_PARAM params[MAX_PARAMS];
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    size_t n = 0;
    bool ok;

    n = add_text(params, n, SSLPROVIDER_PARAM_DIGEST, inputs.digest);
    n = add_text(params, n, SSLPROVIDER_PARAM_PROTOCOL, inputs.protocol);
    n = add_text(params, n, SSLPROVIDER_PARAM_CIPHER_SUITE, inputs.suite);
    n = add_text(params, n, SSLPROVIDER_PARAM_ROLE, inputs.role);
    n = add_text(params, n, SSLPROVIDER_PARAM_OUTPUT, inputs.output);
    n = add_bytes(params, n, SSLPROVIDER_PARAM_SECRET, inputs.secret);
    n = add_bytes(params, n, SSLPROVIDER_PARAM_CLIENT_RANDOM, inputs.client_random);
    n = add_bytes(params, n, SSLPROVIDER_PARAM_SERVER_RANDOM, inputs.server_random);
    n = add_bytes(params, n, SSLPROVIDER_PARAM_SESSION_HASH, inputs.session_hash);
    if (inputs.handle != 0)
        params[n++] = OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &inputs.handle);
    params[n] = OSSL_PARAM_construct_end();
    ok = ctx != NULL && EVP_KDF_derive(ctx, output, len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    return ok;
}

static void check(const struct rsp_block *block, struct schedule *schedule, EVP_KDF *kdf,
    struct inputs inputs, const uint8_t *expected, size_t len)
{
    uint8_t output[MAX_OUTPUT];
    const char *what = inputs.output != NULL ? inputs.output : "default output";

    if (len > sizeof(output) || !derive(kdf, inputs, output, len))
        report(block, what);
    else if (memcmp(output, expected, len) != 0)
        report(block, what);
    else
        CU_PASS("equal");
    schedule->values++;
}

/* The NIST files use other randoms for the master secret than for the key block. */
static struct inputs master_inputs(const struct rsp_block *block, const struct schedule *schedule)
{
    struct inputs inputs = {.digest = schedule->digest, .protocol = schedule->protocol};

    inputs.secret = field_of(block, "pre_master_secret", "preMasterSecret");
    inputs.session_hash = field_of(block, "session_hash", "sessionHash");
    if (inputs.session_hash != NULL)
        return inputs;
    inputs.client_random = field_of(block, "clientHello_random", "clientHelloRandom");
    inputs.server_random = field_of(block, "serverHello_random", "serverHelloRandom");
    if (inputs.client_random == NULL && inputs.server_random == NULL) {
        inputs.client_random = rsp_field(block, "client_random");
        inputs.server_random = rsp_field(block, "server_random");
    }
    return inputs;
}

static struct inputs session_inputs(const struct rsp_block *block, const struct schedule *schedule)
{
    struct inputs inputs = {.digest = schedule->digest, .protocol = schedule->protocol};

    inputs.secret = field_of(block, "master_secret", "masterSecret");
    inputs.client_random = field_of(block, "client_random", "clientRandom");
    inputs.server_random = field_of(block, "server_random", "serverRandom");
    return inputs;
}

static void append(struct expected *expected, const struct rsp_field *field)
{
    if (field == NULL || field->len > sizeof(expected->bytes) - expected->len)
        return;
    memcpy(expected->bytes + expected->len, field->data, field->len);
    expected->len += field->len;
}

/* Some vectors give the key block in pieces, and leave out those at its end. */
static struct expected expected_key_block(const struct rsp_block *block)
{
    static const char *const pieces[] = {"client_write_MAC_secret", "server_write_MAC_secret",
        "client_write_key", "server_write_key", "client_write_IV", "server_write_IV"};
    const struct rsp_field *whole = field_of(block, "key_block", "keyBlock");
    struct expected expected = {.len = 0};

    append(&expected, whole);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]) && whole == NULL; i++)
        append(&expected, rsp_field(block, pieces[i]));
    return expected;
}

/* One direction in the order MAC key, key, IV; and each piece by its own name. */
static struct expected check_direction(const struct rsp_block *block, struct schedule *schedule,
    struct inputs inputs, const char *side, bool chained_iv)
{
    static const char *const fields[] = {"write_MAC_secret", "write_key", "write_IV"};
    static const char *const outputs[] = {"mac-key", "key", "iv"};
    struct expected expected = {.len = 0};
    bool aead = rsp_field(block, "client_write_MAC_secret") == NULL;
    char name[40];

    for (size_t i = 0; i < 3; i++) {
        const struct rsp_field *field;

        snprintf(name, sizeof(name), "%s_%s", side, fields[i]);
        field = rsp_field(block, name);
        if (field == NULL || (i == 2 && !aead && !chained_iv))
            continue;
        append(&expected, field);
        snprintf(name, sizeof(name), "%s-%s", side, outputs[i]);
        inputs.output = name;
        check(block, schedule, session_kdf, inputs, field->data, field->len);
    }
    snprintf(name, sizeof(name), "%s-write", side);
    inputs.output = name;
    check(block, schedule, session_kdf, inputs, expected.bytes, expected.len);
    return expected;
}

static EVP_PKEY *new_key(const struct inputs *inputs, const char *role)
{
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    OSSL_PARAM params[6];
    EVP_PKEY *key = NULL;
    size_t n = 0;

    n = add_bytes(params, n, SSLPROVIDER_PARAM_SECRET, inputs->secret);
    n = add_text(params, n, SSLPROVIDER_PARAM_PROTOCOL, inputs->protocol);
    n = add_text(params, n, SSLPROVIDER_PARAM_CIPHER_SUITE, inputs->suite);
    n = add_text(params, n, SSLPROVIDER_PARAM_ROLE, role);
    n = add_text(params, n, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_MASTER_SECRET);
    params[n] = OSSL_PARAM_construct_end();
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static uint64_t handle_of(const EVP_PKEY *key)
{
    uint64_t handle = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle), OSSL_PARAM_construct_end()};

    return key != NULL && EVP_PKEY_get_params(key, params) == 1 ? handle : 0;
}

/* What one side reads and writes: by role with bytes, and by the handle of a key of that role. */
static void check_side(const struct rsp_block *block, struct schedule *schedule,
    struct inputs inputs, const char *role, struct expected read, const struct expected *write)
{
    EVP_PKEY *key = new_key(&inputs, role);
    struct inputs by_handle = {
        .client_random = inputs.client_random, .server_random = inputs.server_random};

    inputs.role = role;
    inputs.output = SSLPROVIDER_OUTPUT_READ;
    check(block, schedule, session_kdf, inputs, read.bytes, read.len);
    inputs.output = SSLPROVIDER_OUTPUT_WRITE;
    check(block, schedule, session_kdf, inputs, write->bytes, write->len);

    by_handle.handle = handle_of(key);
    if (by_handle.handle == 0)
        report(block, "no key object");
    by_handle.output = SSLPROVIDER_OUTPUT_WRITE;
    check(block, schedule, session_kdf, by_handle, write->bytes, write->len);
    memcpy(read.bytes + read.len, write->bytes, write->len);
    read.len += write->len;
    by_handle.output = SSLPROVIDER_OUTPUT_SESSION_KEYS;
    check(block, schedule, session_kdf, by_handle, read.bytes, read.len);
    EVP_PKEY_free(key);
}

/* Where protocol and cipher suite are known, they say what the digest said, and the sizes. */
static void check_suite(const struct rsp_block *block, struct schedule *schedule)
{
    const struct rsp_field *number = rsp_field(block, "cipher_suite");
    const struct rsp_field *master_secret = rsp_field(block, "master_secret");
    const char *attribute = rsp_attribute(block, "Protocol");
    struct inputs master = master_inputs(block, schedule);
    struct inputs session = session_inputs(block, schedule);
    struct expected client, server;
    char suite[8];
    size_t row = 0;

    if (number == NULL || number->len != 2 || attribute == NULL)
        return;
    snprintf(suite, sizeof(suite), "0x%02X%02X", number->data[0], number->data[1]);
    while (row < sizeof(protocols) / sizeof(protocols[0]) &&
        strcmp(protocols[row].attribute, attribute) != 0)
        row++;
    if (row == sizeof(protocols) / sizeof(protocols[0])) {
        report(block, "unknown protocol");
        return;
    }
    master.digest = session.digest = NULL;
    master.protocol = session.protocol = protocols[row].name;
    master.suite = session.suite = suite;
    if (master.secret != NULL)
        check(block, schedule, master_kdf, master, master_secret->data, master_secret->len);
    client = check_direction(block, schedule, session, "client", protocols[row].chained_iv);
    server = check_direction(block, schedule, session, "server", protocols[row].chained_iv);
    check_side(block, schedule, session, SSLPROVIDER_ROLE_CLIENT, server, &client);
    check_side(block, schedule, session, SSLPROVIDER_ROLE_SERVER, client, &server);
    schedule->suites++;
}

static void check_schedule(const struct rsp_block *block, struct schedule *schedule)
{
    const struct rsp_field *master_secret = field_of(block, "master_secret", "masterSecret");
    struct inputs master = master_inputs(block, schedule);
    struct expected key_block = expected_key_block(block);

    if (master.secret != NULL) {
        CU_ASSERT_FATAL(master_secret != NULL && master_secret->len == MASTER_SECRET_LEN);
        check(block, schedule, master_kdf, master, master_secret->data, master_secret->len);
        schedule->master_secrets++;
    }
    if (key_block.len != 0) {
        check(block, schedule, session_kdf, session_inputs(block, schedule), key_block.bytes,
            key_block.len);
        schedule->key_blocks++;
        check_suite(block, schedule);
    }
}

static struct schedule *schedule_of(const struct rsp_block *block)
{
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        if (strcmp(schedules[i].section, block->section) == 0)
            return &schedules[i];
    }
    return NULL;
}

static void check_block(const struct rsp_block *block, void *argument)
{
    struct schedule *schedule = schedule_of(block);

    (void)argument;
    if (schedule != NULL)
        check_schedule(block, schedule);
}

static void test_every_vector_is_reproduced(void)
{
    CU_ASSERT(rsp_visit_vectors(true, check_block, NULL));
}

/* A vector that is not reached would otherwise look like one that passed. */
static void test_no_vector_was_left_out(void)
{
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        const struct schedule *schedule = &schedules[i];

        printf("\n    %-17s %3u master secrets, %3u key blocks, %2u with a cipher suite; "
               "%4u values",
            schedule->section, schedule->master_secrets, schedule->key_blocks, schedule->suites,
            schedule->values);
        CU_ASSERT(schedule->master_secrets >= schedule->min_master_secrets);
        CU_ASSERT(schedule->key_blocks >= schedule->min_key_blocks);
        CU_ASSERT(schedule->suites >= schedule->min_suites);
    }
    printf("\n  ");
}

/* OpenSSL 3.0 passes provider parameters in no other way than a configuration file. */
static bool load_providers(void)
{
    static const char config[] = "openssl_conf = init\n"
                                 "[init]\nproviders = providers\n"
                                 "[providers]\ndefault = default_options\n"
                                 "sslprovider = sslprovider_options\n"
                                 "[default_options]\nactivate = 1\n"
                                 "[sslprovider_options]\nactivate = 1\nlegacy = yes\n";
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int file;
    bool ok;

    snprintf(path, sizeof(path), "%s/sslprovider-vectors-XXXXXX", folder != NULL ? folder : "/tmp");
    file = mkstemp(path);
    if (file < 0)
        return false;
    ok = write(file, config, sizeof(config) - 1) == (ssize_t)(sizeof(config) - 1);
    close(file);
    ok = ok && OSSL_LIB_CTX_load_config(libctx, path) == 1;
    unlink(path);
    return ok && OSSL_PROVIDER_available(libctx, SSLPROVIDER_NAME) == 1;
}

static int suite_init(void)
{
    libctx = OSSL_LIB_CTX_new();
    if (libctx != NULL && load_providers()) {
        master_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
        session_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    }
    if (master_kdf != NULL && session_kdf != NULL)
        return 0;
    ERR_print_errors_fp(stderr);
    return 1;
}

static int suite_cleanup(void)
{
    EVP_KDF_free(master_kdf);
    EVP_KDF_free(session_kdf);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_vector_is_reproduced),
        TEST(test_no_vector_was_left_out),
    };

    return RUN_TESTS("vectors", suite_init, suite_cleanup, tests);
}
