/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tls13_vectors.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SECRET = 64, MAX_OUTPUT = 512, FINISHED_HEADER = 4 };

/* ACVP hashes messages that it calls randoms. */
enum messages {
    NO_MESSAGES,
    TO_CLIENT_HELLO,
    TO_SERVER_HELLO,
    TO_SERVER_FINISHED,
    TO_CLIENT_FINISHED,
    MESSAGES
};

static const struct {
    const char *hash, *acvp;
} messages[MESSAGES] = {
    [TO_CLIENT_HELLO] = {"client_hello_hash", "helloClientRandom"},
    [TO_SERVER_HELLO] = {"client_server_hello_hash", "helloServerRandom"},
    [TO_SERVER_FINISHED] = {"server_finished_handshake_hash", "finishedServerRandom"},
    [TO_CLIENT_FINISHED] = {"client_finished_handshake_hash", "finishedClientRandom"},
};

/* The columns: where a step starts, what it takes in, and the name of its result, twice where ACVP
 * has one of its own. */
static const struct {
    enum tls13_secret from;
    enum messages messages;
    const char *name, *acvp;
} steps[TLS13_SECRETS] = {
    [TLS13_EARLY] = {TLS13_SECRETS, NO_MESSAGES, "early_secret", NULL},
    [TLS13_EXT_BINDER] = {TLS13_EARLY, NO_MESSAGES, "binder_key", NULL},
    [TLS13_RES_BINDER] = {TLS13_EARLY, NO_MESSAGES, "binder_key", NULL},
    [TLS13_CLIENT_EARLY_TRAFFIC] = {TLS13_EARLY, TO_CLIENT_HELLO, "client_early_traffic_secret",
        "clientEarlyTrafficSecret"},
    [TLS13_EARLY_EXPORTER] = {TLS13_EARLY, TO_CLIENT_HELLO, "early_exporter_master_secret",
        "earlyExporterMasterSecret"},
    [TLS13_HANDSHAKE] = {TLS13_EARLY, NO_MESSAGES, "handshake_secret", NULL},
    [TLS13_CLIENT_HANDSHAKE_TRAFFIC] = {TLS13_HANDSHAKE, TO_SERVER_HELLO,
        "client_handshake_traffic_secret", "clientHandshakeTrafficSecret"},
    [TLS13_SERVER_HANDSHAKE_TRAFFIC] = {TLS13_HANDSHAKE, TO_SERVER_HELLO,
        "server_handshake_traffic_secret", "serverHandshakeTrafficSecret"},
    [TLS13_MASTER] = {TLS13_HANDSHAKE, NO_MESSAGES, "master_secret", NULL},
    [TLS13_CLIENT_APPLICATION_TRAFFIC] = {TLS13_MASTER, TO_SERVER_FINISHED,
        "client_application_traffic_secret_0", "clientApplicationTrafficSecret"},
    [TLS13_SERVER_APPLICATION_TRAFFIC] = {TLS13_MASTER, TO_SERVER_FINISHED,
        "server_application_traffic_secret_0", "serverApplicationTrafficSecret"},
    [TLS13_EXPORTER] = {TLS13_MASTER, TO_SERVER_FINISHED, "exporter_master_secret",
        "exporterMasterSecret"},
    [TLS13_RESUMPTION] = {TLS13_MASTER, TO_CLIENT_FINISHED, "resumption_master_secret",
        "resumptionMasterSecret"},
    [TLS13_TICKET_PSK] = {TLS13_RESUMPTION, NO_MESSAGES, "resumption_psk", NULL},
};

/* RFC 8448 gives the Finished messages whole, the captures their contents. */
static const struct {
    enum tls13_secret base;
    const char *hash, *message, *verify_data;
} finished[] = {
    {TLS13_SERVER_HANDSHAKE_TRAFFIC, "server_finished_hash", "server_finished",
        "server_verify_data"},
    {TLS13_CLIENT_HANDSHAKE_TRAFFIC, "client_finished_hash", "client_finished",
        "client_verify_data"},
    {TLS13_EXT_BINDER, "truncated_client_hello_hash", NULL, "psk_binder"},
};

