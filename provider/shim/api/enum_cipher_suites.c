/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEnumCipherSuites, SslEnumCipherSuitesEx and SslEnumEccCurves.
 */
#include "schedule/key_layout.h"
#include "shim/core/backend.h"
#include "shim/core/buffers.h"
#include "shim/core/errors.h"
#include "shim/core/native_suite.h"
#include "shim/core/objects.h"
#include "shim/keys/groups.h"
#include "shim/keys/public_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which cipher suites, and in which order ---- */

/* The key exchanges of the interface, in order of preference.  Suites in which neither side is
 * authenticated can be looked up and used, but are not listed. */
static const struct {
    enum sslp_key_exchange key_exchange;
    enum sslp_authentication authentication;
    unsigned tier : SSLP_RANK_BITS; /* forward secrecy first */
} offers[] = {
    {SSLP_KX_ANY, SSLP_AUTH_ANY, 0}, /* TLS 1.3 */
    {SSLP_KX_ECDHE, SSLP_AUTH_ECDSA, 0},
    {SSLP_KX_ECDHE, SSLP_AUTH_RSA, 0},
    {SSLP_KX_DHE, SSLP_AUTH_RSA, 0},
    {SSLP_KX_DHE, SSLP_AUTH_DSS, 0},
    {SSLP_KX_RSA, SSLP_AUTH_RSA, 1},
    {SSLP_KX_PSK, SSLP_AUTH_PSK, 2},
};

enum { OFFER_COUNT = sizeof(offers) / sizeof(offers[0]) };

/* The EVP types of private keys, and what they authenticate. */
static const struct {
    const char *type;
    enum sslp_authentication authentication;
    bool decrypts; /* as RSA key exchange needs */
} key_types[] = {{"RSA", SSLP_AUTH_RSA, true}, {"RSA-PSS", SSLP_AUTH_RSA, false},
    {"DSA", SSLP_AUTH_DSS, false}, {"EC", SSLP_AUTH_ECDSA, false}};

/* What a private key asks of a suite. */
struct wanted_suite {
    enum sslp_authentication authentication; /* SSLP_AUTH_ANY: there is no key */
    bool decrypts;
};

/* SSLP_AUTH_NONE for a key that no suite can use. */
static struct wanted_suite suite_wanted_by(const struct sslp_asymmetric_object *private_key)
{
    if (private_key == NULL)
        return (struct wanted_suite){SSLP_AUTH_ANY, true};
    for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++) {
        if (sslp_public_is_a(private_key->key, key_types[i].type))
            return (struct wanted_suite){key_types[i].authentication, key_types[i].decrypts};
    }
    return (struct wanted_suite){SSLP_AUTH_NONE, false};
}

/* Suites of TLS 1.3 go with every key that signs there.  DSA does not (RFC 8446 section 4.2.3). */
static bool suite_fits(const struct sslp_suite *suite, const struct wanted_suite *wanted)
{
    if (suite->authentication == SSLP_AUTH_ANY)
        return wanted->authentication != SSLP_AUTH_NONE && wanted->authentication != SSLP_AUTH_DSS;
    if (suite->key_exchange == SSLP_KX_RSA && !wanted->decrypts)
        return false;
    return wanted->authentication == SSLP_AUTH_ANY ||
        wanted->authentication == suite->authentication;
}

/* RFC 8998 section 3 requires curveSM2 and its signatures, which the interface does not have. */
static bool wants_sm2(const struct sslp_suite *suite)
{
    return suite->prf_hash == SSLP_HASH_SM3;
}

static size_t offer_row(const struct sslp_suite *suite)
{
    size_t row = 0;

    while (row < OFFER_COUNT &&
        (offers[row].key_exchange != suite->key_exchange ||
            offers[row].authentication != suite->authentication))
        row++;
    return row;
}

/* Tell "not offered" from "out of memory". */
static SECURITY_STATUS status_of_missing(unsigned long errors)
{
    return sslp_errors_end(errors, sslp_errors_refusal(NTE_NOT_SUPPORTED));
}

