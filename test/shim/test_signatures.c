/* SPDX-License-Identifier: Apache-2.0
 *
 * SslSignHash and SslVerifySignature: their checks in order, and every kind of signature against
 * libcrypto both ways.
 */
#include "signatures/libcrypto.h"

#include "shim/support.h"
#include "shim/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE handles[KEYS], master;

struct hash {
    const char *name;
    DWORD len;
};

static const struct hash hashes[] = {
    {"MD5", 16}, {"SHA1", 20}, {"SHA256", 32}, {"SHA384", 48}, {"SHA512", 64}};

static struct message bare(DWORD len)
{
    struct message message = {.len = len};

    for (DWORD i = 0; i < len; i++)
        message.bytes[i] = (BYTE)(0x11 + 7 * i);
    return message;
}

static struct message named(const char *name, DWORD len)
{
    const struct message digest = bare(len);
    struct message message = {.prefix = 2 * (DWORD)(strlen(name) + 1)};

    for (size_t i = 0; name[i] != '\0'; i++) {
        const WCHAR unit = (WCHAR)name[i];

        memcpy(message.bytes + 2 * i, &unit, sizeof(unit));
    }
    memcpy(message.bytes + message.prefix, digest.bytes, len);
    message.len = message.prefix + len;
    return message;
}

static SECURITY_STATUS sign(
    NCRYPT_KEY_HANDLE key, const struct message *message, DWORD flags, struct signature *signature)
{
    struct message copy = *message;
    SECURITY_STATUS status;

    memset(signature, 0xAA, sizeof(*signature));
    status = SslSignHash(provider, key, copy.bytes, copy.len, signature->bytes,
        sizeof(signature->bytes), &signature->len, flags);
    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    if (status != ERROR_SUCCESS)
        CU_ASSERT_EQUAL(signature->len, 0);
    return status;
}

static SECURITY_STATUS verify(NCRYPT_KEY_HANDLE key, const struct message *message, DWORD flags,
    const struct signature *signature)
{
    struct message message_copy = *message;
    struct signature signature_copy = *signature;
    const SECURITY_STATUS status = SslVerifySignature(provider, key, message_copy.bytes,
        message_copy.len, signature_copy.bytes, signature_copy.len, flags);

    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    return status;
}

static bool open_key(EVP_PKEY *key, NCRYPT_KEY_HANDLE *handle)
{
    CERT_CONTEXT certificate;
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    long len;
    bool opened;

    certificate = make_certificate(key, 1);
    opened = PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) > 0;
    len = BIO_get_mem_data(bio, &pem);
    opened = opened &&
        NcryptsslAttachPrivateKey(provider, &certificate, (const BYTE *)pem, (DWORD)len, 0) == 0 &&
        SslOpenPrivateKey(provider, handle, &certificate, NCRYPT_SILENT_FLAG) == 0;
    free_certificate(&certificate);
    BIO_free(bio);
    return opened;
}

/* ---- Arguments ---- */

