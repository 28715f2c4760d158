/* SPDX-License-Identifier: Apache-2.0
 *
 * Blobs of keys on elliptic curves.
 */
#include "public_keys.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

static const struct {
    DWORD magic, group, key_len;
    const char *name;
} fixed_curves[] = {
    {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 23, 32, "P-256"},
    {BCRYPT_ECDH_PUBLIC_P384_MAGIC, 24, 48, "P-384"},
    {BCRYPT_ECDH_PUBLIC_P521_MAGIC, 25, 66, "P-521"},
};

void test_ecc_blobs_come_back_and_bad_points_are_refused(void)
{
    for (size_t i = 0; i < COUNT(fixed_curves); i++) {
        const char *name = fixed_curves[i].name;
        struct blob blob = make_point(fixed_curves[i].magic, name, fixed_curves[i].key_len);
        struct blob ssl = blob, bad = blob;
        NCRYPT_KEY_HANDLE key;

        memcpy(ssl.bytes, &fixed_curves[i].group, 4);
        expect_round_trip(BCRYPT_ECCPUBLIC_BLOB, &blob, name);
        expect_round_trip(SSL_ECCPUBLIC_BLOB, &ssl, name);
        expect_exact_length(BCRYPT_ECCPUBLIC_BLOB, &blob, name);
        expect_exact_length(SSL_ECCPUBLIC_BLOB, &ssl, name);
        EXPECT_SUCCESS(import_blob(BCRYPT_ECCPUBLIC_BLOB, &blob, &key), name);
        expect_export(key, SSL_ECCPUBLIC_BLOB, &ssl, name);
        SslFreeObject(key, 0);
        bad.bytes[blob.len - 1] ^= 1;
        expect_refused(BCRYPT_ECCPUBLIC_BLOB, &bad, NTE_BAD_DATA, "off the curve");
        memset(bad.bytes + 8, 0, bad.len - 8);
        expect_refused(BCRYPT_ECCPUBLIC_BLOB, &bad, NTE_BAD_DATA, "0, 0");
        memset(bad.bytes + 8, 0xFF, bad.len - 8);
        expect_refused(BCRYPT_ECCPUBLIC_BLOB, &bad, NTE_BAD_DATA, "above the field");
    }
}

