/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket and SslDecryptPacket with keys of TLS 1.3: the records of RFC 8448 and those
 * that libcrypto takes apart, every suite, sizes and padding, the places in a buffer, and records
 * that are not as they were sent.
 */
#include "common/rsp.h"
#include "shim/support.h"
#include "shim/support/provider.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum {
    HEADER_LEN = 5,
    MAX_INNER = 0x4001, /* RFC 8446 section 5.4 */
    BUFFER_LEN = 0x4200,
    UNTOUCHED = 0x7E57,
    IV_LEN = 12
};

static const struct profile {
    const char *label;
    DWORD suite;
    const char *hash;
    const char *cipher;
    DWORD key_len, tag_len;
} profiles[] = {
    {"AES-128-GCM", SUITE_TLS13_AES128_GCM, "SHA256", "AES-128-GCM", 16, 16},
    {"AES-256-GCM", SUITE_TLS13_AES256_GCM, "SHA384", "AES-256-GCM", 32, 16},
    {"ChaCha20-Poly1305", SUITE_TLS13_CHACHA20, "SHA256", "ChaCha20-Poly1305", 32, 16},
    {"CCM", SUITE_TLS13_CCM, "SHA256", "AES-128-CCM", 16, 16},
    {"CCM_8", SUITE_TLS13_CCM_8, "SHA256", "AES-128-CCM", 16, 8},
};

static const struct profile *now;
static NCRYPT_KEY_HANDLE key;
static BYTE plain[BUFFER_LEN], sealed[BUFFER_LEN], opened[BUFFER_LEN];

/* Runs the body once for each suite, with a key of its own. */
static void for_each_suite(void (*body)(void))
{
    for (size_t i = 0; i < COUNT(profiles); i++) {
        now = &profiles[i];
        if (!EXPECT_SUCCESS(
                make_traffic_key(provider, now->suite, NCRYPT_SSL_CLIENT_FLAG, &key), now->label))
            continue;
        body();
        EXPECT_SUCCESS(SslFreeObject(key, 0), now->label);
    }
}

static DWORD seal(DWORD len, ULONGLONG sequence)
{
    DWORD record_len = 0;

    EXPECT_SUCCESS(SslEncryptPacket(provider, key, plain, len, sealed, BUFFER_LEN, &record_len,
                       sequence, CT_APPLICATIONDATA, 0),
        now->label);
    EXPECT(record_len == HEADER_LEN + len + now->tag_len, now->label);
    return record_len;
}

/* *pcbResult is written on success only. */
static SECURITY_STATUS open_record(DWORD record_len, ULONGLONG sequence, DWORD *len)
{
    SECURITY_STATUS status;

    *len = UNTOUCHED;
    status =
        SslDecryptPacket(provider, key, sealed, record_len, opened, BUFFER_LEN, len, sequence, 0);
    EXPECT(status == ERROR_SUCCESS || *len == UNTOUCHED, now->label);
    return status;
}

static void expect_opens(DWORD record_len, ULONGLONG sequence, DWORD wanted)
{
    DWORD len;

    EXPECT_SUCCESS(open_record(record_len, sequence, &len), now->label);
    EXPECT(len == wanted && memcmp(opened, plain, wanted) == 0, now->label);
}

static void expect_status_of(SECURITY_STATUS wanted, DWORD record_len, ULONGLONG sequence)
{
    DWORD len;

    EXPECT_STATUS(open_record(record_len, sequence, &len), wanted, now->label);
}

/* ---- The right bytes ---- */

/* Of RFC 8448, with the places that its text gives the records: the server sends a ticket before
 * its first application data in section 3 alone. */
static const struct {
    unsigned long vector;
    const char *side;
    ULONGLONG sequence;
} published[] = {{0, "client", 0}, {0, "server", 1}, {1, "client", 0}, {1, "server", 0}};

static const struct rsp_field *side_field(
    const struct rsp_block *block, const char *format, const char *side)
{
    char name[64];

    snprintf(name, sizeof(name), format, side);
    return rsp_field(block, name);
}

