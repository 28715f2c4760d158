/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls of the whole native interface in any order.  Their handles are those that calls before
 * have made, handles that were freed, and numbers that never were any.
 */
#include "fuzz.h"

#include "shim/support/certificates.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 16, BUFFER = 600, MAX_CALLS = 60 };

/* All that a sequence has made, and one more: what it gives out. */
static struct {
    ULONG_PTR live[SLOTS], stale[SLOTS];
    size_t live_count, stale_count;
    PVOID blocks[SLOTS];
    size_t block_count;
    NCRYPT_PROV_HANDLE storage;
} made;

/* Made once, for calls that would take too long otherwise. */
static NCRYPT_KEY_HANDLE ephemeral[4], private_keys[2];
static CERT_CONTEXT certificate;

/* The public half of the first private key, and a premaster secret for it. */
enum { MODULUS = 256 };
static NCRYPT_KEY_HANDLE rsa_public;
static BYTE encrypted[MODULUS];

static void make_encrypted(const EVP_PKEY *key)
{
    static const BYTE exponent[] = {1, 0, 1};
    const BCRYPT_RSAKEY_BLOB header = {.Magic = BCRYPT_RSAPUBLIC_MAGIC,
        .BitLength = 8 * MODULUS,
        .cbPublicExp = sizeof(exponent),
        .cbModulus = MODULUS};
    BYTE blob[sizeof(header) + sizeof(exponent) + MODULUS];
    NCRYPT_KEY_HANDLE pre_master = 0;
    BIGNUM *modulus = NULL;
    DWORD version = TLS1_2_PROTOCOL_VERSION, len = 0;
    NCryptBuffer highest = {sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 1, &highest};

    memcpy(blob, &header, sizeof(header));
    memcpy(blob + sizeof(header), exponent, sizeof(exponent));
    fuzz_require(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
            BN_bn2binpad(modulus, blob + sizeof(header) + sizeof(exponent), MODULUS) == MODULUS &&
            SslImportKey(fuzz_provider, &rsa_public, BCRYPT_RSAPUBLIC_BLOB, blob, sizeof(blob),
                0) == ERROR_SUCCESS,
        "a public key");
    BN_free(modulus);
    fuzz_require(SslGeneratePreMasterKey(fuzz_provider, rsa_public, &pre_master, version,
                     TLS_RSA_WITH_AES_128_CBC_SHA, &list, encrypted, sizeof(encrypted), &len,
                     0) == ERROR_SUCCESS &&
            len == MODULUS,
        "a premaster secret");
    fuzz_free(pre_master);
}

static void calls_begin(void)
{
    static const char *const names[] = {"RSA", "P-256"};

    fuzz_open_provider();
    for (size_t i = 0; i < COUNT(names); i++) {
        EVP_PKEY *const key = make_key(names[i]);
        CERT_CONTEXT context = make_certificate(key, 7);
        uint8_t *der = NULL;
        const int len = i2d_PrivateKey(key, &der);

        fuzz_require(len > 0 &&
                NcryptsslAttachPrivateKey(fuzz_provider, &context, der, (DWORD)len, 0) ==
                    ERROR_SUCCESS &&
                SslOpenPrivateKey(fuzz_provider, &private_keys[i], &context, 0) == ERROR_SUCCESS,
            "a private key");
        OPENSSL_free(der);
        if (i == 0)
            make_encrypted(key);
        EVP_PKEY_free(key);
        free_certificate(&certificate);
        certificate = context;
    }
    for (size_t i = 0; i < COUNT(ephemeral); i++)
        fuzz_require(
            SslCreateEphemeralKey(fuzz_provider, &ephemeral[i], TLS1_2_PROTOCOL_VERSION,
                i < 2 ? TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 : TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
                23, 2048, NULL, 0, 0) == ERROR_SUCCESS,
            "an ephemeral key");
}

/* ---- Arguments ---- */

static ULONG_PTR any_handle(struct fuzz_input *input)
{
    const uint8_t how = fuzz_byte(input);
    const size_t which = how >> 4;

    switch (how % 16) {
    case 0:
        return fuzz_provider;
    case 1:
        return made.stale_count == 0 ? 0 : made.stale[which % made.stale_count];
    case 2:
        return ephemeral[which % COUNT(ephemeral)];
    case 3:
        return private_keys[which % COUNT(private_keys)];
    case 4:
        return fuzz_number(input);
    case 5:
        return made.live_count == 0
            ? which
            : made.live[which % made.live_count] ^ ((ULONG_PTR)1 << fuzz_byte(input) % 64);
    case 6:
        return made.storage;
    default:
        return made.live_count == 0 ? 0 : made.live[which % made.live_count];
    }
}

static NCRYPT_PROV_HANDLE any_provider(struct fuzz_input *input)
{
    return fuzz_byte(input) % 16 == 15 ? any_handle(input) : fuzz_provider;
}

/* What most calls of a sequence are about. */
static struct {
    DWORD protocol, suite;
} home;

