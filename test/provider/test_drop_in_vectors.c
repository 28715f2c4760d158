/* SPDX-License-Identifier: Apache-2.0
 *
 * Every published vector that TLS1-PRF, TLS13-KDF and HKDF can be asked for, through the drop-in
 * KDFs of the built module with the parameters of OpenSSL's own.
 */
#include "support.h"

#include "common/rsp.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

enum { MAX_OUTPUT = 512 };

enum count { RAW_PRF, MASTER_SECRETS, KEY_BLOCKS, TLS13_SECRETS, HKDF_OUTPUTS, COUNTS };

/* What the files hold now, and what was checked. */
static struct {
    const char *what;
    unsigned at_least, checked;
} counts[COUNTS] = {
    [RAW_PRF] = {"outputs of the PRF", 35, 0},
    [MASTER_SECRETS] = {"master secrets", 243, 0},
    [KEY_BLOCKS] = {"key blocks", 247, 0},
    [TLS13_SECRETS] = {"secrets of TLS 1.3", 641, 0},
    [HKDF_OUTPUTS] = {"outputs of HKDF", 157, 0},
};

static OSSL_LIB_CTX *libctx;
static EVP_KDF *tls1_prf, *tls13_kdf, *hkdf;

static void check(const struct rsp_block *block, enum count count, EVP_KDF *kdf,
    const struct support_params *params, const void *expected, size_t len)
{
    uint8_t output[MAX_OUTPUT];
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    const bool right = ctx != NULL && len != 0 && len <= sizeof(output) &&
        EVP_KDF_derive(ctx, output, len, params->list) == 1 && memcmp(output, expected, len) == 0;

    if (!right) {
        fprintf(stderr, "%s:%u: %s\n", block->path, block->line, counts[count].what);
        ERR_print_errors_fp(stderr);
    }
    CU_ASSERT(right);
    counts[count].checked++;
    EVP_KDF_CTX_free(ctx);
}

static void check_refused(EVP_KDF *kdf, const struct support_params *params, const char *reason)
{
    uint8_t output[MAX_OUTPUT];
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

    CU_ASSERT_FATAL(ctx != NULL);
    CU_ASSERT(EVP_KDF_derive(ctx, output, sizeof(output), params->list) != 1);
    ASSERT_RAISED(reason);
    EVP_KDF_CTX_free(ctx);
}

static void add_field(
    struct support_params *params, const char *name, const struct rsp_field *field)
{
    if (field != NULL)
        support_add_octets(params, name, field->data, field->len);
}

static void add_string(struct support_params *params, const char *name, const char *string)
{
    support_add_octets(params, name, string, strlen(string));
}

static const struct rsp_field *field_of(
    const struct rsp_block *block, const char *name, const char *acvp_name)
{
    const struct rsp_field *field = rsp_field(block, name);

    return field != NULL ? field : rsp_field(block, acvp_name);
}

static bool is_empty(const struct rsp_field *field)
{
    return field == NULL || field->len == 0;
}

/* One vector has neither label nor seed, which OpenSSL's TLS1-PRF refuses too. */
static void check_raw_prf(const struct rsp_block *block, const char *digest)
{
    const struct rsp_field *output = rsp_field(block, "output");
    struct support_params params = {.count = 0};

    CU_ASSERT_FATAL(output != NULL);
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    add_field(&params, OSSL_KDF_PARAM_SECRET, rsp_field(block, "secret"));
    add_field(&params, OSSL_KDF_PARAM_SEED, rsp_field(block, "label"));
    add_field(&params, OSSL_KDF_PARAM_SEED, rsp_field(block, "seed"));
    if (is_empty(rsp_field(block, "label")) && is_empty(rsp_field(block, "seed")))
        check_refused(tls1_prf, &params, "missing seed");
    else
        check(block, RAW_PRF, tls1_prf, &params, output->data, output->len);
}

