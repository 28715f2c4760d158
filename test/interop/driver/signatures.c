/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"
#include "messages.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <string.h>

enum {
    MAX_SIGNATURE = 0x800,
    PAIR_LEN = 36, /* MD5 and SHA-1 */
    SHA1_LEN = 20
};

const struct scheme schemes[] = {
    {0x0401, "RSA", BCRYPT_SHA256_ALGORITHM, NCRYPT_SSL_SIGN_INCLUDE_HASHOID, false, 0},
    {0x0403, "ECDSA", BCRYPT_SHA256_ALGORITHM, 0, true, 32},
    {0x0501, "RSA", BCRYPT_SHA384_ALGORITHM, NCRYPT_SSL_SIGN_INCLUDE_HASHOID, false, 0},
    {0x0503, "ECDSA", BCRYPT_SHA384_ALGORITHM, 0, true, 48},
    {0x0601, "RSA", BCRYPT_SHA512_ALGORITHM, NCRYPT_SSL_SIGN_INCLUDE_HASHOID, false, 0},
    {0x0603, "ECDSA", BCRYPT_SHA512_ALGORITHM, 0, true, 66},
    {0x0804, "RSA", BCRYPT_SHA256_ALGORITHM, NCRYPT_SSL_SIGN_USE_PSS_PADDING, true, 0},
    {0x0805, "RSA", BCRYPT_SHA384_ALGORITHM, NCRYPT_SSL_SIGN_USE_PSS_PADDING, true, 0},
    {0x0806, "RSA", BCRYPT_SHA512_ALGORITHM, NCRYPT_SSL_SIGN_USE_PSS_PADDING, true, 0},
    {0x0201, "RSA", BCRYPT_SHA1_ALGORITHM, NCRYPT_SSL_SIGN_INCLUDE_HASHOID, false, 0},
    {0x0203, "ECDSA", BCRYPT_SHA1_ALGORITHM, 0, false, 0},
};
const size_t scheme_count = COUNT(schemes);

/* A digest, and how it is to be signed.  The scheme before TLS 1.2 has no number and no hash. */
struct digest {
    struct scheme scheme;
    DWORD len;
    uint8_t bytes[MAX_DIGEST];
};

/* ---- Which scheme ---- */

static bool peer_accepts(const struct connection *connection, uint16_t number)
{
    for (size_t i = 0; i < connection->peer_scheme_count; i++) {
        if (connection->peer_schemes[i] == number)
            return true;
    }
    return false;
}

/* RFC 8446 section 4.2.3: no PKCS #1 v1.5, no SHA-1, and each curve has its hash. */
static bool is_usable(
    const struct connection *connection, const struct scheme *scheme, size_t coordinate_len)
{
    return !is_tls13(connection) || (scheme->tls13 && scheme->coordinate13 == coordinate_len);
}

static bool is_wanted(const struct connection *connection, const struct scheme *scheme)
{
    const uint16_t wanted = connection->options->scheme;

    return strcmp(scheme->algorithm, certificate_algorithm()) == 0 &&
        is_usable(connection, scheme, certificate_coordinate_len()) &&
        (wanted == 0 || wanted == scheme->number) && peer_accepts(connection, scheme->number);
}

static struct scheme choose_scheme(const struct connection *connection)
{
    if (!names_its_hash(connection->protocol))
        return (struct scheme){.algorithm = certificate_algorithm()};
    for (size_t i = 0; i < scheme_count; i++) {
        if (is_wanted(connection, &schemes[i]))
            return schemes[i];
    }
    fail("no common signature algorithm");
}

static struct scheme read_scheme(const struct connection *connection, struct reader *from)
{
    uint32_t number;

    if (!names_its_hash(connection->protocol))
        return (struct scheme){.algorithm = connection->peer_algorithm};
    number = read_number(from, 2);
    for (size_t i = 0; i < scheme_count; i++) {
        if (schemes[i].number == number) {
            if (strcmp(schemes[i].algorithm, connection->peer_algorithm) != 0)
                fail("a signature for a key of another kind");
            if (!is_usable(connection, &schemes[i], connection->peer_coordinate_len))
                fail("signature algorithm 0x%04X in TLS 1.3", (unsigned)number);
            return schemes[i];
        }
    }
    fail("signature algorithm 0x%04X", (unsigned)number);
}

