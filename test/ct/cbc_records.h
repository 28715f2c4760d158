/* SPDX-License-Identifier: Apache-2.0
 *
 * The other side of a connection with a CBC suite, by libcrypto alone: it makes records with any
 * padding and with any byte before encryption changed, which SslEncryptPacket never would.  The
 * keys are those that make_side gives: the records are the client's, for the server to read.
 */
#ifndef SSLP_TEST_CT_CBC_RECORDS_H
#define SSLP_TEST_CT_CBC_RECORDS_H

#include "shim/support.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum {
    CBC_CONTENT_TYPE = 23,
    CBC_HEADER_LEN = 5,
    CBC_MAX_MAC = 48,
    CBC_MAX_KEY = 32,
    CBC_MAX_BLOCK = 16,
    CBC_KEY_BLOCK_LEN = 2 * (CBC_MAX_MAC + CBC_MAX_KEY + CBC_MAX_BLOCK),
    CBC_MAX_CONTENT = 512,
    CBC_MAX_FRAGMENT = CBC_MAX_CONTENT + CBC_MAX_MAC + 256,
    CBC_MAX_RECORD = CBC_HEADER_LEN + CBC_MAX_BLOCK + CBC_MAX_FRAGMENT
};

struct cbc_kind {
    const char *name;
    DWORD protocol;
    DWORD suite;
    const char *prf; /* hash of the key derivation; NULL in SSL 3.0 */
    const char *mac;
    size_t mac_len;
    const char *cipher;
    size_t key_len;
    size_t block_len;
    bool chained; /* the IV is the end of the record before */
};

/* Every protocol and every hash that a suite with a CBC cipher has.  No suite has HMAC-MD5 there.
 */
static const struct cbc_kind cbc_kinds[] = {
    {"SSL 3.0, AES-128, SHA-1", SSL3_PROTOCOL_VERSION, 0x002F, NULL, "SHA1", 20, "AES-128-CBC", 16,
        16, true},
    {"SSL 3.0, 3DES, SHA-1", SSL3_PROTOCOL_VERSION, 0x000A, NULL, "SHA1", 20, "DES-EDE3-CBC", 24, 8,
        true},
    {"TLS 1.0, AES-128, SHA-1", TLS1_PROTOCOL_VERSION, 0x002F, "MD5-SHA1", "SHA1", 20,
        "AES-128-CBC", 16, 16, true},
    {"TLS 1.0, 3DES, SHA-1", TLS1_PROTOCOL_VERSION, 0x000A, "MD5-SHA1", "SHA1", 20, "DES-EDE3-CBC",
        24, 8, true},
    {"TLS 1.1, AES-256, SHA-1", TLS1_1_PROTOCOL_VERSION, 0x0035, "MD5-SHA1", "SHA1", 20,
        "AES-256-CBC", 32, 16, false},
    {"TLS 1.2, AES-128, SHA-1", TLS1_2_PROTOCOL_VERSION, 0x002F, "SHA256", "SHA1", 20,
        "AES-128-CBC", 16, 16, false},
    {"TLS 1.2, AES-128, SHA-256", TLS1_2_PROTOCOL_VERSION, 0x003C, "SHA256", "SHA256", 32,
        "AES-128-CBC", 16, 16, false},
    {"TLS 1.2, AES-256, SHA-384", TLS1_2_PROTOCOL_VERSION, 0xC028, "SHA384", "SHA384", 48,
        "AES-256-CBC", 32, 16, false},
};

/* The client. */
struct cbc_peer {
    const struct cbc_kind *kind;
    EVP_CIPHER_CTX *cipher;
    BYTE mac_key[CBC_MAX_MAC];
    BYTE iv[CBC_MAX_BLOCK];
};

static inline bool cbc_is_ssl3(const struct cbc_kind *kind)
{
    return kind->protocol == SSL3_PROTOCOL_VERSION;
}

