/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

/* Where octets come from. */
static uint8_t pool[4 * MAX_OCTETS];

static const struct {
    const char *name;
    bool unusable;
} digests[] = {
    {"SHA2-256", false},
    {"SHA2-384", false},
    {"MD5-SHA1", false},
    {"SHA256", false},
    {"sha384", false},
    {"md5-sha1", false},
    {"SHA1", false},
    {"MD5", false},
    {"SHA2-224", false},
    {"SHA2-512", false},
    {"SHA2-512/256", false},
    {"SHA3-224", false},
    {"SHA3-256", false},
    {"SHA3-512", false},
    {"BLAKE2S-256", false},
    {"BLAKE2B-512", false},
    {"SM3", false},
    {"RIPEMD160", false},
    {"SHAKE-128", true},
    {"SHAKE-256", true},
    {"KECCAK-KMAC-128", true},
    {"NULL", true},
    {"no-such-hash", true},
    {"", true},
};

enum { DIGESTS = sizeof(digests) / sizeof(digests[0]) };

void lists_init(uint64_t *state)
{
    support_fill(state, pool, sizeof(pool));
}

bool chance(uint64_t *state, unsigned percent)
{
    return support_number_below(state, 100) < percent;
}

static void add(struct list *list, OSSL_PARAM param)
{
    list->params[list->count++] = param;
    list->params[list->count] = OSSL_PARAM_construct_end();
}

static void add_text(struct list *list, const char *name, const char *text)
{
    add(list, OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0));
}

/* Some callers leave the size out, which the default provider does not look at. */
static void add_text_of_any_size(
    struct list *list, const char *name, const char *text, uint64_t *state)
{
    add_text(list, name, text);
    if (chance(state, 10))
        list->params[list->count - 1].data_size = 0;
}

static void add_query(struct list *list, uint64_t *state)
{
    static const char *const queries[] = {
        "provider=default", "?provider=nobody", "fips=no", "provider=nobody", "", NULL};
    const char *query = queries[support_number_below(state, sizeof(queries) / sizeof(queries[0]))];

    if (query != NULL)
        add_text_of_any_size(list, OSSL_KDF_PARAM_PROPERTIES, query, state);
    else
        add(list, OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_PROPERTIES, NULL, 0));
}

/* The lengths of TLS, those around the blocks of hashes, and any. */
static size_t octets_len(uint64_t *state, size_t most)
{
    static const size_t usual[] = {0, 1, 12, 16, 20, 31, 32, 33, 36, 47, 48, 49, 55, 56, 63, 64, 65,
        96, 97, 111, 112, 127, 128, 129, 143, 144, 145, 249, 250, 255, 256};
    const size_t len = chance(state, 70)
        ? usual[support_number_below(state, sizeof(usual) / sizeof(usual[0]))]
        : support_number_below(state, MAX_OCTETS + 1);

    return len <= most ? len : support_number_below(state, most + 1);
}

static size_t add_octets(struct list *list, const char *name, uint64_t *state, size_t most)
{
    const size_t len = octets_len(state, most);
    uint8_t *data = pool + support_number_below(state, sizeof(pool) - MAX_OCTETS);

    if (chance(state, 1)) {
        add_text(list, name, "text");
    } else if (len == 0 && chance(state, 30)) {
        add(list, OSSL_PARAM_construct_octet_string(name, NULL, 0));
    } else {
        add(list, OSSL_PARAM_construct_octet_string(name, data, len));
        return len;
    }
    return 0;
}

/* The default provider of OpenSSL before 3.6 frees the second HMAC of MD5-SHA1 twice when another
 * digest follows, so none does. */
static bool may_follow(enum kind kind, const char *before, const char *name)
{
    return kind != TLS1_PRF || before == NULL || OPENSSL_strcasecmp(before, "MD5-SHA1") != 0 ||
        OPENSSL_strcasecmp(name, "MD5-SHA1") == 0;
}

