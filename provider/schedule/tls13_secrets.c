/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/tls13_secrets.h"

#include "schedule/hkdf.h"

#include <openssl/crypto.h>

/* In the place of a pre-shared key or a shared secret that there is not stand zeros. */
static enum sslp_status extract(
    const struct sslp_prf *hkdf, struct sslp_bytes salt, struct sslp_bytes input, uint8_t *out)
{
    static const uint8_t zeros[SSLP_MAX_HASH];

    if (input.len == 0)
        input = sslp_bytes(zeros, hkdf->hash->size);
    return sslp_hkdf_extract(hkdf->hash, salt, input, out);
}

static enum sslp_status expand(const struct sslp_prf_key *secret, struct sslp_bytes label,
    struct sslp_bytes context, uint8_t *out)
{
    return sslp_prf_expand_label(secret, label, context, out, secret->hmac.size);
}

/* Derive-Secret over messages that the caller has hashed. */
static enum sslp_status derive_secret(const struct sslp_prf_key *secret, struct sslp_bytes label,
    struct sslp_bytes transcript_hash, uint8_t *out)
{
    if (transcript_hash.len == secret->hmac.size)
        return expand(secret, label, transcript_hash, out);
    OPENSSL_cleanse(out, secret->hmac.size);
    return SSLP_ERR_HASH_LENGTH;
}

enum sslp_status sslp_derive_secret_of_nothing(
    const struct sslp_prf_key *secret, struct sslp_bytes label, uint8_t *out)
{
    const struct sslp_hash *hash = secret->prf.hash;
    uint8_t nothing[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    enum sslp_status status;

    sslp_hash_work_init(&work);
    status = sslp_hash_digest(hash, &work, NULL, 0, nothing);
    sslp_hash_work_clear(&work);
    if (status == SSLP_OK)
        return expand(secret, label, sslp_bytes(nothing, hash->size), out);
    OPENSSL_cleanse(out, hash->size);
    return status;
}

/* The next secret of the left column: its salt is derived from the one before. */
static enum sslp_status extract_next(
    const struct sslp_prf_key *secret, struct sslp_bytes input, uint8_t *out)
{
    const size_t size = secret->hmac.size;
    uint8_t salt[SSLP_MAX_HASH];
    enum sslp_status status = sslp_derived_secret(secret, sslp_bytes(NULL, 0), salt);

    if (status == SSLP_OK)
        status = extract(&secret->prf, sslp_bytes(salt, size), input, out);
    else
        OPENSSL_cleanse(out, size);
    OPENSSL_cleanse(salt, sizeof(salt));
    return status;
}

enum sslp_status sslp_early_secret(const struct sslp_prf *hkdf, struct sslp_bytes psk, uint8_t *out)
{
    return extract(hkdf, sslp_bytes(NULL, 0), psk, out);
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

enum sslp_status sslp_ext_binder_key(
    const struct sslp_prf_key *early_secret, struct sslp_bytes nothing, uint8_t *out)
{
    (void)nothing;
    return sslp_derive_secret_of_nothing(early_secret, SSLP_LABEL("ext binder"), out);
}

enum sslp_status sslp_res_binder_key(
    const struct sslp_prf_key *early_secret, struct sslp_bytes nothing, uint8_t *out)
{
    (void)nothing;
    return sslp_derive_secret_of_nothing(early_secret, SSLP_LABEL("res binder"), out);
}

enum sslp_status sslp_client_early_traffic_secret(
    const struct sslp_prf_key *early_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(early_secret, SSLP_LABEL("c e traffic"), transcript_hash, out);
}

enum sslp_status sslp_early_exporter_secret(
    const struct sslp_prf_key *early_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(early_secret, SSLP_LABEL("e exp master"), transcript_hash, out);
}

enum sslp_status sslp_derived_secret(
    const struct sslp_prf_key *secret, struct sslp_bytes nothing, uint8_t *out)
{
    (void)nothing;
    return sslp_derive_secret_of_nothing(secret, SSLP_LABEL("derived"), out);
}

enum sslp_status sslp_handshake_secret(
    const struct sslp_prf_key *early_secret, struct sslp_bytes shared_secret, uint8_t *out)
{
    return extract_next(early_secret, shared_secret, out);
}

enum sslp_status sslp_client_handshake_traffic_secret(
    const struct sslp_prf_key *handshake_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(handshake_secret, SSLP_LABEL("c hs traffic"), transcript_hash, out);
}

enum sslp_status sslp_server_handshake_traffic_secret(
    const struct sslp_prf_key *handshake_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(handshake_secret, SSLP_LABEL("s hs traffic"), transcript_hash, out);
}

enum sslp_status sslp_tls13_master_secret(
    const struct sslp_prf_key *handshake_secret, struct sslp_bytes nothing, uint8_t *out)
{
    (void)nothing;
    return extract_next(handshake_secret, sslp_bytes(NULL, 0), out);
}

enum sslp_status sslp_client_application_traffic_secret(
    const struct sslp_prf_key *master_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(master_secret, SSLP_LABEL("c ap traffic"), transcript_hash, out);
}

enum sslp_status sslp_server_application_traffic_secret(
    const struct sslp_prf_key *master_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(master_secret, SSLP_LABEL("s ap traffic"), transcript_hash, out);
}

enum sslp_status sslp_exporter_secret(
    const struct sslp_prf_key *master_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(master_secret, SSLP_LABEL("exp master"), transcript_hash, out);
}

enum sslp_status sslp_resumption_secret(
    const struct sslp_prf_key *master_secret, struct sslp_bytes transcript_hash, uint8_t *out)
{
    return derive_secret(master_secret, SSLP_LABEL("res master"), transcript_hash, out);
}

enum sslp_status sslp_ticket_pre_shared_key(
    const struct sslp_prf_key *resumption_secret, struct sslp_bytes ticket_nonce, uint8_t *out)
{
    return expand(resumption_secret, SSLP_LABEL("resumption"), ticket_nonce, out);
}

enum sslp_status sslp_next_traffic_secret(
    const struct sslp_prf_key *traffic_secret, struct sslp_bytes nothing, uint8_t *out)
{
    (void)nothing;
    return expand(traffic_secret, SSLP_LABEL("traffic upd"), sslp_bytes(NULL, 0), out);
}
