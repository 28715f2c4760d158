/* SPDX-License-Identifier: Apache-2.0
 *
 * Derivations of the vectors, with a few changes: what is nearly right.
 */
#include "evp.h"

#include "common/rsp.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEMPLATES = 600, PER_SECTION = 6 };

/* One derivation that succeeds. */
static struct template
{
    struct fuzz_list list;
    int kdf;
    uint8_t expected[FUZZ_OUTPUT]; /* 0 bytes: not known */
    size_t len, out_len;
    char path[64]; /* of the vector */
    unsigned line;
}
templates[MAX_TEMPLATES];

static size_t template_count;

static const char *seen_path;
static unsigned seen_line;

static struct template *add_template(int kdf, size_t out_len)
{
    struct template *const new = &templates[template_count];

    fuzz_require(
        template_count < MAX_TEMPLATES - 1 && out_len <= FUZZ_OUTPUT, "room for templates");
    template_count++;
    *new = (struct template){.kdf = kdf, .out_len = out_len, .line = seen_line};
    snprintf(new->path, sizeof(new->path), "%s", seen_path);
    return new;
}

static void expect(struct template *new, const struct rsp_field *field)
{
    memcpy(new->expected, field->data, field->len);
    new->len = field->len;
}

static void add_field(struct template *new, const char *name, const struct rsp_field *field)
{
    if (field != NULL)
        fuzz_add_octets(&new->list, name, field->data, field->len);
}

static const struct rsp_field *field_of(
    const struct rsp_block *block, const char *name, const char *other)
{
    const struct rsp_field *field = rsp_field(block, name);

    return field == NULL ? rsp_field(block, other) : field;
}

static const char *digest_of(const char *section)
{
    static const char *const digests[] = {"SHA-256", "SHA-384", "SHA-512", "SHA-1"};

    for (size_t i = 0; i < COUNT(digests); i++) {
        if (strstr(section, digests[i]) != NULL)
            return digests[i];
    }
    return NULL;
}

static const char *protocol_of(const char *section)
{
    return strncmp(section, "SSL 3.0", 7) == 0 ? SSLPROVIDER_PROTOCOL_SSL3
        : strncmp(section, "TLS 1.0", 7) == 0  ? SSLPROVIDER_PROTOCOL_TLS1_1
        : strncmp(section, "TLS 1.2", 7) == 0  ? SSLPROVIDER_PROTOCOL_TLS1_2
                                               : NULL;
}

static void add_keyed(struct template *new, const struct rsp_block *block, const char *protocol)
{
    const char *const digest = digest_of(block->section);

    fuzz_add_text(&new->list, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    if (digest != NULL)
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_DIGEST, digest);
}

/* Master secrets, key blocks and exporters up to TLS 1.2. */
static void add_tls12(const struct rsp_block *block, const char *protocol)
{
    const struct rsp_field *pre_master = field_of(block, "pre_master_secret", "preMasterSecret");
    const struct rsp_field *master = field_of(block, "master_secret", "masterSecret");
    const struct rsp_field *hash = field_of(block, "session_hash", "sessionHash");
    const struct rsp_field *hello[] = {field_of(block, "clientHello_random", "clientHelloRandom"),
        field_of(block, "serverHello_random", "serverHelloRandom")};
    const struct rsp_field *randoms[] = {field_of(block, "client_random", "clientRandom"),
        field_of(block, "server_random", "serverRandom")};
    const struct rsp_field *key_block = field_of(block, "key_block", "keyBlock");
    const struct rsp_field *exported = rsp_field(block, "exporter_value");
    struct template *new;

    if (pre_master != NULL && master != NULL) {
        new = add_template(FUZZ_MASTER_KEY, master->len);
        add_keyed(new, block, protocol);
        add_field(new, SSLPROVIDER_PARAM_SECRET, pre_master);
        add_field(new, SSLPROVIDER_PARAM_SESSION_HASH, hash);
        if (hash == NULL) {
            add_field(new, SSLPROVIDER_PARAM_CLIENT_RANDOM, hello[0] ? hello[0] : randoms[0]);
            add_field(new, SSLPROVIDER_PARAM_SERVER_RANDOM, hello[1] ? hello[1] : randoms[1]);
        }
        expect(new, master);
    }
    if (master == NULL || randoms[0] == NULL || randoms[1] == NULL)
        return;
    new = add_template(exported != NULL ? FUZZ_KEYING_MATERIAL : FUZZ_SESSION_KEYS,
        exported != NULL        ? exported->len
            : key_block != NULL ? key_block->len
                                : 104);
    add_keyed(new, block, protocol);
    add_field(new, SSLPROVIDER_PARAM_SECRET, master);
    add_field(new, SSLPROVIDER_PARAM_CLIENT_RANDOM, randoms[0]);
    add_field(new, SSLPROVIDER_PARAM_SERVER_RANDOM, randoms[1]);
    if (exported != NULL) {
        add_field(new, SSLPROVIDER_PARAM_LABEL, rsp_field(block, "label"));
        add_field(new, SSLPROVIDER_PARAM_CONTEXT, rsp_field(block, "context"));
        expect(new, exported);
    } else if (key_block != NULL) {
        expect(new, key_block);
    }
}

