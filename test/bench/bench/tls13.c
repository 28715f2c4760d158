/* SPDX-License-Identifier: Apache-2.0 */
#include "tls13.h"

#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <string.h>

#define TLS13_SUITE "TLS_AES_128_GCM_SHA256"

enum { MAX_PARAMS = 8, SIDE_LEN = TLS13_KEY_LEN + TLS13_IV_LEN };

unsigned char tls13_result[TLS13_KEYS_LEN];

static EVP_KDF *traffic_secret, *session_keys;
static const unsigned char shared_secret[TLS13_HASH_LEN] = {0x44};

/* Up to ServerHello, up to the server's Finished, up to the client's. */
enum { HELLO, SERVER_FINISHED, CLIENT_FINISHED };

static const unsigned char transcripts[3][TLS13_HASH_LEN] = {{0x55}, {0x66}, {0x77}};

void tls13_open(void)
{
    traffic_secret =
        EVP_KDF_fetch(bench_subject, SSLPROVIDER_KDF_TRAFFIC_SECRET, SSLPROVIDER_PROPERTY);
    session_keys = EVP_KDF_fetch(bench_subject, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    bench_require(traffic_secret != NULL && session_keys != NULL, "fetching the KDFs of TLS 1.3");
}

void tls13_close(void)
{
    EVP_KDF_free(session_keys);
    EVP_KDF_free(traffic_secret);
}

/* The place of a traffic secret's key and IV. */
static unsigned char *keys_of(size_t side)
{
    return tls13_result + side * SIDE_LEN;
}

static void derive(EVP_KDF *kdf, void *out, size_t len, const OSSL_PARAM params[])
{
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

    bench_require(
        context != NULL && EVP_KDF_derive(context, out, len, params) > 0, "a step of TLS 1.3");
    EVP_KDF_CTX_free(context);
}

/* ---- By handles ---- */

/* What a step starts at, and whether it is the last one to. */
struct start {
    uint64_t handle; /* 0: nothing */
    bool is_used_up;
};

static size_t add_start(OSSL_PARAM params[], struct start *start)
{
    size_t count = 0;

    if (start->handle != 0)
        params[count++] = OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &start->handle);
    else
        params[count++] = bench_text(SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    if (start->is_used_up)
        params[count++] = OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_DISCARD, &start->handle);
    return count;
}

static uint64_t next_handle(struct start start, const char *target, OSSL_PARAM input)
{
    OSSL_PARAM params[MAX_PARAMS];
    size_t count = add_start(params, &start);
    uint64_t handle = 0;

    params[count++] = bench_text(SSLPROVIDER_PARAM_TARGET, target);
    params[count++] = bench_text(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    params[count++] = input;
    params[count] = OSSL_PARAM_construct_end();
    derive(traffic_secret, &handle, sizeof(handle), params);
    return handle;
}

static OSSL_PARAM transcript(int which)
{
    return bench_octets(SSLPROVIDER_PARAM_TRANSCRIPT_HASH, transcripts[which], TLS13_HASH_LEN);
}

static void keys_by_handle(uint64_t handle, size_t side)
{
    struct start start = {handle, true};
    OSSL_PARAM params[MAX_PARAMS];
    size_t count = add_start(params, &start);

    params[count++] = bench_text(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_SESSION_KEYS);
    params[count] = OSSL_PARAM_construct_end();
    derive(session_keys, keys_of(side), SIDE_LEN, params);
}

static void end_handles(const uint64_t handles[], size_t count)
{
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(traffic_secret);

    bench_require(context != NULL, "making a context");
    for (size_t i = 0; i < count; i++) {
        uint64_t handle = handles[i];
        const OSSL_PARAM params[] = {
            OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_DISCARD, &handle),
            OSSL_PARAM_construct_end(),
        };

        bench_require(EVP_KDF_CTX_set_params(context, params) > 0, "discarding a handle");
    }
    EVP_KDF_CTX_free(context);
}

