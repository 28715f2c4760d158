/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/public_blob.h"

#include "shim/core/errors.h"
#include "shim/core/wide_text.h"
#include "shim/keys/curve_parameters.h"
#include "shim/keys/curves.h"
#include "shim/keys/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <string.h>

/* What a blob is read into. */
struct public_key {
    enum sslp_object_kind kind; /* of the handle to be; set by the caller */
    EVP_PKEY *key;
    DWORD group;
};

/* Magics of BCRYPT_ECCKEY_BLOB.  SslImportKey takes those of key exchange alone. */
static const struct {
    DWORD magic;
    DWORD group; /* 0: told by the lengths */
    bool for_ssl;
} ecc_magics[] = {
    {BCRYPT_ECDH_PUBLIC_P256_MAGIC, TLS_ECC_P256_CURVE_KEY_TYPE, true},
    {BCRYPT_ECDH_PUBLIC_P384_MAGIC, TLS_ECC_P384_CURVE_KEY_TYPE, true},
    {BCRYPT_ECDH_PUBLIC_P521_MAGIC, TLS_ECC_P521_CURVE_KEY_TYPE, true},
    {BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC, 0, true},
    {BCRYPT_ECDSA_PUBLIC_P256_MAGIC, TLS_ECC_P256_CURVE_KEY_TYPE, false},
    {BCRYPT_ECDSA_PUBLIC_P384_MAGIC, TLS_ECC_P384_CURVE_KEY_TYPE, false},
    {BCRYPT_ECDSA_PUBLIC_P521_MAGIC, TLS_ECC_P521_CURVE_KEY_TYPE, false},
};

/* ---- Elliptic curves ---- */

static bool is_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* A key of a curve as two coordinates.  The string of an X curve stands in the first one, unchanged
 * (RFC 7748 section 5), and the second one is zero or left out. */
static SECURITY_STATUS read_curve_key(
    OSSL_LIB_CTX *libctx, DWORD group, DWORD key_len, struct sslp_bytes rest, struct public_key *to)
{
    const struct sslp_curve *curve = sslp_curve_by_group(group);
    const size_t len = key_len;

    if (curve == NULL)
        return NTE_NOT_SUPPORTED;
    if (len != curve->coordinate_len)
        return NTE_BAD_DATA;
    if (rest.len != 2 * len && !(curve->is_x_curve && rest.len == len))
        return NTE_BAD_DATA;
    if (curve->is_x_curve && !is_zero(rest.data + len, rest.len - len))
        return NTE_BAD_DATA;
    to->group = group;
    return sslp_public_on_curve(libctx, curve, rest.data, &to->key);
}

/* The generic magic does not say which curve.  Coordinates of 32 or 56 bytes of which the second is
 * zero are no point but a key of X25519 or X448; all else stays open. */
static DWORD implied_group(DWORD key_len, struct sslp_bytes rest)
{
    for (size_t i = 0; i < sslp_curve_count; i++) {
        const struct sslp_curve *curve = &sslp_curves[i];

        if (curve->is_x_curve && curve->coordinate_len == key_len &&
            is_zero(rest.data + key_len, key_len))
            return curve->group;
    }
    return 0;
}

static SECURITY_STATUS read_ecc(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    const bool for_ssl = to->kind == SSLP_OBJECT_EPHEMERAL_KEY;
    BCRYPT_ECCKEY_BLOB header;
    struct sslp_bytes rest;

    if (blob.len < sizeof(header))
        return NTE_BAD_DATA;
    memcpy(&header, blob.data, sizeof(header)); /* the blob need not be aligned */
    rest = sslp_bytes(blob.data + sizeof(header), blob.len - sizeof(header));
    for (size_t i = 0; i < sizeof(ecc_magics) / sizeof(ecc_magics[0]); i++) {
        DWORD group = ecc_magics[i].group;

        if (ecc_magics[i].magic != header.dwMagic || (for_ssl && !ecc_magics[i].for_ssl))
            continue;
        if (rest.len != 2 * (size_t)header.cbKey)
            return NTE_BAD_DATA;
        if (group == 0)
            group = implied_group(header.cbKey, rest);
        return read_curve_key(libctx, group, header.cbKey, rest, to);
    }
    return NTE_NOT_SUPPORTED;
}

/* Natively the group in the caller's blob is overwritten by a magic.  Here an input stays as it
 * is. */
static SECURITY_STATUS read_ssl_ecc(
    OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    SSL_ECCKEY_BLOB header;

    if (to->kind != SSLP_OBJECT_EPHEMERAL_KEY)
        return NTE_NOT_SUPPORTED;
    if (blob.len < sizeof(header))
        return NTE_BAD_DATA;
    memcpy(&header, blob.data, sizeof(header));
    return read_curve_key(libctx, header.dwCurveType, header.cbKey,
        sslp_bytes(blob.data + sizeof(header), blob.len - sizeof(header)), to);
}

