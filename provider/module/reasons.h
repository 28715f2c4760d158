/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider's own error reasons: what `openssl kdf` prints.  One list gives the numbers and the
 * texts.
 */
#ifndef SSLP_MODULE_REASONS_H
#define SSLP_MODULE_REASONS_H

#include "base/status.h"

#include <openssl/core.h>

struct sslp_provctx;

/* X(name, text), in the order of the numbers.  Texts are public: they stand in the manual. */
#define SSLP_REASONS(X)                                                                            \
    X(SELF_TEST_FAILED, "self-test failed, the provider is closed")                                \
    X(HASH_UNAVAILABLE, "hash not available")                                                      \
    X(HASH_FAILED, "hash computation failed")                                                      \
    X(INVALID_OUTPUT_LENGTH, "invalid output length")                                              \
    X(INVALID_SECRET_LENGTH, "invalid secret length")                                              \
    X(INVALID_RANDOM_LENGTH, "invalid random length")                                              \
    X(INVALID_SESSION_HASH_LENGTH, "invalid session hash length")                                  \
    X(INVALID_TRANSCRIPT_HASH_LENGTH, "invalid transcript hash length")                            \
    X(INVALID_CONTEXT_LENGTH, "invalid context length")                                            \
    X(INVALID_LABEL_LENGTH, "invalid label length")                                                \
    X(INVALID_TICKET_NONCE_LENGTH, "invalid ticket nonce length")                                  \
    X(INVALID_PARAMETER_TYPE, "invalid parameter type")                                            \
    X(UNKNOWN_PARAMETER, "unknown parameter for a key")                                            \
    X(MISSING_SECRET, "missing secret")                                                            \
    X(MISSING_MESSAGE_DIGEST, "missing message digest")                                            \
    X(MISSING_SEED, "missing seed")                                                                \
    X(MISSING_CLIENT_RANDOM, "missing client random")                                              \
    X(MISSING_SERVER_RANDOM, "missing server random")                                              \
    X(MISSING_PROTOCOL, "missing protocol version")                                                \
    X(MISSING_SUITE, "missing cipher suite")                                                       \
    X(MISSING_SUITE_OR_DIGEST, "missing cipher suite or digest")                                   \
    X(MISSING_ROLE, "missing role")                                                                \
    X(MISSING_TRANSCRIPT_HASH, "missing transcript hash")                                          \
    X(MISSING_MESSAGES, "missing handshake messages")                                              \
    X(MISSING_LABEL, "missing label")                                                              \
    X(MISSING_TARGET, "missing target")                                                            \
    X(MISSING_TICKET_NONCE, "missing ticket nonce")                                                \
    X(UNKNOWN_PROTOCOL, "unknown protocol version")                                                \
    X(UNKNOWN_SUITE, "unknown cipher suite")                                                       \
    X(UNKNOWN_ROLE, "unknown role")                                                                \
    X(UNKNOWN_OUTPUT, "unknown output")                                                            \
    X(UNKNOWN_TARGET, "unknown target")                                                            \
    X(UNKNOWN_KIND, "unknown kind of key")                                                         \
    X(SUITE_NOT_IN_PROTOCOL, "cipher suite not in protocol")                                       \
    X(DIGEST_NOT_IN_PROTOCOL, "digest not in protocol")                                            \
    X(OUTPUT_NEEDS_SUITE, "output needs a cipher suite")                                           \
    X(OUTPUT_NOT_IN_TLS13, "output not in TLS 1.3")                                                \
    X(OUTPUT_ONLY_IN_TLS13, "output only in TLS 1.3")                                              \
    X(NOT_IN_PROTOCOL, "derivation not in protocol")                                               \
    X(RANDOMS_NOT_IN_TLS13, "randoms not in TLS 1.3")                                              \
    X(TARGET_HAS_NO_HANDLE, "target has no handle")                                                \
    X(SECRET_AND_HANDLE, "secret and handle given")                                                \
    X(SHARED_SECRET_AND_HANDLE, "shared secret and its handle given")                              \
    X(DIGEST_AND_HANDLE, "digest or properties given for a key object")                            \
    X(RANDOMS_AND_SESSION_HASH, "randoms and session hash given")                                  \
    X(EXTENDED_MASTER_SECRET_REQUIRED, "extended master secret required")                          \
    X(LEGACY_NOT_ALLOWED, "legacy protocol or cipher suite not allowed")                           \
    X(REPEATED_PARAMETER, "repeated parameter")                                                    \
    X(DIGEST_FIXED, "digest cannot be chosen")                                                     \
    X(INVALID_MODE, "invalid mode")                                                                \
    X(INVALID_KEY_HANDLE, "invalid key handle")                                                    \
    X(KEY_HANDLE_OWNED, "key handle already has an owner")                                         \
    X(KEY_NOT_EXPORTABLE, "key not exportable")                                                    \
    X(WRONG_KEY_KIND, "wrong kind of key")                                                         \
    X(KEY_MISMATCH, "protocol or cipher suite differs from the key's")                             \
    X(TOO_MANY_KEYS, "too many keys")                                                              \
    X(RANDOM_UNAVAILABLE, "random numbers not available")                                          \
    X(UNKNOWN_CONFIGURATION_KEY, "unknown configuration key")                                      \
    X(INVALID_CONFIGURATION_VALUE, "invalid configuration value")                                  \
    X(MISSING_KEY, "missing key")                                                                  \
    X(INVALID_KEY_LENGTH, "invalid key length")                                                    \
    X(WRONG_OUTPUT_BUFFER_SIZE, "wrong output buffer size")                                        \
    X(XOF_DIGEST, "xof digests not allowed")                                                       \
    X(INVALID_QUERY, "invalid property query")                                                     \
    X(RESERVED_LABEL, "reserved label")                                                            \
    X(MISSING_SHARED_SECRET, "missing shared secret")                                              \
    X(PRE_SHARED_KEY_HASH, "hash differs from the pre-shared key's")

