/* SPDX-License-Identifier: Apache-2.0
 *
 * Every TLS 1.3 vector through the Ssl* functions.  They give no secret out, so two of them are
 * compared by what follows from them: the one that was derived, and the expected one, imported.
 * Transcript hashes are made of the messages, where a vector has them or calls something so; where
 * it has hashes alone, or a shared secret without the keys that it comes of, nothing can be asked.
 */
#include "common/tls13_vectors.h"
#include "shim/support.h"
#include "shim/support/provider.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum { SIZE_256 = 32, SIZE_384 = 48, IMAGE_LEN = 64, MAX_PREFIXES = 16, MAX_MESSAGES = 16384 };

/* ---- Messages ---- */

/* The transcript of the block at hand, and where it was cut. */
static struct {
    uint8_t bytes[MAX_MESSAGES];
    size_t len;
    size_t cuts[MAX_PREFIXES];
    size_t cut_count;
} transcript;

static void append(const uint8_t *bytes, size_t len)
{
    CU_ASSERT_FATAL(len <= sizeof(transcript.bytes) - transcript.len);
    memcpy(transcript.bytes + transcript.len, bytes, len);
    transcript.len += len;
}

static void cut(void)
{
    CU_ASSERT_FATAL(transcript.cut_count < MAX_PREFIXES);
    transcript.cuts[transcript.cut_count++] = transcript.len;
}

static DWORD suite_of_size(size_t size)
{
    return size == SIZE_384 ? SUITE_TLS13_AES256_GCM : SUITE_TLS13_AES128_GCM;
}

static NCRYPT_HASH_HANDLE hash_of(DWORD suite, const uint8_t *bytes, size_t len)
{
    NCRYPT_HASH_HANDLE hash = 0;

    EXPECT_SUCCESS(
        SslCreateHandshakeHash(provider, &hash, TLS1_3_PROTOCOL_VERSION, suite, 0), "hash");
    EXPECT_SUCCESS(
        SslHashHandshake(provider, hash, (PBYTE)(uintptr_t)bytes, (DWORD)len, 0), "hash");
    return hash;
}

static size_t digest_of(NCRYPT_HASH_HANDLE hash, uint8_t digest[64])
{
    DWORD len = 0;

    EXPECT_SUCCESS(
        SslComputeSessionHash(provider, hash, TLS1_3_PROTOCOL_VERSION, digest, 64, &len, 0),
        "digest");
    return len;
}

/* RFC 8446 section 4.4.1: a HelloRetryRequest turns the first ClientHello into its hash. */
static void append_message_hash(const struct rsp_field *client_hello)
{
    uint8_t message[4 + 64] = {254};
    NCRYPT_HASH_HANDLE hash =
        hash_of(SUITE_TLS13_AES128_GCM, client_hello->data, client_hello->len);
    const size_t len = digest_of(hash, message + 4);

    message[3] = (uint8_t)len;
    append(message, 4 + len);
    SslFreeObject(hash, 0);
}

/* A ClientHello with a PSK ends in the binders, which the binder's hash leaves out: two bytes of
 * length, and one binder behind a byte of its own. */
static void append_client_hello(const struct rsp_block *block, const struct rsp_field *client_hello)
{
    const size_t binders_len = 2 + 1 + SIZE_256;

    if (rsp_field(block, "psk_binder") != NULL) {
        append(client_hello->data, client_hello->len - binders_len);
        cut();
        append(client_hello->data + client_hello->len - binders_len, binders_len);
    } else {
        append(client_hello->data, client_hello->len);
    }
    cut();
}

static void begin(const struct rsp_block *block)
{
    static const char *const names[] = {"helloClientRandom", "helloServerRandom",
        "finishedServerRandom", "finishedClientRandom", "server_hello", "encrypted_extensions",
        "certificate_request", "server_certificate", "server_certificate_verify", "server_finished",
        "end_of_early_data", "client_certificate", "client_certificate_verify", "client_finished"};
    const struct rsp_field *client_hello = rsp_field(block, "client_hello");
    const struct rsp_field *retry = rsp_field(block, "hello_retry_request");

    transcript.len = transcript.cut_count = 0;
    if (client_hello != NULL && retry != NULL) {
        append_message_hash(client_hello);
        append(retry->data, retry->len);
        client_hello = rsp_field(block, "client_hello_2");
    }
    if (client_hello != NULL)
        append_client_hello(block, client_hello);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct rsp_field *message = rsp_field(block, names[i]);

        if (message == NULL)
            continue;
        append(message->data, message->len);
        cut();
    }
}