static SECURITY_STATUS read_full_ecc(
    OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    const bool for_ssl = to->kind == SSLP_OBJECT_EPHEMERAL_KEY;
    const struct sslp_curve *curve;
    BCRYPT_ECCFULLKEY_BLOB header;
    uint64_t point;

    if (blob.len < sizeof(header))
        return NTE_BAD_DATA;
    memcpy(&header, blob.data, sizeof(header));
    if (header.dwMagic != BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC &&
        (for_ssl || header.dwMagic != BCRYPT_ECDSA_PUBLIC_GENERIC_MAGIC))
        return NTE_NOT_SUPPORTED;
    if (header.dwCurveType != BCRYPT_ECC_PRIME_SHORT_WEIERSTRASS_CURVE)
        return NTE_NOT_SUPPORTED;
    point = sizeof(header) + 5 * (uint64_t)header.cbFieldLength + header.cbSubgroupOrder +
        header.cbCofactor + header.cbSeed;
    if (header.dwVersion != BCRYPT_ECC_FULLKEY_BLOB_V1 ||
        blob.len != point + 2 * (uint64_t)header.cbFieldLength)
        return NTE_BAD_DATA;
    curve = sslp_curve_by_parameters(libctx, &header, blob.data + sizeof(header));
    if (curve == NULL)
        return NTE_NOT_SUPPORTED;
    return read_curve_key(libctx, curve->group, header.cbFieldLength,
        sslp_bytes(blob.data + point, blob.len - (size_t)point), to);
}

/* ---- Finite-field Diffie-Hellman ---- */

static SECURITY_STATUS read_dh(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    BCRYPT_DH_KEY_BLOB header;
    const uint8_t *numbers;
    size_t len;

    if (blob.len < sizeof(header))
        return NTE_BAD_DATA;
    memcpy(&header, blob.data, sizeof(header));
    len = header.cbKey;
    if (header.dwMagic != BCRYPT_DH_PUBLIC_MAGIC || len > SSLP_MAX_DH_BITS / 8 ||
        blob.len != sizeof(header) + 3 * len)
        return NTE_BAD_DATA;
    numbers = blob.data + sizeof(header);
    return sslp_public_dh(libctx, sslp_bytes(numbers, len), sslp_bytes(numbers + len, len),
        sslp_bytes(numbers + 2 * len, len), &to->key);
}

/* ---- RSA ---- */

/* The fields for primes mean nothing in a public key and are not looked at. */
static SECURITY_STATUS read_rsa(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    BCRYPT_RSAKEY_BLOB header;
    const uint8_t *exponent;

    if (blob.len < sizeof(header))
        return NTE_BAD_DATA;
    memcpy(&header, blob.data, sizeof(header));
    if (header.Magic != BCRYPT_RSAPUBLIC_MAGIC || header.BitLength > SSLP_MAX_RSA_BITS ||
        header.cbModulus != (header.BitLength + 7) / 8 || header.cbPublicExp > header.cbModulus ||
        blob.len != sizeof(header) + header.cbPublicExp + header.cbModulus)
        return NTE_BAD_DATA;
    exponent = blob.data + sizeof(header);
    return sslp_public_rsa(libctx,
        BN_bin2bn(exponent + header.cbPublicExp, (int)header.cbModulus, NULL),
        BN_bin2bn(exponent, (int)header.cbPublicExp, NULL), &to->key);
}

static SECURITY_STATUS read_capi(
    OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    struct {
        PUBLICKEYSTRUC structure;
        RSAPUBKEY key;
    } header;
    BIGNUM *exponent;

    if (blob.len < sizeof(header))
        return NTE_BAD_DATA;
    memcpy(&header, blob.data, sizeof(header));
    if (header.structure.bType != PUBLICKEYBLOB || header.structure.bVersion != CUR_BLOB_VERSION ||
        (header.structure.aiKeyAlg != CALG_RSA_KEYX &&
            header.structure.aiKeyAlg != CALG_RSA_SIGN) ||
        header.key.magic != BCRYPT_RSAPUBLIC_MAGIC || header.key.bitlen > SSLP_MAX_RSA_BITS ||
        header.key.bitlen % 8 != 0 || blob.len != sizeof(header) + header.key.bitlen / 8)
        return NTE_BAD_DATA;
    exponent = BN_new();
    if (exponent != NULL)
        (void)BN_set_word(exponent, header.key.pubexp);
    return sslp_public_rsa(libctx,
        BN_lebin2bn(blob.data + sizeof(header), (int)(header.key.bitlen / 8), NULL), exponent,
        &to->key);
}

