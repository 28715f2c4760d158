/* SPDX-License-Identifier: Apache-2.0
 *
 * Forged and stale handles for every handle that the functions of the TLS 1.3 key schedule take:
 * each is refused, whatever its bits are, and the outputs are 0.
 */
#include "shim/support.h"
#include "shim/support/forged_handles.h"

#include <stddef.h>

enum {
    RANDOM_VALUES = 100000,
    SMALL_VALUES = 4096,
    MIXED_VALUES = 5000,
    STALE = 50,
    HASH_LEN = 32
};

/* The objects that the calls work on. */
enum object {
    PROVIDER,
    EARLY,
    HANDSHAKE,
    MASTER,
    TRAFFIC,
    EXPORTER,
    RESUMPTION,
    BINDER,
    PRE_SHARED,
    OWN,
    PEER,
    HASH,
    OBJECTS
};

static NCRYPT_HANDLE live[OBJECTS];

static const DWORD kinds[OBJECTS] = {
    [EARLY] = NCRYPTSSL_KIND_EARLY_SECRET,
    [HANDSHAKE] = NCRYPTSSL_KIND_HANDSHAKE_SECRET,
    [MASTER] = NCRYPTSSL_KIND_MASTER_SECRET,
    [TRAFFIC] = NCRYPTSSL_KIND_TRAFFIC_SECRET,
    [EXPORTER] = NCRYPTSSL_KIND_EXPORTER_SECRET,
    [RESUMPTION] = NCRYPTSSL_KIND_RESUMPTION_SECRET,
    [BINDER] = NCRYPTSSL_KIND_BINDER_KEY,
    [PRE_SHARED] = NCRYPTSSL_KIND_PRE_SHARED_KEY,
};

static SECURITY_STATUS make(enum object object, NCRYPT_HANDLE *handle)
{
    const struct secret_blob blob = make_secret(kinds[object], TLS1_3_PROTOCOL_VERSION,
        SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, HASH_LEN);

    switch (object) {
    case PROVIDER:
        return SslOpenProvider(handle, NULL, 0);
    case OWN:
    case PEER:
        return SslCreateEphemeralKey(live[PROVIDER], handle, TLS1_3_PROTOCOL_VERSION, 0,
            TLS_ECC_P256_CURVE_KEY_TYPE, 0, NULL, 0, 0);
    case HASH:
        return SslCreateHandshakeHash(
            live[PROVIDER], handle, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, 0);
    default:
        return import_secret(live[PROVIDER], &blob, handle);
    }
}

static bool is_live(NCRYPT_HANDLE handle)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        if (live[i] == handle)
            return true;
    }
    return false;
}

/* ---- The calls ---- */

struct arguments {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key, own, peer;
    NCRYPT_HASH_HANDLE hash;
};

static NCRYPT_HANDLE made[2];

static SECURITY_STATUS extract_early(const struct arguments *with)
{
    return SslExtractEarlyKey(with->provider, with->key, &made[0], TLS1_3_PROTOCOL_VERSION,
        SUITE_TLS13_AES128_GCM, NULL, 0);
}

static SECURITY_STATUS extract_handshake(const struct arguments *with)
{
    return SslExtractHandshakeKey(
        with->provider, with->own, with->peer, with->key, &made[0], NULL, 0);
}

static SECURITY_STATUS extract_master(const struct arguments *with)
{
    return SslExtractMasterKey(with->provider, with->key, &made[0], NULL, 0);
}

static SECURITY_STATUS expand_traffic(const struct arguments *with)
{
    return SslExpandTrafficKeys(with->provider, with->key, with->hash, &made[0], &made[1], NULL, 0);
}

static SECURITY_STATUS expand_exporter(const struct arguments *with)
{
    return SslExpandExporterMasterKey(with->provider, with->key, with->hash, &made[0], NULL, 0);
}

static SECURITY_STATUS expand_resumption(const struct arguments *with)
{
    return SslExpandResumptionMasterKey(with->provider, with->key, with->hash, &made[0], NULL, 0);
}

static SECURITY_STATUS expand_binder(const struct arguments *with)
{
    return SslExpandBinderKey(
        with->provider, with->key, &made[0], NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG);
}

static SECURITY_STATUS expand_pre_shared(const struct arguments *with)
{
    return SslExpandPreSharedKey(with->provider, with->key, NULL, 0, &made[0], NULL, 0);
}

static SECURITY_STATUS expand_next(const struct arguments *with)
{
    return SslExpandNextGenTrafficKey(with->provider, with->key, &made[0], NULL, 0);
}

static SECURITY_STATUS duplicate(const struct arguments *with)
{
    return SslDuplicateTranscriptHash(with->provider, with->hash, &made[0], 0);
}

static SECURITY_STATUS finished(const struct arguments *with)
{
    BYTE output[HASH_LEN];

    return SslComputeFinishedHash(with->provider, with->key, with->hash, output, HASH_LEN, 0);
}

