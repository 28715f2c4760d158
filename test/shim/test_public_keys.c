/* SPDX-License-Identifier: Apache-2.0
 *
 * Public blobs of SslImportKey and SslExportKey: the order of the checks, keys of libcrypto there
 * and back byte for byte, and blobs that are no key.  "observed" is a section of the notes on the
 * behaviour of Windows.
 */
#include "shim/support/handle_faults.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

enum { MAX_BLOB = 4096, GROUP_X25519 = 29, UNTOUCHED = 0x7E57 };

struct blob {
    BYTE bytes[MAX_BLOB];
    DWORD len;
};

static struct handles handles;
static NCRYPT_KEY_HANDLE public_key; /* P-256 */
static struct blob p256;

/* ---- Making blobs ---- */

/* False once libcrypto has failed; CUnit takes no assertions while it sets up. */
static bool made = true;

static void append(struct blob *blob, const void *bytes, size_t len)
{
    memcpy(blob->bytes + blob->len, bytes, len);
    blob->len += (DWORD)len;
}

static void append_dword(struct blob *blob, DWORD value)
{
    append(blob, &value, sizeof(value));
}

static void append_number(struct blob *blob, const BIGNUM *number, int len)
{
    made = BN_bn2binpad(number, blob->bytes + blob->len, len) == len && made;
    blob->len += (DWORD)len;
}

/* Magic or group, length of a coordinate, and the coordinates of a new key of libcrypto. */
static struct blob make_point(DWORD first, const char *group, DWORD key_len)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", group);
    struct blob blob = {{0}, 0};
    BIGNUM *x = NULL, *y = NULL;

    append_dword(&blob, first);
    append_dword(&blob, key_len);
    made = EVP_PKEY_get_bn_param(key, "qx", &x) == 1 && EVP_PKEY_get_bn_param(key, "qy", &y) == 1 &&
        made;
    if (x != NULL && y != NULL) {
        append_number(&blob, x, (int)key_len);
        append_number(&blob, y, (int)key_len);
    }
    BN_free(x);
    BN_free(y);
    EVP_PKEY_free(key);
    return blob;
}

/* RFC 7748 section 6.1: Alice's public key. */
static const BYTE x25519_key[32] = {0x85, 0x20, 0xF0, 0x09, 0x89, 0x30, 0xA7, 0x54, 0x74, 0x8B,
    0x7D, 0xDC, 0xB4, 0x3E, 0xF7, 0x5A, 0x0D, 0xBF, 0x3A, 0x0D, 0x26, 0x38, 0x1A, 0xF4, 0xEB, 0xA4,
    0xA9, 0x8E, 0xAA, 0x9B, 0x4E, 0x6A};

static struct blob make_x25519(DWORD first)
{
    struct blob blob = {{0}, 0};

    append_dword(&blob, first);
    append_dword(&blob, sizeof(x25519_key));
    append(&blob, x25519_key, sizeof(x25519_key));
    blob.len += sizeof(x25519_key); /* zeros */
    return blob;
}

/* p of RFC 2409 section 6.2, generator 2, and the value. */
static struct blob make_dh(const BIGNUM *value)
{
    BIGNUM *p = BN_get_rfc2409_prime_1024(NULL), *g = BN_new();
    struct blob blob = {{0}, 0};

    BN_set_word(g, 2);
    append_dword(&blob, BCRYPT_DH_PUBLIC_MAGIC);
    append_dword(&blob, 128);
    append_number(&blob, p, 128);
    append_number(&blob, g, 128);
    append_number(&blob, value, 128);
    BN_free(p);
    BN_free(g);
    return blob;
}

static struct blob make_dh_word(unsigned long value)
{
    BIGNUM *number = BN_new();
    struct blob blob;

    BN_set_word(number, value);
    blob = make_dh(number);
    BN_free(number);
    return blob;
}

static struct blob make_rsa(int bits, unsigned long exponent)
{
    struct blob blob = {{0}, 0};
    BIGNUM *n = BN_new(), *e = BN_new();
    const int len = (bits + 7) / 8;

    /* No key is needed for a blob, so any odd number of the length is a modulus. */
    BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    BN_set_word(e, exponent);
    append_dword(&blob, BCRYPT_RSAPUBLIC_MAGIC);
    append_dword(&blob, (DWORD)bits);
    append_dword(&blob, (DWORD)BN_num_bytes(e));
    append_dword(&blob, (DWORD)len);
    append_dword(&blob, 0);
    append_dword(&blob, 0);
    append_number(&blob, e, BN_num_bytes(e));
    append_number(&blob, n, len);
    BN_free(n);
    BN_free(e);
    return blob;
}

