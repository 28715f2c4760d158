/* SPDX-License-Identifier: Apache-2.0
 *
 * SslGetKeyProperty: the order of its checks, and the properties of every kind of key.  "observed"
 * is a section of the notes on the behaviour of Windows.
 */
#include "shim/support/curves.h"
#include "shim/support/handle_faults.h"

enum { TLS12 = TLS1_2_PROTOCOL_VERSION, SUITE_ECDHE = 0xC02F, SUITE_DHE = 0x009E };

enum {
    PROPERTY_NO_KEY,
    PROPERTY_PROVIDER,
    PROPERTY_NO_NAME,
    PROPERTY_LONG_NAME,
    PROPERTY_NO_OUTPUT,
    PROPERTY_NO_LEN,
    PROPERTY_MASTER,
    PROPERTY_SESSION,
    PROPERTY_FLAGS,
    PROPERTY_UNKNOWN,
    PROPERTY_FAULTS
};

static const struct fault property_faults[PROPERTY_FAULTS] = {
    [PROPERTY_NO_KEY] = {"no key", "observed 8", 0, NTE_INVALID_HANDLE},
    [PROPERTY_PROVIDER] = {"provider as key", "observed 8", 0, NTE_INVALID_HANDLE},
    [PROPERTY_NO_NAME] = {"no name", "observed 8", 1, NTE_INVALID_PARAMETER},
    [PROPERTY_LONG_NAME] = {"name of 65", "observed 8", 1, NTE_INVALID_PARAMETER},
    [PROPERTY_NO_OUTPUT] = {"no output", "observed 8", 2, NTE_INVALID_PARAMETER},
    [PROPERTY_NO_LEN] = {"no length", "observed 8", 3, NTE_INVALID_PARAMETER},
    [PROPERTY_MASTER] = {"master key", "observed 8", 0, NTE_INVALID_HANDLE},
    [PROPERTY_SESSION] = {"session key", "observed 8", 0, NTE_INVALID_HANDLE},
    [PROPERTY_FLAGS] = {"flags", "observed 8", 4, NTE_BAD_FLAGS},
    [PROPERTY_UNKNOWN] = {"unknown name", "api 15, 42", 1, NTE_NOT_SUPPORTED},
};

static NCRYPT_KEY_HANDLE property_key;

static NCRYPT_KEY_HANDLE choose_property_key(unsigned long faults)
{
    if (has_fault(faults, PROPERTY_NO_KEY))
        return 0;
    if (has_fault(faults, PROPERTY_PROVIDER))
        return handles.provider;
    if (has_fault(faults, PROPERTY_MASTER))
        return handles.master;
    return has_fault(faults, PROPERTY_SESSION) ? handles.client.read : property_key;
}

static LPCWSTR choose_property(unsigned long faults)
{
    static const WCHAR good[] = SSL_KEY_TYPE_PROPERTY, unknown[] = NCRYPTSSL_TEXT("keytype");
    static WCHAR longest[NCRYPT_MAX_PROPERTY_NAME + 2];

    for (size_t i = 0; i <= NCRYPT_MAX_PROPERTY_NAME; i++)
        longest[i] = 'x';
    if (has_fault(faults, PROPERTY_NO_NAME))
        return NULL;
    if (has_fault(faults, PROPERTY_LONG_NAME))
        return longest;
    return has_fault(faults, PROPERTY_UNKNOWN) ? unknown : good;
}

static SECURITY_STATUS call_property(unsigned long faults)
{
    const bool no_output = has_fault(faults, PROPERTY_NO_OUTPUT);
    const bool no_len = has_fault(faults, PROPERTY_NO_LEN);
    BYTE garbage = 0, *output = &garbage;
    DWORD len = 99;
    const SECURITY_STATUS status =
        SslGetKeyProperty(choose_property_key(faults), choose_property(faults),
            no_output ? NULL : &output, no_len ? NULL : &len, has_fault(faults, PROPERTY_FLAGS));

    if (status == ERROR_SUCCESS) {
        EXPECT_SUCCESS(SslFreeBuffer(output), "SslGetKeyProperty");
    } else {
        EXPECT(no_output || output == NULL, "SslGetKeyProperty");
        EXPECT(no_len || len == 0, "SslGetKeyProperty");
    }
    return status;
}

static void test_property_checks_in_order(void)
{
    EXPECT_SUCCESS(SslCreateEphemeralKey(handles.provider, &property_key, TLS12, SUITE_ECDHE,
                       TLS_ECC_P256_CURVE_KEY_TYPE, 0, NULL, 0, 0),
        "a key");
    EXPECT_SUCCESS(call_property(0), "nothing wrong");
    check_order("SslGetKeyProperty", property_faults, PROPERTY_FAULTS, call_property);
    SslFreeObject(property_key, 0);
}

