/* SPDX-License-Identifier: Apache-2.0
 *
 * What one record costs: SslEncryptPacket and SslDecryptPacket against SSL_write and SSL_read of
 * libssl over memory BIOs, and for AEAD against the bare calls of EVP.
 *
 *     records [--smoke | --check] [PART-OF-A-NAME]
 *
 * A record goes from one buffer to a second, and from there to a third.  All measurements of a row
 * are taken in turn, in processor time, and of two costs the median of the rounds' ratios counts.
 * With --check the exit status is 1 when a bound of the project is missed.  --smoke runs a few
 * records.  Only the rows whose name has the given part are measured.  The suite with the NULL
 * cipher takes part where the configuration lets legacy suites in.
 */
#include "bench/support/bench_support.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 41, SMOKE_ROUNDS = 3, SIZES = 3, MAX_CONTENT = 16384, RECORD_ROOM = 18000 };
enum { TAG_LEN = 16, NONCE_LEN = 12, AAD_LEN = 13, RANDOM_LEN = 32, MAX_SECRET = 48 };

static const int sizes[SIZES] = {64, 1350, MAX_CONTENT};

/* At most this of libssl's time; at least this of EVP's throughput, 0: no bound.  The second is one
 * of OpenSSL 3.0. */
static const double bound_of_libssl = 1.0;
static const double bound_of_evp[SIZES] = {0, 0.88, 0.95};

struct protection {
    const char *name;
    int version; /* of libssl */
    DWORD protocol, suite;
    const char *ciphers;    /* as libssl calls them */
    bool mac_then_encrypt;  /* RFC 7366 is not negotiated */
    const char *evp_cipher; /* AEAD with a tag of 16 bytes; NULL: not compared with EVP */
    size_t key_len;
};

static const struct protection protections[] = {
    {"TLS 1.2 AES-128-GCM", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC02B,
        "ECDHE-ECDSA-AES128-GCM-SHA256", false, "AES-128-GCM", 16},
    {"TLS 1.2 AES-256-GCM", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC02C,
        "ECDHE-ECDSA-AES256-GCM-SHA384", false, "AES-256-GCM", 32},
    {"TLS 1.2 ChaCha20-Poly1305", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xCCA9,
        "ECDHE-ECDSA-CHACHA20-POLY1305", false, "ChaCha20-Poly1305", 32},
    {"TLS 1.2 AES-128-CCM", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC0AC,
        "ECDHE-ECDSA-AES128-CCM", false, "AES-128-CCM", 16},
    {"TLS 1.2 AES-128-CCM-8", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC0AE,
        "ECDHE-ECDSA-AES128-CCM8", false, NULL, 0},
    {"TLS 1.3 AES-128-GCM", TLS1_3_VERSION, TLS1_3_PROTOCOL_VERSION, 0x1301,
        "TLS_AES_128_GCM_SHA256", false, "AES-128-GCM", 16},
    {"TLS 1.3 AES-256-GCM", TLS1_3_VERSION, TLS1_3_PROTOCOL_VERSION, 0x1302,
        "TLS_AES_256_GCM_SHA384", false, "AES-256-GCM", 32},
    {"TLS 1.3 ChaCha20-Poly1305", TLS1_3_VERSION, TLS1_3_PROTOCOL_VERSION, 0x1303,
        "TLS_CHACHA20_POLY1305_SHA256", false, "ChaCha20-Poly1305", 32},
    {"TLS 1.3 AES-128-CCM", TLS1_3_VERSION, TLS1_3_PROTOCOL_VERSION, 0x1304,
        "TLS_AES_128_CCM_SHA256", false, "AES-128-CCM", 16},
    {"TLS 1.0 AES-128-CBC SHA-1", TLS1_VERSION, TLS1_0_PROTOCOL_VERSION, 0xC009,
        "ECDHE-ECDSA-AES128-SHA", true, NULL, 0},
    {"TLS 1.1 AES-128-CBC SHA-1", TLS1_1_VERSION, TLS1_1_PROTOCOL_VERSION, 0xC009,
        "ECDHE-ECDSA-AES128-SHA", true, NULL, 0},
    {"TLS 1.2 AES-128-CBC SHA-1", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC009,
        "ECDHE-ECDSA-AES128-SHA", true, NULL, 0},
    {"TLS 1.2 AES-256-CBC SHA-1", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC00A,
        "ECDHE-ECDSA-AES256-SHA", true, NULL, 0},
    {"TLS 1.2 AES-128-CBC SHA-256", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC023,
        "ECDHE-ECDSA-AES128-SHA256", true, NULL, 0},
    {"TLS 1.2 AES-256-CBC SHA-384", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC024,
        "ECDHE-ECDSA-AES256-SHA384", true, NULL, 0},
    {"TLS 1.0 AES-128-CBC SHA-1 EtM", TLS1_VERSION, TLS1_0_PROTOCOL_VERSION, 0xC009,
        "ECDHE-ECDSA-AES128-SHA", false, NULL, 0},
    {"TLS 1.2 AES-128-CBC SHA-1 EtM", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC009,
        "ECDHE-ECDSA-AES128-SHA", false, NULL, 0},
    {"TLS 1.2 AES-128-CBC SHA-256 EtM", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC023,
        "ECDHE-ECDSA-AES128-SHA256", false, NULL, 0},
    {"TLS 1.2 AES-256-CBC SHA-384 EtM", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC024,
        "ECDHE-ECDSA-AES256-SHA384", false, NULL, 0},
    {"TLS 1.2 NULL SHA-1", TLS1_2_VERSION, TLS1_2_PROTOCOL_VERSION, 0xC006,
        "ECDHE-ECDSA-NULL-SHA:eNULL", true, NULL, 0},
};

