/* SPDX-License-Identifier: Apache-2.0
 *
 * DTLS 1.3 and QUIC: every value of their vectors from bytes and by handles, every record and
 * packet of the captures opened with the keys that come of it, and what these protocols refuse.
 */
#include "calls.h"

#include "common/packet_protection.h"

#include <glob.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

enum { MAX_KEY_LEN = 32, MAX_KNOWN = 16, MAX_TEXT = 2048 };

/* What the folder holds now: fewer would mean that some were not reached. */
enum { MIN_VALUES = 324, MIN_RECORDS = 40, MIN_PACKETS = 16 };

static struct {
    unsigned values, records, packets;
} counted;

/* The keys of a traffic secret, as they were derived. */
struct keys {
    const char *suite;
    size_t key_len;
    uint8_t key[MAX_KEY_LEN], iv[PACKET_IV_LEN], mask_key[MAX_KEY_LEN];
};

/* Those of the file at hand. */
static struct keys known[MAX_KNOWN];
static size_t known_count;

/* ---- Values ---- */

static void check(const struct rsp_block *block, const char *name, bool right)
{
    if (!right) {
        fprintf(stderr, "\n    %s:%u: %s differs", block->path, block->line, name);
        CU_FAIL("a value was not reproduced");
    }
    counted.values++;
}

static const char *mask_output(void)
{
    return strcmp(trial_protocol, SSLPROVIDER_PROTOCOL_DTLS1_3) == 0 ? SSLPROVIDER_OUTPUT_SN_KEY
                                                                     : SSLPROVIDER_OUTPUT_HP_KEY;
}

/* Protocol and suite of a secret that is given as bytes, or the handle of a key that has both. */
static void add_secret(
    struct call *call, const EVP_PKEY *key, struct sslp_bytes secret, const char *suite)
{
    call->handle = key == NULL ? 0 : support_handle_of(key);
    if (key != NULL)
        return;
    support_add_text(&call->params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
    support_add_text(&call->params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    add_bytes(call, SSLPROVIDER_PARAM_SECRET, secret);
}

/* A piece from bytes, or from a key that is not exportable. */
static bool derive_piece(const char *output, struct sslp_bytes secret, const char *suite,
    bool by_handle, uint8_t *out, size_t len)
{
    struct call call = {.handle = 0};
    EVP_PKEY *key = by_handle ? key_of("traffic-secret", secret, suite, 0) : NULL;
    bool ok;

    add_secret(&call, key, secret, suite);
    support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, output);
    ok = (!by_handle || key != NULL) && run_call(keys_kdf, &call, out, len);
    EVP_PKEY_free(key);
    return ok;
}

/* `pattern` has a %s for "key", "iv" and the third piece, which a block may not give. */
static void check_keys(const struct rsp_block *block, const char *pattern, const char *third,
    struct sslp_bytes secret, const char *suite)
{
    const char *const pieces[] = {"key", "iv", third};
    const char *const outputs[] = {SSLPROVIDER_OUTPUT_KEY, SSLPROVIDER_OUTPUT_IV, mask_output()};
    struct keys *keys = &known[known_count];
    uint8_t *const to[] = {keys->key, keys->iv, keys->mask_key};
    const size_t room[] = {sizeof(keys->key), sizeof(keys->iv), sizeof(keys->mask_key)};

    CU_ASSERT_FATAL(known_count < MAX_KNOWN);
    for (size_t i = 0; i < COUNT(pieces); i++) {
        char name[64];
        const struct rsp_field *expected;

        snprintf(name, sizeof(name), pattern, pieces[i]);
        expected = rsp_field(block, name);
        if (expected == NULL)
            continue;
        CU_ASSERT_FATAL(expected->len <= room[i]);
        for (int by_handle = 0; by_handle < 2; by_handle++) {
            check(block, name,
                derive_piece(outputs[i], secret, suite, by_handle != 0, to[i], expected->len) &&
                    memcmp(to[i], expected->data, expected->len) == 0);
        }
        if (i == 0)
            keys->key_len = expected->len;
    }
    keys->suite = suite;
    known_count++;
}

struct exported {
    uint8_t *out;
    size_t len;
};

static int take_secret(const OSSL_PARAM params[], void *argument)
{
    const OSSL_PARAM *secret = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_SECRET);
    struct exported *to = argument;

