/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/native_suite.h"

#include <string.h>

/* The ciphers of the suite table.  A cipher has the first row with its mode and with a prefix of
 * its EVP name. */
static const struct {
    const char *prefix;
    enum sslp_cipher_mode mode;
    struct sslp_native_cipher native;
} ciphers[] = {
    {"AES-", SSLP_MODE_GCM, {0, 0, BCRYPT_AES_ALGORITHM, BCRYPT_CHAIN_MODE_GCM, 16, 8}},
    {"ChaCha20-", SSLP_MODE_CHACHA20_POLY1305,
        {1, 0, BCRYPT_CHACHA20_POLY1305_ALGORITHM, BCRYPT_CHAIN_MODE_NA, 1, 8}},
    {"AES-", SSLP_MODE_CCM, {2, 0, BCRYPT_AES_ALGORITHM, BCRYPT_CHAIN_MODE_CCM, 16, 8}},
    {"ARIA-", SSLP_MODE_GCM, {3, 0, NCRYPTSSL_TEXT("ARIA"), BCRYPT_CHAIN_MODE_GCM, 16, 8}},
    {"AES-", SSLP_MODE_CBC, {4, 0, BCRYPT_AES_ALGORITHM, BCRYPT_CHAIN_MODE_CBC, 16, 8}},
    {"CAMELLIA-", SSLP_MODE_CBC, {5, 0, NCRYPTSSL_TEXT("CAMELLIA"), BCRYPT_CHAIN_MODE_CBC, 16, 8}},
    {"DES-EDE3-", SSLP_MODE_CBC, {6, 1, BCRYPT_3DES_ALGORITHM, BCRYPT_CHAIN_MODE_CBC, 8, 7}},
    {"RC4", SSLP_MODE_STREAM, {7, 2, BCRYPT_RC4_ALGORITHM, BCRYPT_CHAIN_MODE_NA, 1, 8}},
    {"DES-", SSLP_MODE_CBC, {8, 3, BCRYPT_DES_ALGORITHM, BCRYPT_CHAIN_MODE_CBC, 8, 7}},
    {"SM4-", SSLP_MODE_GCM, {10, 0, NCRYPTSSL_TEXT("SM4"), BCRYPT_CHAIN_MODE_GCM, 16, 8}},
    {"SM4-", SSLP_MODE_CCM, {11, 0, NCRYPTSSL_TEXT("SM4"), BCRYPT_CHAIN_MODE_CCM, 16, 8}},
    {"SEED-", SSLP_MODE_CBC, {12, 0, NCRYPTSSL_TEXT("SEED"), BCRYPT_CHAIN_MODE_CBC, 16, 8}},
    {"IDEA-", SSLP_MODE_CBC, {13, 1, NCRYPTSSL_TEXT("IDEA"), BCRYPT_CHAIN_MODE_CBC, 8, 8}},
    {"", SSLP_MODE_NULL, {9, 4, NCRYPTSSL_TEXT(""), BCRYPT_CHAIN_MODE_NA, 1, 8}},
};

/* szExchange, and the bounds of the key in bits. */
static const struct {
    LPCWSTR name;
    DWORD min_bits;
    DWORD max_bits;
} exchanges[] = {
    [SSLP_KX_ANY] = {NCRYPTSSL_TEXT(""), 0, 0},
    [SSLP_KX_RSA] = {BCRYPT_RSA_ALGORITHM, 512, 16384},
    [SSLP_KX_DHE] = {BCRYPT_DH_ALGORITHM, 1024, 4096},
    [SSLP_KX_ECDHE] = {BCRYPT_ECDH_ALGORITHM, 0, 65536},
    [SSLP_KX_PSK] = {TLS_PSK_EXCHANGE, 0, 65536},
    [SSLP_KX_RSA_PSK] = {TLS_RSA_PSK_EXCHANGE, 512, 16384},
    [SSLP_KX_DHE_PSK] = {NCRYPTSSL_TEXT("DHE_PSK"), 1024, 4096},
    [SSLP_KX_ECDHE_PSK] = {NCRYPTSSL_TEXT("ECDHE_PSK"), 0, 65536},
    [SSLP_KX_SRP] = {NCRYPTSSL_TEXT("SRP"), 1024, 8192},
};

