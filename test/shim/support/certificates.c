/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

/* Making a group for DSA takes long, so one of 1024 and 224 bits stands here. */
static const char dsa_group[] = "-----BEGIN DSA PARAMETERS-----\n"
                                "MIIBJwKBgQCvI+2exDWs0b4/jYagUKxnkv5Zp1dvmoT2igGS6qr41kTh6gLJP/mm\n"
                                "qY9DAt7I+n5Djb5//8AQClO30nLlGWo8yXb117HaumGKsN9wnROD/ELTgF8Dj8Vh\n"
                                "qE3ivDq3Wr318HJTFw7NAjnFy7RaHjsgKaaf5VFqMUmqV5dLeXV6IQIdALuQVV1E\n"
                                "aR6pmLGBLgX7Uivom5P4SM5Qsey622MCgYEApM4lzn1F8o2zXn0lX1nF0rE5ClpT\n"
                                "md9GFq4lHhPwebLB2pLMHW58obay40eH3L4IuAurv/RmQcCtotAqk24QEC8DoPtk\n"
                                "v9lU7orMTPWPuBxXBgISGc5zMTL1OVJOGQhPMrLzw2UyEd71zx5nrnA7BXYMeNZT\n"
                                "iVzs7zDJrD2y8bk=\n"
                                "-----END DSA PARAMETERS-----\n";

static EVP_PKEY *make_dsa_key(void)
{
    BIO *text = BIO_new_mem_buf(dsa_group, -1);
    EVP_PKEY *group = PEM_read_bio_Parameters(text, NULL), *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, group, NULL);

    if (EVP_PKEY_keygen_init(context) > 0)
        (void)EVP_PKEY_generate(context, &key);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(group);
    BIO_free(text);
    return key;
}

EVP_PKEY *make_key(const char *name)
{
    if (strcmp(name, "RSA") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    if (strcmp(name, "DSA") == 0)
        return make_dsa_key();
    if (strcmp(name, "ED25519") == 0 || strcmp(name, "X25519") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, name);
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", name);
}

CERT_CONTEXT make_certificate(EVP_PKEY *key, long serial)
{
    static const unsigned char name[] = "test";
    CERT_CONTEXT context = {.dwCertEncodingType = X509_ASN_ENCODING};
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_NAME_new();
    int len = -1;

    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0);
    X509_set_subject_name(certificate, subject);
    X509_set_issuer_name(certificate, subject);
    if (X509_set_pubkey(certificate, key) > 0 &&
        X509_sign(certificate, key, EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256()) > 0)
        len = i2d_X509(certificate, &context.pbCertEncoded);
    context.cbCertEncoded = len > 0 ? (DWORD)len : 0;
    X509_NAME_free(subject);
    X509_free(certificate);
    return context;
}

void free_certificate(CERT_CONTEXT *context)
{
    OPENSSL_free(context->pbCertEncoded);
    *context = (CERT_CONTEXT){0};
}
