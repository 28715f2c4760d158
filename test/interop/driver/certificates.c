/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"

#include "messages.h"
#include "ncryptssl/sslprovider_ext.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 0x4000, MAX_POINT = 256 };

/* The own certificate, which all connections share. */
static uint8_t *own_certificate;
static int own_certificate_len;
static const char *own_algorithm = "none";
static size_t own_coordinate_len;

/* Names of curves in libcrypto and as TLS numbers. */
static const struct {
    const char *name;
    DWORD group;
} curves[] = {
    {"prime256v1", TLS_ECC_P256_CURVE_KEY_TYPE},
    {"secp384r1", TLS_ECC_P384_CURVE_KEY_TYPE},
    {"secp521r1", TLS_ECC_P521_CURVE_KEY_TYPE},
};

static const char *algorithm_of(const EVP_PKEY *key)
{
    if (EVP_PKEY_is_a(key, "RSA"))
        return "RSA";
    if (EVP_PKEY_is_a(key, "EC"))
        return "ECDSA";
    fail("a certificate with a key of another kind");
}

const char *certificate_algorithm(void)
{
    return own_algorithm;
}

size_t certificate_coordinate_len(void)
{
    return own_coordinate_len;
}

static void load_certificate(const char *path)
{
    FILE *file = fopen(path, "r");
    X509 *certificate = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);

    if (certificate == NULL)
        fail("%s: no certificate", path);
    (void)fclose(file);
    own_certificate_len = i2d_X509(certificate, &own_certificate);
    if (own_certificate_len <= 0)
        fail("%s: no certificate", path);
    own_algorithm = algorithm_of(X509_get0_pubkey(certificate));
    if (strcmp(own_algorithm, "ECDSA") == 0)
        own_coordinate_len = ((size_t)EVP_PKEY_get_bits(X509_get0_pubkey(certificate)) + 7) / 8;
    X509_free(certificate);
}

static size_t load_file(const char *path, uint8_t data[MAX_FILE])
{
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL)
        fail("%s: cannot be read", path);
    len = fread(data, 1, MAX_FILE, file);
    (void)fclose(file);
    return len;
}

void certificate_open(struct connection *connection)
{
    const struct options *options = connection->options;
    CERT_CONTEXT context = {.dwCertEncodingType = X509_ASN_ENCODING};
    uint8_t key[MAX_FILE];
    size_t len;

    if (options->certificate == NULL)
        return;
    if (own_certificate == NULL)
        load_certificate(options->certificate);
    context.pbCertEncoded = own_certificate;
    context.cbCertEncoded = (DWORD)own_certificate_len;
    len = load_file(options->key, key);
    check(NcryptsslAttachPrivateKey(connection->provider, &context, key, (DWORD)len, 0),
        "NcryptsslAttachPrivateKey");
    OPENSSL_cleanse(key, sizeof(key));
    check(SslOpenPrivateKey(connection->provider, &connection->private_key, &context, 0),
        "SslOpenPrivateKey");
}

void certificate_free(void)
{
    OPENSSL_free(own_certificate);
    own_certificate = NULL;
}

/* A client that was asked and has none sends an empty list.  TLS 1.3 has a context before it, which
 * is empty within the handshake, and extensions behind each certificate (RFC 8446 section 4.4.2).
 */
void certificate_send(struct connection *connection)
{
    struct writer body = {.len = 0};
    size_t opened;

    if (is_tls13(connection))
        write_vector(&body, 1, NULL, 0);
    opened = write_open(&body, 3);
    if (connection->private_key != 0)
        write_vector(&body, 3, own_certificate, (size_t)own_certificate_len);
    if (connection->private_key != 0 && is_tls13(connection))
        write_vector(&body, 2, NULL, 0);
    write_close(&body, opened, 3);
    message_send(connection, CERTIFICATE, &body);
}

/* ---- The peer's key ---- */

static void write_integer(struct writer *to, const EVP_PKEY *key, const char *name, ULONG *len)
{
    uint8_t bytes[MAX_FILE];
    BIGNUM *number = NULL;

    if (EVP_PKEY_get_bn_param(key, name, &number) != 1 || BN_num_bytes(number) > MAX_FILE)
        fail("a certificate with an unusable key");
    *len = (ULONG)BN_bn2bin(number, bytes);
    write_bytes(to, bytes, *len);
    BN_free(number);
}

static LPCWSTR write_rsa(struct writer *blob, const EVP_PKEY *key)
{
    BCRYPT_RSAKEY_BLOB header = {
        .Magic = BCRYPT_RSAPUBLIC_MAGIC, .BitLength = (ULONG)EVP_PKEY_get_bits(key)};

    write_bytes(blob, &header, sizeof(header));
    write_integer(blob, key, OSSL_PKEY_PARAM_RSA_E, &header.cbPublicExp);
    write_integer(blob, key, OSSL_PKEY_PARAM_RSA_N, &header.cbModulus);
    memcpy(blob->data, &header, sizeof(header));
    return BCRYPT_RSAPUBLIC_BLOB;
}

static LPCWSTR write_ec(struct connection *connection, struct writer *blob, const EVP_PKEY *key)
{
    SSL_ECCKEY_BLOB header = {.dwCurveType = 0};
    uint8_t point[MAX_POINT];
    char name[64] = "";
    size_t len = 0;

    (void)EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name), NULL);
    for (size_t i = 0; i < COUNT(curves); i++) {
        if (strcmp(curves[i].name, name) == 0)
            header.dwCurveType = curves[i].group;
    }
    /* RFC 8422 section 5.4.1: 4, X, Y. */
    if (header.dwCurveType == 0 ||
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) !=
            1 ||
        len < 3 || point[0] != 4)
        fail("a certificate with an unusable curve");
    header.cbKey = (ULONG)(len / 2);
    connection->peer_coordinate_len = header.cbKey;
    write_bytes(blob, &header, sizeof(header));
    write_bytes(blob, point + 1, len - 1);
    return SSL_ECCPUBLIC_BLOB;
}

static void import_key(struct connection *connection, const EVP_PKEY *key)
{
    struct writer blob = {.len = 0};
    LPCWSTR type;

    connection->peer_algorithm = algorithm_of(key);
    if (strcmp(connection->peer_algorithm, "RSA") == 0)
        type = write_rsa(&blob, key);
    else
        type = write_ec(connection, &blob, key);
    check(SslImportKey(
              connection->provider, &connection->peer_key, type, blob.data, (DWORD)blob.len, 0),
        "SslImportKey of a certificate's key");
}

bool certificate_read(struct connection *connection, struct reader reader)
{
    struct reader list, first;
    const unsigned char *der;
    X509 *certificate;

    if (is_tls13(connection) && read_vector(&reader, 1).left != 0)
        fail("a Certificate with a context");
    list = read_vector(&reader, 3);
    read_end(&reader);
    if (list.left == 0)
        return false;
    first = read_vector(&list, 3);
    der = first.at;
    certificate = d2i_X509(NULL, &der, (long)first.left);
    if (certificate == NULL)
        fail("no certificate");
    import_key(connection, X509_get0_pubkey(certificate));
    X509_free(certificate);
    return true;
}