static void test_sign_checks_in_order(void)
{
    struct message good = bare(32);
    BYTE signature[MAX_SIGNATURE];
    DWORD len = 7;

    EXPECT_BAD_HANDLE(SslSignHash(0, 0, NULL, 0, NULL, 0, NULL, 3), "no provider");
    EXPECT_BAD_HANDLE(SslSignHash(provider, 0, NULL, 0, NULL, 0, NULL, 3), "no key");
    EXPECT_BAD_HANDLE(SslSignHash(provider, provider, NULL, 0, NULL, 0, NULL, 3), "provider");
    EXPECT_BAD_HANDLE(SslSignHash(provider, master, NULL, 0, NULL, 0, &len, 3), "master key");
    CU_ASSERT_EQUAL(len, 0);
    EXPECT_STATUS(SslSignHash(provider, handles[RSA_KEY], good.bytes, 32, signature, 512, NULL, 0),
        NTE_INVALID_PARAMETER, "no result");
    EXPECT_STATUS(SslSignHash(provider, handles[RSA_KEY], NULL, 32, signature, 512, &len, 0),
        NTE_INVALID_PARAMETER, "no digest");
    EXPECT_STATUS(SslSignHash(provider, handles[RSA_KEY], good.bytes, 0, signature, 512, &len, 0),
        NTE_INVALID_PARAMETER, "empty digest");
    EXPECT_STATUS(SslSignHash(provider, handles[P256_KEY], good.bytes, 0, signature, 1, &len, 0),
        NTE_INVALID_PARAMETER, "empty digest");
    for (size_t i = 0; i < KEYS; i++) {
        for (DWORD bit = 0; bit < 32; bit++) {
            const bool wrong = i == RSA_KEY || bit < 2;

            len = 7;
            EXPECT_STATUS(
                SslSignHash(provider, handles[i], good.bytes, 32, signature, 1, &len, 1U << bit),
                wrong ? NTE_INVALID_PARAMETER : NTE_BUFFER_TOO_SMALL, kinds[i].name);
            CU_ASSERT_EQUAL(len, wrong ? 0 : kinds[i].size);
        }
        EXPECT_STATUS(SslSignHash(provider, handles[i], good.bytes, 32, NULL, 0, &len, OID | PSS),
            NTE_INVALID_PARAMETER, "both flags");
    }
}

static void test_verify_checks_in_order(void)
{
    const struct message good = bare(32);
    BYTE digest[32] = {0}, signature[MAX_SIGNATURE] = {0};
    struct signature right;

    EXPECT_BAD_HANDLE(SslVerifySignature(0, 0, NULL, 0, NULL, 0, 3), "no provider");
    EXPECT_BAD_HANDLE(SslVerifySignature(provider, 0, NULL, 0, NULL, 0, 3), "no key");
    EXPECT_BAD_HANDLE(SslVerifySignature(provider, master, NULL, 0, NULL, 0, 3), "master key");
    EXPECT_STATUS(SslVerifySignature(provider, handles[P256_KEY], NULL, 32, signature, 64, 0),
        NTE_INVALID_PARAMETER, "no digest");
    EXPECT_STATUS(SslVerifySignature(provider, handles[P256_KEY], digest, 32, NULL, 64, 0),
        NTE_INVALID_PARAMETER, "no signature");
    EXPECT_STATUS(SslVerifySignature(provider, handles[P256_KEY], digest, 32, signature, 64, OID),
        NTE_INVALID_PARAMETER, "flag");
    EXPECT_STATUS(SslVerifySignature(provider, handles[RSA_KEY], digest, 32, signature, 256, 4),
        NTE_BAD_SIGNATURE, "a flag without meaning");
    EXPECT_STATUS(SslVerifySignature(provider, handles[RSA_KEY], digest, 32, signature, 256, 0),
        NTE_BAD_SIGNATURE, "zeros");
    for (size_t i = 0; i < KEYS; i++) {
        EXPECT_SUCCESS(sign(handles[i], &good, 0, &right), kinds[i].name);
        for (right.len = 0; right.len < MAX_SIGNATURE; right.len++)
            EXPECT_STATUS(verify(handles[i], &good, 0, &right),
                right.len == kinds[i].size ? ERROR_SUCCESS : NTE_BAD_SIGNATURE, kinds[i].name);
    }
}

static void test_size_queries_tell_the_length(void)
{
    struct message good = bare(32);
    BYTE signature[MAX_SIGNATURE], untouched[MAX_SIGNATURE];

    memset(untouched, 0x55, sizeof(untouched));
    for (size_t i = 0; i < KEYS; i++) {
        DWORD len = 0;

        EXPECT_SUCCESS(
            SslSignHash(provider, handles[i], good.bytes, 32, NULL, 999, &len, 0), "query");
        CU_ASSERT_EQUAL(len, kinds[i].size);
        memset(signature, 0x55, sizeof(signature));
        for (DWORD room = 0; room < kinds[i].size; room++) {
            len = 0;
            EXPECT_STATUS(
                SslSignHash(provider, handles[i], good.bytes, 32, signature, room, &len, 0),
                NTE_BUFFER_TOO_SMALL, kinds[i].name);
            CU_ASSERT_EQUAL(len, kinds[i].size);
        }
        CU_ASSERT_EQUAL(memcmp(signature, untouched, sizeof(signature)), 0);
        EXPECT_SUCCESS(
            SslSignHash(provider, handles[i], good.bytes, 32, signature, kinds[i].size, &len, 0),
            kinds[i].name);
        CU_ASSERT_EQUAL(memcmp(signature + len, untouched, sizeof(signature) - len), 0);
    }
}