/* The same key as a CryptoAPI blob. */
static struct blob make_capi(const struct blob *rsa)
{
    struct blob blob = {{0}, 0};
    const BYTE start[] = {PUBLICKEYBLOB, CUR_BLOB_VERSION, 0, 0};
    DWORD e_len, n_len, exponent = 0;

    memcpy(&e_len, rsa->bytes + 8, 4);
    memcpy(&n_len, rsa->bytes + 12, 4);
    for (DWORD i = 0; i < e_len; i++)
        exponent = exponent << 8 | rsa->bytes[24 + i];
    append(&blob, start, sizeof(start));
    append_dword(&blob, CALG_RSA_KEYX);
    append_dword(&blob, BCRYPT_RSAPUBLIC_MAGIC);
    append_dword(&blob, 8 * n_len);
    append_dword(&blob, exponent);
    for (DWORD i = 0; i < n_len; i++)
        append(&blob, rsa->bytes + rsa->len - 1 - i, 1);
    return blob;
}

/* ---- Checks ---- */

/* The library neither writes to its input nor reads behind it: the copy has the exact length. */
static SECURITY_STATUS import_blob(LPCWSTR type, const struct blob *blob, NCRYPT_KEY_HANDLE *key)
{
    BYTE *copy = malloc(blob->len > 0 ? blob->len : 1);
    SECURITY_STATUS status;

    memcpy(copy, blob->bytes, blob->len);
    *key = GARBAGE_HANDLE;
    status = SslImportKey(handles.provider, key, type, copy, blob->len, 0);
    EXPECT(memcmp(copy, blob->bytes, blob->len) == 0, "the caller's blob");
    EXPECT((*key != 0) == (status == ERROR_SUCCESS), "the handle");
    free(copy);
    return status;
}

static void expect_refused(
    LPCWSTR type, const struct blob *blob, SECURITY_STATUS status, const char *label)
{
    NCRYPT_KEY_HANDLE key;

    EXPECT_STATUS(import_blob(type, blob, &key), status, label);
    EXPECT(ERR_peek_error() == 0, label);
    if (key != 0)
        SslFreeObject(key, 0);
}

/* The two steps of a caller, and every length that is too short. */
static void expect_export(
    NCRYPT_KEY_HANDLE key, LPCWSTR type, const struct blob *wanted, const char *label)
{
    BYTE *output = malloc(wanted->len);
    DWORD len = UNTOUCHED;

    EXPECT_SUCCESS(SslExportKey(handles.provider, key, type, NULL, 0, &len, 0), label);
    EXPECT(len == wanted->len, label);
    for (DWORD room = 0; room < wanted->len; room += 1 + room / 16) {
        len = UNTOUCHED;
        memset(output, 0x5A, wanted->len);
        EXPECT_STATUS(SslExportKey(handles.provider, key, type, output, room, &len, 0),
            NTE_BUFFER_TOO_SMALL, label);
        EXPECT(len == wanted->len && output[0] == 0x5A, label);
    }
    EXPECT_SUCCESS(SslExportKey(handles.provider, key, type, output, wanted->len, &len, 0), label);
    EXPECT(len == wanted->len && memcmp(output, wanted->bytes, wanted->len) == 0, label);
    free(output);
}

static void expect_round_trip(LPCWSTR type, const struct blob *blob, const char *label)
{
    NCRYPT_KEY_HANDLE key;

    if (EXPECT_SUCCESS(import_blob(type, blob, &key), label))
        expect_export(key, type, blob, label);
    SslFreeObject(key, 0);
}

/* No blob that is cut off or has a byte too many is read. */
static void expect_exact_length(LPCWSTR type, const struct blob *blob, const char *label)
{
    struct blob bad = *blob;

    for (bad.len = 0; bad.len < blob->len; bad.len += 1 + bad.len / 32)
        expect_refused(type, &bad, NTE_BAD_DATA, label);
    bad.len = blob->len - 1;
    expect_refused(type, &bad, NTE_BAD_DATA, label);
    bad.len = blob->len + 1;
    expect_refused(type, &bad, NTE_BAD_DATA, label);
}

/* ---- The order of checks ---- */

enum {
    IMPORT_NO_OUTPUT = KEY_AS_PROVIDER + 1,
    IMPORT_NO_BLOB,
    IMPORT_FLAGS,
    IMPORT_NO_TYPE,
    IMPORT_MAGIC,
    IMPORT_POINT,
    IMPORT_FAULTS
};

