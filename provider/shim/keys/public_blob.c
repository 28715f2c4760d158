/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/public_blob.h"

#include "ncryptssl/utf16.h"
#include "shim/core/errors.h"
#include "shim/keys/blob.h"
#include "shim/keys/groups.h"
#include "shim/keys/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

/* What a blob is read into. */
struct public_key {
    enum sslp_object_kind kind; /* of the handle to be; set by the caller */
    EVP_PKEY *key;
    DWORD group;
};

/* Magics of BCRYPT_ECCKEY_BLOB.  SslImportKey takes those of key exchange only. */
static const struct ecc_magic {
    DWORD magic;
    DWORD group; /* 0: any curve of the table */
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

enum { ECC_MAGIC_COUNT = sizeof(ecc_magics) / sizeof(ecc_magics[0]) };

_Static_assert(sizeof(SSL_ECCKEY_BLOB) == sizeof(BCRYPT_ECCKEY_BLOB), "both are two DWORDs");

/* A blob that is being written, or only counted. */
struct blob_writer {
    uint8_t *to; /* NULL: counts */
    size_t room; /* bytes there */
    size_t len;
    bool failed;
};

/* Where the next bytes go; NULL where they are counted, or have no room. */
static uint8_t *put_where(struct blob_writer *writer, size_t len)
{
    uint8_t *const to = writer->to == NULL ? NULL : writer->to + writer->len;

    if (to != NULL && len > writer->room - writer->len) {
        writer->failed = true;
        return NULL;
    }
    writer->len += len;
    return to;
}

static void put_bytes(struct blob_writer *writer, const void *bytes, size_t len)
{
    uint8_t *const to = put_where(writer, len);

    if (to != NULL)
        memcpy(to, bytes, len);
}

/* A number among the parameters of a key; 0 for the length is a failure. */
static void put_number(
    struct blob_writer *writer, const EVP_PKEY *key, const char *name, size_t len)
{
    uint8_t *const to = put_where(writer, len);

    if (len == 0 || (to != NULL && !sslp_public_number(key, name, to, len)))
        writer->failed = true;
}

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
static SECURITY_STATUS read_curve_key(OSSL_LIB_CTX *libctx, DWORD group, DWORD key_len,
    struct sslp_bytes coordinates, struct public_key *to)
{
    const struct sslp_curve *curve = sslp_curve_by_group(group);
    const size_t len = key_len;

    if (curve == NULL)
        return NTE_NOT_SUPPORTED;
    if (len != curve->coordinate_len)
        return NTE_BAD_DATA;
    if (coordinates.len != 2 * len && !(curve->is_x_curve && coordinates.len == len))
        return NTE_BAD_DATA;
    if (curve->is_x_curve && !is_zero(coordinates.data + len, coordinates.len - len))
        return NTE_BAD_DATA;
    to->group = group;
    return sslp_public_on_curve(libctx, curve, coordinates.data, &to->key);
}

/* The generic magic does not say which curve.  A second coordinate of zeros makes a key of X25519
 * or X448, by its length; 0: no such key. */
static DWORD implied_group(DWORD key_len, struct sslp_bytes coordinates)
{
    for (size_t i = 0; i < sslp_curve_count; i++) {
        const struct sslp_curve *curve = &sslp_curves[i];

        if (curve->is_x_curve && curve->coordinate_len == key_len &&
            is_zero(coordinates.data + key_len, key_len))
            return curve->group;
    }
    return 0;
}

static SECURITY_STATUS read_ecc(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    const bool for_ssl = to->kind == SSLP_OBJECT_EPHEMERAL_KEY;
    BCRYPT_ECCKEY_BLOB header;
    size_t i = 0;

    if (!sslp_blob_take_header(&blob, &header, sizeof(header)))
        return NTE_BAD_DATA;
    while (i < ECC_MAGIC_COUNT &&
        (ecc_magics[i].magic != header.dwMagic || (for_ssl && !ecc_magics[i].for_ssl)))
        i++;
    if (i == ECC_MAGIC_COUNT)
        return NTE_NOT_SUPPORTED;
    if (blob.len != 2 * (size_t)header.cbKey)
        return NTE_BAD_DATA;
    return read_curve_key(libctx,
        ecc_magics[i].group != 0 ? ecc_magics[i].group : implied_group(header.cbKey, blob),
        header.cbKey, blob, to);
}

/* Natively the group in the caller's blob is overwritten by a magic.  Here an input stays as it
 * is. */
static SECURITY_STATUS read_ssl_ecc(
    OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    SSL_ECCKEY_BLOB header;

    if (to->kind != SSLP_OBJECT_EPHEMERAL_KEY)
        return NTE_NOT_SUPPORTED;
    if (!sslp_blob_take_header(&blob, &header, sizeof(header)))
        return NTE_BAD_DATA;
    return read_curve_key(libctx, header.dwCurveType, header.cbKey, blob, to);
}

/* ---- Elliptic curves with their parameters: ECCFULLPUBLICBLOB ---- */

/* The header, five numbers of the field, the order, which can be a byte longer, and the cofactor,
 * which is 1 on every curve of the table. */
enum {
    MAX_CURVE_PARAMETERS = sizeof(BCRYPT_ECCFULLKEY_BLOB) + 5 * SSLP_MAX_COORDINATE_LEN +
        (SSLP_MAX_COORDINATE_LEN + 1) + 1
};

static void put_base_point(struct blob_writer *writer, const EVP_PKEY *key, size_t field_len)
{
    uint8_t point[1 + 2 * SSLP_MAX_COORDINATE_LEN];
    size_t len = 0;

    if (EVP_PKEY_get_octet_string_param(
            key, OSSL_PKEY_PARAM_EC_GENERATOR, point, sizeof(point), &len) != 1 ||
        len != 1 + 2 * field_len || point[0] != POINT_CONVERSION_UNCOMPRESSED)
        writer->failed = true;
    else
        put_bytes(writer, point + 1, 2 * field_len);
}

/* BCRYPT_ECCFULLKEY_BLOB, p, a, b, the base point, order and cofactor, without a seed, of a key of
 * the type "EC" on this curve. */
static void put_curve_parameters(
    struct blob_writer *writer, const EVP_PKEY *key, const struct sslp_curve *curve)
{
    const size_t field_len = curve->coordinate_len;
    const size_t order_len = sslp_public_number_len(key, OSSL_PKEY_PARAM_EC_ORDER);
    const BCRYPT_ECCFULLKEY_BLOB header = {.dwMagic = BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC,
        .dwVersion = BCRYPT_ECC_FULLKEY_BLOB_V1,
        .dwCurveType = BCRYPT_ECC_PRIME_SHORT_WEIERSTRASS_CURVE,
        .dwCurveGenerationAlgId = BCRYPT_NO_CURVE_GENERATION_ALG_ID,
        .cbFieldLength = (ULONG)field_len,
        .cbSubgroupOrder = (ULONG)order_len,
        .cbCofactor = 1,
        .cbSeed = 0};

    put_bytes(writer, &header, sizeof(header));
    put_number(writer, key, OSSL_PKEY_PARAM_EC_P, field_len);
    put_number(writer, key, OSSL_PKEY_PARAM_EC_A, field_len);
    put_number(writer, key, OSSL_PKEY_PARAM_EC_B, field_len);
    put_base_point(writer, key, field_len);
    put_number(writer, key, OSSL_PKEY_PARAM_EC_ORDER, order_len);
    put_number(writer, key, OSSL_PKEY_PARAM_EC_COFACTOR, 1);
}

/* Whether these are the parameters behind the header. */
static bool curve_has_parameters(OSSL_LIB_CTX *libctx, const struct sslp_curve *curve,
    const BCRYPT_ECCFULLKEY_BLOB *header, const uint8_t *parameters)
{
    uint8_t own[MAX_CURVE_PARAMETERS];
    struct blob_writer writer = {.to = own, .room = sizeof(own)};
    EVP_PKEY *group = sslp_public_group(libctx, "EC", curve->evp_name);

    if (group == NULL)
        return false;
    put_curve_parameters(&writer, group, curve);
    EVP_PKEY_free(group);
    return !writer.failed &&
        writer.len ==
        sizeof(*header) + 5 * (size_t)curve->coordinate_len + header->cbSubgroupOrder +
            header->cbCofactor &&
        memcmp(own + sizeof(*header), parameters, writer.len - sizeof(*header)) == 0;
}

/* The curve of the table with these parameters, or NULL.  Keys on other curves are refused: a peer
 * can choose weak parameters, or some that make a forged key pass for an honest one (RFC 8422
 * section 5.4 has named curves only). */
static const struct sslp_curve *curve_by_parameters(
    OSSL_LIB_CTX *libctx, const BCRYPT_ECCFULLKEY_BLOB *header, const uint8_t *parameters)
{
    for (size_t i = 0; i < sslp_curve_count; i++) {
        const struct sslp_curve *curve = &sslp_curves[i];

        if (!curve->is_x_curve && curve->coordinate_len == header->cbFieldLength &&
            header->cbCofactor == 1 && curve_has_parameters(libctx, curve, header, parameters))
            return curve;
    }
    return NULL;
}

static SECURITY_STATUS read_full_ecc(
    OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    const bool for_ssl = to->kind == SSLP_OBJECT_EPHEMERAL_KEY;
    const struct sslp_curve *curve;
    BCRYPT_ECCFULLKEY_BLOB header;
    uint64_t point;

    if (!sslp_blob_take_header(&blob, &header, sizeof(header)))
        return NTE_BAD_DATA;
    if (header.dwMagic != BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC &&
        (for_ssl || header.dwMagic != BCRYPT_ECDSA_PUBLIC_GENERIC_MAGIC))
        return NTE_NOT_SUPPORTED;
    if (header.dwCurveType != BCRYPT_ECC_PRIME_SHORT_WEIERSTRASS_CURVE)
        return NTE_NOT_SUPPORTED;
    point = 5 * (uint64_t)header.cbFieldLength + header.cbSubgroupOrder + header.cbCofactor +
        header.cbSeed;
    if (header.dwVersion != BCRYPT_ECC_FULLKEY_BLOB_V1 ||
        blob.len != point + 2 * (uint64_t)header.cbFieldLength)
        return NTE_BAD_DATA;
    curve = curve_by_parameters(libctx, &header, blob.data);
    if (curve == NULL)
        return NTE_NOT_SUPPORTED;
    return read_curve_key(libctx, curve->group, header.cbFieldLength,
        sslp_bytes(blob.data + point, blob.len - (size_t)point), to);
}

/* ---- Finite-field Diffie-Hellman ---- */

static SECURITY_STATUS read_dh(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    const uint8_t *numbers;
    BCRYPT_DH_KEY_BLOB header;
    size_t len;

    if (!sslp_blob_take_header(&blob, &header, sizeof(header)))
        return NTE_BAD_DATA;
    len = header.cbKey;
    if (header.dwMagic != BCRYPT_DH_PUBLIC_MAGIC || len > SSLP_MAX_DH_BITS / 8 ||
        blob.len != 3 * len)
        return NTE_BAD_DATA;
    numbers = blob.data;
    return sslp_public_dh(libctx, sslp_bytes(numbers, len), sslp_bytes(numbers + len, len),
        sslp_bytes(numbers + 2 * len, len), &to->key);
}

/* ---- RSA ---- */

/* The fields for primes mean nothing in a public key and are not read. */
static SECURITY_STATUS read_rsa(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    BCRYPT_RSAKEY_BLOB header;

    if (!sslp_blob_take_header(&blob, &header, sizeof(header)))
        return NTE_BAD_DATA;
    if (header.Magic != BCRYPT_RSAPUBLIC_MAGIC || header.BitLength > SSLP_MAX_RSA_BITS ||
        header.cbModulus != (header.BitLength + 7) / 8 || header.cbPublicExp > header.cbModulus ||
        blob.len != (size_t)header.cbPublicExp + header.cbModulus)
        return NTE_BAD_DATA;
    return sslp_public_rsa(libctx,
        BN_bin2bn(blob.data + header.cbPublicExp, (int)header.cbModulus, NULL),
        BN_bin2bn(blob.data, (int)header.cbPublicExp, NULL), &to->key);
}

static SECURITY_STATUS read_capi(
    OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to)
{
    struct {
        PUBLICKEYSTRUC structure;
        RSAPUBKEY key;
    } header;
    BIGNUM *exponent;

    if (!sslp_blob_take_header(&blob, &header, sizeof(header)))
        return NTE_BAD_DATA;
    if (header.structure.bType != PUBLICKEYBLOB || header.structure.bVersion != CUR_BLOB_VERSION ||
        (header.structure.aiKeyAlg != CALG_RSA_KEYX &&
            header.structure.aiKeyAlg != CALG_RSA_SIGN) ||
        header.key.magic != BCRYPT_RSAPUBLIC_MAGIC || header.key.bitlen > SSLP_MAX_RSA_BITS ||
        header.key.bitlen % 8 != 0 || blob.len != header.key.bitlen / 8)
        return NTE_BAD_DATA;
    exponent = BN_new();
    if (exponent != NULL)
        (void)BN_set_word(exponent, header.key.pubexp);
    return sslp_public_rsa(libctx, BN_lebin2bn(blob.data, (int)blob.len, NULL), exponent, &to->key);
}

/* ---- Blobs of keys ---- */

static void put_curve_key(
    struct blob_writer *writer, const EVP_PKEY *key, const struct sslp_curve *curve)
{
    uint8_t coordinates[2 * SSLP_MAX_COORDINATE_LEN] = {0};
    size_t len = curve->coordinate_len;

    if (!curve->is_x_curve) {
        put_number(writer, key, OSSL_PKEY_PARAM_EC_PUB_X, len);
        put_number(writer, key, OSSL_PKEY_PARAM_EC_PUB_Y, len);
        return;
    }
    if (EVP_PKEY_get_raw_public_key(key, coordinates, &len) != 1 || len != curve->coordinate_len)
        writer->failed = true;
    put_bytes(writer, coordinates, 2 * (size_t)curve->coordinate_len);
}

/* Either blob of two coordinates: the magic or the group, the length of one, and both. */
static void write_two_coordinates(
    const struct sslp_asymmetric_object *object, DWORD magic_or_group, struct blob_writer *writer)
{
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);
    const SSL_ECCKEY_BLOB header = {magic_or_group, curve->coordinate_len};

    put_bytes(writer, &header, sizeof(header));
    put_curve_key(writer, object->key, curve);
}

