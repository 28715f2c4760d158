/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEnumEccCurves.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

static void test_curves_check_in_order(void)
{
    NCRYPT_SSL_ECC_CURVE some, *curves = &some;
    DWORD count = 7;

    CU_ASSERT_EQUAL(SslEnumEccCurves(0, NULL, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslEnumEccCurves(0, &count, &curves, 0), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_PTR_NULL(curves);
    count = 7;
    CU_ASSERT_EQUAL(SslEnumEccCurves(provider, &count, NULL, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(count, 0);
    curves = &some;
    CU_ASSERT_EQUAL(SslEnumEccCurves(provider, NULL, &curves, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_PTR_NULL(curves);
    curves = &some;
    count = 7;
    CU_ASSERT_EQUAL(SslEnumEccCurves(provider, &count, &curves, 1), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_PTR_NULL(curves);
}

static bool text_is(const WCHAR *field, const char *text)
{
    while (*text != 0 && *field == (WCHAR)*text) {
        field++;
        text++;
    }
    return *field == 0 && *text == 0;
}

/* The first have their place; of the others only the numbers are fixed. */
static const struct {
    DWORD group;
    const char *name;
    const char *oid;
    DWORD bits;
    DWORD flags;
} curves[] = {
    {29, "curve25519", "", 255, 10},
    {23, "nistP256", "1.2.840.10045.3.1.7", 256, 0},
    {24, "nistP384", "1.3.132.0.34", 384, 0},
    {25, "nistP521", "1.3.132.0.35", 521, 0},
    {26, "brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7", 256, 0},
    {27, "brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11", 384, 0},
    {28, "brainpoolP512r1", "1.3.36.3.3.2.8.1.1.13", 512, 0},
    {31, "brainpoolP256r1tls13", "1.3.36.3.3.2.8.1.1.7", 256, 0},
    {32, "brainpoolP384r1tls13", "1.3.36.3.3.2.8.1.1.11", 384, 0},
    {33, "brainpoolP512r1tls13", "1.3.36.3.3.2.8.1.1.13", 512, 0},
    {19, "nistP192", "1.2.840.10045.3.1.1", 192, 0},
    {21, "nistP224", "1.3.132.0.33", 224, 0},
    {15, "secP160k1", "", 160, 0},
    {22, "secP256k1", "", 256, 0},
    {30, "curve448", "", 448, 0},
};

static void check_curve(const NCRYPT_SSL_ECC_CURVE *curve)
{
    for (size_t i = 0; i < COUNT(curves); i++) {
        if (curves[i].group != curve->dwCurveType)
            continue;
        CU_ASSERT(text_is(curve->szCurveName, curves[i].name));
        CU_ASSERT_STRING_EQUAL(curve->szOID, curves[i].oid);
        CU_ASSERT_EQUAL(curve->dwPublicKeyLength, curves[i].bits);
        CU_ASSERT_EQUAL(curve->dwFlags, curves[i].flags);
    }
}

/* libcrypto makes a key on the curve that the OID names, of as many bits. */
static void check_oid(const NCRYPT_SSL_ECC_CURVE *curve)
{
    const int nid = OBJ_txt2nid(curve->szOID);
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", OBJ_nid2sn(nid));

    CU_ASSERT_PTR_NOT_NULL(key);
    if (key != NULL)
        CU_ASSERT_EQUAL((DWORD)EVP_PKEY_get_bits(key), curve->dwPublicKeyLength);
    EVP_PKEY_free(key);
}

static void test_curves_have_their_names_and_sizes(void)
{
    NCRYPT_SSL_ECC_CURVE *found = NULL;
    DWORD count = 0;

    CU_ASSERT_EQUAL_FATAL(SslEnumEccCurves(provider, &count, &found, 0), ERROR_SUCCESS);
    printf("[%u curves] ", count);
    CU_ASSERT_FATAL(count >= 4 && found != NULL);
    for (DWORD i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(found[i].dwCurveType, curves[i].group);
    for (DWORD i = 0; i < count; i++) {
        check_curve(&found[i]);
        if (found[i].szOID[0] != 0)
            check_oid(&found[i]);
        for (DWORD j = i + 1; j < count; j++)
            CU_ASSERT_NOT_EQUAL(found[i].dwCurveType, found[j].dwCurveType);
    }
    CU_ASSERT_EQUAL(SslFreeBuffer(found), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(found), NTE_INVALID_PARAMETER);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_curves_check_in_order),
        TEST(test_curves_have_their_names_and_sizes),
    };

    return RUN_TESTS("curves", open_provider, close_provider, tests);
}
