/* SPDX-License-Identifier: Apache-2.0
 *
 * SslGetKeyProperty.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/utf16.h"
#include "shim/core/buffers.h"
#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "shim/keys/groups.h"

#include <openssl/evp.h>
#include <string.h>

/* The key whose property is asked for, and where the value goes. */
struct question {
    const struct sslp_asymmetric_object *object;
    bool is_ephemeral;
    PBYTE *output;
    DWORD *output_len;
};

static SECURITY_STATUS answer(const struct question *question, const void *value, size_t len)
{
    *question->output = sslp_buffer_new(len);
    if (*question->output == NULL)
        return NTE_NO_MEMORY;
    memcpy(*question->output, value, len);
    *question->output_len = (DWORD)len;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS answer_number(const struct question *question, DWORD number)
{
    return answer(question, &number, sizeof(number));
}

static SECURITY_STATUS answer_text(const struct question *question, LPCWSTR text)
{
    return answer(question, text, (NcryptsslTextLen(text) + 1) * sizeof(*text));
}

/* Natively only keys on the three curves with algorithms of their own have a type. */
static SECURITY_STATUS get_key_type(const struct question *question)
{
    const DWORD group = question->object->group;
    const bool is_fixed =
        group >= TLS_ECC_P256_CURVE_KEY_TYPE && group <= TLS_ECC_P521_CURVE_KEY_TYPE;

    if (!question->is_ephemeral)
        return NTE_INVALID_HANDLE;
    return answer_number(question, is_fixed ? group : 0);
}

/* The names of algorithms.  Private keys on elliptic curves sign; ephemeral keys agree. */
static const struct key_algorithm {
    const char *type;
    DWORD group; /* 0: every group without a row of its own */
    LPCWSTR name, signature_name;
    LPCWSTR family, signature_family;
} algorithms[] = {
    {"RSA", 0, BCRYPT_RSA_ALGORITHM, BCRYPT_RSA_ALGORITHM, BCRYPT_RSA_ALGORITHM,
        BCRYPT_RSA_ALGORITHM},
    {"RSA-PSS", 0, BCRYPT_RSA_ALGORITHM, BCRYPT_RSA_ALGORITHM, BCRYPT_RSA_ALGORITHM,
        BCRYPT_RSA_ALGORITHM},
    {"DH", 0, BCRYPT_DH_ALGORITHM, BCRYPT_DH_ALGORITHM, BCRYPT_DH_ALGORITHM, BCRYPT_DH_ALGORITHM},
    {"DSA", 0, BCRYPT_DSA_ALGORITHM, BCRYPT_DSA_ALGORITHM, BCRYPT_DSA_ALGORITHM,
        BCRYPT_DSA_ALGORITHM},
    {"EC", TLS_ECC_P256_CURVE_KEY_TYPE, BCRYPT_ECDH_P256_ALGORITHM, BCRYPT_ECDSA_P256_ALGORITHM,
        BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDSA_ALGORITHM},
    {"EC", TLS_ECC_P384_CURVE_KEY_TYPE, BCRYPT_ECDH_P384_ALGORITHM, BCRYPT_ECDSA_P384_ALGORITHM,
        BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDSA_ALGORITHM},
    {"EC", TLS_ECC_P521_CURVE_KEY_TYPE, BCRYPT_ECDH_P521_ALGORITHM, BCRYPT_ECDSA_P521_ALGORITHM,
        BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDSA_ALGORITHM},
    {"EC", 0, BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDSA_ALGORITHM, BCRYPT_ECDH_ALGORITHM,
        BCRYPT_ECDSA_ALGORITHM},
    {"X25519", 0, BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDH_ALGORITHM,
        BCRYPT_ECDH_ALGORITHM},
    {"X448", 0, BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDH_ALGORITHM, BCRYPT_ECDH_ALGORITHM,
        BCRYPT_ECDH_ALGORITHM},
};

static const struct key_algorithm *find_key_algorithm(const struct sslp_asymmetric_object *object)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        if (sslp_asymmetric_object_is_a(object, algorithms[i].type) &&
            (algorithms[i].group == 0 || algorithms[i].group == object->group))
            return &algorithms[i];
    }
    return NULL;
}