/* A hash that has seen the messages of this digest; 0 where nobody knows them. */
static NCRYPT_HASH_HANDLE find_messages(struct sslp_bytes digest)
{
    for (size_t i = 0; i < transcript.cut_count; i++) {
        NCRYPT_HASH_HANDLE hash =
            hash_of(suite_of_size(digest.len), transcript.bytes, transcript.cuts[i]);
        uint8_t found[64];

        if (digest_of(hash, found) == digest.len && memcmp(found, digest.data, digest.len) == 0)
            return hash;
        SslFreeObject(hash, 0);
    }
    return 0;
}

/* ---- Secrets, and what follows from them ---- */

static const DWORD kinds[TLS13_SECRETS] = {
    [TLS13_EARLY] = NCRYPTSSL_KIND_EARLY_SECRET,
    [TLS13_EXT_BINDER] = NCRYPTSSL_KIND_BINDER_KEY,
    [TLS13_RES_BINDER] = NCRYPTSSL_KIND_BINDER_KEY,
    [TLS13_CLIENT_EARLY_TRAFFIC] = NCRYPTSSL_KIND_TRAFFIC_SECRET,
    [TLS13_EARLY_EXPORTER] = NCRYPTSSL_KIND_EXPORTER_SECRET,
    [TLS13_HANDSHAKE] = NCRYPTSSL_KIND_HANDSHAKE_SECRET,
    [TLS13_CLIENT_HANDSHAKE_TRAFFIC] = NCRYPTSSL_KIND_TRAFFIC_SECRET,
    [TLS13_SERVER_HANDSHAKE_TRAFFIC] = NCRYPTSSL_KIND_TRAFFIC_SECRET,
    [TLS13_MASTER] = NCRYPTSSL_KIND_MASTER_SECRET,
    [TLS13_CLIENT_APPLICATION_TRAFFIC] = NCRYPTSSL_KIND_TRAFFIC_SECRET,
    [TLS13_SERVER_APPLICATION_TRAFFIC] = NCRYPTSSL_KIND_TRAFFIC_SECRET,
    [TLS13_EXPORTER] = NCRYPTSSL_KIND_EXPORTER_SECRET,
    [TLS13_RESUMPTION] = NCRYPTSSL_KIND_RESUMPTION_SECRET,
    [TLS13_TICKET_PSK] = NCRYPTSSL_KIND_PRE_SHARED_KEY,
};

static NCRYPT_KEY_HANDLE import_bytes(DWORD kind, DWORD suite, struct sslp_bytes secret)
{
    struct secret_blob blob = make_secret(
        kind, TLS1_3_PROTOCOL_VERSION, suite, NCRYPT_SSL_CLIENT_FLAG, (DWORD)secret.len);
    NCRYPT_KEY_HANDLE key = 0;

    memcpy(blob.secret, secret.data, secret.len);
    EXPECT_SUCCESS(import_secret(provider, &blob, &key), "secret");
    return key;
}

static SECURITY_STATUS image_of(
    DWORD kind, DWORD suite, NCRYPT_KEY_HANDLE key, uint8_t image[IMAGE_LEN]);

/* The image of what `status` tells has been derived. */
static SECURITY_STATUS next_image(SECURITY_STATUS status, DWORD kind, DWORD suite,
    NCRYPT_KEY_HANDLE next, uint8_t image[IMAGE_LEN])
{
    if (status != ERROR_SUCCESS)
        return status;
    status = image_of(kind, suite, next, image);
    SslFreeObject(next, 0);
    return status;
}

static SECURITY_STATUS record_image(NCRYPT_KEY_HANDLE traffic, uint8_t image[IMAGE_LEN])
{
    static BYTE text[16] = "sixteen letters";
    NCRYPT_KEY_HANDLE key;
    SECURITY_STATUS status = SslExpandWriteKey(provider, traffic, &key, NULL, 0);
    DWORD len;

    if (status != ERROR_SUCCESS)
        return status;
    status = SslEncryptPacket(provider, key, text, sizeof(text), image, IMAGE_LEN, &len, 1, 23, 0);
    SslFreeObject(key, 0);
    return status;
}