static DWORD any_protocol(struct fuzz_input *input)
{
    static const DWORD protocols[] = {TLS1_2_PROTOCOL_VERSION, TLS1_3_PROTOCOL_VERSION,
        SSL3_PROTOCOL_VERSION, TLS1_PROTOCOL_VERSION, TLS1_1_PROTOCOL_VERSION,
        DTLS1_0_PROTOCOL_VERSION, DTLS1_2_PROTOCOL_VERSION, 0xFEFC, SSL2_PROTOCOL_VERSION, 0};

    const uint8_t which = fuzz_byte(input);

    return which >= 64 ? home.protocol : protocols[which % COUNT(protocols)];
}

static DWORD any_suite(struct fuzz_input *input)
{
    static const DWORD suites[] = {TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TLS_DHE_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA,
        TLS_RSA_WITH_AES_256_CBC_SHA256, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, 0x1303,
        TLS_RSA_WITH_RC4_128_SHA, TLS_RSA_WITH_NULL_SHA, TLS_PSK_WITH_AES_128_GCM_SHA256,
        TLS_RSA_EXPORT_WITH_RC4_40_MD5, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 0xCCA8,
        TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA};
    const uint8_t which = fuzz_byte(input);

    return which >= 250 ? fuzz_dword(input)
        : which >= 64   ? home.suite
                        : suites[which % COUNT(suites)];
}

static DWORD any_flags(struct fuzz_input *input)
{
    static const DWORD flags[] = {0, 0, 0, 1, 2, 3, NCRYPT_SILENT_FLAG, 0x80000000};

    return flags[fuzz_below(input, COUNT(flags))];
}

static LPCWSTR any_text(struct fuzz_input *input)
{
    static const LPCWSTR texts[] = {NULL, NCRYPTSSL_TEXT(""), MS_SCHANNEL_PROVIDER,
        BCRYPT_OPAQUE_KEY_BLOB, BCRYPT_ECCPUBLIC_BLOB, BCRYPT_ECCFULLPUBLIC_BLOB,
        SSL_ECCPUBLIC_BLOB, BCRYPT_DH_PUBLIC_BLOB, BCRYPT_RSAPUBLIC_BLOB, LEGACY_RSAPUBLIC_BLOB,
        NCRYPTSSL_SECRET_BLOB, NCRYPTSSL_KEY_SHARE_BLOB, TLS_13_PRE_SHARED_KEY,
        NCRYPT_ALGORITHM_PROPERTY, NCRYPT_ALGORITHM_GROUP_PROPERTY, NCRYPT_LENGTH_PROPERTY,
        NCRYPT_BLOCK_LENGTH_PROPERTY, SSL_KEY_TYPE_PROPERTY, BCRYPT_RSA_ALGORITHM,
        BCRYPT_ECDSA_ALGORITHM, BCRYPT_DSA_ALGORITHM, BCRYPT_SHA256_ALGORITHM,
        BCRYPT_SHA384_ALGORITHM, BCRYPT_SHA512_ALGORITHM, BCRYPT_MD5_ALGORITHM,
        MS_KEY_STORAGE_PROVIDER, NCRYPTSSL_TEXT("sha1"), NCRYPTSSL_TEXT("unknown")};

    return texts[fuzz_below(input, COUNT(texts))];
}

/* A buffer for input or output, of exactly its length. */
struct buffer {
    BYTE *bytes; /* owned; what a function gets may be NULL */
    PBYTE given;
    DWORD len;
};

static struct buffer any_buffer(struct fuzz_input *input)
{
    static const DWORD lengths[] = {0, 1, 12, 32, 36, 48, 64, 128, 256, 512, BUFFER};
    struct buffer buffer = {.len = lengths[fuzz_below(input, COUNT(lengths))]};
    BYTE bytes[BUFFER];

    memset(bytes, fuzz_byte(input), sizeof(bytes));
    if (fuzz_byte(input) % 4 == 3)
        buffer.len = (DWORD)fuzz_bytes(input, bytes, sizeof(bytes));
    buffer.bytes = fuzz_copy(bytes, buffer.len);
    buffer.given = fuzz_byte(input) % 16 == 15 ? NULL : buffer.bytes;
    return buffer;
}

/* ---- Results ---- */

/* A full sequence frees the oldest. */
static void forget_slot(size_t slot)
{
    const ULONG_PTR handle = made.live[slot];

    (void)fuzz_called(SslFreeObject(handle, 0), "SslFreeObject");
    made.live[slot] = made.live[--made.live_count];
    made.stale[made.stale_count++ % SLOTS] = handle;
    if (made.stale_count > SLOTS)
        made.stale_count = SLOTS;
}

static void keep(SECURITY_STATUS status, const ULONG_PTR *handle, const char *function)
{
    (void)fuzz_made(status, handle, function);
    if (*handle == 0)
        return;
    if (made.live_count == SLOTS)
        forget_slot(0);
    made.live[made.live_count++] = *handle;
}