static const struct fault import_faults[IMPORT_FAULTS] = {
    PROVIDER_ROWS,
    [IMPORT_NO_OUTPUT] = {"no output", "observed 5", 2, NTE_INVALID_PARAMETER},
    [IMPORT_NO_BLOB] = {"no blob", "observed 5", 3, NTE_INVALID_PARAMETER},
    [IMPORT_FLAGS] = {"flags", "observed 5", 4, NTE_BAD_FLAGS},
    [IMPORT_NO_TYPE] = {"no blob type", "header", 5, NTE_INVALID_PARAMETER},
    [IMPORT_MAGIC] = {"magic", "observed 5", 6, NTE_NOT_SUPPORTED},
    [IMPORT_POINT] = {"point", "api 15, 39", 7, NTE_BAD_DATA},
};

static SECURITY_STATUS call_import(unsigned long faults)
{
    const bool no_output = has_fault(faults, IMPORT_NO_OUTPUT);
    static const WCHAR type[] = BCRYPT_ECCPUBLIC_BLOB;
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    struct blob blob = p256;
    SECURITY_STATUS status;

    if (has_fault(faults, IMPORT_MAGIC))
        blob.bytes[0] ^= 1;
    if (has_fault(faults, IMPORT_POINT))
        blob.bytes[blob.len - 1] ^= 1;
    status = SslImportKey(choose_provider(&handles, faults), no_output ? NULL : &key,
        has_fault(faults, IMPORT_NO_TYPE) ? NULL : type,
        has_fault(faults, IMPORT_NO_BLOB) ? NULL : blob.bytes, blob.len,
        has_fault(faults, IMPORT_FLAGS));
    if (status == ERROR_SUCCESS)
        SslFreeObject(key, 0);
    else
        EXPECT(no_output || key == 0, "SslImportKey");
    return status;
}

static void test_import_checks_in_order(void)
{
    EXPECT_SUCCESS(call_import(0), "nothing wrong");
    check_order("SslImportKey", import_faults, IMPORT_FAULTS, call_import);
}

enum {
    EXPORT_NO_RESULT = HANDLE_FAULTS,
    EXPORT_FLAGS,
    EXPORT_NO_TYPE,
    EXPORT_OTHER_TYPE,
    EXPORT_SHORT,
    EXPORT_FAULTS
};

static const struct fault export_faults[EXPORT_FAULTS] = {
    PROVIDER_ROWS,
    KEY_ROWS,
    [EXPORT_NO_RESULT] = {"no result", "observed 5", 2, NTE_INVALID_PARAMETER},
    [EXPORT_FLAGS] = {"flags", "observed 5", 3, NTE_BAD_FLAGS},
    [EXPORT_NO_TYPE] = {"no blob type", "observed 5", 4, NTE_INVALID_PARAMETER},
    [EXPORT_OTHER_TYPE] = {"type of RSA", "observed 5", 4, NTE_NOT_SUPPORTED},
    [EXPORT_SHORT] = {"short buffer", "observed 5", 5, NTE_BUFFER_TOO_SMALL},
};

static SECURITY_STATUS call_export(unsigned long faults)
{
    static const WCHAR type[] = BCRYPT_ECCPUBLIC_BLOB, other[] = BCRYPT_RSAPUBLIC_BLOB;
    BYTE output[MAX_BLOB];
    DWORD len = UNTOUCHED;
    LPCWSTR wanted = has_fault(faults, EXPORT_OTHER_TYPE) ? other : type;
    const SECURITY_STATUS status = SslExportKey(choose_provider(&handles, faults),
        choose_key(&handles, faults, public_key), has_fault(faults, EXPORT_NO_TYPE) ? NULL : wanted,
        output, has_fault(faults, EXPORT_SHORT) ? 71 : 72,
        has_fault(faults, EXPORT_NO_RESULT) ? NULL : &len, has_fault(faults, EXPORT_FLAGS));

    if (has_fault(faults, EXPORT_NO_RESULT))
        EXPECT(len == UNTOUCHED, "SslExportKey");
    else
        EXPECT(len == (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL ? 72U : 0U),
            "SslExportKey");
    return status;
}

static void test_export_checks_in_order(void)
{
    EXPECT_SUCCESS(call_export(0), "nothing wrong");
    check_order("SslExportKey", export_faults, EXPORT_FAULTS, call_export);
}

/* ---- Elliptic curves ---- */

