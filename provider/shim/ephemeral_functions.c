/* SPDX-License-Identifier: Apache-2.0
 *
 * SslCreateEphemeralKey: key pairs for one handshake.
 */
#include "ncryptssl/sslprovider.h"
#include "shim/backend.h"
#include "shim/errors.h"
#include "shim/objects.h"
#include "shim/public_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

/* The one flag that is let through; it changes nothing. */
enum { ALLOWED_FLAGS = 0x2 };

/* Moduli of RSA keys are multiples of this, as those of Windows. */
enum { RSA_BITS_STEP = 64 };

/* What is asked for, beside protocol and suite. */
struct wanted {
    OSSL_LIB_CTX *libctx;
    DWORD group;
    DWORD bits;
    struct sslp_bytes params;
};

/* The group that stands for a length where the caller gives no parameters: those of RFC 7919, and
 * below them the one of RFC 3526. */
static const struct {
    DWORD bits;
    const char *name;
} dh_groups[] = {
    {1536, "modp_1536"},
    {2048, "ffdhe2048"},
    {3072, "ffdhe3072"},
    {4096, "ffdhe4096"},
    {6144, "ffdhe6144"},
    {8192, "ffdhe8192"},
};

/* Takes the context over.  NULL, and parameters that are refused: libcrypto lacks the algorithm. */
static SECURITY_STATUS generate(EVP_PKEY_CTX *context, const OSSL_PARAM *params, EVP_PKEY **key)
{
    SECURITY_STATUS status = NTE_NOT_SUPPORTED;

    if (context != NULL && EVP_PKEY_keygen_init(context) > 0 &&
        (params == NULL || EVP_PKEY_CTX_set_params(context, params) > 0))
        status = EVP_PKEY_generate(context, key) > 0 ? ERROR_SUCCESS : NTE_FAIL;
    EVP_PKEY_CTX_free(context);
    return status;
}

/* Takes the domain parameters over; NULL: libcrypto lacks them. */
static SECURITY_STATUS generate_in(OSSL_LIB_CTX *libctx, EVP_PKEY *group, EVP_PKEY **key)
{
    SECURITY_STATUS status = NTE_NOT_SUPPORTED;

    if (group != NULL)
        status = generate(EVP_PKEY_CTX_new_from_pkey(libctx, group, NULL), NULL, key);
    EVP_PKEY_free(group);
    return status;
}

/* The length in bits is not looked at: the group has but one. */
static SECURITY_STATUS create_curve_key(const struct wanted *wanted, EVP_PKEY **key)
{
    const struct sslp_curve *curve = sslp_curve_by_group(wanted->group);

    if (curve == NULL)
        return NTE_NOT_SUPPORTED;
    if (curve->is_x_curve)
        return generate(
            EVP_PKEY_CTX_new_from_name(wanted->libctx, curve->evp_name, NULL), NULL, key);
    return generate_in(
        wanted->libctx, sslp_public_group(wanted->libctx, "EC", curve->evp_name), key);
}

static SECURITY_STATUS create_rsa_key(const struct wanted *wanted, EVP_PKEY **key)
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
    return generate(EVP_PKEY_CTX_new_from_name(wanted->libctx, "RSA", NULL), params, key);
}

/* A BCRYPT_DH_PARAMETER_HEADER, modulus and generator; the length in bits has to be that of the
 * modulus. */
static SECURITY_STATUS read_dh_params(const struct wanted *wanted, EVP_PKEY **group)
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

static SECURITY_STATUS create_dh_key(const struct wanted *wanted, EVP_PKEY **key)
{
    EVP_PKEY *group = NULL;
    SECURITY_STATUS status;

    if (wanted->params.data != NULL && wanted->params.len != 0) {
        status = read_dh_params(wanted, &group);
        if (status == ERROR_SUCCESS)
            return generate_in(wanted->libctx, group, key);
        EVP_PKEY_free(group);
        return status;
    }
    for (size_t i = 0; i < sizeof(dh_groups) / sizeof(dh_groups[0]); i++) {
        if (dh_groups[i].bits == wanted->bits)
            return generate_in(
                wanted->libctx, sslp_public_group(wanted->libctx, "DH", dh_groups[i].name), key);
    }
    return wanted->bits == 0 ? NTE_INVALID_PARAMETER : NTE_NOT_SUPPORTED;
}

static SECURITY_STATUS create(
    const struct wanted *wanted, enum sslp_key_exchange key_exchange, EVP_PKEY **key, DWORD *group)
{
    *group = 0;
    switch (key_exchange) {
    case SSLP_KX_ANY: /* TLS 1.3 */
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

/* A key share of TLS 1.3 is made before there is a suite: 0 is then as good as any. */
static bool find_key_exchange(const struct sslp_backend *backend, DWORD protocol_id, DWORD suite_id,
    enum sslp_key_exchange *key_exchange)
{
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;

    *key_exchange = SSLP_KX_ANY;
    if (protocol_id == TLS1_3_PROTOCOL_VERSION && suite_id == 0)
        return true;
    if (!sslp_backend_find_suite(backend, protocol_id, suite_id, &protocol, &suite))
        return false;
    *key_exchange = suite->key_exchange;
    return true;
}

static SECURITY_STATUS create_object(struct sslp_backend *backend, const struct wanted *wanted,
    enum sslp_key_exchange key_exchange, NCRYPT_KEY_HANDLE *handle)
{
    const unsigned long errors = sslp_errors_begin();
    EVP_PKEY *key = NULL;
    DWORD group;
    SECURITY_STATUS status = create(wanted, key_exchange, &key, &group);

    if (status == ERROR_SUCCESS)
        status = sslp_asymmetric_object_new(
            backend, SSLP_OBJECT_EPHEMERAL_KEY, key, true, group, handle);
    return sslp_errors_end(errors, status);
}

SECURITY_STATUS WINAPI SslCreateEphemeralKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phEphemeralKey, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    DWORD dwKeyBitLen, PBYTE pbParams, DWORD cbParams, DWORD dwFlags)
{
    struct sslp_provider_object *provider;
    enum sslp_key_exchange key_exchange;
    SECURITY_STATUS status = NTE_INVALID_PARAMETER;

    if (phEphemeralKey != NULL)
        *phEphemeralKey = 0;
    provider = sslp_object_acquire(hSslProvider, SSLP_OBJECT_PROVIDER);
    if (provider == NULL)
        return NTE_INVALID_HANDLE;
    if (phEphemeralKey != NULL && (dwFlags & ~(DWORD)ALLOWED_FLAGS) == 0) {
        const struct wanted wanted = {
            provider->backend->libctx, dwKeyType, dwKeyBitLen, sslp_bytes(pbParams, cbParams)};

        status = NTE_NOT_SUPPORTED;
        if (find_key_exchange(provider->backend, dwProtocol, dwCipherSuite, &key_exchange))
            status = create_object(provider->backend, &wanted, key_exchange, phEphemeralKey);
    }
    sslp_object_release(hSslProvider);
    return status;
}
