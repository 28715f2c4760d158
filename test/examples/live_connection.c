/* SPDX-License-Identifier: Apache-2.0
 *
 * A TLS 1.2 connection between a client and a server of libssl in this process, and somebody who
 * has its bytes, its master secret and its randoms, nothing else: each record is opened once with
 * keys of EVP_KDF and once by SslDecryptPacket with keys of SslGenerateSessionKeys, and both must
 * give what was sent.  The exit status is 1 when anything disagrees.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sslprovider.h>
#include <sslprovider/names.h>
#include <sslprovider_ext.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_LEN = 5, TAG_LEN = 16, MAC_LEN = 32, BLOCK_LEN = 16, MAX_STREAM = 8192 };

/* The suites to show; with libssl, CBC without RFC 7366 has to be asked for. */
static const struct connection_kind {
    const char *suite;
    bool aead;
    bool encrypt_then_mac;
    const char *note;
} kinds[] = {
    {"ECDHE-RSA-AES128-GCM-SHA256", true, false, ""},
    {"ECDHE-RSA-AES128-SHA256", false, false, ", MAC then encrypt"},
    {"ECDHE-RSA-AES128-SHA256", false, true, ", encrypt then MAC (RFC 7366)"},
};

/* What one side sent, byte for byte. */
struct stream {
    unsigned char bytes[MAX_STREAM];
    size_t len;
};

struct secrets {
    unsigned char master[48];
    unsigned char client_random[32];
    unsigned char server_random[32];
    uint32_t suite;
};

/* The keys of one direction from EVP_KDF: MAC key, key, IV. */
struct evp_keys {
    unsigned char bytes[128];
    size_t len, mac_key_len, key_len;
};

static void require(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s: failed\n", what);
        ERR_print_errors_fp(stderr);
        exit(EXIT_FAILURE);
    }
}

static void require_status(SECURITY_STATUS status, const char *what)
{
    if (status != ERROR_SUCCESS)
        fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)status);
    require(status == ERROR_SUCCESS, what);
}

/* ---- The connection ---- */

static SSL_CTX *new_server(void)
{
    SSL_CTX *server = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = X509_new();

    require(server != NULL && key != NULL && certificate != NULL, "making the server");
    require(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
            X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
            X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) != NULL &&
            X509_set_pubkey(certificate, key) && X509_sign(certificate, key, EVP_sha256()) > 0 &&
            SSL_CTX_use_certificate(server, certificate) == 1 &&
            SSL_CTX_use_PrivateKey(server, key) == 1,
        "making the certificate");
    X509_free(certificate);
    EVP_PKEY_free(key);
    return server;
}

static SSL *new_side(SSL_CTX *context, const struct connection_kind *kind, bool is_server)
{
    SSL *side = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

    require(side != NULL && in != NULL && out != NULL, "making a side");
    require(SSL_set_min_proto_version(side, TLS1_2_VERSION) == 1 &&
            SSL_set_max_proto_version(side, TLS1_2_VERSION) == 1 &&
            SSL_set_cipher_list(side, kind->suite) == 1,
        "choosing the suite");
    if (!kind->encrypt_then_mac)
        SSL_set_options(side, SSL_OP_NO_ENCRYPT_THEN_MAC);
    SSL_set_bio(side, in, out);
    if (is_server)
        SSL_set_accept_state(side);
    else
        SSL_set_connect_state(side);
    return side;
}

/* Carries to `to` what `from` has sent, and keeps a copy. */
static void carry(SSL *from, SSL *to, struct stream *copy)
{
    unsigned char *start = copy->bytes + copy->len;
    const int room = (int)(sizeof(copy->bytes) - copy->len);
    const int len = BIO_read(SSL_get_wbio(from), start, room);

    if (len <= 0)
        return;
    require(len < room && BIO_write(SSL_get_rbio(to), start, len) == len, "carrying bytes");
    copy->len += (size_t)len;
}

static void shake_hands(SSL *client, SSL *server, struct stream sent[2])
{
    for (int turn = 0; turn < 10; turn++) {
        (void)SSL_do_handshake(client);
        carry(client, server, &sent[0]);
        (void)SSL_do_handshake(server);
        carry(server, client, &sent[1]);
    }
    ERR_clear_error(); /* waiting for the other side is no error */
    require(SSL_is_init_finished(client) && SSL_is_init_finished(server), "the handshake");
}

static void say(SSL *from, SSL *to, struct stream *copy, const char *text)
{
    char heard[64];
    const int len = (int)strlen(text);

    require(SSL_write(from, text, len) == len, "sending");
    carry(from, to, copy);
    require(SSL_read(to, heard, sizeof(heard)) == len && memcmp(heard, text, (size_t)len) == 0,
        "receiving");
}

