/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the test of public keys: blobs made with libcrypto, and what is checked of them.
 */
#ifndef SSLP_TEST_SHIM_PUBLIC_KEYS_PUBLIC_KEYS_H
#define SSLP_TEST_SHIM_PUBLIC_KEYS_PUBLIC_KEYS_H

#include "shim/support/handle_faults.h"

#include <openssl/bn.h>

enum { MAX_BLOB = 4096, GROUP_X25519 = 29, UNTOUCHED = 0x7E57 };

struct blob {
    BYTE bytes[MAX_BLOB];
    DWORD len;
};

extern struct blob p256; /* of a key of P-256 */

/* ---- Making blobs (blobs.c) ---- */

/* False once libcrypto has failed; CUnit takes no assertions while it sets up. */
extern bool made;

void append(struct blob *blob, const void *bytes, size_t len);

void append_dword(struct blob *blob, DWORD value);

void append_number(struct blob *blob, const BIGNUM *number, int len);

/* Magic or group, length of a coordinate, and the coordinates of a new key of libcrypto. */
struct blob make_point(DWORD first, const char *group, DWORD key_len);

struct blob make_x25519(DWORD first);

/* p of RFC 2409 section 6.2, generator 2, and the value. */
struct blob make_dh(const BIGNUM *value);

struct blob make_dh_word(unsigned long value);

struct blob make_rsa(int bits, unsigned long exponent);

/* The same key as a CryptoAPI blob. */
struct blob make_capi(const struct blob *rsa);

/* ---- Checks (blobs.c) ---- */

/* The library neither writes to its input nor reads behind it: the copy has the exact length. */
SECURITY_STATUS import_blob(LPCWSTR type, const struct blob *blob, NCRYPT_KEY_HANDLE *key);

void expect_refused(
    LPCWSTR type, const struct blob *blob, SECURITY_STATUS status, const char *label);

/* The two steps of a caller, and every length that is too short. */
void expect_export(
    NCRYPT_KEY_HANDLE key, LPCWSTR type, const struct blob *wanted, const char *label);

void expect_round_trip(LPCWSTR type, const struct blob *blob, const char *label);

/* No blob that is cut off or has a byte too many is read. */
void expect_exact_length(LPCWSTR type, const struct blob *blob, const char *label);

/* ---- Tests ---- */

void test_ecc_blobs_come_back_and_bad_points_are_refused(void);
void test_wrong_ecc_headers_are_refused(void);
void test_wrong_ssl_ecc_headers_are_refused(void);
void test_x25519_blobs_come_back_and_short_ones_are_refused(void);
void test_full_ecc_blobs_come_back_and_bad_points_are_refused(void);
void test_changed_curve_parameters_are_refused(void);
void test_wrong_full_ecc_headers_are_refused(void);
void test_leading_zeros_are_kept(void);

void test_dh_blobs_come_back_and_bad_ones_are_refused(void);
void test_rsa_blobs_come_back_and_bad_ones_are_refused(void);
void test_capi_blobs_are_read_and_bad_ones_are_refused(void);

#endif