/* Hashes up to three runs of bytes, one after the other. */
static inline bool cbc_digest(const char *name, BYTE *output, const BYTE *a, size_t a_len,
    const BYTE *b, size_t b_len, const BYTE *c, size_t c_len)
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const bool done = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1 &&
        EVP_DigestUpdate(ctx, a, a_len) == 1 && EVP_DigestUpdate(ctx, b, b_len) == 1 &&
        EVP_DigestUpdate(ctx, c, c_len) == 1 && EVP_DigestFinal_ex(ctx, output, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    return done;
}

/* RFC 6101 section 6.2.2: MD5(master + SHA(label + master + server random + client random)), the
 * label being "A", then "BB", and so on. */
static inline bool cbc_ssl3_key_block(
    const BYTE *master, const BYTE randoms[2 * RANDOM_LEN], BYTE block[CBC_KEY_BLOCK_LEN])
{
    BYTE label[CBC_KEY_BLOCK_LEN / 16], inner[20];
    bool done = true;

    for (size_t i = 0; i < sizeof(label) && done; i++) {
        memset(label, (int)('A' + i), i + 1);
        done = cbc_digest(
                   "SHA1", inner, label, i + 1, master, MASTER_KEY_LEN, randoms, 2 * RANDOM_LEN) &&
            cbc_digest(
                "MD5", block + 16 * i, master, MASTER_KEY_LEN, inner, sizeof(inner), NULL, 0);
    }
    return done;
}

/* RFC 2246 and RFC 5246 section 6.3. */
static inline bool cbc_tls_key_block(const char *prf, const BYTE *master,
    const BYTE randoms[2 * RANDOM_LEN], BYTE block[CBC_KEY_BLOCK_LEN])
{
    char label[] = "key expansion";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)prf, 0),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_SECRET, (void *)(uintptr_t)master, MASTER_KEY_LEN),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label, sizeof(label) - 1),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_SEED, (void *)(uintptr_t)randoms, 2 * RANDOM_LEN),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    const bool done = ctx != NULL && EVP_KDF_derive(ctx, block, CBC_KEY_BLOCK_LEN, params) == 1;

    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return done;
}

/* The key block is client MAC key, server MAC key, client key, server key, client IV, server IV. */
static inline bool cbc_peer_start(struct cbc_peer *peer, const struct cbc_kind *kind)
{
    const struct secret_blob master = make_master(kind->protocol, kind->suite, 0);
    BYTE block[CBC_KEY_BLOCK_LEN], seed[2 * RANDOM_LEN];
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, kind->cipher, NULL);
    struct randoms randoms;
    bool done;

    fill_randoms(&randoms);
    memcpy(seed, randoms.server, RANDOM_LEN);
    memcpy(seed + RANDOM_LEN, randoms.client, RANDOM_LEN);
    *peer = (struct cbc_peer){.kind = kind, .cipher = EVP_CIPHER_CTX_new()};
    done = cipher != NULL && peer->cipher != NULL &&
        (cbc_is_ssl3(kind) ? cbc_ssl3_key_block(master.secret, seed, block)
                           : cbc_tls_key_block(kind->prf, master.secret, seed, block));
    if (done) {
        memcpy(peer->mac_key, block, kind->mac_len);
        memcpy(peer->iv, block + 2 * (kind->mac_len + kind->key_len), kind->block_len);
        done = EVP_EncryptInit_ex2(
                   peer->cipher, cipher, block + 2 * kind->mac_len, peer->iv, NULL) == 1 &&
            EVP_CIPHER_CTX_set_padding(peer->cipher, 0) == 1;
    }
    EVP_CIPHER_free(cipher);
    return done;
}

static inline void cbc_peer_end(struct cbc_peer *peer)
{
    EVP_CIPHER_CTX_free(peer->cipher);
    *peer = (struct cbc_peer){0};
}

/* The shortest content with which this padding fills whole blocks. */
static inline size_t cbc_content_len(const struct cbc_kind *kind, size_t padding_len)
{
    const size_t rest = (kind->mac_len + padding_len + 1) % kind->block_len;

    return rest == 0 ? 0 : kind->block_len - rest;
}

