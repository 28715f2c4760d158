/* SPDX-License-Identifier: Apache-2.0
 *
 * The record MAC: HMAC in TLS and DTLS (RFC 5246 section 6.2.3.1), its predecessor in SSL 3.0
 * (RFC 6101 section 5.2.3.1), and the check of MAC-then-encrypt CBC records in constant time.  A
 * decrypted body is a secret until its MAC is verified, padding_length included.  An attacker who
 * learns that from timing or from the answer decrypts the connection byte by byte (Vaudenay's
 * padding oracle; Lucky Thirteen of AlFardan and Paterson).
 */
#include "base/ct.h"
#include "base/wipe.h"
#include "shim/core/errors.h"
#include "shim/core/ossl_params.h"
#include "shim/records/protection.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum {
    SSL3_MD5_PAD_LEN = 48, /* RFC 6101 section 5.2.3.1 */
    SSL3_SHA1_PAD_LEN = 40,
    SSL3_MAX_PAD_LEN = SSL3_MD5_PAD_LEN,
    SSL3_PSEUDO_HEADER_LEN = 11,
    MAX_PADDING = 256, /* with padding_length itself */
    MAC_FRAMES = 2048  /* more than the frames of libcrypto's HMAC of a secret length take */
};

static bool record_is_ssl3(const struct sslp_record_state *state)
{
    return sslp_protocol_is_ssl3(state->keys.protocol);
}

static SECURITY_STATUS hmac_setup(struct sslp_record_state *state)
{
    const OSSL_PARAM params[] = {
        sslp_params_text(OSSL_MAC_PARAM_DIGEST, sslp_hash_id_name(state->keys.suite->mac)),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac;
    const SECURITY_STATUS status = sslp_algorithms_mac(state->algorithms, "HMAC", &hmac);

    if (status != ERROR_SUCCESS)
        return status;
    state->hmac = EVP_MAC_CTX_new(hmac);
    if (state->hmac == NULL)
        return NTE_NO_MEMORY;
    if (EVP_MAC_init(state->hmac, state->mac_key, state->keys.mac_key.len, params) != 1)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    /* Needed for constant time: see hmac_secret_len. */
    if (OSSL_PARAM_locate_const(
            EVP_MAC_CTX_settable_params(state->hmac), OSSL_MAC_PARAM_TLS_DATA_SIZE) == NULL)
        return NTE_NOT_SUPPORTED;
    return ERROR_SUCCESS;
}

/* A hash that has absorbed the MAC key and pad_1 or pad_2. */
static bool ssl3_mac_start(
    const struct sslp_record_state *state, EVP_MD_CTX *hash, const EVP_MD *md, uint8_t pad)
{
    const size_t pad_len =
        state->keys.suite->mac == SSLP_HASH_MD5 ? SSL3_MD5_PAD_LEN : SSL3_SHA1_PAD_LEN;
    uint8_t padding[SSL3_MAX_PAD_LEN];

    memset(padding, pad, sizeof(padding));
    return EVP_DigestInit_ex2(hash, md, NULL) == 1 &&
        EVP_DigestUpdate(hash, state->mac_key, state->keys.mac_key.len) == 1 &&
        EVP_DigestUpdate(hash, padding, pad_len) == 1;
}

static SECURITY_STATUS ssl3_mac_setup(struct sslp_record_state *state)
{
    EVP_MD *md;
    const SECURITY_STATUS status =
        sslp_algorithms_digest(state->algorithms, sslp_hash_id_name(state->keys.suite->mac), &md);

    if (status != ERROR_SUCCESS)
        return status;
    state->ssl3_inner = EVP_MD_CTX_new();
    state->ssl3_outer = EVP_MD_CTX_new();
    state->ssl3_scratch = EVP_MD_CTX_new();
    if (state->ssl3_inner == NULL || state->ssl3_outer == NULL || state->ssl3_scratch == NULL)
        return NTE_NO_MEMORY;
    return ssl3_mac_start(state, state->ssl3_inner, md, 0x36) &&
            ssl3_mac_start(state, state->ssl3_outer, md, 0x5C)
        ? ERROR_SUCCESS
        : sslp_errors_refusal(NTE_INTERNAL_ERROR);
}

SECURITY_STATUS sslp_record_mac_setup(struct sslp_record_state *state)
{
    return record_is_ssl3(state) ? ssl3_mac_setup(state) : hmac_setup(state);
}

/* hash(key + pad_2 + hash(key + pad_1 + seq_num + type + length + content)); no version. */
static bool ssl3_mac(struct sslp_record_state *state, const struct sslp_record_context *context,
    struct sslp_bytes data, uint8_t *mac)
{
    EVP_MD_CTX *hash = state->ssl3_scratch;
    uint8_t header[SSL3_PSEUDO_HEADER_LEN];
    uint8_t inner[EVP_MAX_MD_SIZE];
    unsigned inner_len = 0;
    bool done;

    sslp_record_put64(header, context->sequence_number);
    header[8] = context->content_type;
    sslp_record_put16(header + 9, data.len);
    done = EVP_MD_CTX_copy_ex(hash, state->ssl3_inner) == 1 &&
        EVP_DigestUpdate(hash, header, sizeof(header)) == 1 &&
        EVP_DigestUpdate(hash, data.data, data.len) == 1 &&
        EVP_DigestFinal_ex(hash, inner, &inner_len) == 1 &&
        EVP_MD_CTX_copy_ex(hash, state->ssl3_outer) == 1 &&
        EVP_DigestUpdate(hash, inner, inner_len) == 1 && EVP_DigestFinal_ex(hash, mac, NULL) == 1;
    /* A context that a failed copy left half made cannot be copied to again. */
    if (!done)
        (void)EVP_MD_CTX_reset(hash);
    OPENSSL_cleanse(inner, sizeof(inner));
    return done;
}

/* With a context that holds the key. */
static bool hmac_finish(const struct sslp_record_state *state, EVP_MAC_CTX *keyed,
    const struct sslp_record_context *context, struct sslp_bytes data, uint8_t *mac)
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];
    size_t mac_len = 0;
    bool done;

    sslp_record_pseudo_header(state, context, data.len, header);
    done = EVP_MAC_update(keyed, header, sizeof(header)) == 1 &&
        EVP_MAC_update(keyed, data.data, data.len) == 1 &&
        EVP_MAC_final(keyed, mac, &mac_len, state->mac_len) == 1 && mac_len == state->mac_len;
    OPENSSL_cleanse(header, sizeof(header)); /* a length that may be secret */
    return done;
}

