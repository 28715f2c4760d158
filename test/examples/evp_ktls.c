/* SPDX-License-Identifier: Apache-2.0
 *
 * What the Linux kernel needs to protect the records that a client sends (kTLS), through EVP alone:
 *
 *     example_evp_ktls SUITE TRAFFIC-SECRET                               TLS 1.3
 *     example_evp_ktls SUITE MASTER-SECRET CLIENT-RANDOM SERVER-RANDOM    TLS 1.2
 *
 * The suite has its IANA name, the others are hexadecimal.  The members are printed; where the
 * kernel has the module tls, a text goes through a connection that has them at both ends.
 * sslprovider comes from openssl.cnf or, where that does not activate it, from the folder that
 * OPENSSL_MODULES names.
 */
#include <arpa/inet.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <sslprovider/names.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Older headers of the C library do not have these. */
#ifndef TCP_ULP
#    define TCP_ULP 31
#endif
#ifndef SOL_TLS
#    define SOL_TLS 282
#endif

union crypto_info {
    struct tls_crypto_info info;
    struct tls12_crypto_info_aes_gcm_128 aes_128;
    struct tls12_crypto_info_aes_gcm_256 aes_256;
    struct tls12_crypto_info_chacha20_poly1305 chacha20;
};

/* The members of one of these structures. */
struct members {
    socklen_t size;
    unsigned char *key, *salt, *iv, *rec_seq;
    size_t key_len, salt_len, iv_len;
};

struct octets {
    unsigned char *data;
    long len;
};

static OSSL_PARAM text_param(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)text, 0);
}

static int derive_piece(EVP_KDF_CTX *context, const char *output, unsigned char *piece, size_t len)
{
    const OSSL_PARAM params[] = {
        text_param(SSLPROVIDER_PARAM_OUTPUT, output), OSSL_PARAM_construct_end()};

    return EVP_KDF_CTX_set_params(context, params) && EVP_KDF_CTX_get_kdf_size(context) == len &&
        EVP_KDF_derive(context, piece, len, NULL) > 0;
}

static int fill(EVP_KDF_CTX *context, int version, uint64_t number, struct members to)
{
    const int tls13 = version == TLS_1_3_VERSION;
    /* A GCM suite of TLS 1.2 has 4 bytes of IV, and 8 more in each record. */
    const int explicit_nonce = !tls13 && to.salt_len > 0;
    const size_t iv_len = explicit_nonce ? to.salt_len : to.salt_len + to.iv_len;
    unsigned char iv[12];
    int ok = iv_len <= sizeof(iv) &&
        derive_piece(context, tls13 ? "key" : "write-key", to.key, to.key_len) &&
        derive_piece(context, tls13 ? "iv" : "write-iv", iv, iv_len);

    if (ok) {
        for (int i = 0; i < 8; i++)
            to.rec_seq[i] = (unsigned char)(number >> (56 - 8 * i));
        memcpy(to.salt, iv, to.salt_len);
        memcpy(to.iv, explicit_nonce ? to.rec_seq : iv + to.salt_len, to.iv_len);
    }
    OPENSSL_cleanse(iv, sizeof(iv));
    return ok;
}

#define MEMBERS(structure)                                                                         \
    ((struct members){sizeof(structure), (structure).key, (structure).salt, (structure).iv,        \
        (structure).rec_seq, sizeof((structure).key), sizeof((structure).salt),                    \
        sizeof((structure).iv)})

static struct members select_cipher(union crypto_info *crypto, int version, const char *suite)
{
    crypto->info.version = (__u16)version;
    if (strstr(suite, "_CHACHA20_POLY1305_") != NULL) {
        crypto->info.cipher_type = TLS_CIPHER_CHACHA20_POLY1305;
        return MEMBERS(crypto->chacha20);
    }
    if (strstr(suite, "_AES_256_GCM_") != NULL) {
        crypto->info.cipher_type = TLS_CIPHER_AES_GCM_256;
        return MEMBERS(crypto->aes_256);
    }
    crypto->info.cipher_type = TLS_CIPHER_AES_GCM_128;
    return MEMBERS(crypto->aes_128);
}