static unsigned char content[MAX_CONTENT], record[RECORD_ROOM], opened[RECORD_ROOM];

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE write_key, read_key;
static ULONGLONG sequence_number;

static EVP_PKEY *server_key;
static X509 *certificate;
static SSL *client, *server;

static EVP_CIPHER_CTX *sealer, *opener;
static size_t aad_len;

/* ---- libssl ---- */

static SSL *ssl_new(const SSL_METHOD *method, const struct protection *protection)
{
    const bool tls13 = protection->version == TLS1_3_VERSION;
    SSL_CTX *context = SSL_CTX_new(method);
    SSL *ssl;

    bench_require(context != NULL, "making an SSL_CTX");
    SSL_CTX_set_security_level(context, 0);
    bench_require(SSL_CTX_set_min_proto_version(context, protection->version) == 1 &&
            SSL_CTX_set_max_proto_version(context, protection->version) == 1 &&
            (tls13 ? SSL_CTX_set_ciphersuites(context, protection->ciphers)
                   : SSL_CTX_set_cipher_list(context, protection->ciphers)) == 1 &&
            SSL_CTX_set_num_tickets(context, 0) == 1 &&
            SSL_CTX_use_certificate(context, certificate) == 1 &&
            SSL_CTX_use_PrivateKey(context, server_key) == 1,
        "choosing the cipher");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    /* One record for each SSL_write in TLS 1.0 too. */
    SSL_CTX_set_options(context, SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS);
    if (protection->mac_then_encrypt)
        SSL_CTX_set_options(context, SSL_OP_NO_ENCRYPT_THEN_MAC);
    ssl = SSL_new(context);
    bench_require(ssl != NULL, "making an SSL");
    SSL_CTX_free(context);
    return ssl;
}

static void open_libssl(const struct protection *protection)
{
    BIO *to_server = BIO_new(BIO_s_mem()), *to_client = BIO_new(BIO_s_mem());
    int client_done = 0, server_done = 0;

    bench_require(to_server != NULL && to_client != NULL && BIO_up_ref(to_server) == 1 &&
            BIO_up_ref(to_client) == 1,
        "making BIOs");
    BIO_set_mem_eof_return(to_server, -1);
    BIO_set_mem_eof_return(to_client, -1);
    client = ssl_new(TLS_client_method(), protection);
    server = ssl_new(TLS_server_method(), protection);
    SSL_set_bio(client, to_client, to_server);
    SSL_set_bio(server, to_server, to_client);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    for (int turn = 0; turn < 10 && (client_done != 1 || server_done != 1); turn++) {
        client_done = SSL_do_handshake(client);
        server_done = SSL_do_handshake(server);
    }
    bench_require(client_done == 1 && server_done == 1, "the handshake");
}

static void close_libssl(void)
{
    SSL_free(client);
    SSL_free(server);
}

static void by_libssl(int len)
{
    bench_require(SSL_write(client, content, len) == len, "SSL_write");
    bench_require(SSL_read(server, opened, sizeof(opened)) == len, "SSL_read");
}

/* ---- The shim ---- */

static NCRYPT_KEY_HANDLE import_secret(const struct protection *protection, DWORD kind, DWORD role)
{
    const DWORD secret_len =
        kind == NCRYPTSSL_KIND_MASTER_KEY || protection->suite == 0x1302 ? MAX_SECRET : 32;
    unsigned char blob[sizeof(NCRYPTSSL_SECRET_BLOB_HEADER) + MAX_SECRET];
    const NCRYPTSSL_SECRET_BLOB_HEADER header = {
        .cbLength = (DWORD)sizeof(NCRYPTSSL_SECRET_BLOB_HEADER) + secret_len,
        .dwMagic = NCRYPTSSL_SECRET_MAGIC,
        .dwKind = kind,
        .dwProtocol = protection->protocol,
        .dwCipherSuite = protection->suite,
        .dwFlags = role,
        .cbSecret = secret_len,
    };
    NCRYPT_KEY_HANDLE key = 0;

    memset(blob, 0x3A, sizeof(blob));
    memcpy(blob, &header, sizeof(header));
    (void)SslImportKey(provider, &key, NCRYPTSSL_SECRET_BLOB, blob, header.cbLength, 0);
    return key;
}

