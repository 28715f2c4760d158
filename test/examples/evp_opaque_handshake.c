/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of both directions of a TLS 1.3 connection with TLS_AES_128_GCM_SHA256, from the key
 * exchange to the first records, without a secret in the hands of the program.  It prints its key
 * share and then reads three lines in hexadecimal:
 *
 *     the peer's share
 *     the hash of the messages from ClientHello to ServerHello
 *     the hash of the messages from ClientHello to the server's Finished
 *
 * It answers with a record of each direction, first under the handshake keys, then under the
 * application keys, and keeps its keys until the input ends.  With OpenSSL 3.6 and later it does so
 * three times, and the records are the same: with opaque keys and TLS13-KDF, with opaque keys and
 * the KDFs of sslprovider, and with those by handles; before 3.6 by handles only.
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <sslprovider/names.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE "TLS_AES_128_GCM_SHA256"

enum {
    HASH_LEN = 32,
    KEY_LEN = 16,
    IV_LEN = 12,
    TAG_LEN = 16,
    HEADER_LEN = 5,
    SECURE_HEAP = 65536
};

/* The names of the arrows of RFC 8446 section 7.1: as labels, and as targets of SSL-TRAFFIC-SECRET.
 */
static const struct arrow {
    const char *label, *target;
} traffic[2][2] = {
    {{"c hs traffic", SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC},
        {"s hs traffic", SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC}},
    {{"c ap traffic", SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC},
        {"s ap traffic", SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC}},
};

static const char *const epochs[2] = {"handshake", "application"};
static const char *const sides[2] = {"client", "server"};

/* What the peer has told. */
static EVP_PKEY *own_share, *peer_share;
static unsigned char transcript_hash[2][HASH_LEN];

static OSSL_PARAM text_param(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

static OSSL_PARAM octets_param(const char *name, const void *octets, size_t len)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)octets, len);
}

static EVP_KDF_CTX *new_kdf(const char *name)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

    EVP_KDF_free(kdf);
    return context;
}

/* A record (RFC 8446 section 5.2) with sequence number 0, by a cipher that has its key. */
static int print_record(EVP_CIPHER_CTX *cipher, const char *way, int epoch, int side)
{
    const unsigned char type = epoch == 0 ? 22 : 23;
    unsigned char record[64] = {23, 3, 3}, plain[32];
    const int plain_len =
        snprintf((char *)plain, sizeof(plain), "%s, %s", sides[side], epochs[epoch]) + 1;
    int len = 0, ok;

    plain[plain_len - 1] = type;
    record[4] = (unsigned char)(plain_len + TAG_LEN);
    ok = EVP_EncryptUpdate(cipher, NULL, &len, record, HEADER_LEN) > 0 &&
        EVP_EncryptUpdate(cipher, record + HEADER_LEN, &len, plain, plain_len) > 0 &&
        EVP_EncryptFinal_ex(cipher, record + HEADER_LEN + len, &len) > 0 &&
        EVP_CIPHER_CTX_ctrl(
            cipher, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, record + HEADER_LEN + plain_len) > 0;
    if (ok)
        printf("%s %s %s ", way, epochs[epoch], sides[side]);
    for (int i = 0; ok && i < HEADER_LEN + plain_len + TAG_LEN; i++)
        printf("%02x", record[i]);
    if (ok)
        printf("\n");
    return ok;
}

#if OPENSSL_VERSION_PREREQ(3, 6)

/* One derivation.  Keys that are NULL are not given. */
static EVP_SKEY *derive_key(const char *kdf, EVP_SKEY *first, const char *first_name,
    EVP_SKEY *second, const char *second_name, const char *type, size_t len,
    const OSSL_PARAM *params)
{
    EVP_KDF_CTX *context = new_kdf(kdf);
    EVP_SKEY *key = NULL;

    if (context != NULL &&
        (first == NULL || EVP_KDF_CTX_set_SKEY(context, first, first_name) > 0) &&
        (second == NULL || EVP_KDF_CTX_set_SKEY(context, second, second_name) > 0))
        key = EVP_KDF_derive_SKEY(context, NULL, type, NULL, len, params);
    EVP_KDF_CTX_free(context);
    return key;
}