/* ---- Blobs of keys ---- */

/* Both SSL_ECCKEY_BLOB and BCRYPT_ECCKEY_BLOB are two DWORDs. */
static size_t curve_blob_size(const struct sslp_asymmetric_object *object)
{
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);

    return curve == NULL ? 0 : sizeof(SSL_ECCKEY_BLOB) + 2 * (size_t)curve->coordinate_len;
}

static bool write_curve_key(const EVP_PKEY *key, const struct sslp_curve *curve, uint8_t *to)
{
    size_t len = curve->coordinate_len;

    if (!curve->is_x_curve)
        return sslp_public_number(key, OSSL_PKEY_PARAM_EC_PUB_X, to, len) &&
            sslp_public_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, to + len, len);
    memset(to + len, 0, len);
    return EVP_PKEY_get_raw_public_key(key, to, &len) == 1 && len == curve->coordinate_len;
}

static bool write_ecc(const struct sslp_asymmetric_object *object, uint8_t *blob, size_t size)
{
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);
    BCRYPT_ECCKEY_BLOB header = {BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC, curve->coordinate_len};

    (void)size;
    for (size_t i = 0; i < sizeof(ecc_magics) / sizeof(ecc_magics[0]); i++) {
        if (ecc_magics[i].for_ssl && ecc_magics[i].group == object->group)
            header.dwMagic = ecc_magics[i].magic;
    }
    memcpy(blob, &header, sizeof(header));
    return write_curve_key(object->key, curve, blob + sizeof(header));
}

static bool write_ssl_ecc(const struct sslp_asymmetric_object *object, uint8_t *blob, size_t size)
{
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);
    const SSL_ECCKEY_BLOB header = {object->group, curve->coordinate_len};

    (void)size;
    memcpy(blob, &header, sizeof(header));
    return write_curve_key(object->key, curve, blob + sizeof(header));
}

static size_t full_ecc_blob_size(const struct sslp_asymmetric_object *object)
{
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);
    uint8_t parameters[SSLP_MAX_CURVE_PARAMETERS];
    const size_t len = sslp_curve_parameters(object->key, curve, parameters);

    return len == 0 ? 0 : len + 2 * (size_t)curve->coordinate_len;
}

static bool write_full_ecc(const struct sslp_asymmetric_object *object, uint8_t *blob, size_t size)
{
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);
    uint8_t parameters[SSLP_MAX_CURVE_PARAMETERS];
    const size_t len = sslp_curve_parameters(object->key, curve, parameters);

    if (len + 2 * (size_t)curve->coordinate_len != size)
        return false;
    memcpy(blob, parameters, len);
    return write_curve_key(object->key, curve, blob + len);
}

static size_t dh_blob_size(const struct sslp_asymmetric_object *object)
{
    const size_t len = sslp_public_number_len(object->key, OSSL_PKEY_PARAM_FFC_P);

    return len == 0 ? 0 : sizeof(BCRYPT_DH_KEY_BLOB) + 3 * len;
}

static bool write_dh(const struct sslp_asymmetric_object *object, uint8_t *blob, size_t size)
{
    const EVP_PKEY *key = object->key;
    const size_t len = (size - sizeof(BCRYPT_DH_KEY_BLOB)) / 3;
    const BCRYPT_DH_KEY_BLOB header = {BCRYPT_DH_PUBLIC_MAGIC, (DWORD)len};
    uint8_t *to = blob + sizeof(header);

    memcpy(blob, &header, sizeof(header));
    return sslp_public_number(key, OSSL_PKEY_PARAM_FFC_P, to, len) &&
        sslp_public_number(key, OSSL_PKEY_PARAM_FFC_G, to + len, len) &&
        sslp_public_number(key, OSSL_PKEY_PARAM_PUB_KEY, to + 2 * len, len);
}

static size_t rsa_blob_size(const struct sslp_asymmetric_object *object)
{
    const size_t e_len = sslp_public_number_len(object->key, OSSL_PKEY_PARAM_RSA_E);
    const size_t n_len = sslp_public_number_len(object->key, OSSL_PKEY_PARAM_RSA_N);

    return e_len == 0 || n_len == 0 ? 0 : sizeof(BCRYPT_RSAKEY_BLOB) + e_len + n_len;
}

/* The modulus takes what header and exponent leave of the size: a number that does not fit into its
 * place is not written. */