/* The name must end within 128 bytes and within the message, and the digest have its length. */
static void test_name_of_the_hash_is_checked(void)
{
    struct signature signature;
    struct message message;
    char name[MAX_PREFIX];

    for (DWORD flags = OID; flags <= PSS; flags++) {
        for (DWORD len = 1; len < 14 + 32; len++) {
            message = named("SHA256", 32);
            message.len = len;
            EXPECT_STATUS(sign(handles[RSA_KEY], &message, flags, &signature),
                NTE_INVALID_PARAMETER, "truncated");
        }
        message = named("SHA256", 33);
        EXPECT_STATUS(sign(handles[RSA_KEY], &message, flags, &signature), NTE_INVALID_PARAMETER,
            "digest too long");
        message = named("", 32);
        EXPECT_STATUS(
            sign(handles[RSA_KEY], &message, flags, &signature), NTE_INVALID_PARAMETER, "no name");
        memset(name, 'A', sizeof(name));
        name[63] = '\0';
        message = named(name, 32);
        EXPECT_STATUS(
            sign(handles[RSA_KEY], &message, flags, &signature), NTE_NOT_SUPPORTED, "longest name");
        memset(name, 'A', sizeof(name));
        name[64] = '\0';
        message = named(name, 32);
        EXPECT_STATUS(sign(handles[RSA_KEY], &message, flags, &signature), NTE_INVALID_PARAMETER,
            "name too long");
        message = named("sha256", 32);
        EXPECT_STATUS(
            sign(handles[RSA_KEY], &message, flags, &signature), NTE_NOT_SUPPORTED, "other case");
    }
}

static void test_too_long_digests_are_refused(void)
{
    struct signature signature;
    struct message message;

    message.prefix = 0;
    memset(message.bytes, 0x42, sizeof(message.bytes));
    for (size_t i = 1; i < KEYS; i++) {
        message.len = 64;
        EXPECT_SUCCESS(sign(handles[i], &message, 0, &signature), kinds[i].name);
        message.len = 65;
        EXPECT_STATUS(
            sign(handles[i], &message, 0, &signature), NTE_INVALID_PARAMETER, kinds[i].name);
    }
}

static void test_rsa_signs_up_to_eleven_bytes_less_than_its_modulus(void)
{
    BYTE digest[256], signature[256];
    DWORD len;

    memset(digest, 0x42, sizeof(digest));
    EXPECT_SUCCESS(
        SslSignHash(provider, handles[RSA_KEY], digest, 245, signature, 256, &len, 0), "fits");
    EXPECT_STATUS(SslSignHash(provider, handles[RSA_KEY], digest, 246, signature, 256, &len, 0),
        NTE_INVALID_PARAMETER, "does not");
}

/* ---- Signatures ---- */

static void check_both_ways(
    size_t kind, const struct message *message, const char *hash, DWORD flags)
{
    struct signature signature;
    struct message other = *message;

    EXPECT_SUCCESS(sign(handles[kind], message, flags, &signature), kinds[kind].name);
    CU_ASSERT_EQUAL(signature.len, kinds[kind].size);
    EXPECT(libcrypto_accepts(kind, message, hash, flags, &signature), kinds[kind].name);
    EXPECT_SUCCESS(verify(handles[kind], message, flags, &signature), kinds[kind].name);
    signature = libcrypto_signs(kind, message, hash, flags);
    EXPECT_SUCCESS(verify(handles[kind], message, flags, &signature), kinds[kind].name);
    other.bytes[other.prefix] ^= 1;
    EXPECT_STATUS(verify(handles[kind], &other, flags, &signature), NTE_BAD_SIGNATURE, "digest");
    for (DWORD i = 0; i < signature.len; i += 5) {
        signature.bytes[i] ^= 0x10;
        EXPECT_STATUS(
            verify(handles[kind], message, flags, &signature), NTE_BAD_SIGNATURE, kinds[kind].name);
        signature.bytes[i] ^= 0x10;
    }
}