/* The secret that both sides share, as a key that this program cannot read. */
static EVP_SKEY *shared_secret(void)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own_share, NULL);
    EVP_SKEYMGMT *type =
        EVP_SKEYMGMT_fetch(NULL, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_SKEY *key = NULL;

    if (EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, peer_share) > 0)
        key =
            EVP_PKEY_derive_SKEY(context, type, SSLPROVIDER_KEYMGMT_SSL_KEY, NULL, HASH_LEN, NULL);
    EVP_SKEYMGMT_free(type);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* ---- With OpenSSL's names ---- */

static EVP_SKEY *standard_extract(EVP_SKEY *previous, EVP_SKEY *input)
{
    const OSSL_PARAM params[] = {
        text_param(OSSL_KDF_PARAM_DIGEST, "SHA2-256"),
        text_param(OSSL_KDF_PARAM_MODE, "EXTRACT_ONLY"),
        octets_param(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6),
        octets_param(OSSL_KDF_PARAM_LABEL, "derived", 7),
        OSSL_PARAM_construct_end(),
    };

    return derive_key("TLS13-KDF", previous, OSSL_KDF_PARAM_SALT, input, OSSL_KDF_PARAM_KEY,
        SSLPROVIDER_KEYMGMT_SSL_KEY, HASH_LEN, params);
}

static EVP_SKEY *standard_expand(
    EVP_SKEY *secret, const char *label, const unsigned char *hash, const char *type, size_t len)
{
    const OSSL_PARAM params[] = {
        text_param(OSSL_KDF_PARAM_DIGEST, "SHA2-256"),
        text_param(OSSL_KDF_PARAM_MODE, "EXPAND_ONLY"),
        octets_param(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6),
        octets_param(OSSL_KDF_PARAM_LABEL, label, strlen(label)),
        octets_param(OSSL_KDF_PARAM_DATA, hash == NULL ? "" : (const void *)hash,
            hash == NULL ? 0 : HASH_LEN),
        OSSL_PARAM_construct_end(),
    };

    return derive_key("TLS13-KDF", secret, OSSL_KDF_PARAM_KEY, NULL, NULL, type, len, params);
}

/* ---- With the names of sslprovider ---- */

static EVP_SKEY *own_derive(
    EVP_SKEY *secret, const char *target, EVP_SKEY *shared, const unsigned char *hash)
{
    OSSL_PARAM params[] = {
        text_param(SSLPROVIDER_PARAM_CIPHER_SUITE, SUITE),
        text_param(SSLPROVIDER_PARAM_TARGET, target),
        octets_param(SSLPROVIDER_PARAM_TRANSCRIPT_HASH, hash, HASH_LEN),
        OSSL_PARAM_construct_end(),
    };

    if (hash == NULL)
        params[2] = OSSL_PARAM_construct_end();
    return derive_key(SSLPROVIDER_KDF_TRAFFIC_SECRET, secret, SSLPROVIDER_PARAM_SECRET, shared,
        SSLPROVIDER_PARAM_SHARED_SECRET, SSLPROVIDER_KEYMGMT_SSL_KEY, 0, params);
}

static EVP_SKEY *own_piece(EVP_SKEY *secret, const char *output, const char *type, size_t len)
{
    const OSSL_PARAM params[] = {
        text_param(SSLPROVIDER_PARAM_OUTPUT, output), OSSL_PARAM_construct_end()};

    return derive_key(SSLPROVIDER_KDF_SESSION_KEYS, secret, SSLPROVIDER_PARAM_SECRET, NULL, NULL,
        type, len, params);
}

/* ---- Both ---- */

/* The secrets whose names in the schedule are the indices. */
enum { EARLY, HANDSHAKE, MASTER, SECRETS };

static int make_secrets(int is_standard, EVP_SKEY *shared, EVP_SKEY *secrets[SECRETS])
{
    static const char *const targets[SECRETS] = {SSLPROVIDER_TARGET_EARLY_SECRET,
        SSLPROVIDER_TARGET_HANDSHAKE_SECRET, SSLPROVIDER_TARGET_MASTER_SECRET};

    for (int i = 0; i < SECRETS; i++) {
        EVP_SKEY *previous = i == 0 ? NULL : secrets[i - 1];
        EVP_SKEY *input = i == HANDSHAKE ? shared : NULL;

        secrets[i] = is_standard ? standard_extract(previous, input)
                                 : own_derive(previous, targets[i], input, NULL);
        if (secrets[i] == NULL)
            return 0;
    }
    return 1;
}

/* The key goes to the cipher's own provider.  The IV is no secret of the schedule: a type of
 * OpenSSL's own shows its bytes. */
