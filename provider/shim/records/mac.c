/* SPDX-License-Identifier: Apache-2.0
 *
 * The record MAC: HMAC in TLS and DTLS (RFC 5246 section 6.2.3.1), its forerunner in SSL 3.0
 * (RFC 6101 section 5.2.3.1), and the verification of MAC-then-encrypt CBC records in constant
 * time.  What a decrypted body holds is a secret until its MAC is verified, its padding length
 * included: an attacker who learns that from timing or from the answer decrypts the connection byte
 * by byte (Vaudenay's padding oracle; Lucky Thirteen of AlFardan and Paterson).
 */
#include "base/ct.h"
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

enum {
    SSL3_MD5_PAD_LEN = 48, /* RFC 6101 section 5.2.3.1 */
    SSL3_SHA1_PAD_LEN = 40,
    SSL3_MAX_PAD_LEN = SSL3_MD5_PAD_LEN,
    SSL3_PSEUDO_HEADER_LEN = 11,
    MAX_PADDING = 256 /* the length byte included */
};

static bool is_ssl3(const struct sslp_record *record)
{
    return sslp_protocol_is_ssl3(record->protocol);
}

static SECURITY_STATUS setup_hmac(struct sslp_record *record, OSSL_LIB_CTX *libctx)
{
    char digest[16];
    OSSL_PARAM params[2];
    EVP_MAC *hmac = EVP_MAC_fetch(libctx, "HMAC", NULL);

    if (hmac == NULL)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    record->hmac = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    if (record->hmac == NULL)
        return NTE_NO_MEMORY;
    OPENSSL_strlcpy(digest, sslp_hash_id_name(record->suite->mac), sizeof(digest));
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
    params[1] = OSSL_PARAM_construct_end();
    if (EVP_MAC_init(record->hmac, record->mac_key,
            sslp_record_piece_len(record, SSLP_PIECE_MAC_KEY), params) != 1)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    /* Without it the MAC of a CBC record would be right, but not computed in constant time. */
    if (OSSL_PARAM_locate_const(
            EVP_MAC_CTX_settable_params(record->hmac), OSSL_MAC_PARAM_TLS_DATA_SIZE) == NULL)
        return NTE_NOT_SUPPORTED;
    return ERROR_SUCCESS;
}

/* A hash that has taken in the MAC key and one of the pads. */
static bool start_ssl3_hash(
    const struct sslp_record *record, EVP_MD_CTX *hash, const EVP_MD *md, uint8_t pad)
{
    const size_t pad_len =
        record->suite->mac == SSLP_HASH_MD5 ? SSL3_MD5_PAD_LEN : SSL3_SHA1_PAD_LEN;
    uint8_t padding[SSL3_MAX_PAD_LEN];

    memset(padding, pad, sizeof(padding));
    return EVP_DigestInit_ex2(hash, md, NULL) == 1 &&
        EVP_DigestUpdate(
            hash, record->mac_key, sslp_record_piece_len(record, SSLP_PIECE_MAC_KEY)) == 1 &&
        EVP_DigestUpdate(hash, padding, pad_len) == 1;
}

static SECURITY_STATUS setup_ssl3(struct sslp_record *record, OSSL_LIB_CTX *libctx)
{
    EVP_MD *md = EVP_MD_fetch(libctx, sslp_hash_id_name(record->suite->mac), NULL);
    SECURITY_STATUS status;

    if (md == NULL)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    record->ssl3_inner = EVP_MD_CTX_new();
    record->ssl3_outer = EVP_MD_CTX_new();
    record->ssl3_scratch = EVP_MD_CTX_new();
    if (record->ssl3_inner == NULL || record->ssl3_outer == NULL || record->ssl3_scratch == NULL)
        status = NTE_NO_MEMORY;
    else if (start_ssl3_hash(record, record->ssl3_inner, md, 0x36) &&
        start_ssl3_hash(record, record->ssl3_outer, md, 0x5C))
        status = ERROR_SUCCESS;
    else
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    EVP_MD_free(md);
    return status;
}

SECURITY_STATUS sslp_record_mac_setup(struct sslp_record *record, OSSL_LIB_CTX *libctx)
{
    return is_ssl3(record) ? setup_ssl3(record, libctx) : setup_hmac(record, libctx);
}

