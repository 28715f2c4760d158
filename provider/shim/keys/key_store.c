/* SPDX-License-Identifier: Apache-2.0
 *
 * libcrypto's loader would open whatever a path names, and wait for ever at a pipe.  So files and
 * folders are opened here, and the loader gets what they hold.
 */
#include "shim/keys/key_store.h"

#include "shim/core/backend.h"

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
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_KEY_TEXT = 1 << 20 };

/* What an element of `private-keys` names. */
enum key_place {
    KEY_PLACE_PATH,   /* in the file system, whether there is something or not */
    KEY_PLACE_LOADER, /* a URI of another scheme, for its loader */
    KEY_PLACE_NONE    /* a URI of a file on another host, or with no absolute path */
};

/* A search for the private key that belongs to a public key. */
struct search {
    OSSL_LIB_CTX *libctx;
    UI_METHOD *no_passphrase;
    const EVP_PKEY *public_key; /* NULL where libcrypto does not know the algorithm */
    unsigned left;              /* objects that may still be read */
    unsigned unreadable_left;   /* and unreadable ones that may still be met */
    bool seen;                  /* there was a private key, of whatever certificate */
    bool no_memory;
    EVP_PKEY *found; /* owned by who started the search */
};

/* ---- Places ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Skips a prefix, given in lower case, in any locale. */
static bool skip_prefix(const char **text, const char *prefix)
{
    const size_t len = strlen(prefix);

    for (size_t i = 0; i < len; i++) {
        if (lower((*text)[i]) != prefix[i])
            return false;
    }
    *text += len;
    return true;
}

static bool path_exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

/* *path points into the URI.  The rules are those of libcrypto's own loader: schemes and hosts in
 * any case (RFC 3986 sections 3.1 and 3.2.2), this host by no name or `localhost` (RFC 8089 section
 * 2), nothing percent-decoded, and a path that happens to look like a URI is one, unless an
 * authority follows. */
static enum key_place key_place_of(const char *uri, const char **path)
{
    *path = uri;
    if (!skip_prefix(path, "file:")) {
        const char *const scheme_end = strchr(uri, ':');

        if (scheme_end == NULL)
            return KEY_PLACE_PATH;
        return strncmp(scheme_end, "://", 3) != 0 && path_exists(uri) ? KEY_PLACE_PATH
                                                                      : KEY_PLACE_LOADER;
    }
    if (skip_prefix(path, "//")) {
        (void)skip_prefix(path, "localhost");
    } else if (path_exists(uri)) {
        *path = uri;
        return KEY_PLACE_PATH;
    }
    return **path == '/' ? KEY_PLACE_PATH : KEY_PLACE_NONE;
}

/* A regular file below a folder, or AT_FDCWD; NULL for anything else.  Never waits.  The file is
 * checked before it is opened, as opening a device can do something by itself, and again when it is
 * open, as another file may have come in its place. */
static BIO *open_regular_file(int folder, const char *path)
{
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat status;
    FILE *stream = NULL;
    BIO *bio = NULL;
    int file;

    if (fstatat(folder, path, &status, 0) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    file = openat(folder, path, flags);
    if (file < 0)
        return NULL;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
        stream = fdopen(file, "rb");
    if (stream == NULL) {
        (void)close(file);
        return NULL;
    }
    bio = BIO_new_fp(stream, BIO_CLOSE);
    if (bio == NULL)
        (void)fclose(stream);
    return bio;
}

/* ---- The search ---- */

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
        .unreadable_left = SSLP_MAX_STORE_OBJECTS};
    return search->no_passphrase != NULL;
}

static bool search_goes_on(const struct search *search)
{
    return search->found == NULL && search->left > 0 && search->unreadable_left > 0;
}

static void search_key(struct search *search, const OSSL_STORE_INFO *object)
{
    EVP_PKEY *key = OSSL_STORE_INFO_get1_PKEY(object);

    if (key == NULL)
        return;
    search->seen = true;
    if (search->public_key != NULL && EVP_PKEY_eq(search->public_key, key) == 1)
        search->found = key;
    else
        EVP_PKEY_free(key);
}

/* Closes the store; NULL is one that could not be opened. */
static void search_store(struct search *search, OSSL_STORE_CTX *store)
{
    if (store == NULL)
        return;
    /* A loader that cannot choose returns all it has: failure does not matter. */
    (void)OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
    while (search_goes_on(search) && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *object = OSSL_STORE_load(store);

        /* NULL is the end, or something unreadable that more objects may follow. */
        if (object == NULL) {
            search->unreadable_left--;
            continue;
        }
        search->left--;
        if (OSSL_STORE_INFO_get_type(object) == OSSL_STORE_INFO_PKEY)
            search_key(search, object);
        OSSL_STORE_INFO_free(object);
    }
    (void)OSSL_STORE_close(store);
}

/* Frees the BIO of a file or of memory; NULL is one that could not be opened. */
static void search_bio(struct search *search, BIO *bio)
{
    if (bio != NULL)
        search_store(search,
            OSSL_STORE_attach(
                bio, "file", search->libctx, NULL, search->no_passphrase, NULL, NULL, NULL, NULL));
    BIO_free(bio);
}

/* Skips hidden files, and reads nothing in folders within. */
static void search_folder(struct search *search, DIR *folder)
{
    const struct dirent *entry;

    while (search_goes_on(search) && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        search->left--;
        search_bio(search, open_regular_file(dirfd(folder), entry->d_name));
    }
}

static void search_path(struct search *search, const char *path)
{
    DIR *folder = opendir(path);

    if (folder == NULL) {
        search_bio(search, open_regular_file(AT_FDCWD, path));
        return;
    }
    search_folder(search, folder);
    (void)closedir(folder);
}

static void search_uri(struct search *search, const char *uri)
{
    const char *path;

    switch (key_place_of(uri, &path)) {
    case KEY_PLACE_PATH:
        search_path(search, path);
        break;
    case KEY_PLACE_LOADER:
        search_store(search,
            OSSL_STORE_open_ex(
                uri, search->libctx, NULL, search->no_passphrase, NULL, NULL, NULL, NULL));
        break;
    case KEY_PLACE_NONE:
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

SECURITY_STATUS sslp_key_store_find(
    const struct sslp_backend *backend, const X509 *certificate, EVP_PKEY **key)
{
    struct search search;

    *key = NULL;
    if (backend->own.private_keys == NULL)
        return NTE_NO_KEY;
    if (!search_begin(&search, backend, certificate))
        return NTE_NO_MEMORY;
    (void)CONF_parse_list(backend->own.private_keys, ',', 1, search_element, &search);
    UI_destroy_method(search.no_passphrase);
    *key = search.found;
    if (search.found != NULL)
        return ERROR_SUCCESS;
    return search.no_memory ? NTE_NO_MEMORY : NTE_NO_KEY;
}

SECURITY_STATUS sslp_key_store_read(const struct sslp_backend *backend, const X509 *certificate,
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
    UI_destroy_method(search.no_passphrase);
    *key = search.found;
    if (search.found != NULL)
        return ERROR_SUCCESS;
    return search.seen ? NTE_BAD_KEY : NTE_BAD_DATA;
}