static int print_record_of(EVP_SKEY *secret, int is_standard, int epoch, int side)
{
    EVP_SKEY *key = is_standard ? standard_expand(secret, "key", NULL, "AES", KEY_LEN)
                                : own_piece(secret, SSLPROVIDER_OUTPUT_KEY, "AES", KEY_LEN);
    EVP_SKEY *iv = is_standard ? standard_expand(secret, "iv", NULL, "GENERIC-SECRET", IV_LEN)
                               : own_piece(secret, SSLPROVIDER_OUTPUT_IV, "GENERIC-SECRET", IV_LEN);
    EVP_CIPHER *gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    const unsigned char *iv_bytes = NULL;
    size_t iv_len = 0;
    const int ok = key != NULL && iv != NULL && EVP_SKEY_get0_raw_key(iv, &iv_bytes, &iv_len) > 0 &&
        EVP_CipherInit_SKEY(cipher, gcm, key, iv_bytes, iv_len, 1, NULL) > 0 &&
        print_record(cipher, is_standard ? "TLS13-KDF" : "SSL-TRAFFIC-SECRET", epoch, side);

    EVP_CIPHER_CTX_free(cipher);
    EVP_CIPHER_free(gcm);
    EVP_SKEY_free(key);
    EVP_SKEY_free(iv);
    return ok;
}

/* The secrets stay with the caller, as they do for the life of a connection. */
static int run_opaque(int is_standard, EVP_SKEY *secrets[SECRETS], EVP_SKEY *traffic_keys[2][2])
{
    EVP_SKEY *shared = shared_secret();
    int ok = shared != NULL && make_secrets(is_standard, shared, secrets);

    for (int epoch = 0; ok && epoch < 2; epoch++) {
        for (int side = 0; ok && side < 2; side++) {
            const struct arrow *arrow = &traffic[epoch][side];
            EVP_SKEY *from = secrets[HANDSHAKE + epoch];

            /* For SSL-SESSION-KEYS a secret needs its attributes; TLS13-KDF asks for none. */
            traffic_keys[epoch][side] = is_standard
                ? standard_expand(from, arrow->label, transcript_hash[epoch],
                      SSLPROVIDER_KEYMGMT_SSL_KEY, HASH_LEN)
                : own_derive(from, arrow->target, NULL, transcript_hash[epoch]);
            ok = traffic_keys[epoch][side] != NULL &&
                print_record_of(traffic_keys[epoch][side], is_standard, epoch, side);
        }
    }
    EVP_SKEY_free(shared);
    return ok;
}

static void free_opaque(EVP_SKEY *secrets[SECRETS], EVP_SKEY *traffic_keys[2][2])
{
    for (int i = 0; i < SECRETS; i++)
        EVP_SKEY_free(secrets[i]);
    for (int i = 0; i < 4; i++)
        EVP_SKEY_free(traffic_keys[i / 2][i % 2]);
}

#endif

/* ---- By handles, with every release ---- */

/* One step of the schedule, whose result stays in the provider; 0 is no handle. */
static uint64_t derive_handle(uint64_t from, const char *target, OSSL_PARAM input)
{
    OSSL_PARAM params[] = {
        text_param(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE),
        text_param(SSLPROVIDER_PARAM_TARGET, target),
        from == 0 ? text_param(SSLPROVIDER_PARAM_CIPHER_SUITE, SUITE)
                  : OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &from),
        input,
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *context = new_kdf(SSLPROVIDER_KDF_TRAFFIC_SECRET);
    uint64_t handle = 0;

    if (context == NULL ||
        EVP_KDF_derive(context, (unsigned char *)&handle, sizeof(handle), params) <= 0)
        handle = 0;
    EVP_KDF_CTX_free(context);
    return handle;
}

/* Before OpenSSL 3.6 the result of a key exchange is bytes, which are wiped as soon as they are
 * used. */
static uint64_t handshake_handle(uint64_t early)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own_share, NULL);
    unsigned char shared[HASH_LEN];
    size_t len = sizeof(shared);
    uint64_t handshake = 0;

    if (EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, peer_share) > 0 &&
        EVP_PKEY_derive(context, shared, &len) > 0)
        handshake = derive_handle(early, SSLPROVIDER_TARGET_HANDSHAKE_SECRET,
            octets_param(SSLPROVIDER_PARAM_SHARED_SECRET, shared, len));
    OPENSSL_cleanse(shared, sizeof(shared));
    EVP_PKEY_CTX_free(context);
    return handshake;
}