static const struct {
    enum tls13_secret secret;
    const char *key, *iv;
} traffic_keys[] = {
    {TLS13_CLIENT_EARLY_TRAFFIC, "client_early_key", "client_early_iv"},
    {TLS13_CLIENT_HANDSHAKE_TRAFFIC, "client_handshake_key", "client_handshake_iv"},
    {TLS13_SERVER_HANDSHAKE_TRAFFIC, "server_handshake_key", "server_handshake_iv"},
    {TLS13_CLIENT_APPLICATION_TRAFFIC, "client_application_key", "client_application_iv"},
    {TLS13_SERVER_APPLICATION_TRAFFIC, "server_application_key", "server_application_iv"},
};

/* One block on its way. */
struct walk {
    const struct rsp_block *block;
    const struct tls13_trial *trial;
    struct tls13_counts *counts;
    const char *hash;
    const EVP_MD *md;
    size_t size;
    struct {
        uint8_t bytes[MAX_SECRET];
        size_t len; /* 0: not known */
    } secrets[TLS13_SECRETS];
    bool right;
};

static void compare(
    struct walk *walk, unsigned *count, const char *what, enum tls13_answer answer, bool equal)
{
    if (answer == TLS13_NOT_ASKED) {
        walk->counts->not_asked++;
    } else if (answer == TLS13_GIVEN && equal) {
        (*count)++;
    } else {
        fprintf(stderr, "\n    %s:%u: %s: %s", walk->block->path, walk->block->line, what,
            answer == TLS13_GIVEN ? "another value" : "refused");
        walk->right = false;
    }
}

static struct sslp_bytes bytes_of(const struct rsp_field *field)
{
    return field == NULL ? sslp_bytes(NULL, 0) : sslp_bytes(field->data, field->len);
}

static const struct rsp_field *either(const struct walk *walk, const char *name, const char *other)
{
    const struct rsp_field *field = rsp_field(walk->block, name);

    return field == NULL && other != NULL ? rsp_field(walk->block, other) : field;
}

static bool is_acvp(const struct walk *walk)
{
    return rsp_field(walk->block, messages[TO_CLIENT_HELLO].acvp) != NULL;
}

/* False: the block does not say. */
static bool transcript_hash(const struct walk *walk, enum messages to, uint8_t out[MAX_SECRET])
{
    const struct rsp_field *given = rsp_field(walk->block, messages[to].hash);
    EVP_MD_CTX *context;
    bool known = is_acvp(walk);

    if (given != NULL && given->len == walk->size) {
        memcpy(out, given->data, given->len);
        return true;
    }
    context = EVP_MD_CTX_new();
    known = known && EVP_DigestInit_ex(context, walk->md, NULL) == 1;
    for (int i = TO_CLIENT_HELLO; known && i <= (int)to; i++) {
        const struct rsp_field *part = rsp_field(walk->block, messages[i].acvp);

        known = part != NULL && EVP_DigestUpdate(context, part->data, part->len) == 1;
    }
    known = known && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return known;
}

/* Where the block has no shared secret it is one of zeros, or one that nobody knows: then the
 * handshake secret is not given either. */
static bool shared_secret(const struct walk *walk, struct sslp_bytes *input)
{
    const struct rsp_field *given = either(walk, "ecdhe_shared_secret", "dhe");

    *input = bytes_of(given);
    return given != NULL || is_acvp(walk) || rsp_field(walk->block, "handshake_secret") != NULL;
}

static bool step_input(const struct walk *walk, enum tls13_secret to, struct sslp_bytes *input,
    uint8_t hash[MAX_SECRET])
{
    const struct rsp_field *nonce = rsp_field(walk->block, "ticket_nonce");

    *input = sslp_bytes(NULL, 0);
    if (steps[to].messages != NO_MESSAGES) {
        *input = sslp_bytes(hash, walk->size);
        return transcript_hash(walk, steps[to].messages, hash);
    }
    if (to == TLS13_HANDSHAKE)
        return shared_secret(walk, input);
    if (to == TLS13_TICKET_PSK)
        *input = bytes_of(nonce);
    return to != TLS13_TICKET_PSK || nonce != NULL;
}

