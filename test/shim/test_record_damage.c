/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that are not as they were sent: every bit, and every byte of CBC padding.
 * test_record_damage.cnf lets the legacy suites in.
 */
#include "shim/support/records.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

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

/* The client's keys of TLS_RSA_WITH_AES_128_CBC_SHA in TLS 1.2, from libcrypto: MAC keys of 20
 * bytes, then cipher keys of 16 (RFC 5246 section 6.3), out of the secrets of open_side. */
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
static void test_padding_of_every_length_is_checked(void)
{
    static const struct combination aes = {TLS1_2_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, false};
    const unsigned before = complaints, none = 256;
    BYTE mac_key[20], key[16];

    now = &aes;
    CU_ASSERT_EQUAL_FATAL(open_side(NCRYPT_SSL_SERVER_FLAG, &server), ERROR_SUCCESS);
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

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_padding_of_every_length_is_checked),
        TEST(test_every_flipped_bit_is_caught_and_changes_no_state),
    };

    return RUN_RECORD_TESTS("record damage", tests);
}