/* What follows from a secret in the end, and tells it from every other one. */
static SECURITY_STATUS image_of(
    DWORD kind, DWORD suite, NCRYPT_KEY_HANDLE key, uint8_t image[IMAGE_LEN])
{
    static const uint8_t no_message[1];
    const DWORD size = suite == SUITE_TLS13_AES256_GCM ? SIZE_384 : SIZE_256;
    NCRYPT_HASH_HANDLE hash = hash_of(suite, no_message, 0);
    NCRYPT_KEY_HANDLE next = 0;
    SECURITY_STATUS status;

    memset(image, 0, IMAGE_LEN);
    switch (kind) {
    case NCRYPTSSL_KIND_TRAFFIC_SECRET:
        status = record_image(key, image);
        break;
    case NCRYPTSSL_KIND_EXPORTER_SECRET:
        status = SslExportKeyingMaterial(
            provider, key, (PCHAR) "image", NULL, 0, NULL, 0, image, SIZE_256, 0);
        break;
    case NCRYPTSSL_KIND_BINDER_KEY:
        status = SslComputeFinishedHash(provider, key, hash, image, size, 0);
        break;
    case NCRYPTSSL_KIND_EARLY_SECRET:
        status = SslExpandBinderKey(provider, key, &next, NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG);
        status = next_image(status, NCRYPTSSL_KIND_BINDER_KEY, suite, next, image);
        break;
    case NCRYPTSSL_KIND_RESUMPTION_SECRET:
        status = SslExpandPreSharedKey(provider, key, NULL, 0, &next, NULL, 0);
        status = next_image(status, NCRYPTSSL_KIND_PRE_SHARED_KEY, suite, next, image);
        break;
    case NCRYPTSSL_KIND_PRE_SHARED_KEY:
        status = SslExtractEarlyKey(provider, key, &next, TLS1_3_PROTOCOL_VERSION, suite, NULL, 0);
        status = next_image(status, NCRYPTSSL_KIND_EARLY_SECRET, suite, next, image);
        break;
    default: /* handshake and master secret */
        status = SslExpandTrafficKeys(provider, key, hash, &next, NULL, NULL, 0);
        status = next_image(status, NCRYPTSSL_KIND_TRAFFIC_SECRET, suite, next, image);
        break;
    }
    SslFreeObject(hash, 0);
    return status;
}

/* ---- The arrows ---- */

static SECURITY_STATUS expand_traffic(
    NCRYPT_KEY_HANDLE from, NCRYPT_HASH_HANDLE hash, bool server, NCRYPT_KEY_HANDLE *to)
{
    return SslExpandTrafficKeys(
        provider, from, hash, server ? NULL : to, server ? to : NULL, NULL, 0);
}

static SECURITY_STATUS follow(enum tls13_secret to, NCRYPT_KEY_HANDLE from, DWORD suite,
    NCRYPT_HASH_HANDLE hash, struct sslp_bytes nonce, NCRYPT_KEY_HANDLE *key)
{
    switch (to) {
    case TLS13_EARLY:
        return SslExtractEarlyKey(provider, from, key, TLS1_3_PROTOCOL_VERSION, suite, NULL, 0);
    case TLS13_EXT_BINDER:
        return SslExpandBinderKey(provider, from, key, NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG);
    case TLS13_RES_BINDER:
        return SslExpandBinderKey(provider, from, key, NULL, NCRYPT_SSL_RESUMPTION_PSK_FLAG);
    case TLS13_HANDSHAKE:
        return SslExtractHandshakeKey(provider, 0, 0, from, key, NULL, 0);
    case TLS13_MASTER:
        return SslExtractMasterKey(provider, from, key, NULL, 0);
    case TLS13_EARLY_EXPORTER:
    case TLS13_EXPORTER:
        return SslExpandExporterMasterKey(provider, from, hash, key, NULL, 0);
    case TLS13_RESUMPTION:
        return SslExpandResumptionMasterKey(provider, from, hash, key, NULL, 0);
    case TLS13_TICKET_PSK:
        return SslExpandPreSharedKey(
            provider, from, (PBYTE)(uintptr_t)nonce.data, (DWORD)nonce.len, key, NULL, 0);
    case TLS13_SERVER_HANDSHAKE_TRAFFIC:
    case TLS13_SERVER_APPLICATION_TRAFFIC:
        return expand_traffic(from, hash, true, key);
    default:
        return expand_traffic(from, hash, false, key);
    }
}