static bool step_from(const struct walk *walk, enum tls13_secret to, struct sslp_bytes *from)
{
    if (to != TLS13_EARLY) {
        *from = sslp_bytes(walk->secrets[steps[to].from].bytes, walk->secrets[steps[to].from].len);
        return from->len != 0;
    }
    *from = bytes_of(rsp_field(walk->block, "psk"));
    return from->len != 0 || is_acvp(walk) || rsp_field(walk->block, "early_secret") != NULL;
}

/* The binder key that is given is of one of the two kinds, and proves that one alone. */
static bool is_other_binder(const struct walk *walk, enum tls13_secret to, const uint8_t *derived)
{
    const struct rsp_field *given = rsp_field(walk->block, "binder_key");

    return (to == TLS13_EXT_BINDER || to == TLS13_RES_BINDER) &&
        (given == NULL || memcmp(given->data, derived, walk->size) != 0);
}

static void check_secret(struct walk *walk, enum tls13_secret to, struct sslp_bytes from,
    struct sslp_bytes input, const uint8_t *expected, enum tls13_answer answer, bool equal)
{
    if (walk->trial->agrees != NULL) {
        answer = walk->trial->agrees(walk->hash, to, from, input, sslp_bytes(expected, walk->size));
        equal = true;
    }
    compare(walk, &walk->counts->secrets, steps[to].name, answer, equal);
}

static void check_step(struct walk *walk, enum tls13_secret to)
{
    const struct rsp_field *expected = either(walk, steps[to].name, steps[to].acvp);
    uint8_t derived[MAX_SECRET] = {0}, hash[MAX_SECRET];
    struct sslp_bytes from, input;
    enum tls13_answer answer;

    if (expected != NULL && expected->len == walk->size) {
        memcpy(walk->secrets[to].bytes, expected->data, expected->len);
        walk->secrets[to].len = walk->size;
    }
    if (!step_from(walk, to, &from) || !step_input(walk, to, &input, hash))
        return;
    answer = walk->trial->derive(walk->hash, to, from, input, derived, walk->size);
    if (is_other_binder(walk, to, derived))
        return;
    if (expected != NULL)
        check_secret(walk, to, from, input, expected->data, answer,
            memcmp(derived, expected->data, walk->size) == 0);
    memcpy(walk->secrets[to].bytes, derived, walk->size);
    walk->secrets[to].len = answer == TLS13_GIVEN ? walk->size : 0;
}

static void check_finished(struct walk *walk)
{
    for (size_t i = 0; i < sizeof(finished) / sizeof(finished[0]); i++) {
        const enum tls13_secret base = finished[i].base;
        const struct rsp_field *hash = rsp_field(walk->block, finished[i].hash);
        const struct rsp_field *expected =
            either(walk, finished[i].verify_data, finished[i].message);
        uint8_t out[MAX_SECRET] = {0};
        enum tls13_answer answer;

        if (hash == NULL || expected == NULL || walk->secrets[base].len == 0)
            continue;
        answer = walk->trial->finished(walk->hash, base == TLS13_EXT_BINDER,
            sslp_bytes(walk->secrets[base].bytes, walk->size), bytes_of(hash), out, walk->size);
        compare(walk, &walk->counts->finished, finished[i].verify_data, answer,
            memcmp(out, expected->data + (expected->len - walk->size), walk->size) == 0);
    }
}

