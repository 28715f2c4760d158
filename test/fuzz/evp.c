/* SPDX-License-Identifier: Apache-2.0 */
#include "evp.h"

#include "common/provider_support.h"
#include "sslprovider/builtin.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

OSSL_LIB_CTX *fuzz_libctx;
EVP_KDF *fuzz_kdfs[FUZZ_KDFS];
uint64_t fuzz_canary_handles[FUZZ_CANARIES];

static const char *const kdf_names[FUZZ_KDFS] = {
    [FUZZ_SESSION_KEYS] = SSLPROVIDER_KDF_SESSION_KEYS,
    [FUZZ_MASTER_KEY] = SSLPROVIDER_KDF_MASTER_KEY,
    [FUZZ_FINISHED] = SSLPROVIDER_KDF_FINISHED,
    [FUZZ_KEYING_MATERIAL] = SSLPROVIDER_KDF_KEYING_MATERIAL,
    [FUZZ_TRAFFIC_SECRET] = SSLPROVIDER_KDF_TRAFFIC_SECRET,
    [FUZZ_TLS1_PRF] = "TLS1-PRF",
    [FUZZ_TLS13_KDF] = "TLS13-KDF",
    [FUZZ_HKDF] = "HKDF",
};

static const struct {
    const char *kind, *protocol, *suite;
    size_t len;
} canaries[FUZZ_CANARIES] = {
    {SSLPROVIDER_KIND_MASTER_SECRET, SSLPROVIDER_PROTOCOL_TLS1_2,
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 48},
    {SSLPROVIDER_KIND_MASTER_SECRET, SSLPROVIDER_PROTOCOL_TLS1_0, "TLS_RSA_WITH_AES_128_CBC_SHA",
        48},
    {SSLPROVIDER_KIND_PRE_MASTER_SECRET, SSLPROVIDER_PROTOCOL_TLS1_2,
        "TLS_RSA_WITH_AES_128_CBC_SHA256", 48},
    {SSLPROVIDER_KIND_EARLY_SECRET, SSLPROVIDER_PROTOCOL_TLS1_3, "TLS_AES_128_GCM_SHA256", 32},
    {SSLPROVIDER_KIND_HANDSHAKE_SECRET, SSLPROVIDER_PROTOCOL_TLS1_3, "TLS_AES_256_GCM_SHA384", 48},
    {SSLPROVIDER_KIND_TRAFFIC_SECRET, SSLPROVIDER_PROTOCOL_TLS1_3, "TLS_CHACHA20_POLY1305_SHA256",
        32},
    {SSLPROVIDER_KIND_TLS13_MASTER, SSLPROVIDER_PROTOCOL_TLS1_3, "TLS_AES_128_GCM_SHA256", 32},
};

static void make_canaries(void)
{
    /* They live as long as the program. */
    static EVP_PKEY *owners[FUZZ_CANARIES];

    for (size_t i = 0; i < FUZZ_CANARIES; i++) {
        struct support_params params = {.count = 0};

        support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, fuzz_canary, canaries[i].len);
        support_add_text(&params, SSLPROVIDER_PARAM_KIND, canaries[i].kind);
        support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, canaries[i].protocol);
        support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, canaries[i].suite);
        support_add_text(&params, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT);
        owners[i] = support_key_from(fuzz_libctx, &params);
        fuzz_canary_handles[i] = support_handle_of(owners[i]);
        fuzz_require(fuzz_canary_handles[i] != 0, "a key with the canary");
    }
}

void fuzz_open_context(void)
{
    fuzz_libctx = OSSL_LIB_CTX_new();
    fuzz_require(
        OSSL_PROVIDER_add_builtin(fuzz_libctx, SSLPROVIDER_NAME, sslprovider_provider_init) == 1 &&
            support_load_config(fuzz_libctx, "legacy = yes\n") == 1,
        "a library context");
    for (size_t i = 0; i < FUZZ_KDFS; i++) {
        fuzz_kdfs[i] = EVP_KDF_fetch(fuzz_libctx, kdf_names[i], SSLPROVIDER_PROPERTY);
        fuzz_require(fuzz_kdfs[i] != NULL, kdf_names[i]);
    }
    make_canaries();
}

/* ---- Lists of parameters ---- */

/* The data of such a parameter is a pointer; its length is that of what is pointed to. */
static bool is_pointer(unsigned type)
{
    return type == OSSL_PARAM_UTF8_PTR || type == OSSL_PARAM_OCTET_PTR;
}

