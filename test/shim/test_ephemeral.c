/* SPDX-License-Identifier: Apache-2.0
 *
 * SslCreateEphemeralKey: the order of its checks, a key of every group and length, and master keys
 * agreed with libcrypto as the peer.  "observed" is a section of the notes on the behaviour of
 * Windows.
 */
#include "shim/support/curves.h"
#include "shim/support/handle_faults.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

enum {
    TLS12 = TLS1_2_PROTOCOL_VERSION,
    SUITE_ECDHE = 0xC02F,
    SUITE_DHE = 0x009E,
    SUITE_PSK = 0x00A8,
    SUITE_SRP = 0xC01D,
    MAX_PUBLIC = 4096
};

/* ---- Arguments ---- */

enum {
    CREATE_NO_OUTPUT = KEY_AS_PROVIDER + 1,
    CREATE_FLAGS,
    CREATE_PROTOCOL,
    CREATE_SUITE,
    CREATE_GROUP,
    CREATE_FAULTS
};

static const struct fault create_faults[CREATE_FAULTS] = {
    PROVIDER_ROWS,
    [CREATE_NO_OUTPUT] = {"no output", "observed 4", 2, NTE_INVALID_PARAMETER},
    [CREATE_FLAGS] = {"flags", "observed 4", 3, NTE_INVALID_PARAMETER},
    [CREATE_PROTOCOL] = {"protocol", "observed 4", 4, NTE_NOT_SUPPORTED},
    [CREATE_SUITE] = {"suite", "observed 4", 5, NTE_NOT_SUPPORTED},
    [CREATE_GROUP] = {"group", "observed 4", 6, NTE_NOT_SUPPORTED},
};

static SECURITY_STATUS call_create(unsigned long faults)
{
    const bool no_output = has_fault(faults, CREATE_NO_OUTPUT);
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    const SECURITY_STATUS status = SslCreateEphemeralKey(choose_provider(faults),
        no_output ? NULL : &key, has_fault(faults, CREATE_PROTOCOL) ? 0x0305 : TLS12,
        has_fault(faults, CREATE_SUITE) ? 0xFFFF : SUITE_ECDHE,
        has_fault(faults, CREATE_GROUP) ? 0xFE : TLS_ECC_P256_CURVE_KEY_TYPE, 0, NULL, 0,
        has_fault(faults, CREATE_FLAGS) ? 1 : 0);

    if (status == ERROR_SUCCESS)
        SslFreeObject(key, 0);
    else
        EXPECT(no_output || key == 0, "SslCreateEphemeralKey");
    return status;
}

static void test_create_checks_in_order(void)
{
    EXPECT_SUCCESS(call_create(0), "nothing wrong");
    check_order("SslCreateEphemeralKey", create_faults, CREATE_FAULTS, call_create);
}