enum sslp_reason {
    SSLP_REASON_NONE,
#define X(name, text) SSLP_REASON_##name,
    SSLP_REASONS(X)
#undef X
};

/* For OSSL_FUNC_PROVIDER_GET_REASON_STRINGS. */
extern const OSSL_ITEM sslp_reason_strings[];

/* Puts a reason on OpenSSL's error queue, with an optional detail after it: a text, or a format as
 * for printf with what it takes.  The value is 0, so that a function can fail with
 * `return sslp_raise(...)`. */
#define sslp_raise(provctx, reason)                                                                \
    (sslp_reason_raise(provctx, SSLP_REASON_##reason, __FILE__, __LINE__, __func__), 0)
#define sslp_raise_detail(provctx, reason, detail) sslp_raise_with(provctx, reason, "%s", detail)
#define sslp_raise_with(provctx, reason, ...)                                                      \
    (sslp_reason_raise_with(                                                                       \
         provctx, SSLP_REASON_##reason, __FILE__, __LINE__, __func__, __VA_ARGS__),                \
        0)

/* For a value that is refused, of which a line shows enough. */
#define sslp_raise_value(provctx, reason, text, len)                                               \
    sslp_raise_with(provctx, reason, "%.*s", (int)((len) < 80 ? (len) : 80), text)

/* For a length that is not the only right one, and for one that is too large. */
#define sslp_raise_length(provctx, reason, len, right)                                             \
    sslp_raise_with(provctx, reason, "%zu, not %zu", (size_t)(len), (size_t)(right))
#define sslp_raise_longer(provctx, reason, len, most)                                              \
    sslp_raise_with(provctx, reason, "%zu, more than %zu", (size_t)(len), (size_t)(most))

/* The same for what the layers below report; raises nothing and is 1 for SSLP_OK. */
#define sslp_raise_status(provctx, status)                                                         \
    sslp_reason_raise_status(provctx, status, __FILE__, __LINE__, __func__)

void sslp_reason_raise(const struct sslp_provctx *provctx, enum sslp_reason reason,
    const char *file, int line, const char *function);
void sslp_reason_raise_with(const struct sslp_provctx *provctx, enum sslp_reason reason,
    const char *file, int line, const char *function, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
int sslp_reason_raise_status(const struct sslp_provctx *provctx, enum sslp_status status,
    const char *file, int line, const char *function);

#endif
