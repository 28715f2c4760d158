/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates and private keys, whole and damaged, attached and opened; what opens can sign.
 */
#include "fuzz.h"

#include "shim/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_KEY = 8192, FORMS = 4 };

static const char *const key_names[] = {"RSA", "P-256", "P-384", "DSA", "ED25519"};

static struct {
    CERT_CONTEXT certificate;
    uint8_t forms[FORMS][MAX_KEY]; /* DER of the algorithm, PKCS #8, PEM, encrypted PEM */
    size_t lengths[FORMS];
} pairs[COUNT(key_names)];

/* A folder with the key in a file, and a configuration that names one of them. */
static char folder[64], key_path[96], configuration[96];

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *const file = fopen(path, "wb");

    fuzz_require(file != NULL && fwrite(bytes, 1, len, file) == len && fclose(file) == 0,
        "a file is written");
}

/* Ways to name the file, or its folder. */
static const char *const places[] = {NULL, "%s", "file:%s", NULL, "FILE://localhost%s",
    "file:%.0snowhere", "unknown://%s", "unknown:%s"};

enum { FOLDER = 3 };

static void store(size_t place, const uint8_t *bytes, size_t len)
{
    char text[256], value[128];
    int text_len;

    snprintf(value, sizeof(value), place == FOLDER ? "%s" : places[place],
        place == FOLDER ? folder : key_path);
    text_len = snprintf(text, sizeof(text), "[ncryptssl]\nprivate-keys = %s\n", value);
    write_file(key_path, bytes, len);
    write_file(configuration, text, (size_t)text_len);
    fuzz_require(setenv("OPENSSL_CONF", configuration, 1) == 0, "a configuration");
}

static void remove_store(void)
{
    unlink(key_path);
    unlink(configuration);
    fuzz_require(setenv("OPENSSL_CONF", "/dev/null", 1) == 0, "no configuration");
}

static void remove_folder(void)
{
    unlink(key_path);
    unlink(configuration);
    rmdir(folder);
}

static void keep(size_t pair, size_t form, BIO *text)
{
    char *bytes;
    const long len = BIO_get_mem_data(text, &bytes);

    fuzz_require(len > 0 && len < MAX_KEY, "an encoded key");
    memcpy(pairs[pair].forms[form], bytes, (size_t)len);
    pairs[pair].lengths[form] = (size_t)len;
    (void)BIO_reset(text);
}

static void private_keys_begin(void)
{
    snprintf(folder, sizeof(folder), "/tmp/sslprovider-fuzz-XXXXXX");
    fuzz_require(mkdtemp(folder) != NULL && atexit(remove_folder) == 0, "a folder");
    snprintf(key_path, sizeof(key_path), "%s/key.pem", folder);
    snprintf(configuration, sizeof(configuration), "%s/openssl.cnf", folder);
    for (size_t i = 0; i < COUNT(key_names); i++) {
        EVP_PKEY *const key = make_key(key_names[i]);
        BIO *const text = BIO_new(BIO_s_mem());

        fuzz_require(key != NULL && text != NULL, key_names[i]);
        pairs[i].certificate = make_certificate(key, (long)i + 1);
        fuzz_require(i2d_PrivateKey_bio(text, key) == 1, "DER");
        keep(i, 0, text);
        fuzz_require(i2d_PKCS8PrivateKey_bio(text, key, NULL, NULL, 0, NULL, NULL) == 1, "PKCS #8");
        keep(i, 1, text);
        fuzz_require(PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) == 1, "PEM");
        keep(i, 2, text);
        fuzz_require(
            PEM_write_bio_PKCS8PrivateKey(text, key, EVP_aes_128_cbc(), "fuzz", 4, NULL, NULL) == 1,
            "encrypted PEM");
        keep(i, 3, text);
        BIO_free(text);
        EVP_PKEY_free(key);
    }
}

static uint8_t *changed(
    struct fuzz_input *input, const uint8_t *bytes, size_t len, size_t *changed_len)
{
    uint8_t *const room = malloc(2 * MAX_KEY), *copy;

    fuzz_require(room != NULL && len <= MAX_KEY, "memory");
    memcpy(room, bytes, len);
    *changed_len = fuzz_change(input, room, len, 2 * MAX_KEY);
    copy = fuzz_copy(room, *changed_len);
    free(room);
    return copy;
}

/* Signs and verifies; a signature that was changed is wrong.  A key that was changed may have a
 * private half that does not belong to the public one. */
