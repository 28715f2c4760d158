/* SPDX-License-Identifier: Apache-2.0
 *
 * The opaque blob of a session key.  Numbers are 32-bit little-endian:
 *
 *      0  length of the whole blob        28  length of the MAC key
 *      4  magic                           32  length of the key
 *      8  protocol version                36  length of the IV
 *     12  cipher suite                    40  stream offset, low half
 *     16  direction                       44  stream offset, high half
 *     20  encrypt-then-MAC, 0 or 1        48  MAC key, key, IV; in DTLS 1.3 the mask key
 *     24  format version                  ..  SHA-256 of all that precedes
 *
 * The digest detects truncated, damaged and foreign blobs.  It does not authenticate: the holder of
 * a blob holds the keys.
 */
#include "shim/keys/opaque_blob.h"

#include "shim/core/errors.h"
#include "shim/core/objects.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

enum opaque_field {
    FIELD_LENGTH,
    FIELD_MAGIC,
    FIELD_PROTOCOL,
    FIELD_SUITE,
    FIELD_DIRECTION,
    FIELD_ENCRYPT_THEN_MAC,
    FIELD_FORMAT,
    FIELD_MAC_KEY_LEN,
    FIELD_KEY_LEN,
    FIELD_IV_LEN,
    FIELD_STREAM_LOW,
    FIELD_STREAM_HIGH,
    FIELD_COUNT
};

enum {
    HEADER_LEN = 4 * FIELD_COUNT,
    DIGEST_LEN = SHA256_DIGEST_LENGTH,
    MAGIC = 0x4B53534E, /* "NSSK" */
    FORMAT = 1
};

static void opaque_put(uint8_t *blob, enum opaque_field field, uint32_t number)
{
    for (size_t i = 0; i < 4; i++)
        blob[4 * field + i] = (uint8_t)(number >> 8 * i);
}

static uint32_t opaque_get(struct sslp_bytes blob, enum opaque_field field)
{
    uint32_t number = 0;

    for (size_t i = 0; i < 4; i++)
        number |= (uint32_t)blob.data[4 * field + i] << 8 * i;
    return number;
}

static SECURITY_STATUS opaque_digest(
    const struct sslp_backend *backend, struct sslp_bytes bytes, uint8_t out[DIGEST_LEN])
{
    const unsigned long errors = sslp_errors_begin();
    size_t out_len = 0;
    const bool done = EVP_Q_digest(backend->libctx, "SHA2-256", NULL, bytes.data, bytes.len, out,
                          &out_len) == 1 &&
        out_len == DIGEST_LEN;

    return sslp_errors_end(errors, done ? ERROR_SUCCESS : sslp_errors_refusal(NTE_INTERNAL_ERROR));
}

DWORD sslp_opaque_blob_size(const struct sslp_record_keys *keys)
{
    return (DWORD)(HEADER_LEN + keys->mac_key.len + keys->key.len + keys->iv.len +
        keys->mask_key.len + DIGEST_LEN);
}

static uint8_t *opaque_append(uint8_t *to, struct sslp_bytes bytes)
{
    if (bytes.len != 0)
        memcpy(to, bytes.data, bytes.len);
    return to + bytes.len;
}

SECURITY_STATUS sslp_opaque_blob_export(
    const struct sslp_backend *backend, const struct sslp_record_keys *keys, uint8_t *blob)
{
    const DWORD size = sslp_opaque_blob_size(keys);
    const uint32_t numbers[FIELD_COUNT] = {
        [FIELD_LENGTH] = size,
        [FIELD_MAGIC] = MAGIC,
        [FIELD_PROTOCOL] = keys->protocol->version,
        [FIELD_SUITE] = keys->suite->id,
        [FIELD_DIRECTION] = (uint32_t)keys->direction,
        [FIELD_ENCRYPT_THEN_MAC] = keys->encrypt_then_mac,
        [FIELD_FORMAT] = FORMAT,
        [FIELD_MAC_KEY_LEN] = (uint32_t)keys->mac_key.len,
        [FIELD_KEY_LEN] = (uint32_t)keys->key.len,
        [FIELD_IV_LEN] = (uint32_t)keys->iv.len,
        [FIELD_STREAM_LOW] = (uint32_t)keys->stream_offset,
        [FIELD_STREAM_HIGH] = (uint32_t)(keys->stream_offset >> 32),
    };
    SECURITY_STATUS status;
    uint8_t *end;

    /* No blob that nobody could import: see records/stream.c. */
    if (keys->stream_offset > SSLP_MAX_STREAM_OFFSET)
        return NTE_NOT_SUPPORTED;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        opaque_put(blob, (enum opaque_field)i, numbers[i]);
    end = opaque_append(blob + HEADER_LEN, keys->mac_key);
    end = opaque_append(opaque_append(end, keys->key), keys->iv);
    end = opaque_append(end, keys->mask_key);
    status = opaque_digest(backend, sslp_bytes(blob, (size_t)(end - blob)), end);
    if (status != ERROR_SUCCESS)
        OPENSSL_cleanse(blob, size);
    return status;
}