static bool write_rsa(const struct sslp_asymmetric_object *object, uint8_t *blob, size_t size)
{
    const EVP_PKEY *key = object->key;
    const size_t e_len = sslp_public_number_len(key, OSSL_PKEY_PARAM_RSA_E);
    const size_t n_len = size - sizeof(BCRYPT_RSAKEY_BLOB) - e_len;
    const BCRYPT_RSAKEY_BLOB header = {.Magic = BCRYPT_RSAPUBLIC_MAGIC,
        .BitLength = (DWORD)EVP_PKEY_get_bits(key),
        .cbPublicExp = (DWORD)e_len,
        .cbModulus = (DWORD)n_len};
    uint8_t *to = blob + sizeof(header);

    if (e_len == 0 || e_len >= size - sizeof(header))
        return false;
    memcpy(blob, &header, sizeof(header));
    return sslp_public_number(key, OSSL_PKEY_PARAM_RSA_E, to, e_len) &&
        sslp_public_number(key, OSSL_PKEY_PARAM_RSA_N, to + e_len, n_len);
}

/* ---- The types ---- */

static const WCHAR ecc_blob[] = BCRYPT_ECCPUBLIC_BLOB;
static const WCHAR full_ecc_blob[] = BCRYPT_ECCFULLPUBLIC_BLOB;
static const WCHAR ssl_ecc_blob[] = SSL_ECCPUBLIC_BLOB;
static const WCHAR dh_blob[] = BCRYPT_DH_PUBLIC_BLOB;
static const WCHAR rsa_blob[] = BCRYPT_RSAPUBLIC_BLOB;
static const WCHAR capi_blob[] = LEGACY_RSAPUBLIC_BLOB;

static const struct {
    LPCWSTR name;
    SECURITY_STATUS (*read)(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to);
    const char *key_type; /* NULL: every key on a curve of the table */
    size_t (*size)(const struct sslp_asymmetric_object *object); /* 0: no memory, no such curve */
    bool (*write)(const struct sslp_asymmetric_object *object, uint8_t *blob, size_t size);
} types[] = {
    {ecc_blob, read_ecc, NULL, curve_blob_size, write_ecc},
    {full_ecc_blob, read_full_ecc, "EC", full_ecc_blob_size, write_full_ecc},
    {ssl_ecc_blob, read_ssl_ecc, NULL, curve_blob_size, write_ssl_ecc},
    {dh_blob, read_dh, "DH", dh_blob_size, write_dh},
    {rsa_blob, read_rsa, "RSA", rsa_blob_size, write_rsa},
    {capi_blob, read_capi, NULL, NULL, NULL},
};

enum { TYPE_COUNT = sizeof(types) / sizeof(types[0]) };

static size_t find_type(LPCWSTR name)
{
    size_t i = 0;

    while (i < TYPE_COUNT && !sslp_wide_text_equal(types[i].name, name))
        i++;
    return i;
}

SECURITY_STATUS sslp_public_blob_import(struct sslp_backend *backend, enum sslp_object_kind kind,
    LPCWSTR blob_type, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    const size_t type = find_type(blob_type);
    struct public_key key = {.kind = kind};
    SECURITY_STATUS status;
    unsigned long errors;

    *handle = 0;
    if (type == TYPE_COUNT)
        return blob.len == 0 ? NTE_INVALID_PARAMETER : NTE_NOT_SUPPORTED;
    errors = sslp_errors_begin();
    status = types[type].read(backend->libctx, blob, &key);
    if (status == ERROR_SUCCESS)
        status = sslp_asymmetric_object_new(backend, kind, key.key, false, key.group, handle);
    else
        EVP_PKEY_free(key.key);
    return sslp_errors_end(errors, status);
}

/* Whether the type has blobs of such a key. */
static bool has_blob(size_t type, const struct sslp_asymmetric_object *object)
{
    if (type == TYPE_COUNT || types[type].size == NULL)
        return false;
    return types[type].key_type == NULL ? sslp_curve_by_group(object->group) != NULL
                                        : sslp_asymmetric_object_is_a(object, types[type].key_type);
}

SECURITY_STATUS sslp_public_blob_export(const struct sslp_asymmetric_object *object,
    LPCWSTR blob_type, PBYTE output, DWORD output_len, DWORD *result)
{
    const unsigned long errors = sslp_errors_begin();
    const size_t type = find_type(blob_type);
    SECURITY_STATUS status = ERROR_SUCCESS;
    size_t size = 0;

    if (!has_blob(type, object))
        status = NTE_NOT_SUPPORTED;
    else if ((size = types[type].size(object)) == 0)
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    else if (output != NULL && output_len < size)
        status = NTE_BUFFER_TOO_SMALL;
    if (status == ERROR_SUCCESS && output != NULL && !types[type].write(object, output, size)) {
        OPENSSL_cleanse(output, size);
        size = 0;
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    }
    *result = (DWORD)size;
    return sslp_errors_end(errors, status);
}