static NCRYPT_KEY_HANDLE import_traffic_key(const struct rsp_field *secret)
{
    struct secret_blob blob = make_traffic_secret(SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG);
    NCRYPT_KEY_HANDLE traffic = 0, made = 0;

    memcpy(blob.secret, secret->data, 32);
    EXPECT_SUCCESS(import_secret(provider, &blob, &traffic), "RFC 8448");
    EXPECT_SUCCESS(SslExpandWriteKey(provider, traffic, &made, NULL, 0), "RFC 8448");
    EXPECT_SUCCESS(SslFreeObject(traffic, 0), "RFC 8448");
    return made;
}

static void check_published(const struct rsp_block *block, const char *side, ULONGLONG sequence)
{
    const struct rsp_field *secret = side_field(block, "%s_application_traffic_secret_0", side);
    const struct rsp_field *data = side_field(block, "%s_app_data", side);
    const struct rsp_field *record = side_field(block, "%s_app_data_record", side);
    DWORD len;

    if (!EXPECT(secret != NULL && secret->len == 32 && data != NULL && record != NULL, side))
        return;
    now = &profiles[0];
    key = import_traffic_key(secret);
    memcpy(plain, data->data, data->len);
    plain[data->len] = CT_APPLICATIONDATA;
    len = seal((DWORD)data->len + 1, sequence);
    EXPECT(len == record->len && memcmp(sealed, record->data, len) == 0, side);
    expect_opens(len, sequence, (DWORD)data->len + 1);
    EXPECT_SUCCESS(SslFreeObject(key, 0), side);
}

static void test_records_of_rfc8448_are_reproduced(void)
{
    struct rsp_reader reader;
    struct rsp_block block;
    unsigned checked = 0;

    CU_ASSERT_FATAL(rsp_open(&reader, SSLP_TEST_VECTORS "/rfc8448.rsp"));
    while (rsp_next(&reader, &block) == RSP_BLOCK) {
        for (size_t i = 0; i < COUNT(published); i++) {
            if (rsp_field(&block, "COUNT")->number != published[i].vector)
                continue;
            check_published(&block, published[i].side, published[i].sequence);
            checked++;
        }
    }
    rsp_close(&reader);
    CU_ASSERT_EQUAL(checked, COUNT(published));
}

/* HKDF-Expand-Label with libcrypto alone (RFC 8446 section 7.3). */
static bool expand_label(const struct secret_blob *secret, const char *label, BYTE *out, size_t len)
{
    char prefix[] = "tls13 ", mode[] = "EXPAND_ONLY";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("mode", mode, 0),
        OSSL_PARAM_construct_utf8_string("digest", (char *)(uintptr_t)now->hash, 0),
        OSSL_PARAM_construct_octet_string(
            "key", (void *)(uintptr_t)secret->secret, secret->header.cbSecret),
        OSSL_PARAM_construct_octet_string("prefix", prefix, strlen(prefix)),
        OSSL_PARAM_construct_octet_string("label", (void *)(uintptr_t)label, strlen(label)),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS13-KDF", "provider=default");
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    const bool done = EVP_KDF_derive(context, out, len, params) == 1;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done;
}

/* Decrypts the record at `sealed` with libcrypto alone. */
static bool open_with_libcrypto(DWORD record_len, ULONGLONG sequence)
{
    const struct secret_blob secret = make_traffic_secret(now->suite, NCRYPT_SSL_CLIENT_FLAG);
    const int len = (int)(record_len - HEADER_LEN - now->tag_len), tag_len = (int)now->tag_len;
    const bool is_ccm = strstr(now->cipher, "CCM") != NULL;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, now->cipher, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    BYTE cipher_key[32], nonce[IV_LEN];
    bool done;
    int out;

    done = expand_label(&secret, "key", cipher_key, now->key_len) &&
        expand_label(&secret, "iv", nonce, sizeof(nonce));
    for (size_t i = 0; i < 8; i++)
        nonce[IV_LEN - 1 - i] ^= (BYTE)(sequence >> 8 * i);
    done = done && EVP_DecryptInit_ex2(context, cipher, NULL, NULL, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, IV_LEN, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_len, sealed + HEADER_LEN + len) ==
            1 &&
        EVP_DecryptInit_ex2(context, NULL, cipher_key, nonce, NULL) == 1 &&
        (!is_ccm || EVP_DecryptUpdate(context, NULL, &out, NULL, len) == 1) &&
        EVP_DecryptUpdate(context, NULL, &out, sealed, HEADER_LEN) == 1 &&
        EVP_DecryptUpdate(context, opened, &out, sealed + HEADER_LEN, len) == 1 && out == len &&
        (is_ccm || EVP_DecryptFinal_ex(context, opened + len, &out) == 1);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return done && memcmp(opened, plain, (size_t)len) == 0;
}