bool sslp_record_mac(struct sslp_record_state *state, const struct sslp_record_context *context,
    struct sslp_bytes data, uint8_t *mac)
{
    if (record_is_ssl3(state))
        return ssl3_mac(state, context, data, mac);
    return EVP_MAC_init(state->hmac, NULL, 0, NULL) == 1 &&
        hmac_finish(state, state->hmac, context, data, mac);
}

enum sslp_opening sslp_record_mac_matches(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes data, const uint8_t *received)
{
    uint8_t mac[SSLP_MAX_MAC];
    enum sslp_opening opening = SSLP_NOT_COMPUTED;

    if (sslp_record_mac(state, context, data, mac))
        opening =
            CRYPTO_memcmp(mac, received, state->mac_len) == 0 ? SSLP_OPENED : SSLP_NOT_GENUINE;
    OPENSSL_cleanse(mac, sizeof(mac));
    return opening;
}

/* Wipes what a function that was called from the same place has left below its caller's frame. */
__attribute__((noinline)) static void wipe_stack_below(void)
{
    uint8_t below[MAC_FRAMES];

    sslp_wipe(below, sizeof(below));
}

/* HMAC over the first bytes of the body, plaintext.len of them, which is secret.  Told the public
 * length of the whole body, libcrypto's HMAC runs over all of it and picks the hash state at the
 * true end by masks (EVP_MAC-HMAC(7), "tls-data-size"; header and content come in one update each).
 * The setting cannot be taken back, so it is made on a copy of the keyed context.  libcrypto leaves
 * the key pad of the outer hash on the stack (RFC 2104). */
static bool hmac_secret_len(struct sslp_record_state *state,
    const struct sslp_record_context *context, size_t body_len, struct sslp_bytes plaintext,
    uint8_t mac[SSLP_MAX_MAC])
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_TLS_DATA_SIZE, &body_len),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *copy = EVP_MAC_CTX_dup(state->hmac);
    const bool done = copy != NULL && EVP_MAC_CTX_set_params(copy, params) == 1 &&
        hmac_finish(state, copy, context, plaintext, mac);

    wipe_stack_below();
    EVP_MAC_CTX_free(copy);
    return done;
}

/* The same for SSL 3.0, whose MAC no library computes that way.  Its padding is shorter than a
 * block, so there are at most 16 lengths: the MAC of each is computed, and one is kept. */