/* What a secret of this kind is derived from. */
static const DWORD starts[TLS13_SECRETS] = {
    [TLS13_EXT_BINDER] = NCRYPTSSL_KIND_EARLY_SECRET,
    [TLS13_RES_BINDER] = NCRYPTSSL_KIND_EARLY_SECRET,
    [TLS13_CLIENT_EARLY_TRAFFIC] = NCRYPTSSL_KIND_EARLY_SECRET,
    [TLS13_EARLY_EXPORTER] = NCRYPTSSL_KIND_EARLY_SECRET,
    [TLS13_HANDSHAKE] = NCRYPTSSL_KIND_EARLY_SECRET,
    [TLS13_CLIENT_HANDSHAKE_TRAFFIC] = NCRYPTSSL_KIND_HANDSHAKE_SECRET,
    [TLS13_SERVER_HANDSHAKE_TRAFFIC] = NCRYPTSSL_KIND_HANDSHAKE_SECRET,
    [TLS13_MASTER] = NCRYPTSSL_KIND_HANDSHAKE_SECRET,
    [TLS13_CLIENT_APPLICATION_TRAFFIC] = NCRYPTSSL_KIND_MASTER_SECRET,
    [TLS13_SERVER_APPLICATION_TRAFFIC] = NCRYPTSSL_KIND_MASTER_SECRET,
    [TLS13_EXPORTER] = NCRYPTSSL_KIND_MASTER_SECRET,
    [TLS13_RESUMPTION] = NCRYPTSSL_KIND_MASTER_SECRET,
    [TLS13_TICKET_PSK] = NCRYPTSSL_KIND_RESUMPTION_SECRET,
};

/* The bare bytes of a pre-shared key have SHA-256; for another hash the blob has to name a suite.
 */
static NCRYPT_KEY_HANDLE import_psk(DWORD suite, struct sslp_bytes psk)
{
    NCRYPT_KEY_HANDLE key = 0;

    if (suite != SUITE_TLS13_AES128_GCM)
        return import_bytes(NCRYPTSSL_KIND_PRE_SHARED_KEY, suite, psk);
    EXPECT_SUCCESS(SslImportKey(provider, &key, TLS_13_PRE_SHARED_KEY, (PBYTE)(uintptr_t)psk.data,
                       (DWORD)psk.len, 0),
        "PSK");
    return key;
}

static bool same_image(
    DWORD kind, DWORD suite, NCRYPT_KEY_HANDLE derived, struct sslp_bytes expected)
{
    NCRYPT_KEY_HANDLE imported = import_bytes(kind, suite, expected);
    uint8_t image[IMAGE_LEN], wanted[IMAGE_LEN];
    bool same;

    EXPECT_SUCCESS(image_of(kind, suite, derived, image), "image");
    EXPECT_SUCCESS(image_of(kind, suite, imported, wanted), "image");
    same = memcmp(image, wanted, IMAGE_LEN) == 0;
    SslFreeObject(imported, 0);
    return same;
}

static enum tls13_answer agrees(const char *hash_name, enum tls13_secret to, struct sslp_bytes from,
    struct sslp_bytes input, struct sslp_bytes expected)
{
    const bool takes_messages = to != TLS13_HANDSHAKE && to != TLS13_TICKET_PSK && input.len != 0;
    const DWORD suite = suite_of_size(expected.len);
    NCRYPT_HASH_HANDLE hash = 0;
    NCRYPT_KEY_HANDLE start = 0, key = 0;
    bool same = false;

    (void)hash_name;
    if (to == TLS13_HANDSHAKE && input.len != 0)
        return TLS13_NOT_ASKED;
    if (takes_messages && (hash = find_messages(input)) == 0)
        return TLS13_NOT_ASKED;
    if (from.len != 0)
        start = to == TLS13_EARLY ? import_psk(suite, from) : import_bytes(starts[to], suite, from);
    if (EXPECT_SUCCESS(follow(to, start, suite, hash, input, &key), "arrow"))
        same = same_image(kinds[to], suite, key, expected);
    if (start != 0)
        SslFreeObject(start, 0);
    if (hash != 0)
        SslFreeObject(hash, 0);
    SslFreeObject(key, 0);
    return tls13_answer(same);
}