/* RFC 5869 and RFC 5246 section 5, under OpenSSL's own names. */
static void add_drop_in(const struct rsp_block *block)
{
    const struct rsp_field *okm = rsp_field(block, "okm"), *output = rsp_field(block, "output");
    const struct rsp_field *seed = rsp_field(block, "seed");
    const char *const digest = digest_of(block->section);
    struct template *new;

    if (okm != NULL && okm->len <= FUZZ_OUTPUT) {
        new = add_template(FUZZ_HKDF, okm->len);
        add_field(new, OSSL_KDF_PARAM_KEY, rsp_field(block, "ikm"));
        add_field(new, OSSL_KDF_PARAM_SALT, rsp_field(block, "salt"));
        add_field(new, OSSL_KDF_PARAM_INFO, rsp_field(block, "info"));
        fuzz_add_text(&new->list, OSSL_KDF_PARAM_DIGEST, digest == NULL ? "SHA-256" : digest);
        expect(new, okm);
    } else if (output != NULL && seed != NULL && output->len <= FUZZ_OUTPUT) {
        new = add_template(FUZZ_TLS1_PRF, output->len);
        add_field(new, OSSL_KDF_PARAM_SECRET, rsp_field(block, "secret"));
        add_field(new, OSSL_KDF_PARAM_SEED, rsp_field(block, "label"));
        add_field(new, OSSL_KDF_PARAM_SEED, seed);
        fuzz_add_text(&new->list, OSSL_KDF_PARAM_DIGEST, digest == NULL ? "MD5-SHA1" : digest);
        expect(new, output);
    }
}

/* Secrets of TLS 1.3 by one arrow each, and the same by OpenSSL's name. */
static const struct {
    const char *from, *hash, *name, *target, *label;
} arrows[] = {
    {"handshake_secret", "client_server_hello_hash", "client_handshake_traffic_secret",
        SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC, "c hs traffic"},
    {"handshake_secret", "client_server_hello_hash", "server_handshake_traffic_secret",
        SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC, "s hs traffic"},
    {"master_secret", "server_finished_handshake_hash", "client_application_traffic_secret_0",
        SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC, "c ap traffic"},
    {"master_secret", "server_finished_handshake_hash", "exporter_master_secret",
        SSLPROVIDER_TARGET_EXPORTER_SECRET, "exp master"},
    {"master_secret", "client_finished_handshake_hash", "resumption_master_secret",
        SSLPROVIDER_TARGET_RESUMPTION_SECRET, "res master"},
};