/* ERROR_SUCCESS, NTE_NOT_SUPPORTED or NTE_NO_MEMORY. */
static SECURITY_STATUS find_cipher_and_mac(OSSL_LIB_CTX *libctx, const struct sslp_suite *suite)
{
    const unsigned long errors = sslp_errors_begin();
    EVP_CIPHER *cipher = NULL;
    EVP_MD *mac = NULL;
    bool has;

    if (suite->cipher->name != NULL)
        cipher = EVP_CIPHER_fetch(libctx, suite->cipher->name, NULL);
    if (suite->mac != SSLP_HASH_NONE)
        mac = EVP_MD_fetch(libctx, sslp_hash_id_name(suite->mac), NULL);
    has = (cipher != NULL || suite->cipher->name == NULL) &&
        (mac != NULL || suite->mac == SSLP_HASH_NONE);
    EVP_CIPHER_free(cipher);
    EVP_MD_free(mac);
    return has ? sslp_errors_end(errors, ERROR_SUCCESS) : status_of_missing(errors);
}

/* The kinds of record protection, best first. */
enum protection_rank { RANK_AEAD, RANK_SHA2_MAC, RANK_OLDER_MAC };

static enum protection_rank rank_protection(const struct sslp_suite *suite)
{
    if (sslp_cipher_is_aead(suite->cipher))
        return RANK_AEAD;
    switch (suite->mac) {
    case SSLP_HASH_SHA256:
    case SSLP_HASH_SHA384:
        return RANK_SHA2_MAC;
    default:
        return RANK_OLDER_MAC;
    }
}

/* A rank is fields of SSLP_RANK_BITS, and the suite's number behind them. */
enum { RANK_FIELDS = 7, RANK_LIMIT = 1 << SSLP_RANK_BITS };

_Static_assert(64 >= 16 + RANK_FIELDS * SSLP_RANK_BITS, "a rank has 64 bits");
_Static_assert((int)OFFER_COUNT <= (int)RANK_LIMIT, "the row of an offer fits into a field");
_Static_assert((int)SSLP_MAX_KEY < (int)RANK_LIMIT, "a difference of lengths fits into a field");

/* The place of a suite in the list, smallest first.  In order of weight: a cipher that is not worn
 * out, forward secrecy, the kind of protection, the key exchange, the cipher, a whole AEAD tag, a
 * longer key.  The number makes the order total. */
static uint64_t rank_suite(const struct sslp_suite *suite)
{
    const struct sslp_cipher *cipher = suite->cipher;
    const struct sslp_native_cipher *native = sslp_native_suite_cipher(cipher);
    const size_t offer = offer_row(suite);
    const size_t fields[RANK_FIELDS] = {native->tier, offers[offer].tier, rank_protection(suite),
        offer, native->preference, (size_t)(SSLP_MAX_KEY - cipher->tag_len),
        (size_t)(SSLP_MAX_KEY - cipher->key_len)};
    uint64_t rank = 0;

    for (size_t i = 0; i < RANK_FIELDS; i++)
        rank = rank << SSLP_RANK_BITS | fields[i];
    return rank << 16 | suite->id;
}

static int compare_ranks(const void *a, const void *b)
{
    const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

/* Writes the ranks, sorted, of the suites to list, and how many they are. */
static SECURITY_STATUS choose_suites(const struct sslp_backend *backend,
    const struct wanted_suite *wanted, uint64_t *ranks, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < sslp_suite_count; i++) {
        const struct sslp_suite *suite = &sslp_suites[i];
        SECURITY_STATUS status;

        if (offer_row(suite) == OFFER_COUNT || !suite_fits(suite, wanted) || wants_sm2(suite))
            continue;
        status = find_cipher_and_mac(backend->libctx, suite);
        if (status == NTE_NO_MEMORY)
            return status;
        if (status == ERROR_SUCCESS)
            ranks[(*count)++] = rank_suite(suite);
    }
    qsort(ranks, *count, sizeof(ranks[0]), compare_ranks);
    return ERROR_SUCCESS;
}

/* ---- SslEnumCipherSuites and SslEnumCipherSuitesEx ---- */

/* What *ppEnumState points to: the list as it was when the first record was asked for.  One thread
 * at a time uses a state. */
struct snapshot {
    size_t next;
    size_t count;
    struct {
        const struct sslp_protocol *protocol;
        const struct sslp_suite *suite;
    } items[];
};

/* What differs between the two functions.  The address also tags a state, so neither function takes
 * a state of the other. */
struct variety {
    size_t size;   /* of a record */
    size_t offset; /* in it, of what both have in common */
};

