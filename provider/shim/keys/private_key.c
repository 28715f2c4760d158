/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/private_key.h"

#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/core/fork_lock.h"
#include "shim/keys/key_store.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

enum { FINGERPRINT_LEN = SHA256_DIGEST_LENGTH };

struct attached_key {
    struct attached_key *next;
    _Atomic uint32_t references;          /* the list's, and one of each reader */
    uint8_t certificate[FINGERPRINT_LEN]; /* SHA-256 of its DER form */
    EVP_PKEY *key;                        /* owned */
};

/* Under the process lock. */
struct sslp_private_keys {
    struct attached_key *first;
    size_t count;
};

struct sslp_private_keys *sslp_private_keys_new(void)
{
    return sslp_zalloc(sizeof(struct sslp_private_keys));
}

static void attached_key_release(struct attached_key *attached)
{
    if (attached == NULL || atomic_fetch_sub(&attached->references, 1) != 1)
        return;
    EVP_PKEY_free(attached->key);
    OPENSSL_free(attached);
}

void sslp_private_keys_free(struct sslp_private_keys *keys)
{
    if (keys == NULL)
        return;
    while (keys->first != NULL) {
        struct attached_key *const attached = keys->first;

        keys->first = attached->next;
        attached_key_release(attached);
    }
    OPENSSL_free(keys);
}

static bool certificate_fingerprint(
    const struct sslp_backend *backend, struct sslp_bytes certificate, uint8_t *fingerprint)
{
    size_t len = 0;

    return EVP_Q_digest(backend->libctx, "SHA256", NULL, certificate.data, certificate.len,
               fingerprint, &len) > 0 &&
        len == FINGERPRINT_LEN;
}

/* The link to the certificate's key, or the last one.  Under the lock. */
static struct attached_key **attached_key_locate(
    struct sslp_private_keys *keys, const uint8_t *fingerprint)
{
    struct attached_key **link = &keys->first;

    while (*link != NULL && memcmp((*link)->certificate, fingerprint, FINGERPRINT_LEN) != 0)
        link = &(*link)->next;
    return link;
}

/* A counted reference to the attached key, or NULL. */
static EVP_PKEY *attached_key_find(struct sslp_private_keys *keys, const uint8_t *fingerprint)
{
    struct attached_key *attached;
    EVP_PKEY *key = NULL;

    sslp_process_lock();
    attached = *attached_key_locate(keys, fingerprint);
    if (attached != NULL)
        atomic_fetch_add(&attached->references, 1);
    sslp_process_unlock();
    if (attached != NULL && EVP_PKEY_up_ref(attached->key) > 0)
        key = attached->key;
    attached_key_release(attached);
    return key;
}

/* Takes the key over, also on failure. */
static SECURITY_STATUS attached_key_keep(
    struct sslp_private_keys *keys, const uint8_t *fingerprint, EVP_PKEY *key)
{
    struct attached_key *fresh = sslp_zalloc(sizeof(*fresh)), *old, **link;

    if (fresh == NULL) {
        EVP_PKEY_free(key);
        return NTE_NO_MEMORY;
    }
    memcpy(fresh->certificate, fingerprint, FINGERPRINT_LEN);
    fresh->key = key;
    atomic_init(&fresh->references, 1);
    sslp_process_lock();
    link = attached_key_locate(keys, fingerprint);
    old = *link;
    if (old != NULL || keys->count < SSLP_MAX_ATTACHED_KEYS) {
        fresh->next = old == NULL ? NULL : old->next;
        *link = fresh;
        keys->count += old == NULL;
        fresh = NULL;
    }
    sslp_process_unlock();
    attached_key_release(old);
    attached_key_release(fresh);
    return fresh == NULL ? ERROR_SUCCESS : NTE_NO_MEMORY;
}

/* Nothing may follow the certificate: the fingerprint is that of all bytes. */
static SECURITY_STATUS certificate_parse(
    const struct sslp_backend *backend, struct sslp_bytes certificate, X509 **parsed)
{
    const unsigned char *at = certificate.data;

    *parsed = X509_new_ex(backend->libctx, NULL);
    /* On failure d2i_X509 frees what it was given and sets it to NULL. */
    if (*parsed == NULL || d2i_X509(parsed, &at, (long)certificate.len) == NULL)
        return sslp_errors_refusal(NTE_BAD_DATA);
    return at == certificate.data + certificate.len ? ERROR_SUCCESS : NTE_BAD_DATA;
}

SECURITY_STATUS sslp_private_key_find(
    const struct sslp_backend *backend, struct sslp_bytes certificate, EVP_PKEY **key)
{
    const unsigned long errors = sslp_errors_begin();
    uint8_t fingerprint[FINGERPRINT_LEN];
    X509 *parsed;
    SECURITY_STATUS status = certificate_parse(backend, certificate, &parsed);

    *key = NULL;
    if (status == ERROR_SUCCESS && !certificate_fingerprint(backend, certificate, fingerprint))
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    if (status == ERROR_SUCCESS) {
        *key = attached_key_find(backend->attached, fingerprint);
        if (*key == NULL)
            status = sslp_key_store_find(backend, parsed, key);
    }
    X509_free(parsed);
    return sslp_errors_end(errors, status);
}

SECURITY_STATUS sslp_private_key_attach(
    const struct sslp_backend *backend, struct sslp_bytes certificate, struct sslp_bytes key)
{
    const unsigned long errors = sslp_errors_begin();
    uint8_t fingerprint[FINGERPRINT_LEN];
    X509 *parsed;
    EVP_PKEY *read = NULL;
    SECURITY_STATUS status = certificate_parse(backend, certificate, &parsed);

    if (status == ERROR_SUCCESS)
        status = sslp_key_store_read(backend, parsed, key, &read);
    X509_free(parsed);
    if (status == ERROR_SUCCESS && !certificate_fingerprint(backend, certificate, fingerprint)) {
        EVP_PKEY_free(read);
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    }
    if (status == ERROR_SUCCESS)
        status = attached_key_keep(backend->attached, fingerprint, read);
    return sslp_errors_end(errors, status);
}