/* A size query of a premaster secret, and a call that was refused, make no handle or one. */
static void keep_any(SECURITY_STATUS status, const ULONG_PTR *handle, const char *function)
{
    fuzz_require(status == ERROR_SUCCESS || *handle == 0, function);
    keep(*handle == 0 ? NTE_FAIL : ERROR_SUCCESS, handle, function);
}

static void keep_block(PVOID block)
{
    if (block == NULL)
        return;
    if (made.block_count == SLOTS)
        (void)SslFreeBuffer(made.blocks[--made.block_count]);
    made.blocks[made.block_count++] = block;
}

/* ---- Calls ---- */

static void call_provider(struct fuzz_input *input)
{
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_SSL_FUNCTION_TABLE *table = NULL, copy;
    NCryptProviderName *list = NULL;
    NCRYPT_SSL_ECC_CURVE *curves = NULL;
    PVOID state = NULL;
    PBYTE output = NULL;
    DWORD count = 0;
    SECURITY_STATUS status;

    switch (fuzz_byte(input) % 9) {
    case 0:
        status = SslOpenProvider(&provider, any_text(input), any_flags(input));
        keep(status, &provider, "SslOpenProvider");
        break;
    case 1:
        (void)fuzz_called(
            SslEnumProtocolProviders(&count, &list, any_flags(input)), "SslEnumProtocolProviders");
        keep_block(list);
        break;
    case 2: /* up and down again, or down alone: as a bad handle */
        provider = any_handle(input);
        if (fuzz_called(SslIncrementProviderReferenceCount(provider),
                "SslIncrementProviderReferenceCount") == ERROR_SUCCESS)
            (void)fuzz_called(
                SslDecrementProviderReferenceCount(provider), "SslDecrementProviderReferenceCount");
        break;
    case 3:
        (void)fuzz_called(GetSChannelInterface(any_text(input), &table, any_flags(input)),
            "GetSChannelInterface");
        break;
    case 4:
        (void)fuzz_called(SslInitializeInterface(any_text(input), &copy, any_flags(input)),
            "SslInitializeInterface");
        break;
    case 5:
        (void)fuzz_called(SslChangeNotify(NULL, any_flags(input)), "SslChangeNotify");
        break;
    case 6:
        (void)fuzz_called(SslGetProviderProperty(any_provider(input), any_text(input), &output,
                              &count, &state, any_flags(input)),
            "SslGetProviderProperty");
        break;
    case 7:
        (void)fuzz_called(SslEnumEccCurves(any_provider(input), &count, &curves, any_flags(input)),
            "SslEnumEccCurves");
        keep_block(curves);
        break;
    default:
        status = NCryptOpenStorageProvider(&provider, any_text(input), any_flags(input));
        (void)fuzz_made(status, &provider, "NCryptOpenStorageProvider");
        if (made.storage != 0)
            (void)NCryptFreeObject(made.storage);
        made.storage = provider;
        break;
    }
}

static void call_freeing(struct fuzz_input *input)
{
    ULONG_PTR handle = any_handle(input);
    BYTE foreign[16] = {0};

    switch (fuzz_byte(input) % 4) {
    case 0:
        if (made.live_count != 0)
            forget_slot(fuzz_below(input, made.live_count));
        break;
    case 1: /* not those that are made once, nor those of the sequence */
        if (made.stale_count != 0)
            fuzz_require(SslFreeObject(made.stale[0], 0) == STATUS_INVALID_HANDLE,
                "a freed handle stays refused");
        break;
    case 2:
        handle = fuzz_number(input) | 1;
        fuzz_require(NCryptFreeObject(handle) == NTE_INVALID_HANDLE || handle == made.storage,
            "a forged handle");
        if (handle == made.storage)
            made.storage = 0;
        break;
    default:
        if (made.block_count != 0)
            (void)fuzz_called(SslFreeBuffer(made.blocks[--made.block_count]), "SslFreeBuffer");
        (void)fuzz_called(SslFreeBuffer(NULL), "SslFreeBuffer");
        (void)fuzz_called(SslFreeBuffer(foreign), "SslFreeBuffer");
        break;
    }
}

/* A name of each kind, with a letter of another case or a wrong one. */
static void call_group_by_name(struct fuzz_input *input)
{
    static const LPCWSTR names[] = {NULL, NCRYPTSSL_TEXT(""), NCRYPTSSL_TEXT("curve25519"),
        NCRYPTSSL_TEXT("nistP256"), NCRYPTSSL_TEXT("secP384r1"), NCRYPTSSL_TEXT("x25519"),
        NCRYPTSSL_TEXT("P-521"), NCRYPTSSL_TEXT("brainpoolP256r1"), NCRYPTSSL_TEXT("ffdhe2048"),
        NCRYPTSSL_TEXT("x25519_mlkem768"), NCRYPTSSL_TEXT("X25519MLKEM768"),
        NCRYPTSSL_TEXT("brainpoolP256r1tls13"), NCRYPTSSL_TEXT("unknown")};
    const LPCWSTR whole = names[fuzz_below(input, COUNT(names))];
    const size_t at = fuzz_byte(input);
    WCHAR name[64];
    DWORD group = 0;
    size_t len = 0;

    for (; whole != NULL && whole[len] != 0; len++)
        name[len] = (WCHAR)whole[len];
    name[len] = 0;
    if (at < len)
        name[at] ^= (WCHAR)(fuzz_byte(input) % 2 == 0 ? 0x20 : fuzz_byte(input));
    fuzz_require((fuzz_called(NcryptsslGroupByName(whole == NULL ? NULL : name, &group),
                      "NcryptsslGroupByName") == ERROR_SUCCESS) == (group != 0),
        "a group, or none and 0");
}