static void use_private_key(struct fuzz_input *input, NCRYPT_KEY_HANDLE key, bool is_whole)
{
    static const DWORD flags[] = {
        0, NCRYPT_SSL_SIGN_INCLUDE_HASHOID, NCRYPT_SSL_SIGN_USE_PSS_PADDING, 4};
    static LPCWSTR const properties[] = {NCRYPT_ALGORITHM_PROPERTY, NCRYPT_ALGORITHM_GROUP_PROPERTY,
        NCRYPT_LENGTH_PROPERTY, NCRYPT_BLOCK_LENGTH_PROPERTY, SSL_KEY_TYPE_PROPERTY};
    const DWORD flag = flags[fuzz_below(input, COUNT(flags))];
    uint8_t digest[128] = {0}, signature[1024];
    size_t digest_len = fuzz_bytes(input, digest, 64);
    DWORD len = 0, property_len = 0;
    PBYTE property = NULL;
    SECURITY_STATUS status;

    if (flag != 0 && fuzz_byte(input) % 4 != 0) {
        static const WCHAR name[] = {'S', 'H', 'A', '2', '5', '6', 0};

        memcpy(digest, name, sizeof(name));
        digest_len = sizeof(name) + 32;
    }
    status = fuzz_called(
        SslSignHash(0, key, digest, (DWORD)digest_len, signature, sizeof(signature), &len, flag),
        "SslSignHash");
    fuzz_require(status != ERROR_SUCCESS, "no signature without a provider");
    status = fuzz_called(SslSignHash(fuzz_provider, key, digest, (DWORD)digest_len, signature,
                             sizeof(signature), &len, flag),
        "SslSignHash");
    if (status == ERROR_SUCCESS) {
        fuzz_require(SslVerifySignature(fuzz_provider, key, digest, (DWORD)digest_len, signature,
                         len, flag) == ERROR_SUCCESS ||
                !is_whole,
            "a signature is right");
        signature[fuzz_below(input, len)] ^= (uint8_t)(1U << fuzz_byte(input) % 8);
        fuzz_require(fuzz_called(SslVerifySignature(fuzz_provider, key, digest, (DWORD)digest_len,
                                     signature, len, flag),
                         "SslVerifySignature") != ERROR_SUCCESS,
            "a changed signature is wrong");
    }
    (void)fuzz_called(SslGetKeyProperty(key, properties[fuzz_below(input, COUNT(properties))],
                          &property, &property_len, 0),
        "SslGetKeyProperty");
    if (property != NULL)
        (void)SslFreeBuffer(property);
}

static void private_keys_run(struct fuzz_input *input)
{
    const size_t pair = fuzz_below(input, COUNT(pairs));
    const size_t key_pair = fuzz_byte(input) % 8 == 0 ? fuzz_below(input, COUNT(pairs)) : pair;
    const uint8_t choice = fuzz_byte(input);
    const size_t form = (choice & 31) % FORMS, place = choice >> 5;
    CERT_CONTEXT certificate = pairs[pair].certificate;
    NCRYPT_KEY_HANDLE key = 0;
    size_t certificate_len, key_len;
    uint8_t *const certificate_bytes =
        changed(input, certificate.pbCertEncoded, certificate.cbCertEncoded, &certificate_len);
    uint8_t *const key_bytes =
        changed(input, pairs[key_pair].forms[form], pairs[key_pair].lengths[form], &key_len);

    certificate.pbCertEncoded = certificate_bytes;
    certificate.cbCertEncoded = (DWORD)certificate_len;
    if (place != 0)
        store(place, key_bytes, key_len);
    fuzz_open_provider();
    if (place == 0)
        (void)fuzz_called(
            NcryptsslAttachPrivateKey(fuzz_provider, &certificate, key_bytes, (DWORD)key_len, 0),
            "NcryptsslAttachPrivateKey");
    (void)fuzz_made(
        SslOpenPrivateKey(fuzz_provider, &key, &certificate, 0), &key, "SslOpenPrivateKey");
    if (key != 0)
        use_private_key(input, key,
            key_len == pairs[key_pair].lengths[form] &&
                memcmp(key_bytes, pairs[key_pair].forms[form], key_len) == 0);
    fuzz_free(key);
    fuzz_free(fuzz_provider);
    if (place != 0)
        remove_store();
    free(certificate_bytes);
    free(key_bytes);
}

static void private_keys_seed(void)
{
    static const uint8_t rest[][12] = {{1, 0, 0, 0, 0, 32, 0, 1}, {1, 1, 0, 0, 1, 32, 0, 1},
        {1, 2, 0, 0, 2, 32, 0, 1}, {1, 3, 0, 0, 2, 32, 0, 1}, {1, 0, 1, 9, 0, 0, 2, 2, 2},
        {1, 1, 0, 1, 9, 0, 0, 2, 2}};

    for (size_t pair = 0; pair < COUNT(pairs); pair++) {
        for (size_t i = 0; i < COUNT(rest); i++) {
            uint8_t seed[1 + sizeof(rest[0]) + 32] = {(uint8_t)pair};

            memcpy(seed + 1, rest[i], sizeof(rest[i]));
            fuzz_seed(seed, sizeof(seed));
            for (uint8_t place = 1; place < COUNT(places); place++) {
                seed[2] = (uint8_t)(rest[i][1] | place << 5);
                fuzz_seed(seed, sizeof(seed));
            }
        }
    }
}

const struct fuzz_target fuzz_private_keys = {
    "private_keys", private_keys_begin, private_keys_run, private_keys_seed};