/* A size query already refuses what does not fit (RFC 8017 sections 9.1.1 and 9.2). */
static void test_short_rsa_keys_refuse_long_digests(void)
{
    static const struct {
        size_t bits;
        const char *hash;
        DWORD len, flags;
        SECURITY_STATUS status;
    } cases[] = {
        {1024, "SHA512", 64, PSS, NTE_INVALID_PARAMETER},
        {1024, "SHA384", 48, PSS, ERROR_SUCCESS},
        {1041, "SHA512", 64, PSS, ERROR_SUCCESS},
        {1040, "SHA512", 64, PSS, ERROR_SUCCESS},
        {1033, "SHA512", 64, PSS, NTE_INVALID_PARAMETER},
        {744, "SHA512", 64, OID, NTE_INVALID_PARAMETER},
        {752, "SHA512", 64, OID, ERROR_SUCCESS},
        {512, "SHA384", 48, OID, NTE_INVALID_PARAMETER},
        {512, "SHA256", 32, OID, ERROR_SUCCESS},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", cases[i].bits);
        struct message message = named(cases[i].hash, cases[i].len);
        const DWORD size = cases[i].status == ERROR_SUCCESS ? (DWORD)(cases[i].bits + 7) / 8 : 0;
        NCRYPT_KEY_HANDLE handle = 0;
        struct signature signature;
        DWORD len = 0;

        CU_ASSERT_FATAL(key != NULL && open_key(key, &handle));
        EXPECT_STATUS(SslSignHash(provider, handle, message.bytes, message.len, NULL, 0, &len,
                          cases[i].flags),
            cases[i].status, cases[i].hash);
        CU_ASSERT_EQUAL(len, size);
        EXPECT_STATUS(
            sign(handle, &message, cases[i].flags, &signature), cases[i].status, cases[i].hash);
        if (cases[i].status == ERROR_SUCCESS)
            EXPECT_SUCCESS(verify(handle, &message, cases[i].flags, &signature), cases[i].hash);
        EXPECT_SUCCESS(SslFreeObject(handle, 0), "free");
        EVP_PKEY_free(key);
    }
}

/* 36 bytes are MD5 and SHA-1 of TLS 1.1 (RFC 4346 section 4.7). */
static void test_digests_without_a_name_are_signed_by_every_key(void)
{
    static const DWORD lengths[] = {20, 32, 36, 48, 64};

    for (size_t i = 0; i < COUNT(lengths); i++) {
        const struct message message = bare(lengths[i]);

        for (size_t kind = 0; kind < KEYS; kind++)
            check_both_ways(kind, &message, NULL, 0);
    }
}

/* libcrypto knows the pair of hashes as one, and signs it without a DigestInfo. */
static void test_rsa_of_tls_1_1_agrees_with_md5_sha1(void)
{
    const struct message message = bare(36);
    struct signature signature;

    EXPECT_SUCCESS(sign(handles[RSA_KEY], &message, 0, &signature), "36 bytes");
    EXPECT(libcrypto_accepts(RSA_KEY, &message, "MD5-SHA1", 0, &signature), "36 bytes");
}

static void test_rsa_signs_digests_with_a_name(void)
{
    for (size_t i = 0; i < COUNT(hashes); i++) {
        const struct message message = named(hashes[i].name, hashes[i].len);

        check_both_ways(RSA_KEY, &message, hashes[i].name, OID);
        check_both_ways(RSA_KEY, &message, hashes[i].name, PSS);
    }
}