void fuzz_add(
    struct fuzz_list *list, const char *name, unsigned type, const void *value, size_t len)
{
    OSSL_PARAM *const param = &list->params[list->count];
    const size_t size = is_pointer(type) ? sizeof(void *) : len;

    if (list->count == FUZZ_PARAMS)
        return;
    list->count++;
    *param = (OSSL_PARAM){name, type, value == NULL ? NULL : fuzz_copy(value, size), len, SIZE_MAX};
    param[1] = OSSL_PARAM_construct_end();
}

void fuzz_add_text(struct fuzz_list *list, const char *name, const char *text)
{
    fuzz_add(list, name, OSSL_PARAM_UTF8_STRING, text, strlen(text));
}

void fuzz_add_octets(struct fuzz_list *list, const char *name, const void *octets, size_t len)
{
    fuzz_add(list, name, OSSL_PARAM_OCTET_STRING, octets, len);
}

void fuzz_list_free(struct fuzz_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->params[i].data);
    list->count = 0;
    list->params[0] = OSSL_PARAM_construct_end();
}

enum value { TEXT, OCTETS, NUMBER, VALUES };

/* The names, with what each is mostly given. */
static const struct {
    const char *name;
    enum value value;
} names[] = {{SSLPROVIDER_PARAM_PROTOCOL, TEXT}, {SSLPROVIDER_PARAM_CIPHER_SUITE, TEXT},
    {SSLPROVIDER_PARAM_SECRET, OCTETS}, {SSLPROVIDER_PARAM_KEY, OCTETS},
    {SSLPROVIDER_PARAM_HANDLE, NUMBER}, {SSLPROVIDER_PARAM_DISCARD, NUMBER},
    {SSLPROVIDER_PARAM_CLIENT_RANDOM, OCTETS}, {SSLPROVIDER_PARAM_SERVER_RANDOM, OCTETS},
    {SSLPROVIDER_PARAM_SESSION_HASH, OCTETS}, {SSLPROVIDER_PARAM_TRANSCRIPT_HASH, OCTETS},
    {SSLPROVIDER_PARAM_MESSAGES, OCTETS}, {SSLPROVIDER_PARAM_TARGET, TEXT},
    {SSLPROVIDER_PARAM_SHARED_SECRET, OCTETS}, {SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, NUMBER},
    {SSLPROVIDER_PARAM_TICKET_NONCE, OCTETS}, {SSLPROVIDER_PARAM_LABEL, OCTETS},
    {SSLPROVIDER_PARAM_CONTEXT, OCTETS}, {SSLPROVIDER_PARAM_ROLE, TEXT},
    {SSLPROVIDER_PARAM_OUTPUT, TEXT}, {SSLPROVIDER_PARAM_DIGEST, TEXT},
    {SSLPROVIDER_PARAM_PROPERTIES, TEXT}, {SSLPROVIDER_PARAM_KIND, TEXT},
    {SSLPROVIDER_PARAM_EXPORTABLE, NUMBER}, {SSLPROVIDER_PARAM_WITHOUT_PSK, NUMBER},
    {SSLPROVIDER_PARAM_CONNECTION_ID, OCTETS}, {SSLPROVIDER_PARAM_RAW_BYTES, OCTETS},
    {SSLPROVIDER_PARAM_KEY_LENGTH, NUMBER}, {SSLPROVIDER_PARAM_SIZE, NUMBER},
    {OSSL_KDF_PARAM_SEED, OCTETS}, {OSSL_KDF_PARAM_SALT, OCTETS}, {OSSL_KDF_PARAM_INFO, OCTETS},
    {OSSL_KDF_PARAM_MODE, TEXT}, {OSSL_KDF_PARAM_PREFIX, OCTETS}, {OSSL_KDF_PARAM_DATA, OCTETS},
    {"unknown", TEXT}};