static void learn_secrets(const SSL *side, struct secrets *secrets)
{
    const SSL_SESSION *session = SSL_get_session(side);

    require(SSL_SESSION_get_master_key(session, secrets->master, sizeof(secrets->master)) ==
                sizeof(secrets->master) &&
            SSL_get_client_random(side, secrets->client_random, sizeof(secrets->client_random)) ==
                sizeof(secrets->client_random) &&
            SSL_get_server_random(side, secrets->server_random, sizeof(secrets->server_random)) ==
                sizeof(secrets->server_random),
        "asking libssl for the secrets");
    secrets->suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(side));
}

/* ---- Way 1: keys from EVP_KDF, records opened with libcrypto ---- */

static size_t get_length(EVP_KDF_CTX *context, const char *name)
{
    size_t length = 0;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(name, &length), OSSL_PARAM_construct_end()};

    require(EVP_KDF_CTX_get_params(context, params), name);
    return length;
}

static void derive_by_evp(const struct connection_kind *kind, struct secrets *secrets, char *output,
    struct evp_keys *keys)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_PROTOCOL, "TLSv1.2", 0),
        OSSL_PARAM_construct_utf8_string(
            SSLPROVIDER_PARAM_CIPHER_SUITE, (char *)(uintptr_t)kind->suite, 0),
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_SECRET, secrets->master, sizeof(secrets->master)),
        OSSL_PARAM_construct_octet_string(SSLPROVIDER_PARAM_CLIENT_RANDOM, secrets->client_random,
            sizeof(secrets->client_random)),
        OSSL_PARAM_construct_octet_string(SSLPROVIDER_PARAM_SERVER_RANDOM, secrets->server_random,
            sizeof(secrets->server_random)),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

    require(context != NULL && EVP_KDF_CTX_set_params(context, params), "EVP_KDF_CTX_set_params");
    keys->len = EVP_KDF_CTX_get_kdf_size(context);
    keys->mac_key_len = get_length(context, SSLPROVIDER_PARAM_MAC_KEY_LENGTH);
    keys->key_len = get_length(context, SSLPROVIDER_PARAM_KEY_LENGTH);
    require(keys->len <= sizeof(keys->bytes) &&
            EVP_KDF_derive(context, keys->bytes, keys->len, NULL) > 0,
        "EVP_KDF_derive");
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
}

/* RFC 5246 section 6.2.3.1: what stands before the data in the MAC and in the additional data. */
static void pseudo_header(
    unsigned char header[13], const unsigned char *record, uint64_t sequence, size_t len)
{
    for (int i = 0; i < 8; i++)
        header[i] = (unsigned char)(sequence >> (56 - 8 * i));
    memcpy(header + 8, record, 3);
    header[11] = (unsigned char)(len >> 8);
    header[12] = (unsigned char)len;
}

/* RFC 5288 section 3: salt of the key block, explicit nonce of the record. */
static size_t open_gcm(const struct evp_keys *keys, const unsigned char *record, size_t record_len,
    uint64_t sequence, unsigned char *text)
{
    const unsigned char *body = record + HEADER_LEN + 8;
    const int len = (int)record_len - HEADER_LEN - 8 - TAG_LEN;
    unsigned char nonce[12], header[13], tag[TAG_LEN];
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int written;

    require(len >= 0 && cipher != NULL, "a GCM record");
    memcpy(nonce, keys->bytes + keys->key_len, 4);
    memcpy(nonce + 4, record + HEADER_LEN, 8);
    memcpy(tag, body + len, sizeof(tag));
    pseudo_header(header, record, sequence, (size_t)len);
    require(EVP_DecryptInit_ex2(cipher, EVP_aes_128_gcm(), keys->bytes, nonce, NULL) == 1 &&
            EVP_DecryptUpdate(cipher, NULL, &written, header, sizeof(header)) == 1 &&
            EVP_DecryptUpdate(cipher, text, &written, body, len) == 1 &&
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1 &&
            EVP_DecryptFinal_ex(cipher, text + written, &written) == 1,
        "opening a GCM record with the keys of EVP_KDF");
    EVP_CIPHER_CTX_free(cipher);
    return (size_t)len;
}

static void check_mac(const struct evp_keys *keys, const unsigned char *record, uint64_t sequence,
    const unsigned char *data, size_t len, const unsigned char *expected)
{
    unsigned char input[MAX_STREAM], mac[MAC_LEN];
    size_t mac_len;

    require(len <= sizeof(input) - 13, "the length of a record");
    pseudo_header(input, record, sequence, len);
    memcpy(input + 13, data, len);
    require(EVP_Q_mac(NULL, "HMAC", NULL, "SHA2-256", NULL, keys->bytes, keys->mac_key_len, input,
                13 + len, mac, sizeof(mac), &mac_len) != NULL &&
            CRYPTO_memcmp(mac, expected, MAC_LEN) == 0,
        "the MAC of a record with the keys of EVP_KDF");
}

