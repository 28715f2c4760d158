/* SPDX-License-Identifier: Apache-2.0
 *
 * Every importer of key blobs, from blobs that are nearly right.  What is imported can be exported
 * and imported again, and what should not leave the library stays in it.
 */
#include "fuzz.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEMPLATES = 96, MAX_BLOB = 4096, DIGEST_LEN = 32 };

static struct template
{
    LPCWSTR type;
    uint8_t bytes[MAX_BLOB];
    size_t len;
}
templates[MAX_TEMPLATES];

static size_t template_count;
static NCRYPT_PROV_HANDLE storage;

static const LPCWSTR types[] = {BCRYPT_OPAQUE_KEY_BLOB, BCRYPT_ECCPUBLIC_BLOB,
    BCRYPT_ECCFULLPUBLIC_BLOB, SSL_ECCPUBLIC_BLOB, BCRYPT_DH_PUBLIC_BLOB, BCRYPT_RSAPUBLIC_BLOB,
    LEGACY_RSAPUBLIC_BLOB, NCRYPTSSL_SECRET_BLOB, NCRYPTSSL_KEY_SHARE_BLOB, TLS_13_PRE_SHARED_KEY,
    BCRYPT_KEY_DATA_BLOB};

static struct template *add_template(LPCWSTR type, const void *bytes, size_t len)
{
    struct template *const new = &templates[template_count];

    fuzz_require(template_count < MAX_TEMPLATES - 1 && len <= MAX_BLOB, "room for templates");
    template_count++;
    *new = (struct template){.type = type, .len = len};
    memcpy(new->bytes, bytes, len);
    return new;
}

static void add_exports(NCRYPT_KEY_HANDLE key)
{
    for (size_t i = 0; i < COUNT(types); i++) {
        uint8_t blob[MAX_BLOB];
        DWORD len = 0;

        if (SslExportKey(fuzz_provider, key, types[i], blob, sizeof(blob), &len, 0) ==
            ERROR_SUCCESS)
            (void)add_template(types[i], blob, len);
    }
    fuzz_free(key);
}

static void add_ephemeral_keys(void)
{
    static const struct {
        DWORD protocol, suite, group, bits;
    } keys[] = {{TLS1_3_PROTOCOL_VERSION, 0, 23, 0}, {TLS1_3_PROTOCOL_VERSION, 0, 24, 0},
        {TLS1_3_PROTOCOL_VERSION, 0, 25, 0}, {TLS1_3_PROTOCOL_VERSION, 0, 29, 0},
        {TLS1_3_PROTOCOL_VERSION, 0, 30, 0}, {TLS1_3_PROTOCOL_VERSION, 0, 256, 0},
        {TLS1_3_PROTOCOL_VERSION, 0, 4588, 0}, {TLS1_3_PROTOCOL_VERSION, 0, 512, 0},
        {TLS1_2_PROTOCOL_VERSION, TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 0, 1024},
        {TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA, 0, 1024}};

    for (size_t i = 0; i < COUNT(keys); i++) {
        NCRYPT_KEY_HANDLE key;

        if (SslCreateEphemeralKey(fuzz_provider, &key, keys[i].protocol, keys[i].suite,
                keys[i].group, keys[i].bits, NULL, 0, 0) == ERROR_SUCCESS)
            add_exports(key);
    }
}

/* The coordinates of a generator stand in BCRYPT_ECCPUBLIC_BLOB; here the whole curve, P-256 (FIPS
 * 186-4 D.1.2.3), whose numbers libcrypto gives. */
static void add_full_curve(void)
{
    static const char *const numbers[] = {"p", "a", "b", "x", "y", "order"};
    EVP_PKEY *const key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    BCRYPT_ECCFULLKEY_BLOB header = {BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC, BCRYPT_ECC_FULLKEY_BLOB_V1,
        BCRYPT_ECC_PRIME_SHORT_WEIERSTRASS_CURVE, BCRYPT_NO_CURVE_GENERATION_ALG_ID, 32, 32, 1, 0};
    uint8_t blob[sizeof(header) + 8 * 32 + 1] = {0}, generator[65], *at = blob + sizeof(header);
    size_t len = 0;

    memcpy(blob, &header, sizeof(header));
    fuzz_require(EVP_PKEY_get_octet_string_param(
                     key, "generator", generator, sizeof(generator), &len) == 1 &&
            len == sizeof(generator),
        "a generator");
    for (size_t i = 0; i < COUNT(numbers); i++, at += 32) {
        BIGNUM *number = NULL;

        if (numbers[i][0] == 'x' || numbers[i][0] == 'y') {
            memcpy(at, generator + (numbers[i][0] == 'x' ? 1 : 33), 32);
            continue;
        }
        fuzz_require(EVP_PKEY_get_bn_param(key, numbers[i], &number) == 1 &&
                BN_bn2binpad(number, at, 32) == 32,
            "a number of the curve");
        BN_free(number);
    }
    *at++ = 1;
    memcpy(at, generator + 1, 64);
    EVP_PKEY_free(key);
    (void)add_template(BCRYPT_ECCFULLPUBLIC_BLOB, blob, sizeof(blob));
}