static bool open_side(const struct protection *protection, DWORD role, NCRYPT_KEY_HANDLE *read,
    NCRYPT_KEY_HANDLE *write)
{
    const bool is_aead = protection->evp_cipher != NULL;
    const bool encrypt_then_mac = !is_aead && !protection->mac_then_encrypt;
    unsigned char randoms[2][RANDOM_LEN] = {{0xC1}, {0x5E}};
    NCryptBuffer buffers[] = {{RANDOM_LEN, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms[0]},
        {RANDOM_LEN, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms[1]}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, buffers};
    const NCRYPT_KEY_HANDLE master = import_secret(protection, NCRYPTSSL_KIND_MASTER_KEY,
        role | (encrypt_then_mac ? NCRYPTSSL_ENCRYPT_THEN_MAC : 0U));
    const bool done = master != 0 &&
        SslGenerateSessionKeys(provider, master, read, write, &list, 0) == ERROR_SUCCESS;

    SslFreeObject(master, 0);
    return done;
}

/* False where the configuration refuses the suite. */
static bool open_shim(const struct protection *protection)
{
    NCRYPT_KEY_HANDLE other_read = 0, other_write = 0;
    bool done;

    if (protection->version == TLS1_3_VERSION) {
        const NCRYPT_KEY_HANDLE secret =
            import_secret(protection, NCRYPTSSL_KIND_TRAFFIC_SECRET, NCRYPT_SSL_CLIENT_FLAG);

        bench_require(SslExpandWriteKey(provider, secret, &write_key, NULL, 0) == ERROR_SUCCESS &&
                SslExpandWriteKey(provider, secret, &read_key, NULL, 0) == ERROR_SUCCESS,
            "SslExpandWriteKey");
        SslFreeObject(secret, 0);
        return true;
    }
    done = open_side(protection, NCRYPT_SSL_CLIENT_FLAG, &other_read, &write_key) &&
        open_side(protection, NCRYPT_SSL_SERVER_FLAG, &read_key, &other_write);
    SslFreeObject(other_read, 0);
    SslFreeObject(other_write, 0);
    return done;
}

static void close_shim(void)
{
    SslFreeObject(write_key, 0);
    SslFreeObject(read_key, 0);
    write_key = read_key = 0;
}

static void by_shim(int len)
{
    DWORD record_len = 0, opened_len = 0;

    bench_require(SslEncryptPacket(provider, write_key, content, (DWORD)len, record, sizeof(record),
                      &record_len, sequence_number, CT_APPLICATIONDATA, 0) == ERROR_SUCCESS,
        "SslEncryptPacket");
    bench_require(SslDecryptPacket(provider, read_key, record, record_len, opened, sizeof(opened),
                      &opened_len, sequence_number, 0) == ERROR_SUCCESS &&
            opened_len == (DWORD)len,
        "SslDecryptPacket");
    sequence_number++;
}

/* ---- EVP ---- */

static EVP_CIPHER_CTX *cipher_new(const struct protection *protection, int encrypt)
{
    static const unsigned char key[32] = {0x42};
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, protection->evp_cipher, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const bool is_ccm = EVP_CIPHER_is_a(cipher, "AES-128-CCM");

    bench_require(cipher != NULL && context != NULL &&
            EVP_CipherInit_ex2(context, cipher, NULL, NULL, encrypt, NULL) == 1 &&
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, NONCE_LEN, NULL) == 1 &&
            (!is_ccm || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, NULL) == 1) &&
            EVP_CipherInit_ex2(context, NULL, key, NULL, -1, NULL) == 1,
        "keying a cipher");
    EVP_CIPHER_free(cipher);
    return context;
}

static void open_evp(const struct protection *protection)
{
    sealer = cipher_new(protection, 1);
    opener = cipher_new(protection, 0);
    aad_len = protection->version == TLS1_3_VERSION ? 5 : AAD_LEN;
}

static void close_evp(void)
{
    EVP_CIPHER_CTX_free(sealer);
    EVP_CIPHER_CTX_free(opener);
    sealer = opener = NULL;
}

static bool evp_crypt(EVP_CIPHER_CTX *context, const unsigned char *input, int len,
    unsigned char *output, bool is_ccm)
{
    unsigned char aad[AAD_LEN] = {0x17};
    int written = 0;

    return (!is_ccm || EVP_CipherUpdate(context, NULL, &written, NULL, len) == 1) &&
        EVP_CipherUpdate(context, NULL, &written, aad, (int)aad_len) == 1 &&
        EVP_CipherUpdate(context, output, &written, input, len) == 1 && written == len &&
        EVP_CipherFinal_ex(context, output + len, &written) == 1;
}