static void write_ecc(const struct sslp_asymmetric_object *object, struct blob_writer *writer)
{
    DWORD magic = BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC;

    for (size_t i = 0; i < ECC_MAGIC_COUNT; i++) {
        if (ecc_magics[i].for_ssl && ecc_magics[i].group == object->group)
            magic = ecc_magics[i].magic;
    }
    write_two_coordinates(object, magic, writer);
}

static void write_ssl_ecc(const struct sslp_asymmetric_object *object, struct blob_writer *writer)
{
    write_two_coordinates(object, object->group, writer);
}

static void write_full_ecc(const struct sslp_asymmetric_object *object, struct blob_writer *writer)
{
    const struct sslp_curve *curve = sslp_curve_by_group(object->group);

    put_curve_parameters(writer, object->key, curve);
    put_curve_key(writer, object->key, curve);
}

static void write_dh(const struct sslp_asymmetric_object *object, struct blob_writer *writer)
{
    const size_t len = sslp_public_number_len(object->key, OSSL_PKEY_PARAM_FFC_P);
    const BCRYPT_DH_KEY_BLOB header = {BCRYPT_DH_PUBLIC_MAGIC, (DWORD)len};

    put_bytes(writer, &header, sizeof(header));
    put_number(writer, object->key, OSSL_PKEY_PARAM_FFC_P, len);
    put_number(writer, object->key, OSSL_PKEY_PARAM_FFC_G, len);
    put_number(writer, object->key, OSSL_PKEY_PARAM_PUB_KEY, len);
}

