/* SPDX-License-Identifier: Apache-2.0
 *
 * SslCreateEphemeralKey: key pairs for one handshake; NcryptsslGroupByName.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "shim/keys/groups.h"
#include "shim/keys/kem_key.h"
#include "shim/keys/key_share.h"
#include "shim/keys/public_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

/* The only flag that is accepted.  It has an effect in groups with ML-KEM only. */
enum { ALLOWED_FLAGS = NCRYPT_SSL_SERVER_FLAG };

/* ML-KEM-512 to ML-KEM-1024. */
enum { FIRST_ML_KEM = 0x200, LAST_ML_KEM = 0x202 };

/* RSA moduli are multiples of this many bits, as on Windows. */
enum { RSA_BITS_STEP = 64 };

/* The key that is asked for. */
struct wanted_key {
    OSSL_LIB_CTX *libctx;
    DWORD group;
    DWORD bits;
    struct sslp_bytes params; /* empty: none */
    bool server;
};

/* Takes the context over.  NULL, and refused parameters: libcrypto lacks the algorithm. */
static SECURITY_STATUS generate_pair(
    EVP_PKEY_CTX *context, const OSSL_PARAM *params, EVP_PKEY **key)
{
    SECURITY_STATUS status = NTE_NOT_SUPPORTED;

    if (context != NULL && EVP_PKEY_keygen_init(context) > 0 &&
        (params == NULL || EVP_PKEY_CTX_set_params(context, params) > 0))
        status = EVP_PKEY_generate(context, key) > 0 ? ERROR_SUCCESS : NTE_FAIL;
    EVP_PKEY_CTX_free(context);
    return status == ERROR_SUCCESS ? status : sslp_errors_refusal(status);
}

/* Takes the domain parameters over; NULL: libcrypto lacks them. */
static SECURITY_STATUS generate_in_group(OSSL_LIB_CTX *libctx, EVP_PKEY *group, EVP_PKEY **key)
{
    SECURITY_STATUS status;

    if (group == NULL)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    status = generate_pair(EVP_PKEY_CTX_new_from_pkey(libctx, group, NULL), NULL, key);
    EVP_PKEY_free(group);
    return status;
}

/* The length in bits is ignored: a group has only one. */
static SECURITY_STATUS create_curve_key(const struct wanted_key *wanted, EVP_PKEY **key)
{
    const struct sslp_curve *curve = sslp_curve_by_group(wanted->group);

    if (curve == NULL)
        return NTE_NOT_SUPPORTED;
    if (curve->is_x_curve)
        return generate_pair(
            EVP_PKEY_CTX_new_from_name(wanted->libctx, curve->evp_name, NULL), NULL, key);
    return generate_in_group(
        wanted->libctx, sslp_public_group(wanted->libctx, "EC", curve->evp_name), key);
}

static SECURITY_STATUS create_dh_group_key(
    const struct wanted_key *wanted, const struct sslp_dh_group *group, EVP_PKEY **key)
{
    return generate_in_group(
        wanted->libctx, sslp_public_group(wanted->libctx, "DH", group->evp_name), key);
}

static SECURITY_STATUS create_group_key(const struct wanted_key *wanted, EVP_PKEY **key)
{
    const struct sslp_dh_group *dh_group = sslp_dh_group_by_number(wanted->group);

    return dh_group != NULL ? create_dh_group_key(wanted, dh_group, key)
                            : create_curve_key(wanted, key);
}

static SECURITY_STATUS create_rsa_key(const struct wanted_key *wanted, EVP_PKEY **key)
{
    size_t bits = wanted->bits;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits),
        OSSL_PARAM_construct_end(),
    };

    if (bits == 0)
        return NTE_INVALID_PARAMETER;
    if (bits < SSLP_MIN_RSA_BITS || bits > SSLP_MAX_RSA_BITS || bits % RSA_BITS_STEP != 0)
        return NTE_NOT_SUPPORTED;
    return generate_pair(EVP_PKEY_CTX_new_from_name(wanted->libctx, "RSA", NULL), params, key);
}

/* A BCRYPT_DH_PARAMETER_HEADER, modulus and generator; the length in bits has to be that of the
 * modulus. */
static SECURITY_STATUS read_dh_params(const struct wanted_key *wanted, EVP_PKEY **group)
{
    const struct sslp_bytes params = wanted->params;
    BCRYPT_DH_PARAMETER_HEADER header;
    const uint8_t *numbers;
    SECURITY_STATUS status;
    size_t len;

    if (params.len < sizeof(header))
        return NTE_INVALID_PARAMETER;
    memcpy(&header, params.data, sizeof(header)); /* need not be aligned */
    len = header.cbKeyLength;
    if (header.dwMagic != BCRYPT_DH_PARAMETERS_MAGIC || header.cbLength != params.len ||
        len > SSLP_MAX_DH_BITS / 8 || params.len != sizeof(header) + 2 * len)
        return NTE_INVALID_PARAMETER;
    numbers = params.data + sizeof(header);
    status = sslp_public_dh(wanted->libctx, sslp_bytes(numbers, len),
        sslp_bytes(numbers + len, len), sslp_bytes(NULL, 0), group);
    if (status == NTE_BAD_DATA ||
        (status == ERROR_SUCCESS && (DWORD)EVP_PKEY_get_bits(*group) != wanted->bits))
        status = NTE_INVALID_PARAMETER;
    return status;
}