static int print_record_of_handle(uint64_t handle, int epoch, int side)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        text_param(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_SESSION_KEYS),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *context = new_kdf(SSLPROVIDER_KDF_SESSION_KEYS);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    unsigned char keys[KEY_LEN + IV_LEN];
    const int ok = context != NULL && EVP_KDF_derive(context, keys, sizeof(keys), params) > 0 &&
        EVP_EncryptInit_ex2(cipher, EVP_aes_128_gcm(), keys, keys + KEY_LEN, NULL) > 0 &&
        print_record(cipher, "handle", epoch, side);

    OPENSSL_cleanse(keys, sizeof(keys));
    EVP_CIPHER_CTX_free(cipher);
    EVP_KDF_CTX_free(context);
    return ok;
}

/* The handles end with the provider. */
static int run_handles(void)
{
    const OSSL_PARAM nothing = OSSL_PARAM_construct_end();
    const uint64_t early = derive_handle(0, SSLPROVIDER_TARGET_EARLY_SECRET, nothing);
    uint64_t secrets[2];
    int ok;

    secrets[0] = early == 0 ? 0 : handshake_handle(early);
    secrets[1] =
        secrets[0] == 0 ? 0 : derive_handle(secrets[0], SSLPROVIDER_TARGET_MASTER_SECRET, nothing);
    ok = secrets[1] != 0;
    for (int i = 0; ok && i < 4; i++) {
        const int epoch = i / 2, side = i % 2;
        const uint64_t secret = derive_handle(secrets[epoch], traffic[epoch][side].target,
            octets_param(SSLPROVIDER_PARAM_TRANSCRIPT_HASH, transcript_hash[epoch], HASH_LEN));

        ok = secret != 0 && print_record_of_handle(secret, epoch, side);
    }
    return ok;
}

/* ---- The program ---- */

static int read_line(unsigned char octets[HASH_LEN])
{
    char line[2 * HASH_LEN + 2];
    size_t len = 0;

    if (fgets(line, sizeof(line), stdin) == NULL)
        return 0;
    line[strcspn(line, "\n")] = '\0';
    return OPENSSL_hexstr2buf_ex(octets, HASH_LEN, &len, line, '\0') > 0 && len == HASH_LEN;
}

static int exchange_shares(void)
{
    unsigned char share[HASH_LEN];
    size_t len = sizeof(share);

    own_share = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    if (own_share == NULL || EVP_PKEY_get_raw_public_key(own_share, share, &len) <= 0)
        return 0;
    printf("share ");
    for (size_t i = 0; i < len; i++)
        printf("%02x", share[i]);
    printf("\n");
    fflush(stdout);
    if (!read_line(share) || !read_line(transcript_hash[0]) || !read_line(transcript_hash[1]))
        return 0;
    peer_share = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, share, sizeof(share));
    return peer_share != NULL;
}

static void wait_for_end_of_input(void)
{
    printf("done\n");
    fflush(stdout);
    while (getchar() != EOF)
        ;
}

int main(void)
{
    OSSL_PROVIDER *provider;
    int ok;

    /* The secrets of the provider lie there, locked and not in core files. */
    (void)CRYPTO_secure_malloc_init(SECURE_HEAP, 16);
    /* Unlike OSSL_PROVIDER_load, this leaves OpenSSL's default provider as it is. */
    provider = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    ok = provider != NULL && exchange_shares();
#if OPENSSL_VERSION_PREREQ(3, 6)
    EVP_SKEY *secrets[2][SECRETS] = {{NULL}}, *traffic_keys[2][2][2] = {{{NULL}}};

    for (int i = 0; ok && i < 2; i++)
        ok = run_opaque(i == 0, secrets[i], traffic_keys[i]);
#endif
    ok = ok && run_handles();
    if (ok)
        wait_for_end_of_input();
    else
        ERR_print_errors_fp(stderr);
#if OPENSSL_VERSION_PREREQ(3, 6)
    for (int i = 0; i < 2; i++)
        free_opaque(secrets[i], traffic_keys[i]);
#endif
    EVP_PKEY_free(own_share);
    EVP_PKEY_free(peer_share);
    OSSL_PROVIDER_unload(provider);
    CRYPTO_secure_malloc_done();
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