/* RFC 5246 section 8.1, RFC 7627 section 4. */
static void check_master_secret(const struct rsp_block *block, const char *digest)
{
    const struct rsp_field *pre_master = field_of(block, "pre_master_secret", "preMasterSecret");
    const struct rsp_field *expected = field_of(block, "master_secret", "masterSecret");
    const struct rsp_field *session_hash = field_of(block, "session_hash", "sessionHash");
    const struct rsp_field *client = field_of(block, "clientHello_random", "clientHelloRandom");
    const struct rsp_field *server = field_of(block, "serverHello_random", "serverHelloRandom");
    struct support_params params = {.count = 0};

    if (pre_master == NULL)
        return;
    CU_ASSERT_FATAL(expected != NULL);
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    add_field(&params, OSSL_KDF_PARAM_SECRET, pre_master);
    if (session_hash != NULL) {
        add_string(&params, OSSL_KDF_PARAM_SEED, "extended master secret");
        add_field(&params, OSSL_KDF_PARAM_SEED, session_hash);
    } else {
        add_string(&params, OSSL_KDF_PARAM_SEED, "master secret");
        add_field(&params, OSSL_KDF_PARAM_SEED,
            client != NULL ? client : rsp_field(block, "client_random"));
        add_field(&params, OSSL_KDF_PARAM_SEED,
            server != NULL ? server : rsp_field(block, "server_random"));
    }
    check(block, MASTER_SECRETS, tls1_prf, &params, expected->data, expected->len);
}

static size_t join(uint8_t bytes[MAX_OUTPUT], size_t len, const struct rsp_field *field)
{
    if (field == NULL || field->len > MAX_OUTPUT - len)
        return len;
    memcpy(bytes + len, field->data, field->len);
    return len + field->len;
}

/* Some vectors give the key block in pieces, and leave out those at its end. */
static void check_key_block(const struct rsp_block *block, const char *digest)
{
    static const char *const pieces[] = {"client_write_MAC_secret", "server_write_MAC_secret",
        "client_write_key", "server_write_key", "client_write_IV", "server_write_IV"};
    const struct rsp_field *whole = field_of(block, "key_block", "keyBlock");
    struct support_params params = {.count = 0};
    uint8_t expected[MAX_OUTPUT];
    size_t len = join(expected, 0, whole);

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]) && whole == NULL; i++)
        len = join(expected, len, rsp_field(block, pieces[i]));
    if (len == 0)
        return;
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    add_field(&params, OSSL_KDF_PARAM_SECRET, field_of(block, "master_secret", "masterSecret"));
    add_string(&params, OSSL_KDF_PARAM_SEED, "key expansion");
    add_field(&params, OSSL_KDF_PARAM_SEED, field_of(block, "server_random", "serverRandom"));
    add_field(&params, OSSL_KDF_PARAM_SEED, field_of(block, "client_random", "clientRandom"));
    check(block, KEY_BLOCKS, tls1_prf, &params, expected, len);
}

static void check_tls12(const struct rsp_block *block, const char *digest)
{
    check_master_secret(block, digest);
    check_key_block(block, digest);
}

/* A step of the TLS 1.3 schedule; the output is also left in `secret`, and so is its length. */
struct secret {
    uint8_t bytes[EVP_MAX_MD_SIZE];
    size_t len;
};

static void tls13_step(const char *digest, const char *mode, const char *label,
    const struct support_params *more, struct secret *secret)
{
    struct support_params params = *more;
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(tls13_kdf);

    support_add_text(&params, OSSL_KDF_PARAM_MODE, mode);
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    add_string(&params, OSSL_KDF_PARAM_PREFIX, "tls13 ");
    add_string(&params, OSSL_KDF_PARAM_LABEL, label);
    CU_ASSERT_FATAL(
        ctx != NULL && EVP_KDF_derive(ctx, secret->bytes, secret->len, params.list) == 1);
    EVP_KDF_CTX_free(ctx);
}