static void call_lookup(struct fuzz_input *input)
{
    const NCRYPT_PROV_HANDLE provider = any_provider(input);
    const DWORD protocol = any_protocol(input), number = any_suite(input), flags = any_flags(input);
    NCRYPT_SSL_CIPHER_SUITE suite, *record = NULL;
    NCRYPT_SSL_CIPHER_SUITE_EX *record_ex = NULL;
    NCRYPT_SSL_CIPHER_LENGTHS lengths;
    WCHAR name[NCRYPT_SSL_MAX_NAME_SIZE];
    PVOID state = NULL;
    NCRYPT_KEY_HANDLE key = 0;

    switch (fuzz_byte(input) % 6) {
    case 0:
        (void)fuzz_called(SslLookupCipherSuiteInfo(provider, protocol, number, 0, &suite, flags),
            "SslLookupCipherSuiteInfo");
        break;
    case 1:
        (void)fuzz_called(SslLookupCipherLengths(provider, protocol, number, 0, &lengths,
                              fuzz_byte(input) % 4 == 0 ? 4 : sizeof(lengths), flags),
            "SslLookupCipherLengths");
        break;
    case 2:
        (void)fuzz_called(
            SslGetCipherSuitePRFHashAlgorithm(provider, protocol, number, 0, name, flags),
            "SslGetCipherSuitePRFHashAlgorithm");
        break;
    case 3:
        key = fuzz_byte(input) % 2 == 0 ? 0 : any_handle(input);
        for (unsigned i = fuzz_byte(input); i != 0; i--) {
            if (fuzz_called(SslEnumCipherSuites(provider, key, &record, &state, flags),
                    "SslEnumCipherSuites") != ERROR_SUCCESS)
                break;
            (void)SslFreeBuffer(record);
        }
        keep_block(state);
        break;
    case 4:
        call_group_by_name(input);
        break;
    default:
        key = fuzz_byte(input) % 2 == 0 ? 0 : any_handle(input);
        for (unsigned i = fuzz_byte(input); i != 0; i--) {
            if (fuzz_called(SslEnumCipherSuitesEx(provider, key, &record_ex, &state, flags),
                    "SslEnumCipherSuitesEx") != ERROR_SUCCESS)
                break;
            (void)SslFreeBuffer(record_ex);
        }
        keep_block(state);
        break;
    }
}

static void call_hash(struct fuzz_input *input)
{
    const NCRYPT_PROV_HANDLE provider = any_provider(input);
    struct buffer buffer = any_buffer(input);
    const DWORD protocol = any_protocol(input), flags = any_flags(input);
    NCRYPT_HASH_HANDLE hash = 0;
    SECURITY_STATUS status;
    DWORD len = 0;

    switch (fuzz_byte(input) % 7) {
    case 0:
        status = SslCreateHandshakeHash(provider, &hash, protocol, any_suite(input), flags);
        keep(status, &hash, "SslCreateHandshakeHash");
        break;
    case 1:
        status = SslCreateClientAuthHash(
            provider, &hash, protocol, any_suite(input), any_text(input), flags);
        keep(status, &hash, "SslCreateClientAuthHash");
        break;
    case 2:
        (void)fuzz_called(
            SslHashHandshake(provider, any_handle(input), buffer.given, buffer.len, flags),
            "SslHashHandshake");
        break;
    case 3:
        status = SslDuplicateTranscriptHash(provider, any_handle(input), &hash, flags);
        keep(status, &hash, "SslDuplicateTranscriptHash");
        break;
    case 4:
        (void)fuzz_called(SslComputeSessionHash(provider, any_handle(input), protocol, buffer.given,
                              buffer.len, &len, flags),
            "SslComputeSessionHash");
        break;
    case 5:
        (void)fuzz_called(SslComputeClientAuthHash(provider, any_handle(input), any_handle(input),
                              any_text(input), buffer.given, buffer.len, &len, flags),
            "SslComputeClientAuthHash");
        break;
    default:
        (void)fuzz_called(SslComputeFinishedHash(provider, any_handle(input), any_handle(input),
                              buffer.given, buffer.len, flags),
            "SslComputeFinishedHash");
        break;
    }
    fuzz_require_hidden(buffer.bytes, buffer.len, "a secret in the output of a hash");
    free(buffer.bytes);
}

