/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of KeyShareEntry.key_exchange: RFC 8446 section 4.2.8, draft-ietf-tls-mlkem and
 * draft-ietf-tls-ecdhe-mlkem for the groups with ML-KEM.
 */
#include "shim/keys/key_share.h"

#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/errors.h"
#include "shim/keys/blob.h"
#include "shim/keys/groups.h"
#include "shim/keys/kem_key.h"
#include "shim/keys/public_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <string.h>

bool sslp_key_share_read(struct sslp_bytes blob, struct sslp_key_share *share)
{
    NCRYPTSSL_KEY_SHARE_BLOB_HEADER header;

    if (!sslp_blob_take_header(&blob, &header, sizeof(header)))
        return false;
    share->group = header.dwGroup;
    share->key_exchange = blob;
    return header.dwMagic == NCRYPTSSL_KEY_SHARE_MAGIC &&
        header.cbLength == sizeof(header) + blob.len && header.cbKeyExchange == blob.len;
}

/* RFC 8446 section 4.2.8.2: the string of X25519 or X448, or an uncompressed point. */
static size_t curve_share_len(const struct sslp_curve *curve)
{
    return curve->is_x_curve ? curve->coordinate_len : 1 + 2 * (size_t)curve->coordinate_len;
}

static SECURITY_STATUS read_curve_share(
    OSSL_LIB_CTX *libctx, const struct sslp_curve *curve, struct sslp_bytes bytes, EVP_PKEY **key)
{
    if (bytes.len != curve_share_len(curve))
        return NTE_BAD_DATA;
    if (curve->is_x_curve)
        return sslp_public_on_curve(libctx, curve, bytes.data, key);
    if (bytes.data[0] != POINT_CONVERSION_UNCOMPRESSED)
        return NTE_BAD_DATA;
    return sslp_public_on_curve(libctx, curve, bytes.data + 1, key);
}

/* RFC 8446 section 4.2.8.1: as long as the modulus. */
static SECURITY_STATUS read_dh_share(OSSL_LIB_CTX *libctx, const struct sslp_dh_group *group,
    struct sslp_bytes bytes, EVP_PKEY **key)
{
    if (bytes.len != group->bits / 8)
        return NTE_BAD_DATA;
    return sslp_public_dh_in_group(libctx, group->evp_name, bytes, key);
}

static SECURITY_STATUS import_kem_share(struct sslp_backend *backend,
    const struct sslp_kem_group *group, struct sslp_bytes bytes, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_kem_key *kem;
    SECURITY_STATUS status = sslp_kem_key_import(backend->libctx, group, bytes, &kem);

    return status == ERROR_SUCCESS ? sslp_kem_object_new(backend, kem, handle) : status;
}

static SECURITY_STATUS key_share_import(
    struct sslp_backend *backend, const struct sslp_key_share *share, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_kem_group *kem_group = sslp_kem_group_by_number(share->group);
    const struct sslp_dh_group *dh_group = sslp_dh_group_by_number(share->group);
    const struct sslp_curve *curve = sslp_curve_by_group(share->group);
    SECURITY_STATUS status = NTE_NOT_SUPPORTED;
    EVP_PKEY *key = NULL;

    if (kem_group != NULL)
        return import_kem_share(backend, kem_group, share->key_exchange, handle);
    if (dh_group != NULL)
        status = read_dh_share(backend->libctx, dh_group, share->key_exchange, &key);
    else if (curve != NULL)
        status = read_curve_share(backend->libctx, curve, share->key_exchange, &key);
    if (status == ERROR_SUCCESS)
        return sslp_asymmetric_object_new(
            backend, SSLP_OBJECT_EPHEMERAL_KEY, key, false, share->group, handle);
    EVP_PKEY_free(key);
    return status;
}

SECURITY_STATUS sslp_key_share_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_key_share share;
    unsigned long errors;

    *handle = 0;
    if (!sslp_key_share_read(blob, &share))
        return NTE_BAD_DATA;
    errors = sslp_errors_begin();
    return sslp_errors_end(errors, key_share_import(backend, &share, handle));
}

/* 0: the key has no group. */
static size_t key_share_len(const struct sslp_asymmetric_object *object)
{
    const struct sslp_dh_group *dh_group = sslp_dh_group_by_number(object->group);
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);

    if (object->kem != NULL)
        return object->kem->share_len;
    if (dh_group != NULL)
        return dh_group->bits / 8;
    return curve != NULL ? curve_share_len(curve) : 0;
}

static bool key_share_write(const struct sslp_asymmetric_object *object, uint8_t *to, size_t len)
{
    size_t written = 0;

    if (object->kem != NULL) {
        memcpy(to, object->kem->share, len);
        return true;
    }
    /* As TLS has it: a point uncompressed, a number padded to the length of the modulus. */
    return EVP_PKEY_get_octet_string_param(
               object->key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, to, len, &written) == 1 &&
        written == len;
}

SECURITY_STATUS sslp_key_share_export(
    const struct sslp_asymmetric_object *object, PBYTE output, DWORD output_len, DWORD *result)
{
    const size_t len = key_share_len(object), size = sizeof(NCRYPTSSL_KEY_SHARE_BLOB_HEADER) + len;
    const NCRYPTSSL_KEY_SHARE_BLOB_HEADER header = {
        (DWORD)size, NCRYPTSSL_KEY_SHARE_MAGIC, object->group, (DWORD)len};
    const unsigned long errors = sslp_errors_begin();
    SECURITY_STATUS status = ERROR_SUCCESS;

    *result = 0;
    if (len == 0) {
        status = NTE_NOT_SUPPORTED;
    } else if (output != NULL && output_len < size) {
        status = NTE_BUFFER_TOO_SMALL;
    } else if (output != NULL) {
        memcpy(output, &header, sizeof(header));
        if (!key_share_write(object, output + sizeof(header), len)) {
            OPENSSL_cleanse(output, size);
            status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
        }
    }
    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        *result = (DWORD)size;
    return sslp_errors_end(errors, status);
}
