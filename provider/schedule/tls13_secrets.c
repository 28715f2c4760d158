/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/tls13_secrets.h"

#include "schedule/hkdf.h"

#include <openssl/crypto.h>

/* HKDF-Extract, where Hash.length zeros replace a missing PSK or (EC)DHE secret. */
static enum sslp_status tls13_extract(
    const struct sslp_prf *hkdf, struct sslp_bytes salt, struct sslp_bytes input, uint8_t *out)
{
    static const uint8_t zeros[SSLP_MAX_HASH];

    if (input.len == 0)
        input = sslp_bytes(zeros, hkdf->hash->size);
    return sslp_hkdf_extract(hkdf->hash, salt, input, out);
}

enum sslp_status sslp_early_secret(const struct sslp_prf *hkdf, struct sslp_bytes psk, uint8_t *out)
{
    return tls13_extract(hkdf, sslp_bytes(NULL, 0), psk, out);
}

enum sslp_status sslp_early_secret_is_public(
    const struct sslp_prf *hkdf, struct sslp_bytes secret, bool *is_public)
{
    uint8_t constant[SSLP_MAX_HASH];
    enum sslp_status status = sslp_early_secret(hkdf, sslp_bytes(NULL, 0), constant);

    *is_public = status == SSLP_OK && secret.len == hkdf->hash->size &&
        CRYPTO_memcmp(secret.data, constant, secret.len) == 0;
    return status;
}

/* HKDF-Expand-Label to the length of the hash. */
static enum sslp_status tls13_expand(const struct sslp_prf_key *secret,
    const struct sslp_protocol *protocol, struct sslp_bytes label, struct sslp_bytes context,
    uint8_t *out)
{
    return sslp_prf_expand_label(secret, protocol, label, context, out, secret->hmac.size);
}

enum sslp_status sslp_derive_secret_empty(const struct sslp_prf_key *secret,
    const struct sslp_protocol *protocol, struct sslp_bytes label, uint8_t *out)
{
    const struct sslp_hash *hash = secret->prf.hash;
    uint8_t empty_hash[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    enum sslp_status status;

    sslp_hash_work_init(&work);
    status = sslp_hash_digest(hash, &work, NULL, 0, empty_hash);
    sslp_hash_work_clear(&work);
    if (status == SSLP_OK)
        return tls13_expand(secret, protocol, label, sslp_bytes(empty_hash, hash->size), out);
    OPENSSL_cleanse(out, hash->size);
    return status;
}

/* The handshake secret and the master secret: the salt is derived from the secret before. */
static enum sslp_status tls13_extract_next(const struct sslp_prf_key *secret,
    const struct sslp_protocol *protocol, struct sslp_bytes input, uint8_t *out)
{
    const size_t size = secret->hmac.size;
    uint8_t salt[SSLP_MAX_HASH];
    enum sslp_status status =
        sslp_derive_secret_empty(secret, protocol, SSLP_LABEL("derived"), salt);

    if (status == SSLP_OK)
        status = tls13_extract(&secret->prf, sslp_bytes(salt, size), input, out);
    else
        OPENSSL_cleanse(out, size);
    OPENSSL_cleanse(salt, sizeof(salt));
    return status;
}

enum sslp_status sslp_initial_secret(const struct sslp_tls13_arrow *arrow,
    const struct sslp_protocol *protocol, const struct sslp_prf *hkdf,
    struct sslp_bytes connection_id, uint8_t *out)
{
    const uint8_t *salt = protocol->labels->initial_salt;
    uint8_t initial[SSLP_MAX_HASH];
    struct sslp_prf_key key = {0};
    enum sslp_status status = SSLP_ERR_NOT_IN_PROTOCOL;

    if (salt != NULL)
        status = sslp_hkdf_extract(
            hkdf->hash, sslp_bytes(salt, SSLP_INITIAL_SALT_LEN), connection_id, initial);
    if (status == SSLP_OK)
        status = sslp_prf_key_init(&key, hkdf, sslp_bytes(initial, hkdf->hash->size));
    if (status == SSLP_OK)
        status = tls13_expand(&key, protocol, sslp_text(arrow->label), sslp_bytes(NULL, 0), out);
    else
        OPENSSL_cleanse(out, hkdf->hash->size);
    sslp_prf_key_clear(&key);
    OPENSSL_cleanse(initial, sizeof(initial));
    return status;
}

enum sslp_status sslp_tls13_derive(const struct sslp_tls13_arrow *arrow,
    const struct sslp_protocol *protocol, const struct sslp_prf_key *secret,
    struct sslp_bytes input, uint8_t *out)
{
    const struct sslp_bytes label = sslp_text(arrow->label != NULL ? arrow->label : "");

    switch (arrow->input) {
    case SSLP_INPUT_PRE_SHARED_KEY:
        return sslp_early_secret(&secret->prf, input, out);
    case SSLP_INPUT_SHARED_SECRET:
        return tls13_extract_next(secret, protocol, input, out);
    case SSLP_INPUT_ZEROS:
        return tls13_extract_next(secret, protocol, sslp_bytes(NULL, 0), out);
    case SSLP_INPUT_CONNECTION_ID:
        return sslp_initial_secret(arrow, protocol, &secret->prf, input, out);
    case SSLP_INPUT_EMPTY_HASH:
        return sslp_derive_secret_empty(secret, protocol, label, out);
    case SSLP_INPUT_NOTHING:
        return tls13_expand(
            secret, protocol, sslp_text(protocol->labels->next_traffic), sslp_bytes(NULL, 0), out);
    case SSLP_INPUT_TRANSCRIPT_HASH:
        if (input.len == secret->hmac.size)
            return tls13_expand(secret, protocol, label, input, out);
        break;
    case SSLP_INPUT_TICKET_NONCE:
        return tls13_expand(secret, protocol, label, input, out);
    }
    OPENSSL_cleanse(out, secret->hmac.size);
    return SSLP_ERR_HASH_LENGTH;
}