static const struct {
    DWORD protocol, suite, group, bits, flags;
    SECURITY_STATUS status;
    const char *what;
} requests[] = {
    {TLS12, SUITE_ECDHE, 23, 0, 2, ERROR_SUCCESS, "the flag that is let through"},
    {TLS12, SUITE_ECDHE, 23, 999, 0, ERROR_SUCCESS, "bits of a curve are not looked at"},
    {TLS12, SUITE_ECDHE, 0, 256, 0, NTE_NOT_SUPPORTED, "no group"},
    {TLS12, SUITE_ECDHE, 256, 2048, 0, NTE_NOT_SUPPORTED, "a finite-field group"},
    {TLS12, SUITE_ECDHE, 4588, 0, 0, NTE_NOT_SUPPORTED, "X25519MLKEM768"},
    {TLS12, SUITE_ECDHE, 0x10017, 0, 0, NTE_NOT_SUPPORTED, "a group and a high bit"},
    {TLS12, SUITE_ECDHE, 23, 0, 4, NTE_INVALID_PARAMETER, "flag 4"},
    {TLS12, SUITE_ECDHE, 23, 0, 3, NTE_INVALID_PARAMETER, "flags 1 and 2"},
    {TLS12, 0, 23, 0, 0, NTE_NOT_SUPPORTED, "no suite"},
    {TLS1_3_PROTOCOL_VERSION, 0, 23, 0, 0, ERROR_SUCCESS, "TLS 1.3, no suite yet"},
    {TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, 29, 0, 0, ERROR_SUCCESS, "TLS 1.3"},
    {TLS1_3_PROTOCOL_VERSION, 0, 0, 0, 0, NTE_NOT_SUPPORTED, "TLS 1.3, no group"},
    {TLS1_3_PROTOCOL_VERSION, SUITE_ECDHE, 23, 0, 0, NTE_NOT_SUPPORTED, "not of TLS 1.3"},
    {DTLS1_2_PROTOCOL_VERSION, SUITE_ECDHE, 24, 0, 0, ERROR_SUCCESS, "DTLS 1.2"},
    {SSL2_PROTOCOL_VERSION, SUITE_ECDHE, 23, 0, 0, NTE_NOT_SUPPORTED, "SSL 2.0"},
    {TLS12, SUITE_PSK, 23, 0, 0, NTE_NOT_SUPPORTED, "PSK"},
    {TLS1_0_PROTOCOL_VERSION, SUITE_SRP, 23, 0, 0, NTE_NOT_SUPPORTED, "SRP"},
    {TLS12, SUITE_RC4_SHA, 0, 1024, 0, NTE_NOT_SUPPORTED, "a legacy suite"},
    {TLS12, SUITE_AES128_GCM, 0, 0, 0, NTE_INVALID_PARAMETER, "RSA, no length"},
    {TLS12, SUITE_AES128_GCM, 0, 511, 0, NTE_NOT_SUPPORTED, "RSA, 511 bits"},
    {TLS12, SUITE_AES128_GCM, 0, 448, 0, NTE_NOT_SUPPORTED, "RSA, 448 bits"},
    {TLS12, SUITE_AES128_GCM, 0, 1000, 0, NTE_NOT_SUPPORTED, "RSA, 1000 bits"},
    {TLS12, SUITE_AES128_GCM, 0, 16448, 0, NTE_NOT_SUPPORTED, "RSA, 16448 bits"},
    {TLS12, SUITE_AES128_GCM, 0, 0xFFFFFFC0, 0, NTE_NOT_SUPPORTED, "RSA, very long"},
    {TLS12, SUITE_AES128_GCM, 0, 512, 0, ERROR_SUCCESS, "RSA, 512 bits"},
    {TLS12, SUITE_DHE, 0, 0, 0, NTE_INVALID_PARAMETER, "DH, no length"},
    {TLS12, SUITE_DHE, 0, 1024, 0, NTE_NOT_SUPPORTED, "DH, no group of 1024 bits"},
    {TLS12, SUITE_DHE, 0, 2047, 0, NTE_NOT_SUPPORTED, "DH, 2047 bits"},
    {TLS12, SUITE_DHE, 0, 2048, 0, ERROR_SUCCESS, "DH, 2048 bits"},
};

static void test_requests_get_their_status(void)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
        const SECURITY_STATUS status =
            SslCreateEphemeralKey(handles.provider, &key, requests[i].protocol, requests[i].suite,
                requests[i].group, requests[i].bits, NULL, 0, requests[i].flags);

        EXPECT_STATUS(status, requests[i].status, requests[i].what);
        EXPECT((key != 0) == (status == ERROR_SUCCESS), requests[i].what);
        EXPECT(ERR_peek_error() == 0, requests[i].what);
        SslFreeObject(key, 0);
    }
}

/* ---- The peer: libcrypto ---- */