/* szCertificate. */
static const LPCWSTR certificates[] = {
    [SSLP_AUTH_ANY] = NCRYPTSSL_TEXT(""),
    [SSLP_AUTH_NONE] = NCRYPTSSL_TEXT(""),
    [SSLP_AUTH_RSA] = BCRYPT_RSA_ALGORITHM,
    [SSLP_AUTH_DSS] = BCRYPT_DSA_ALGORITHM,
    [SSLP_AUTH_ECDSA] = BCRYPT_ECDSA_ALGORITHM,
    [SSLP_AUTH_PSK] = NCRYPTSSL_TEXT(""),
    [SSLP_AUTH_SRP] = NCRYPTSSL_TEXT(""),
};

static const LPCWSTR hashes[SSLP_HASH_COUNT] = {
    [SSLP_HASH_NONE] = NCRYPTSSL_TEXT(""),
    [SSLP_HASH_MD5] = BCRYPT_MD5_ALGORITHM,
    [SSLP_HASH_SHA1] = BCRYPT_SHA1_ALGORITHM,
    [SSLP_HASH_SHA256] = BCRYPT_SHA256_ALGORITHM,
    [SSLP_HASH_SHA384] = BCRYPT_SHA384_ALGORITHM,
    [SSLP_HASH_SM3] = NCRYPTSSL_TEXT("SM3"),
};

const struct sslp_native_cipher *sslp_native_suite_cipher(const struct sslp_cipher *cipher)
{
    const char *name = cipher->name == NULL ? "" : cipher->name;
    const size_t last = sizeof(ciphers) / sizeof(ciphers[0]) - 1;
    size_t row = 0;

    while (row < last &&
        (ciphers[row].mode != cipher->mode ||
            strncmp(name, ciphers[row].prefix, strlen(ciphers[row].prefix)) != 0))
        row++;
    return &ciphers[row].native;
}

void sslp_native_suite_write(WCHAR field[NCRYPT_SSL_MAX_NAME_SIZE], LPCWSTR text)
{
    memset(field, 0, NCRYPT_SSL_MAX_NAME_SIZE * sizeof(*field));
    for (size_t i = 0; i + 1 < NCRYPT_SSL_MAX_NAME_SIZE && text[i] != 0; i++)
        field[i] = text[i];
}

static void write_ascii(WCHAR field[NCRYPT_SSL_MAX_NAME_SIZE], const char *text)
{
    memset(field, 0, NCRYPT_SSL_MAX_NAME_SIZE * sizeof(*field));
    for (size_t i = 0; i + 1 < NCRYPT_SSL_MAX_NAME_SIZE && text[i] != 0; i++)
        field[i] = (WCHAR)text[i];
}

LPCWSTR sslp_native_suite_hash(enum sslp_hash_id hash)
{
    return hashes[hash];
}

void sslp_native_suite_fill(const struct sslp_protocol *protocol, const struct sslp_suite *suite,
    NCRYPT_SSL_CIPHER_SUITE *record)
{
    const struct sslp_native_cipher *cipher = sslp_native_suite_cipher(suite->cipher);

    record->dwProtocol = protocol->version;
    record->dwCipherSuite = record->dwBaseCipherSuite = suite->id;
    write_ascii(record->szCipherSuite, suite->name);
    sslp_native_suite_write(record->szCipher, cipher->name);
    /* For an export suite only the secret bytes of the key count. */
    record->dwCipherLen = (DWORD)suite->cipher->key_material_len * cipher->bits_per_byte;
    record->dwCipherBlockLen = cipher->block_len;
    sslp_native_suite_write(record->szHash, hashes[suite->mac]);
    record->dwHashLen = (DWORD)sslp_hash_id_size(suite->mac) * 8;
    sslp_native_suite_write(record->szExchange, exchanges[suite->key_exchange].name);
    record->dwMinExchangeLen = exchanges[suite->key_exchange].min_bits;
    record->dwMaxExchangeLen = exchanges[suite->key_exchange].max_bits;
    sslp_native_suite_write(record->szCertificate, certificates[suite->authentication]);
}