/* RFC 5246 section 6.2.3.2 and RFC 7366.  It tells a wrong padding from a wrong MAC, so do not
 * copy it to where an attacker can ask; SslDecryptPacket does not. */
static size_t open_cbc(const struct evp_keys *keys, const unsigned char *record, size_t record_len,
    uint64_t sequence, bool encrypt_then_mac, unsigned char *text)
{
    const unsigned char *iv = record + HEADER_LEN;
    const size_t mac_behind = encrypt_then_mac ? MAC_LEN : 0;
    const size_t mac_inside = MAC_LEN - mac_behind;
    const size_t len = record_len - HEADER_LEN - BLOCK_LEN - mac_behind;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    size_t text_len;
    int written, last;

    if (encrypt_then_mac)
        check_mac(keys, record, sequence, iv, BLOCK_LEN + len, iv + BLOCK_LEN + len);
    require(cipher != NULL &&
            EVP_DecryptInit_ex2(
                cipher, EVP_aes_128_cbc(), keys->bytes + keys->mac_key_len, iv, NULL) == 1 &&
            EVP_CIPHER_CTX_set_padding(cipher, 0) == 1 &&
            EVP_DecryptUpdate(cipher, text, &written, iv + BLOCK_LEN, (int)len) == 1 &&
            EVP_DecryptFinal_ex(cipher, text + written, &last) == 1,
        "opening a CBC record with the keys of EVP_KDF");
    EVP_CIPHER_CTX_free(cipher);
    require(len > text[len - 1] + mac_inside, "the padding of a CBC record");
    text_len = len - text[len - 1] - 1 - mac_inside;
    if (!encrypt_then_mac)
        check_mac(keys, record, sequence, text, text_len, text + text_len);
    return text_len;
}

/* ---- Way 2: the functions of CNG ---- */

/* The session keys of one side. */
static void generate(NCRYPT_PROV_HANDLE provider, const struct connection_kind *kind,
    struct secrets *secrets, DWORD side, NCRYPT_KEY_HANDLE *read_key, NCRYPT_KEY_HANDLE *write_key)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[48];
    } blob = {
        {sizeof(blob), NCRYPTSSL_SECRET_MAGIC, NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION,
            0xFFFF & secrets->suite,
            side | (kind->encrypt_then_mac ? NCRYPTSSL_ENCRYPT_THEN_MAC : 0), sizeof(blob.secret)},
        {0}};
    NCryptBuffer randoms[] = {
        {sizeof(secrets->client_random), NCRYPTBUFFER_SSL_CLIENT_RANDOM, secrets->client_random},
        {sizeof(secrets->server_random), NCRYPTBUFFER_SSL_SERVER_RANDOM, secrets->server_random},
    };
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, randoms};
    NCRYPT_KEY_HANDLE master_key;

    memcpy(blob.secret, secrets->master, sizeof(blob.secret));
    require_status(
        SslImportKey(provider, &master_key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, sizeof(blob), 0),
        "SslImportKey");
    OPENSSL_cleanse(&blob, sizeof(blob));
    require_status(SslGenerateSessionKeys(provider, master_key, read_key, write_key, &list, 0),
        "SslGenerateSessionKeys");
    require_status(SslFreeObject(master_key, 0), "SslFreeObject");
}

/* ---- Both ways on the captured bytes ---- */

struct reader {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE read_key;       /* of the side that the bytes went to */
    NCRYPT_KEY_HANDLE peer_write_key; /* of the side that they came from */
    struct evp_keys evp;
};

/* Opens a record both ways; the texts must agree.  Also seals it anew, for the write key. */
static size_t open_record(const struct reader *reader, const struct connection_kind *kind,
    unsigned char *record, size_t record_len, uint64_t sequence, unsigned char *text)
{
    unsigned char other[MAX_STREAM], sealed[MAX_STREAM];
    DWORD len, sealed_len, again_len;
    size_t other_len;

    require_status(SslDecryptPacket(reader->provider, reader->read_key, record, (DWORD)record_len,
                       text, MAX_STREAM, &len, sequence, 0),
        "SslDecryptPacket");
    other_len = kind->aead
        ? open_gcm(&reader->evp, record, record_len, sequence, other)
        : open_cbc(&reader->evp, record, record_len, sequence, kind->encrypt_then_mac, other);
    require(len == other_len && memcmp(text, other, len) == 0, "the two ways agreeing");

    require_status(SslEncryptPacket(reader->provider, reader->peer_write_key, text, len, sealed,
                       sizeof(sealed), &sealed_len, sequence, record[0], 0),
        "SslEncryptPacket");
    require_status(SslDecryptPacket(reader->provider, reader->read_key, sealed, sealed_len, other,
                       sizeof(other), &again_len, sequence, 0),
        "SslDecryptPacket of what SslEncryptPacket made");
    require(again_len == len && memcmp(text, other, len) == 0, "the write key");
    return len;
}

