/* SPDX-License-Identifier: Apache-2.0 */
#include "public_keys.h"

#include <openssl/err.h>
#include <openssl/evp.h>

/* ---- Making blobs ---- */

bool made = true;

void append(struct blob *blob, const void *bytes, size_t len)
{
    memcpy(blob->bytes + blob->len, bytes, len);
    blob->len += (DWORD)len;
}

void append_dword(struct blob *blob, DWORD value)
{
    append(blob, &value, sizeof(value));
}

void append_number(struct blob *blob, const BIGNUM *number, int len)
{
    made = BN_bn2binpad(number, blob->bytes + blob->len, len) == len && made;
    blob->len += (DWORD)len;
}

struct blob make_point(DWORD first, const char *group, DWORD key_len)
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

struct blob make_x25519(DWORD first)
{
    struct blob blob = {{0}, 0};

    append_dword(&blob, first);
    append_dword(&blob, sizeof(x25519_key));
    append(&blob, x25519_key, sizeof(x25519_key));
    blob.len += sizeof(x25519_key); /* zeros */
    return blob;
}

struct blob make_dh(const BIGNUM *value)
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

struct blob make_dh_word(unsigned long value)
{
    BIGNUM *number = BN_new();
    struct blob blob;

    BN_set_word(number, value);
    blob = make_dh(number);
    BN_free(number);
    return blob;
}

struct blob make_rsa(int bits, unsigned long exponent)
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

struct blob make_capi(const struct blob *rsa)
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

SECURITY_STATUS import_blob(LPCWSTR type, const struct blob *blob, NCRYPT_KEY_HANDLE *key)
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

void expect_refused(
    LPCWSTR type, const struct blob *blob, SECURITY_STATUS status, const char *label)
{
    NCRYPT_KEY_HANDLE key;

    EXPECT_STATUS(import_blob(type, blob, &key), status, label);
    EXPECT(ERR_peek_error() == 0, label);
    if (key != 0)
        SslFreeObject(key, 0);
}

void expect_export(
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

void expect_round_trip(LPCWSTR type, const struct blob *blob, const char *label)
{
    NCRYPT_KEY_HANDLE key;

    if (EXPECT_SUCCESS(import_blob(type, blob, &key), label))
        expect_export(key, type, blob, label);
    SslFreeObject(key, 0);
}

void expect_exact_length(LPCWSTR type, const struct blob *blob, const char *label)
{
    struct blob bad = *blob;

    for (bad.len = 0; bad.len < blob->len; bad.len += 1 + bad.len / 32)
        expect_refused(type, &bad, NTE_BAD_DATA, label);
    bad.len = blob->len - 1;
    expect_refused(type, &bad, NTE_BAD_DATA, label);
    bad.len = blob->len + 1;
    expect_refused(type, &bad, NTE_BAD_DATA, label);
}