static EVP_PKEY *decode(const BYTE *blob, DWORD len, const char *group)
{
    const size_t key_len = (len - sizeof(SSL_ECCKEY_BLOB)) / 2;
    const BYTE *bytes = blob + sizeof(SSL_ECCKEY_BLOB);
    BYTE point[MAX_PUBLIC] = {4};
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("group", (char *)(uintptr_t)group, 0),
        OSSL_PARAM_construct_octet_string("pub", point, 1 + 2 * key_len),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context;
    EVP_PKEY *key = NULL;

    if (group[0] == 'X')
        return EVP_PKEY_new_raw_public_key_ex(NULL, group, NULL, bytes, key_len);
    memcpy(point + 1, bytes, 2 * key_len);
    context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *peer_of(EVP_PKEY *params)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
    EVP_PKEY *key = NULL;

    if (EVP_PKEY_keygen_init(context) <= 0 || EVP_PKEY_generate(context, &key) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

/* RFC 5246 section 8.1 with libcrypto's PRF. */
static bool derive_master(
    EVP_PKEY *own, EVP_PKEY *peer, const struct randoms *randoms, struct secret_blob *blob)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *prf = EVP_KDF_CTX_new(kdf);
    BYTE shared[MAX_PUBLIC], seed[13 + 2 * RANDOM_LEN];
    size_t len = sizeof(shared);
    char digest[] = "SHA256";
    bool ok = EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, peer) > 0 &&
        EVP_PKEY_derive(context, shared, &len) > 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("digest", digest, 0),
        OSSL_PARAM_construct_octet_string("secret", shared, len),
        OSSL_PARAM_construct_octet_string("seed", seed, sizeof(seed)),
        OSSL_PARAM_construct_end(),
    };

    memcpy(seed, "master secret", 13);
    memcpy(seed + 13, randoms->client, RANDOM_LEN);
    memcpy(seed + 13 + RANDOM_LEN, randoms->server, RANDOM_LEN);
    ok = ok && EVP_KDF_derive(prf, blob->secret, MASTER_KEY_LEN, params) > 0;
    EVP_KDF_CTX_free(prf);
    EVP_KDF_free(kdf);
    EVP_PKEY_CTX_free(context);
    return ok;
}

/* What one side protects, the other one reads: their master keys are equal. */
static void check_same_master(NCRYPT_KEY_HANDLE client, NCRYPT_KEY_HANDLE server, const char *label)
{
    struct key_pair ours = {0, 0}, theirs = {0, 0};
    BYTE text[16] = "same master key", record[128], plain[128];
    DWORD record_len = 0, plain_len = 0;

    EXPECT_SUCCESS(generate(handles.provider, client, &ours), label);
    EXPECT_SUCCESS(generate(handles.provider, server, &theirs), label);
    EXPECT_SUCCESS(SslEncryptPacket(handles.provider, ours.write, text, sizeof(text), record,
                       sizeof(record), &record_len, 0, 23, 0),
        label);
    EXPECT_SUCCESS(SslDecryptPacket(handles.provider, theirs.read, record, record_len, plain,
                       sizeof(plain), &plain_len, 0, 0),
        label);
    EXPECT(plain_len == sizeof(text) && memcmp(plain, text, sizeof(text)) == 0, label);
    free_pair(&ours);
    free_pair(&theirs);
}

/* The shim is the client, libcrypto the server. */
static void check_agreement(DWORD suite, NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer,
    EVP_PKEY *own_public, EVP_PKEY *peer_private, const char *label)
{
    struct secret_blob blob = make_master(TLS12, suite, NCRYPT_SSL_SERVER_FLAG);
    NCRYPT_KEY_HANDLE client = 0, server = 0;
    struct randoms randoms;
    DWORD len = 7;

    EXPECT_SUCCESS(SslGenerateMasterKey(handles.provider, own, peer, &client, TLS12, suite,
                       fill_randoms(&randoms), NULL, 0, &len, NCRYPT_SSL_CLIENT_FLAG),
        label);
    EXPECT(len == 0, label);
    EXPECT(derive_master(peer_private, own_public, &randoms, &blob), label);
    EXPECT_SUCCESS(import_secret(handles.provider, &blob, &server), label);
    check_same_master(client, server, label);
    SslFreeObject(client, 0);
    SslFreeObject(server, 0);
}

static DWORD export_blob(NCRYPT_KEY_HANDLE key, LPCWSTR type, BYTE *blob, const char *label)
{
    DWORD len = 0;

    EXPECT_SUCCESS(SslExportKey(handles.provider, key, type, blob, MAX_PUBLIC, &len, 0), label);
    return len;
}

