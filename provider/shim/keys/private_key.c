/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/private_key.h"

#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/core/fork_lock.h"
#include "shim/keys/key_source.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

enum { FINGERPRINT_LEN = 32, MAX_KEY_TEXT = 1 << 20 };

struct attached_key {
    struct attached_key *next;
    _Atomic uint32_t references;          /* the list's, and of each who looks at it */
    uint8_t certificate[FINGERPRINT_LEN]; /* SHA-256 of its DER form */
    EVP_PKEY *key;                        /* owned */
};

/* Under the process lock. */
struct sslp_private_keys {
    struct attached_key *first;
    size_t count;
};

/* A search for the private key that belongs to a public key. */
struct search {
    OSSL_LIB_CTX *libctx;
    UI_METHOD *no_passphrase;
    const EVP_PKEY *public_key;
    unsigned left;       /* objects that may still be looked at */
    unsigned unreadable; /* and things that turn out to be none */
    bool seen;           /* there was a private key, of whatever certificate */
    bool no_memory;
    EVP_PKEY *found; /* owned by who started the search */
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

static bool take_fingerprint(
    const struct sslp_backend *backend, struct sslp_bytes certificate, uint8_t *fingerprint)
{
    size_t len = 0;

    return EVP_Q_digest(backend->libctx, "SHA256", NULL, certificate.data, certificate.len,
               fingerprint, &len) > 0 &&
        len == FINGERPRINT_LEN;
}

/* The link that leads to the certificate's key, or the last one.  Under the lock. */
static struct attached_key **locate(struct sslp_private_keys *keys, const uint8_t *fingerprint)
{
    struct attached_key **link = &keys->first;