/* From BCRYPT_RSAPUBLIC_BLOB: the same key as CryptoAPI wrote it. */
static void add_legacy_rsa(void)
{
    const size_t len = 128;
    const PUBLICKEYSTRUC first = {PUBLICKEYBLOB, CUR_BLOB_VERSION, 0, CALG_RSA_KEYX};
    const RSAPUBKEY second = {BCRYPT_RSAPUBLIC_MAGIC, 8 * 128, 65537};
    uint8_t blob[sizeof(first) + sizeof(second) + 128];

    memcpy(blob, &first, sizeof(first));
    memcpy(blob + sizeof(first), &second, sizeof(second));
    memset(blob + sizeof(first) + sizeof(second), 0xC5, len);
    (void)add_template(LEGACY_RSAPUBLIC_BLOB, blob, sizeof(blob));
}

static void add_secrets(void)
{
    static const struct {
        DWORD kind, protocol, suite, len, flags;
    } secrets[] = {
        {NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA, 48, 0},
        {NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA, 48,
            NCRYPTSSL_ENCRYPT_THEN_MAC},
        {NCRYPTSSL_KIND_MASTER_KEY, SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_RC4_128_SHA, 48, 0},
        {NCRYPTSSL_KIND_MASTER_KEY, DTLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_GCM_SHA256, 48,
            0},
        {NCRYPTSSL_KIND_EARLY_SECRET, TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, 32, 0},
        {NCRYPTSSL_KIND_HANDSHAKE_SECRET, TLS1_3_PROTOCOL_VERSION, TLS_AES_256_GCM_SHA384, 48, 0},
        {NCRYPTSSL_KIND_MASTER_SECRET, TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, 32, 0},
        {NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, 32, 0},
        {NCRYPTSSL_KIND_EXPORTER_SECRET, TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, 32, 0},
        {NCRYPTSSL_KIND_RESUMPTION_SECRET, TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, 32, 0},
        {NCRYPTSSL_KIND_BINDER_KEY, TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, 32, 0},
        {NCRYPTSSL_KIND_PRE_SHARED_KEY, TLS1_3_PROTOCOL_VERSION, TLS_AES_256_GCM_SHA384, 20, 0},
    };
    BYTE randoms[64] = {9};
    NCryptBuffer buffers[] = {{32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms},
        {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms + 32}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, buffers};

    for (size_t i = 0; i < COUNT(secrets); i++) {
        NCRYPTSSL_SECRET_BLOB_HEADER header = {(DWORD)sizeof(header) + secrets[i].len,
            NCRYPTSSL_SECRET_MAGIC, secrets[i].kind, secrets[i].protocol, secrets[i].suite,
            NCRYPT_SSL_CLIENT_FLAG | secrets[i].flags, secrets[i].len};
        struct template *const new = add_template(NCRYPTSSL_SECRET_BLOB, &header, sizeof(header));
        const NCRYPT_KEY_HANDLE secret = fuzz_secret(header.dwKind, header.dwProtocol,
            header.dwCipherSuite, header.dwFlags, fuzz_canary, header.cbSecret);
        NCRYPT_KEY_HANDLE keys[2] = {0, 0};

        memcpy(new->bytes + new->len, fuzz_canary, header.cbSecret);
        new->len += header.cbSecret;
        if (SslGenerateSessionKeys(fuzz_provider, secret, &keys[0], &keys[1], &list, 0) ==
                ERROR_SUCCESS ||
            SslExpandWriteKey(fuzz_provider, secret, &keys[0], NULL, 0) == ERROR_SUCCESS) {
            add_exports(keys[0]);
            if (keys[1] != 0)
                add_exports(keys[1]);
        }
        fuzz_free(secret);
    }
    (void)add_template(TLS_13_PRE_SHARED_KEY, fuzz_canary, 32);
}

static void blobs_begin(void)
{
    fuzz_open_provider();
    fuzz_require(NCryptOpenStorageProvider(&storage, NULL, 0) == ERROR_SUCCESS, "storage");
    add_ephemeral_keys();
    add_full_curve();
    add_legacy_rsa();
    add_secrets();
    fuzz_require(template_count >= 30, "most blobs");
}

