/* SPDX-License-Identifier: Apache-2.0
 *
 * SslDecryptPacket on CBC records with every padding that there can be, good and bad, for every
 * protocol and every hash: the length of a good one is read right, and of a bad one the caller
 * learns nothing but that the record is not genuine.  libcrypto alone makes the records.
 */
#include "ct/cbc_records.h"
#include "shim/support.h"
#include "shim/support/provider.h"

enum { UNTOUCHED = 0x77 };

static struct key_pair server;
static struct cbc_peer peer;
static BYTE content[CBC_MAX_CONTENT], fragment[CBC_MAX_FRAGMENT], record[CBC_MAX_RECORD],
    output[CBC_MAX_RECORD];

static void for_each_kind(void (*body)(void))
{
    for (size_t i = 0; i < COUNT(cbc_kinds); i++) {
        const struct cbc_kind *kind = &cbc_kinds[i];

        if (EXPECT_SUCCESS(
                make_side(provider, kind->protocol, kind->suite, NCRYPT_SSL_SERVER_FLAG, &server),
                kind->name) &&
            EXPECT(cbc_peer_start(&peer, kind), kind->name))
            body();
        cbc_peer_end(&peer);
        free_pair(&server);
    }
}

static size_t most_padding(void)
{
    return cbc_is_ssl3(peer.kind) ? peer.kind->block_len - 1 : 255;
}