static const char *const texts[] = {"", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "DTLSv1",
    "DTLSv1.2", "DTLSv1.3", "QUICv1", "QUICv2", "client", "server", "key-block", "session-keys",
    "read", "write", "client-write", "server-write", "read-mac-key", "read-key", "read-iv",
    "write-mac-key", "write-key", "write-iv", "client-mac-key", "client-key", "client-iv",
    "server-mac-key", "server-key", "server-iv", "client_MAC_key", "server_IV", "key", "iv",
    "sn-key", "hp-key", "secret", "handle", "finished", "certificate-verify", "early-secret",
    "ext-binder-key", "res-binder-key", "client-early-traffic-secret", "early-exporter-secret",
    "derived-secret", "handshake-secret", "client-handshake-traffic-secret",
    "server-handshake-traffic-secret", "master-secret", "client-application-traffic-secret",
    "server-application-traffic-secret", "exporter-secret", "resumption-secret", "pre-shared-key",
    "next-traffic-secret", "client-initial-secret", "pre-master-secret", "tls13-master-secret",
    "traffic-secret", "binder-key", "SHA2-256", "SHA256", "SHA-384", "MD5-SHA1", "MD5", "SHA1",
    "SHA2-512", "SM3", "SHAKE256", "BLAKE2S-256", "NULL", "provider=default", "fips=yes",
    "?fips=yes", "EXTRACT_ONLY", "EXPAND_ONLY", "EXTRACT_AND_EXPAND", "master secret",
    "extended master secret", "key expansion", "EXPORTER-", "EXPORTER: fuzz", "tls13 ", "dtls13",
    "derived", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_8_SHA256", "TLS_SHA256_SHA256", "AES128-SHA",
    "0xC02F", "0x0", "0x1302", "0x10000"};

static const size_t lengths[] = {
    0, 1, 8, 16, 20, 31, 32, 33, 36, 47, 48, 49, 64, 65, 255, 256, 512};

static void add_number(
    struct fuzz_input *input, struct fuzz_list *list, const char *name, uint64_t own)
{
    static const unsigned types[] = {OSSL_PARAM_UNSIGNED_INTEGER, OSSL_PARAM_INTEGER};
    static const size_t sizes[] = {8, 4, 1, 2, 16, 0};
    const unsigned type = types[fuzz_below(input, COUNT(types))];
    const size_t size = sizes[fuzz_below(input, COUNT(sizes))];
    uint8_t bytes[16] = {0};
    uint64_t number;

    switch (fuzz_byte(input) % 4) {
    case 0:
        number = fuzz_canary_handles[fuzz_below(input, FUZZ_CANARIES)];
        break;
    case 1:
        number = own;
        break;
    case 2:
        number = fuzz_canary_handles[fuzz_below(input, FUZZ_CANARIES)] ^
            (UINT64_C(1) << fuzz_byte(input) % 64);
        break;
    default:
        number = fuzz_byte(input);
        break;
    }
    memcpy(bytes, &number, sizeof(number));
    if (size <= 4) {
        const uint32_t small = (uint32_t)number;

        memcpy(bytes, &small, sizeof(small));
    }
    fuzz_add(list, name, type, bytes, size);
}

static void add_octets(struct fuzz_input *input, struct fuzz_list *list, const char *name)
{
    uint8_t bytes[FUZZ_VALUE];
    size_t len = lengths[fuzz_below(input, COUNT(lengths))];

    memset(bytes, fuzz_byte(input), len);
    if (fuzz_byte(input) % 4 == 0)
        len = fuzz_bytes(input, bytes, sizeof(bytes));
    fuzz_add_octets(list, name, bytes, len);
}

void fuzz_add_any(struct fuzz_input *input, struct fuzz_list *list, uint64_t own)
{
    static const unsigned types[] = {OSSL_PARAM_UTF8_STRING, OSSL_PARAM_OCTET_STRING,
        OSSL_PARAM_UNSIGNED_INTEGER, OSSL_PARAM_INTEGER, OSSL_PARAM_REAL, OSSL_PARAM_UTF8_PTR,
        OSSL_PARAM_OCTET_PTR, 0, 99};
    const size_t which = fuzz_below(input, COUNT(names));
    const char *const name = names[which].name;
    const uint8_t how = fuzz_byte(input);
    uint8_t bytes[FUZZ_VALUE];
    const char *text;
    size_t len;

    switch (how < 192 ? (unsigned)names[which].value : how % 5U) {
    case TEXT:
        fuzz_add_text(list, name, texts[fuzz_below(input, COUNT(texts))]);
        break;
    case OCTETS:
        add_octets(input, list, name);
        break;
    case NUMBER:
        add_number(input, list, name, own);
        break;
    case VALUES: /* a text of any bytes, which need not end */
        len = fuzz_bytes(input, bytes, sizeof(bytes));
        fuzz_add(list, name, OSSL_PARAM_UTF8_STRING, bytes, len);
        break;
    default: /* any type, and a pointer to NULL where it is one of a pointer */
        memset(bytes, 0, sizeof(bytes));
        text = fuzz_byte(input) % 2 == 0 ? NULL : (const char *)bytes;
        fuzz_add(list, name, types[fuzz_below(input, COUNT(types))], text,
            lengths[fuzz_below(input, COUNT(lengths))]);
        break;
    }
}

