/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of the type NCryptBufferDesc, for every function that reads one.
 */
#include "fuzz.h"

#include "shim/support/certificates.h"

#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 70, MAX_VALUE = 300, RSA_LEN = 256 };

static NCRYPT_KEY_HANDLE ephemeral, peer, rsa_private, rsa_public, masters[4];

static const struct {
    DWORD protocol, suite;
} suites[] = {{TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_GCM_SHA256},
    {TLS1_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA},
    {SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_3DES_EDE_CBC_SHA},
    {DTLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_256_GCM_SHA384},
    {TLS1_2_PROTOCOL_VERSION, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
    {TLS1_2_PROTOCOL_VERSION, TLS_PSK_WITH_AES_128_GCM_SHA256},
    {TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256}};

static void open_rsa_keys(void)
{
    EVP_PKEY *const key = make_key("RSA");
    CERT_CONTEXT certificate = make_certificate(key, 1);
    BCRYPT_RSAKEY_BLOB header = {BCRYPT_RSAPUBLIC_MAGIC, 8 * RSA_LEN, 3, RSA_LEN, 0, 0};
    uint8_t blob[sizeof(header) + 3 + RSA_LEN] = {0}, *der = NULL;
    const int der_len = i2d_PrivateKey(key, &der);
    BIGNUM *number = NULL;

    fuzz_require(der_len > 0 &&
            NcryptsslAttachPrivateKey(fuzz_provider, &certificate, der, (DWORD)der_len, 0) ==
                ERROR_SUCCESS &&
            SslOpenPrivateKey(fuzz_provider, &rsa_private, &certificate, 0) == ERROR_SUCCESS,
        "an RSA key");
    memcpy(blob, &header, sizeof(header));
    fuzz_require(EVP_PKEY_get_bn_param(key, "e", &number) == 1 &&
            BN_bn2binpad(number, blob + sizeof(header), 3) == 3,
        "an exponent");
    fuzz_require(EVP_PKEY_get_bn_param(key, "n", &number) == 1 &&
            BN_bn2binpad(number, blob + sizeof(header) + 3, RSA_LEN) == RSA_LEN,
        "a modulus");
    fuzz_require(SslImportKey(fuzz_provider, &rsa_public, BCRYPT_RSAPUBLIC_BLOB, blob, sizeof(blob),
                     0) == ERROR_SUCCESS,
        "a public key");
    BN_free(number);
    OPENSSL_free(der);
    free_certificate(&certificate);
    EVP_PKEY_free(key);
}

static void buffer_lists_begin(void)
{
    fuzz_write_key_log();
    fuzz_open_provider();
    open_rsa_keys();
    fuzz_require(SslCreateEphemeralKey(fuzz_provider, &ephemeral, TLS1_2_PROTOCOL_VERSION,
                     suites[4].suite, 23, 0, NULL, 0, 0) == ERROR_SUCCESS &&
            SslCreateEphemeralKey(fuzz_provider, &peer, TLS1_2_PROTOCOL_VERSION, suites[4].suite,
                23, 0, NULL, 0, 0) == ERROR_SUCCESS,
        "ephemeral keys");
    for (size_t i = 0; i < COUNT(masters); i++)
        masters[i] = fuzz_secret(NCRYPTSSL_KIND_MASTER_KEY, suites[i].protocol, suites[i].suite,
            NCRYPT_SSL_SERVER_FLAG, fuzz_canary, 48);
}

/* An array of exactly as many entries as the list counts, each with a block of its own. */
struct list {
    NCryptBufferDesc desc;
    NCryptBuffer *buffers;
    size_t count;
};

static void take_entry(struct fuzz_input *input, NCryptBuffer *buffer)
{
    static const ULONG lengths[] = {32, 4, 48, 36, 64, 0, 31, 33, 256, 257, 1};
    const uint8_t type = fuzz_byte(input), how = fuzz_byte(input);
    size_t len = lengths[fuzz_below(input, COUNT(lengths))];
    uint8_t bytes[MAX_VALUE] = {3, 3};

    if (how % 8 == 7)
        len = fuzz_bytes(input, bytes, sizeof(bytes));
    *buffer =
        (NCryptBuffer){(ULONG)len, type % 8 == 7 ? type : NCRYPTBUFFER_SSL_CLIENT_RANDOM + type % 8,
            how % 16 == 6 ? NULL : fuzz_copy(bytes, len)};
}

static void take_list(struct fuzz_input *input, struct list *list)
{
    list->count = fuzz_byte(input) % 8;
    if (list->count == 7)
        list->count = fuzz_below(input, MAX_ENTRIES);
    list->buffers = calloc(list->count == 0 ? 1 : list->count, sizeof(*list->buffers));
    fuzz_require(list->buffers != NULL, "memory");
    for (size_t i = 0; i < list->count; i++)
        take_entry(input, &list->buffers[i]);
    list->desc = (NCryptBufferDesc){NCRYPTBUFFER_VERSION, (ULONG)list->count, list->buffers};
    if (fuzz_byte(input) % 16 == 15)
        list->desc.ulVersion = fuzz_byte(input);
    if (fuzz_byte(input) % 32 == 31)
        list->desc.pBuffers = NULL;
}

static void end_list(struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->buffers[i].pvBuffer);
    free(list->buffers);
}