/* From one secret of the left column of RFC 8446 section 7.1 to the next. */
static struct secret extract(
    const char *digest, size_t len, const struct secret *before, const struct rsp_field *input)
{
    struct support_params params = {.count = 0};
    struct secret secret = {.len = len};

    if (before != NULL)
        support_add_octets(&params, OSSL_KDF_PARAM_SALT, before->bytes, before->len);
    add_field(&params, OSSL_KDF_PARAM_KEY, input);
    tls13_step(digest, "EXTRACT_ONLY", "derived", &params, &secret);
    return secret;
}

/* The secrets of the left column, where the vector has them too. */
static void compare(const struct rsp_block *block, const char *name, const struct secret *secret)
{
    const struct rsp_field *expected = rsp_field(block, name);

    if (expected == NULL)
        return;
    if (expected->len != secret->len || memcmp(expected->data, secret->bytes, secret->len) != 0) {
        fprintf(stderr, "%s:%u: %s\n", block->path, block->line, name);
        CU_FAIL("another secret");
    }
    counts[TLS13_SECRETS].checked++;
}

/* The transcripts: hashes in OpenSSL's file, bytes that stand for the messages in NIST's. */
enum transcript { CLIENT_HELLO, SERVER_HELLO, SERVER_FINISHED, CLIENT_FINISHED, TRANSCRIPTS };

static struct secret transcript_hash(
    const struct rsp_block *block, const EVP_MD *md, enum transcript last)
{
    static const char *const hashes[TRANSCRIPTS] = {"client_hello_hash", "client_server_hello_hash",
        "server_finished_handshake_hash", "client_finished_handshake_hash"};
    static const char *const messages[TRANSCRIPTS] = {
        "helloClientRandom", "helloServerRandom", "finishedServerRandom", "finishedClientRandom"};
    const struct rsp_field *given = rsp_field(block, hashes[last]);
    struct secret hash = {.len = (size_t)EVP_MD_get_size(md)};
    uint8_t joined[MAX_OUTPUT];
    size_t len = 0;

    if (given != NULL) {
        CU_ASSERT_FATAL(given->len == hash.len);
        memcpy(hash.bytes, given->data, given->len);
        return hash;
    }
    for (int i = 0; i <= (int)last; i++)
        len = join(joined, len, rsp_field(block, messages[i]));
    CU_ASSERT_FATAL(EVP_Digest(joined, len, hash.bytes, NULL, md, NULL) == 1);
    return hash;
}

static void check_tls13(const struct rsp_block *block, const char *digest)
{
    enum { EARLY, HANDSHAKE, MASTER };
    static const struct {
        int secret;
        const char *label;
        enum transcript last;
        const char *output;
    } arrows[] = {
        {EARLY, "c e traffic", CLIENT_HELLO, "clientEarlyTrafficSecret"},
        {EARLY, "e exp master", CLIENT_HELLO, "earlyExporterMasterSecret"},
        {HANDSHAKE, "c hs traffic", SERVER_HELLO, "clientHandshakeTrafficSecret"},
        {HANDSHAKE, "s hs traffic", SERVER_HELLO, "serverHandshakeTrafficSecret"},
        {MASTER, "c ap traffic", SERVER_FINISHED, "clientApplicationTrafficSecret"},
        {MASTER, "s ap traffic", SERVER_FINISHED, "serverApplicationTrafficSecret"},
        {MASTER, "exp master", SERVER_FINISHED, "exporterMasterSecret"},
        {MASTER, "res master", CLIENT_FINISHED, "resumptionMasterSecret"},
    };
    const EVP_MD *md = strcmp(digest, "SHA2-384") == 0 ? EVP_sha384() : EVP_sha256();
    const size_t len = (size_t)EVP_MD_get_size(md);
    struct secret secrets[3];

    /* Only these vectors have all that it takes to begin at the top. */
    if (rsp_field(block, arrows[0].output) == NULL)
        return;
    secrets[EARLY] = extract(digest, len, NULL, rsp_field(block, "psk"));
    compare(block, "early_secret", &secrets[EARLY]);
    secrets[HANDSHAKE] = extract(digest, len, &secrets[EARLY], rsp_field(block, "dhe"));
    compare(block, "handshake_secret", &secrets[HANDSHAKE]);
    secrets[MASTER] = extract(digest, len, &secrets[HANDSHAKE], NULL);
    compare(block, "master_secret", &secrets[MASTER]);
    for (size_t i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++) {
        const struct secret *from = &secrets[arrows[i].secret];
        const struct secret hash = transcript_hash(block, md, arrows[i].last);
        struct support_params params = {.count = 0};
        struct secret output = {.len = len};

        support_add_octets(&params, OSSL_KDF_PARAM_KEY, from->bytes, from->len);
        support_add_octets(&params, OSSL_KDF_PARAM_DATA, hash.bytes, hash.len);
        tls13_step(digest, "EXPAND_ONLY", arrows[i].label, &params, &output);
        compare(block, arrows[i].output, &output);
    }
}

