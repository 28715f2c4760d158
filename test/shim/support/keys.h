/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys through the public functions alone: master keys and traffic secrets from fixed bytes, the
 * session keys of a side, and their opaque blobs.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_KEYS_H
#define SSLP_TEST_SHIM_SUPPORT_KEYS_H

#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <stddef.h>

enum { MASTER_KEY_LEN = 48, RANDOM_LEN = 32, MAX_SECRET_LEN = 520, MAX_BLOB_LEN = 512 };

/* What an output handle holds before a call, to see that the call sets it to 0. */
#define GARBAGE_HANDLE ((NCRYPT_KEY_HANDLE)0x5A5A5A5A)

/* The suites that several tests use. */
enum {
    SUITE_NULL_SHA256 = 0x003B,
    SUITE_RC4_SHA = 0x0005,
    SUITE_DES_CBC_SHA = 0x0009,
    SUITE_AES128_CBC_SHA = 0x002F,
    SUITE_AES128_GCM = 0x009C,
    SUITE_AES256_GCM = 0x009D,
    SUITE_TLS13_AES128_GCM = 0x1301,
    SUITE_TLS13_AES256_GCM = 0x1302,
    SUITE_TLS13_CHACHA20 = 0x1303,
    SUITE_TLS13_CCM = 0x1304,
    SUITE_TLS13_CCM_8 = 0x1305
};

struct secret_blob {
    NCRYPTSSL_SECRET_BLOB_HEADER header;
    BYTE secret[MAX_SECRET_LEN];
};

struct secret_blob make_secret(
    DWORD kind, DWORD protocol, DWORD suite, DWORD flags, DWORD secret_len);

struct secret_blob make_master(DWORD protocol, DWORD suite, DWORD flags);

SECURITY_STATUS import_secret(
    NCRYPT_PROV_HANDLE provider, const struct secret_blob *blob, NCRYPT_KEY_HANDLE *key);

SECURITY_STATUS import_master(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, NCRYPT_KEY_HANDLE *key);

/* Keys of secrets whose bytes are given, of 32 bytes for TLS_AES_128_GCM_SHA256 in TLS 1.3; 0, and
 * a message on stderr, when one is refused. */
NCRYPT_KEY_HANDLE import_master_bytes(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, const BYTE *secret);
NCRYPT_KEY_HANDLE import_tls13_bytes(
    NCRYPT_PROV_HANDLE provider, DWORD kind, DWORD flags, const BYTE *secret);

struct randoms {
    BYTE client[RANDOM_LEN];
    BYTE server[RANDOM_LEN];
    NCryptBuffer buffers[2];
    NCryptBufferDesc list;
};

/* Points into itself, so it is filled where it stays. */
NCryptBufferDesc *fill_randoms(struct randoms *randoms);

struct key_pair {
    NCRYPT_KEY_HANDLE read;
    NCRYPT_KEY_HANDLE write;
};

SECURITY_STATUS generate(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE master, struct key_pair *keys);

/* The traffic secret of TLS 1.3 under which that side writes. */
struct secret_blob make_traffic_secret(DWORD suite, DWORD sender);

/* The same of a protocol that has the key schedule of TLS 1.3. */
struct secret_blob make_traffic_secret_in(DWORD protocol, DWORD suite, DWORD sender);

/* The session key of that secret. */
SECURITY_STATUS make_traffic_key_in(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD sender, NCRYPT_KEY_HANDLE *key);
SECURITY_STATUS make_traffic_key(
    NCRYPT_PROV_HANDLE provider, DWORD suite, DWORD sender, NCRYPT_KEY_HANDLE *key);

/* The keys of one side, the master key being freed again. */
SECURITY_STATUS make_side(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, struct key_pair *keys);

void free_pair(struct key_pair *keys);

/* How many of the handles could not be freed. */
int free_handles(const NCRYPT_HANDLE *handles, size_t count);

struct opaque_blob {
    BYTE bytes[MAX_BLOB_LEN];
    DWORD len;
};

SECURITY_STATUS export_opaque(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, struct opaque_blob *blob);

SECURITY_STATUS import_opaque(
    NCRYPT_PROV_HANDLE provider, const BYTE *bytes, DWORD len, NCRYPT_KEY_HANDLE *key);

#endif