void tls13_by_handles(size_t len)
{
    uint64_t early, handshake, master, traffic[2], left[2];

    (void)len;
    early = next_handle(
        (struct start){0, false}, SSLPROVIDER_TARGET_EARLY_SECRET, OSSL_PARAM_construct_end());
    handshake = next_handle((struct start){early, true}, SSLPROVIDER_TARGET_HANDSHAKE_SECRET,
        bench_octets(SSLPROVIDER_PARAM_SHARED_SECRET, shared_secret, sizeof(shared_secret)));
    traffic[0] = next_handle((struct start){handshake, false},
        SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC, transcript(HELLO));
    traffic[1] = next_handle((struct start){handshake, false},
        SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC, transcript(HELLO));
    keys_by_handle(traffic[0], 0);
    keys_by_handle(traffic[1], 1);
    master = next_handle((struct start){handshake, true}, SSLPROVIDER_TARGET_MASTER_SECRET,
        OSSL_PARAM_construct_end());
    traffic[0] = next_handle((struct start){master, false},
        SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC, transcript(SERVER_FINISHED));
    traffic[1] = next_handle((struct start){master, false},
        SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC, transcript(SERVER_FINISHED));
    keys_by_handle(traffic[0], 2);
    keys_by_handle(traffic[1], 3);
    left[0] = next_handle((struct start){master, false}, SSLPROVIDER_TARGET_EXPORTER_SECRET,
        transcript(SERVER_FINISHED));
    left[1] = next_handle((struct start){master, true}, SSLPROVIDER_TARGET_RESUMPTION_SECRET,
        transcript(CLIENT_FINISHED));
    end_handles(left, 2);
}

/* ---- By bytes ---- */

