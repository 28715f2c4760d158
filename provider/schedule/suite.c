/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookups in the cipher-suite table, and the key layout of a suite in a protocol.
 */
#include "schedule/suite.h"

#include "schedule/key_layout.h"

#include <stdatomic.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t size;
} hashes[SSLP_HASH_COUNT] = {
    [SSLP_HASH_NONE] = {NULL, 0},
    [SSLP_HASH_MD5] = {"MD5", 16},
    [SSLP_HASH_SHA1] = {"SHA1", 20},
    [SSLP_HASH_SHA256] = {"SHA2-256", 32},
    [SSLP_HASH_SHA384] = {"SHA2-384", 48},
    [SSLP_HASH_SM3] = {"SM3", 32},
};

size_t sslp_hash_id_size(enum sslp_hash_id id)
{
    return hashes[id].size;
}

const char *sslp_hash_id_name(enum sslp_hash_id id)
{
    return hashes[id].name;
}

const struct sslp_suite *sslp_suite_by_id(uint32_t id)
{
    size_t low = 0, high = sslp_suite_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sslp_suites[middle].id == id)
            return &sslp_suites[middle];
        if (sslp_suites[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* "0x" and one to four hexadecimal digits; false for anything else. */
static bool parse_number(const char *text, size_t len, uint32_t *number)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";

    if (len < 3 || len > 6 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
        return false;
    *number = 0;
    for (size_t i = 2; i < len; i++) {
        const char *digit = memchr(digits, text[i], sizeof(digits) - 1);

        if (digit == NULL)
            return false;
        *number = *number << 4 | ((uint32_t)(digit - digits) & 0xF);
    }
    return true;
}

static bool name_is(const char *name, const char *wanted, size_t wanted_len)
{
    return name != NULL && strncmp(name, wanted, wanted_len) == 0 && name[wanted_len] == 0;
}

/* The names of all suites, hashed: a place holds 2 * row + 1 for an IANA name, that + 1 for
 * OpenSSL's, and 0 for none.  The first thread that looks a name up fills it.  Others that come
 * meanwhile, and the child of a fork() at that moment, search the table itself. */
enum { NAME_PLACES = 2048 };
enum { NAMES_EMPTY, NAMES_FILLING, NAMES_READY };

static uint16_t name_places[NAME_PLACES];
static _Atomic int names_state;

/* FNV-1a. */
static uint32_t suite_name_hash(const char *name, size_t len)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)name[i]) * UINT32_C(16777619);
    return hash;
}

static void suite_names_put(const char *name, size_t place)
{
    uint32_t at = suite_name_hash(name, strlen(name));

    while (name_places[at % NAME_PLACES] != 0)
        at++;
    name_places[at % NAME_PLACES] = (uint16_t)place;
}

/* False while another thread fills the places. */
static bool suite_names_ready(void)
{
    int state = NAMES_EMPTY;

    if (atomic_load_explicit(&names_state, memory_order_acquire) == NAMES_READY)
        return true;
    if (2 * sslp_suite_count >= NAME_PLACES ||
        !atomic_compare_exchange_strong(&names_state, &state, NAMES_FILLING))
        return false;
    for (size_t row = 0; row < sslp_suite_count; row++) {
        suite_names_put(sslp_suites[row].name, 2 * row + 1);
        if (sslp_suites[row].openssl_name != NULL)
            suite_names_put(sslp_suites[row].openssl_name, 2 * row + 2);
    }
    atomic_store_explicit(&names_state, NAMES_READY, memory_order_release);
    return true;
}

static const struct sslp_suite *suite_by_hash(const char *name, size_t name_len)
{
    uint32_t at = suite_name_hash(name, name_len);
    size_t place;

    while ((place = name_places[at++ % NAME_PLACES]) != 0) {
        const struct sslp_suite *suite = &sslp_suites[(place - 1) / 2];

        if (name_is(place % 2 == 1 ? suite->name : suite->openssl_name, name, name_len))
            return suite;
    }
    return NULL;
}

const struct sslp_suite *sslp_suite_by_name(const char *name, size_t name_len)
{
    uint32_t number;

    if (parse_number(name, name_len, &number))
        return sslp_suite_by_id(number);
    if (suite_names_ready())
        return suite_by_hash(name, name_len);
    for (size_t i = 0; i < sslp_suite_count; i++) {
        if (name_is(sslp_suites[i].name, name, name_len) ||
            name_is(sslp_suites[i].openssl_name, name, name_len))
            return &sslp_suites[i];
    }
    return NULL;
}

/* Appends a piece of each side. */
static void key_layout_append(
    struct sslp_key_layout *layout, size_t sides, enum sslp_key_piece piece, size_t len)
{
    for (size_t side = 0; side < sides; side++) {
        layout->piece[side][piece] = (struct sslp_key_place){layout->len, (uint16_t)len};
        layout->len = (uint16_t)(layout->len + len);
    }
}

/* RFC 8446 section 5.3: the whole nonce is derived, no part of it travels.  RFC 9150 section 6:
 * without encryption the key is that of the MAC. */
static struct sslp_key_layout key_layout_tls13(
    const struct sslp_cipher *cipher, const struct sslp_protocol *protocol)
{
    struct sslp_key_layout layout = {.len = 0};

    key_layout_append(&layout, 1, SSLP_PIECE_KEY, cipher->key_len);
    key_layout_append(
        &layout, 1, SSLP_PIECE_IV, (size_t)cipher->fixed_iv_len + cipher->explicit_nonce_len);
    layout.direction_len = layout.len;
    if (protocol->labels->mask_key != NULL)
        key_layout_append(&layout, 1, SSLP_PIECE_MASK_KEY, cipher->key_len);
    return layout;
}

struct sslp_key_layout sslp_key_layout_of(
    const struct sslp_suite *suite, const struct sslp_protocol *protocol)
{
    const struct sslp_cipher *cipher = suite->cipher;
    const size_t mac_key_len = sslp_hash_id_size(suite->mac);
    struct sslp_key_layout layout = {.len = 0};
    size_t iv_len = cipher->fixed_iv_len;

    if (!sslp_suite_in_protocol(suite, protocol))
        return layout;
    if (sslp_protocol_is_tls13(protocol))
        return key_layout_tls13(cipher, protocol);
    /* RFC 4346 section 6.2.3.2: from TLS 1.1 on, each CBC record brings its own IV. */
    if (cipher->mode == SSLP_MODE_CBC && protocol->chained_iv)
        iv_len = cipher->block_len;
    key_layout_append(&layout, SSLP_SIDES, SSLP_PIECE_MAC_KEY, mac_key_len);
    key_layout_append(&layout, SSLP_SIDES, SSLP_PIECE_KEY, cipher->key_len);
    key_layout_append(&layout, SSLP_SIDES, SSLP_PIECE_IV, iv_len);
    layout.direction_len = layout.len / SSLP_SIDES;
    layout.key_material_len = cipher->key_material_len;
    /* RFC 2246 section 6.3.1: the IVs of export suites are not cut from the key block. */
    layout.key_block_len = (uint16_t)(SSLP_SIDES *
        (mac_key_len + cipher->key_material_len + (cipher->exportable ? 0 : iv_len)));
    return layout;
}

struct sslp_bytes sslp_key_layout_cut(
    const struct sslp_key_layout *layout, const uint8_t *direction, enum sslp_key_piece piece)
{
    size_t offset = 0;

    for (int before = SSLP_PIECE_MAC_KEY; before < (int)piece; before++)
        offset += layout->piece[SSLP_CLIENT][before].len;
    return sslp_bytes(direction + offset, layout->piece[SSLP_CLIENT][piece].len);
}