/* Checks length, magic, format and digest. */
static SECURITY_STATUS opaque_check(const struct sslp_backend *backend, struct sslp_bytes blob)
{
    const size_t digested_len = blob.len - DIGEST_LEN;
    uint8_t expected[DIGEST_LEN];
    SECURITY_STATUS status;

    if (blob.len < HEADER_LEN + DIGEST_LEN || opaque_get(blob, FIELD_LENGTH) != blob.len ||
        opaque_get(blob, FIELD_MAGIC) != MAGIC || opaque_get(blob, FIELD_FORMAT) != FORMAT)
        return NTE_BAD_DATA;
    status = opaque_digest(backend, sslp_bytes(blob.data, digested_len), expected);
    if (status == ERROR_SUCCESS &&
        CRYPTO_memcmp(expected, blob.data + digested_len, DIGEST_LEN) != 0)
        return NTE_BAD_DATA;
    return status;
}

/* The directions that keys of the protocol have. */
static bool protocol_has_direction(uint32_t direction, const struct sslp_protocol *protocol)
{
    if (sslp_protocol_is_tls13(protocol))
        return direction == SSLP_DIRECTION_BOTH;
    return direction == SSLP_DIRECTION_READ || direction == SSLP_DIRECTION_WRITE;
}

/* Reads the fields; false where they are not those of a session key of this suite. */
static bool opaque_read(struct sslp_bytes blob, struct sslp_record_keys *keys)
{
    const uint32_t direction = opaque_get(blob, FIELD_DIRECTION);
    const uint32_t encrypt_then_mac = opaque_get(blob, FIELD_ENCRYPT_THEN_MAC);

    keys->protocol = sslp_protocol_of_shim(opaque_get(blob, FIELD_PROTOCOL));
    keys->suite = sslp_suite_by_id(opaque_get(blob, FIELD_SUITE));
    if (keys->protocol == NULL || keys->suite == NULL ||
        !sslp_suite_in_protocol(keys->suite, keys->protocol) ||
        !protocol_has_direction(direction, keys->protocol) || encrypt_then_mac > 1 ||
        (encrypt_then_mac == 1 && sslp_protocol_is_tls13(keys->protocol)))
        return false;
    keys->layout = sslp_key_layout_of(keys->suite, keys->protocol);
    sslp_record_keys_cut(keys, blob.data + HEADER_LEN);
    if (opaque_get(blob, FIELD_MAC_KEY_LEN) != keys->mac_key.len ||
        opaque_get(blob, FIELD_KEY_LEN) != keys->key.len ||
        opaque_get(blob, FIELD_IV_LEN) != keys->iv.len ||
        blob.len !=
            (size_t)HEADER_LEN + keys->layout.direction_len + keys->mask_key.len + DIGEST_LEN)
        return false;
    keys->direction = (enum sslp_direction)direction;
    keys->encrypt_then_mac = encrypt_then_mac == 1;
    keys->stream_offset =
        (uint64_t)opaque_get(blob, FIELD_STREAM_HIGH) << 32 | opaque_get(blob, FIELD_STREAM_LOW);
    return keys->stream_offset == 0 || keys->suite->cipher->mode == SSLP_MODE_STREAM;
}

SECURITY_STATUS sslp_opaque_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_record_keys keys = {0};
    SECURITY_STATUS status = opaque_check(backend, blob);
    unsigned long errors;

    *handle = 0;
    if (status != ERROR_SUCCESS)
        return status;
    if (!opaque_read(blob, &keys))
        return NTE_BAD_DATA;
    if (sslp_suite_is_legacy(keys.suite, keys.protocol) && !backend->legacy)
        return NTE_NOT_SUPPORTED;
    errors = sslp_errors_begin();
    return sslp_errors_end(errors, sslp_session_key_new(backend, &keys, handle));
}