/* ---- By libcrypto: the secrets that a vector leaves out ---- */

static bool by_libcrypto(const char *name, const OSSL_PARAM *params, uint8_t *out, size_t size)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, "provider=default");
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    const bool derived = EVP_KDF_derive(context, out, size, params) == 1;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return derived;
}

static OSSL_PARAM text(const char *name, const char *value)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)value, 0);
}

static OSSL_PARAM octets(const char *name, const void *data, size_t len)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)data, len);
}

/* TLS13-KDF extracts as the key schedule does: the salt is derived from the secret before, and
 * what is absent is zeros. */
static bool extract(
    const char *digest, struct sslp_bytes from, struct sslp_bytes input, uint8_t *out, size_t size)
{
    OSSL_PARAM params[7];
    size_t n = 0;

    params[n++] = text(OSSL_KDF_PARAM_MODE, "EXTRACT_ONLY");
    params[n++] = text(OSSL_KDF_PARAM_DIGEST, digest);
    params[n++] = octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    params[n++] = octets(OSSL_KDF_PARAM_LABEL, "derived", 7);
    if (from.len != 0)
        params[n++] = octets(OSSL_KDF_PARAM_SALT, from.data, from.len);
    if (input.len != 0)
        params[n++] = octets(OSSL_KDF_PARAM_KEY, input.data, input.len);
    params[n] = OSSL_PARAM_construct_end();
    return by_libcrypto("TLS13-KDF", params, out, size);
}

static enum tls13_answer derive(const char *hash, enum tls13_secret to, struct sslp_bytes from,
    struct sslp_bytes input, uint8_t *out, size_t size)
{
    static const char *const labels[TLS13_SECRETS] = {[TLS13_EXT_BINDER] = "ext binder",
        [TLS13_RES_BINDER] = "res binder",
        [TLS13_CLIENT_EARLY_TRAFFIC] = "c e traffic",
        [TLS13_EARLY_EXPORTER] = "e exp master",
        [TLS13_CLIENT_HANDSHAKE_TRAFFIC] = "c hs traffic",
        [TLS13_SERVER_HANDSHAKE_TRAFFIC] = "s hs traffic",
        [TLS13_CLIENT_APPLICATION_TRAFFIC] = "c ap traffic",
        [TLS13_SERVER_APPLICATION_TRAFFIC] = "s ap traffic",
        [TLS13_EXPORTER] = "exp master",
        [TLS13_RESUMPTION] = "res master",
        [TLS13_TICKET_PSK] = "resumption"};
    const char *digest = strcmp(hash, "SHA-384") == 0 ? "SHA2-384" : "SHA2-256";
    uint8_t nothing[64];
    OSSL_PARAM params[7];
    size_t n = 0;

    if (to == TLS13_EARLY)
        return tls13_answer(extract(digest, sslp_bytes(NULL, 0), from, out, size));
    if (labels[to] == NULL)
        return tls13_answer(extract(digest, from, input, out, size));
    if (input.len == 0 && to != TLS13_TICKET_PSK) {
        if (EVP_Q_digest(NULL, digest, NULL, "", 0, nothing, NULL) != 1)
            return TLS13_REFUSED;
        input = sslp_bytes(nothing, size);
    }
    params[n++] = text(OSSL_KDF_PARAM_MODE, "EXPAND_ONLY");
    params[n++] = text(OSSL_KDF_PARAM_DIGEST, digest);
    params[n++] = octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    params[n++] = octets(OSSL_KDF_PARAM_LABEL, labels[to], strlen(labels[to]));
    params[n++] = octets(OSSL_KDF_PARAM_KEY, from.data, from.len);
    params[n++] = octets(OSSL_KDF_PARAM_DATA, input.data, input.len);
    params[n] = OSSL_PARAM_construct_end();
    return tls13_answer(by_libcrypto("TLS13-KDF", params, out, size));
}

/* ---- What comes out in the open ---- */