static const struct variety plain = {sizeof(NCRYPT_SSL_CIPHER_SUITE), 0};
static const struct variety extended = {
    sizeof(NCRYPT_SSL_CIPHER_SUITE_EX), offsetof(NCRYPT_SSL_CIPHER_SUITE_EX, dwProtocol)};

_Static_assert(offsetof(NCRYPT_SSL_CIPHER_SUITE_EX, szCipherMode) ==
        offsetof(NCRYPT_SSL_CIPHER_SUITE_EX, dwProtocol) + sizeof(NCRYPT_SSL_CIPHER_SUITE),
    "the larger record embeds the smaller one");

/* NULL when memory is short: a list without some suites for that reason would stay so. */
static struct snapshot *snapshot_new(const struct sslp_backend *backend,
    const struct wanted_suite *wanted, const struct variety *variety)
{
    const size_t most = sslp_suite_count * sslp_protocol_count;
    uint64_t *ranks = OPENSSL_malloc(sslp_suite_count * sizeof(*ranks));
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    struct snapshot *snapshot = NULL;
    size_t count = 0;

    if (ranks != NULL && choose_suites(backend, wanted, ranks, &count) == ERROR_SUCCESS)
        snapshot =
            sslp_buffer_new_tagged(sizeof(*snapshot) + most * sizeof(snapshot->items[0]), variety);
    for (size_t i = 0; snapshot != NULL && i < count * sslp_protocol_count; i++) {
        const uint16_t id = (uint16_t)ranks[i / sslp_protocol_count];
        const size_t older = i % sslp_protocol_count; /* the newest protocol comes first */
        const struct sslp_protocol *row = &sslp_protocols[sslp_protocol_count - 1 - older];

        if (row->offer == SSLP_BY_NATIVE &&
            sslp_backend_find_suite(backend, row->version, id, &protocol, &suite)) {
            snapshot->items[snapshot->count].protocol = protocol;
            snapshot->items[snapshot->count++].suite = suite;
        }
    }
    OPENSSL_free(ranks);
    return snapshot;
}

/* The record at the snapshot's place; NULL when memory is short. */
static void *next_record(struct snapshot *snapshot, const struct variety *variety)
{
    const struct sslp_suite *suite = snapshot->items[snapshot->next].suite;
    NCRYPT_SSL_CIPHER_SUITE common = {0};
    BYTE *record = sslp_buffer_new(variety->size);

    if (record == NULL)
        return NULL;
    sslp_native_suite_fill(snapshot->items[snapshot->next].protocol, suite, &common);
    memcpy(record + variety->offset, &common, sizeof(common));
    if (variety == &extended) {
        NCRYPT_SSL_CIPHER_SUITE_EX *larger = (void *)record;

        larger->dwVersion = NCRYPT_SSL_CIPHER_SUITE_EX_VERSION;
        sslp_native_suite_write(
            larger->szCipherMode, sslp_native_suite_cipher(suite->cipher)->chaining_mode);
    }
    snapshot->next++;
    return record;
}

/* After the handles.  A new state that gave nothing for lack of memory is freed again; at the end
 * of the list it stays, as the caller frees it then. */
static SECURITY_STATUS enumerate(const struct sslp_call *call, void **record, PVOID *state,
    DWORD flags, const struct variety *variety)
{
    const struct wanted_suite wanted = suite_wanted_by(call->private_key);
    struct snapshot *snapshot;

    if (record == NULL || state == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    if (*state != NULL && !sslp_buffer_is_live(*state, variety))
        return NTE_INVALID_PARAMETER;
    snapshot = *state;
    if (snapshot == NULL) {
        ERR_set_mark();
        snapshot = snapshot_new(call->backend, &wanted, variety);
        ERR_pop_to_mark();
    }
    if (snapshot == NULL)
        return NTE_NO_MEMORY;
    if (snapshot->next < snapshot->count && (*record = next_record(snapshot, variety)) == NULL) {
        if (*state == NULL)
            (void)sslp_buffer_free(snapshot);
        return NTE_NO_MEMORY;
    }
    *state = snapshot;
    return *record == NULL ? NTE_NO_MORE_ITEMS : ERROR_SUCCESS;
}

/* *record is a pointer of the function's own, or NULL where the caller gives no place for it. */
static SECURITY_STATUS enumerate_for(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE private_key,
    void **record, PVOID *state, DWORD flags, const struct variety *variety)
{
    struct sslp_call call = {.provider = provider,
        .key = private_key,
        .key_kinds = private_key == 0 ? 0 : SSLP_KIND(SSLP_OBJECT_PRIVATE_KEY)};

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, enumerate(&call, record, state, flags, variety));
}