static void call_key(struct fuzz_input *input)
{
    const NCRYPT_PROV_HANDLE provider = any_provider(input);
    struct buffer buffer = any_buffer(input), second = any_buffer(input);
    const DWORD protocol = any_protocol(input), flags = any_flags(input);
    NCRYPT_KEY_HANDLE key = 0;
    PBYTE property = NULL;
    SECURITY_STATUS status;
    DWORD len = 0;

    switch (fuzz_byte(input) % 10) {
    case 0:
        status = SslOpenPrivateKey(provider, &key, &certificate, flags);
        keep(status, &key, "SslOpenPrivateKey");
        break;
    case 1: /* of curves alone: the others take too long */
        status = SslCreateEphemeralKey(provider, &key, protocol, any_suite(input),
            23 + fuzz_byte(input) % 8, fuzz_byte(input), buffer.given, buffer.len, flags);
        keep(status, &key, "SslCreateEphemeralKey");
        break;
    case 2:
        status = SslImportKey(provider, &key, any_text(input), buffer.given, buffer.len, flags);
        keep(status, &key, "SslImportKey");
        break;
    case 3:
        (void)fuzz_called(SslExportKey(provider, any_handle(input), any_text(input), buffer.given,
                              buffer.len, &len, flags),
            "SslExportKey");
        break;
    case 4:
        (void)fuzz_called(
            SslGetKeyProperty(any_handle(input), any_text(input), &property, &len, flags),
            "SslGetKeyProperty");
        keep_block(property);
        break;
    case 5:
        (void)fuzz_called(SslSignHash(provider, any_handle(input), second.given, second.len,
                              buffer.given, buffer.len, &len, flags),
            "SslSignHash");
        break;
    case 6:
        (void)fuzz_called(SslVerifySignature(provider, any_handle(input), second.given, second.len,
                              buffer.given, buffer.len, flags),
            "SslVerifySignature");
        break;
    case 7:
        status = NCryptImportKey(
            made.storage, 0, any_text(input), NULL, &key, buffer.given, buffer.len, flags);
        if (fuzz_made(status, &key, "NCryptImportKey") == ERROR_SUCCESS)
            (void)NCryptFreeObject(key);
        break;
    default: /* secrets with the canary, of any kind */
        key = fuzz_secret(fuzz_byte(input) % 11, protocol, any_suite(input),
            1 + fuzz_byte(input) % 2, fuzz_canary, fuzz_byte(input) % 2 == 0 ? 48 : 32);
        keep(key == 0 ? NTE_FAIL : ERROR_SUCCESS, &key, "SslImportKey");
        break;
    }
    fuzz_require_hidden(buffer.bytes, buffer.len, "a secret in the output of a key");
    free(buffer.bytes);
    free(second.bytes);
}

static void call_master_key(struct fuzz_input *input)
{
    const NCRYPT_PROV_HANDLE provider = any_provider(input);
    struct buffer buffer = any_buffer(input);
    BYTE randoms[64] = {0};
    DWORD version = TLS1_2_PROTOCOL_VERSION;
    NCryptBuffer entries[] = {{32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms},
        {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms + 32},
        {sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version},
        {16, NCRYPTBUFFER_SSL_CLEAR_KEY, randoms}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 4 - fuzz_byte(input) % 4, entries};
    const DWORD protocol = any_protocol(input), suite = any_suite(input), flags = any_flags(input);
    NCRYPT_KEY_HANDLE key = 0, second = 0;
    const uint8_t call = fuzz_byte(input) % 6;
    SECURITY_STATUS status;
    DWORD len = 0;

    switch (call) {
    case 0:
        status = SslGeneratePreMasterKey(provider, any_handle(input), &key, protocol, suite, &list,
            buffer.given, buffer.len, &len, flags);
        keep_any(status, &key, "SslGeneratePreMasterKey");
        break;
    case 1:
        status = SslGenerateMasterKey(provider, any_handle(input), any_handle(input), &key,
            protocol, suite, &list, buffer.given, buffer.len, &len, flags);
        keep_any(status, &key, "SslGenerateMasterKey");
        break;
    case 2:
        status = SslImportMasterKey(provider, any_handle(input), &key, protocol, suite, &list,
            buffer.given, buffer.len, flags);
        keep(status, &key, "SslImportMasterKey");
        break;
    case 3:
        status = SslGenerateSessionKeys(provider, any_handle(input), &key, &second, &list, flags);
        keep(status, &key, "SslGenerateSessionKeys");
        keep(status, &second, "SslGenerateSessionKeys");
        break;
    case 4:
        status = SslComputeEapKeyBlock(provider, any_handle(input), randoms, sizeof(randoms),
            buffer.given, buffer.len, &len, flags);
        (void)fuzz_called(status, "SslComputeEapKeyBlock");
        break;
    default:
        status = SslExportKeyingMaterial(provider, any_handle(input), (PCHAR) "EXPORTER", randoms,
            fuzz_byte(input) % 4 == 0 ? 0 : sizeof(randoms), NULL, 0, buffer.given, buffer.len,
            flags);
        (void)fuzz_called(status, "SslExportKeyingMaterial");
        break;
    }
    fuzz_require_hidden(buffer.bytes, buffer.len, "a secret in the output of a master key");
    free(buffer.bytes);
}