/* hash(key + pad_2 + hash(key + pad_1 + seq_num + type + length + content)); no version. */
static bool ssl3_mac(struct sslp_record *record, const struct sslp_record_context *context,
    struct sslp_bytes data, uint8_t mac[SSLP_MAX_MAC])
{
    EVP_MD_CTX *hash = record->ssl3_scratch;
    uint8_t header[SSL3_PSEUDO_HEADER_LEN];
    uint8_t inner[EVP_MAX_MD_SIZE];
    unsigned inner_len = 0;
    bool done;

    sslp_record_put64(header, context->sequence_number);
    header[8] = context->content_type;
    sslp_record_put16(header + 9, data.len);
    done = EVP_MD_CTX_copy_ex(hash, record->ssl3_inner) == 1 &&
        EVP_DigestUpdate(hash, header, sizeof(header)) == 1 &&
        EVP_DigestUpdate(hash, data.data, data.len) == 1 &&
        EVP_DigestFinal_ex(hash, inner, &inner_len) == 1 &&
        EVP_MD_CTX_copy_ex(hash, record->ssl3_outer) == 1 &&
        EVP_DigestUpdate(hash, inner, inner_len) == 1 && EVP_DigestFinal_ex(hash, mac, NULL) == 1;
    /* A copy that failed half-way would not do as the target of the next. */
    if (!done)
        (void)EVP_MD_CTX_reset(hash);
    OPENSSL_cleanse(inner, sizeof(inner));
    return done;
}

static bool hmac(struct sslp_record *record, const struct sslp_record_context *context,
    struct sslp_bytes data, uint8_t mac[SSLP_MAX_MAC])
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];
    size_t mac_len = 0;

    sslp_record_pseudo_header(record, context, data.len, header);
    return EVP_MAC_init(record->hmac, NULL, 0, NULL) == 1 &&
        EVP_MAC_update(record->hmac, header, sizeof(header)) == 1 &&
        EVP_MAC_update(record->hmac, data.data, data.len) == 1 &&
        EVP_MAC_final(record->hmac, mac, &mac_len, SSLP_MAX_MAC) == 1 && mac_len == record->mac_len;
}

bool sslp_record_mac(struct sslp_record *record, const struct sslp_record_context *context,
    struct sslp_bytes data, uint8_t mac[SSLP_MAX_MAC])
{
    return is_ssl3(record) ? ssl3_mac(record, context, data, mac)
                           : hmac(record, context, data, mac);
}

enum sslp_opening sslp_record_mac_matches(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes data, const uint8_t *received)
{
    uint8_t mac[SSLP_MAX_MAC];
    enum sslp_opening opening = SSLP_NOT_COMPUTED;

    if (sslp_record_mac(record, context, data, mac))
        opening =
            CRYPTO_memcmp(mac, received, record->mac_len) == 0 ? SSLP_OPENED : SSLP_NOT_GENUINE;
    OPENSSL_cleanse(mac, sizeof(mac));
    return opening;
}

/* HMAC over the first plaintext_len bytes of the body, where that length is secret.  Told the
 * public length of the whole body, libcrypto's HMAC runs over all of it and picks the hash state at
 * the true end by masks (EVP_MAC-HMAC(7), "tls-data-size"; header and content come in one update
 * each).  The setting cannot be taken back, so it is made on a copy of the keyed context. */
static bool secret_len_hmac(struct sslp_record *record, const struct sslp_record_context *context,
    struct sslp_bytes body, size_t plaintext_len, uint8_t mac[SSLP_MAX_MAC])
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];
    size_t mac_len = 0;
    OSSL_PARAM params[2];
    EVP_MAC_CTX *copy = EVP_MAC_CTX_dup(record->hmac);
    bool done;

    if (copy == NULL)
        return false;
    sslp_record_pseudo_header(record, context, plaintext_len, header);
    params[0] = OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_TLS_DATA_SIZE, &body.len);
    params[1] = OSSL_PARAM_construct_end();
    done = EVP_MAC_CTX_set_params(copy, params) == 1 &&
        EVP_MAC_update(copy, header, sizeof(header)) == 1 &&
        EVP_MAC_update(copy, body.data, plaintext_len) == 1 &&
        EVP_MAC_final(copy, mac, &mac_len, SSLP_MAX_MAC) == 1 && mac_len == record->mac_len;
    EVP_MAC_CTX_free(copy);
    OPENSSL_cleanse(header, sizeof(header));
    return done;
}