/* Only the choice of the output is missing. */
static EVP_KDF_CTX *new_context(const char *suite, const struct octets inputs[3], int version)
{
    static const char *const names[] = {
        SSLPROVIDER_PARAM_SECRET, SSLPROVIDER_PARAM_CLIENT_RANDOM, SSLPROVIDER_PARAM_SERVER_RANDOM};
    const int count = version == TLS_1_3_VERSION ? 1 : 3;
    OSSL_PARAM params[7], *next = params;
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

    EVP_KDF_free(kdf);
    *next++ = text_param(SSLPROVIDER_PARAM_PROTOCOL,
        count == 1 ? SSLPROVIDER_PROTOCOL_TLS1_3 : SSLPROVIDER_PROTOCOL_TLS1_2);
    *next++ = text_param(SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    *next++ = text_param(SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT);
    for (int i = 0; i < count; i++)
        *next++ =
            OSSL_PARAM_construct_octet_string(names[i], inputs[i].data, (size_t)inputs[i].len);
    *next = OSSL_PARAM_construct_end();
    if (context != NULL && !EVP_KDF_CTX_set_params(context, params)) {
        EVP_KDF_CTX_free(context);
        context = NULL;
    }
    return context;
}

static void print_member(const char *name, const unsigned char *data, size_t len)
{
    printf("%-7s ", name);
    for (size_t i = 0; i < len; i++)
        printf("%02x", data[i]);
    printf("\n");
}

/* ---- The kernel ---- */

/* Two ends of a TCP connection. */
static int connect_pair(int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    const struct timeval limit = {.tv_sec = 5};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    int ok;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    ends[1] = -1;
    ok = bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)&address, &len) == 0 &&
        connect(ends[0], (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        (ends[1] = accept(listener, NULL, NULL)) >= 0 &&
        setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0;
    (void)close(listener);
    return ok;
}

/* What the client sends, with these keys, is what a server reads with them. */
static int pass_text(const union crypto_info *crypto, socklen_t size)
{
    static const char text[] = "a text that the kernel protects";
    char read_text[sizeof(text)] = "";
    int ends[2], ok = connect_pair(ends);

    if (ok && setsockopt(ends[0], IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) != 0) {
        printf("kernel  has no module tls\n");
    } else if (ok) {
        ok = setsockopt(ends[1], IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) == 0 &&
            setsockopt(ends[0], SOL_TLS, TLS_TX, crypto, size) == 0 &&
            setsockopt(ends[1], SOL_TLS, TLS_RX, crypto, size) == 0 &&
            send(ends[0], text, sizeof(text), 0) == (ssize_t)sizeof(text) &&
            recv(ends[1], read_text, sizeof(read_text), 0) == (ssize_t)sizeof(text) &&
            memcmp(text, read_text, sizeof(text)) == 0;
        if (ok)
            printf("kernel  passed %zu bytes\n", sizeof(text));
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    return ok;
}

int main(int argc, char *argv[])
{
    struct octets inputs[3] = {{NULL, 0}};
    const int version = argc == 3 ? TLS_1_3_VERSION : TLS_1_2_VERSION;
    union crypto_info crypto = {0};
    struct members members;
    OSSL_PROVIDER *provider;
    EVP_KDF_CTX *context;
    int ok = 1;

    if (argc != 3 && argc != 5) {
        fprintf(stderr, "usage: %s SUITE SECRET [CLIENT-RANDOM SERVER-RANDOM]\n", argv[0]);
        return EXIT_FAILURE;
    }
    for (int i = 2; i < argc; i++) {
        inputs[i - 2].data = OPENSSL_hexstr2buf(argv[i], &inputs[i - 2].len);
        ok = ok && inputs[i - 2].data != NULL;
    }
    /* Unlike OSSL_PROVIDER_load, this leaves OpenSSL's default provider as it is. */
    provider = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    context = ok ? new_context(argv[1], inputs, version) : NULL;
    members = select_cipher(&crypto, version, argv[1]);
    ok = context != NULL && fill(context, version, 0, members);
    if (ok) {
        print_member("key", members.key, members.key_len);
        print_member("salt", members.salt, members.salt_len);
        print_member("iv", members.iv, members.iv_len);
        print_member("rec_seq", members.rec_seq, 8);
        ok = pass_text(&crypto, members.size);
        if (!ok)
            perror("kTLS");
    } else {
        fprintf(stderr, "no keys for the kernel\n");
    }
    ERR_print_errors_fp(stderr);
    OPENSSL_cleanse(&crypto, sizeof(crypto));
    EVP_KDF_CTX_free(context);
    for (size_t i = 0; i < 3; i++)
        OPENSSL_clear_free(inputs[i].data, (size_t)inputs[i].len);
    if (provider != NULL)
        OSSL_PROVIDER_unload(provider);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
