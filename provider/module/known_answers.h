/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of the self-tests.  The answer is the start of the key block; for TLS 1.3 it is
 * the output of HKDF-Expand-Label with the label "key" and no context.
 */
#ifndef SSLP_MODULE_KNOWN_ANSWERS_H
#define SSLP_MODULE_KNOWN_ANSWERS_H

#include "module/prfs.h"
#include "schedule/key_block.h"

struct sslp_known_answer {
    enum sslp_prf_kind kind;
    enum sslp_hash_id hash; /* SSLP_HASH_NONE where the kind fixes the hashes */
    uint8_t secret_len;
    uint8_t answer_len;
    uint8_t secret[SSLP_MASTER_SECRET_LEN];
    uint8_t client_random[SSLP_RANDOM_LEN];
    uint8_t server_random[SSLP_RANDOM_LEN];
    uint8_t answer[32];
};

extern const struct sslp_known_answer sslp_known_answers[SSLP_PRF_ROWS];

#endif