    return secret != NULL && secret->data_size == to->len &&
        memcpy(to->out, secret->data, to->len) != NULL;
}

/* A secret that a derivation leaves behind a handle. */
static bool run_for_handle(struct call *call, uint8_t *out, size_t len)
{
    struct exported to = {out, len};
    uint64_t handle = 0;
    int exportable = 1;
    EVP_PKEY *key;
    bool ok;

    support_add_text(&call->params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    support_add_int(&call->params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    if (!run_call(secret_kdf, call, &handle, sizeof(handle)))
        return false;
    key = support_adopt(libctx, handle);
    ok = key != NULL && EVP_PKEY_export(key, EVP_PKEY_KEYPAIR, take_secret, &to) == 1;
    EVP_PKEY_free(key);
    return ok;
}

static void check_next(
    const struct rsp_block *block, const char *name, struct sslp_bytes secret, const char *suite)
{
    const struct rsp_field *expected = rsp_field(block, name);

    for (int by_handle = 0; expected != NULL && by_handle < 2; by_handle++) {
        EVP_PKEY *key = by_handle ? key_of("traffic-secret", secret, suite, 0) : NULL;
        struct call call = {.handle = 0};
        uint8_t out[MAX_SECRET] = {0};
        bool ok;

        add_secret(&call, key, secret, suite);
        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_NEXT_TRAFFIC);
        ok = by_handle ? run_for_handle(&call, out, expected->len)
                       : run_call(secret_kdf, &call, out, expected->len);
        check(block, name, ok && memcmp(out, expected->data, expected->len) == 0);
        EVP_PKEY_free(key);
    }
}

/* RFC 9001 section 5.2: from the connection id to the keys of each side. */
static void check_initial(const struct rsp_block *block)
{
    static const struct {
        const char *target, *secret, *keys;
    } sides[] = {
        {SSLPROVIDER_TARGET_CLIENT_INITIAL, "client_initial_secret", "client_%s"},
        {SSLPROVIDER_TARGET_SERVER_INITIAL, "server_initial_secret", "server_%s"},
    };
    const struct rsp_field *id = rsp_field(block, "client_dst_connection_id");

    for (size_t i = 0; i < 2 * COUNT(sides); i++) {
        const size_t side = i / 2;
        const struct rsp_field *expected = rsp_field(block, sides[side].secret);
        struct call call = {.handle = 0};
        uint8_t out[SIZE] = {0};

        CU_ASSERT_FATAL(expected != NULL && expected->len == SIZE);
        support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, sides[side].target);
        add_bytes(&call, SSLPROVIDER_PARAM_CONNECTION_ID, sslp_bytes(id->data, id->len));
        check(block, sides[side].secret,
            (i % 2 == 0 ? run_call(secret_kdf, &call, out, SIZE)
                        : run_for_handle(&call, out, SIZE)) &&
                memcmp(out, expected->data, SIZE) == 0);
        if (i % 2 != 0)
            check_keys(block, sides[side].keys, "hp", sslp_bytes(out, SIZE), SUITE);
    }
}

/* The suite is named for packets of a connection; alone, the length of the key tells. */
static void check_quic(const struct rsp_block *block)
{
    const struct rsp_field *secret = rsp_field(block, "secret"), *key = rsp_field(block, "key");
    const char *suite = rsp_attribute(block, "Cipher suite");

    if (rsp_field(block, "client_dst_connection_id") != NULL) {
        check_initial(block);
        return;
    }
    CU_ASSERT_FATAL(secret != NULL && key != NULL);
    if (suite == NULL)
        suite = key->len == MAX_KEY_LEN ? "TLS_CHACHA20_POLY1305_SHA256" : SUITE;
    check_keys(block, "%s", "hp", sslp_bytes(secret->data, secret->len), suite);
    check_next(block, "ku", sslp_bytes(secret->data, secret->len), suite);
}

/* The whole schedule as in TLS 1.3, and what it does not have. */
static void check_schedule(const struct rsp_block *block)
{
    for (size_t i = 0; i < TRIALS; i++) {
        struct tls13_counts counts = {0};

        CU_ASSERT_TRUE(tls13_check_block(block, &trials[i], &counts));
        counted.values +=
            counts.secrets + counts.finished + counts.exporters + 2 * counts.traffic_keys;
    }
}

