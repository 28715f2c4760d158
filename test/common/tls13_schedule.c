/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tls13_schedule.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

const char *const tls13_secret_names[TLS13_SECRETS] = {[TLS13_PSK] = "PSK",
    [TLS13_EARLY] = "early secret",
    [TLS13_BINDER] = "binder key",
    [TLS13_BINDER_FINISHED] = "finished key of the binder",
    [TLS13_EARLY_TRAFFIC] = "client early traffic secret",
    [TLS13_SHARED] = "ECDHE shared secret",
    [TLS13_HANDSHAKE_SALT] = "salt of the handshake secret",
    [TLS13_HANDSHAKE] = "handshake secret",
    [TLS13_CLIENT_HANDSHAKE] = "client handshake traffic secret",
    [TLS13_SERVER_HANDSHAKE] = "server handshake traffic secret",
    [TLS13_CLIENT_FINISHED] = "client finished key",
    [TLS13_SERVER_FINISHED] = "server finished key",
    [TLS13_MASTER_SALT] = "salt of the master secret",
    [TLS13_MASTER] = "master secret",
    [TLS13_CLIENT_APPLICATION] = "client application traffic secret",
    [TLS13_SERVER_APPLICATION] = "server application traffic secret",
    [TLS13_NEXT_CLIENT] = "next client traffic secret",
    [TLS13_EXPORTER] = "exporter secret",
    [TLS13_RESUMPTION] = "resumption secret",
    [TLS13_TICKET_PSK] = "PSK of a ticket",
    [TLS13_CLIENT_KEY] = "client write key",
    [TLS13_SERVER_KEY] = "server write key"};

const char tls13_messages[TLS13_STAGES][16] = {
    "ClientHello", "ServerHello", "server Finished", "client Finished"};

size_t tls13_secret_len(size_t secret)
{
    return secret < TLS13_CLIENT_KEY ? TLS13_SIZE : TLS13_KEY_LEN;
}

bool tls13_kdf(const char *mode, const uint8_t *salt, const uint8_t *key, const char *label,
    const uint8_t *data, uint8_t *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS13-KDF", "provider=default");
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[8];
    size_t n = 0;
    bool derived;

    params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, (char *)mode, 0);
    params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA2-256", 0);
    params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PREFIX, (char *)"tls13 ", 6);
    params[n++] =
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_LABEL, (char *)label, strlen(label));
    if (salt != NULL)
        params[n++] =
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, TLS13_SIZE);
    if (key != NULL)
        params[n++] =
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, TLS13_SIZE);
    if (data != NULL)
        params[n++] =
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_DATA, (void *)data, TLS13_SIZE);
    params[n] = OSSL_PARAM_construct_end();
    derived = context != NULL && EVP_KDF_derive(context, out, len, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return derived;
}

static bool hash_messages(size_t stages, uint8_t out[TLS13_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool hashed = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

    for (size_t i = 0; hashed && i < stages; i++)
        hashed = EVP_DigestUpdate(context, tls13_messages[i], sizeof(tls13_messages[i])) == 1;
    hashed = hashed && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return hashed;
}

/* What is expanded from what, and how many messages it covers; -1: no hash at all. */
static const struct {
    int to, from;
    const char *label;
    int stages;
} expansions[] = {
    {TLS13_BINDER, TLS13_EARLY, "ext binder", 0},
    {TLS13_BINDER_FINISHED, TLS13_BINDER, "finished", -1},
    {TLS13_EARLY_TRAFFIC, TLS13_EARLY, "c e traffic", 1},
    {TLS13_HANDSHAKE_SALT, TLS13_EARLY, "derived", 0},
    {TLS13_CLIENT_HANDSHAKE, TLS13_HANDSHAKE, "c hs traffic", 2},
    {TLS13_SERVER_HANDSHAKE, TLS13_HANDSHAKE, "s hs traffic", 2},
    {TLS13_CLIENT_FINISHED, TLS13_CLIENT_HANDSHAKE, "finished", -1},
    {TLS13_SERVER_FINISHED, TLS13_SERVER_HANDSHAKE, "finished", -1},
    {TLS13_MASTER_SALT, TLS13_HANDSHAKE, "derived", 0},
    {TLS13_CLIENT_APPLICATION, TLS13_MASTER, "c ap traffic", 3},
    {TLS13_SERVER_APPLICATION, TLS13_MASTER, "s ap traffic", 3},
    {TLS13_NEXT_CLIENT, TLS13_CLIENT_APPLICATION, "traffic upd", -1},
    {TLS13_EXPORTER, TLS13_MASTER, "exp master", 3},
    {TLS13_RESUMPTION, TLS13_MASTER, "res master", 4},
    {TLS13_TICKET_PSK, TLS13_RESUMPTION, "resumption", -1},
    {TLS13_CLIENT_KEY, TLS13_CLIENT_APPLICATION, "key", -1},
    {TLS13_SERVER_KEY, TLS13_SERVER_APPLICATION, "key", -1},
};

static bool expand(struct tls13_secrets *secrets, size_t expansion)
{
    const int to = expansions[expansion].to, stages = expansions[expansion].stages;
    uint8_t hash[TLS13_SIZE];

    return (stages < 0 || hash_messages((size_t)stages, hash)) &&
        tls13_kdf("EXPAND_ONLY", NULL, secrets->bytes[expansions[expansion].from],
            expansions[expansion].label, stages < 0 ? NULL : hash, secrets->bytes[to],
            tls13_secret_len((size_t)to));
}

bool tls13_compute(struct tls13_secrets *secrets)
{
    uint8_t(*const bytes)[TLS13_SIZE] = secrets->bytes;
    bool done = tls13_kdf("EXTRACT_ONLY", NULL, bytes[TLS13_PSK], "derived", NULL,
                    bytes[TLS13_EARLY], TLS13_SIZE) &&
        tls13_kdf("EXTRACT_ONLY", bytes[TLS13_EARLY], bytes[TLS13_SHARED], "derived", NULL,
            bytes[TLS13_HANDSHAKE], TLS13_SIZE) &&
        tls13_kdf("EXTRACT_ONLY", bytes[TLS13_HANDSHAKE], NULL, "derived", NULL,
            bytes[TLS13_MASTER], TLS13_SIZE);

    for (size_t i = 0; done && i < sizeof(expansions) / sizeof(expansions[0]); i++)
        done = expand(secrets, i);
    return done;
}
