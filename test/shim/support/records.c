/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/records.h"

/* The same suites in several versions differ in the IV only. */
static const struct combination all_combinations[] = {
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

const struct combination *now;
struct side client, server;
BYTE plain[MAX_PLAINTEXT + 1], sealed[BUFFER_LEN], opened[BUFFER_LEN];
unsigned complaints;

void complain(const char *what, int line, DWORD got, DWORD wanted)
{
    complaints++;
    fprintf(stderr, "line %d, protocol %04X suite %04X%s: %s is 0x%X, not 0x%X\n", line,
        now->protocol, now->suite, now->encrypt_then_mac ? " encrypt-then-MAC" : "", what, got,
        wanted);
}

bool is_datagram(void)
{
    return now->protocol >= DTLS1_2_PROTOCOL_VERSION;
}

bool is_chained(void)
{
    return now->kind == STREAM || (now->kind == CBC && now->explicit_len == 0);
}

DWORD header_len(void)
{
    return is_datagram() ? 13 : 5;
}

DWORD fragment_at(void)
{
    return header_len() + now->explicit_len;
}

DWORD sealed_len(DWORD plaintext_len)
{
    const DWORD clear_mac = now->encrypt_then_mac ? now->trailer_len : 0;
    DWORD len = plaintext_len + now->trailer_len - clear_mac;

    if (now->kind == CBC)
        len += now->block_len - len % now->block_len;
    else
        return fragment_at() + plaintext_len + now->trailer_len;
    return fragment_at() + len + clear_mac;
}

DWORD opened_room(DWORD plaintext_len)
{
    if (now->kind != CBC)
        return plaintext_len;
    return sealed_len(plaintext_len) - fragment_at() -
        (now->encrypt_then_mac ? now->trailer_len : 0);
}

SECURITY_STATUS open_side(DWORD role, struct side *side)
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

void close_side(struct side *side)
{
    SslFreeObject(side->read, 0);
    SslFreeObject(side->write, 0);
    side->read = side->write = 0;
}

void for_each_combination(void (*body)(void))
{
    const unsigned before = complaints;

    for (size_t i = 0; i < sizeof(all_combinations) / sizeof(all_combinations[0]); i++) {
        SECURITY_STATUS status;

        now = &all_combinations[i];
        status = open_side(NCRYPT_SSL_CLIENT_FLAG, &client);
        EXPECT(status, ERROR_SUCCESS);
        if (status != ERROR_SUCCESS)
            continue;
        status = open_side(NCRYPT_SSL_SERVER_FLAG, &server);
        EXPECT(status, ERROR_SUCCESS);
        if (status == ERROR_SUCCESS) {
            body();
            close_side(&server);
        }
        close_side(&client);
    }
    CU_ASSERT_EQUAL(complaints, before);
}

DWORD seal(NCRYPT_KEY_HANDLE key, DWORD plaintext_len, ULONGLONG sequence, BYTE *record)
{
    DWORD len = 0;

    EXPECT(SslEncryptPacket(provider, key, plain, plaintext_len, record, BUFFER_LEN, &len, sequence,
               CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    EXPECT(len, sealed_len(plaintext_len));
    return len;
}

DWORD open_record(NCRYPT_KEY_HANDLE key, BYTE *record, DWORD record_len, ULONGLONG sequence)
{
    DWORD len = UNTOUCHED;
    const SECURITY_STATUS status =
        SslDecryptPacket(provider, key, record, record_len, opened, BUFFER_LEN, &len, sequence, 0);

    if (status != ERROR_SUCCESS)
        EXPECT(len, UNTOUCHED);
    return (DWORD)status;
}

void expect_opens(
    NCRYPT_KEY_HANDLE key, BYTE *record, DWORD record_len, ULONGLONG sequence, DWORD plaintext_len)
{
    DWORD len = UNTOUCHED;

    EXPECT(
        SslDecryptPacket(provider, key, record, record_len, opened, BUFFER_LEN, &len, sequence, 0),
        ERROR_SUCCESS);
    EXPECT(len, plaintext_len);
    EXPECT(memcmp(opened, plain, plaintext_len), 0);
}

static int set_up(void)
{
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 31 + i / 256 + 1);
    return open_provider();
}

int run_record_tests(const char *suite_name, const struct named_test *tests, size_t count)
{
    return run_tests(suite_name, set_up, close_provider, tests, count);
}