    while (*link != NULL && memcmp((*link)->certificate, fingerprint, FINGERPRINT_LEN) != 0)
        link = &(*link)->next;
    return link;
}

/* A counted reference to the attached key, or NULL. */
static EVP_PKEY *find_attached(struct sslp_private_keys *keys, const uint8_t *fingerprint)
{
    struct attached_key *attached;
    EVP_PKEY *key = NULL;

    sslp_process_lock();
    attached = *locate(keys, fingerprint);
    if (attached != NULL)
        atomic_fetch_add(&attached->references, 1);
    sslp_process_unlock();
    if (attached != NULL && EVP_PKEY_up_ref(attached->key) > 0)
        key = attached->key;
    attached_key_release(attached);
    return key;
}

/* Takes the key over, also on failure. */
static SECURITY_STATUS keep(
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
    link = locate(keys, fingerprint);
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
static SECURITY_STATUS parse_certificate(
    const struct sslp_backend *backend, struct sslp_bytes certificate, X509 **parsed)
{
    const unsigned char *at = certificate.data;

    *parsed = X509_new_ex(backend->libctx, NULL);
    /* On failure d2i_X509 frees what it was given and sets it to NULL. */
    if (*parsed == NULL || d2i_X509(parsed, &at, (long)certificate.len) == NULL)
        return sslp_errors_refusal(NTE_BAD_DATA);
    return at == certificate.data + certificate.len ? ERROR_SUCCESS : NTE_BAD_DATA;
}

/* The answer to every question for a passphrase. */
static int refuse_passphrase(char *buffer, int size, int writing, void *data)
{
    (void)buffer, (void)size, (void)writing, (void)data;
    return -1;
}

static bool search_begin(
    struct search *search, const struct sslp_backend *backend, const X509 *certificate)
{
    *search = (struct search){.libctx = backend->libctx,
        .no_passphrase = UI_UTIL_wrap_read_pem_callback(refuse_passphrase, 0),
        .public_key = X509_get0_pubkey(certificate),
        .left = SSLP_MAX_STORE_OBJECTS,
        .unreadable = SSLP_MAX_STORE_OBJECTS};
    return search->no_passphrase != NULL;
}

static void search_end(struct search *search)
{
    UI_destroy_method(search->no_passphrase);
}

static bool search_goes_on(const struct search *search, OSSL_STORE_CTX *store)
{
    return search->found == NULL && search->left > 0 && search->unreadable > 0 &&
        !OSSL_STORE_eof(store);
}

static void look_at_key(struct search *search, const OSSL_STORE_INFO *object)
{
    EVP_PKEY *key = OSSL_STORE_INFO_get1_PKEY(object);

    if (key == NULL)
        return;
    search->seen = true;
    /* A certificate of an algorithm that libcrypto does not know has no public key. */
    if (search->public_key != NULL && EVP_PKEY_eq(search->public_key, key) == 1)
        search->found = key;
    else
        EVP_PKEY_free(key);
}

static void search_store(struct search *search, OSSL_STORE_CTX *store)
{
    /* Failure is no matter: a loader that cannot choose returns all it has. */
    (void)OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
    while (search_goes_on(search, store)) {
        OSSL_STORE_INFO *object = OSSL_STORE_load(store);

        /* NULL is the end, or something unreadable, behind which there may be more. */
        if (object == NULL) {
            search->unreadable--;
            continue;
        }
        search->left--;
        if (OSSL_STORE_INFO_get_type(object) == OSSL_STORE_INFO_PKEY)
            look_at_key(search, object);
        OSSL_STORE_INFO_free(object);
    }
}

/* What is in a file, or a block of memory. */
static void search_bio(struct search *search, BIO *bio)
{
    OSSL_STORE_CTX *store = OSSL_STORE_attach(
        bio, "file", search->libctx, NULL, search->no_passphrase, NULL, NULL, NULL, NULL);

    if (store == NULL)
        return;
    search_store(search, store);
    (void)OSSL_STORE_close(store);
}

static void search_file(struct search *search, int folder, const char *path)
{
    BIO *bio = sslp_key_source_open(folder, path);

    if (bio != NULL)
        search_bio(search, bio);
    BIO_free(bio);
}

/* Hidden files are passed over, and so is what is in folders within. */
static void search_folder(struct search *search, DIR *folder)
{
    const struct dirent *entry;

    while (search->found == NULL && search->left > 0 && search->unreadable > 0 &&
        (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        search->left--;
        search_file(search, dirfd(folder), entry->d_name);
    }
}

static void search_path(struct search *search, const char *path)
{
    DIR *folder = opendir(path);

    if (folder == NULL) {
        search_file(search, AT_FDCWD, path);
        return;
    }
    search_folder(search, folder);
    (void)closedir(folder);
}

static void search_loader(struct search *search, const char *uri)
{
    OSSL_STORE_CTX *store = OSSL_STORE_open_ex(
        uri, search->libctx, NULL, search->no_passphrase, NULL, NULL, NULL, NULL);

    if (store == NULL)
        return;
    search_store(search, store);
    (void)OSSL_STORE_close(store);
}

static void search_uri(struct search *search, const char *uri)
{
    const char *path;

    switch (sslp_key_source_of(uri, &path)) {
    case SSLP_KEY_SOURCE_PATH:
        search_path(search, path);
        break;
    case SSLP_KEY_SOURCE_LOADER:
        search_loader(search, uri);
        break;
    case SSLP_KEY_SOURCE_NONE:
        break;
    }
}

/* One element of `private-keys`; an empty one is NULL. */
static int search_element(const char *uri, int len, void *data)
{
    struct search *search = data;
    char *copy = uri == NULL ? NULL : OPENSSL_strndup(uri, (size_t)len);

    if (copy != NULL)
        search_uri(search, copy);
    search->no_memory |= uri != NULL && copy == NULL;
    OPENSSL_free(copy);
    return search->found == NULL; /* 0 ends the walk */
}

static SECURITY_STATUS find_stored(
    const struct sslp_backend *backend, const X509 *certificate, EVP_PKEY **key)
{
    struct search search;

    if (backend->own.private_keys == NULL)
        return NTE_NO_KEY;
    if (!search_begin(&search, backend, certificate))
        return NTE_NO_MEMORY;
    (void)CONF_parse_list(backend->own.private_keys, ',', 1, search_element, &search);
    search_end(&search);
    *key = search.found;
    if (search.found != NULL)
        return ERROR_SUCCESS;
    return search.no_memory ? NTE_NO_MEMORY : NTE_NO_KEY;
}

SECURITY_STATUS sslp_private_key_find(
    const struct sslp_backend *backend, struct sslp_bytes certificate, EVP_PKEY **key)
{
    const unsigned long errors = sslp_errors_begin();
    uint8_t fingerprint[FINGERPRINT_LEN];
    X509 *parsed;
    SECURITY_STATUS status = parse_certificate(backend, certificate, &parsed);

    *key = NULL;
    if (status == ERROR_SUCCESS && !take_fingerprint(backend, certificate, fingerprint))
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    if (status == ERROR_SUCCESS) {
        *key = find_attached(backend->attached, fingerprint);
        if (*key == NULL)
            status = find_stored(backend, parsed, key);
    }
    X509_free(parsed);
    return sslp_errors_end(errors, status);
}

/* The key in a block of text or DER, by the rules of a file: other objects around it do no harm. */
static SECURITY_STATUS read_key(const struct sslp_backend *backend, const X509 *certificate,
    struct sslp_bytes text, EVP_PKEY **key)
{
    struct search search;
    BIO *bio;

    *key = NULL;
    if (text.len > MAX_KEY_TEXT)
        return NTE_BAD_DATA;
    bio = BIO_new_mem_buf(text.data, (int)text.len);
    if (bio == NULL || !search_begin(&search, backend, certificate)) {
        BIO_free(bio);
        return NTE_NO_MEMORY;
    }
    search_bio(&search, bio);
    BIO_free(bio);
    search_end(&search);
    *key = search.found;
    if (search.found != NULL)
        return ERROR_SUCCESS;
    return search.seen ? NTE_BAD_KEY : NTE_BAD_DATA;
}

SECURITY_STATUS sslp_private_key_attach(
    const struct sslp_backend *backend, struct sslp_bytes certificate, struct sslp_bytes key)
{
    const unsigned long errors = sslp_errors_begin();
    uint8_t fingerprint[FINGERPRINT_LEN];
    X509 *parsed;
    EVP_PKEY *read = NULL;
    SECURITY_STATUS status = parse_certificate(backend, certificate, &parsed);

    if (status == ERROR_SUCCESS)
        status = read_key(backend, parsed, key, &read);
    X509_free(parsed);
    if (status == ERROR_SUCCESS && !take_fingerprint(backend, certificate, fingerprint)) {
        EVP_PKEY_free(read);
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    }
    if (status == ERROR_SUCCESS)
        status = keep(backend->attached, fingerprint, read);
    return sslp_errors_end(errors, status);
}