static void check_dtls13(const struct rsp_block *block)
{
    static const struct {
        const char *secret, *keys, *next;
    } rows[] = {
        {"client_handshake_traffic_secret", "client_handshake_%s", NULL},
        {"server_handshake_traffic_secret", "server_handshake_%s", NULL},
        {"client_application_traffic_secret_0", "client_application_%s",
            "client_application_traffic_secret_1"},
        {"server_application_traffic_secret_0", "server_application_%s",
            "server_application_traffic_secret_1"},
        {"client_application_traffic_secret_1", "client_application_%s_1", NULL},
        {"server_application_traffic_secret_1", "server_application_%s_1", NULL},
    };
    const char *suite = rsp_attribute(block, "Cipher suite");

    check_schedule(block);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct rsp_field *field = rsp_field(block, rows[i].secret);

        CU_ASSERT_FATAL(field != NULL && suite != NULL);
        check_keys(block, rows[i].keys, "sn_key", sslp_bytes(field->data, field->len), suite);
        if (rows[i].next != NULL)
            check_next(block, rows[i].next, sslp_bytes(field->data, field->len), suite);
    }
}

/* ---- Records and packets ---- */

static const struct keys *find_keys(const struct rsp_block *block)
{
    const struct rsp_field *key = rsp_field(block, "key");

    for (size_t i = 0; key != NULL && i < known_count; i++) {
        if (known[i].key_len == key->len && memcmp(known[i].key, key->data, key->len) == 0)
            return &known[i];
    }
    return NULL;
}

/* One record or packet on the wire.  The number, whose low bytes end the header, is masked; in QUIC
 * so are bits of the first byte, and the sample begins 4 bytes behind the start of the number. */
static bool opens(const struct rsp_block *block, const struct keys *keys, const char *wire_name,
    const char *number_name, bool quic)
{
    const struct rsp_field *wire = rsp_field(block, wire_name);
    const struct rsp_field *number = rsp_field(block, number_name);
    const struct rsp_field *clear = rsp_field(block, "unprotected_header");
    const struct rsp_field *inner = rsp_field(block, quic ? "plaintext" : "inner_plaintext");
    uint8_t header[64], mask[PACKET_SAMPLE_LEN], nonce[PACKET_IV_LEN], text[MAX_TEXT];
    size_t number_len, at;

    CU_ASSERT_FATAL(wire != NULL && number != NULL && number->len == 8 && clear != NULL);
    CU_ASSERT_FATAL(inner != NULL && clear->len <= sizeof(header) && wire->len <= sizeof(text));
    number_len = quic ? (size_t)(clear->data[0] & 3) + 1 : (clear->data[0] & 8) != 0 ? 2 : 1;
    at = quic ? clear->len - number_len : 1;
    memcpy(header, wire->data, clear->len);
    if (!packet_mask(libctx, keys->suite, keys->mask_key, keys->key_len,
            wire->data + (quic ? at + 4 : clear->len), mask))
        return false;
    if (quic)
        header[0] = (uint8_t)(header[0] ^ (mask[0] & ((header[0] & 0x80) != 0 ? 0x0F : 0x1F)));
    for (size_t i = 0; i < number_len; i++)
        header[at + i] ^= mask[quic + i];
    memcpy(nonce, keys->iv, PACKET_IV_LEN);
    for (size_t i = 0; i < number->len; i++)
        nonce[PACKET_IV_LEN - number->len + i] ^= number->data[i];
    return memcmp(header, clear->data, clear->len) == 0 &&
        memcmp(header + at, number->data + (number->len - number_len), number_len) == 0 &&
        packet_open(libctx, keys->suite, keys->key, keys->key_len, nonce, header, clear->len,
            wire->data + clear->len, wire->len - clear->len, text) &&
        inner->len == wire->len - clear->len - PACKET_TAG_LEN &&
        memcmp(text, inner->data, inner->len) == 0;
}

static void check_wire(const struct rsp_block *block, bool quic)
{
    const struct keys *keys = find_keys(block);

    if (keys == NULL ||
        !(quic ? opens(block, keys, "packet", "packet_number", true)
               : opens(block, keys, "record", "sequence_number", false))) {
        fprintf(stderr, "\n    %s:%u: not opened", block->path, block->line);
        CU_FAIL("a record or packet was not opened");
    }
    counted.records += !quic;
    counted.packets += quic;
}