static void test_rsa_signature_of_another_form_is_refused(void)
{
    const struct message digest = bare(32), with_name = named("SHA256", 32);
    struct signature plain, oid, pss;

    EXPECT_SUCCESS(sign(handles[RSA_KEY], &digest, 0, &plain), "plain");
    EXPECT_SUCCESS(sign(handles[RSA_KEY], &with_name, OID, &oid), "OID");
    EXPECT_SUCCESS(sign(handles[RSA_KEY], &with_name, PSS, &pss), "PSS");
    EXPECT_STATUS(verify(handles[RSA_KEY], &digest, 0, &oid), NTE_BAD_SIGNATURE, "OID");
    EXPECT_STATUS(verify(handles[RSA_KEY], &digest, 0, &pss), NTE_BAD_SIGNATURE, "PSS");
    EXPECT_STATUS(verify(handles[RSA_KEY], &with_name, OID, &plain), NTE_BAD_SIGNATURE, "plain");
    EXPECT_STATUS(verify(handles[RSA_KEY], &with_name, OID, &pss), NTE_BAD_SIGNATURE, "PSS");
    EXPECT_STATUS(verify(handles[RSA_KEY], &with_name, PSS, &oid), NTE_BAD_SIGNATURE, "OID");
}

/* RFC 8446 section 4.2.3: a salt as long as the digest, no longer and no shorter. */
static void test_pss_salt_must_have_the_length_of_the_digest(void)
{
    const struct message message = named("SHA256", 32);

    for (int salt = 31; salt <= 33; salt++) {
        struct signature signature = {.len = 256};
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(keys[RSA_KEY], NULL);
        size_t len = sizeof(signature.bytes);

        CU_ASSERT(EVP_PKEY_sign_init(context) > 0);
        libcrypto_configure(context, "SHA256", PSS);
        CU_ASSERT(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) > 0);
        CU_ASSERT(
            EVP_PKEY_sign(context, signature.bytes, &len, message.bytes + message.prefix, 32) > 0);
        EVP_PKEY_CTX_free(context);
        EXPECT_STATUS(verify(handles[RSA_KEY], &message, PSS, &signature),
            salt == 32 ? ERROR_SUCCESS : NTE_BAD_SIGNATURE, "salt");
    }
}

/* Over many signatures some r or s begins with a zero byte. */
static void test_short_numbers_keep_their_width(void)
{
    struct signature signature;
    bool seen = false;

    for (DWORD i = 0; !seen && i < 5000; i++) {
        const struct message message = bare(20 + i % 13);

        EXPECT_SUCCESS(sign(handles[P256_KEY], &message, 0, &signature), "P-256");
        CU_ASSERT_EQUAL(signature.len, 64);
        seen = signature.bytes[0] == 0 || signature.bytes[32] == 0;
        if (seen)
            EXPECT_SUCCESS(verify(handles[P256_KEY], &message, 0, &signature), "P-256");
    }
    CU_ASSERT(seen);
}

/* ---- Imported public keys ---- */

static DWORD put_number(BYTE *to, EVP_PKEY *key, const char *name, DWORD len)
{
    BIGNUM *number = NULL;

    CU_ASSERT_FATAL(EVP_PKEY_get_bn_param(key, name, &number) > 0);
    if (len == 0)
        len = (DWORD)BN_num_bytes(number);
    CU_ASSERT(BN_bn2binpad(number, to, (int)len) > 0);
    BN_free(number);
    return len;
}

static NCRYPT_KEY_HANDLE import_rsa(EVP_PKEY *key)
{
    BCRYPT_RSAKEY_BLOB header = {.Magic = BCRYPT_RSAPUBLIC_MAGIC, .BitLength = 2048};
    BYTE blob[1024];
    NCRYPT_KEY_HANDLE handle = 0;
    DWORD len = sizeof(header);

    header.cbPublicExp = put_number(blob + len, key, OSSL_PKEY_PARAM_RSA_E, 0);
    len += header.cbPublicExp;
    header.cbModulus = put_number(blob + len, key, OSSL_PKEY_PARAM_RSA_N, 256);
    len += header.cbModulus;
    memcpy(blob, &header, sizeof(header));
    EXPECT_SUCCESS(SslImportKey(provider, &handle, BCRYPT_RSAPUBLIC_BLOB, blob, len, 0), "RSA");
    return handle;
}