static void write_rsa(const struct sslp_asymmetric_object *object, struct blob_writer *writer)
{
    const size_t e_len = sslp_public_number_len(object->key, OSSL_PKEY_PARAM_RSA_E);
    const size_t n_len = sslp_public_number_len(object->key, OSSL_PKEY_PARAM_RSA_N);
    const BCRYPT_RSAKEY_BLOB header = {.Magic = BCRYPT_RSAPUBLIC_MAGIC,
        .BitLength = (DWORD)EVP_PKEY_get_bits(object->key),
        .cbPublicExp = (DWORD)e_len,
        .cbModulus = (DWORD)n_len};

    put_bytes(writer, &header, sizeof(header));
    put_number(writer, object->key, OSSL_PKEY_PARAM_RSA_E, e_len);
    put_number(writer, object->key, OSSL_PKEY_PARAM_RSA_N, n_len);
}

/* ---- The types ---- */

static const struct {
    LPCWSTR name;
    SECURITY_STATUS (*read)(OSSL_LIB_CTX *libctx, struct sslp_bytes blob, struct public_key *to);
    const char *key_type; /* NULL: every key on a curve of the table */
    void (*write)(const struct sslp_asymmetric_object *object, struct blob_writer *writer);
} blob_types[] = {
    {BCRYPT_ECCPUBLIC_BLOB, read_ecc, NULL, write_ecc},
    {BCRYPT_ECCFULLPUBLIC_BLOB, read_full_ecc, "EC", write_full_ecc},
    {SSL_ECCPUBLIC_BLOB, read_ssl_ecc, NULL, write_ssl_ecc},
    {BCRYPT_DH_PUBLIC_BLOB, read_dh, "DH", write_dh},
    {BCRYPT_RSAPUBLIC_BLOB, read_rsa, "RSA", write_rsa},
    {LEGACY_RSAPUBLIC_BLOB, read_capi, NULL, NULL},
};