/* The name of the key's algorithm or of its family, as a key that agrees or as one that signs. */
static SECURITY_STATUS answer_algorithm(const struct question *question, bool family)
{
    const struct key_algorithm *algorithm = find_key_algorithm(question->object);

    if (algorithm == NULL)
        return NTE_NOT_SUPPORTED;
    if (question->is_ephemeral)
        return answer_text(question, family ? algorithm->family : algorithm->name);
    return answer_text(question, family ? algorithm->signature_family : algorithm->signature_name);
}

static SECURITY_STATUS get_algorithm_name(const struct question *question)
{
    return answer_algorithm(question, false);
}

static SECURITY_STATUS get_algorithm_group(const struct question *question)
{
    return answer_algorithm(question, true);
}

/* Bits of the modulus or of the field.  libcrypto counts those of the group's order, which may
 * differ. */
static SECURITY_STATUS get_length(const struct question *question)
{
    const struct sslp_curve *curve = sslp_curve_by_group(question->object->group);
    const EVP_PKEY *key = question->object->key;
    const int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;

    if (curve != NULL)
        return answer_number(question, curve->bits);
    return bits > 0 ? answer_number(question, (DWORD)bits) : NTE_NOT_SUPPORTED;
}

/* Bytes of one RSA ciphertext; other keys do not encrypt. */
static SECURITY_STATUS get_block_length(const struct question *question)
{
    if (!sslp_asymmetric_object_is_a(question->object, "RSA"))
        return NTE_NOT_SUPPORTED;
    return answer_number(question, (DWORD)EVP_PKEY_get_size(question->object->key));
}

static const struct {
    LPCWSTR name;
    SECURITY_STATUS (*get)(const struct question *question);
} properties[] = {
    {SSL_KEY_TYPE_PROPERTY, get_key_type},
    {NCRYPT_ALGORITHM_PROPERTY, get_algorithm_name},
    {NCRYPT_ALGORITHM_GROUP_PROPERTY, get_algorithm_group},
    {NCRYPT_LENGTH_PROPERTY, get_length},
    {NCRYPT_BLOCK_LENGTH_PROPERTY, get_block_length},
};

static SECURITY_STATUS get_property(const struct question *question, LPCWSTR name, DWORD flags)
{
    if (flags != 0)
        return NTE_BAD_FLAGS;
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (NcryptsslTextCompare(name, properties[i].name) == 0) {
            const unsigned long errors = sslp_errors_begin();

            return sslp_errors_end(errors, properties[i].get(question));
        }
    }
    return NTE_NOT_SUPPORTED;
}

SECURITY_STATUS WINAPI SslGetKeyProperty(
    NCRYPT_KEY_HANDLE hKey, LPCWSTR pszProperty, PBYTE *ppbOutput, DWORD *pcbOutput, DWORD dwFlags)
{
    struct question question = {.output = ppbOutput, .output_len = pcbOutput};
    SECURITY_STATUS status;

    if (ppbOutput != NULL)
        *ppbOutput = NULL;
    if (pcbOutput != NULL)
        *pcbOutput = 0;
    if (!sslp_object_is_key(hKey))
        return NTE_INVALID_HANDLE;
    if (pszProperty == NULL || NcryptsslTextLen(pszProperty) > NCRYPT_MAX_PROPERTY_NAME)
        return NTE_INVALID_PARAMETER;
    if (ppbOutput == NULL || pcbOutput == NULL)
        return NTE_INVALID_PARAMETER;
    question.object = sslp_object_acquire(hKey, SSLP_OBJECT_EPHEMERAL_KEY);
    question.is_ephemeral = question.object != NULL;
    if (question.object == NULL)
        question.object = sslp_object_acquire(hKey, SSLP_OBJECT_PRIVATE_KEY);
    if (question.object == NULL)
        return NTE_INVALID_HANDLE;
    status = get_property(&question, pszProperty, dwFlags);
    sslp_object_release(hKey);
    return status;
}
