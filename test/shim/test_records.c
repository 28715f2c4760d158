/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket and SslDecryptPacket through the public functions alone: two sides of a
 * connection are made from one master secret and exchange records, for every kind of protection in
 * every protocol version.  test_records.cnf lets the legacy suites in.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <CUnit/Basic.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_PLAINTEXT = 1 << 14, BUFFER_LEN = 0x10100, CONTENT_TYPE = 23, UNTOUCHED = 0x7E57 };

enum kind { NULL_CIPHER, STREAM, CBC, AEAD };

/* One combination, with what its layout follows from. */
struct combination {
    DWORD protocol;
    DWORD suite;
    enum kind kind;
    DWORD explicit_len; /* IV or nonce in the record */
    DWORD trailer_len;  /* MAC or tag */
    DWORD block_len;
    bool encrypt_then_mac;
};

/* The same suites in several versions differ in the IV only. */
static const struct combination combinations[] = {
    {SSL3_PROTOCOL_VERSION, 0x0001, NULL_CIPHER, 0, 16, 1, false},
    {SSL3_PROTOCOL_VERSION, 0x0002, NULL_CIPHER, 0, 20, 1, false},
    {SSL3_PROTOCOL_VERSION, 0x0003, STREAM, 0, 16, 1, false},
    {SSL3_PROTOCOL_VERSION, 0x0004, STREAM, 0, 16, 1, false},
    {SSL3_PROTOCOL_VERSION, 0x0005, STREAM, 0, 20, 1, false},
    {SSL3_PROTOCOL_VERSION, 0x0009, CBC, 0, 20, 8, false},
    {SSL3_PROTOCOL_VERSION, 0x000A, CBC, 0, 20, 8, false},
    {SSL3_PROTOCOL_VERSION, 0x002F, CBC, 0, 20, 16, false},
    {TLS1_0_PROTOCOL_VERSION, 0x0001, NULL_CIPHER, 0, 16, 1, false},
    {TLS1_0_PROTOCOL_VERSION, 0x0003, STREAM, 0, 16, 1, false},
    {TLS1_0_PROTOCOL_VERSION, 0x0004, STREAM, 0, 16, 1, false},
    {TLS1_0_PROTOCOL_VERSION, 0x0009, CBC, 0, 20, 8, false},
    {TLS1_0_PROTOCOL_VERSION, 0x000A, CBC, 0, 20, 8, false},
    {TLS1_0_PROTOCOL_VERSION, 0x002F, CBC, 0, 20, 16, false},
    {TLS1_0_PROTOCOL_VERSION, 0x0062, CBC, 0, 20, 8, false},
    {TLS1_0_PROTOCOL_VERSION, 0x0064, STREAM, 0, 20, 1, false},
    {TLS1_0_PROTOCOL_VERSION, 0x0035, CBC, 0, 20, 16, true},
    {TLS1_1_PROTOCOL_VERSION, 0x0005, STREAM, 0, 20, 1, false},
    {TLS1_1_PROTOCOL_VERSION, 0x000A, CBC, 8, 20, 8, false},
    {TLS1_1_PROTOCOL_VERSION, 0x0035, CBC, 16, 20, 16, false},
    {TLS1_1_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, true},
    {TLS1_2_PROTOCOL_VERSION, 0x0001, NULL_CIPHER, 0, 16, 1, false},
    {TLS1_2_PROTOCOL_VERSION, 0x003B, NULL_CIPHER, 0, 32, 1, false},
    {TLS1_2_PROTOCOL_VERSION, 0x0004, STREAM, 0, 16, 1, false},
    {TLS1_2_PROTOCOL_VERSION, 0x000A, CBC, 8, 20, 8, false},
    {TLS1_2_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, false},
    {TLS1_2_PROTOCOL_VERSION, 0x003D, CBC, 16, 32, 16, false},
    {TLS1_2_PROTOCOL_VERSION, 0xC028, CBC, 16, 48, 16, false},
    {TLS1_2_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, true},
    {TLS1_2_PROTOCOL_VERSION, 0x000A, CBC, 8, 20, 8, true},
    {TLS1_2_PROTOCOL_VERSION, 0xC028, CBC, 16, 48, 16, true},
    {TLS1_2_PROTOCOL_VERSION, 0x009C, AEAD, 8, 16, 1, false},
    {TLS1_2_PROTOCOL_VERSION, 0xC030, AEAD, 8, 16, 1, true},
    {TLS1_2_PROTOCOL_VERSION, 0xC09C, AEAD, 8, 16, 1, false},
    {TLS1_2_PROTOCOL_VERSION, 0xC0A1, AEAD, 8, 8, 1, false},
    {TLS1_2_PROTOCOL_VERSION, 0xCCA8, AEAD, 0, 16, 1, false},
    {DTLS1_0_PROTOCOL_VERSION, 0x000A, CBC, 8, 20, 8, false},
    {DTLS1_0_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, false},
    {DTLS1_2_PROTOCOL_VERSION, 0x003B, NULL_CIPHER, 0, 32, 1, false},
    {DTLS1_2_PROTOCOL_VERSION, 0xC027, CBC, 16, 32, 16, false},
    {DTLS1_2_PROTOCOL_VERSION, 0x003C, CBC, 16, 32, 16, true},
    {DTLS1_2_PROTOCOL_VERSION, 0x009D, AEAD, 8, 16, 1, false},
    {DTLS1_2_PROTOCOL_VERSION, 0xC0A0, AEAD, 8, 8, 1, false},
    {DTLS1_2_PROTOCOL_VERSION, 0xCCA8, AEAD, 0, 16, 1, false},
};

