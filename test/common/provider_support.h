/* SPDX-License-Identifier: Apache-2.0
 *
 * What the EVP-level tests of the provider share: library contexts with a configuration, parameter
 * lists, derivations, key objects, reasons on the error queue, and a hash that can be made to fail.
 *
 * OpenSSL 3.0 hands options to a provider in no other way than a configuration file, so contexts
 * are made from a temporary one.
 */
#ifndef SSLP_TEST_COMMON_PROVIDER_SUPPORT_H
#define SSLP_TEST_COMMON_PROVIDER_SUPPORT_H

#include <openssl/core.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SUPPORT_MAX_PARAMS = 16, SUPPORT_PATH_SIZE = 4096 };
enum { SUPPORT_RANDOM_LEN = 32, SUPPORT_MASTER_LEN = 48 };

/* Writes `text` to a temporary file; false, and nothing left behind, when that fails.  The caller
 * unlinks the file. */
bool support_write_file(const char *text, char path[SUPPORT_PATH_SIZE]);

/* The text of an openssl.cnf that activates `default` and sslprovider, with `options` as further
 * lines ("legacy = yes\n") of the latter's section. */
void support_config_text(const char *options, char *text, size_t size);

/* Loads such a configuration into a context; 1 when OpenSSL says that it was loaded, which does not
 * mean that every provider of it was. */
int support_load_config(OSSL_LIB_CTX *libctx, const char *options);

/* A new context with such a configuration; NULL, and the reasons on stderr, when it is refused. */
OSSL_LIB_CTX *support_context_new(const char *options);

/* A status parameter of the provider sslprovider in a context; -1 when it is not loaded. */
int support_provider_status(OSSL_LIB_CTX *libctx, const char *name);

/* Bytes that look random and are the same in every run; *state goes on from call to call. */
void support_fill(uint64_t *state, void *bytes, size_t len);
size_t support_number_below(uint64_t *state, size_t limit);

/* A list of parameters; pointers in it are borrowed.  A NULL value adds nothing. */
struct support_params {
    OSSL_PARAM list[SUPPORT_MAX_PARAMS]; /* always ended */
    size_t count;
};

void support_add_text(struct support_params *params, const char *name, const char *text);
void support_add_octets(
    struct support_params *params, const char *name, const void *octets, size_t len);
void support_add_uint64(struct support_params *params, const char *name, uint64_t *number);
void support_add_int(struct support_params *params, const char *name, int *number);

/* Inputs of one derivation; what is NULL or 0 is left out of the parameters. */
struct support_inputs {
    const char *digest, *properties, *protocol, *suite, *role, *output;
    const void *secret;
    size_t secret_len;
    const void *client_random, *server_random; /* SUPPORT_RANDOM_LEN each */
    const void *session_hash;
    size_t session_hash_len;
    uint64_t handle;
};

/* `inputs` must live as long as the list is used. */
void support_list_inputs(struct support_params *params, struct support_inputs *inputs);

/* A new KDF context, one derivation, and the end of the context. */
bool support_run(EVP_KDF *kdf, const struct support_params *params, void *out, size_t len);
bool support_derive(EVP_KDF *kdf, struct support_inputs inputs, void *out, size_t len);

/* PRF(secret, label, first + second) by the TLS1-PRF of the default provider. */
bool support_default_prf(OSSL_LIB_CTX *libctx, const char *digest, const void *secret,
    size_t secret_len, const char *label, const void *first, const void *second, size_t seed_len,
    void *out, size_t len);

/* An SSL-KEY made from parameters; NULL when it is refused. */
EVP_PKEY *support_key_from(OSSL_LIB_CTX *libctx, struct support_params *params);

/* A TLS 1.2 master secret of TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 as SSL-KEY. */
EVP_PKEY *support_master_key(OSSL_LIB_CTX *libctx, const void *secret, const char *role);

/* The same for any protocol and suite; the role may be NULL. */
EVP_PKEY *support_master_key_of(OSSL_LIB_CTX *libctx, const void *secret, const char *protocol,
    const char *suite, const char *role);

/* Takes over the handle that a KDF has written. */
EVP_PKEY *support_adopt(OSSL_LIB_CTX *libctx, uint64_t handle);

/* The handle that an EVP_PKEY lends; 0 when it has none. */
uint64_t support_handle_of(const EVP_PKEY *key);

/* Whether the error queue holds this reason text and no other reason of the provider; says on
 * stderr what it holds instead.  Empties the queue. */
bool support_raised(const char *reason);

/* Whether the error queue is empty, which it has to be after a success; empties it. */
bool support_nothing_raised(void);

/* A provider for OSSL_PROVIDER_add_builtin: SHA2-256 with the property below, computed by the
 * default library context, until a fault is chosen.  A property definition may use only names that
 * OpenSSL knows, so it is no name of our own. */
#define SUPPORT_HASH_PROVIDER "test-hash"
#define SUPPORT_HASH_QUERY    "provider=test-hash"

enum support_fault { SUPPORT_NO_FAULT, SUPPORT_WRONG_DIGEST, SUPPORT_FAILING_DIGEST };

OSSL_provider_init_fn support_hash_provider_init;
void support_set_fault(enum support_fault fault);

/* Makes the n-th hash from now on fail at its end, counted from 1, and all that follow; the same
 * for calls of any function of a hash; and ends that: whether so many were made that one failed. */
void support_fail_hashes_from(unsigned long n);
void support_fail_hash_calls_from(unsigned long n);
bool support_end_failing_hashes(void);

/* How many hashes this provider has computed so far: what a derivation through it has cost. */
unsigned long support_hashes_computed(void);

/* How many it has begun from nothing, and not from a copy of a state. */
unsigned long support_hashes_begun(void);

#endif