/* The digest of an opaque blob is made right, so that the fields behind it are looked at. */
static void mend(uint8_t *blob, size_t len)
{
    if (len > DIGEST_LEN)
        (void)EVP_Digest(blob, len - DIGEST_LEN, blob + len - DIGEST_LEN, NULL, EVP_sha256(), NULL);
}

/* A record for each key: none but a session key takes one. */
static void use_key(struct fuzz_input *input, NCRYPT_KEY_HANDLE key)
{
    BYTE text[80], record[256], property[4];
    const size_t text_len = fuzz_bytes(input, text, sizeof(text));
    PBYTE value = NULL;
    DWORD len = 0;

    (void)property;
    if (fuzz_called(SslEncryptPacket(fuzz_provider, key, text, (DWORD)text_len, record,
                        sizeof(record), &len, 1, CT_APPLICATIONDATA, 0),
            "SslEncryptPacket") == ERROR_SUCCESS)
        fuzz_require(len <= sizeof(record), "no more than there is room for");
    (void)fuzz_called(SslDecryptPacket(fuzz_provider, key, text, (DWORD)text_len, record,
                          sizeof(record), &len, 1, 0),
        "SslDecryptPacket");
    (void)fuzz_called(
        SslGetKeyProperty(key, NCRYPT_LENGTH_PROPERTY, &value, &len, 0), "SslGetKeyProperty");
    if (value != NULL)
        (void)SslFreeBuffer(value);
}

/* Exports as every type.  An export that is imported exports as the same bytes. */
static void export_again(NCRYPT_KEY_HANDLE key, bool is_secret)
{
    for (size_t i = 0; i < COUNT(types); i++) {
        uint8_t blob[MAX_BLOB], second[MAX_BLOB];
        NCRYPT_KEY_HANDLE again = 0;
        DWORD len = 0, second_len = 0;

        if (fuzz_called(SslExportKey(fuzz_provider, key, types[i], blob, sizeof(blob), &len, 0),
                "SslExportKey") != ERROR_SUCCESS)
            continue;
        fuzz_require(!is_secret, "a secret is not exported");
        fuzz_require(SslImportKey(fuzz_provider, &again, types[i], blob, len, 0) == ERROR_SUCCESS &&
                SslExportKey(fuzz_provider, again, types[i], second, sizeof(second), &second_len,
                    0) == ERROR_SUCCESS &&
                len == second_len && memcmp(blob, second, len) == 0,
            "an exported blob is imported and exported alike");
        fuzz_free(again);
    }
}

static void blobs_run(struct fuzz_input *input)
{
    const struct template *const template = &templates[fuzz_below(input, template_count)];
    LPCWSTR const type =
        fuzz_byte(input) % 16 == 15 ? types[fuzz_below(input, COUNT(types))] : template->type;
    const uint8_t how = fuzz_byte(input);
    uint8_t room[2 * MAX_BLOB], *blob;
    NCRYPT_KEY_HANDLE key = 0, plain = 0;
    SECURITY_STATUS status;
    size_t len = template->len;

    memcpy(room, template->bytes, len);
    if (how % 4 == 3)
        len = fuzz_bytes(input, room, sizeof(room));
    else
        len = fuzz_change(input, room, len, sizeof(room));
    if (how % 2 == 0 && template->type == types[0])
        mend(room, len);
    blob = fuzz_copy(room, len);
    status = fuzz_made(
        SslImportKey(fuzz_provider, &key, type, blob, (DWORD)len, 0), &key, "SslImportKey");
    if (status == ERROR_SUCCESS) {
        use_key(input, key);
        export_again(key, type == types[7] || type == types[9]);
    }
    fuzz_free(key);
    if (fuzz_made(NCryptImportKey(storage, 0, type, NULL, &plain, blob, (DWORD)len, 0), &plain,
            "NCryptImportKey") == ERROR_SUCCESS)
        fuzz_require(NCryptFreeObject(plain) == ERROR_SUCCESS, "NCryptFreeObject");
    fuzz_require(memcmp(blob, room, len) == 0, "a blob stays as it is");
    free(blob);
}

static void blobs_seed(void)
{
    fuzz_seed_each(template_count, "\0\0", 2);
    fuzz_seed_each(template_count, "\0\0\1\0\1\11", 6);
    fuzz_seed_each(template_count, "\0\1\1\10\5\3", 6);
}

const struct fuzz_target fuzz_blobs = {"blobs", blobs_begin, blobs_run, blobs_seed};