/* The peer's blob: as the shim's own but for the bytes of the key. */
static DWORD encode_peer(EVP_PKEY *peer, BYTE *blob, DWORD key_len)
{
    BYTE *bytes = blob + sizeof(SSL_ECCKEY_BLOB), point[MAX_PUBLIC];
    size_t len = 0;

    if (EVP_PKEY_get_octet_string_param(peer, "encoded-pub-key", point, sizeof(point), &len) != 1)
        return 0;
    if (len == key_len)
        memcpy(bytes, point, len); /* an X curve; the second coordinate stays zero */
    else if (len == 1 + 2 * (size_t)key_len)
        memcpy(bytes, point + 1, len - 1);
    return (DWORD)sizeof(SSL_ECCKEY_BLOB) + 2 * key_len;
}

static void check_curve(size_t i)
{
    NCRYPT_KEY_HANDLE own = 0, peer = 0;
    BYTE blob[MAX_PUBLIC] = {0};
    EVP_PKEY *own_public, *peer_private;
    DWORD len;

    EXPECT_SUCCESS(SslCreateEphemeralKey(
                       handles.provider, &own, TLS12, SUITE_ECDHE, curves[i].group, 0, NULL, 0, 0),
        curves[i].name);
    len = export_blob(own, SSL_ECCPUBLIC_BLOB, blob, curves[i].name);
    EXPECT(len == 8 + 2 * curves[i].key_len, curves[i].name);
    EXPECT(memcmp(blob, &curves[i].group, 4) == 0, curves[i].name);
    EXPECT(memcmp(blob + 4, &curves[i].key_len, 4) == 0, curves[i].name);
    own_public = decode(blob, len, curves[i].name);
    if (!EXPECT(own_public != NULL, curves[i].name))
        return;
    peer_private = peer_of(own_public);
    len = encode_peer(peer_private, blob, curves[i].key_len);
    EXPECT_SUCCESS(
        SslImportKey(handles.provider, &peer, SSL_ECCPUBLIC_BLOB, blob, len, 0), curves[i].name);
    check_agreement(SUITE_ECDHE, own, peer, own_public, peer_private, curves[i].name);
    EVP_PKEY_free(own_public);
    EVP_PKEY_free(peer_private);
    SslFreeObject(own, 0);
    SslFreeObject(peer, 0);
}

static void test_every_curve_agrees_with_libcrypto(void)
{
    size_t done = 0;

    for (size_t i = 0; i < CURVES; i++) {
        NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;

        if (libcrypto_has(curves[i].name)) {
            check_curve(i);
            done++;
            continue;
        }
        EXPECT_STATUS(SslCreateEphemeralKey(handles.provider, &key, TLS12, SUITE_ECDHE,
                          curves[i].group, 0, NULL, 0, 0),
            NTE_NOT_SUPPORTED, curves[i].name);
        EXPECT(key == 0, curves[i].name);
    }
    printf("%zu curves ", done);
    CU_ASSERT(done >= 5);
}

/* ---- Finite-field Diffie-Hellman ---- */

struct dh_params {
    BYTE bytes[sizeof(BCRYPT_DH_PARAMETER_HEADER) + 2 * 512];
    DWORD len;
};

static struct dh_params make_params(BIGNUM *modulus, unsigned long generator)
{
    struct dh_params params = {{0}, 0};
    const DWORD key_len = (DWORD)BN_num_bytes(modulus);
    const BCRYPT_DH_PARAMETER_HEADER header = {
        (DWORD)sizeof(header) + 2 * key_len, BCRYPT_DH_PARAMETERS_MAGIC, key_len};
    BIGNUM *g = BN_new();

    BN_set_word(g, generator);
    memcpy(params.bytes, &header, sizeof(header));
    BN_bn2binpad(modulus, params.bytes + sizeof(header), (int)key_len);
    BN_bn2binpad(g, params.bytes + sizeof(header) + key_len, (int)key_len);
    params.len = header.cbLength;
    BN_free(g);
    BN_free(modulus);
    return params;
}