static void call_record(struct fuzz_input *input)
{
    struct buffer from = any_buffer(input), to = any_buffer(input);
    const bool in_place = fuzz_byte(input) % 4 == 0;
    const size_t at = in_place && from.len != 0 ? fuzz_below(input, from.len) : 0;
    PBYTE const out = in_place && from.given != NULL ? from.given + at : to.given;
    const DWORD room = in_place ? from.len - (DWORD)at : to.len;
    ULONGLONG number = fuzz_byte(input);
    DWORD len = 0;

    switch (fuzz_byte(input) % 4) {
    case 0:
        (void)fuzz_called(SslEncryptPacket(any_provider(input), any_handle(input), from.given,
                              from.len, out, room, &len, number, CT_HANDSHAKE, any_flags(input)),
            "SslEncryptPacket");
        break;
    case 1:
        (void)fuzz_called(SslDecryptPacket(any_provider(input), any_handle(input), from.given,
                              from.len, out, room, &len, number, any_flags(input)),
            "SslDecryptPacket");
        break;
    case 2:
        (void)fuzz_called(
            NcryptsslDecryptPacket(any_provider(input), any_handle(input), from.given, from.len,
                out, room, &len, number % 16 == 15 ? NULL : &number, any_flags(input)),
            "NcryptsslDecryptPacket");
        break;
    default:
        (void)fuzz_called(NcryptsslSetConnectionIdLength(any_provider(input), any_handle(input),
                              (DWORD)number + fuzz_byte(input), any_flags(input)),
            "NcryptsslSetConnectionIdLength");
        break;
    }
    fuzz_require(len <= room || len == 0, "no more than there is room for");
    free(from.bytes);
    free(to.bytes);
}

static void call_key_schedule(struct fuzz_input *input)
{
    const NCRYPT_PROV_HANDLE provider = any_provider(input);
    const NCRYPT_KEY_HANDLE base = any_handle(input), other = any_handle(input);
    const DWORD flags = any_flags(input);
    struct buffer nonce = any_buffer(input);
    NCRYPT_KEY_HANDLE key = 0, second = 0;

    switch (fuzz_byte(input) % 10) {
    case 0:
        keep(SslExtractEarlyKey(provider, fuzz_byte(input) % 2 == 0 ? 0 : base, &key,
                 any_protocol(input), any_suite(input), NULL, flags),
            &key, "SslExtractEarlyKey");
        break;
    case 1:
        keep(SslExtractHandshakeKey(provider, ephemeral[0], ephemeral[1], base, &key, NULL, flags),
            &key, "SslExtractHandshakeKey");
        break;
    case 2:
        keep(SslExtractMasterKey(provider, base, &key, NULL, flags), &key, "SslExtractMasterKey");
        break;
    case 3:
        keep_any(SslExpandTrafficKeys(provider, base, other, &key,
                     fuzz_byte(input) % 2 == 0 ? NULL : &second, NULL, flags),
            &key, "SslExpandTrafficKeys");
        keep_any(ERROR_SUCCESS, &second, "SslExpandTrafficKeys");
        break;
    case 4:
        keep(SslExpandWriteKey(provider, base, &key, NULL, flags), &key, "SslExpandWriteKey");
        break;
    case 5:
        keep(SslExpandExporterMasterKey(provider, base, other, &key, NULL, flags), &key,
            "SslExpandExporterMasterKey");
        break;
    case 6:
        keep(SslExpandResumptionMasterKey(provider, base, other, &key, NULL, flags), &key,
            "SslExpandResumptionMasterKey");
        break;
    case 7:
        keep(SslExpandBinderKey(provider, base, &key, NULL, flags), &key, "SslExpandBinderKey");
        break;
    case 8:
        keep(SslExpandPreSharedKey(provider, base, nonce.given, nonce.len, &key, NULL, flags), &key,
            "SslExpandPreSharedKey");
        break;
    default:
        keep(SslExpandNextGenTrafficKey(provider, base, &key, NULL, flags), &key,
            "SslExpandNextGenTrafficKey");
        break;
    }
    free(nonce.bytes);
}

