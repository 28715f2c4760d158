/* SPDX-License-Identifier: Apache-2.0
 *
 * What authenticates a handshake: the contents of Finished messages and the binders of TLS 1.3, and
 * in SSL 3.0 the digest that CertificateVerify signs, which covers the master secret.
 */
#ifndef SSLP_SCHEDULE_FINISHED_H
#define SSLP_SCHEDULE_FINISHED_H

#include "schedule/key_layout.h"
#include "schedule/prf.h"

/* RFC 5246 section 7.4.9: PRF(master_secret, finished_label, Hash(handshake_messages))[0..11]. */
SSLP_CHECK_RESULT enum sslp_status sslp_finished(const struct sslp_prf_key *master,
    enum sslp_side sender, struct sslp_bytes transcript_hash,
    uint8_t verify_data[SSLP_VERIFY_DATA_LEN]);

/* RFC 8446 section 4.4.4: HMAC under the "finished" key of the sender's traffic secret, or of a
 * binder key (section 4.2.11.2).  As many bytes as the hash has. */
SSLP_CHECK_RESULT enum sslp_status sslp_finished_tls13(const struct sslp_prf_key *base,
    const struct sslp_protocol *protocol, struct sslp_bytes transcript_hash, uint8_t *verify_data);

/* RFC 6101 section 5.6.9: MD5 and SHA-1 over the messages, the sender and the master secret. */
SSLP_CHECK_RESULT enum sslp_status sslp_finished_ssl3(const struct sslp_prf_key *master,
    enum sslp_side sender, struct sslp_bytes messages, uint8_t hashes[SSLP_MD5_SHA1_LEN]);

/* RFC 6101 section 5.6.8: the same without a sender. */
SSLP_CHECK_RESULT enum sslp_status sslp_certificate_verify_ssl3(const struct sslp_prf_key *master,
    struct sslp_bytes messages, uint8_t hashes[SSLP_MD5_SHA1_LEN]);

#endif