/* Walks over what one side sent; records are protected, and count from 0, once it has sent
 * ChangeCipherSpec.  True when the application data is `expected`. */
static bool open_stream(const struct reader *reader, const struct connection_kind *kind,
    struct stream *stream, const char *from, const char *expected)
{
    unsigned char text[MAX_STREAM];
    bool protected = false, found = false;
    uint64_t sequence = 0;

    for (size_t at = 0; at + HEADER_LEN <= stream->len;) {
        unsigned char *record = stream->bytes + at;
        const size_t len = HEADER_LEN + ((size_t)record[3] << 8 | record[4]);

        require(at + len <= stream->len, "finding a record");
        at += len;
        if (protected) {
            const size_t text_len = open_record(reader, kind, record, len, sequence++, text);

            if (record[0] == CT_APPLICATIONDATA) {
                printf("  %s sent %3zu bytes of TLS, SslDecryptPacket says: %.*s\n", from, len,
                    (int)text_len, (const char *)text);
                found = text_len == strlen(expected) && memcmp(text, expected, text_len) == 0;
            }
        }
        protected = protected || record[0] == CT_CHANGE_CIPHER_SPEC;
    }
    return found;
}

static void print_hex(const char *name, const unsigned char *bytes, size_t len)
{
    printf("  %s ", name);
    for (size_t i = 0; i < len; i++)
        printf("%02x", bytes[i]);
    printf("\n");
}

/* Each side's stream is read with the keys of the other side. */
static void read_streams(const struct connection_kind *kind, struct secrets *secrets,
    struct stream sent[2], const char *const texts[2])
{
    static const DWORD sides[2] = {NCRYPT_SSL_CLIENT_FLAG, NCRYPT_SSL_SERVER_FLAG};
    static const char *const names[2] = {"client", "server"};
    static char outputs[2][16] = {"client-write", "server-write"};
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE read_keys[2], write_keys[2];

    require_status(SslOpenProvider(&provider, MS_SCHANNEL_PROVIDER, 0), "SslOpenProvider");
    for (int side = 0; side < 2; side++)
        generate(provider, kind, secrets, sides[side], &read_keys[side], &write_keys[side]);
    for (int side = 0; side < 2; side++) {
        struct reader reader = {provider, read_keys[1 - side], write_keys[side], {{0}, 0, 0, 0}};

        derive_by_evp(kind, secrets, outputs[side], &reader.evp);
        print_hex(outputs[side], reader.evp.bytes, reader.evp.len);
        require(open_stream(&reader, kind, &sent[side], names[side], texts[side]),
            "finding what was sent");
    }
    for (int side = 0; side < 2; side++) {
        require_status(SslFreeObject(read_keys[side], 0), "SslFreeObject");
        require_status(SslFreeObject(write_keys[side], 0), "SslFreeObject");
    }
    require_status(SslFreeObject(provider, 0), "SslFreeObject");
}

static void run_connection(
    SSL_CTX *client_context, SSL_CTX *server_context, const struct connection_kind *kind)
{
    static const char *const texts[2] = {"Hello from the client.", "And hello from the server."};
    SSL *client = new_side(client_context, kind, false);
    SSL *server = new_side(server_context, kind, true);
    struct stream sent[2] = {{{0}, 0}, {{0}, 0}};
    struct secrets secrets;

    shake_hands(client, server, sent);
    say(client, server, &sent[0], texts[0]);
    say(server, client, &sent[1], texts[1]);
    learn_secrets(client, &secrets);
    printf("%s, %s%s\n", SSL_get_version(client), kind->suite, kind->note);
    read_streams(kind, &secrets, sent, texts);
    OPENSSL_cleanse(&secrets, sizeof(secrets));
    SSL_free(client);
    SSL_free(server);
}

int main(void)
{
    OSSL_PROVIDER *provider = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    SSL_CTX *client = SSL_CTX_new(TLS_client_method());
    SSL_CTX *server = new_server();

    require(provider != NULL, "loading sslprovider (OPENSSL_CONF or OPENSSL_MODULES names it)");
    require(client != NULL, "making the client");
    SSL_CTX_set_verify(client, SSL_VERIFY_NONE, NULL);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        run_connection(client, server, &kinds[i]);
    printf("EVP_KDF and SslGenerateSessionKeys agree on every record\n");
    SSL_CTX_free(client);
    SSL_CTX_free(server);
    OSSL_PROVIDER_unload(provider);
    return EXIT_SUCCESS;
}