static void add_arrow(const struct rsp_block *block, const char *protocol, size_t i)
{
    const char *const prefix =
        strcmp(protocol, SSLPROVIDER_PROTOCOL_DTLS1_3) == 0 ? "dtls13" : "tls13 ";
    const struct rsp_field *from = rsp_field(block, arrows[i].from);
    const struct rsp_field *hash = rsp_field(block, arrows[i].hash);
    const struct rsp_field *to = rsp_field(block, arrows[i].name);
    const char *const digest = digest_of(block->section);
    struct template *new;

    if (from == NULL || hash == NULL || to == NULL || digest == NULL)
        return;
    new = add_template(FUZZ_TRAFFIC_SECRET, to->len);
    add_keyed(new, block, protocol);
    fuzz_add_text(&new->list, SSLPROVIDER_PARAM_TARGET, arrows[i].target);
    add_field(new, SSLPROVIDER_PARAM_SECRET, from);
    add_field(new, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, hash);
    expect(new, to);

    new = add_template(FUZZ_TLS13_KDF, to->len);
    fuzz_add_text(&new->list, OSSL_KDF_PARAM_DIGEST, digest);
    fuzz_add_text(&new->list, OSSL_KDF_PARAM_MODE, "EXPAND_ONLY");
    add_field(new, OSSL_KDF_PARAM_KEY, from);
    fuzz_add_octets(&new->list, OSSL_KDF_PARAM_PREFIX, prefix, strlen(prefix));
    fuzz_add_octets(&new->list, OSSL_KDF_PARAM_LABEL, arrows[i].label, strlen(arrows[i].label));
    add_field(new, OSSL_KDF_PARAM_DATA, hash);
    expect(new, to);
}

/* The keys of a traffic secret, one output each. */
static void add_traffic_keys(const struct rsp_block *block, const char *protocol,
    const struct rsp_field *secret, const char *prefix)
{
    static const struct {
        const char *field, *output;
    } keys[] = {{"key", SSLPROVIDER_OUTPUT_KEY}, {"iv", SSLPROVIDER_OUTPUT_IV},
        {"hp", SSLPROVIDER_OUTPUT_HP_KEY}, {"sn_key", SSLPROVIDER_OUTPUT_SN_KEY}};
    const struct rsp_field *key = NULL;
    const char *suite;

    for (size_t i = 0; i < COUNT(keys); i++) {
        char name[64];
        const struct rsp_field *field;
        struct template *new;

        snprintf(name, sizeof(name), "%s%s", prefix, keys[i].field);
        field = rsp_field(block, name);
        if (i == 0)
            key = field;
        if (field == NULL || key == NULL)
            continue;
        suite = secret->len == 48 ? "TLS_AES_256_GCM_SHA384"
            : key->len == 32      ? "TLS_CHACHA20_POLY1305_SHA256"
                                  : "TLS_AES_128_GCM_SHA256";
        new = add_template(FUZZ_SESSION_KEYS, field->len);
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_PROTOCOL, protocol);
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_OUTPUT, keys[i].output);
        add_field(new, SSLPROVIDER_PARAM_SECRET, secret);
        expect(new, field);
    }
}

/* What follows from a secret of the block beside the arrows. */
static void add_tls13(const struct rsp_block *block, const char *protocol)
{
    const struct rsp_field *traffic = rsp_field(block, "client_handshake_traffic_secret");
    const struct rsp_field *early = rsp_field(block, "early_secret");
    const struct rsp_field *shared = field_of(block, "ecdhe_shared_secret", "dhe");
    const struct rsp_field *handshake = rsp_field(block, "handshake_secret");
    const struct rsp_field *hash = rsp_field(block, "server_finished_handshake_hash");
    struct template *new;

    for (size_t i = 0; i < COUNT(arrows); i++)
        add_arrow(block, protocol, i);
    if (traffic != NULL)
        add_traffic_keys(block, protocol, traffic, "client_handshake_");
    if (early != NULL && shared != NULL && handshake != NULL) {
        new = add_template(FUZZ_TRAFFIC_SECRET, handshake->len);
        add_keyed(new, block, protocol);
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_HANDSHAKE_SECRET);
        add_field(new, SSLPROVIDER_PARAM_SECRET, early);
        add_field(new, SSLPROVIDER_PARAM_SHARED_SECRET, shared);
        expect(new, handshake);
    }
    if (traffic != NULL && hash != NULL) {
        new = add_template(FUZZ_FINISHED, hash->len);
        add_keyed(new, block, protocol);
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT);
        add_field(new, SSLPROVIDER_PARAM_SECRET, traffic);
        add_field(new, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, hash);
    }
}

