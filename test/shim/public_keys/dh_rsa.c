/* SPDX-License-Identifier: Apache-2.0
 *
 * Blobs of keys of finite-field Diffie-Hellman and of RSA.
 */
#include "public_keys.h"

/* ---- Finite-field Diffie-Hellman ---- */

void test_dh_blobs_come_back_and_bad_ones_are_refused(void)
{
    BIGNUM *value = BN_get_rfc2409_prime_1024(NULL);
    struct blob blob = make_dh_word(2), bad;

    expect_round_trip(BCRYPT_DH_PUBLIC_BLOB, &blob, "2");
    expect_exact_length(BCRYPT_DH_PUBLIC_BLOB, &blob, "2");
    bad = make_dh_word(0);
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "0");
    bad = make_dh_word(1);
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "1");
    bad = make_dh(value);
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "p");
    BN_add_word(value, 1);
    bad = make_dh(value);
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "p + 1");
    BN_sub_word(value, 2);
    bad = make_dh(value);
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "p - 1");
    BN_sub_word(value, 1);
    bad = make_dh(value);
    expect_round_trip(BCRYPT_DH_PUBLIC_BLOB, &bad, "p - 2");
    BN_free(value);
    for (size_t i = 0; i < 8; i++) {
        bad = blob;
        bad.bytes[i] ^= 0x40;
        expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "header");
    }
    bad = blob;
    bad.bytes[8 + 127] ^= 1;
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "an even modulus");
    bad = blob;
    memset(bad.bytes + 8, 0, 100);
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "a short modulus");
    bad = blob;
    bad.bytes[8 + 255] = 1;
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "generator 1");
    bad = blob;
    memset(bad.bytes, 0xFF, sizeof(bad.bytes));
    memcpy(bad.bytes, blob.bytes, 4);
    memcpy(bad.bytes + 4, &(DWORD){1251}, 4);
    bad.len = 8 + 3 * 1251;
    expect_refused(BCRYPT_DH_PUBLIC_BLOB, &bad, NTE_BAD_DATA, "10008 bits");
}

/* ---- RSA ---- */

void test_rsa_blobs_come_back_and_bad_ones_are_refused(void)
{
    static const int sizes[] = {512, 1023, 1024, 2047, 2048, 4096, 16384};
    struct blob bad;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        const struct blob blob = make_rsa(sizes[i], 65537);

        expect_round_trip(BCRYPT_RSAPUBLIC_BLOB, &blob, "RSA");
    }
    bad = make_rsa(1024, 3);
    expect_round_trip(BCRYPT_RSAPUBLIC_BLOB, &bad, "exponent 3");
    expect_exact_length(BCRYPT_RSAPUBLIC_BLOB, &bad, "RSA");
    bad = make_rsa(1024, 1);
    expect_refused(BCRYPT_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "exponent 1");
    bad = make_rsa(1024, 65536);
    expect_refused(BCRYPT_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "an even exponent");
    bad = make_rsa(511, 3);
    expect_refused(BCRYPT_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "511 bits");
    bad = make_rsa(16392, 3);
    expect_refused(BCRYPT_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "16392 bits");
    bad = make_rsa(1024, 3);
    bad.bytes[bad.len - 1] ^= 1;
    expect_refused(BCRYPT_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "an even modulus");
    bad.bytes[bad.len - 1] ^= 1;
    for (size_t i = 0; i < 16; i++) {
        bad.bytes[i] ^= 0x20;
        expect_refused(BCRYPT_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "header");
        bad.bytes[i] ^= 0x20;
    }
}

/* In one, and out as the newer one alone. */
void test_capi_blobs_are_read_and_bad_ones_are_refused(void)
{
    const struct blob rsa = make_rsa(1024, 65537), capi = make_capi(&rsa);
    struct blob bad = capi;
    NCRYPT_KEY_HANDLE key;
    DWORD len = UNTOUCHED, exponent;

    EXPECT_SUCCESS(import_blob(LEGACY_RSAPUBLIC_BLOB, &capi, &key), "CAPI");
    expect_export(key, BCRYPT_RSAPUBLIC_BLOB, &rsa, "CAPI");
    EXPECT_STATUS(SslExportKey(handles.provider, key, LEGACY_RSAPUBLIC_BLOB, NULL, 0, &len, 0),
        NTE_NOT_SUPPORTED, "CAPI");
    EXPECT(len == 0, "CAPI");
    SslFreeObject(key, 0);
    expect_exact_length(LEGACY_RSAPUBLIC_BLOB, &capi, "CAPI");
    memcpy(bad.bytes + 4, &(DWORD){CALG_RSA_SIGN}, 4);
    EXPECT_SUCCESS(import_blob(LEGACY_RSAPUBLIC_BLOB, &bad, &key), "for signatures");
    SslFreeObject(key, 0);
    for (size_t i = 0; i < 16; i++) {
        if (i == 2 || i == 3) /* reserved */
            continue;
        bad = capi;
        bad.bytes[i] ^= 0x01;
        expect_refused(LEGACY_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "header");
    }
    bad = capi;
    memcpy(&exponent, bad.bytes + 16, sizeof(exponent));
    exponent ^= 1;
    memcpy(bad.bytes + 16, &exponent, sizeof(exponent));
    expect_refused(LEGACY_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "an even exponent");
}
