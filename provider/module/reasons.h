/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider's own error reasons: what `openssl kdf` prints.
 */
#ifndef SSLP_MODULE_REASONS_H
#define SSLP_MODULE_REASONS_H

#include "base/status.h"

#include <openssl/core.h>
#include <stddef.h>
#include <stdint.h>

struct sslp_provctx;

/* X(number, name, text).  Numbers and texts are public: programs compare the numbers, and the texts
 * stand in the manual.  A new reason takes the next number at the end; test/tools/reasons.txt has
 * every number that was ever given. */
#define SSLP_REASONS(X)                                                                            \
    X(1, SELF_TEST_FAILED, "self-test failed, the provider is closed")                             \
    X(2, HASH_UNAVAILABLE, "hash not available")                                                   \
    X(3, HASH_FAILED, "hash computation failed")                                                   \
    X(4, INVALID_OUTPUT_LENGTH, "invalid output length")                                           \
    X(5, INVALID_SECRET_LENGTH, "invalid secret length")                                           \
    X(6, INVALID_RANDOM_LENGTH, "invalid random length")                                           \
    X(7, INVALID_SESSION_HASH_LENGTH, "invalid session hash length")                               \
    X(8, INVALID_TRANSCRIPT_HASH_LENGTH, "invalid transcript hash length")                         \
    X(9, INVALID_CONTEXT_LENGTH, "invalid context length")                                         \
    X(10, INVALID_LABEL_LENGTH, "invalid label length")                                            \
    X(11, INVALID_TICKET_NONCE_LENGTH, "invalid ticket nonce length")                              \
    X(12, INVALID_PARAMETER_TYPE, "invalid parameter type")                                        \
    X(13, UNKNOWN_PARAMETER, "unknown parameter for a key")                                        \
    X(14, MISSING_SECRET, "missing secret")                                                        \
    X(15, MISSING_MESSAGE_DIGEST, "missing message digest")                                        \
    X(16, MISSING_SEED, "missing seed")                                                            \
    X(17, MISSING_CLIENT_RANDOM, "missing client random")                                          \
    X(18, MISSING_SERVER_RANDOM, "missing server random")                                          \
    X(19, MISSING_PROTOCOL, "missing protocol version")                                            \
    X(20, MISSING_SUITE, "missing cipher suite")                                                   \
    X(21, MISSING_SUITE_OR_DIGEST, "missing cipher suite or digest")                               \
    X(22, MISSING_ROLE, "missing role")                                                            \
    X(23, MISSING_TRANSCRIPT_HASH, "missing transcript hash")                                      \
    X(24, MISSING_MESSAGES, "missing handshake messages")                                          \
    X(25, MISSING_LABEL, "missing label")                                                          \
    X(26, MISSING_TARGET, "missing target")                                                        \
    X(27, MISSING_TICKET_NONCE, "missing ticket nonce")                                            \
    X(28, UNKNOWN_PROTOCOL, "unknown protocol version")                                            \
    X(29, UNKNOWN_SUITE, "unknown cipher suite")                                                   \
    X(30, UNKNOWN_ROLE, "unknown role")                                                            \
    X(31, UNKNOWN_OUTPUT, "unknown output")                                                        \
    X(32, UNKNOWN_TARGET, "unknown target")                                                        \
    X(33, UNKNOWN_KIND, "unknown kind of key")                                                     \
    X(34, SUITE_NOT_IN_PROTOCOL, "cipher suite not in protocol")                                   \
    X(35, DIGEST_NOT_IN_PROTOCOL, "digest not in protocol")                                        \
    X(36, OUTPUT_NEEDS_SUITE, "output needs a cipher suite")                                       \
    X(37, OUTPUT_NOT_IN_TLS13, "output not in TLS 1.3")                                            \
    X(38, OUTPUT_ONLY_IN_TLS13, "output only in TLS 1.3")                                          \
    X(39, NOT_IN_PROTOCOL, "derivation not in protocol")                                           \
    X(40, RANDOMS_NOT_IN_TLS13, "randoms not in TLS 1.3")                                          \
    X(41, TARGET_HAS_NO_HANDLE, "target has no handle")                                            \
    X(42, SECRET_AND_HANDLE, "secret and handle given")                                            \
    X(43, SHARED_SECRET_AND_HANDLE, "shared secret and its handle given")                          \
    X(44, DIGEST_AND_HANDLE, "digest or properties given for a key object")                        \
    X(45, RANDOMS_AND_SESSION_HASH, "randoms and session hash given")                              \
    X(46, EXTENDED_MASTER_SECRET_REQUIRED, "extended master secret required")                      \
    X(47, LEGACY_NOT_ALLOWED, "legacy protocol or cipher suite not allowed")                       \
    X(48, REPEATED_PARAMETER, "repeated parameter")                                                \
    X(49, DIGEST_FIXED, "digest cannot be chosen")                                                 \
    X(50, INVALID_MODE, "invalid mode")                                                            \
    X(51, INVALID_KEY_HANDLE, "invalid key handle")                                                \
    X(52, KEY_HANDLE_OWNED, "key handle already has an owner")                                     \
    X(53, KEY_NOT_EXPORTABLE, "key not exportable")                                                \
    X(54, WRONG_KEY_KIND, "wrong kind of key")                                                     \
    X(55, KEY_MISMATCH, "protocol or cipher suite differs from the key's")                         \
    X(56, TOO_MANY_KEYS, "too many keys")                                                          \
    X(57, RANDOM_UNAVAILABLE, "random numbers not available")                                      \
    X(58, UNKNOWN_CONFIGURATION_KEY, "unknown configuration key")                                  \
    X(59, INVALID_CONFIGURATION_VALUE, "invalid configuration value")                              \
    X(60, MISSING_KEY, "missing key")                                                              \
    X(61, INVALID_KEY_LENGTH, "invalid key length")                                                \
    X(62, WRONG_OUTPUT_BUFFER_SIZE, "wrong output buffer size")                                    \
    X(63, XOF_DIGEST, "xof digests not allowed")                                                   \
    X(64, INVALID_QUERY, "invalid property query")                                                 \
    X(65, RESERVED_LABEL, "reserved label")                                                        \
    X(66, MISSING_SHARED_SECRET, "missing shared secret")                                          \
    X(67, PRE_SHARED_KEY_HASH, "hash differs from the pre-shared key's")                           \
    X(68, MISSING_CONNECTION_ID, "missing connection id")                                          \
    X(69, INVALID_CONNECTION_ID_LENGTH, "invalid connection id length")                            \
    X(70, SECRET_AND_CONNECTION_ID, "secret and connection id given")                              \
    X(71, INITIAL_SUITE, "cipher suite or digest not that of Initial packets")                     \
    X(72, OUTPUT_NOT_IN_PROTOCOL, "output not in protocol")