/* Initial secrets (RFC 9001 section 5.2), which have no key above them, and packet protection. */
static void add_quic(const struct rsp_block *block, const char *protocol)
{
    static const char *const sides[] = {"client_", "server_"};
    static const char *const targets[] = {
        SSLPROVIDER_TARGET_CLIENT_INITIAL, SSLPROVIDER_TARGET_SERVER_INITIAL};
    const struct rsp_field *id = rsp_field(block, "client_dst_connection_id");
    const struct rsp_field *secret = rsp_field(block, "secret");

    for (size_t i = 0; id != NULL && i < COUNT(sides); i++) {
        char name[64];
        const struct rsp_field *initial;
        struct template *new;

        snprintf(name, sizeof(name), "%sinitial_secret", sides[i]);
        initial = rsp_field(block, name);
        if (initial == NULL)
            continue;
        new = add_template(FUZZ_TRAFFIC_SECRET, initial->len);
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_PROTOCOL, protocol);
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_TARGET, targets[i]);
        add_field(new, SSLPROVIDER_PARAM_CONNECTION_ID, id);
        expect(new, initial);
        add_traffic_keys(block, protocol, initial, sides[i]);
    }
    if (secret != NULL)
        add_traffic_keys(block, protocol, secret, "");
}

/* The first few of each section. */
static void add_block(const struct rsp_block *block, void *argument)
{
    static char last[128];
    static unsigned seen;
    const char *const protocol = protocol_of(block->section);

    (void)argument;
    if (strncmp(last, block->section, sizeof(last) - 1) != 0)
        seen = 0;
    snprintf(last, sizeof(last), "%s", block->section);
    if (seen++ >= PER_SECTION)
        return;
    seen_path = strrchr(block->path, '/') + 1;
    seen_line = block->line;
    if (protocol != NULL)
        add_tls12(block, protocol);
    else if (strncmp(block->section, "TLS 1.3,", 8) == 0)
        add_tls13(block, SSLPROVIDER_PROTOCOL_TLS1_3);
    else if (strncmp(block->section, "DTLS 1.3,", 9) == 0)
        add_tls13(block, SSLPROVIDER_PROTOCOL_DTLS1_3);
    else if (strncmp(block->section, "QUIC v1,", 8) == 0)
        add_quic(block, SSLPROVIDER_PROTOCOL_QUIC1);
    else if (strncmp(block->section, "QUIC v2,", 8) == 0)
        add_quic(block, SSLPROVIDER_PROTOCOL_QUIC2);
    else
        add_drop_in(block);
}

/* What a key with the canary gives, by its handle. */
static void add_by_handle(int kdf, size_t key, const char *choice, const char *value, size_t len)
{
    static const uint8_t octets[48] = {1};
    struct template *const new = add_template(kdf, len);

    fuzz_add(&new->list, SSLPROVIDER_PARAM_HANDLE, OSSL_PARAM_UNSIGNED_INTEGER,
        &fuzz_canary_handles[key], sizeof(fuzz_canary_handles[key]));
    if (choice != NULL)
        fuzz_add_text(&new->list, choice, value);
    if (kdf == FUZZ_TRAFFIC_SECRET || kdf == FUZZ_FINISHED)
        fuzz_add_octets(&new->list, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, octets,
            key == 4       ? 48
                : key == 1 ? 36
                           : 32);
    if (kdf == FUZZ_FINISHED)
        fuzz_add_text(&new->list, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_SERVER);
    if (kdf == FUZZ_KEYING_MATERIAL)
        fuzz_add_octets(&new->list, SSLPROVIDER_PARAM_LABEL, "EXPORTER-fuzz", 13);
    if (kdf == FUZZ_MASTER_KEY || kdf == FUZZ_KEYING_MATERIAL ||
        (kdf == FUZZ_SESSION_KEYS && key < 2)) {
        fuzz_add_octets(&new->list, SSLPROVIDER_PARAM_CLIENT_RANDOM, octets, 32);
        fuzz_add_octets(&new->list, SSLPROVIDER_PARAM_SERVER_RANDOM, octets, 32);
    }
}