/* ---- What is signed ---- */

/* A hash handle takes any bytes.  Before TLS 1.2 the pair is signed, of which ECDSA takes the SHA-1
 * half (RFC 8422 section 5.4). */
static void digest_content(
    struct connection *connection, const struct writer *content, struct digest *digest)
{
    const DWORD suite = connection->suite.dwCipherSuite;
    NCRYPT_HASH_HANDLE hash = 0;

    if (names_its_hash(connection->protocol))
        check(SslCreateClientAuthHash(
                  connection->provider, &hash, connection->protocol, suite, digest->scheme.hash, 0),
            "SslCreateClientAuthHash");
    else
        check(SslCreateHandshakeHash(connection->provider, &hash, connection->protocol, suite, 0),
            "SslCreateHandshakeHash");
    check(
        SslHashHandshake(connection->provider, hash, (PBYTE)content->data, (DWORD)content->len, 0),
        "SslHashHandshake");
    check(SslComputeSessionHash(connection->provider, hash, connection->protocol, digest->bytes,
              sizeof(digest->bytes), &digest->len, 0),
        "SslComputeSessionHash");
    free_handle(&hash);
    if (digest->len == PAIR_LEN && strcmp(digest->scheme.algorithm, "ECDSA") == 0) {
        memmove(digest->bytes, digest->bytes + PAIR_LEN - SHA1_LEN, SHA1_LEN);
        digest->len = SHA1_LEN;
    }
}

/* RFC 5246 section 7.4.3: the randoms and the parameters. */
static void digest_parameters(
    struct connection *connection, const uint8_t *parameters, size_t len, struct digest *digest)
{
    struct writer content = {.len = 0};

    write_bytes(&content, connection->randoms, sizeof(connection->randoms));
    write_bytes(&content, parameters, len);
    digest_content(connection, &content, digest);
}

/* RFC 8446 section 4.4.3. */
static void digest_handshake13(struct connection *connection, bool own, struct digest *digest)
{
    static const char *const contexts[] = {
        "TLS 1.3, client CertificateVerify", "TLS 1.3, server CertificateVerify"};
    const char *context =
        contexts[side_of(connection, own) == NCRYPT_SSL_SERVER_FLAG ? SERVER : CLIENT];
    uint8_t transcript[MAX_DIGEST];
    const DWORD len = transcript_session_hash(connection, transcript);
    struct writer content = {.len = 64};

    memset(content.data, ' ', content.len);
    write_bytes(&content, context, strlen(context) + 1);
    write_bytes(&content, transcript, len);
    digest_content(connection, &content, digest);
}

static void digest_handshake(struct connection *connection, struct digest *digest)
{
    const bool rsa = strcmp(digest->scheme.algorithm, "RSA") == 0;

    check(SslComputeClientAuthHash(connection->provider, connection->master_key,
              transcript_auth_hash(connection, digest->scheme.hash),
              rsa ? BCRYPT_RSA_ALGORITHM : BCRYPT_ECDSA_ALGORITHM, digest->bytes,
              sizeof(digest->bytes), &digest->len, 0),
        "SslComputeClientAuthHash");
}

/* What the calls take: the digest, behind the name of its hash where the scheme has flags. */
static void put_digest(const struct digest *digest, struct writer *to)
{
    LPCWSTR name = digest->scheme.hash;

    if (digest->scheme.flags != 0) {
        do
            write_bytes(to, name, sizeof(*name));
        while (*name++ != 0);
    }
    write_bytes(to, digest->bytes, digest->len);
}

/* ---- Signatures on the wire: RFC 5246 section 4.7; ECDSA-Sig-Value of RFC 8422 section 5.4 ----
 */