static const struct {
    DWORD magic, group, key_len;
    const char *name;
} fixed_curves[] = {
    {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 23, 32, "P-256"},
    {BCRYPT_ECDH_PUBLIC_P384_MAGIC, 24, 48, "P-384"},
    {BCRYPT_ECDH_PUBLIC_P521_MAGIC, 25, 66, "P-521"},
};

static void test_ecc_blobs(void)
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

static void test_ecc_headers(void)
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

static void test_ssl_ecc_headers(void)
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

static void test_x25519_blobs(void)
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

static void test_full_ecc_blobs(void)
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
static void test_parameters_of_no_curve(void)
{
    const struct blob point = make_point(23, "P-256", 32);
    const struct blob full = make_full_point(NID_X9_62_prime256v1, &point, NULL, 0);

    for (DWORD i = 32; i < full.len - 64; i++) {
        struct blob bad = full;

        bad.bytes[i] ^= 0x80;
        expect_refused(BCRYPT_ECCFULLPUBLIC_BLOB, &bad, NTE_NOT_SUPPORTED, "parameter");
    }
}

static void test_full_ecc_headers(void)
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

static void test_leading_zeros_are_kept(void)
{
    struct blob blob = p256;

    for (int i = 0; i < 10000 && blob.bytes[8] != 0; i++)
        blob = make_point(BCRYPT_ECDH_PUBLIC_P256_MAGIC, "P-256", 32);
    EXPECT(blob.bytes[8] == 0, "a short X");
    expect_round_trip(BCRYPT_ECCPUBLIC_BLOB, &blob, "a short X");
    blob = make_dh_word(4);
    expect_round_trip(BCRYPT_DH_PUBLIC_BLOB, &blob, "a short value");
}

/* ---- Finite-field Diffie-Hellman ---- */

static void test_dh_blobs(void)
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

static void test_rsa_blobs(void)
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
static void test_capi_blobs(void)
{
    const struct blob rsa = make_rsa(1024, 65537), capi = make_capi(&rsa);
    struct blob bad = capi;
    NCRYPT_KEY_HANDLE key;
    DWORD len = UNTOUCHED;

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
    bad.bytes[16] ^= 1;
    expect_refused(LEGACY_RSAPUBLIC_BLOB, &bad, NTE_BAD_DATA, "an even exponent");
}

/* ---- Types and kinds ---- */

static const WCHAR ecc_type[] = BCRYPT_ECCPUBLIC_BLOB;
static const WCHAR ssl_ecc_type[] = SSL_ECCPUBLIC_BLOB;
static const WCHAR full_ecc_type[] = BCRYPT_ECCFULLPUBLIC_BLOB;
static const WCHAR dh_type[] = BCRYPT_DH_PUBLIC_BLOB;
static const WCHAR rsa_type[] = BCRYPT_RSAPUBLIC_BLOB;
static const WCHAR capi_type[] = LEGACY_RSAPUBLIC_BLOB;
static const WCHAR opaque_type[] = BCRYPT_OPAQUE_KEY_BLOB;

enum { MAX_TYPES = 3 };

/* The first type imports the blob. */
static void expect_types(const LPCWSTR types[MAX_TYPES], const struct blob *blob)
{
    static const LPCWSTR all[] = {
        ecc_type, ssl_ecc_type, full_ecc_type, dh_type, rsa_type, capi_type, opaque_type};
    NCRYPT_KEY_HANDLE key;

    EXPECT_SUCCESS(import_blob(types[0], blob, &key), "types");
    for (size_t i = 0; i < COUNT(all); i++) {
        DWORD len = UNTOUCHED;
        bool has = false;

        for (size_t j = 0; j < MAX_TYPES; j++)
            has |= all[i] == types[j];
        EXPECT_STATUS(SslExportKey(handles.provider, key, all[i], NULL, 0, &len, 0),
            has ? ERROR_SUCCESS : NTE_NOT_SUPPORTED, "types");
        EXPECT((len != 0) == has, "types");
    }
    SslFreeObject(key, 0);
}