static void next_secret(
    const unsigned char *from, const char *target, OSSL_PARAM input, unsigned char *out)
{
    OSSL_PARAM params[MAX_PARAMS];
    size_t count = 0;

    params[count++] = bench_text(SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    params[count++] = bench_text(SSLPROVIDER_PARAM_TARGET, target);
    if (from != NULL)
        params[count++] = bench_octets(SSLPROVIDER_PARAM_SECRET, from, TLS13_HASH_LEN);
    params[count++] = input;
    params[count] = OSSL_PARAM_construct_end();
    derive(traffic_secret, out, TLS13_HASH_LEN, params);
}

static void keys_by_bytes(const unsigned char *secret, size_t side)
{
    const OSSL_PARAM params[] = {
        bench_text(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3),
        bench_text(SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE),
        bench_octets(SSLPROVIDER_PARAM_SECRET, secret, TLS13_HASH_LEN),
        bench_text(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_SESSION_KEYS),
        OSSL_PARAM_construct_end(),
    };

    derive(session_keys, keys_of(side), SIDE_LEN, params);
}

void tls13_by_bytes(size_t len)
{
    unsigned char early[TLS13_HASH_LEN], handshake[TLS13_HASH_LEN], master[TLS13_HASH_LEN];
    unsigned char traffic[2][TLS13_HASH_LEN];

    (void)len;
    next_secret(NULL, SSLPROVIDER_TARGET_EARLY_SECRET, OSSL_PARAM_construct_end(), early);
    next_secret(early, SSLPROVIDER_TARGET_HANDSHAKE_SECRET,
        bench_octets(SSLPROVIDER_PARAM_SHARED_SECRET, shared_secret, sizeof(shared_secret)),
        handshake);
    next_secret(
        handshake, SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC, transcript(HELLO), traffic[0]);
    next_secret(
        handshake, SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC, transcript(HELLO), traffic[1]);
    keys_by_bytes(traffic[0], 0);
    keys_by_bytes(traffic[1], 1);
    next_secret(handshake, SSLPROVIDER_TARGET_MASTER_SECRET, OSSL_PARAM_construct_end(), master);
    next_secret(master, SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC, transcript(SERVER_FINISHED),
        traffic[0]);
    next_secret(master, SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC, transcript(SERVER_FINISHED),
        traffic[1]);
    keys_by_bytes(traffic[0], 2);
    keys_by_bytes(traffic[1], 3);
    next_secret(
        master, SSLPROVIDER_TARGET_EXPORTER_SECRET, transcript(SERVER_FINISHED), traffic[0]);
    next_secret(
        master, SSLPROVIDER_TARGET_RESUMPTION_SECRET, transcript(CLIENT_FINISHED), traffic[1]);
}

/* ---- OpenSSL's TLS13-KDF, as libssl calls it: fetched for every step ---- */

static void openssl_step(const OSSL_PARAM params[], unsigned char *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(bench_plain, "TLS13-KDF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

    EVP_KDF_free(kdf);
    bench_require(context != NULL && EVP_KDF_derive(context, out, len, params) > 0, "TLS13-KDF");
    EVP_KDF_CTX_free(context);
}

static void openssl_extract(
    const unsigned char *salt, const unsigned char *input, unsigned char *out)
{
    int mode = EVP_KDF_HKDF_MODE_EXTRACT_ONLY;
    OSSL_PARAM params[MAX_PARAMS];
    size_t count = 0;

    params[count++] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
    params[count++] = bench_text(OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    if (input != NULL)
        params[count++] = bench_octets(OSSL_KDF_PARAM_KEY, input, TLS13_HASH_LEN);
    if (salt != NULL)
        params[count++] = bench_octets(OSSL_KDF_PARAM_SALT, salt, TLS13_HASH_LEN);
    params[count++] = bench_octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    params[count++] = bench_octets(OSSL_KDF_PARAM_LABEL, "derived", 7);
    params[count] = OSSL_PARAM_construct_end();
    openssl_step(params, out, TLS13_HASH_LEN);
}

/* Without a transcript the context is empty, as for keys and IVs. */
static void openssl_expand(const unsigned char *secret, const char *label,
    const unsigned char *transcript_hash, unsigned char *out, size_t len)
{
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    OSSL_PARAM params[MAX_PARAMS];
    size_t count = 0;

    params[count++] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
    params[count++] = bench_text(OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    params[count++] = bench_octets(OSSL_KDF_PARAM_KEY, secret, TLS13_HASH_LEN);
    params[count++] = bench_octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    params[count++] = bench_octets(OSSL_KDF_PARAM_LABEL, label, strlen(label));
    if (transcript_hash != NULL)
        params[count++] = bench_octets(OSSL_KDF_PARAM_DATA, transcript_hash, TLS13_HASH_LEN);
    params[count] = OSSL_PARAM_construct_end();
    openssl_step(params, out, len);
}

static void openssl_traffic(
    const unsigned char *from, const char *label, const unsigned char *transcript_hash, size_t side)
{
    unsigned char secret[TLS13_HASH_LEN], *keys = keys_of(side);

    openssl_expand(from, label, transcript_hash, secret, sizeof(secret));
    openssl_expand(secret, "key", NULL, keys, TLS13_KEY_LEN);
    openssl_expand(secret, "iv", NULL, keys + TLS13_KEY_LEN, TLS13_IV_LEN);
}

void tls13_openssl(size_t len)
{
    unsigned char early[TLS13_HASH_LEN], handshake[TLS13_HASH_LEN], master[TLS13_HASH_LEN];
    unsigned char left[TLS13_HASH_LEN];

    (void)len;
    openssl_extract(NULL, NULL, early);
    openssl_extract(early, shared_secret, handshake);
    openssl_traffic(handshake, "c hs traffic", transcripts[HELLO], 0);
    openssl_traffic(handshake, "s hs traffic", transcripts[HELLO], 1);
    openssl_extract(handshake, NULL, master);
    openssl_traffic(master, "c ap traffic", transcripts[SERVER_FINISHED], 2);
    openssl_traffic(master, "s ap traffic", transcripts[SERVER_FINISHED], 3);
    openssl_expand(master, "exp master", transcripts[SERVER_FINISHED], left, sizeof(left));
    openssl_expand(master, "res master", transcripts[CLIENT_FINISHED], left, sizeof(left));
}