static bool all_zero(const BYTE *bytes, size_t len)
{
    BYTE any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* Encrypts the fragment as it is, for the server to open. */
static void try_fragment(size_t len, bool genuine, size_t content_len, const char *label)
{
    const size_t record_len = cbc_encrypt(&peer, fragment, len, record);
    DWORD got = UNTOUCHED;
    SECURITY_STATUS status;

    memset(output, 0xAA, len + 1);
    status = SslDecryptPacket(
        provider, server.read, record, (DWORD)record_len, output, (DWORD)len, &got, 0, 0);
    if (!EXPECT_STATUS(status, genuine ? ERROR_SUCCESS : NTE_DECRYPTION_FAILURE, label))
        return;
    EXPECT(output[len] == 0xAA, label);
    if (genuine) {
        EXPECT(got == content_len && memcmp(output, content, content_len) == 0, label);
        cbc_accepted(&peer, record, record_len);
    } else {
        EXPECT(got == UNTOUCHED && all_zero(output, len), label);
    }
}

/* What may differ from a genuine record, and still be one: in SSL 3.0 only the length byte of the
 * padding is defined (RFC 6101 section 5.2.3.2). */
static bool is_free(size_t len, size_t padding_len, size_t at)
{
    return cbc_is_ssl3(peer.kind) && at >= len - 1 - padding_len && at < len - 1;
}

/* Each byte of the fragment changed, with the MAC right and with it wrong in its first byte too. */
static void change_every_byte(size_t content_len, size_t padding_len)
{
    const size_t len = cbc_compose(&peer, content, content_len, padding_len, fragment);
    char label[128];

    if (!EXPECT(len != 0, peer.kind->name))
        return;
    snprintf(label, sizeof(label), "%s, %zu bytes of content, %zu of padding", peer.kind->name,
        content_len, padding_len);
    try_fragment(len, true, content_len, label);
    for (size_t at = 0; at < len; at++) {
        const BYTE change = (BYTE)(1U << at % 8);

        snprintf(label, sizeof(label), "%s, %zu bytes of content, %zu of padding, byte %zu wrong",
            peer.kind->name, content_len, padding_len, at);
        fragment[at] ^= change;
        try_fragment(len, is_free(len, padding_len, at), content_len, label);
        if (at != content_len) {
            fragment[content_len] ^= 0x80;
            try_fragment(len, false, content_len, label);
            fragment[content_len] ^= 0x80;
        }
        fragment[at] ^= change;
    }
    try_fragment(len, true, content_len, label);
}

/* These errors depend on public values only, so they are reported. */
static void bad_arguments(void)
{
    const size_t block_len = peer.kind->block_len;
    const size_t len = cbc_compose(&peer, content, cbc_content_len(peer.kind, 3), 3, fragment);
    const DWORD record_len = (DWORD)cbc_encrypt(&peer, fragment, len, record);
    DWORD got = UNTOUCHED;

    EXPECT_BAD_HANDLE(
        SslDecryptPacket(0, server.read, NULL, 0, NULL, 0, NULL, 0, 1), peer.kind->name);
    EXPECT_STATUS(SslDecryptPacket(
                      provider, server.read, NULL, record_len, output, sizeof(output), &got, 0, 0),
        NTE_INVALID_PARAMETER, peer.kind->name);
    EXPECT_STATUS(SslDecryptPacket(
                      provider, server.read, record, record_len, NULL, sizeof(output), &got, 0, 0),
        NTE_INVALID_PARAMETER, peer.kind->name);
    record[4] = (BYTE)(record[4] - 1);
    EXPECT_STATUS(SslDecryptPacket(provider, server.read, record, record_len - 1, output,
                      sizeof(output), &got, 0, 0),
        NTE_BAD_DATA, peer.kind->name);
    record[4] = (BYTE)(record[4] + 1);
    EXPECT_STATUS(SslDecryptPacket(provider, server.read, record, record_len, output,
                      (DWORD)(len - 1), &got, 0, 0),
        NTE_DECRYPTION_FAILURE, peer.kind->name);
    EXPECT(got == UNTOUCHED && len % block_len == 0, peer.kind->name);
    try_fragment(len, true, cbc_content_len(peer.kind, 3), peer.kind->name);
}

static void test_wrong_arguments_are_refused(void)
{
    for_each_kind(bad_arguments);
}

static void every_padding(void)
{
    for (size_t padding_len = 0; padding_len <= most_padding(); padding_len++)
        change_every_byte(cbc_content_len(peer.kind, padding_len), padding_len);
}

static void test_every_wrong_byte_of_every_padding_is_refused(void)
{
    for_each_kind(every_padding);
}

static void longer_content(void)
{
    const size_t paddings[] = {0, 1, peer.kind->block_len - 1, most_padding()};

    for (size_t i = 0; i < COUNT(paddings); i++)
        change_every_byte(
            cbc_content_len(peer.kind, paddings[i]) + 18 * peer.kind->block_len, paddings[i]);
}

static void test_every_wrong_byte_of_longer_records_is_refused(void)
{
    for_each_kind(longer_content);
}

/* Every value as the length byte, and as all bytes, at the end of records of every number of
 * blocks: also lengths that leave no room for the MAC, or reach beyond the record. */
static void every_length_byte(void)
{
    const size_t block_len = peer.kind->block_len;
    const size_t most = (peer.kind->mac_len + 2 + 256) / block_len * block_len;
    char label[128];

    for (size_t len = block_len; len <= most; len += block_len) {
        if (len < peer.kind->mac_len)
            continue;
        for (int value = 0; value < 256; value++) {
            snprintf(label, sizeof(label), "%s, %zu bytes that end with %d", peer.kind->name, len,
                value);
            memset(fragment, 0x5C, len);
            fragment[len - 1] = (BYTE)value;
            try_fragment(len, false, 0, label);
            memset(fragment, value, len);
            try_fragment(len, false, 0, label);
        }
    }
}

static void test_every_padding_length_is_judged_in_every_record_length(void)
{
    for_each_kind(every_length_byte);
}

static int set_up(void)
{
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (BYTE)(i * 31 + i / 256 + 1);
    return open_provider();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_wrong_arguments_are_refused),
        TEST(test_every_wrong_byte_of_every_padding_is_refused),
        TEST(test_every_wrong_byte_of_longer_records_is_refused),
        TEST(test_every_padding_length_is_judged_in_every_record_length),
    };

    return RUN_TESTS("padding", set_up, close_provider, tests);
}