static void compare_with_libcrypto(void)
{
    static const ULONGLONG sequences[] = {0, 1, 255, 256, 0x0102030405060708, 0xFFFFFFFFFFFFFFFF};

    for (size_t i = 0; i < COUNT(sequences); i++) {
        const DWORD len = seal(100 + (DWORD)i, sequences[i]);
        static const BYTE start[] = {CT_APPLICATIONDATA, 3, 3};

        EXPECT(memcmp(sealed, start, sizeof(start)) == 0, now->label);
        EXPECT((DWORD)(sealed[3] << 8 | sealed[4]) == len - HEADER_LEN, now->label);
        memset(opened, 0, sizeof(opened));
        EXPECT(open_with_libcrypto(len, sequences[i]), now->label);
        expect_opens(len, sequences[i], 100 + (DWORD)i);
    }
}

static void test_records_agree_with_libcrypto(void)
{
    for_each_suite(compare_with_libcrypto);
}

/* The low byte of dwContentType, whatever it is, and authenticated. */
static void write_types(void)
{
    static const DWORD types[] = {0, CT_ALERT, CT_HANDSHAKE, 0xFF, 0x117};

    for (size_t i = 0; i < COUNT(types); i++) {
        DWORD len = 0;

        EXPECT_SUCCESS(
            SslEncryptPacket(provider, key, plain, 20, sealed, BUFFER_LEN, &len, i, types[i], 0),
            now->label);
        EXPECT(sealed[0] == (BYTE)types[i], now->label);
        expect_opens(len, i, 20);
        sealed[0] ^= 1;
        expect_status_of(STATUS_AUTH_TAG_MISMATCH, len, i);
    }
}

static void test_content_type_is_written_and_authenticated(void)
{
    for_each_suite(write_types);
}

/* ---- Sizes and padding ---- */

static void try_sizes(void)
{
    for (DWORD len = 1; len <= MAX_INNER; len += len < 300 || len > MAX_INNER - 20 ? 1 : 17)
        expect_opens(seal(len, len), len, len);
}

static void test_plaintexts_of_every_length_come_back(void)
{
    for_each_suite(try_sizes);
}

/* The content type and the zeros behind it come out unchanged, and the caller removes them.  A
 * record of zeros alone is not refused here. */
static void pad(void)
{
    for (DWORD padding = 0; padding <= 300; padding += 25) {
        const DWORD len = 10 + padding;

        memset(plain + 10, 0, padding);
        plain[9] = CT_HANDSHAKE;
        expect_opens(seal(len, padding), padding, len);
    }
    memset(plain, 0, 50);
    expect_opens(seal(50, 1), 1, 50);
    for (size_t i = 0; i < 400; i++)
        plain[i] = (BYTE)(i * 31 + 1);
}

static void test_content_type_and_padding_are_left_to_the_caller(void)
{
    for_each_suite(pad);
}