static void by_evp(int len)
{
    const bool is_ccm = EVP_CIPHER_CTX_get_mode(sealer) == EVP_CIPH_CCM_MODE;
    unsigned char nonce[NONCE_LEN] = {0};

    memcpy(nonce, &sequence_number, sizeof(sequence_number));
    bench_require(EVP_CipherInit_ex2(sealer, NULL, NULL, nonce, -1, NULL) == 1 &&
            evp_crypt(sealer, content, len, record, is_ccm) &&
            EVP_CIPHER_CTX_ctrl(sealer, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, record + len) == 1,
        "sealing by EVP");
    bench_require(EVP_CipherInit_ex2(opener, NULL, NULL, nonce, -1, NULL) == 1 &&
            EVP_CIPHER_CTX_ctrl(opener, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, record + len) == 1 &&
            evp_crypt(opener, record, len, opened, is_ccm),
        "opening by EVP");
    sequence_number++;
}

/* ---- Measuring ---- */

enum way { SHIM, LIBSSL, EVP, WAYS };

static void (*const ways[WAYS])(int len) = {by_shim, by_libssl, by_evp};

static double median_ratio(const double *values, const double *references, int count)
{
    double ratios[MAX_ROUNDS];

    for (int i = 0; i < count; i++)
        ratios[i] = values[i] / references[i];
    return bench_median(ratios, count);
}

/* One size; whether the bounds are met. */
static bool measure(const struct protection *protection, int size, int rounds)
{
    const int len = sizes[size];
    const int records = rounds == MAX_ROUNDS ? 40 + 80000 / (len + 200) : 2;
    const int count = protection->evp_cipher != NULL ? WAYS : EVP;
    double ns[WAYS][MAX_ROUNDS];
    double of_libssl;
    bool met;

    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            /* Whoever comes first does so in one round of three. */
            const int way = (round + i) % count;
            double start;

            ways[way](len);
            start = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
            for (int n = 0; n < records; n++)
                ways[way](len);
            ns[way][round] = (bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / records;
        }
    }
    of_libssl = median_ratio(ns[SHIM], ns[LIBSSL], rounds);
    met = of_libssl <= bound_of_libssl;
    printf("%-32s %6d %9.0f %9.0f %6.2f", protection->name, len, bench_median(ns[SHIM], rounds),
        bench_median(ns[LIBSSL], rounds), of_libssl);
    if (count > EVP) {
        const double of_evp = median_ratio(ns[EVP], ns[SHIM], rounds);

        if (OPENSSL_version_major() == 3 && OPENSSL_version_minor() == 0)
            met = met && of_evp >= bound_of_evp[size];
        printf(" %9.0f %6.2f", bench_median(ns[EVP], rounds), of_evp);
    }
    printf("%s\n", met ? "" : "  missed");
    return met;
}

static bool compare_protection(const struct protection *protection, int rounds)
{
    bool met = true;

    if (open_shim(protection)) {
        open_libssl(protection);
        if (protection->evp_cipher != NULL)
            open_evp(protection);
        for (int size = 0; size < SIZES; size++)
            met = measure(protection, size, rounds) && met;
        close_evp();
        close_libssl();
    } else {
        printf("%-32s refused by the configuration\n", protection->name);
    }
    close_shim();
    return met;
}

int main(int argc, char *argv[])
{
    const bool smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    const bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    const char *part = argc > 1 + (smoke || check) ? argv[argc - 1] : "";
    bool met = true;

    if (argc > 2 + (smoke || check)) {
        fprintf(stderr, "usage: %s [--smoke | --check] [PART-OF-A-NAME]\n", argv[0]);
        return EXIT_FAILURE;
    }
    bench_require(SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS, "SslOpenProvider");
    server_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    certificate = bench_make_certificate(NULL, server_key);
    printf("%s\n%-32s %6s %9s %9s %6s %9s %6s\n", OpenSSL_version(OPENSSL_VERSION),
        "one record sealed and opened", "bytes", "shim, ns", "libssl", "of it", "EVP", "speed");
    for (size_t i = 0; i < sizeof(protections) / sizeof(protections[0]); i++) {
        if (strstr(protections[i].name, part) != NULL)
            met = compare_protection(&protections[i], smoke ? SMOKE_ROUNDS : MAX_ROUNDS) && met;
    }
    X509_free(certificate);
    EVP_PKEY_free(server_key);
    SslFreeObject(provider, 0);
    return check && !met ? EXIT_FAILURE : EXIT_SUCCESS;
}