/* ---- The folder ---- */

static bool begins(const char *section, const char *with)
{
    return strncmp(section, with, strlen(with)) == 0;
}

/* The TLS 1.3 handshake of a QUIC connection has the secrets of QUIC. */
static void check_block(const struct rsp_block *block)
{
    const char *section = block->section;

    trial_protocol = begins(section, "DTLS 1.3") ? SSLPROVIDER_PROTOCOL_DTLS1_3
        : begins(section, "QUIC v2")             ? SSLPROVIDER_PROTOCOL_QUIC2
                                                 : SSLPROVIDER_PROTOCOL_QUIC1;
    if (begins(section, "DTLS 1.3, "))
        check_dtls13(block);
    else if (begins(section, "TLS 1.3, "))
        check_schedule(block);
    else if (begins(section, "QUIC v1, ") || begins(section, "QUIC v2, "))
        check_quic(block);
    else if (begins(section, "DTLS 1.3 record, "))
        check_wire(block, false);
    else if (begins(section, "QUIC v1 packet, ") || begins(section, "QUIC v2 packet, "))
        check_wire(block, true);
    else
        CU_FAIL("a section that is not known");
}

static void check_file(const char *path)
{
    struct rsp_reader reader;
    struct rsp_block block;
    enum rsp_result result = RSP_ERROR;

    known_count = 0;
    if (rsp_open(&reader, path)) {
        while ((result = rsp_next(&reader, &block)) == RSP_BLOCK)
            check_block(&block);
    }
    if (result == RSP_ERROR)
        fprintf(stderr, "\n    %s", reader.error);
    CU_ASSERT_EQUAL(result, RSP_END);
    rsp_close(&reader);
}

void test_every_value_record_and_packet_of_other_protocols(void)
{
    glob_t files;

    CU_ASSERT_FATAL(glob(SSLP_TEST_VECTORS "/protocols/*.rsp", 0, NULL, &files) == 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_file(files.gl_pathv[i]);
    globfree(&files);
    trial_protocol = SSLPROVIDER_PROTOCOL_TLS1_3;
    printf("\n    %u values, %u records of DTLS 1.3, %u packets of QUIC\n  ", counted.values,
        counted.records, counted.packets);
    CU_ASSERT(counted.values >= MIN_VALUES);
    CU_ASSERT(counted.records >= MIN_RECORDS);
    CU_ASSERT(counted.packets >= MIN_PACKETS);
    CU_ASSERT(support_nothing_raised());
}

/* ---- Refusals ---- */

static const char *const protocols[] = {SSLPROVIDER_PROTOCOL_TLS1_3, SSLPROVIDER_PROTOCOL_DTLS1_3,
    SSLPROVIDER_PROTOCOL_QUIC1, SSLPROVIDER_PROTOCOL_QUIC2};

static const uint8_t bytes[MAX_SECRET] = {0x44};

static EVP_PKEY *key_in(const char *protocol, const char *kind)
{
    EVP_PKEY *key;

    trial_protocol = protocol;
    key = key_of(kind, sslp_bytes(bytes, SIZE), SUITE, 1);
    trial_protocol = SSLPROVIDER_PROTOCOL_TLS1_3;
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    return key;
}

/* A KDF with a key of one protocol, and another one as parameter. */
static bool runs_with(EVP_KDF *kdf, const EVP_PKEY *key, const char *protocol)
{
    struct call call = {.handle = support_handle_of(key)};
    uint8_t out[SIZE];
    const bool keys = kdf == keys_kdf;

    support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    if (kdf == secret_kdf)
        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_NEXT_TRAFFIC);
    if (kdf == finished_kdf)
        add_bytes(&call, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, sslp_bytes(bytes, SIZE));
    if (kdf == material_kdf)
        add_bytes(&call, SSLPROVIDER_PARAM_LABEL, sslp_bytes((const uint8_t *)"x", 1));
    if (keys)
        support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_KEY);
    return run_call(kdf, &call, out, keys ? 16 : SIZE);
}