static bool ssl3_mac_secret_len(struct sslp_record_state *state,
    const struct sslp_record_context *context, size_t body_len, struct sslp_bytes plaintext,
    uint8_t mac[SSLP_MAX_MAC])
{
    const size_t longest = body_len - state->mac_len - 1;
    const size_t most_padding = state->keys.suite->cipher->block_len - 1U;
    const size_t shortest = longest < most_padding ? 0 : longest - most_padding;
    uint8_t candidate[SSLP_MAX_MAC];
    bool done = true;

    for (size_t len = shortest; len <= longest && done; len++) {
        done = ssl3_mac(state, context, sslp_bytes(plaintext.data, len), candidate);
        if (done)
            sslp_ct_copy_if(sslp_ct_equal(len, plaintext.len), mac, candidate, state->mac_len);
    }
    OPENSSL_cleanse(candidate, sizeof(candidate));
    return done;
}

/* A mask: whether the last bytes of the body are a padding and leave room for the MAC.  RFC 5246
 * section 6.2.3.2: each byte of the padding holds padding_length.  RFC 6101 section 5.2.3.2: only
 * the last byte is defined, and the padding is shorter than a block. */
static size_t padding_is_valid(
    const struct sslp_record_state *state, struct sslp_bytes body, size_t padding_len)
{
    const size_t scan = body.len < MAX_PADDING ? body.len : MAX_PADDING;
    const size_t fits = sslp_ct_at_least(body.len, state->mac_len + 1 + padding_len);
    size_t difference = 0;

    if (record_is_ssl3(state))
        return fits & sslp_ct_less(padding_len, state->keys.suite->cipher->block_len);
    for (size_t i = 0; i < scan; i++) {
        const size_t byte = body.data[body.len - 1 - i];

        difference |= (byte ^ padding_len) & sslp_ct_at_least(padding_len, i);
    }
    return fits & sslp_ct_is_zero(difference);
}

/* A mask: whether the MAC stands at the secret offset plaintext_len.  The bytes in which it may
 * stand are copied, and the copy is moved down by each binary digit of the offset or left where it
 * is, until a MAC at that offset stands in front. */
static size_t mac_stands_at(const struct sslp_record_state *state, struct sslp_bytes body,
    size_t plaintext_len, const uint8_t *mac)
{
    const size_t last = body.len - state->mac_len - 1;
    const size_t first = last < MAX_PADDING - 1 ? 0 : last - (MAX_PADDING - 1);
    const size_t distance = plaintext_len - first;
    uint8_t window[MAX_PADDING - 1 + SSLP_MAX_MAC] = {0};
    size_t difference;

    memcpy(window, body.data + first, last - first + state->mac_len);
    for (size_t step = MAX_PADDING / 2; step != 0; step /= 2) {
        sslp_ct_copy_if(
            ~sslp_ct_is_zero(distance & step), window, window + step, step - 1 + state->mac_len);
    }
    difference = sslp_ct_difference(window, mac, state->mac_len);
    OPENSSL_cleanse(window, sizeof(window));
    return sslp_ct_is_zero(difference);
}

enum sslp_opening sslp_record_mac_padded_matches(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes decrypted, size_t *plaintext_len)
{
    uint8_t mac[SSLP_MAX_MAC] = {0};
    size_t padding_len, genuine, len;
    struct sslp_bytes plaintext;
    bool computed;

    /* No room for MAC and padding_length.  The length of the record is public. */
    if (decrypted.len < state->mac_len + 1)
        return SSLP_NOT_GENUINE;
    padding_len = decrypted.data[decrypted.len - 1];
    genuine = padding_is_valid(state, decrypted, padding_len);
    /* A bad padding counts as none, so that the MAC costs as much as for a good one (RFC 5246
     * section 6.2.3.2). */
    len = decrypted.len - state->mac_len - 1 - (padding_len & genuine);
    plaintext = sslp_bytes(decrypted.data, len);
    computed = record_is_ssl3(state)
        ? ssl3_mac_secret_len(state, context, decrypted.len, plaintext, mac)
        : hmac_secret_len(state, context, decrypted.len, plaintext, mac);
    genuine &= mac_stands_at(state, decrypted, len, mac);
    genuine &= sslp_ct_at_least(SSLP_MAX_PLAINTEXT, len);
    OPENSSL_cleanse(mac, sizeof(mac));
    *plaintext_len = len;
    /* No byte of the record decides whether libcrypto has memory. */
    if (!computed)
        return SSLP_NOT_COMPUTED;
    return genuine != 0 ? SSLP_OPENED : SSLP_NOT_GENUINE;
}