/* Loops of programs for Windows look at the record before the status, so the end of the list leaves
 * the caller's pointer alone. */
static bool writes_record(SECURITY_STATUS status)
{
    return status != NTE_NO_MORE_ITEMS;
}

SECURITY_STATUS WINAPI SslEnumCipherSuites(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_SSL_CIPHER_SUITE **ppCipherSuite, PVOID *ppEnumState,
    DWORD dwFlags)
{
    void *record = NULL;
    const SECURITY_STATUS status = enumerate_for(hSslProvider, hPrivateKey,
        ppCipherSuite == NULL ? NULL : &record, ppEnumState, dwFlags, &plain);
    if (ppCipherSuite != NULL && writes_record(status))
        *ppCipherSuite = record;
    return status;
}

SECURITY_STATUS WINAPI SslEnumCipherSuitesEx(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_SSL_CIPHER_SUITE_EX **ppCipherSuite, PVOID *ppEnumState,
    DWORD dwFlags)
{
    void *record = NULL;
    const SECURITY_STATUS status = enumerate_for(hSslProvider, hPrivateKey,
        ppCipherSuite == NULL ? NULL : &record, ppEnumState, dwFlags, &extended);
    if (ppCipherSuite != NULL && writes_record(status))
        *ppCipherSuite = record;
    return status;
}

/* ---- SslEnumEccCurves ---- */

/* The X curves are key types of their own; the others are groups of one type.  ERROR_SUCCESS,
 * NTE_NOT_SUPPORTED or NTE_NO_MEMORY. */
static SECURITY_STATUS find_curve(OSSL_LIB_CTX *libctx, const struct sslp_curve *curve)
{
    const unsigned long errors = sslp_errors_begin();
    bool has;

    if (curve->is_x_curve) {
        EVP_KEYMGMT *type = EVP_KEYMGMT_fetch(libctx, curve->evp_name, NULL);

        has = type != NULL;
        EVP_KEYMGMT_free(type);
    } else {
        EVP_PKEY *group = sslp_public_group(libctx, "EC", curve->evp_name);

        has = group != NULL;
        EVP_PKEY_free(group);
    }
    return has ? sslp_errors_end(errors, ERROR_SUCCESS) : status_of_missing(errors);
}

static void fill_curve(const struct sslp_curve *curve, NCRYPT_SSL_ECC_CURVE *record)
{
    for (size_t i = 0; curve->name[i] != 0; i++)
        record->szCurveName[i] = (WCHAR)curve->name[i];
    memcpy(record->szOID, curve->oid, strlen(curve->oid));
    record->dwPublicKeyLength = curve->bits;
    record->dwCurveType = curve->group;
    record->dwFlags = curve->flags;
}

static SECURITY_STATUS list_curves(
    OSSL_LIB_CTX *libctx, DWORD *count, NCRYPT_SSL_ECC_CURVE **list, DWORD flags)
{
    NCRYPT_SSL_ECC_CURVE *curves;
    DWORD found = 0;

    if (count == NULL || list == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    curves = sslp_buffer_new(sslp_curve_count * sizeof(*curves));
    if (curves == NULL)
        return NTE_NO_MEMORY;
    for (size_t i = 0; i < sslp_curve_count; i++) {
        const SECURITY_STATUS status = find_curve(libctx, &sslp_curves[i]);

        if (status == NTE_NO_MEMORY) {
            (void)sslp_buffer_free(curves);
            return status;
        }
        if (status == ERROR_SUCCESS)
            fill_curve(&sslp_curves[i], &curves[found++]);
    }
    *list = curves;
    *count = found;
    return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI SslEnumEccCurves(NCRYPT_PROV_HANDLE hSslProvider, DWORD *pEccCurveCount,
    NCRYPT_SSL_ECC_CURVE **ppEccCurve, DWORD dwFlags)
{
    struct sslp_call call = {.result_len = pEccCurveCount, .provider = hSslProvider};

    if (ppEccCurve != NULL)
        *ppEccCurve = NULL;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(
        &call, list_curves(call.backend->libctx, pEccCurveCount, ppEccCurve, dwFlags));
}