/* What a connection computes up to TLS 1.2, on objects that belong together. */
static void call_connection(struct fuzz_input *input)
{
    static const DWORD eap[] = {NCRYPT_SSL_EAP_ID, NCRYPT_SSL_EAP_TTLSV0_ID,
        NCRYPT_SSL_EAP_TTLSV0_CHLNG_ID, NCRYPT_SSL_EAP_FAST_ID};
    const NCRYPT_KEY_HANDLE master = fuzz_secret(NCRYPTSSL_KIND_MASTER_KEY, home.protocol,
        home.suite, NCRYPT_SSL_CLIENT_FLAG, fuzz_canary, 48);
    NCRYPT_HASH_HANDLE hash = 0;
    struct buffer message = any_buffer(input), context = any_buffer(input);
    BYTE randoms[64] = {1}, out[192] = {0};
    CHAR label[80] = {0};
    DWORD len = 0;
    SECURITY_STATUS status;

    (void)fuzz_bytes(input, label, sizeof(label) - 1);
    status = SslCreateHandshakeHash(fuzz_provider, &hash, home.protocol, home.suite, 0);
    (void)fuzz_made(status, &hash, "SslCreateHandshakeHash");
    (void)fuzz_called(
        SslHashHandshake(fuzz_provider, hash, message.given, message.len, 0), "SslHashHandshake");
    (void)fuzz_called(SslComputeFinishedHash(fuzz_provider, master, hash, out,
                          home.protocol == SSL3_PROTOCOL_VERSION ? 36 : 12,
                          NCRYPT_SSL_CLIENT_FLAG << fuzz_byte(input) % 2),
        "SslComputeFinishedHash");
    fuzz_require_hidden(out, 36, "a secret in a Finished message");
    (void)fuzz_called(SslComputeClientAuthHash(
                          fuzz_provider, master, hash, any_text(input), out, sizeof(out), &len, 0),
        "SslComputeClientAuthHash");
    (void)fuzz_called(
        SslComputeSessionHash(fuzz_provider, hash, home.protocol, out, sizeof(out), &len, 0),
        "SslComputeSessionHash");
    (void)fuzz_called(SslComputeEapKeyBlock(fuzz_provider, master, randoms, sizeof(randoms), out,
                          sizeof(out), &len, eap[fuzz_below(input, COUNT(eap))]),
        "SslComputeEapKeyBlock");
    fuzz_require_hidden(out, sizeof(out), "a secret in a key block");
    (void)fuzz_called(SslExportKeyingMaterial(fuzz_provider, master, label, randoms,
                          sizeof(randoms), context.given, (WORD)context.len, out, sizeof(out), 0),
        "SslExportKeyingMaterial");
    fuzz_require_hidden(out, sizeof(out), "a secret in exported keying material");
    free(message.bytes);
    free(context.bytes);
    fuzz_free(master);
    fuzz_free(hash);
}

/* The client's Finished message by a master key of either side; false where there is none. */
static bool finished_of(NCRYPT_KEY_HANDLE master, BYTE finished[12])
{
    NCRYPT_HASH_HANDLE hash = 0;
    bool made_one;

    fuzz_require(SslCreateHandshakeHash(fuzz_provider, &hash, TLS1_2_PROTOCOL_VERSION,
                     TLS_RSA_WITH_AES_128_CBC_SHA, 0) == ERROR_SUCCESS,
        "a handshake hash");
    made_one = fuzz_called(SslComputeFinishedHash(
                               fuzz_provider, master, hash, finished, 12, NCRYPT_SSL_CLIENT_FLAG),
                   "SslComputeFinishedHash") == ERROR_SUCCESS;
    fuzz_free(hash);
    return made_one;
}

static NCRYPT_KEY_HANDLE import_master_key(
    BYTE *bytes, size_t len, NCryptBufferDesc *list, SECURITY_STATUS *status)
{
    NCRYPT_KEY_HANDLE master = 0;

    *status = fuzz_made(
        SslImportMasterKey(fuzz_provider, private_keys[0], &master, TLS1_2_PROTOCOL_VERSION,
            TLS_RSA_WITH_AES_128_CBC_SHA, list, bytes, (DWORD)len, 0),
        &master, "SslImportMasterKey");
    return master;
}

/* RSA key exchange.  What a client sends gives both the same keys; what was changed on its way
 * gives the server others, and nothing tells the two apart (RFC 5246 section 7.4.7.1). */