static SECURITY_STATUS create_dh_key(const struct wanted_key *wanted, EVP_PKEY **key)
{
    const struct sslp_dh_group *dh_group = sslp_dh_group_by_bits(wanted->bits);
    EVP_PKEY *group = NULL;
    SECURITY_STATUS status;

    if (wanted->params.len != 0) {
        status = read_dh_params(wanted, &group);
        if (status == ERROR_SUCCESS)
            return generate_in_group(wanted->libctx, group, key);
        EVP_PKEY_free(group);
        return status;
    }
    if (dh_group != NULL)
        return create_dh_group_key(wanted, dh_group, key);
    return wanted->bits == 0 ? NTE_INVALID_PARAMETER : NTE_NOT_SUPPORTED;
}

static SECURITY_STATUS create_key(const struct wanted_key *wanted,
    enum sslp_key_exchange key_exchange, EVP_PKEY **key, DWORD *group)
{
    *group = 0;
    switch (key_exchange) {
    case SSLP_KX_ANY: /* TLS 1.3 */
        *group = wanted->group;
        return create_group_key(wanted, key);
    case SSLP_KX_ECDHE:
        *group = wanted->group;
        return create_curve_key(wanted, key);
    case SSLP_KX_RSA:
        return create_rsa_key(wanted, key);
    case SSLP_KX_DHE:
        return create_dh_key(wanted, key);
    default: /* PSK needs no key; SRP and mixed PSK exchanges have no native form */
        return NTE_NOT_SUPPORTED;
    }
}

/* A key share of TLS 1.3 is made before there is a suite, so the suite may be 0.  For pure ML-KEM
 * the native function ignores protocol and suite. */
static bool find_key_exchange(const struct sslp_backend *backend, DWORD group, DWORD protocol_id,
    DWORD suite_id, enum sslp_key_exchange *key_exchange)
{
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;

    *key_exchange = SSLP_KX_ANY;
    if ((sslp_protocol_is_tls13(sslp_protocol_of_shim(protocol_id)) && suite_id == 0) ||
        (group >= FIRST_ML_KEM && group <= LAST_ML_KEM))
        return true;
    if (!sslp_backend_find_suite(backend, protocol_id, suite_id, &protocol, &suite))
        return false;
    *key_exchange = suite->key_exchange;
    return true;
}

/* ---- Groups with ML-KEM ---- */

static SECURITY_STATUS create_kem_client(
    const struct wanted_key *wanted, const struct sslp_kem_group *group, struct sslp_kem_key **kem)
{
    EVP_PKEY *pair = NULL;
    SECURITY_STATUS status = generate_pair(
        EVP_PKEY_CTX_new_from_name(wanted->libctx, group->evp_name, NULL), NULL, &pair);

    return status == ERROR_SUCCESS ? sslp_kem_key_client(group, pair, kem) : status;
}

/* A server makes its key from the client's share, which comes as parameters. */
static SECURITY_STATUS create_kem_key(
    const struct wanted_key *wanted, const struct sslp_kem_group *group, struct sslp_kem_key **kem)
{
    struct sslp_key_share share;

    if (wanted->params.len == 0)
        return create_kem_client(wanted, group, kem);
    if (!wanted->server || !sslp_key_share_read(wanted->params, &share) ||
        share.group != group->group)
        return NTE_INVALID_PARAMETER;
    return sslp_kem_key_server(wanted->libctx, group, share.key_exchange, kem);
}

/* ---- The function ---- */

static SECURITY_STATUS create_object(struct sslp_backend *backend, const struct wanted_key *wanted,
    enum sslp_key_exchange key_exchange, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_kem_group *kem_group = sslp_kem_group_by_number(wanted->group);
    const unsigned long errors = sslp_errors_begin();
    struct sslp_kem_key *kem = NULL;
    EVP_PKEY *key = NULL;
    SECURITY_STATUS status;
    DWORD group;

    if (key_exchange == SSLP_KX_ANY && kem_group != NULL) {
        status = create_kem_key(wanted, kem_group, &kem);
        if (status == ERROR_SUCCESS)
            status = sslp_kem_object_new(backend, kem, handle);
    } else {
        status = create_key(wanted, key_exchange, &key, &group);
        if (status == ERROR_SUCCESS)
            status = sslp_asymmetric_object_new(
                backend, SSLP_OBJECT_EPHEMERAL_KEY, key, true, group, handle);
    }
    return sslp_errors_end(errors, status);
}

SECURITY_STATUS WINAPI SslCreateEphemeralKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phEphemeralKey, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    DWORD dwKeyBitLen, PBYTE pbParams, DWORD cbParams, DWORD dwFlags)
{
    struct wanted_key wanted = {NULL, dwKeyType, dwKeyBitLen,
        sslp_bytes(pbParams, pbParams != NULL ? cbParams : 0),
        (dwFlags & NCRYPT_SSL_SERVER_FLAG) != 0};
    struct sslp_call call = {.results = {phEphemeralKey}, .provider = hSslProvider};
    enum sslp_key_exchange key_exchange;
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    wanted.libctx = call.backend->libctx;
    if (phEphemeralKey == NULL || (dwFlags & ~(DWORD)ALLOWED_FLAGS) != 0)
        status = NTE_INVALID_PARAMETER;
    else if (!find_key_exchange(call.backend, dwKeyType, dwProtocol, dwCipherSuite, &key_exchange))
        status = NTE_NOT_SUPPORTED;
    else
        status = create_object(call.backend, &wanted, key_exchange, phEphemeralKey);
    return sslp_call_end(&call, status);
}

SECURITY_STATUS WINAPI NcryptsslGroupByName(LPCWSTR pszName, DWORD *pdwKeyType)
{
    if (pdwKeyType != NULL)
        *pdwKeyType = 0;
    if (pszName == NULL || pdwKeyType == NULL)
        return NTE_INVALID_PARAMETER;
    *pdwKeyType = sslp_group_by_name(pszName);
    return *pdwKeyType == 0 ? NTE_NOT_FOUND : ERROR_SUCCESS;
}