/* RFC 6101 section 5.2.3.1, with the SHA-1 pads; no version. */
static inline bool cbc_ssl3_mac(
    const struct cbc_peer *peer, const BYTE *header, const BYTE *content, size_t len, BYTE *mac)
{
    BYTE keyed[CBC_MAX_MAC + 40], inner[20], lead[11];
    const size_t keyed_len = peer->kind->mac_len + 40;

    memcpy(keyed, peer->mac_key, peer->kind->mac_len);
    memset(keyed + peer->kind->mac_len, 0x36, 40);
    memcpy(lead, header, 9);
    memcpy(lead + 9, header + 11, 2);
    if (!cbc_digest("SHA1", inner, keyed, keyed_len, lead, sizeof(lead), content, len))
        return false;
    memset(keyed + peer->kind->mac_len, 0x5C, 40);
    return cbc_digest("SHA1", mac, keyed, keyed_len, inner, sizeof(inner), NULL, 0);
}

/* Content, MAC for sequence number 0, padding and its length, ready to be changed and encrypted.
 * Returns the length; 0 on failure. */
static inline size_t cbc_compose(const struct cbc_peer *peer, const BYTE *content,
    size_t content_len, size_t padding_len, BYTE fragment[CBC_MAX_FRAGMENT])
{
    const struct cbc_kind *kind = peer->kind;
    BYTE authenticated[13 + CBC_MAX_CONTENT] = {0};
    bool done;

    authenticated[8] = CBC_CONTENT_TYPE;
    authenticated[9] = (BYTE)(kind->protocol >> 8);
    authenticated[10] = (BYTE)kind->protocol;
    authenticated[11] = (BYTE)(content_len >> 8);
    authenticated[12] = (BYTE)content_len;
    memcpy(authenticated + 13, content, content_len);
    memcpy(fragment, content, content_len);
    if (cbc_is_ssl3(kind))
        done = cbc_ssl3_mac(peer, authenticated, content, content_len, fragment + content_len);
    else
        done = HMAC(EVP_get_digestbyname(kind->mac), peer->mac_key, (int)kind->mac_len,
                   authenticated, 13 + content_len, fragment + content_len, NULL) != NULL;
    memset(fragment + content_len + kind->mac_len, (int)padding_len, padding_len + 1);
    return done ? content_len + kind->mac_len + padding_len + 1 : 0;
}

/* The whole record around a fragment of whole blocks.  Returns its length; 0 on failure. */
static inline size_t cbc_encrypt(
    struct cbc_peer *peer, const BYTE *fragment, size_t len, BYTE record[CBC_MAX_RECORD])
{
    const struct cbc_kind *kind = peer->kind;
    const size_t explicit_len = kind->chained ? 0 : kind->block_len;
    const size_t body_len = explicit_len + len;
    BYTE *const body = record + CBC_HEADER_LEN;
    int written = 0;

    record[0] = CBC_CONTENT_TYPE;
    record[1] = (BYTE)(kind->protocol >> 8);
    record[2] = (BYTE)kind->protocol;
    record[3] = (BYTE)(body_len >> 8);
    record[4] = (BYTE)body_len;
    memset(body, 0xE1, explicit_len);
    if (EVP_EncryptInit_ex2(peer->cipher, NULL, NULL, kind->chained ? peer->iv : body, NULL) != 1 ||
        EVP_EncryptUpdate(peer->cipher, body + explicit_len, &written, fragment, (int)len) != 1 ||
        written != (int)len)
        return 0;
    return CBC_HEADER_LEN + body_len;
}

/* To be called when the server has accepted the record: a chained IV moves on. */
static inline void cbc_accepted(struct cbc_peer *peer, const BYTE *record, size_t record_len)
{
    if (peer->kind->chained)
        memcpy(peer->iv, record + record_len - peer->kind->block_len, peer->kind->block_len);
}

#endif