/* The same for SSL 3.0, whose MAC no library computes that way: its padding is shorter than a
 * block, so there are at most 16 lengths.  The MAC of each is computed, and one is kept. */
static bool secret_len_ssl3_mac(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes body, size_t plaintext_len,
    uint8_t mac[SSLP_MAX_MAC])
{
    const size_t longest = body.len - record->mac_len - 1;
    const size_t most_padding = record->suite->cipher->block_len - 1U;
    const size_t shortest = longest < most_padding ? 0 : longest - most_padding;
    uint8_t candidate[SSLP_MAX_MAC];
    bool done = true;

    for (size_t len = shortest; len <= longest && done; len++) {
        done = ssl3_mac(record, context, sslp_bytes(body.data, len), candidate);
        sslp_ct_copy_if(sslp_ct_equal(len, plaintext_len), mac, candidate, record->mac_len);
    }
    OPENSSL_cleanse(candidate, sizeof(candidate));
    return done;
}

/* True when the last bytes of the body are a padding and leave room for the MAC.  RFC 5246 section
 * 6.2.3.2: each byte of the padding holds padding_length.  RFC 6101 section 5.2.3.2: only the last
 * byte is defined, and the padding is shorter than a block. */
static size_t padding_is_valid(
    const struct sslp_record *record, struct sslp_bytes body, size_t padding_len)
{
    const size_t scan = body.len < MAX_PADDING ? body.len : MAX_PADDING;
    const size_t fits = sslp_ct_at_least(body.len, record->mac_len + 1 + padding_len);
    size_t difference = 0;

    if (is_ssl3(record))
        return fits & sslp_ct_less(padding_len, record->suite->cipher->block_len);
    for (size_t i = 0; i < scan; i++) {
        const size_t byte = body.data[body.len - 1 - i];

        difference |= (byte ^ padding_len) & sslp_ct_at_least(padding_len, i);
    }
    return fits & sslp_ct_is_zero(difference);
}

/* Whether the MAC stands at the secret offset plaintext_len: every offset at which it may stand is
 * compared, and one comparison counts. */
static size_t mac_stands_at(const struct sslp_record *record, struct sslp_bytes body,
    size_t plaintext_len, const uint8_t *mac)
{
    const size_t last = body.len - record->mac_len - 1;
    const size_t first = last < MAX_PADDING - 1 ? 0 : last - (MAX_PADDING - 1);
    size_t difference = 0;

    for (size_t offset = first; offset <= last; offset++) {
        difference |= sslp_ct_equal(offset, plaintext_len) &
            sslp_ct_difference(body.data + offset, mac, record->mac_len);
    }
    return sslp_ct_is_zero(difference);
}

enum sslp_opening sslp_record_mac_padded_matches(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes decrypted, size_t *plaintext_len)
{
    uint8_t mac[SSLP_MAX_MAC] = {0};
    size_t padding_len, genuine, len;
    bool computed;

    /* No room for the MAC and the length byte: the length of the record is public. */
    if (decrypted.len < record->mac_len + 1)
        return SSLP_NOT_GENUINE;
    padding_len = decrypted.data[decrypted.len - 1];
    genuine = padding_is_valid(record, decrypted, padding_len);
    /* A bad padding is taken as none, so that the MAC costs as much as it does for a good one
     * (RFC 5246 section 6.2.3.2). */
    len = decrypted.len - record->mac_len - 1 - (padding_len & genuine);
    computed = is_ssl3(record) ? secret_len_ssl3_mac(record, context, decrypted, len, mac)
                               : secret_len_hmac(record, context, decrypted, len, mac);
    genuine &= mac_stands_at(record, decrypted, len, mac);
    genuine &= sslp_ct_at_least(SSLP_MAX_PLAINTEXT, len);
    OPENSSL_cleanse(mac, sizeof(mac));
    *plaintext_len = len;
    /* Whether libcrypto has memory depends on no byte of the record. */
    if (!computed)
        return SSLP_NOT_COMPUTED;
    return genuine != 0 ? SSLP_OPENED : SSLP_NOT_GENUINE;
}