struct side {
    NCRYPT_KEY_HANDLE read;
    NCRYPT_KEY_HANDLE write;
};

static NCRYPT_PROV_HANDLE provider;
static const struct combination *now;
static struct side client, server;
static BYTE plain[MAX_PLAINTEXT + 1], sealed[BUFFER_LEN], opened[BUFFER_LEN];
static unsigned complaints;

/* CUnit names a line; this names the combination as well. */
static void complain(const char *what, int line, DWORD got, DWORD wanted)
{
    complaints++;
    fprintf(stderr, "line %d, protocol %04X suite %04X%s: %s is 0x%X, not 0x%X\n", line,
        now->protocol, now->suite, now->encrypt_then_mac ? " encrypt-then-MAC" : "", what, got,
        wanted);
}

#define EXPECT(actual, wanted)                                                                     \
    do {                                                                                           \
        const DWORD got_ = (DWORD)(actual), wanted_ = (DWORD)(wanted);                             \
        if (got_ != wanted_)                                                                       \
            complain(#actual, __LINE__, got_, wanted_);                                            \
    } while (0)

static bool is_datagram(void)
{
    return now->protocol >= DTLS1_2_PROTOCOL_VERSION;
}

/* Whether the cipher state goes on from record to record. */
static bool is_chained(void)
{
    return now->kind == STREAM || (now->kind == CBC && now->explicit_len == 0);
}

static DWORD header_len(void)
{
    return is_datagram() ? 13 : 5;
}

/* Where the ciphertext begins. */
static DWORD fragment_at(void)
{
    return header_len() + now->explicit_len;
}

static DWORD sealed_len(DWORD plaintext_len)
{
    const DWORD clear_mac = now->encrypt_then_mac ? now->trailer_len : 0;
    DWORD len = plaintext_len + now->trailer_len - clear_mac;

    if (now->kind == CBC)
        len += now->block_len - len % now->block_len;
    else
        return fragment_at() + plaintext_len + now->trailer_len;
    return fragment_at() + len + clear_mac;
}

/* The output that opening needs: in CBC, MAC and padding pass through it. */
static DWORD opened_room(DWORD plaintext_len)
{
    if (now->kind != CBC)
        return plaintext_len;
    return sealed_len(plaintext_len) - fragment_at() -
        (now->encrypt_then_mac ? now->trailer_len : 0);
}

static SECURITY_STATUS make_side(DWORD role, struct side *side)
{
    BYTE blob[sizeof(NCRYPTSSL_SECRET_BLOB_HEADER) + 48];
    BYTE randoms[2][32];
    NCRYPTSSL_SECRET_BLOB_HEADER header = {0};
    NCryptBuffer buffers[] = {{32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms[0]},
        {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms[1]}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, buffers};
    NCRYPT_KEY_HANDLE master = 0;
    SECURITY_STATUS status;

    memset(randoms[0], 0xC1, 32);
    memset(randoms[1], 0x5E, 32);
    header.cbLength = sizeof(blob);
    header.dwMagic = NCRYPTSSL_SECRET_MAGIC;
    header.dwKind = NCRYPTSSL_KIND_MASTER_KEY;
    header.dwProtocol = now->protocol;
    header.dwCipherSuite = now->suite;
    header.dwFlags = role | (now->encrypt_then_mac ? NCRYPTSSL_ENCRYPT_THEN_MAC : 0U);
    header.cbSecret = 48;
    memcpy(blob, &header, sizeof(header));
    memset(blob + sizeof(header), 0x3A, 48);
    status = SslImportKey(provider, &master, NCRYPTSSL_SECRET_BLOB, blob, sizeof(blob), 0);
    if (status != ERROR_SUCCESS)
        return status;
    status = SslGenerateSessionKeys(provider, master, &side->read, &side->write, &list, 0);
    SslFreeObject(master, 0);
    return status;
}

static void close_side(struct side *side)
{
    SslFreeObject(side->read, 0);
    SslFreeObject(side->write, 0);
    side->read = side->write = 0;
}

/* Runs a test body once for each combination, with keys of its own. */
static void for_each_combination(void (*body)(void))
{
    const unsigned before = complaints;

    for (size_t i = 0; i < sizeof(combinations) / sizeof(combinations[0]); i++) {
        SECURITY_STATUS status;

        now = &combinations[i];
        status = make_side(NCRYPT_SSL_CLIENT_FLAG, &client);
        EXPECT(status, ERROR_SUCCESS);
        if (status != ERROR_SUCCESS)
            continue;
        status = make_side(NCRYPT_SSL_SERVER_FLAG, &server);
        EXPECT(status, ERROR_SUCCESS);
        if (status == ERROR_SUCCESS) {
            body();
            close_side(&server);
        }
        close_side(&client);
    }
    CU_ASSERT_EQUAL(complaints, before);
}

static DWORD seal(NCRYPT_KEY_HANDLE key, DWORD plaintext_len, ULONGLONG sequence, BYTE *record)
{
    DWORD len = 0;

    EXPECT(SslEncryptPacket(provider, key, plain, plaintext_len, record, BUFFER_LEN, &len, sequence,
               CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    EXPECT(len, sealed_len(plaintext_len));
    return len;
}

static DWORD open_record(NCRYPT_KEY_HANDLE key, BYTE *record, DWORD record_len, ULONGLONG sequence)
{
    DWORD len = UNTOUCHED;
    const SECURITY_STATUS status =
        SslDecryptPacket(provider, key, record, record_len, opened, BUFFER_LEN, &len, sequence, 0);

    if (status != ERROR_SUCCESS)
        EXPECT(len, UNTOUCHED);
    return (DWORD)status;
}

static void expect_opens(
    NCRYPT_KEY_HANDLE key, BYTE *record, DWORD record_len, ULONGLONG sequence, DWORD plaintext_len)
{
    DWORD len = UNTOUCHED;

    EXPECT(
        SslDecryptPacket(provider, key, record, record_len, opened, BUFFER_LEN, &len, sequence, 0),
        ERROR_SUCCESS);
    EXPECT(len, plaintext_len);
    EXPECT(memcmp(opened, plain, plaintext_len), 0);
}

static void round_trips(void)
{
    static const DWORD lengths[] = {0, 1, 15, 16, 17, 100, MAX_PLAINTEXT};

    for (ULONGLONG i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const ULONGLONG sequence = i << 48 | i;

        expect_opens(server.read, sealed, seal(client.write, lengths[i], sequence, sealed),
            sequence, lengths[i]);
        expect_opens(client.read, sealed, seal(server.write, lengths[i], sequence, sealed),
            sequence, lengths[i]);
    }
}

static void test_records_of_all_lengths_go_both_ways(void)
{
    for_each_combination(round_trips);
}

static void header_bytes(void)
{
    static const BYTE number[] = {0, 3, 1, 2, 3, 4, 5, 6};
    const DWORD len = seal(client.write, 16, UINT64_C(0x0003010203040506), sealed);
    const DWORD body_len = len - header_len();

    EXPECT(sealed[0], CONTENT_TYPE);
    EXPECT((DWORD)sealed[1] << 8 | sealed[2], now->protocol);
    EXPECT((DWORD)sealed[header_len() - 2] << 8 | sealed[header_len() - 1], body_len);
    if (is_datagram())
        EXPECT(memcmp(sealed + 3, number, sizeof(number)), 0);
    if (now->kind == AEAD && now->explicit_len == 8)
        EXPECT(memcmp(sealed + header_len(), number, sizeof(number)), 0);
}

static void test_header_holds_type_version_and_length(void)
{
    for_each_combination(header_bytes);
}

static void test_aes_128_cbc_sha_makes_69_bytes_of_16(void)
{
    static const struct combination traced = {
        TLS1_2_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, false};
    static const DWORD sizes[][2] = {{16, 69}, {11, 53}, {28, 85}};
    const unsigned before = complaints;

    now = &traced;
    CU_ASSERT_EQUAL_FATAL(make_side(NCRYPT_SSL_CLIENT_FLAG, &client), ERROR_SUCCESS);
    for (size_t i = 0; i < 3; i++)
        EXPECT(seal(client.write, sizes[i][0], i, sealed), sizes[i][1]);
    close_side(&client);
    CU_ASSERT_EQUAL(complaints, before);
}

static void in_place(void)
{
    const DWORD len = 37;
    const DWORD starts[] = {header_len(), fragment_at()};

    for (ULONGLONG i = 0; i < 2; i++) {
        BYTE *const place = sealed + starts[i];
        DWORD got = 0;

        memcpy(place, plain, len);
        EXPECT(SslEncryptPacket(provider, client.write, place, len, sealed, sealed_len(len), &got,
                   i, CONTENT_TYPE, 0),
            ERROR_SUCCESS);
        EXPECT(SslDecryptPacket(
                   provider, server.read, sealed, got, place, opened_room(len), &got, i, 0),
            ERROR_SUCCESS);
        EXPECT(got, len);
        EXPECT(memcmp(place, plain, len), 0);
    }
}

static void test_both_places_in_the_record_are_legal(void)
{
    for_each_combination(in_place);
}

static void overlapping(void)
{
    const DWORD len = 40;
    DWORD got = UNTOUCHED;
    DWORD record_len;

    for (DWORD at = 0; at < sealed_len(len); at++) {
        if (at == header_len() || at == fragment_at())
            continue;
        memcpy(sealed + at, plain, len);
        EXPECT(SslEncryptPacket(provider, client.write, sealed + at, len, sealed, BUFFER_LEN, &got,
                   0, CONTENT_TYPE, 0),
            NTE_BUFFERS_OVERLAP);
    }
    record_len = seal(client.write, len, 0, sealed);
    for (DWORD at = 0; at < record_len; at++) {
        if (at == header_len() || at == fragment_at())
            continue;
        EXPECT(SslDecryptPacket(provider, server.read, sealed, record_len, sealed + at,
                   BUFFER_LEN - at, &got, 0, 0),
            NTE_BUFFERS_OVERLAP);
    }
    EXPECT(got, UNTOUCHED);
    expect_opens(server.read, sealed, record_len, 0, len);
}

static void test_other_overlaps_are_refused(void)
{
    for_each_combination(overlapping);
}

static void short_outputs(void)
{
    const DWORD len = 33;
    const DWORD too_short =
        now->kind == NULL_CIPHER ? (DWORD)NTE_BUFFER_TOO_SMALL : (DWORD)NTE_DECRYPTION_FAILURE;
    DWORD got = UNTOUCHED;
    DWORD record_len;

    EXPECT(SslEncryptPacket(provider, client.write, plain, len, sealed, sealed_len(len) - 1, &got,
               0, CONTENT_TYPE, 0),
        NTE_BUFFER_TOO_SMALL);
    EXPECT(got, UNTOUCHED);
    EXPECT(SslEncryptPacket(provider, client.write, plain, len, sealed, sealed_len(len),
               &record_len, 0, CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    EXPECT(SslDecryptPacket(
               provider, server.read, sealed, record_len, opened, opened_room(len) - 1, &got, 0, 0),
        too_short);
    EXPECT(got, UNTOUCHED);
    EXPECT(SslDecryptPacket(
               provider, server.read, sealed, record_len, opened, opened_room(len), &got, 0, 0),
        ERROR_SUCCESS);
    EXPECT(got, len);
}

static void test_outputs_need_exactly_their_room(void)
{
    for_each_combination(short_outputs);
}

/* What opening says to the record with one bit of this byte changed. */
static DWORD flip_result(DWORD at)
{
    const DWORD version = (DWORD)sealed[1] << 8 | sealed[2];
    const DWORD length_at = header_len() - 2;

    if (at == 1 || at == 2) {
        const bool family = is_datagram() ? version == 0xFEFF || version == 0xFEFD
                                          : version >= 0x0300 && version <= 0x0303;
        return family ? (DWORD)ERROR_SUCCESS : (DWORD)NTE_BAD_DATA;
    }
    if (at == length_at || at == length_at + 1)
        return (DWORD)NTE_BAD_DATA;
    /* The sequence number of a DTLS header is not looked at. */
    return is_datagram() && at >= 3 && at < 11 ? (DWORD)ERROR_SUCCESS
                                               : (DWORD)NTE_DECRYPTION_FAILURE;
}

static bool all_zero(const BYTE *bytes, DWORD len)
{
    BYTE any = 0;

    for (DWORD i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* 16 bytes of plaintext leave the last block a part of the MAC in all combinations of SSL 3.0, so
 * only its undefined padding content can change unseen (RFC 6101 section 5.2.3.2). */
static void bit_flips(void)
{
    const DWORD len = 16;
    DWORD record_len = seal(client.write, len, 0, sealed);

    for (DWORD bit = 0; bit < 8 * record_len; bit++) {
        const BYTE mask = (BYTE)(1U << bit % 8);
        DWORD wanted, status;

        sealed[bit / 8] ^= mask;
        wanted = flip_result(bit / 8);
        memset(opened, 0xAA, sizeof(opened));
        status = open_record(server.read, sealed, record_len, 0);
        if (status == ERROR_SUCCESS && now->protocol == SSL3_PROTOCOL_VERSION && now->kind == CBC)
            wanted = ERROR_SUCCESS;
        EXPECT(status, wanted);
        if (status == ERROR_SUCCESS)
            EXPECT(memcmp(opened, plain, len), 0);
        if (status == (DWORD)NTE_DECRYPTION_FAILURE)
            EXPECT(all_zero(opened, len), true);
        sealed[bit / 8] ^= mask;
        /* What was accepted has moved a chained state on; a fresh record follows it. */
        if (status == ERROR_SUCCESS)
            record_len = seal(client.write, len, 0, sealed);
        else if (bit % 8 == 7)
            EXPECT(open_record(server.read, sealed, record_len, 1), NTE_DECRYPTION_FAILURE);
    }
    expect_opens(server.read, sealed, record_len, 0, len);
}

static void test_every_flipped_bit_is_caught_and_changes_no_state(void)
{
    for_each_combination(bit_flips);
}

/* A record out of its turn fails where the cipher is chained, and the ones in turn still open.  The
 * MAC of RFC 7366 does not cover a chained IV: there the sequence number alone tells the turn. */
static void out_of_turn(void)
{
    const bool notices = is_chained() && !now->encrypt_then_mac;
    static BYTE first[1024], second[1024];
    const DWORD first_len = sealed_len(50), second_len = sealed_len(61);
    DWORD len = 0;

    EXPECT(SslEncryptPacket(
               provider, client.write, plain, 50, first, sizeof(first), &len, 7, CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    EXPECT(SslEncryptPacket(
               provider, client.write, plain, 61, second, sizeof(second), &len, 8, CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    if (notices)
        EXPECT(open_record(server.read, second, second_len, 8), NTE_DECRYPTION_FAILURE);
    expect_opens(server.read, first, first_len, 7, 50);
    if (notices)
        EXPECT(open_record(server.read, first, first_len, 7), NTE_DECRYPTION_FAILURE);
    expect_opens(server.read, second, second_len, 8, 61);
    if (!is_chained())
        expect_opens(server.read, first, first_len, 7, 50);
}

static void test_chained_ciphers_go_on_from_record_to_record(void)
{
    for_each_combination(out_of_turn);
}

static DWORD encrypt(NCRYPT_KEY_HANDLE key, BYTE *input, DWORD input_len, BYTE *output,
    DWORD output_len, DWORD *result, DWORD flags)
{
    return (DWORD)SslEncryptPacket(
        provider, key, input, input_len, output, output_len, result, 0, CONTENT_TYPE, flags);
}

/* Nearly every line breaks two rules: the status is that of the one which is checked first. */
static void encrypt_arguments(void)
{
    DWORD got = UNTOUCHED;

    EXPECT(SslEncryptPacket(0, client.write, NULL, 0, NULL, 0, NULL, 0, 0, 1), NTE_INVALID_HANDLE);
    EXPECT(encrypt(0, NULL, 0, NULL, 0, NULL, 1), NTE_INVALID_HANDLE);
    EXPECT(encrypt(provider, plain, 1, sealed, BUFFER_LEN, &got, 0), NTE_INVALID_HANDLE);
    EXPECT(encrypt(client.write, NULL, 1, sealed, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, NULL, 0, sealed, BUFFER_LEN, &got, 0), NTE_INVALID_PARAMETER);
    EXPECT(
        encrypt(client.write, plain, 0x8001, sealed, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 1, NULL, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 1, NULL, 0, &got, 0), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 1, sealed, BUFFER_LEN, NULL, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 0x4001, sealed, BUFFER_LEN, &got, 1), NTE_BAD_FLAGS);
    EXPECT(encrypt(client.read, plain, 1, sealed, BUFFER_LEN, &got, 1), NTE_BAD_FLAGS);
    EXPECT(encrypt(client.read, plain, 0x4001, sealed, BUFFER_LEN, &got, 0), NTE_INTERNAL_ERROR);
    EXPECT(encrypt(client.write, plain, 0x4001, sealed, 0, &got, 0), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, sealed, 1, sealed, 1, &got, 0), NTE_BUFFER_TOO_SMALL);
    EXPECT(got, UNTOUCHED);
}

static void test_encrypt_checks_in_order(void)
{
    for_each_combination(encrypt_arguments);
}

static DWORD decrypt(NCRYPT_KEY_HANDLE key, BYTE *input, DWORD input_len, BYTE *output,
    DWORD output_len, DWORD *result, DWORD flags)
{
    return (DWORD)SslDecryptPacket(
        provider, key, input, input_len, output, output_len, result, 0, flags);
}

static void decrypt_arguments(void)
{
    const NCRYPT_KEY_HANDLE key = server.read;
    const DWORD len = seal(client.write, 20, 0, sealed);
    DWORD got = UNTOUCHED;

    EXPECT(SslDecryptPacket(0, key, NULL, 0, NULL, 0, NULL, 0, 1), NTE_INVALID_HANDLE);
    EXPECT(decrypt(0, NULL, 0, NULL, 0, NULL, 1), NTE_INVALID_HANDLE);
    EXPECT(decrypt(provider, sealed, len, opened, BUFFER_LEN, &got, 0), NTE_INVALID_HANDLE);
    EXPECT(decrypt(key, NULL, len, opened, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, 0, opened, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, 0x10001, opened, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, 0x10000, opened, BUFFER_LEN, &got, 0), NTE_BAD_DATA);
    EXPECT(decrypt(key, sealed, len, NULL, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, len, opened, BUFFER_LEN, NULL, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(server.write, sealed, len, opened, BUFFER_LEN, &got, 1), NTE_BAD_FLAGS);
    EXPECT(decrypt(server.write, sealed, 1, opened, BUFFER_LEN, &got, 0), NTE_INTERNAL_ERROR);
    for (DWORD part = 1; part < len; part++)
        EXPECT(decrypt(key, sealed, part, sealed, BUFFER_LEN, &got, 0), NTE_BAD_DATA);
    EXPECT(decrypt(key, sealed, len + 1, sealed, BUFFER_LEN, &got, 0), NTE_BAD_DATA);
    EXPECT(decrypt(key, sealed, len, sealed, 1, &got, 0), NTE_BUFFERS_OVERLAP);
    EXPECT(got, UNTOUCHED);
    expect_opens(key, sealed, len, 0, 20);
}

static void test_decrypt_checks_in_order(void)
{
    for_each_combination(decrypt_arguments);
}

static void set_body_len(DWORD body_len)
{
    sealed[header_len() - 2] = (BYTE)(body_len >> 8);
    sealed[header_len() - 1] = (BYTE)body_len;
}

/* The shortest lengths by public arithmetic: IV and MAC, then a whole block, then the tag. */
static DWORD length_result(DWORD body_len)
{
    const DWORD mac = now->kind == AEAD ? 0 : now->trailer_len;
    const DWORD clear_mac = now->encrypt_then_mac ? now->trailer_len : 0;

    if (body_len < now->explicit_len + mac)
        return (DWORD)NTE_BAD_DATA;
    if (now->kind == AEAD && body_len < now->explicit_len + now->trailer_len)
        return (DWORD)NTE_BAD_DATA;
    if (now->kind == CBC && (body_len - now->explicit_len - clear_mac) % now->block_len != 0)
        return (DWORD)NTE_BAD_DATA;
    return (DWORD)NTE_DECRYPTION_FAILURE;
}

static void body_lengths(void)
{
    const DWORD longest = MAX_PLAINTEXT + 2048;

    memset(sealed, 0x42, sizeof(sealed));
    seal(client.write, 0, 0, sealed);
    for (DWORD len = 0; len < 200; len++) {
        set_body_len(len);
        /* With sequence number 1 the record itself is not genuine either. */
        EXPECT(open_record(server.read, sealed, header_len() + len, 1), length_result(len));
    }
    for (DWORD len = longest - 16; len <= longest; len++) {
        set_body_len(len);
        EXPECT(open_record(server.read, sealed, header_len() + len, 1), length_result(len));
    }
    set_body_len(longest + 1);
    EXPECT(open_record(server.read, sealed, header_len() + longest + 1, 1), NTE_BAD_DATA);
}

static void test_impossible_lengths_are_bad_data(void)
{
    for_each_combination(body_lengths);
}

/* The client's keys of TLS_RSA_WITH_AES_128_CBC_SHA in TLS 1.2, from libcrypto: MAC keys of 20
 * bytes, then cipher keys of 16 (RFC 5246 section 6.3), out of the secrets of make_side. */
static bool derive_client_keys(BYTE mac_key[20], BYTE key[16])
{
    BYTE secret[48], randoms[64], key_block[56];
    char digest[] = "SHA256", label[] = "key expansion";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret, sizeof(secret)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label, sizeof(label) - 1),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, randoms, sizeof(randoms)),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    bool derived;

    memset(secret, 0x3A, sizeof(secret));
    memset(randoms, 0x5E, 32);
    memset(randoms + 32, 0xC1, 32);
    derived = EVP_KDF_derive(ctx, key_block, sizeof(key_block), params) == 1;
    memcpy(mac_key, key_block, 20);
    memcpy(key, key_block + 40, 16);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return derived;
}

/* Makes in `sealed` a record of 9 bytes, made by libcrypto alone, with padding_len bytes of padding
 * beside the length byte, of which the one at `wrong`, if there is one, is not padding_len. */
static DWORD make_padded(
    const BYTE mac_key[20], const BYTE key[16], unsigned padding_len, unsigned wrong)
{
    static const BYTE header[] = {0, 0, 0, 0, 0, 0, 0, 0, CONTENT_TYPE, 3, 3, 0, 9};
    const DWORD body_len = 16 + 9 + 20 + padding_len + 1;
    BYTE authenticated[sizeof(header) + 9];
    BYTE *const fragment = sealed + 5 + 16;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;

    memcpy(authenticated, header, sizeof(header));
    memcpy(authenticated + sizeof(header), plain, 9);
    memcpy(sealed, header + 8, 3);
    sealed[3] = (BYTE)(body_len >> 8);
    sealed[4] = (BYTE)body_len;
    memset(sealed + 5, 0xE1, 16);
    memcpy(fragment, plain, 9);
    HMAC(EVP_sha1(), mac_key, 20, authenticated, sizeof(authenticated), fragment + 9, NULL);
    memset(fragment + 29, (int)padding_len, padding_len + 1);
    if (wrong < padding_len)
        fragment[29 + wrong] ^= 0x10;
    EXPECT(EVP_EncryptInit_ex2(ctx, EVP_aes_128_cbc(), key, sealed + 5, NULL), 1);
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    EXPECT(EVP_EncryptUpdate(ctx, fragment, &len, fragment, (int)(body_len - 16)), 1);
    EVP_CIPHER_CTX_free(ctx);
    return 5 + body_len;
}

/* RFC 5246 section 6.2.3.2: up to 255 bytes, each of which is checked. */
static void test_padding_of_every_length_is_read_and_checked(void)
{
    static const struct combination aes = {TLS1_2_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, false};
    const unsigned before = complaints, none = 256;
    BYTE mac_key[20], key[16];

    now = &aes;
    CU_ASSERT_EQUAL_FATAL(make_side(NCRYPT_SSL_SERVER_FLAG, &server), ERROR_SUCCESS);
    CU_ASSERT_FATAL(derive_client_keys(mac_key, key));
    for (unsigned padding_len = 2; padding_len < 256; padding_len += 16) {
        DWORD len = make_padded(mac_key, key, padding_len, none);

        expect_opens(server.read, sealed, len, 0, 9);
        for (unsigned wrong = 0; wrong < padding_len; wrong++) {
            len = make_padded(mac_key, key, padding_len, wrong);
            EXPECT(open_record(server.read, sealed, len, 0), NTE_DECRYPTION_FAILURE);
        }
    }
    close_side(&server);
    CU_ASSERT_EQUAL(complaints, before);
}

static int open_provider(void)
{
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 31 + i / 256 + 1);
    return SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS ? 0 : 1;
}

static int close_provider(void)
{
    return SslFreeObject(provider, 0) == ERROR_SUCCESS ? 0 : 1;
}

int main(void)
{
    CU_pSuite suite;
    unsigned failures;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    suite = CU_add_suite("records", open_provider, close_provider);
    CU_ADD_TEST(suite, test_encrypt_checks_in_order);
    CU_ADD_TEST(suite, test_decrypt_checks_in_order);
    CU_ADD_TEST(suite, test_impossible_lengths_are_bad_data);
    CU_ADD_TEST(suite, test_records_of_all_lengths_go_both_ways);
    CU_ADD_TEST(suite, test_header_holds_type_version_and_length);
    CU_ADD_TEST(suite, test_aes_128_cbc_sha_makes_69_bytes_of_16);
    CU_ADD_TEST(suite, test_padding_of_every_length_is_read_and_checked);
    CU_ADD_TEST(suite, test_both_places_in_the_record_are_legal);
    CU_ADD_TEST(suite, test_other_overlaps_are_refused);
    CU_ADD_TEST(suite, test_outputs_need_exactly_their_room);
    CU_ADD_TEST(suite, test_every_flipped_bit_is_caught_and_changes_no_state);
    CU_ADD_TEST(suite, test_chained_ciphers_go_on_from_record_to_record);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}
