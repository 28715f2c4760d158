/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of test_secrets.c share: the secrets, which this process knows masked only, and
 * the operations that work with them.
 */
#ifndef SSLP_TEST_FAULTS_SECRETS_H
#define SSLP_TEST_FAULTS_SECRETS_H

#include "shim/support.h"
#include "shim/support/certificates.h"

#include "common/memory_search.h"
#include "common/tls13_schedule.h"

enum { SECRETS_MAX_LEN = 48, SECRETS_RSA_LEN = 256, SECRETS_PLANTED = 6 };

/* The secrets of TLS 1.2; those of TLS 1.3 come after them. */
enum {
    SECRET_MASTER,
    SECRET_GCM_CLIENT_KEY,
    SECRET_GCM_SERVER_KEY,
    SECRET_CBC_CLIENT_MAC_KEY,
    SECRET_CBC_SERVER_MAC_KEY,
    SECRET_CBC_CLIENT_KEY,
    SECRET_CBC_SERVER_KEY,
    SECRET_CHACHA_CLIENT_KEY,
    SECRET_CHACHA_SERVER_KEY,
    SECRET_PRE_MASTER,
    SECRET_PRE_MASTER_REVERSED, /* as a number of libcrypto's lies in memory */
    SECRET_MASTER_OF_PRE_MASTER,
    SECRETS_TLS12
};

/* What another process has computed and tells. */
extern struct told {
    uint8_t masked[SECRETS_TLS12][SECRETS_MAX_LEN];
    struct tls13_secrets tls13;
    uint8_t planted[SECRETS_PLANTED][SECRETS_MAX_LEN];
    uint8_t encrypted[SECRETS_RSA_LEN]; /* the premaster secret, as a client sends it */
} told;

/* Asks that process; false where it has failed.  The key encrypts the premaster secret. */
bool secrets_ask(EVP_PKEY *rsa);

/* Each secret, and each as it lies in the key pads of an HMAC (RFC 2104). */
enum { SECRETS_SEARCHED = 3 * (SECRETS_TLS12 + TLS13_SECRETS - 1) };

void secrets_list(struct memory_secret list[SECRETS_SEARCHED]);

/* The bytes themselves, which the caller wipes. */
void secrets_unmask(const uint8_t *masked, size_t len, uint8_t *to);

/* ---- Operations ---- */

struct operation {
    const char *name;
    /* Makes everything and frees it again.  Fault 0 is none; with each other one it refuses.
     * Whether all went well. */
    bool (*run)(unsigned fault);
    unsigned faults;       /* wrong parameters that it can be given */
    bool (*prepare)(void); /* before each attempt, with all the memory; may be NULL */
};

enum { SECRETS_FUNCTIONS = 5, SECRETS_KDFS = 9 };

extern const struct operation secrets_functions[SECRETS_FUNCTIONS];
extern const struct operation secrets_kdfs[SECRETS_KDFS];

/* Makes what these work with.  The query is for hashes, or NULL. */
bool secrets_functions_open(EVP_PKEY *rsa);
bool secrets_functions_close(void);
bool secrets_kdfs_open(const char *query);
void secrets_kdfs_close(void);

/* A master key lives, or ends. */
bool secrets_hold_master(void);
bool secrets_end_master(void);

/* ---- Planted leaks ---- */

enum {
    PLANTED_ON_HEAP,
    PLANTED_ON_STACK,
    PLANTED_IN_DATA,
    PLANTED_IN_SECURE_HEAP,
    PLANTED_AS_PAD,
    PLANTED_AFTER_FAILURE
};

/* Each leaves the planted secret of its own number behind, the last one where it fails. */
extern const struct operation secrets_planted[SECRETS_PLANTED];

#endif