static void expect_number(NCRYPT_KEY_HANDLE key, LPCWSTR name, DWORD wanted, const char *label)
{
    PBYTE output = NULL;
    DWORD len = 0, number = 0;

    if (!EXPECT_SUCCESS(SslGetKeyProperty(key, name, &output, &len, 0), label))
        return;
    EXPECT(len == sizeof(number), label);
    memcpy(&number, output, sizeof(number));
    EXPECT(number == wanted, label);
    EXPECT_SUCCESS(SslFreeBuffer(output), label);
}

static void expect_text(NCRYPT_KEY_HANDLE key, LPCWSTR name, const char *wanted, const char *label)
{
    PBYTE output = NULL;
    DWORD len = 0;

    if (!EXPECT_SUCCESS(SslGetKeyProperty(key, name, &output, &len, 0), label))
        return;
    EXPECT(len == 2 * (strlen(wanted) + 1), label);
    for (size_t i = 0; 2 * i < len; i++) {
        WCHAR unit;

        memcpy(&unit, output + 2 * i, sizeof(unit));
        EXPECT(unit == (BYTE)wanted[i], label);
    }
    EXPECT_SUCCESS(SslFreeBuffer(output), label);
}

static void test_properties_of_curves(void)
{
    for (size_t i = 0; i < CURVES; i++) {
        char name[] = "ECDH_P256";
        NCRYPT_KEY_HANDLE key = 0;
        PBYTE output = NULL;
        DWORD len = 0;

        if (!libcrypto_has(curves[i].name))
            continue;
        EXPECT_SUCCESS(SslCreateEphemeralKey(handles.provider, &key, TLS12, SUITE_ECDHE,
                           curves[i].group, 0, NULL, 0, 0),
            curves[i].name);
        if (curves[i].type != 0)
            memcpy(name + 6, curves[i].name + 2, 3);
        else
            name[4] = 0;
        expect_number(key, SSL_KEY_TYPE_PROPERTY, curves[i].type, curves[i].name);
        expect_number(key, NCRYPT_LENGTH_PROPERTY, curves[i].bits, curves[i].name);
        expect_text(key, NCRYPT_ALGORITHM_PROPERTY, name, curves[i].name);
        expect_text(key, NCRYPT_ALGORITHM_GROUP_PROPERTY, "ECDH", curves[i].name);
        EXPECT_STATUS(SslGetKeyProperty(key, NCRYPT_BLOCK_LENGTH_PROPERTY, &output, &len, 0),
            NTE_NOT_SUPPORTED, curves[i].name);
        SslFreeObject(key, 0);
    }
}

static void test_properties_of_rsa_and_dh(void)
{
    NCRYPT_KEY_HANDLE rsa = 0, dh = 0;

    EXPECT_SUCCESS(
        SslCreateEphemeralKey(handles.provider, &rsa, TLS12, SUITE_AES128_GCM, 0, 1024, NULL, 0, 0),
        "RSA");
    EXPECT_SUCCESS(
        SslCreateEphemeralKey(handles.provider, &dh, TLS12, SUITE_DHE, 0, 2048, NULL, 0, 0), "DH");
    expect_number(rsa, SSL_KEY_TYPE_PROPERTY, 0, "RSA");
    expect_number(rsa, NCRYPT_LENGTH_PROPERTY, 1024, "RSA");
    expect_number(rsa, NCRYPT_BLOCK_LENGTH_PROPERTY, 128, "RSA");
    expect_text(rsa, NCRYPT_ALGORITHM_PROPERTY, "RSA", "RSA");
    expect_text(rsa, NCRYPT_ALGORITHM_GROUP_PROPERTY, "RSA", "RSA");
    expect_number(dh, SSL_KEY_TYPE_PROPERTY, 0, "DH");
    expect_number(dh, NCRYPT_LENGTH_PROPERTY, 2048, "DH");
    expect_text(dh, NCRYPT_ALGORITHM_PROPERTY, "DH", "DH");
    expect_text(dh, NCRYPT_ALGORITHM_GROUP_PROPERTY, "DH", "DH");
    SslFreeObject(rsa, 0);
    SslFreeObject(dh, 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_property_checks_in_order),
        TEST(test_properties_of_curves),
        TEST(test_properties_of_rsa_and_dh),
    };

    return RUN_TESTS("key properties", open_handles, close_handles, tests);
}