/* Sizes beyond what a record holds, from what the tag leaves (RFC 8446 section 5.4). */
static void exceed_limits(void)
{
    const DWORD most = HEADER_LEN + MAX_INNER + now->tag_len, least = HEADER_LEN + now->tag_len;
    DWORD len;

    len = seal(MAX_INNER, 0);
    EXPECT(len == most, now->label);
    for (DWORD longer = most + 1; longer <= 0x4101; longer++) {
        sealed[3] = (BYTE)((longer - HEADER_LEN) >> 8);
        sealed[4] = (BYTE)(longer - HEADER_LEN);
        expect_status_of(NTE_BAD_DATA, longer, 0);
    }
    seal(1, 0);
    for (DWORD shorter = 1; shorter <= least; shorter++) {
        sealed[3] = 0;
        sealed[4] = (BYTE)(shorter < HEADER_LEN ? 0 : shorter - HEADER_LEN);
        expect_status_of(NTE_BAD_DATA, shorter, 0);
    }
    sealed[4] = (BYTE)(now->tag_len + 1);
    expect_opens(least + 1, 0, 1);
}

static void test_impossible_lengths_are_refused(void)
{
    for_each_suite(exceed_limits);
}

/* ---- Places ---- */

static void seal_in_place(void)
{
    DWORD len = 0;

    memcpy(opened + HEADER_LEN, plain, 77);
    EXPECT_SUCCESS(SslEncryptPacket(provider, key, opened + HEADER_LEN, 77, opened, BUFFER_LEN,
                       &len, 4, CT_APPLICATIONDATA, 0),
        now->label);
    EXPECT(seal(77, 4) == len && memcmp(opened, sealed, len) == 0, now->label);
    EXPECT_SUCCESS(SslDecryptPacket(provider, key, sealed, len, sealed + HEADER_LEN,
                       len - HEADER_LEN, &len, 4, 0),
        now->label);
    EXPECT(len == 77 && memcmp(sealed + HEADER_LEN, plain, len) == 0, now->label);
    EXPECT(sealed[0] == CT_APPLICATIONDATA && sealed[1] == 3 && sealed[2] == 3, now->label);
}

static void test_in_place_plaintext_lies_behind_the_header(void)
{
    for_each_suite(seal_in_place);
}

/* Output at every distance from the input, in one buffer: what overlaps is refused and nothing of
 * it written, what does not works. */
static void shift(void)
{
    static BYTE buffer[1024], before[1024];
    const DWORD record_len = HEADER_LEN + 40 + now->tag_len;

    for (DWORD at = 0; at <= 600; at++) {
        const bool inside = at < 300 + record_len && at + 40 + now->tag_len > 300;
        const bool in_place = at == 300 + HEADER_LEN;
        SECURITY_STATUS status;
        DWORD len;

        seal(40, 0);
        memcpy(buffer + 300, sealed, record_len);
        memcpy(before, buffer, sizeof(before));
        status = SslDecryptPacket(
            provider, key, buffer + 300, record_len, buffer + at, 40 + now->tag_len, &len, 0, 0);
        EXPECT_STATUS(
            status, inside && !in_place ? NTE_BUFFERS_OVERLAP : ERROR_SUCCESS, now->label);
        if (status != ERROR_SUCCESS)
            EXPECT(memcmp(buffer, before, sizeof(before)) == 0, now->label);
        else
            EXPECT(len == 40 && memcmp(buffer + at, plain, 40) == 0, now->label);
    }
}

static void test_other_overlaps_are_refused(void)
{
    for_each_suite(shift);
}

/* Neither call writes behind what it says, and exact room is enough. */
static void try_rooms(void)
{
    const DWORD record_len = seal(40, 0);
    DWORD len;

    for (DWORD room = 0; room <= record_len; room++) {
        memset(opened, 0xAA, sizeof(opened));
        len = UNTOUCHED;
        EXPECT_STATUS(SslEncryptPacket(
                          provider, key, plain, 40, opened, room, &len, 0, CT_APPLICATIONDATA, 0),
            room < record_len ? NTE_BUFFER_TOO_SMALL : ERROR_SUCCESS, now->label);
        EXPECT(opened[record_len] == 0xAA, now->label);
        EXPECT((len == UNTOUCHED) == (room < record_len), now->label);
        EXPECT(room == record_len || opened[0] == 0xAA, now->label);
    }
    for (DWORD room = 0; room <= 40; room++) {
        memset(opened, 0xAA, sizeof(opened));
        len = UNTOUCHED;
        EXPECT_STATUS(SslDecryptPacket(provider, key, sealed, record_len, opened, room, &len, 0, 0),
            room < 40 ? NTE_BUFFER_TOO_SMALL : ERROR_SUCCESS, now->label);
        EXPECT(opened[40] == 0xAA && (opened[0] == 0xAA) == (room < 40), now->label);
    }
}