static void test_each_algorithm_has_its_types(void)
{
    const LPCWSTR of_ecc[MAX_TYPES] = {ecc_type, ssl_ecc_type, full_ecc_type};
    const LPCWSTR of_x25519[MAX_TYPES] = {ecc_type, ssl_ecc_type};
    const LPCWSTR of_dh[MAX_TYPES] = {dh_type}, of_rsa[MAX_TYPES] = {rsa_type};
    const struct blob x25519 = make_x25519(BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC);
    const struct blob dh = make_dh_word(2), rsa = make_rsa(1024, 3);
    DWORD len = UNTOUCHED;

    expect_types(of_ecc, &p256);
    expect_types(of_x25519, &x25519);
    expect_types(of_dh, &dh);
    expect_types(of_rsa, &rsa);
    /* A session key and a master key have none of these. */
    EXPECT_STATUS(SslExportKey(handles.provider, handles.client.read, ecc_type, NULL, 0, &len, 0),
        NTE_NOT_SUPPORTED, "session key");
    EXPECT_STATUS(SslExportKey(handles.provider, handles.master, rsa_type, NULL, 0, &len, 0),
        NTE_NOT_SUPPORTED, "master key");
}

static void test_types_that_are_not_read(void)
{
    struct blob blob = p256;
    static const WCHAR lower[] = NCRYPTSSL_TEXT("eccpublicblob");

    expect_refused(lower, &blob, NTE_NOT_SUPPORTED, "lower case");
    blob.len = 0;
    expect_refused(lower, &blob, NTE_INVALID_PARAMETER, "lower case, 0 bytes");
    expect_refused(ecc_type, &blob, NTE_BAD_DATA, "0 bytes");
    expect_refused(capi_type, &blob, NTE_BAD_DATA, "0 bytes");
}

/* What was in the error queue before a failure is there after it, and nothing else. */
static void test_the_error_queue_is_left_alone(void)
{
    struct blob bad = p256;
    NCRYPT_KEY_HANDLE key;

    bad.bytes[bad.len - 1] ^= 1;
    ERR_raise(ERR_LIB_USER, 77);
    EXPECT_STATUS(import_blob(ecc_type, &bad, &key), NTE_BAD_DATA, "error queue");
    EXPECT(ERR_GET_REASON(ERR_get_error()) == 77, "error queue");
    EXPECT(ERR_get_error() == 0, "error queue");
}

/* A pre-master key is an SSL key, but has no blob. */
static void test_pre_master_keys_are_not_exported(void)
{
    const struct blob rsa = make_rsa(1024, 3);
    NCRYPT_KEY_HANDLE key, pre_master = 0;
    DWORD version = TLS1_2_PROTOCOL_VERSION, len = UNTOUCHED;
    NCryptBuffer buffer = {sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 1, &buffer};
    BYTE output[128];

    EXPECT_SUCCESS(import_blob(rsa_type, &rsa, &key), "RSA");
    EXPECT_SUCCESS(SslGeneratePreMasterKey(handles.provider, key, &pre_master, version,
                       SUITE_AES128_GCM, &list, output, sizeof(output), &len, 1),
        "pre-master key");
    EXPECT_BAD_HANDLE(
        SslExportKey(handles.provider, pre_master, opaque_type, NULL, 0, &len, 0), "pre-master");
    EXPECT_BAD_HANDLE(
        SslExportKey(handles.provider, pre_master, NULL, NULL, 0, &len, 0), "pre-master");
    EXPECT_STATUS(SslExportKey(handles.provider, pre_master, NULL, NULL, 0, &len, 1), NTE_BAD_FLAGS,
        "pre-master");
    SslFreeObject(key, 0);
    SslFreeObject(pre_master, 0);
}

static int open_all(void)
{
    if (open_handles(&handles) != 0)
        return 1;
    p256 = make_point(BCRYPT_ECDH_PUBLIC_P256_MAGIC, "P-256", 32);
    return SslImportKey(handles.provider, &public_key, ecc_type, p256.bytes, p256.len, 0);
}

static int close_all(void)
{
    return !made || SslFreeObject(public_key, 0) || close_handles(&handles);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_import_checks_in_order),
        TEST(test_export_checks_in_order),
        TEST(test_ecc_blobs),
        TEST(test_ecc_headers),
        TEST(test_ssl_ecc_headers),
        TEST(test_x25519_blobs),
        TEST(test_full_ecc_blobs),
        TEST(test_parameters_of_no_curve),
        TEST(test_full_ecc_headers),
        TEST(test_leading_zeros_are_kept),
        TEST(test_dh_blobs),
        TEST(test_rsa_blobs),
        TEST(test_capi_blobs),
        TEST(test_each_algorithm_has_its_types),
        TEST(test_types_that_are_not_read),
        TEST(test_the_error_queue_is_left_alone),
        TEST(test_pre_master_keys_are_not_exported),
    };

    return RUN_TESTS("public keys", open_all, close_all, tests);
}
