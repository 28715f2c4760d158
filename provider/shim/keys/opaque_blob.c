/* SPDX-License-Identifier: Apache-2.0
 *
 * The opaque blob of a session key.  Numbers are 32-bit little-endian:
 *
 *      0  length of the whole blob        28  length of the MAC key
 *      4  magic                           32  length of the key
 *      8  protocol version                36  length of the IV
 *     12  cipher suite                    40  stream offset, low half
 *     16  direction                       44  stream offset, high half
 *     20  encrypt-then-MAC, 0 or 1        48  MAC key, key, IV
 *     24  format version                  ..  SHA-256 of all that precedes
 *
 * The digest recognises truncated, damaged and foreign blobs.  It does not authenticate: whoever
 * holds the blob holds the keys.
 */
#include "shim/keys/key_blob.h"

#include "shim/core/errors.h"
#include "shim/core/objects.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum {
    OFFSET_LENGTH = 0,
    OFFSET_MAGIC = 4,
    OFFSET_PROTOCOL = 8,
    OFFSET_SUITE = 12,
    OFFSET_DIRECTION = 16,
    OFFSET_ENCRYPT_THEN_MAC = 20,
    OFFSET_FORMAT = 24,
    OFFSET_MAC_KEY_LEN = 28,
    OFFSET_KEY_LEN = 32,
    OFFSET_IV_LEN = 36,
    OFFSET_STREAM_LOW = 40,
    OFFSET_STREAM_HIGH = 44,
    HEADER_LEN = 48,
    DIGEST_LEN = 32,
    MAGIC = 0x4B53534E, /* "NSSK" */
    FORMAT = 1
};

static void put(uint8_t *blob, size_t offset, uint32_t number)
{
    for (size_t i = 0; i < 4; i++)
        blob[offset + i] = (uint8_t)(number >> 8 * i);
}

static uint32_t get(const uint8_t *blob, size_t offset)
{
    uint32_t number = 0;

    for (size_t i = 0; i < 4; i++)
        number |= (uint32_t)blob[offset + i] << 8 * i;
    return number;
}

static SECURITY_STATUS digest(
    const struct sslp_backend *backend, const uint8_t *data, size_t len, uint8_t out[DIGEST_LEN])
{
    const unsigned long errors = sslp_errors_begin();
    size_t out_len = 0;
    const bool done =
        EVP_Q_digest(backend->libctx, "SHA2-256", NULL, data, len, out, &out_len) == 1 &&
        out_len == DIGEST_LEN;

    return sslp_errors_end(errors, done ? ERROR_SUCCESS : sslp_errors_refusal(NTE_INTERNAL_ERROR));
}

DWORD sslp_opaque_blob_size(const struct sslp_record_keys *keys)
{
    return (DWORD)(HEADER_LEN + keys->mac_key.len + keys->key.len + keys->iv.len + DIGEST_LEN);
}

static uint8_t *append(uint8_t *to, struct sslp_bytes bytes)
{
    if (bytes.len != 0)
        memcpy(to, bytes.data, bytes.len);
    return to + bytes.len;
}

SECURITY_STATUS sslp_opaque_blob_export(
    const struct sslp_backend *backend, const struct sslp_record_keys *keys, uint8_t *blob)
{
    const DWORD size = sslp_opaque_blob_size(keys);
    SECURITY_STATUS status;
    uint8_t *end;

    /* No blob that nobody could import: see records/stream.c. */
    if (keys->stream_offset > SSLP_MAX_STREAM_OFFSET)
        return NTE_NOT_SUPPORTED;
    put(blob, OFFSET_LENGTH, size);
    put(blob, OFFSET_MAGIC, MAGIC);
    put(blob, OFFSET_PROTOCOL, keys->protocol->version);
    put(blob, OFFSET_SUITE, keys->suite->id);
    put(blob, OFFSET_DIRECTION, (uint32_t)keys->direction);
    put(blob, OFFSET_ENCRYPT_THEN_MAC, keys->encrypt_then_mac);
    put(blob, OFFSET_FORMAT, FORMAT);
    put(blob, OFFSET_MAC_KEY_LEN, (uint32_t)keys->mac_key.len);
    put(blob, OFFSET_KEY_LEN, (uint32_t)keys->key.len);
    put(blob, OFFSET_IV_LEN, (uint32_t)keys->iv.len);
    put(blob, OFFSET_STREAM_LOW, (uint32_t)keys->stream_offset);
    put(blob, OFFSET_STREAM_HIGH, (uint32_t)(keys->stream_offset >> 32));
    end = append(append(append(blob + HEADER_LEN, keys->mac_key), keys->key), keys->iv);
    status = digest(backend, blob, (size_t)(end - blob), end);
    if (status != ERROR_SUCCESS)
        OPENSSL_cleanse(blob, size);
    return status;
}