static void call_rsa(struct fuzz_input *input)
{
    BYTE randoms[64] = {3}, sent[MODULUS], got[2 * MODULUS], finished[2][12] = {{0}};
    DWORD version = TLS1_2_PROTOCOL_VERSION, len = 0;
    NCryptBuffer entries[] = {{32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms},
        {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms + 32},
        {sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 3, entries};
    NCRYPT_KEY_HANDLE pre_master = 0, client = 0, server;
    SECURITY_STATUS status;
    size_t got_len;

    if (fuzz_byte(input) % 4 == 0) {
        fuzz_require(SslGeneratePreMasterKey(fuzz_provider, rsa_public, &pre_master, version,
                         TLS_RSA_WITH_AES_128_CBC_SHA, &list, sent, sizeof(sent), &len,
                         0) == ERROR_SUCCESS &&
                SslGenerateMasterKey(fuzz_provider, pre_master, rsa_public, &client, version,
                    TLS_RSA_WITH_AES_128_CBC_SHA, &list, NULL, 0, &len,
                    NCRYPT_SSL_CLIENT_FLAG) == ERROR_SUCCESS,
            "a client's master key");
        server = import_master_key(sent, sizeof(sent), &list, &status);
        fuzz_require(status == ERROR_SUCCESS && finished_of(client, finished[0]) &&
                finished_of(server, finished[1]) && memcmp(finished[0], finished[1], 12) == 0,
            "both sides of an RSA key exchange have the same keys");
        fuzz_free(pre_master);
        fuzz_free(client);
    } else {
        memcpy(got, encrypted, sizeof(encrypted));
        server = import_master_key(got, sizeof(encrypted), &list, &status);
        fuzz_require(status == ERROR_SUCCESS && finished_of(server, finished[0]),
            "a master key of a genuine premaster secret");
        fuzz_free(server);
        got_len = fuzz_change(input, got, sizeof(encrypted), sizeof(got));
        server = import_master_key(got, got_len, &list, &status);
        if (got_len != 0)
            fuzz_require(status == ERROR_SUCCESS && finished_of(server, finished[1]) &&
                    (memcmp(finished[0], finished[1], 12) == 0) ==
                        (got_len == sizeof(encrypted) && memcmp(got, encrypted, got_len) == 0),
                "a damaged premaster secret gives another master key, as if it were genuine");
    }
    fuzz_free(server);
}

/* Groups of finite fields from parameters: modulus and generator of 1024 bits (RFC 2409
 * section 6.2), which libcrypto gives. */
static void call_dh(struct fuzz_input *input)
{
    enum { LEN = 128 };
    const BCRYPT_DH_PARAMETER_HEADER header = {
        sizeof(header) + 2 * LEN, BCRYPT_DH_PARAMETERS_MAGIC, LEN};
    BYTE params[sizeof(header) + 2 * LEN + 64] = {0}, *block;
    BIGNUM *const prime = BN_get_rfc2409_prime_1024(NULL);
    NCRYPT_KEY_HANDLE key = 0;
    size_t len = sizeof(header) + 2 * LEN;

    fuzz_require(
        prime != NULL && BN_bn2binpad(prime, params + sizeof(header), LEN) == LEN, "a prime");
    BN_free(prime);
    memcpy(params, &header, sizeof(header));
    params[len - 1] = 2;
    len = fuzz_change(input, params, len, sizeof(params));
    block = fuzz_copy(params, len);
    (void)fuzz_made(SslCreateEphemeralKey(fuzz_provider, &key, TLS1_2_PROTOCOL_VERSION,
                        TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 0, 8 * LEN, block, (DWORD)len, 0),
        &key, "SslCreateEphemeralKey");
    fuzz_free(key);
    free(block);
}

static void (*const families[])(struct fuzz_input *input) = {call_provider, call_freeing,
    call_lookup, call_hash, call_key, call_master_key, call_record, call_key_schedule,
    call_connection, call_rsa, call_dh};

static void calls_run(struct fuzz_input *input)
{
    static const DWORD homes[][2] = {
        {TLS1_2_PROTOCOL_VERSION, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
        {TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_256_CBC_SHA256},
        {TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256},
        {TLS1_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA},
        {SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_RC4_128_SHA},
        {SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_3DES_EDE_CBC_SHA},
        {DTLS1_2_PROTOCOL_VERSION, TLS_DHE_RSA_WITH_AES_128_CBC_SHA},
        {TLS1_2_PROTOCOL_VERSION, TLS_PSK_WITH_AES_128_GCM_SHA256}};
    const size_t where = fuzz_below(input, COUNT(homes));

    home.protocol = homes[where][0];
    home.suite = homes[where][1];
    memset(&made, 0, sizeof(made));
    for (unsigned calls = 0; calls < MAX_CALLS && !fuzz_ends(input); calls++)
        families[fuzz_byte(input) % COUNT(families)](input);
    while (made.live_count != 0)
        forget_slot(0);
    while (made.block_count != 0)
        (void)SslFreeBuffer(made.blocks[--made.block_count]);
    if (made.storage != 0)
        (void)NCryptFreeObject(made.storage);
}

static void calls_seed(void)
{
    for (uint8_t where = 0; where < 8; where++) {
        const uint8_t seed[] = {where, 8, 3, 1, 0, 0, 2, 1, 0, 0, 4, 0, 'l', 'a', 'b', 'e', 0, 18,
            0, 8, 6, 2, 0, 0, 2, 1, 0, 0, 4, 0, 'l', 'a', 'b', 'e', 1, 19, 3};

        fuzz_seed(seed, sizeof(seed));
    }
    for (uint8_t family = 9; family < COUNT(families); family++) {
        for (uint8_t how = 0; how < 4; how++) {
            const uint8_t seed[] = {0, family, how, 1, 9, 0, 1, 7};

            fuzz_seed(seed, sizeof(seed));
        }
    }
    for (uint8_t name = 0; name < 13; name++) {
        const uint8_t seed[] = {0, 2, 0, 64, 64, 0, 4, name, 0xFF, 2, 0, 64, 64, 0, 4, name, 1, 0};

        fuzz_seed(seed, sizeof(seed));
    }
    fuzz_seed_random(200, 400);
    fuzz_seed_random(200, 100);
}

const struct fuzz_target fuzz_calls = {"calls", calls_begin, calls_run, calls_seed};
