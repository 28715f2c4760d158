/* SPDX-License-Identifier: Apache-2.0
 *
 * Keying the PRFs; P_hash, on which those of TLS 1.0 to 1.2 are built; HKDF-Expand-Label as TLS 1.3
 * has it.
 */
#include "schedule/prf.h"

#include "base/wipe.h"
#include "schedule/hkdf.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>

enum sslp_status sslp_prf_key_init(
    struct sslp_prf_key *key, const struct sslp_prf *prf, struct sslp_bytes secret)
{
    enum sslp_status status = SSLP_OK;
    size_t half;

    key->prf = *prf;
    sslp_prf_key_reset(key);
    switch (prf->kind) {
    case SSLP_PRF_SSL3:
        key->ssl3_secret = secret;
        return SSLP_OK;
    case SSLP_PRF_TLS10:
        /* RFC 2246 section 5: the halves of an odd secret share its middle byte. */
        half = secret.len / 2 + secret.len % 2;
        status = sslp_hmac_key_init(&key->hmac_md5, prf->md5, sslp_bytes(secret.data, half));
        if (status == SSLP_OK)
            status = sslp_hmac_key_init(&key->hmac, prf->sha1,
                sslp_bytes(half == 0 ? NULL : secret.data + (secret.len - half), half));
        break;
    case SSLP_PRF_TLS12:
    case SSLP_PRF_TLS13:
        status = sslp_hmac_key_init(&key->hmac, prf->hash, secret);
        break;
    }
    if (status != SSLP_OK)
        sslp_prf_key_clear(key);
    return status;
}

void sslp_prf_key_clear(struct sslp_prf_key *key)
{
    sslp_hmac_key_clear(&key->hmac);
    sslp_hmac_key_clear(&key->hmac_md5);
    key->ssl3_secret = sslp_bytes(NULL, 0);
}

/* Label and seed as one run of bytes, with room before it for A(i) and behind it for padding, so
 * that each step of P_hash is a single hash input:
 *
 *     +-----------+------+--------------+---------+
 *     |           | A(i) | label + seed | padding |
 *     +-----------+------+--------------+---------+
 *                        ^ text
 */
enum { STACK_TEXT = 192 };

struct p_hash_input {
    uint8_t stack[SSLP_MAX_HASH + STACK_TEXT + SSLP_HMAC_PADDING];
    uint8_t *buffer; /* the stack, or owned where the text is longer */
    uint8_t *text;
    size_t text_len;
};

static enum sslp_status p_hash_input_init(struct p_hash_input *input, struct sslp_bytes label,
    const struct sslp_bytes seed[SSLP_SEED_PARTS])
{
    uint8_t *end;

    input->text_len = label.len;
    for (size_t i = 0; i < SSLP_SEED_PARTS; i++)
        input->text_len += seed[i].len;
    input->buffer = input->text_len <= STACK_TEXT
        ? input->stack
        : OPENSSL_malloc(SSLP_MAX_HASH + input->text_len + SSLP_HMAC_PADDING);
    if (input->buffer == NULL)
        return SSLP_ERR_MEMORY;
    input->text = input->buffer + SSLP_MAX_HASH;
    end = input->text;
    if (label.len != 0)
        memcpy(end, label.data, label.len);
    end += label.len;
    for (size_t i = 0; i < SSLP_SEED_PARTS; i++) {
        if (seed[i].len != 0)
            memcpy(end, seed[i].data, seed[i].len);
        end += seed[i].len;
    }
    return SSLP_OK;
}

static void p_hash_input_clear(struct p_hash_input *input)
{
    /* A(i) is a secret; label and seed are not. */
    sslp_wipe(input->buffer, SSLP_MAX_HASH);
    if (input->buffer != input->stack)
        OPENSSL_free(input->buffer);
}

/* P_hash (RFC 5246 section 5), or the xor of it and what is in `out`:
 *
 *   A(0) = label + seed,  A(i) = HMAC(secret, A(i-1))
 *   P_hash = HMAC(secret, A(1) + label + seed) + HMAC(secret, A(2) + label + seed) + ...
 */
static enum sslp_status p_hash(const struct sslp_hmac_key *key, struct sslp_hash_work *work,
    const struct p_hash_input *input, bool xor, uint8_t *out, size_t out_len)
{
    const size_t size = key->size;
    const struct sslp_bytes text = sslp_bytes(input->text, input->text_len);
    uint8_t *const a_and_text = input->text - size;
    uint8_t a[SSLP_MAX_HASH + SSLP_HMAC_PADDING], block[SSLP_MAX_HASH];
    const size_t a_and_text_blocks = sslp_hmac_pad(key, a_and_text, size + input->text_len);
    const size_t a_blocks = sslp_hmac_pad(key, a, size);
    enum sslp_status status = sslp_hmac(key, work, &text, 1, a);

    while (status == SSLP_OK) {
        const size_t take = out_len < size ? out_len : size;
        uint8_t *const to = !xor&&take == size ? out : block;

        memcpy(a_and_text, a, size);
        status =
            sslp_hmac_padded(key, work, a_and_text, size + input->text_len, a_and_text_blocks, to);
        if (xor) {
            for (size_t i = 0; status == SSLP_OK && i < take; i++)
                out[i] ^= block[i];
        } else if (to == block && status == SSLP_OK) {
            memcpy(out, block, take);
        }
        out += take;
        out_len -= take;
        if (out_len == 0)
            break;
        if (status == SSLP_OK)
            status = sslp_hmac_padded(key, work, a, size, a_blocks, a);
    }
    sslp_wipe(a, SSLP_MAX_HASH);
    sslp_wipe(block, sizeof(block));
    return status;
}

enum sslp_status sslp_prf_expand(const struct sslp_prf_key *key, struct sslp_bytes label,
    const struct sslp_bytes seed[SSLP_SEED_PARTS], uint8_t *out, size_t out_len)
{
    struct p_hash_input input;
    struct sslp_hash_work work;
    enum sslp_status status;

    if (out_len == 0)
        return SSLP_ERR_OUTPUT_LENGTH;
    status = p_hash_input_init(&input, label, seed);
    if (status != SSLP_OK)
        return status;
    sslp_hash_work_init(&work);
    status = p_hash(&key->hmac, &work, &input, false, out, out_len);
    if (status == SSLP_OK && key->prf.kind == SSLP_PRF_TLS10)
        status = p_hash(&key->hmac_md5, &work, &input, true, out, out_len);
    sslp_hash_work_clear(&work);
    p_hash_input_clear(&input);
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, out_len);
    return status;
}

enum sslp_status sslp_prf_expand_label(const struct sslp_prf_key *key,
    const struct sslp_protocol *protocol, struct sslp_bytes label, struct sslp_bytes context,
    uint8_t *out, size_t out_len)
{
    struct sslp_hkdf_label full = {.label = label, .context = context};

    if (protocol->labels == NULL)
        return SSLP_ERR_NOT_IN_PROTOCOL;
    full.prefix = sslp_text(protocol->labels->prefix);
    return out_len == 0 ? SSLP_ERR_OUTPUT_LENGTH
                        : sslp_hkdf_expand_label(&key->hmac, &full, out, out_len);
}