/* Whether the frame is sound: lengths, magic, format, digest. */
static SECURITY_STATUS check_frame(const struct sslp_backend *backend, struct sslp_bytes blob)
{
    uint8_t expected[DIGEST_LEN];
    SECURITY_STATUS status;

    if (blob.len < HEADER_LEN + DIGEST_LEN || get(blob.data, OFFSET_LENGTH) != blob.len ||
        get(blob.data, OFFSET_MAGIC) != MAGIC || get(blob.data, OFFSET_FORMAT) != FORMAT)
        return NTE_BAD_DATA;
    status = digest(backend, blob.data, blob.len - DIGEST_LEN, expected);
    if (status == ERROR_SUCCESS &&
        CRYPTO_memcmp(expected, blob.data + blob.len - DIGEST_LEN, DIGEST_LEN) != 0)
        return NTE_BAD_DATA;
    return status;
}

/* The directions that keys of the protocol have. */
static bool is_direction(uint32_t direction, const struct sslp_protocol *protocol)
{
    if (sslp_protocol_is_tls13(protocol))
        return direction == SSLP_DIRECTION_BOTH;
    return direction == SSLP_DIRECTION_READ || direction == SSLP_DIRECTION_WRITE;
}

/* Reads the fields; false where they are not those of a session key of this suite. */
static bool read_keys(struct sslp_bytes blob, struct sslp_record_keys *keys)
{
    const uint32_t direction = get(blob.data, OFFSET_DIRECTION);
    const uint32_t encrypt_then_mac = get(blob.data, OFFSET_ENCRYPT_THEN_MAC);

    keys->protocol = sslp_protocol_native(get(blob.data, OFFSET_PROTOCOL));
    keys->suite = sslp_suite_by_id(get(blob.data, OFFSET_SUITE));
    if (keys->protocol == NULL || keys->suite == NULL ||
        !sslp_suite_in_protocol(keys->suite, keys->protocol) ||
        !is_direction(direction, keys->protocol) || encrypt_then_mac > 1 ||
        (encrypt_then_mac == 1 && sslp_protocol_is_tls13(keys->protocol)))
        return false;
    keys->layout = sslp_key_layout_of(keys->suite, keys->protocol);
    sslp_record_keys_cut(keys, blob.data + HEADER_LEN);
    if (get(blob.data, OFFSET_MAC_KEY_LEN) != keys->mac_key.len ||
        get(blob.data, OFFSET_KEY_LEN) != keys->key.len ||
        get(blob.data, OFFSET_IV_LEN) != keys->iv.len ||
        blob.len != (size_t)HEADER_LEN + keys->layout.direction_len + DIGEST_LEN)
        return false;
    keys->direction = (enum sslp_direction)direction;
    keys->encrypt_then_mac = encrypt_then_mac == 1;
    keys->stream_offset =
        (uint64_t)get(blob.data, OFFSET_STREAM_HIGH) << 32 | get(blob.data, OFFSET_STREAM_LOW);
    return keys->stream_offset == 0 || keys->suite->cipher->mode == SSLP_MODE_STREAM;
}

SECURITY_STATUS sslp_opaque_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_record_keys keys = {0};
    SECURITY_STATUS status = check_frame(backend, blob);

    *handle = 0;
    if (status != ERROR_SUCCESS)
        return status;
    if (!read_keys(blob, &keys))
        return NTE_BAD_DATA;
    if (sslp_suite_is_legacy(keys.suite, keys.protocol) && !backend->legacy)
        return NTE_NOT_SUPPORTED;
    return sslp_session_key_new(backend, &keys, handle);
}
