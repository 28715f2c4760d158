/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the test of private keys: keys with their certificates, a folder for files, and a
 * provider that is opened with a configuration of each test.
 */
#ifndef SSLP_TEST_SHIM_PRIVATE_KEYS_PRIVATE_KEYS_H
#define SSLP_TEST_SHIM_PRIVATE_KEYS_PRIVATE_KEYS_H

#include "shim/support.h"
#include "shim/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>

enum { KEYS = 4, PATH_LEN = 256 };
enum { RSA_KEY, P256_KEY, P384_KEY, DSA_KEY };

extern const char *const key_names[KEYS];
extern const char *program; /* how it was called */
extern char folder[];
extern EVP_PKEY *keys[KEYS], *other_rsa;
extern CERT_CONTEXT certificates[KEYS];
extern NCRYPT_PROV_HANDLE provider;

/* ---- Files and configuration ---- */

const char *path_of(const char *name);

/* The cipher is NULL for a key in clear. */
void write_key(const char *name, EVP_PKEY *key, const EVP_CIPHER *cipher);

void write_text(const char *name, const char *text);

/* Opens a provider with `private-keys` as given; NULL for no configuration. */
void open_with(const char *stores);

void close_provider(void);

/* ---- Calls ---- */

SECURITY_STATUS open_key(const CERT_CONTEXT *certificate);

SECURITY_STATUS attach(const CERT_CONTEXT *certificate, const void *bytes, size_t len);

SECURITY_STATUS attach_bio(const CERT_CONTEXT *certificate, BIO *bio);

SECURITY_STATUS attach_pem(const CERT_CONTEXT *certificate, EVP_PKEY *key);

/* ---- Stores of the configuration (stores.c) ---- */

void test_stores_are_searched(void);
void test_pipes_and_devices_are_skipped(void);
void test_uris_are_read_as_libcrypto_does(void);
void test_configuration_from_a_pipe_is_refused(void);
void test_searches_are_limited(void);
void test_attached_keys_need_no_store(void);
void test_default_context_reads_the_stores(void);

#endif