static NCRYPT_KEY_HANDLE import_p256(EVP_PKEY *key)
{
    const BCRYPT_ECCKEY_BLOB header = {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 32};
    BYTE blob[sizeof(header) + 64];
    NCRYPT_KEY_HANDLE handle = 0;

    memcpy(blob, &header, sizeof(header));
    put_number(blob + sizeof(header), key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
    put_number(blob + sizeof(header) + 32, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    EXPECT_SUCCESS(
        SslImportKey(provider, &handle, BCRYPT_ECCPUBLIC_BLOB, blob, sizeof(blob), 0), "P-256");
    return handle;
}

static void test_public_keys_verify_but_do_not_sign(void)
{
    const NCRYPT_KEY_HANDLE rsa = import_rsa(keys[RSA_KEY]), p256 = import_p256(keys[P256_KEY]);
    const struct message digest = bare(32), with_name = named("SHA256", 32);
    struct signature signature;

    EXPECT_SUCCESS(sign(handles[RSA_KEY], &with_name, PSS, &signature), "RSA");
    EXPECT_SUCCESS(verify(rsa, &with_name, PSS, &signature), "RSA");
    EXPECT_STATUS(verify(rsa, &with_name, OID, &signature), NTE_BAD_SIGNATURE, "RSA");
    EXPECT_BAD_HANDLE(sign(rsa, &with_name, PSS, &signature), "RSA");
    EXPECT_SUCCESS(sign(handles[P256_KEY], &digest, 0, &signature), "P-256");
    EXPECT_SUCCESS(verify(p256, &digest, 0, &signature), "P-256");
    EXPECT_BAD_HANDLE(sign(p256, &digest, 0, &signature), "P-256");
    EXPECT_SUCCESS(SslFreeObject(rsa, 0), "free");
    EXPECT_SUCCESS(SslFreeObject(p256, 0), "free");
}

static void test_keys_of_other_algorithms_are_not_supported(void)
{
    const struct message digest = bare(32);
    const struct signature signature = {.len = 64};
    NCRYPT_KEY_HANDLE key = 0;

    EXPECT_SUCCESS(SslCreateEphemeralKey(provider, &key, TLS1_2_PROTOCOL_VERSION,
                       TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 29, 0, NULL, 0, 0),
        "X25519");
    EXPECT_STATUS(verify(key, &digest, 0, &signature), NTE_NOT_SUPPORTED, "X25519");
    EXPECT_SUCCESS(SslFreeObject(key, 0), "free");
}

/* ---- The program ---- */

static int set_up(void)
{
    if (SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS ||
        import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
            NCRYPT_SSL_CLIENT_FLAG, &master) != ERROR_SUCCESS)
        return 1;
    for (size_t i = 0; i < KEYS; i++) {
        keys[i] = make_key(kinds[i].name);
        if (!open_key(keys[i], &handles[i]))
            return 1;
    }
    return 0;
}

static int tear_down(void)
{
    int failed = SslFreeObject(master, 0) != 0;

    for (size_t i = 0; i < KEYS; i++) {
        failed |= SslFreeObject(handles[i], 0) != 0;
        EVP_PKEY_free(keys[i]);
    }
    return failed | (SslFreeObject(provider, 0) != 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_sign_checks_in_order),
        TEST(test_verify_checks_in_order),
        TEST(test_size_queries_tell_the_length),
        TEST(test_name_of_the_hash_is_checked),
        TEST(test_too_long_digests_are_refused),
        TEST(test_rsa_signs_up_to_eleven_bytes_less_than_its_modulus),
        TEST(test_short_rsa_keys_refuse_long_digests),
        TEST(test_digests_without_a_name_are_signed_by_every_key),
        TEST(test_rsa_of_tls_1_1_agrees_with_md5_sha1),
        TEST(test_rsa_signs_digests_with_a_name),
        TEST(test_rsa_signature_of_another_form_is_refused),
        TEST(test_pss_salt_must_have_the_length_of_the_digest),
        TEST(test_short_numbers_keep_their_width),
        TEST(test_public_keys_verify_but_do_not_sign),
        TEST(test_keys_of_other_algorithms_are_not_supported),
    };

    return RUN_TESTS("signatures", set_up, tear_down, tests);
}