static void check_hkdf(const struct rsp_block *block, const char *digest)
{
    const struct rsp_field *okm = rsp_field(block, "okm");
    struct support_params params = {.count = 0};

    CU_ASSERT_FATAL(okm != NULL);
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    add_field(&params, OSSL_KDF_PARAM_KEY, rsp_field(block, "ikm"));
    add_field(&params, OSSL_KDF_PARAM_SALT, rsp_field(block, "salt"));
    add_field(&params, OSSL_KDF_PARAM_INFO, rsp_field(block, "info"));
    check(block, HKDF_OUTPUTS, hkdf, &params, okm->data, okm->len);
}

static const struct {
    const char *section;
    const char *digest;
    void (*check)(const struct rsp_block *block, const char *digest);
} sections[] = {
    {"PRF, TLS 1.0/1.1", "MD5-SHA1", check_raw_prf},
    {"PRF, TLS 1.2, SHA-224", "SHA2-224", check_raw_prf},
    {"PRF, TLS 1.2, SHA-256", "SHA2-256", check_raw_prf},
    {"PRF, TLS 1.2, SHA-384", "SHA2-384", check_raw_prf},
    {"PRF, TLS 1.2, SHA-512", "SHA2-512", check_raw_prf},
    {"TLS 1.0/1.1", "MD5-SHA1", check_tls12},
    {"TLS 1.2, SHA-256", "SHA2-256", check_tls12},
    {"TLS 1.2, SHA-384", "SHA2-384", check_tls12},
    {"TLS 1.2, SHA-512", "SHA2-512", check_tls12},
    {"TLS 1.3, SHA-256", "SHA2-256", check_tls13},
    {"TLS 1.3, SHA-384", "SHA2-384", check_tls13},
    {"HKDF, SHA-256", "SHA2-256", check_hkdf},
    {"HKDF, SHA-384", "SHA2-384", check_hkdf},
};

static void check_block(const struct rsp_block *block, void *argument)
{
    (void)argument;
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (strcmp(block->section, sections[i].section) == 0)
            sections[i].check(block, sections[i].digest);
    }
}

static void test_every_vector_is_reproduced(void)
{
    CU_ASSERT(rsp_visit_vectors(true, check_block, NULL));
    for (size_t i = 0; i < COUNTS; i++) {
        printf("\n    %u %s", counts[i].checked, counts[i].what);
        CU_ASSERT(counts[i].checked >= counts[i].at_least);
    }
}

static int initialize(void)
{
    libctx = support_context_new("");
    tls1_prf = EVP_KDF_fetch(libctx, "TLS1-PRF", SSLPROVIDER_PROPERTY);
    tls13_kdf = EVP_KDF_fetch(libctx, "TLS13-KDF", SSLPROVIDER_PROPERTY);
    hkdf = EVP_KDF_fetch(libctx, "HKDF", SSLPROVIDER_PROPERTY);
    return tls1_prf == NULL || tls13_kdf == NULL || hkdf == NULL;
}

static int clean_up(void)
{
    EVP_KDF_free(tls1_prf);
    EVP_KDF_free(tls13_kdf);
    EVP_KDF_free(hkdf);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_vector_is_reproduced),
    };

    return RUN_TESTS("drop-in vectors", initialize, clean_up, tests);
}
