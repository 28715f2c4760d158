/* SPDX-License-Identifier: Apache-2.0
 *
 * The result of every function below the module: what went wrong, in the words of the key
 * schedule.  The module turns a status into an OpenSSL error exactly once (module/reasons.c).
 */
#ifndef SSLP_BASE_STATUS_H
#define SSLP_BASE_STATUS_H

enum sslp_status {
    SSLP_OK = 0,
    SSLP_ERR_MEMORY,           /* an allocation failed */
    SSLP_ERR_HASH_UNAVAILABLE, /* no provider offers the hash under the property query */
    SSLP_ERR_XOF_DIGEST,       /* HMAC is not defined on hashes with extendable output */
    SSLP_ERR_HASH_FAILED,      /* the hash implementation reported a failure */
    SSLP_ERR_OUTPUT_LENGTH,    /* zero, or more than the derivation can give */
    SSLP_ERR_SECRET_LENGTH,    /* not a length this kind of secret can have */
    SSLP_ERR_HASH_LENGTH,      /* a transcript hash of another hash's length */
    SSLP_ERR_SUITE_PROTOCOL,   /* the cipher suite does not exist in the protocol version */
    SSLP_ERR_NOT_IN_PROTOCOL,  /* the protocol version does not have the derivation */
    SSLP_ERR_KEY_KIND,         /* the wrong kind of key object for the operation */
    SSLP_ERR_TOO_MANY_KEYS     /* the handle table is full */
};

/* For functions whose status must not be dropped. */
#define SSLP_CHECK_RESULT __attribute__((warn_unused_result))

#endif
