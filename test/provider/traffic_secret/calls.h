/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the test of KDF SSL-TRAFFIC-SECRET: derivations that are put together piece by
 * piece, and the keys that they start from.
 */
#ifndef SSLP_TEST_PROVIDER_TRAFFIC_SECRET_CALLS_H
#define SSLP_TEST_PROVIDER_TRAFFIC_SECRET_CALLS_H

#include "common/tls13_vectors.h"
#include "provider/support.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SUITE        "TLS_AES_128_GCM_SHA256"

enum { SIZE = 32, MAX_SECRET = 64 };

extern OSSL_LIB_CTX *libctx;
extern EVP_KDF *secret_kdf, *finished_kdf, *material_kdf, *keys_kdf;

/* Each 0 when all went well; they run outside of tests. */
int open_kdfs(void);
int close_kdfs(void);

/* The parameters of one derivation; a handle that is not 0 is one of them. */
struct call {
    struct support_params params;
    uint64_t handle;
};

bool run_call(EVP_KDF *kdf, struct call *call, void *out, size_t len);

/* No bytes are given as an empty string. */
void add_bytes(struct call *call, const char *name, struct sslp_bytes bytes);

/* The protocol of the vectors on trial; TLS 1.3 unless a test says otherwise. */
extern const char *trial_protocol;

/* A secret of that protocol of that kind. */
EVP_PKEY *key_of(const char *kind, struct sslp_bytes secret, const char *suite, int exportable);

/* From bytes, with a digest and no suite; TLS 1.3 need not be said. */
enum tls13_answer derive_bytes(const char *hash, enum tls13_secret to, struct sslp_bytes from,
    struct sslp_bytes input, uint8_t *out, size_t size);

/* ---- Vectors (vectors.c) ---- */

/* From bytes, and by handles. */
enum { TRIALS = 2 };
extern const struct tls13_trial trials[TRIALS];

void test_every_vector_is_reproduced(void);
void test_next_generation_and_salt_equal_those_of_the_default_provider(void);

/* ---- DTLS 1.3 and QUIC (protocols.c) ---- */

void test_every_value_record_and_packet_of_other_protocols(void);
void test_secret_of_one_protocol_is_refused_by_another(void);
void test_initial_secrets_start_at_a_connection_id_alone(void);
void test_each_protocol_has_its_own_mask_key(void);
void test_suites_that_mask_no_numbers_are_refused(void);
void test_key_update_keeps_the_protocol(void);

#endif