static void write_signature(const uint8_t *raw, size_t len, bool ecdsa, struct writer *to)
{
    ECDSA_SIG *signature;
    unsigned char *der = NULL;
    int der_len;

    if (!ecdsa) {
        write_vector(to, 2, raw, len);
        return;
    }
    signature = ECDSA_SIG_new();
    if (signature == NULL ||
        ECDSA_SIG_set0(signature, BN_bin2bn(raw, (int)(len / 2), NULL),
            BN_bin2bn(raw + len / 2, (int)(len / 2), NULL)) != 1 ||
        (der_len = i2d_ECDSA_SIG(signature, &der)) <= 0)
        fail("a signature cannot be encoded");
    write_vector(to, 2, der, (size_t)der_len);
    OPENSSL_free(der);
    ECDSA_SIG_free(signature);
}

static size_t read_signature(
    const struct connection *connection, struct reader *from, uint8_t raw[MAX_SIGNATURE])
{
    const struct reader signature = read_vector(from, 2);
    const int len = (int)connection->peer_coordinate_len;
    const unsigned char *der = signature.at;
    ECDSA_SIG *parsed;

    if (signature.left > MAX_SIGNATURE)
        fail("a signature of %zu bytes", signature.left);
    if (strcmp(connection->peer_algorithm, "ECDSA") != 0) {
        memcpy(raw, signature.at, signature.left);
        return signature.left;
    }
    parsed = d2i_ECDSA_SIG(NULL, &der, (long)signature.left);
    if (parsed == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(parsed), raw, len) != len ||
        BN_bn2binpad(ECDSA_SIG_get0_s(parsed), raw + len, len) != len)
        fail("no ECDSA signature");
    ECDSA_SIG_free(parsed);
    return 2 * (size_t)len;
}

static void sign(struct connection *connection, const struct digest *digest, struct writer *to)
{
    uint8_t signature[MAX_SIGNATURE];
    struct writer input = {.len = 0};
    DWORD len = 0;

    put_digest(digest, &input);
    check(SslSignHash(connection->provider, connection->private_key, input.data, (DWORD)input.len,
              NULL, 0, &len, digest->scheme.flags),
        "SslSignHash for the size");
    if (len > MAX_SIGNATURE)
        fail("a signature of %u bytes", (unsigned)len);
    check(SslSignHash(connection->provider, connection->private_key, input.data, (DWORD)input.len,
              signature, len, &len, digest->scheme.flags),
        "SslSignHash");
    if (names_its_hash(connection->protocol))
        write_number(to, digest->scheme.number, 2);
    write_signature(signature, len, strcmp(digest->scheme.algorithm, "ECDSA") == 0, to);
}

static void verify(
    struct connection *connection, const struct digest *digest, struct reader *signature)
{
    uint8_t raw[MAX_SIGNATURE];
    const size_t len = read_signature(connection, signature, raw);
    struct writer input = {.len = 0};

    read_end(signature);
    put_digest(digest, &input);
    check(SslVerifySignature(connection->provider, connection->peer_key, input.data,
              (DWORD)input.len, raw, (DWORD)len, digest->scheme.flags),
        "SslVerifySignature");
}

/* ---- The two places ---- */

void signature_write_parameters(
    struct connection *connection, const uint8_t *parameters, size_t len, struct writer *to)
{
    struct digest digest = {.scheme = choose_scheme(connection)};

    digest_parameters(connection, parameters, len, &digest);
    sign(connection, &digest, to);
}

void signature_check_parameters(
    struct connection *connection, const uint8_t *parameters, size_t len, struct reader *signature)
{
    struct digest digest = {.scheme = read_scheme(connection, signature)};

    digest_parameters(connection, parameters, len, &digest);
    verify(connection, &digest, signature);
}

void signature_write_handshake(struct connection *connection, struct writer *to)
{
    struct digest digest = {.scheme = choose_scheme(connection)};

    if (is_tls13(connection))
        digest_handshake13(connection, true, &digest);
    else
        digest_handshake(connection, &digest);
    sign(connection, &digest, to);
}

void signature_check_handshake(struct connection *connection, struct reader *signature)
{
    struct digest digest = {.scheme = read_scheme(connection, signature)};

    if (is_tls13(connection))
        digest_handshake13(connection, false, &digest);
    else
        digest_handshake(connection, &digest);
    verify(connection, &digest, signature);
}
