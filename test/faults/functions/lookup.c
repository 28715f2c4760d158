/* SPDX-License-Identifier: Apache-2.0
 *
 * Enumeration, lookup, and properties of keys.
 */
#include "functions.h"

static bool begin(size_t round, const char **label)
{
    *label = "lookup";
    return round == 0;
}

static void end(void)
{
}

/* What a block holds, kept after it is freed. */
static SECURITY_STATUS keep(SECURITY_STATUS status, size_t i, PVOID block, size_t len)
{
    out.blocks[i] = block;
    if (status == ERROR_SUCCESS && len != 0) {
        out.room = (DWORD)len;
        memcpy(out.bytes, block, len);
    }
    return status;
}

static SECURITY_STATUS enum_suites_for(NCRYPT_KEY_HANDLE key)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;
    const SECURITY_STATUS status =
        SslEnumCipherSuites(objects.provider, key, &record, &out.blocks[1], 0);

    return keep(status, 0, record, sizeof(*record));
}

static SECURITY_STATUS enum_suites(void)
{
    return enum_suites_for(0);
}

static SECURITY_STATUS enum_suites_of_key(void)
{
    return enum_suites_for(objects.rsa_private);
}

static SECURITY_STATUS enum_suites_ex(void)
{
    NCRYPT_SSL_CIPHER_SUITE_EX *record = NULL;
    const SECURITY_STATUS status =
        SslEnumCipherSuitesEx(objects.provider, 0, &record, &out.blocks[1], 0);

    return keep(status, 0, record, sizeof(*record));
}

/* The state from which the call continues. */
static PVOID state;

static void prepare_next(void)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;

    if (state == NULL) {
        EXPECT_SUCCESS(
            SslEnumCipherSuites(objects.provider, 0, &record, &state, 0), "the first suite");
        EXPECT_SUCCESS(SslFreeBuffer(record), "the first suite");
    }
}

static SECURITY_STATUS enum_next_suite(void)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;
    const SECURITY_STATUS status = SslEnumCipherSuites(objects.provider, 0, &record, &state, 0);

    return keep(status, 0, record, sizeof(*record));
}

static void end_next(void)
{
    EXPECT_SUCCESS(SslFreeBuffer(state), "the state");
    state = NULL;
}

static SECURITY_STATUS enum_curves(void)
{
    NCRYPT_SSL_ECC_CURVE *curves = NULL;
    const SECURITY_STATUS status = SslEnumEccCurves(objects.provider, &out.len, &curves, 0);

    return keep(status, 0, curves, status == ERROR_SUCCESS ? sizeof(*curves) : 0);
}

static SECURITY_STATUS lookup_suite(void)
{
    NCRYPT_SSL_CIPHER_SUITE record = {0};
    const SECURITY_STATUS status = SslLookupCipherSuiteInfo(
        objects.provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, 0, &record, 0);

    (void)keep(status, 0, &record, sizeof(record));
    out.blocks[0] = NULL;
    return status;
}

static SECURITY_STATUS key_property(NCRYPT_KEY_HANDLE key, LPCWSTR name)
{
    PBYTE value = NULL;
    const SECURITY_STATUS status = SslGetKeyProperty(key, name, &value, &out.len, 0);

    return keep(status, 0, value, out.len);
}

static SECURITY_STATUS key_type(void)
{
    return key_property(objects.ecdhe, SSL_KEY_TYPE_PROPERTY);
}

static SECURITY_STATUS key_algorithm(void)
{
    return key_property(objects.ecdhe, NCRYPT_ALGORITHM_PROPERTY);
}

static SECURITY_STATUS key_length(void)
{
    return key_property(objects.rsa_private, NCRYPT_LENGTH_PROPERTY);
}

static const struct fault_call calls[] = {
    {"SslEnumCipherSuites", enum_suites, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslEnumCipherSuites of a key", enum_suites_of_key, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslEnumCipherSuites, next", enum_next_suite, 0, prepare_next, faults_same_bytes, end_next,
        NULL},
    {"SslEnumCipherSuitesEx", enum_suites_ex, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslEnumEccCurves", enum_curves, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslLookupCipherSuiteInfo", lookup_suite, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslGetKeyProperty, type", key_type, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslGetKeyProperty, algorithm", key_algorithm, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslGetKeyProperty, length", key_length, 0, NULL, faults_same_bytes, NULL, NULL},
};

const struct fault_family faults_lookup = {"lookup", begin, end, calls, COUNT(calls), NULL};