static void check_exporter(struct walk *walk)
{
    const struct rsp_field *expected = rsp_field(walk->block, "exporter_value");
    uint8_t out[MAX_OUTPUT] = {0};
    enum tls13_answer answer;

    if (expected == NULL || expected->len > sizeof(out) || walk->secrets[TLS13_EXPORTER].len == 0)
        return;
    answer = walk->trial->exporter(walk->hash,
        sslp_bytes(walk->secrets[TLS13_EXPORTER].bytes, walk->size),
        bytes_of(rsp_field(walk->block, "label")), rsp_field(walk->block, "context"), out,
        expected->len);
    compare(walk, &walk->counts->exporters, "exporter_value", answer,
        memcmp(out, expected->data, expected->len) == 0);
}

/* RFC 8448 uses TLS_AES_128_GCM_SHA256 throughout and does not repeat it. */
static void check_traffic_keys(struct walk *walk)
{
    const struct rsp_field *suite = rsp_field(walk->block, "cipher_suite");
    const unsigned number = suite == NULL ? 0x1301 : (unsigned)suite->data[0] << 8 | suite->data[1];

    for (size_t i = 0; i < sizeof(traffic_keys) / sizeof(traffic_keys[0]); i++) {
        const enum tls13_secret secret = traffic_keys[i].secret;
        const struct rsp_field *key = rsp_field(walk->block, traffic_keys[i].key);
        const struct rsp_field *iv = rsp_field(walk->block, traffic_keys[i].iv);
        uint8_t out[MAX_SECRET] = {0};
        enum tls13_answer answer;

        if (key == NULL || iv == NULL || walk->secrets[secret].len == 0)
            continue;
        answer = walk->trial->traffic_keys(
            number, sslp_bytes(walk->secrets[secret].bytes, walk->size), out, key->len + iv->len);
        compare(walk, &walk->counts->traffic_keys, traffic_keys[i].key, answer,
            memcmp(out, key->data, key->len) == 0 &&
                memcmp(out + key->len, iv->data, iv->len) == 0);
    }
}

bool tls13_check_block(
    const struct rsp_block *block, const struct tls13_trial *trial, struct tls13_counts *counts)
{
    struct walk walk = {.block = block, .trial = trial, .counts = counts, .right = true};

    walk.hash = strchr(block->section, ',') + strlen(", ");
    walk.md = strcmp(walk.hash, "SHA-384") == 0 ? EVP_sha384() : EVP_sha256();
    walk.size = (size_t)EVP_MD_get_size(walk.md);
    counts->blocks++;
    if (trial->begin != NULL)
        trial->begin(block);
    for (int to = TLS13_EARLY; to < TLS13_SECRETS; to++)
        check_step(&walk, (enum tls13_secret)to);
    /* What follows from a binder key is the same for both kinds. */
    if (walk.secrets[TLS13_RES_BINDER].len != 0)
        walk.secrets[TLS13_EXT_BINDER] = walk.secrets[TLS13_RES_BINDER];
    check_finished(&walk);
    check_exporter(&walk);
    check_traffic_keys(&walk);
    return walk.right;
}

/* What a visitor of blocks works with. */
struct trial_of_all {
    const struct tls13_trial *trial;
    struct tls13_counts *counts;
    bool right;
};

static void visit_block(const struct rsp_block *block, void *argument)
{
    struct trial_of_all *all = argument;

    if (strncmp(block->section, "TLS 1.3, ", strlen("TLS 1.3, ")) == 0)
        all->right = tls13_check_block(block, all->trial, all->counts) && all->right;
}

bool tls13_check_all(const struct tls13_trial *trial, struct tls13_counts *counts)
{
    struct trial_of_all all = {trial, counts, true};
    bool readable;

    *counts = (struct tls13_counts){0};
    readable = rsp_visit_vectors(true, visit_block, &all);
    printf("\n    %u blocks: %u secrets, %u Finished and binders, %u exporters, %u keys and IVs, "
           "%u not asked\n  ",
        counts->blocks, counts->secrets, counts->finished, counts->exporters, counts->traffic_keys,
        counts->not_asked);
    return readable && all.right;
}

bool tls13_is_all(const struct tls13_counts *counts)
{
    return counts->blocks >= 99 && counts->secrets >= 747 && counts->finished >= 33 &&
        counts->exporters >= 28 && counts->traffic_keys >= 65;
}