static enum tls13_answer finished(const char *hash_name, bool binder, struct sslp_bytes secret,
    struct sslp_bytes transcript_hash, uint8_t *out, size_t size)
{
    const DWORD kind = binder ? NCRYPTSSL_KIND_BINDER_KEY : NCRYPTSSL_KIND_TRAFFIC_SECRET;
    NCRYPT_HASH_HANDLE hash = find_messages(transcript_hash);
    NCRYPT_KEY_HANDLE key;
    SECURITY_STATUS status;

    (void)hash_name;
    if (hash == 0)
        return TLS13_NOT_ASKED;
    key = import_bytes(kind, suite_of_size(size), secret);
    status = SslComputeFinishedHash(provider, key, hash, out, (DWORD)size, NCRYPT_SSL_CLIENT_FLAG);
    SslFreeObject(key, 0);
    SslFreeObject(hash, 0);
    return tls13_answer(status == ERROR_SUCCESS);
}

static enum tls13_answer exporter(const char *hash, struct sslp_bytes secret,
    struct sslp_bytes label, const struct rsp_field *context, uint8_t *out, size_t size)
{
    NCRYPT_KEY_HANDLE key =
        import_bytes(NCRYPTSSL_KIND_EXPORTER_SECRET, suite_of_size(secret.len), secret);
    char terminated[256] = {0};
    SECURITY_STATUS status;

    (void)hash;
    CU_ASSERT_FATAL(label.len < sizeof(terminated));
    memcpy(terminated, label.data, label.len);
    status = SslExportKeyingMaterial(provider, key, terminated, NULL, 0,
        context == NULL ? NULL : (PBYTE)(uintptr_t)context->data,
        context == NULL ? 0 : (WORD)context->len, out, (DWORD)size, 0);
    SslFreeObject(key, 0);
    return tls13_answer(status == ERROR_SUCCESS);
}

/* The opaque blob of a session key ends with key, IV and a digest of 32 bytes; nobody should rely
 * on it, but here it is the shortest way to both. */
static enum tls13_answer traffic_keys(
    unsigned suite, struct sslp_bytes secret, uint8_t *out, size_t size)
{
    enum { DIGEST_LEN = 32 };
    NCRYPT_KEY_HANDLE traffic = import_bytes(NCRYPTSSL_KIND_TRAFFIC_SECRET, suite, secret);
    NCRYPT_KEY_HANDLE key = 0;
    struct opaque_blob blob = {.len = 0};
    bool given = EXPECT_SUCCESS(SslExpandWriteKey(provider, traffic, &key, NULL, 0), "write key") &&
        EXPECT_SUCCESS(export_opaque(provider, key, &blob), "opaque blob") &&
        blob.len > size + DIGEST_LEN;

    if (given)
        memcpy(out, blob.bytes + blob.len - DIGEST_LEN - size, size);
    SslFreeObject(key, 0);
    SslFreeObject(traffic, 0);
    return tls13_answer(given);
}

static void test_every_vector_with_messages_is_reproduced(void)
{
    static const struct tls13_trial trial = {
        begin, derive, agrees, finished, exporter, traffic_keys};
    struct tls13_counts counted;

    EXPECT(tls13_check_all(&trial, &counted), "vectors");
    EXPECT(counted.secrets >= 271 && counted.finished >= 16, "what could be asked");
    EXPECT(counted.exporters >= 28 && counted.traffic_keys >= 65, "what comes out in the open");
}

/* A secret that is not the expected one has another image: the comparison can fail. */
static void test_images_of_different_secrets_differ(void)
{
    for (size_t to = 0; to < TLS13_SECRETS; to++) {
        uint8_t secret[SIZE_256] = {0x5A};
        NCRYPT_KEY_HANDLE key =
            import_bytes(kinds[to], SUITE_TLS13_AES128_GCM, sslp_bytes(secret, sizeof(secret)));

        EXPECT(
            same_image(kinds[to], SUITE_TLS13_AES128_GCM, key, sslp_bytes(secret, sizeof(secret))),
            "the same");
        secret[sizeof(secret) - 1] ^= 1;
        EXPECT(
            !same_image(kinds[to], SUITE_TLS13_AES128_GCM, key, sslp_bytes(secret, sizeof(secret))),
            "another");
        SslFreeObject(key, 0);
    }
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_images_of_different_secrets_differ),
        TEST(test_every_vector_with_messages_is_reproduced),
    };

    return RUN_TESTS("TLS 1.3 key schedule", open_provider, close_provider, tests);
}