static void test_one_byte_less_of_output_is_refused(void)
{
    for_each_suite(try_rooms);
}

/* ---- Damage ---- */

static bool all_zero(const BYTE *bytes, DWORD len)
{
    BYTE any = 0;

    for (DWORD i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* The key has no state that a forged record could move. */
static void flip_bits(void)
{
    const DWORD record_len = seal(48, 9);

    for (DWORD bit = 0; bit < 8 * record_len; bit++) {
        const bool is_length = bit / 8 == 3 || bit / 8 == 4;

        sealed[bit / 8] ^= (BYTE)(1U << bit % 8);
        memset(opened, 0xAA, sizeof(opened));
        expect_status_of(is_length ? NTE_BAD_DATA : STATUS_AUTH_TAG_MISMATCH, record_len, 9);
        EXPECT(is_length || all_zero(opened, 48), now->label);
        EXPECT(opened[48] == 0xAA, now->label);
        sealed[bit / 8] ^= (BYTE)(1U << bit % 8);
        if (bit % 8 == 7)
            expect_opens(record_len, 9, 48);
    }
    sealed[1] = 0xFE; /* DTLS */
    expect_status_of(NTE_BAD_DATA, record_len, 9);
}

static void test_every_flipped_bit_is_refused(void)
{
    for_each_suite(flip_bits);
}

static void try_other_sequences(void)
{
    const ULONGLONG sequence = 0x8000000000000001;
    const DWORD record_len = seal(48, sequence);

    for (unsigned bit = 0; bit < 64; bit++)
        expect_status_of(STATUS_AUTH_TAG_MISMATCH, record_len, sequence ^ 1ULL << bit);
    expect_opens(record_len, sequence, 48);
}

static void test_another_sequence_number_is_refused(void)
{
    for_each_suite(try_other_sequences);
}

/* A record under another secret, and in a failure in place nothing of the plaintext stays. */
static void use_other_key(void)
{
    const DWORD record_len = seal(48, 0);
    NCRYPT_KEY_HANDLE other;
    DWORD len = UNTOUCHED;

    EXPECT_SUCCESS(
        make_traffic_key(provider, now->suite, NCRYPT_SSL_SERVER_FLAG, &other), now->label);
    EXPECT_STATUS(SslDecryptPacket(provider, other, sealed, record_len, sealed + HEADER_LEN,
                      BUFFER_LEN - HEADER_LEN, &len, 0, 0),
        STATUS_AUTH_TAG_MISMATCH, now->label);
    EXPECT(len == UNTOUCHED && all_zero(sealed + HEADER_LEN, 48), now->label);
    EXPECT_SUCCESS(SslFreeObject(other, 0), now->label);
}

static void test_another_key_is_refused(void)
{
    for_each_suite(use_other_key);
}

static int set_up(void)
{
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 31 + i / 256 + 1);
    return open_provider();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_records_agree_with_libcrypto),
        TEST(test_content_type_is_written_and_authenticated),
        TEST(test_plaintexts_of_every_length_come_back),
        TEST(test_content_type_and_padding_are_left_to_the_caller),
        TEST(test_impossible_lengths_are_refused),
        TEST(test_in_place_plaintext_lies_behind_the_header),
        TEST(test_other_overlaps_are_refused),
        TEST(test_one_byte_less_of_output_is_refused),
        TEST(test_every_flipped_bit_is_refused),
        TEST(test_another_sequence_number_is_refused),
        TEST(test_another_key_is_refused),
        TEST(test_records_of_rfc8448_are_reproduced),
    };

    return RUN_TESTS("records of TLS 1.3", set_up, close_provider, tests);
}