static void add_digest(struct list *list, enum kind kind, uint64_t *state, const char *before)
{
    const size_t row =
        chance(state, 50) ? support_number_below(state, 3) : support_number_below(state, DIGESTS);
    const char *name = digests[row].name;

    if (!may_follow(kind, before, name))
        name = "MD5-SHA1";
    else
        list->unusable = list->unusable || digests[row].unusable;
    /* Of MD5-SHA1 alone TLS1-PRF did not look at the type before OpenSSL 3.6. */
    if (chance(state, 1) && OPENSSL_strcasecmp(name, "MD5-SHA1") != 0)
        add(list,
            OSSL_PARAM_construct_octet_string(
                OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)name, strlen(name)));
    else
        add_text_of_any_size(list, OSSL_KDF_PARAM_DIGEST, name, state);
    if (chance(state, 20))
        add_query(list, state);
}

/* Numbers of every type that a parameter can have, and texts. */
static void add_mode(struct list *list, enum kind kind, uint64_t *state)
{
    static const char *const names[] = {"EXTRACT_AND_EXPAND", "EXTRACT_ONLY", "EXPAND_ONLY",
        "extract_only", "Expand_Only", "EXTRACT", "EXPAND_ONLY ", ""};
    const int right = kind == TLS13_KDF ? 1 + (int)support_number_below(state, 2)
                                        : (int)support_number_below(state, 3);
    int *number = &list->numbers[list->count];

    *number = chance(state, 95) ? right : (int)support_number_below(state, 200) - 100;
    list->long_number = *number;
    list->real_number = *number + (chance(state, 50) ? 0.5 : 0);
    if (chance(state, 50)) {
        add(list, OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, number));
    } else if (chance(state, 80)) {
        add_text_of_any_size(list, OSSL_KDF_PARAM_MODE, names[right], state);
    } else {
        if (chance(state, 40))
            add_text_of_any_size(
                list, OSSL_KDF_PARAM_MODE, names[support_number_below(state, 8)], state);
        else if (chance(state, 30))
            add(list, OSSL_PARAM_construct_uint(OSSL_KDF_PARAM_MODE, (unsigned *)(void *)number));
        else if (chance(state, 30))
            add(list, OSSL_PARAM_construct_int64(OSSL_KDF_PARAM_MODE, &list->long_number));
        else if (chance(state, 50))
            add(list, OSSL_PARAM_construct_double(OSSL_KDF_PARAM_MODE, &list->real_number));
        else
            add(list, OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_MODE, number, 4));
    }
}

static void add_prefix(struct list *list, uint64_t *state)
{
    static const char usual[] = "tls13 ";

    if (chance(state, 90))
        add(list,
            OSSL_PARAM_construct_octet_string(
                OSSL_KDF_PARAM_PREFIX, (char *)(uintptr_t)usual, sizeof(usual) - 1));
    else
        add_octets(list, OSSL_KDF_PARAM_PREFIX, state, 300);
}

static void add_seeds(struct list *list, uint64_t *state, size_t max_seed)
{
    const size_t seeds = support_number_below(state, MAX_SEEDS + 1);

    for (size_t i = 0; i < seeds && list->seed_len < max_seed; i++)
        list->seed_len += add_octets(list, OSSL_KDF_PARAM_SEED, state, max_seed - list->seed_len);
}

/* The default provider of OpenSSL 3.0 reads from nowhere when an empty info follows another one, so
 * one that follows is not empty. */
static void add_infos(struct list *list, uint64_t *state, bool info_in_use)
{
    const size_t infos = support_number_below(state, MAX_INFOS + 1);
    size_t left = MAX_OCTETS;

    for (size_t i = 0; i < infos; i++)
        left -= add_octets(list, OSSL_KDF_PARAM_INFO, state, left);
    if (infos != 0 && left == MAX_OCTETS && info_in_use) {
        add(list, OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, pool, 1));
        left--;
    }
    list->has_info = left < MAX_OCTETS;
}