void test_wrong_ecc_headers_are_refused(void)
{
    static const struct {
        DWORD magic, key_len;
        SECURITY_STATUS status;
        const char *what;
    } rows[] = {
        {BCRYPT_ECDH_PUBLIC_P384_MAGIC, 32, NTE_BAD_DATA, "magic of another curve"},
        {BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC, 32, NTE_NOT_SUPPORTED, "generic, which curve?"},
        {BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC, 31, NTE_BAD_DATA, "generic and short"},
        {BCRYPT_ECDH_PRIVATE_P256_MAGIC, 32, NTE_NOT_SUPPORTED, "private"},
        {BCRYPT_ECDSA_PUBLIC_P256_MAGIC, 32, NTE_NOT_SUPPORTED, "of signatures"},
        {0, 32, NTE_NOT_SUPPORTED, "no magic"},
        {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 0, NTE_BAD_DATA, "length 0"},
        {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 33, NTE_BAD_DATA, "length 33"},
        {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 0x80000020, NTE_BAD_DATA, "length and a high bit"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct blob blob = p256;

        memcpy(blob.bytes, &rows[i].magic, 4);
        memcpy(blob.bytes + 4, &rows[i].key_len, 4);
        expect_refused(BCRYPT_ECCPUBLIC_BLOB, &blob, rows[i].status, rows[i].what);
    }
}

void test_wrong_ssl_ecc_headers_are_refused(void)
{
    static const struct {
        DWORD group, key_len;
        SECURITY_STATUS status;
        const char *what;
    } rows[] = {
        {0, 32, NTE_NOT_SUPPORTED, "group 0"},
        {256, 32, NTE_NOT_SUPPORTED, "a finite-field group"},
        {4588, 32, NTE_NOT_SUPPORTED, "a hybrid"},
        {0x10017, 32, NTE_NOT_SUPPORTED, "a group and a high bit"},
        {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 32, NTE_NOT_SUPPORTED, "a magic"},
        {24, 32, NTE_BAD_DATA, "group of another length"},
        {26, 32, NTE_BAD_DATA, "group of the same length"},
        {29, 32, NTE_BAD_DATA, "X25519 and a second coordinate"},
        {30, 32, NTE_BAD_DATA, "X448 and another length"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct blob blob = p256;

        memcpy(blob.bytes, &rows[i].group, 4);
        memcpy(blob.bytes + 4, &rows[i].key_len, 4);
        expect_refused(SSL_ECCPUBLIC_BLOB, &blob, rows[i].status, rows[i].what);
    }
}

void test_x25519_blobs_come_back_and_short_ones_are_refused(void)
{
    const struct blob ecc = make_x25519(BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC);
    const struct blob ssl = make_x25519(GROUP_X25519);
    struct blob other = ssl;
    NCRYPT_KEY_HANDLE key;

    expect_round_trip(BCRYPT_ECCPUBLIC_BLOB, &ecc, "X25519");
    expect_round_trip(SSL_ECCPUBLIC_BLOB, &ssl, "X25519");
    expect_exact_length(BCRYPT_ECCPUBLIC_BLOB, &ecc, "X25519");
    other.len = 40;
    EXPECT_SUCCESS(import_blob(SSL_ECCPUBLIC_BLOB, &other, &key), "X alone");
    expect_export(key, SSL_ECCPUBLIC_BLOB, &ssl, "X alone");
    expect_export(key, BCRYPT_ECCPUBLIC_BLOB, &ecc, "X alone");
    SslFreeObject(key, 0);
    for (other.len = 8; other.len < 72; other.len++) {
        if (other.len != 40)
            expect_refused(SSL_ECCPUBLIC_BLOB, &other, NTE_BAD_DATA, "X25519, cut");
    }
    other = ssl;
    other.bytes[71] = 1;
    expect_refused(SSL_ECCPUBLIC_BLOB, &other, NTE_BAD_DATA, "a second coordinate");
}

/* A number below 2^248 starts with a zero byte. */
/* A point with the parameters of its curve, from libcrypto's groups. */
static struct blob make_full_point(int nid, const struct blob *point, const BYTE *seed, DWORD len)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
    BIGNUM *p = BN_new(), *a = BN_new(), *b = BN_new(), *x = BN_new(), *y = BN_new();
    const BIGNUM *order = EC_GROUP_get0_order(group);
    const int field_len = (EC_GROUP_get_degree(group) + 7) / 8;
    struct blob blob = {{0}, 0};

    EXPECT(EC_GROUP_get_curve(group, p, a, b, NULL) == 1, "curve");
    EXPECT(EC_POINT_get_affine_coordinates(group, EC_GROUP_get0_generator(group), x, y, NULL) == 1,
        "base point");
    append_dword(&blob, BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC);
    append_dword(&blob, 1);
    append_dword(&blob, 1);
    append_dword(&blob, 0);
    append_dword(&blob, (DWORD)field_len);
    append_dword(&blob, (DWORD)BN_num_bytes(order));
    append_dword(&blob, 1);
    append_dword(&blob, len);
    append_number(&blob, p, field_len);
    append_number(&blob, a, field_len);
    append_number(&blob, b, field_len);
    append_number(&blob, x, field_len);
    append_number(&blob, y, field_len);
    append_number(&blob, order, BN_num_bytes(order));
    append(&blob, "\1", 1); /* the cofactor */
    if (len > 0)
        append(&blob, seed, len);
    append(&blob, point->bytes + 8, point->len - 8);
    BN_free(p);
    BN_free(a);
    BN_free(b);
    BN_free(x);
    BN_free(y);
    EC_GROUP_free(group);
    return blob;
}

static const struct {
    int nid;
    DWORD group, key_len;
    const char *name;
} full_curves[] = {
    {NID_X9_62_prime256v1, 23, 32, "P-256"},
    {NID_secp384r1, 24, 48, "P-384"},
    {NID_secp521r1, 25, 66, "P-521"},
    {NID_secp256k1, 22, 32, "secp256k1"},
    {NID_secp160r1, 16, 20, "secp160r1"}, /* the order has a byte more than the field */
    {NID_brainpoolP512r1, 28, 64, "brainpoolP512r1"},
};

void test_full_ecc_blobs_come_back_and_bad_points_are_refused(void)
{
    for (size_t i = 0; i < COUNT(full_curves); i++) {
        const char *name = full_curves[i].name;
        EC_GROUP *group = EC_GROUP_new_by_curve_name(full_curves[i].nid);
        struct blob point, full;
        NCRYPT_KEY_HANDLE key;

        if (group == NULL) /* a libcrypto without it */
            continue;
        EC_GROUP_free(group);
        ERR_clear_error();
        point = make_point(full_curves[i].group, name, full_curves[i].key_len);
        full = make_full_point(full_curves[i].nid, &point, NULL, 0);
        expect_round_trip(BCRYPT_ECCFULLPUBLIC_BLOB, &full, name);
        expect_exact_length(BCRYPT_ECCFULLPUBLIC_BLOB, &full, name);
        EXPECT_SUCCESS(import_blob(BCRYPT_ECCFULLPUBLIC_BLOB, &full, &key), name);
        expect_export(key, SSL_ECCPUBLIC_BLOB, &point, name);
        SslFreeObject(key, 0);
        full.bytes[full.len - 1] ^= 1;
        expect_refused(BCRYPT_ECCFULLPUBLIC_BLOB, &full, NTE_BAD_DATA, "off the curve");
    }
}

/* Whoever chooses the parameters chooses the private key (CVE-2020-0601): each byte counts. */
void test_changed_curve_parameters_are_refused(void)
{
    const struct blob point = make_point(23, "P-256", 32);
    const struct blob full = make_full_point(NID_X9_62_prime256v1, &point, NULL, 0);

    for (DWORD i = 32; i < full.len - 64; i++) {
        struct blob bad = full;

        bad.bytes[i] ^= 0x80;
        expect_refused(BCRYPT_ECCFULLPUBLIC_BLOB, &bad, NTE_NOT_SUPPORTED, "parameter");
    }
}

void test_wrong_full_ecc_headers_are_refused(void)
{
    static const struct {
        DWORD at, value;
        SECURITY_STATUS status;
        const char *what;
    } cases[] = {
        {0, BCRYPT_ECDSA_PUBLIC_GENERIC_MAGIC, NTE_NOT_SUPPORTED, "magic of ECDSA"},
        {0, BCRYPT_ECDH_PUBLIC_P256_MAGIC, NTE_NOT_SUPPORTED, "magic of P-256"},
        {4, 0, NTE_BAD_DATA, "version"},
        {4, 2, NTE_BAD_DATA, "version"},
        {8, 0, NTE_NOT_SUPPORTED, "type of curve"},
        {8, 3, NTE_NOT_SUPPORTED, "Montgomery curve"},
        {16, 31, NTE_BAD_DATA, "length of the field"},
        {16, 0xFFFFFFFF, NTE_BAD_DATA, "length of the field"},
        {20, 33, NTE_BAD_DATA, "length of the order"},
        {20, 0xFFFFFFFF, NTE_BAD_DATA, "length of the order"},
        {24, 0, NTE_BAD_DATA, "length of the cofactor"},
        {28, 1, NTE_BAD_DATA, "length of the seed"},
        {28, 0xFFFFFFFF, NTE_BAD_DATA, "length of the seed"},
    };
    static const BYTE seed[20] = {1, 2, 3};
    const struct blob point = make_point(23, "P-256", 32);
    const struct blob full = make_full_point(NID_X9_62_prime256v1, &point, NULL, 0);
    struct blob shifted = full;
    const struct blob seeded = make_full_point(NID_X9_62_prime256v1, &point, seed, sizeof(seed));
    NCRYPT_KEY_HANDLE key;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct blob bad = full;

        memcpy(bad.bytes + cases[i].at, &cases[i].value, 4);
        expect_refused(BCRYPT_ECCFULLPUBLIC_BLOB, &bad, cases[i].status, cases[i].what);
    }
    /* The seed proves nothing about a known curve; it is not written. */
    EXPECT_SUCCESS(import_blob(BCRYPT_ECCFULLPUBLIC_BLOB, &seeded, &key), "seed");
    expect_export(key, BCRYPT_ECCFULLPUBLIC_BLOB, &full, "seed");
    SslFreeObject(key, 0);
    /* Lengths that add up, but are not those of the curve. */
    memcpy(shifted.bytes + 20, &(DWORD){31}, 4);
    memcpy(shifted.bytes + 24, &(DWORD){2}, 4);
    expect_refused(BCRYPT_ECCFULLPUBLIC_BLOB, &shifted, NTE_NOT_SUPPORTED, "shifted");
}

void test_leading_zeros_are_kept(void)
{
    struct blob blob = p256;

    for (int i = 0; i < 10000 && blob.bytes[8] != 0; i++)
        blob = make_point(BCRYPT_ECDH_PUBLIC_P256_MAGIC, "P-256", 32);
    EXPECT(blob.bytes[8] == 0, "a short X");
    expect_round_trip(BCRYPT_ECCPUBLIC_BLOB, &blob, "a short X");
    blob = make_dh_word(4);
    expect_round_trip(BCRYPT_DH_PUBLIC_BLOB, &blob, "a short value");
}