void test_secret_of_one_protocol_is_refused_by_another(void)
{
    EVP_KDF *const kdfs[] = {secret_kdf, finished_kdf, material_kdf, keys_kdf};
    unsigned taken = 0;

    for (size_t i = 0; i < COUNT(kdfs) * COUNT(protocols) * COUNT(protocols); i++) {
        EVP_KDF *kdf = kdfs[i / COUNT(protocols) / COUNT(protocols)];
        const size_t own = i / COUNT(protocols) % COUNT(protocols), other = i % COUNT(protocols);
        EVP_PKEY *key =
            key_in(protocols[own], kdf == material_kdf ? "exporter-secret" : "traffic-secret");

        CU_ASSERT_EQUAL(runs_with(kdf, key, protocols[other]), own == other);
        CU_ASSERT(own == other ? support_nothing_raised()
                               : support_raised("protocol or cipher suite differs from the key's"));
        taken += own == other;
        EVP_PKEY_free(key);
    }
    CU_ASSERT_EQUAL(taken, COUNT(kdfs) * COUNT(protocols));
}

void test_initial_secrets_start_at_a_connection_id_alone(void)
{
    static const struct {
        const char *protocol, *suite, *digest;
        int id_len; /* -1: none */
        bool secret;
        const char *reason; /* NULL: it is derived */
    } rows[] = {
        {"QUICv1", NULL, NULL, 0, false, NULL},
        {"QUICv1", NULL, NULL, 20, false, NULL},
        {"QUICv2", SUITE, NULL, 8, false, NULL},
        {"QUICv2", NULL, "SHA256", 8, false, NULL},
        {"QUICv1", NULL, NULL, 21, false, "invalid connection id length"},
        {"QUICv1", NULL, NULL, -1, false, "missing connection id"},
        {NULL, NULL, NULL, 8, false, "missing protocol version"},
        {"TLSv1.3", NULL, NULL, 8, false, "derivation not in protocol"},
        {"DTLSv1.3", NULL, NULL, 8, false, "derivation not in protocol"},
        {"TLSv1.2", NULL, NULL, 8, false, "derivation not in protocol"},
        {"QUICv1", NULL, NULL, 8, true, "secret and connection id given"},
        {"QUICv1", "TLS_AES_256_GCM_SHA384", NULL, 8, false,
            "cipher suite or digest not that of Initial packets"},
        {"QUICv1", "TLS_AES_128_CCM_SHA256", NULL, 8, false,
            "cipher suite or digest not that of Initial packets"},
        {"QUICv1", NULL, "SHA3-256", 8, false,
            "cipher suite or digest not that of Initial packets"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct call call = {.handle = 0};
        uint8_t out[SIZE];
        bool done;

        support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, rows[i].protocol);
        support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, rows[i].suite);
        support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, rows[i].digest);
        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_CLIENT_INITIAL);
        if (rows[i].id_len >= 0)
            add_bytes(
                &call, SSLPROVIDER_PARAM_CONNECTION_ID, sslp_bytes(bytes, (size_t)rows[i].id_len));
        if (rows[i].secret)
            add_bytes(&call, SSLPROVIDER_PARAM_SECRET, sslp_bytes(bytes, SIZE));
        done = run_call(secret_kdf, &call, out, sizeof(out));
        CU_ASSERT_EQUAL(done, rows[i].reason == NULL);
        CU_ASSERT(done ? support_nothing_raised()
                       : rows[i].reason != NULL && support_raised(rows[i].reason));
    }
}

static size_t length_of(EVP_KDF_CTX *ctx, const char *name)
{
    size_t len = 1000;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(name, &len), OSSL_PARAM_construct_end()};

    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, params) == 1);
    return len;
}