/* No order is the only one that is tried. */
static void shuffle(struct list *list, uint64_t *state)
{
    for (size_t i = list->count; i > 1; i--) {
        const size_t k = support_number_below(state, i);
        const OSSL_PARAM swapped = list->params[i - 1];

        list->params[i - 1] = list->params[k];
        list->params[k] = swapped;
    }
}

static void add_one_twice(struct list *list, enum kind kind, uint64_t *state, const char *before)
{
    switch (support_number_below(state, 4)) {
    case 0:
        if (kind != HKDF_SHA256)
            add_digest(list, kind, state, before);
        break;
    case 1:
        if (kind != TLS1_PRF)
            add_mode(list, kind, state);
        break;
    case 2:
        add_octets(
            list, kind == TLS1_PRF ? OSSL_KDF_PARAM_SECRET : OSSL_KDF_PARAM_KEY, state, MAX_OCTETS);
        break;
    default:
        add_octets(
            list, kind == TLS13_KDF ? OSSL_KDF_PARAM_LABEL : OSSL_KDF_PARAM_SALT, state, 100);
        break;
    }
}

void list_make(struct list *list, enum kind kind, uint64_t *state, bool complete,
    const struct list_before *before, size_t max_seed)
{
    const unsigned usual = complete ? 97 : 30;

    list->count = 0;
    list->params[0] = OSSL_PARAM_construct_end();
    list->seed_len = 0;
    list->has_info = false;
    list->digest = NULL;
    list->unusable = false;
    if (kind != HKDF_SHA256 ? chance(state, usual) : before->may_name_digest && chance(state, 5))
        add_digest(list, kind, state, before->digest);
    if (chance(state, usual))
        add_octets(
            list, kind == TLS1_PRF ? OSSL_KDF_PARAM_SECRET : OSSL_KDF_PARAM_KEY, state, MAX_OCTETS);
    if (kind == TLS1_PRF && chance(state, usual))
        add_seeds(list, state, max_seed - before->seed_len);
    if (kind != TLS1_PRF && chance(state, kind == TLS13_KDF ? usual : 60))
        add_mode(list, kind, state);
    if (kind != TLS1_PRF && chance(state, 60))
        add_octets(list, OSSL_KDF_PARAM_SALT, state, MAX_OCTETS);
    if (kind == HKDF || kind == HKDF_SHA256)
        add_infos(list, state, before->has_info);
    if (kind == TLS13_KDF && chance(state, 95))
        add_prefix(list, state);
    if (kind == TLS13_KDF && chance(state, 90))
        add_octets(list, OSSL_KDF_PARAM_LABEL, state, chance(state, 90) ? 30 : 300);
    if (kind == TLS13_KDF && chance(state, 80))
        add_octets(list, OSSL_KDF_PARAM_DATA, state, chance(state, 90) ? 64 : 300);
    if (chance(state, 3))
        add_one_twice(list, kind, state, before->digest);
    if (chance(state, 3))
        add_text(list, "no-such-parameter", "x");
    if (chance(state, 50))
        shuffle(list, state);
    for (size_t i = 0; i < list->count && list->digest == NULL; i++) {
        if (strcmp(list->params[i].key, OSSL_KDF_PARAM_DIGEST) == 0)
            list->digest = list->params[i].data;
    }
}

size_t list_output_len(
    enum kind kind, uint64_t *state, size_t digest_size, bool extraction, size_t max_output)
{
    if (kind != TLS1_PRF && digest_size != 0) {
        if (chance(state, extraction ? 90 : 10))
            return digest_size;
        if (chance(state, 2))
            return digest_size * 255 + support_number_below(state, 2);
    }
    if (chance(state, 2))
        return 0;
    return chance(state, 70) ? 1 + support_number_below(state, 110)
                             : support_number_below(state, max_output + 1);
}