/* A key of libcrypto from p, g and y of a blob. */
static EVP_PKEY *decode_dh(const BYTE *blob)
{
    const BYTE *numbers = blob + sizeof(BCRYPT_DH_KEY_BLOB);
    const char *names[] = {"p", "g", "pub"};
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    BIGNUM *values[3];
    OSSL_PARAM *params;
    EVP_PKEY *key = NULL;
    DWORD len;

    memcpy(&len, blob + 4, sizeof(len));
    for (size_t i = 0; i < 3; i++) {
        values[i] = BN_bin2bn(numbers + i * len, (int)len, NULL);
        OSSL_PARAM_BLD_push_BN(builder, names[i], values[i]);
    }
    params = OSSL_PARAM_BLD_to_param(builder);
    if (EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        key = NULL;
    for (size_t i = 0; i < 3; i++)
        BN_free(values[i]);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

static void check_dh(DWORD bits, struct dh_params *params, const char *label)
{
    NCRYPT_KEY_HANDLE own = 0, peer = 0;
    EVP_PKEY *own_public, *peer_private;
    BYTE blob[MAX_PUBLIC];
    BIGNUM *y = NULL;
    DWORD len;

    EXPECT_SUCCESS(SslCreateEphemeralKey(handles.provider, &own, TLS12, SUITE_DHE, 0, bits,
                       params != NULL ? params->bytes : NULL, params != NULL ? params->len : 0, 0),
        label);
    len = export_blob(own, BCRYPT_DH_PUBLIC_BLOB, blob, label);
    if (!EXPECT(len == 8 + 3 * (bits / 8), label))
        return;
    if (params != NULL)
        EXPECT(memcmp(blob + 8, params->bytes + 12, 2 * (bits / 8)) == 0, label);
    own_public = decode_dh(blob);
    peer_private = peer_of(own_public);
    EXPECT(EVP_PKEY_get_bn_param(peer_private, "pub", &y) == 1, label);
    BN_bn2binpad(y, blob + 8 + 2 * (bits / 8), (int)(bits / 8));
    EXPECT_SUCCESS(
        SslImportKey(handles.provider, &peer, BCRYPT_DH_PUBLIC_BLOB, blob, len, 0), label);
    check_agreement(SUITE_DHE, own, peer, own_public, peer_private, label);
    BN_free(y);
    EVP_PKEY_free(own_public);
    EVP_PKEY_free(peer_private);
    SslFreeObject(own, 0);
    SslFreeObject(peer, 0);
}

static void test_dh_agrees_with_libcrypto(void)
{
    struct dh_params params = make_params(BN_get_rfc2409_prime_1024(NULL), 2);

    check_dh(1024, &params, "a group of no number");
    params = make_params(BN_get_rfc3526_prime_2048(NULL), 2);
    check_dh(2048, &params, "MODP 2048");
    check_dh(1536, NULL, "1536 bits");
    check_dh(2048, NULL, "2048 bits");
    check_dh(3072, NULL, "3072 bits");
    check_dh(4096, NULL, "4096 bits");
}

static void expect_bad_params(DWORD bits, const struct dh_params *params, const char *label)
{
    struct dh_params copy = *params;
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;

    EXPECT_STATUS(SslCreateEphemeralKey(
                      handles.provider, &key, TLS12, SUITE_DHE, 0, bits, copy.bytes, copy.len, 0),
        NTE_INVALID_PARAMETER, label);
    EXPECT(key == 0, label);
    EXPECT(ERR_peek_error() == 0, label);
}

static void test_dh_parameters_are_checked(void)
{
    const struct dh_params good = make_params(BN_get_rfc2409_prime_1024(NULL), 2);
    struct dh_params bad = good;
    NCRYPT_KEY_HANDLE key = 0;

    for (DWORD len = 1; len < good.len; len++) {
        bad.len = len;
        expect_bad_params(1024, &bad, "truncated");
    }
    expect_bad_params(1023, &good, "1023 bits");
    expect_bad_params(2048, &good, "2048 bits");
    expect_bad_params(0, &good, "no length");
    bad = good;
    bad.len++;
    expect_bad_params(1024, &bad, "a byte too many");
    for (size_t i = 0; i < sizeof(BCRYPT_DH_PARAMETER_HEADER); i++) {
        bad = good;
        bad.bytes[i] ^= 0x80;
        expect_bad_params(1024, &bad, "header");
    }
    bad = good;
    bad.bytes[12 + 127] ^= 1;
    expect_bad_params(1024, &bad, "an even modulus");
    for (unsigned long generator = 0; generator < 2; generator++) {
        bad = make_params(BN_get_rfc2409_prime_1024(NULL), generator);
        expect_bad_params(1024, &bad, "generator 0 or 1");
    }
    bad = good;
    memcpy(bad.bytes + 12 + 128, bad.bytes + 12, 128);
    expect_bad_params(1024, &bad, "a generator equal to the modulus");
    bad.bytes[12 + 255] ^= 1;
    expect_bad_params(1024, &bad, "a generator of p - 1");
    bad = make_params(BN_get_rfc2409_prime_768(NULL), 2);
    memset(bad.bytes + 12, 0, 40);
    expect_bad_params(448, &bad, "448 bits");
    /* Length without data and data without length: no parameters, so the length in bits counts. */
    EXPECT_STATUS(
        SslCreateEphemeralKey(handles.provider, &key, TLS12, SUITE_DHE, 0, 1024, NULL, good.len, 0),
        NTE_NOT_SUPPORTED, "no parameters");
    bad = good;
    EXPECT_STATUS(
        SslCreateEphemeralKey(handles.provider, &key, TLS12, SUITE_DHE, 0, 1024, bad.bytes, 0, 0),
        NTE_NOT_SUPPORTED, "no parameters");
}

/* ---- RSA ---- */

static void test_rsa_carries_a_pre_master_secret(void)
{
    NCRYPT_KEY_HANDLE own = 0, peer = 0, client = 0, server = 0;
    BYTE blob[MAX_PUBLIC], encrypted[MAX_PUBLIC];
    struct randoms randoms;
    NCryptBuffer buffers[3];
    DWORD version = TLS12, encrypted_len = 0, len;
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 3, buffers};

    fill_randoms(&randoms);
    memcpy(buffers, randoms.buffers, sizeof(randoms.buffers));
    buffers[2] = (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    EXPECT_SUCCESS(
        SslCreateEphemeralKey(handles.provider, &own, TLS12, SUITE_AES128_GCM, 0, 1024, NULL, 0, 0),
        "RSA");
    len = export_blob(own, BCRYPT_RSAPUBLIC_BLOB, blob, "RSA");
    EXPECT(len == 24 + 3 + 128, "RSA");
    EXPECT_SUCCESS(
        SslImportKey(handles.provider, &peer, BCRYPT_RSAPUBLIC_BLOB, blob, len, 0), "RSA");
    EXPECT_SUCCESS(SslGenerateMasterKey(handles.provider, 0, peer, &client, TLS12, SUITE_AES128_GCM,
                       &list, encrypted, sizeof(encrypted), &encrypted_len, NCRYPT_SSL_CLIENT_FLAG),
        "RSA client");
    EXPECT(encrypted_len == 128, "RSA client");
    EXPECT_SUCCESS(SslImportMasterKey(handles.provider, own, &server, TLS12, SUITE_AES128_GCM,
                       &list, encrypted, encrypted_len, NCRYPT_SSL_SERVER_FLAG),
        "RSA server");
    check_same_master(client, server, "RSA");
    /* A public key cannot be the server's. */
    SslFreeObject(server, 0);
    EXPECT_BAD_HANDLE(SslImportMasterKey(handles.provider, peer, &server, TLS12, SUITE_AES128_GCM,
                          &list, encrypted, encrypted_len, NCRYPT_SSL_SERVER_FLAG),
        "a public key");
    SslFreeObject(own, 0);
    SslFreeObject(peer, 0);
    SslFreeObject(client, 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_create_checks_in_order),
        TEST(test_requests_get_their_status),
        TEST(test_every_curve_agrees_with_libcrypto),
        TEST(test_dh_agrees_with_libcrypto),
        TEST(test_dh_parameters_are_checked),
        TEST(test_rsa_carries_a_pre_master_secret),
    };

    return RUN_TESTS("ephemeral keys", open_handles, close_handles, tests);
}