void test_each_protocol_has_its_own_mask_key(void)
{
    static const struct {
        const char *protocol;
        bool sn, hp;
    } rows[] = {{"TLSv1.3", false, false}, {"DTLSv1.3", true, false}, {"QUICv1", false, true},
        {"QUICv2", false, true}};
    static const struct {
        const char *suite;
        size_t len;
    } suites[] = {
        {SUITE, 16}, {"TLS_CHACHA20_POLY1305_SHA256", 32}, {"TLS_AES_128_CCM_SHA256", 16}};

    for (size_t i = 0; i < COUNT(rows) * COUNT(suites); i++) {
        const size_t row = i / COUNT(suites), len = suites[i % COUNT(suites)].len;
        const char *suite = suites[i % COUNT(suites)].suite;
        EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(keys_kdf);
        struct support_params params = {.count = 0};
        uint8_t out[MAX_KEY_LEN];

        support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, rows[row].protocol);
        support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
        CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
        CU_ASSERT_EQUAL(length_of(ctx, SSLPROVIDER_PARAM_SN_KEY_LENGTH), rows[row].sn ? len : 0);
        CU_ASSERT_EQUAL(length_of(ctx, SSLPROVIDER_PARAM_HP_KEY_LENGTH), rows[row].hp ? len : 0);
        CU_ASSERT_EQUAL(length_of(ctx, SSLPROVIDER_PARAM_KEY_LENGTH), len);
        CU_ASSERT_EQUAL(length_of(ctx, SSLPROVIDER_PARAM_SIZE), len + PACKET_IV_LEN);
        EVP_KDF_CTX_free(ctx);
        trial_protocol = rows[row].protocol;
        for (int by_handle = 0; by_handle < 2; by_handle++) {
            CU_ASSERT_EQUAL(derive_piece(SSLPROVIDER_OUTPUT_SN_KEY, sslp_bytes(bytes, SIZE), suite,
                                by_handle != 0, out, len),
                rows[row].sn);
            CU_ASSERT(
                rows[row].sn ? support_nothing_raised() : support_raised("output not in protocol"));
            CU_ASSERT_EQUAL(derive_piece(SSLPROVIDER_OUTPUT_HP_KEY, sslp_bytes(bytes, SIZE), suite,
                                by_handle != 0, out, len),
                rows[row].hp);
            CU_ASSERT(
                rows[row].hp ? support_nothing_raised() : support_raised("output not in protocol"));
        }
    }
    trial_protocol = SSLPROVIDER_PROTOCOL_TLS1_3;
}

/* RFC 9001 section 5.3 leaves out CCM_8; nothing says how SM4 would mask a number. */
void test_suites_that_mask_no_numbers_are_refused(void)
{
    static const struct {
        const char *protocol, *suite;
        bool fits;
    } rows[] = {{"DTLSv1.3", "TLS_AES_128_CCM_SHA256", true},
        {"DTLSv1.3", "TLS_AES_128_CCM_8_SHA256", true}, {"DTLSv1.3", "TLS_SM4_GCM_SM3", false},
        {"DTLSv1.3", "TLS_SHA256_SHA256", false},
        {"DTLSv1.3", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false},
        {"QUICv1", "TLS_AES_128_CCM_SHA256", true}, {"QUICv1", "TLS_AES_128_CCM_8_SHA256", false},
        {"QUICv2", "TLS_AES_128_CCM_8_SHA256", false}, {"QUICv1", "TLS_SM4_CCM_SM3", false}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t out[MAX_KEY_LEN];

        trial_protocol = rows[i].protocol;
        CU_ASSERT_EQUAL(derive_piece(SSLPROVIDER_OUTPUT_KEY, sslp_bytes(bytes, SIZE), rows[i].suite,
                            false, out, 16),
            rows[i].fits);
        CU_ASSERT(rows[i].fits ? support_nothing_raised()
                               : support_raised("cipher suite not in protocol"));
    }
    trial_protocol = SSLPROVIDER_PROTOCOL_TLS1_3;
}

/* The secret of the next generation belongs to the protocol of the one before. */
void test_key_update_keeps_the_protocol(void)
{
    for (size_t i = 0; i < COUNT(protocols); i++) {
        EVP_PKEY *key = key_in(protocols[i], "traffic-secret"), *next;
        struct call call = {.handle = support_handle_of(key)};
        uint64_t handle = 0;
        char name[16] = "";

        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_NEXT_TRAFFIC);
        support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
        CU_ASSERT(run_call(secret_kdf, &call, &handle, sizeof(handle)));
        next = support_adopt(libctx, handle);
        CU_ASSERT(EVP_PKEY_get_utf8_string_param(
                      next, SSLPROVIDER_PARAM_PROTOCOL, name, sizeof(name), NULL) == 1);
        CU_ASSERT_STRING_EQUAL(name, protocols[i]);
        EVP_PKEY_free(next);
        EVP_PKEY_free(key);
    }
}