enum { BLOB_TYPE_COUNT = sizeof(blob_types) / sizeof(blob_types[0]) };

static size_t find_blob_type(LPCWSTR name)
{
    size_t i = 0;

    while (i < BLOB_TYPE_COUNT && NcryptsslTextCompare(blob_types[i].name, name) != 0)
        i++;
    return i;
}

SECURITY_STATUS sslp_public_blob_import(struct sslp_backend *backend, enum sslp_object_kind kind,
    LPCWSTR blob_type, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    const size_t type = find_blob_type(blob_type);
    struct public_key key = {.kind = kind};
    SECURITY_STATUS status;
    unsigned long errors;

    *handle = 0;
    if (type == BLOB_TYPE_COUNT)
        return blob.len == 0 ? NTE_INVALID_PARAMETER : NTE_NOT_SUPPORTED;
    errors = sslp_errors_begin();
    status = blob_types[type].read(backend->libctx, blob, &key);
    if (status == ERROR_SUCCESS)
        status = sslp_asymmetric_object_new(backend, kind, key.key, false, key.group, handle);
    else
        EVP_PKEY_free(key.key);
    return sslp_errors_end(errors, status);
}

/* Whether the type has blobs of such a key. */
static bool blob_type_has_key(size_t type, const struct sslp_asymmetric_object *object)
{
    if (type == BLOB_TYPE_COUNT || blob_types[type].write == NULL)
        return false;
    return blob_types[type].key_type == NULL
        ? sslp_curve_by_group(object->group) != NULL
        : sslp_asymmetric_object_is_a(object, blob_types[type].key_type);
}

SECURITY_STATUS sslp_public_blob_export(const struct sslp_asymmetric_object *object,
    LPCWSTR blob_type, PBYTE output, DWORD output_len, DWORD *result)
{
    const unsigned long errors = sslp_errors_begin();
    const size_t type = find_blob_type(blob_type);
    struct blob_writer counted = {.to = NULL}, written = {.to = output, .room = output_len};
    SECURITY_STATUS status = ERROR_SUCCESS;

    *result = 0;
    if (!blob_type_has_key(type, object))
        return sslp_errors_end(errors, NTE_NOT_SUPPORTED);
    blob_types[type].write(object, &counted);
    if (!counted.failed && output != NULL && output_len < counted.len)
        status = NTE_BUFFER_TOO_SMALL;
    else if (!counted.failed && output != NULL)
        blob_types[type].write(object, &written);
    if (written.failed)
        OPENSSL_cleanse(output, counted.len);
    if (counted.failed || written.failed)
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    else
        *result = (DWORD)counted.len;
    return sslp_errors_end(errors, status);
}