static void change_value(struct fuzz_input *input, OSSL_PARAM *param)
{
    uint8_t bytes[FUZZ_VALUE];
    size_t len = param->data_size < sizeof(bytes) ? param->data_size : sizeof(bytes);

    if (param->data == NULL || is_pointer(param->data_type))
        return;
    memcpy(bytes, param->data, len);
    if (param->data_type == OSSL_PARAM_UTF8_STRING && fuzz_byte(input) % 2 == 0) {
        const char *const text = texts[fuzz_below(input, COUNT(texts))];

        len = strlen(text);
        memcpy(bytes, text, len);
    } else if (param->data_type == OSSL_PARAM_UTF8_STRING ||
        param->data_type == OSSL_PARAM_OCTET_STRING) {
        len = fuzz_change(input, bytes, len, sizeof(bytes));
    }
    free(param->data);
    param->data = fuzz_copy(bytes, len);
    param->data_size = len;
}

static void take_away(struct fuzz_list *list, size_t at)
{
    free(list->params[at].data);
    memmove(&list->params[at], &list->params[at + 1],
        (list->count - at) * sizeof(list->params[0])); /* the end as well */
    list->count--;
}

void fuzz_change_list(struct fuzz_input *input, struct fuzz_list *list)
{
    for (unsigned changes = fuzz_byte(input) % 4; changes != 0 && list->count != 0; changes--) {
        const size_t at = fuzz_below(input, list->count);
        OSSL_PARAM *const param = &list->params[at];

        switch (fuzz_byte(input) % 6) {
        case 0:
            take_away(list, at);
            break;
        case 1:
            fuzz_add(list, param->key, param->data_type, param->data, param->data_size);
            break;
        case 2:
            param->key = names[fuzz_below(input, COUNT(names))].name;
            break;
        case 3:
            fuzz_add_any(input, list, 0);
            break;
        default:
            change_value(input, param);
            break;
        }
    }
}

/* ---- Derivations ---- */

static bool derive_once(EVP_KDF_CTX *ctx, const OSSL_PARAM *params, uint8_t *out, size_t len)
{
    uint8_t *const block = malloc(len == 0 ? 1 : len); /* where a byte too many is noticed */
    bool derived;

    fuzz_require(block != NULL, "memory");
    memset(block, 0xA5, len);
    ERR_clear_error();
    derived = EVP_KDF_derive(ctx, block, len, params) == 1;
    if (derived)
        fuzz_require_quiet("a derivation leaves no error");
    else
        fuzz_require_zeros(block, len, "zeros after a refused derivation");
    fuzz_require_hidden(block, len, "a secret in the output of a derivation");
    fuzz_require_errors_hidden();
    memcpy(out, block, len);
    free(block);
    return derived;
}

/* A handle of a secret that stays in the provider: nobody else will end it. */
static bool end_made(EVP_KDF_CTX *ctx, const uint8_t *out, size_t len, bool derived)
{
    uint64_t handle;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_DISCARD, &handle),
        OSSL_PARAM_construct_end()};
    bool ended;

    if (!derived || len != sizeof(handle))
        return false;
    memcpy(&handle, out, sizeof(handle));
    ended = EVP_KDF_CTX_set_params(ctx, params) == 1;
    ERR_clear_error();
    return ended;
}

bool fuzz_derive(EVP_KDF_CTX *ctx, const OSSL_PARAM *params, uint8_t out[FUZZ_OUTPUT], size_t len)
{
    EVP_KDF_CTX *const copy = EVP_KDF_CTX_dup(ctx);
    uint8_t other[FUZZ_OUTPUT];
    bool derived, also, is_handle;

    fuzz_require(copy != NULL, "a context can be copied");
    derived = derive_once(ctx, params, out, len);
    also = derive_once(copy, params, other, len);
    is_handle = end_made(ctx, out, len, derived);
    is_handle = end_made(copy, other, len, also) || is_handle;
    EVP_KDF_CTX_free(copy);
    fuzz_require(derived == also, "a copy of a context is refused alike");
    fuzz_require(is_handle || memcmp(out, other, len) == 0, "a copy of a context derives the same");
    return derived && !is_handle;
}