static void kdf_templates_begin(void)
{
    static const char *const outputs[] = {"key-block", "session-keys", "read", "write",
        "client-write", "read-key", "write-iv", "client-mac-key", "server-key"};

    fuzz_open_context();
    fuzz_require(rsp_visit_vectors(false, add_block, NULL) &&
            rsp_visit_files(SSLP_TEST_VECTORS "/protocols/*.rsp", add_block, NULL),
        "the vectors can be read");
    seen_path = "a key with the canary";
    for (size_t i = 0; i < COUNT(outputs); i++)
        add_by_handle(FUZZ_SESSION_KEYS, i % 2, SSLPROVIDER_PARAM_OUTPUT, outputs[i], 40);
    add_by_handle(FUZZ_SESSION_KEYS, 5, SSLPROVIDER_PARAM_OUTPUT, "session-keys", 44);
    add_by_handle(FUZZ_SESSION_KEYS, 5, SSLPROVIDER_PARAM_OUTPUT, "iv", 12);
    add_by_handle(FUZZ_MASTER_KEY, 2, SSLPROVIDER_PARAM_OUTPUT, "secret", 48);
    add_by_handle(FUZZ_MASTER_KEY, 2, SSLPROVIDER_PARAM_OUTPUT, "handle", 8);
    add_by_handle(FUZZ_FINISHED, 0, NULL, NULL, 12);
    add_by_handle(FUZZ_FINISHED, 1, NULL, NULL, 12);
    add_by_handle(FUZZ_FINISHED, 5, NULL, NULL, 32);
    add_by_handle(FUZZ_KEYING_MATERIAL, 0, NULL, NULL, 64);
    add_by_handle(
        FUZZ_TRAFFIC_SECRET, 3, SSLPROVIDER_PARAM_TARGET, "client-early-traffic-secret", 32);
    add_by_handle(
        FUZZ_TRAFFIC_SECRET, 4, SSLPROVIDER_PARAM_TARGET, "server-handshake-traffic-secret", 48);
    add_by_handle(FUZZ_TRAFFIC_SECRET, 5, SSLPROVIDER_PARAM_TARGET, "next-traffic-secret", 32);
    add_by_handle(FUZZ_TRAFFIC_SECRET, 6, SSLPROVIDER_PARAM_TARGET, "exporter-secret", 32);
}

static void kdf_templates_run(struct fuzz_input *input)
{
    const struct template *const template = &templates[fuzz_below(input, template_count)];
    struct fuzz_list list = {.count = 0};
    EVP_KDF_CTX *const ctx = EVP_KDF_CTX_new(fuzz_kdfs[template->kdf]);
    size_t len = template->out_len;
    const bool as_it_is = fuzz_ends(input);
    bool at_once;
    uint8_t out[FUZZ_OUTPUT];

    fuzz_case("%s:%u", template->path, template->line);
    fuzz_require(ctx != NULL, "a context");
    for (size_t i = 0; i < template->list.count; i++) {
        const OSSL_PARAM *const param = &template->list.params[i];

        fuzz_add(&list, param->key, param->data_type, param->data, param->data_size);
    }
    fuzz_change_list(input, &list);
    if (fuzz_byte(input) % 4 == 1)
        len = fuzz_below(input, FUZZ_OUTPUT + 1);
    /* A copy is made of a context that has them, or that is given them with the derivation. */
    at_once = fuzz_byte(input) % 2 == 1;
    if (!at_once)
        (void)EVP_KDF_CTX_set_params(ctx, list.params);
    if (fuzz_derive(ctx, at_once ? list.params : NULL, out, len) && as_it_is)
        fuzz_require(memcmp(out, template->expected, template->len) == 0, "the vector's value");
    else
        fuzz_require(!as_it_is || template->len == 0, "the vector is derived");
    EVP_KDF_CTX_free(ctx);
    fuzz_list_free(&list);
}

static void kdf_templates_seed(void)
{
    fuzz_seed_each(template_count, NULL, 0);
    fuzz_seed_each(template_count, "\3\1\4\0\0\0\2\4\1\2\3", 11);
}

const struct fuzz_target fuzz_kdf_templates = {
    "kdf_templates", kdf_templates_begin, kdf_templates_run, kdf_templates_seed};