enum sslp_reason {
#define X(number, name, text) SSLP_REASON_##name = number,
    SSLP_REASONS(X)
#undef X
};

/* For OSSL_FUNC_PROVIDER_GET_REASON_STRINGS. */
extern const OSSL_ITEM sslp_reason_strings[];

/* Puts a reason on OpenSSL's error queue.  A detail may follow it: a text, or a format and its
 * arguments as for printf.  The value is 0, so that a function can fail with
 * `return sslp_raise(...)`. */
#define sslp_raise(provctx, reason)                                                                \
    (sslp_reason_raise(provctx, SSLP_REASON_##reason, __FILE__, __LINE__, __func__, NULL), 0)
#define sslp_raise_detail(provctx, reason, detail) sslp_raise_with(provctx, reason, "%s", detail)
#define sslp_raise_with(provctx, reason, ...)                                                      \
    (sslp_reason_raise(provctx, SSLP_REASON_##reason, __FILE__, __LINE__, __func__, __VA_ARGS__), 0)

/* For a text that is refused; 80 characters of it are shown. */
#define sslp_raise_value(provctx, reason, text, len)                                               \
    sslp_raise_with(provctx, reason, "%.*s", (int)((len) < 80 ? (len) : 80), text)

/* For a length where only one other is right, and for a length that is too large. */
#define sslp_raise_length(provctx, reason, len, right)                                             \
    sslp_raise_with(provctx, reason, "%zu, not %zu", (size_t)(len), (size_t)(right))
#define sslp_raise_longer(provctx, reason, len, most)                                              \
    sslp_raise_with(provctx, reason, "%zu, more than %zu", (size_t)(len), (size_t)(most))

/* The format may be NULL. */
void sslp_reason_raise(const struct sslp_provctx *provctx, uint32_t reason, const char *file,
    int line, const char *function, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Raises the reason for a status other than SSLP_OK.  The value is 0. */
int sslp_reason_raise_status(const struct sslp_provctx *provctx, enum sslp_status status,
    const char *file, int line, const char *function);

/* For the status of a layer below: raises the reason for it and is 0, or is 1 for SSLP_OK. */
#define sslp_raise_status(provctx, status)                                                         \
    sslp_reason_of_status(provctx, status, __FILE__, __LINE__, __func__)

static inline int sslp_reason_of_status(const struct sslp_provctx *provctx, enum sslp_status status,
    const char *file, int line, const char *function)
{
    return status == SSLP_OK || sslp_reason_raise_status(provctx, status, file, line, function);
}

#endif