static void require_no_output(SECURITY_STATUS status, const uint8_t *out, size_t len)
{
    if (status != ERROR_SUCCESS)
        for (size_t i = 0; i < len; i++)
            fuzz_require(out[i] == 0 || out[i] == 0xA5, "no output after a failure");
}

static void buffer_lists_run(struct fuzz_input *input)
{
    const uint8_t function = fuzz_byte(input);
    const size_t suite = fuzz_below(input, COUNT(suites));
    const DWORD protocol = suites[suite].protocol, number = suites[suite].suite;
    const DWORD flags = fuzz_byte(input) % 4;
    const NCRYPT_KEY_HANDLE own = suite == 4 ? ephemeral : 0;
    const NCRYPT_KEY_HANDLE others = suite == 4 ? peer : suite < 4 ? rsa_public : 0;
    struct list list;
    uint8_t out[RSA_LEN];
    NCRYPT_KEY_HANDLE key = 0, second = 0;
    SECURITY_STATUS status;
    DWORD len = 0;

    fuzz_empty_key_log();
    memset(out, 0xA5, sizeof(out));
    take_list(input, &list);
    switch (function % 4) {
    case 0:
        status = SslGenerateMasterKey(fuzz_provider, own, others, &key, protocol, number,
            &list.desc, out, sizeof(out), &len, flags);
        (void)fuzz_made(status, &key, "SslGenerateMasterKey");
        require_no_output(status, out, sizeof(out));
        break;
    case 1:
        status = SslGeneratePreMasterKey(fuzz_provider, rsa_public, &key, protocol, number,
            &list.desc, out, sizeof(out), &len, flags);
        (void)fuzz_made(status, &key, "SslGeneratePreMasterKey");
        require_no_output(status, out, sizeof(out));
        if (key != 0) {
            status = SslGenerateMasterKey(fuzz_provider, key, 0, &second, protocol, number,
                &list.desc, NULL, 0, &len, NCRYPT_SSL_CLIENT_FLAG);
            (void)fuzz_made(status, &second, "SslGenerateMasterKey");
        }
        break;
    case 2:
        status = SslImportMasterKey(fuzz_provider, rsa_private, &key, protocol, number, &list.desc,
            out, sizeof(out), flags);
        (void)fuzz_made(status, &key, "SslImportMasterKey");
        break;
    default:
        status = SslGenerateSessionKeys(
            fuzz_provider, masters[suite % COUNT(masters)], &key, &second, &list.desc, flags % 2);
        (void)fuzz_made(status, &key, "SslGenerateSessionKeys");
        (void)fuzz_made(status, &second, "SslGenerateSessionKeys");
        break;
    }
    fuzz_free(key);
    fuzz_free(second);
    end_list(&list);
}

static void buffer_lists_seed(void)
{
    for (uint8_t function = 0; function < 4; function++) {
        for (uint8_t suite = 0; suite < COUNT(suites); suite++) {
            const uint8_t randoms[] = {function, suite, 1, 4, 0, 0, 0, 1, 0, 0, 2, 0, 1, 3, 0, 2};
            const uint8_t hash[] = {function, suite, 1, 3, 5, 0, 0, 2, 0, 1, 3, 0, 2};

            fuzz_seed(randoms, sizeof(randoms));
            fuzz_seed(hash, sizeof(hash));
        }
    }
    fuzz_seed_random(50, 60);
}

const struct fuzz_target fuzz_buffer_lists = {
    "buffer_lists", buffer_lists_begin, buffer_lists_run, buffer_lists_seed};