static SECURITY_STATUS export_material(const struct arguments *with)
{
    char label[] = "EXPORTER-test";
    BYTE output[HASH_LEN];

    return SslExportKeyingMaterial(
        with->provider, with->key, label, NULL, 0, NULL, 0, output, HASH_LEN, 0);
}

enum { BY_KEY = 1, BY_PAIR = 2, BY_HASH = 4 };

static const struct function {
    const char *name;
    SECURITY_STATUS (*call)(const struct arguments *with);
    size_t outputs;
    unsigned takes;  /* beside the provider handle */
    enum object key; /* PROVIDER: none */
} functions[] = {
    {"SslExtractEarlyKey", extract_early, 1, BY_KEY, PRE_SHARED},
    {"SslExtractHandshakeKey", extract_handshake, 1, BY_KEY | BY_PAIR, EARLY},
    {"SslExtractMasterKey", extract_master, 1, BY_KEY, HANDSHAKE},
    {"SslExpandTrafficKeys", expand_traffic, 2, BY_KEY | BY_HASH, HANDSHAKE},
    {"SslExpandExporterMasterKey", expand_exporter, 1, BY_KEY | BY_HASH, MASTER},
    {"SslExpandResumptionMasterKey", expand_resumption, 1, BY_KEY | BY_HASH, MASTER},
    {"SslExpandBinderKey", expand_binder, 1, BY_KEY, EARLY},
    {"SslExpandPreSharedKey", expand_pre_shared, 1, BY_KEY, RESUMPTION},
    {"SslExpandNextGenTrafficKey", expand_next, 1, BY_KEY, TRAFFIC},
    {"SslDuplicateTranscriptHash", duplicate, 1, BY_HASH, PROVIDER},
    {"SslComputeFinishedHash", finished, 0, BY_KEY | BY_HASH, BINDER},
    {"SslExportKeyingMaterial", export_material, 0, BY_KEY, EXPORTER},
};

static const struct parameter {
    const char *name;
    unsigned taken; /* 0: by every function */
    size_t offset;
} parameters[] = {
    {"provider", 0, offsetof(struct arguments, provider)},
    {"key", BY_KEY, offsetof(struct arguments, key)},
    {"own key", BY_PAIR, offsetof(struct arguments, own)},
    {"peer's key", BY_PAIR, offsetof(struct arguments, peer)},
    {"hash", BY_HASH, offsetof(struct arguments, hash)},
};

static bool takes(const struct function *function, const struct parameter *parameter)
{
    return (function->takes & parameter->taken) == parameter->taken;
}

static struct arguments right_arguments(const struct function *function)
{
    return (struct arguments){
        live[PROVIDER], live[function->key], live[OWN], live[PEER], live[HASH]};
}

/* Which object the parameter has to be. */
static enum object object_of(const struct function *function, const struct parameter *parameter)
{
    static const enum object objects[COUNT(parameters)] = {PROVIDER, PROVIDER, OWN, PEER, HASH};

    return parameter->taken == BY_KEY ? function->key : objects[parameter - parameters];
}

/* How many forged handles one parameter has taken: CUnit would keep a record of each. */
static unsigned taken;

static void expect_refused(
    const struct function *function, const struct parameter *parameter, NCRYPT_HANDLE handle)
{
    struct arguments with = right_arguments(function);
    bool refused;

    memcpy((BYTE *)&with + parameter->offset, &handle, sizeof(handle));
    for (size_t i = 0; i < COUNT(made); i++)
        made[i] = i < function->outputs ? GARBAGE_HANDLE : 0;
    refused = function->call(&with) == NTE_INVALID_HANDLE && made[0] == 0 && made[1] == 0;
    if (!refused && taken++ == 0)
        fprintf(stderr, "%s takes 0x%016llX as its %s\n", function->name,
            (unsigned long long)handle, parameter->name);
}

typedef void try_values(const struct function *function, const struct parameter *parameter);

static void for_each_parameter(try_values *try_them)
{
    for (size_t i = 0; i < COUNT(functions); i++) {
        for (size_t j = 0; j < COUNT(parameters); j++) {
            taken = 0;
            if (takes(&functions[i], &parameters[j]))
                try_them(&functions[i], &parameters[j]);
            CU_ASSERT_EQUAL(taken, 0);
        }
    }
}

/* ---- What is right ---- */

static void test_right_handles_are_accepted(void)
{
    for (size_t i = 0; i < COUNT(functions); i++) {
        const struct arguments with = right_arguments(&functions[i]);

        made[0] = made[1] = 0;
        EXPECT_SUCCESS(functions[i].call(&with), functions[i].name);
        for (size_t j = 0; j < functions[i].outputs; j++)
            EXPECT_SUCCESS(SslFreeObject(made[j], 0), functions[i].name);
    }
}

/* ---- Forged ---- */

