/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of the functions that list and look up.
 */
#include "status.h"

static BYTE garbage[8];

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    NCRYPT_SSL_CIPHER_SUITE **record;
    PVOID *state;
    DWORD *count;
    NCRYPT_SSL_ECC_CURVE **curves;
    DWORD protocol;
    DWORD suite;
    DWORD key_type;
    NCRYPT_SSL_CIPHER_SUITE *info;
    NCRYPT_SSL_CIPHER_LENGTHS *lengths;
    DWORD room;
    WCHAR *hash;
    DWORD flags;
} with;

static struct {
    NCRYPT_SSL_CIPHER_SUITE *record;
    NCRYPT_SSL_CIPHER_SUITE_EX *larger_record;
    PVOID state;
    PVOID made_state; /* for the call; freed after it */
    bool to_the_end;
    DWORD count;
    NCRYPT_SSL_ECC_CURVE *curves;
    NCRYPT_SSL_CIPHER_SUITE info;
    NCRYPT_SSL_CIPHER_LENGTHS lengths;
    WCHAR hash[NCRYPT_SSL_MAX_NAME_SIZE];
} out;

static void prepare(void)
{
    memset(&with, 0, sizeof(with));
    memset(&out, 0x5A, sizeof(out));
    out.state = out.made_state = NULL;
    out.to_the_end = false;
    with.provider = status_handle("provider");
    with.record = &out.record;
    with.state = &out.state;
    with.count = &out.count;
    with.curves = &out.curves;
    with.protocol = TLS1_2_PROTOCOL_VERSION;
    with.suite = SUITE_AES128_CBC_SHA;
    with.info = &out.info;
    with.lengths = &out.lengths;
    with.room = sizeof(out.lengths);
    with.hash = out.hash;
}

/* ---- Enumerations ---- */

static bool make_state(bool larger)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;
    NCRYPT_SSL_CIPHER_SUITE_EX *larger_record = NULL;
    const NCRYPT_PROV_HANDLE provider = status_handle("provider");
    const SECURITY_STATUS status = larger
        ? SslEnumCipherSuitesEx(provider, 0, &larger_record, &out.made_state, 0)
        : SslEnumCipherSuites(provider, 0, &record, &out.made_state, 0);

    if (status != ERROR_SUCCESS)
        return false;
    return SslFreeBuffer(larger ? (PVOID)larger_record : (PVOID)record) == ERROR_SUCCESS;
}

static bool set_state(void *argument, const char *value)
{
    if (strcmp(value, "foreign") == 0) {
        out.state = garbage;
    } else if (strcmp(value, "end") == 0) {
        out.to_the_end = true;
    } else if (strcmp(value, "of-plain") == 0 || strcmp(value, "of-ex") == 0) {
        if (!make_state(strcmp(value, "of-ex") == 0))
            return false;
        out.state = out.made_state;
    } else {
        return status_set_null(argument, value);
    }
    return true;
}

static SECURITY_STATUS next(void)
{
    return SslEnumCipherSuites(with.provider, with.key, with.record, with.state, with.flags);
}

static SECURITY_STATUS next_larger(void)
{
    return SslEnumCipherSuitesEx(with.provider, with.key,
        with.record != NULL ? &out.larger_record : NULL, with.state, with.flags);
}

static SECURITY_STATUS enumerate(SECURITY_STATUS (*call)(void), void *const *record)
{
    SECURITY_STATUS status = call();

    while (out.to_the_end && status == ERROR_SUCCESS) {
        EXPECT_SUCCESS(SslFreeBuffer(*record), status_row);
        status = call();
    }
    /* The end leaves the pointer to the last record, which was freed above. */
    if (status == NTE_NO_MORE_ITEMS)
        EXPECT(*record != NULL, status_row);
    else if (with.record != NULL)
        status_end_block(*record, status);
    if (out.made_state != NULL)
        EXPECT_SUCCESS(SslFreeBuffer(out.made_state), status_row);
    else if (status == ERROR_SUCCESS || status == NTE_NO_MORE_ITEMS)
        EXPECT_SUCCESS(SslFreeBuffer(out.state), status_row);
    else
        EXPECT(out.state == NULL || out.state == (PVOID)garbage, status_row);
    return status;
}

static SECURITY_STATUS enum_cipher_suites(void)
{
    return enumerate(next, (void *const *)(void *)&out.record);
}

static SECURITY_STATUS enum_cipher_suites_ex(void)
{
    return enumerate(next_larger, (void *const *)(void *)&out.larger_record);
}

static SECURITY_STATUS enum_ecc_curves(void)
{
    const SECURITY_STATUS status =
        SslEnumEccCurves(with.provider, with.count, with.curves, with.flags);

    if (with.curves != NULL)
        status_end_block(out.curves, status);
    if (with.count != NULL)
        EXPECT((out.count == 0) == (status != ERROR_SUCCESS), status_row);
    return status;
}

/* ---- Lookups ---- */

static SECURITY_STATUS lookup_cipher_suite_info(void)
{
    const SECURITY_STATUS status = SslLookupCipherSuiteInfo(
        with.provider, with.protocol, with.suite, with.key_type, with.info, with.flags);

    if (with.info != NULL)
        EXPECT(out.info.dwCipherSuite == (status == ERROR_SUCCESS ? with.suite : 0), status_row);
    return status;
}

static SECURITY_STATUS lookup_cipher_lengths(void)
{
    const SECURITY_STATUS status = SslLookupCipherLengths(with.provider, with.protocol, with.suite,
        with.key_type, with.lengths, with.room, with.flags);

    if (status == ERROR_SUCCESS)
        EXPECT(out.lengths.cbLength == sizeof(out.lengths), status_row);
    return status;
}

static SECURITY_STATUS get_prf_hash(void)
{
    const SECURITY_STATUS status = SslGetCipherSuitePRFHashAlgorithm(
        with.provider, with.protocol, with.suite, with.key_type, with.hash, with.flags);

    if (with.hash != NULL)
        EXPECT(out.hash[0] == (status == ERROR_SUCCESS ? 'S' : 0), status_row);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"key", &with.key, status_set_handle},
    {"record", &with.record, status_set_null},
    {"state", &with.state, set_state},
    {"count", &with.count, status_set_null},
    {"curves", &with.curves, status_set_null},
    {"protocol", &with.protocol, status_set_number},
    {"suite", &with.suite, status_set_number},
    {"key-type", &with.key_type, status_set_number},
    {"info", &with.info, status_set_null},
    {"lengths", &with.lengths, status_set_null},
    {"room", &with.room, status_set_number},
    {"hash", &with.hash, status_set_null},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslEnumCipherSuites", "provider key record state flags", NULL, enum_cipher_suites},
    {"SslEnumCipherSuitesEx", "provider key record state flags", NULL, enum_cipher_suites_ex},
    {"SslEnumEccCurves", "provider count curves flags", NULL, enum_ecc_curves},
    {"SslLookupCipherSuiteInfo", "provider protocol suite key-type info flags", NULL,
        lookup_cipher_suite_info},
    {"SslLookupCipherLengths", "provider protocol suite key-type lengths room flags", NULL,
        lookup_cipher_lengths},
    {"SslGetCipherSuitePRFHashAlgorithm", "provider protocol suite key-type hash flags", NULL,
        get_prf_hash},
};

const struct status_family status_lookup = {
    "enumeration and lookup", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