static void try_random(const struct function *function, const struct parameter *parameter)
{
    uint64_t state = (uint64_t)(function - functions) << 8 | (uint64_t)(parameter - parameters);

    for (int i = 0; i < RANDOM_VALUES; i++) {
        const NCRYPT_HANDLE handle = (NCRYPT_HANDLE)next_random(&state);

        if (handle != 0 && !is_live(handle))
            expect_refused(function, parameter, handle);
    }
}

static void test_random_values_are_refused(void)
{
    for_each_parameter(try_random);
}

/* Small numbers, addresses, and parts of live handles put together anew.  0 is no forgery: where it
 * stands for nothing, it is taken. */
static void try_plausible(const struct function *function, const struct parameter *parameter)
{
    const NCRYPT_HANDLE addresses[] = {(NCRYPT_HANDLE)live, (NCRYPT_HANDLE)functions,
        (NCRYPT_HANDLE)extract_early, UINTPTR_MAX, (NCRYPT_HANDLE)1 << 63};
    uint64_t state = 99;

    for (NCRYPT_HANDLE small = 1; small < SMALL_VALUES; small++)
        expect_refused(function, parameter, small);
    for (size_t i = 0; i < COUNT(addresses); i++)
        expect_refused(function, parameter, addresses[i]);
    for (int i = 0; i < MIXED_VALUES; i++) {
        const uint64_t value = next_random(&state);
        const uint64_t mask = value >> 63 != 0 ? UINT32_MAX : UINT64_C(0xFFFFFF);
        const NCRYPT_HANDLE handle =
            (NCRYPT_HANDLE)((live[value % OBJECTS] & mask) | (next_random(&state) & ~mask));

        if (!is_live(handle))
            expect_refused(function, parameter, handle);
    }
}

static void test_plausible_values_are_refused(void)
{
    for_each_parameter(try_plausible);
}

static void try_one_bit(const struct function *function, const struct parameter *parameter)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            const NCRYPT_HANDLE handle = live[i] ^ (NCRYPT_HANDLE)1 << bit;

            if (!is_live(handle))
                expect_refused(function, parameter, handle);
        }
    }
}

static void test_live_handles_with_one_bit_changed_are_refused(void)
{
    for_each_parameter(try_one_bit);
}

/* ---- Freed ---- */

/* Handles of the right kind whose places are used again and again. */
static void try_stale(const struct function *function, const struct parameter *parameter)
{
    const enum object object = object_of(function, parameter);
    NCRYPT_HANDLE stale[STALE];

    for (size_t i = 0; i < STALE; i++) {
        EXPECT_SUCCESS(make(object, &stale[i]), function->name);
        EXPECT_SUCCESS(SslFreeObject(stale[i], 0), function->name);
        for (size_t j = 0; j <= i; j++)
            expect_refused(function, parameter, stale[j]);
    }
}

static void test_freed_handles_are_refused(void)
{
    for_each_parameter(try_stale);
}

/* A provider handle that is closed keeps its keys alive, and is refused with them. */
static void test_closed_provider_is_refused_with_its_own_key(void)
{
    const struct secret_blob blob = make_secret(NCRYPTSSL_KIND_EARLY_SECRET,
        TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, HASH_LEN);
    struct arguments with = {0};

    EXPECT_SUCCESS(SslOpenProvider(&with.provider, NULL, 0), "provider");
    EXPECT_SUCCESS(import_secret(with.provider, &blob, &with.key), "early secret");
    EXPECT_SUCCESS(SslFreeObject(with.provider, 0), "provider");
    made[0] = GARBAGE_HANDLE;
    EXPECT_BAD_HANDLE(expand_binder(&with), "closed provider");
    EXPECT(made[0] == 0, "closed provider");
    with.provider = live[PROVIDER];
    EXPECT_SUCCESS(expand_binder(&with), "another provider");
    EXPECT_SUCCESS(SslFreeObject(made[0], 0), "binder key");
    EXPECT_SUCCESS(SslFreeObject(with.key, 0), "early secret");
}

static void test_right_handles_are_still_accepted(void)
{
    test_right_handles_are_accepted();
}

static int open_all(void)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        if (make((enum object)i, &live[i]) != ERROR_SUCCESS)
            return 1;
    }
    return 0;
}

static int close_all(void)
{
    int failed = 0;

    for (size_t i = 0; i < OBJECTS; i++)
        failed |= SslFreeObject(live[i], 0) != ERROR_SUCCESS;
    return failed;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_right_handles_are_accepted),
        TEST(test_random_values_are_refused),
        TEST(test_plausible_values_are_refused),
        TEST(test_live_handles_with_one_bit_changed_are_refused),
        TEST(test_freed_handles_are_refused),
        TEST(test_closed_provider_is_refused_with_its_own_key),
        TEST(test_right_handles_are_still_accepted),
    };

    return RUN_TESTS("handles of the key schedule", open_all, close_all, tests);
}
