/* SPDX-License-Identifier: Apache-2.0
 *
 * A program with a libcrypto of its own, into which a module brings the system's as a second copy:
 * handshakes in memory, then the end of the process, where each copy tidies up.
 *
 *     second_libcrypto CERTIFICATE PRIVATE-KEY HANDSHAKES [LIBCRYPTO [used]]
 *
 * With LIBCRYPTO, the name of the system's, the program itself has loaded that before it reads the
 * configuration, and started it.  With "used" the second copy reads the configuration, too, and
 * derives with the provider.
 */
#include <dlfcn.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPORTED = 32, MAX_FLIGHTS = 20 };

static SSL *new_side(SSL_CTX *context, int version, BIO *bio)
{
    SSL *side = SSL_new(context);

    if (side == NULL || !SSL_set_min_proto_version(side, version) ||
        !SSL_set_max_proto_version(side, version))
        exit(2);
    SSL_set_bio(side, bio, bio);
    return side;
}

/* Whether the handshake ends, and both sides then know the same. */
static int handshake(SSL_CTX *server_context, SSL_CTX *client_context, int version)
{
    unsigned char of_server[EXPORTED] = {1}, of_client[EXPORTED] = {2};
    BIO *server_bio, *client_bio;
    SSL *server, *client;
    int done = 0;

    if (!BIO_new_bio_pair(&server_bio, 0, &client_bio, 0))
        exit(2);
    server = new_side(server_context, version, server_bio);
    client = new_side(client_context, version, client_bio);
    SSL_set_accept_state(server);
    SSL_set_connect_state(client);
    for (int i = 0; i < MAX_FLIGHTS && !done; i++) {
        const int client_done = SSL_do_handshake(client) == 1;

        done = SSL_do_handshake(server) == 1 && client_done;
    }
    done = done &&
        SSL_export_keying_material(server, of_server, EXPORTED, "EXPORTER-x", 10, NULL, 0, 0) ==
            1 &&
        SSL_export_keying_material(client, of_client, EXPORTED, "EXPORTER-x", 10, NULL, 0, 0) ==
            1 &&
        memcmp(of_server, of_client, EXPORTED) == 0;
    SSL_free(server);
    SSL_free(client);
    return done;
}

static void *function_of(void *library, const char *name)
{
    void *function = dlsym(library, name);

    if (function == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    return function;
}

static void *start_second_copy(const char *name)
{
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    int (*init)(uint64_t, const void *);

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    *(void **)&init = function_of(library, "OPENSSL_init_crypto");
    if (!init(OPENSSL_INIT_ADD_ALL_DIGESTS, NULL))
        exit(2);
    return library;
}

/* The second copy's own default context reads the same file, and so has the provider as well. */
static int fetch_with_second_copy(void *library)
{
    EVP_KDF *(*fetch)(OSSL_LIB_CTX *, const char *, const char *);
    void (*release)(EVP_KDF *);
    EVP_KDF *kdf;

    *(void **)&fetch = function_of(library, "EVP_KDF_fetch");
    *(void **)&release = function_of(library, "EVP_KDF_free");
    kdf = fetch(NULL, "SSL-SESSION-KEYS", NULL);
    if (kdf == NULL)
        return 0;
    release(kdf);
    return 1;
}

int main(int argc, char **argv)
{
    SSL_CTX *server, *client;
    void *library = NULL;
    int wanted, good = 0, also_there = 1;

    if (argc < 4)
        return 2;
    /* Without the file: what comes first is this copy's own end. */
    if (!OPENSSL_init_crypto(OPENSSL_INIT_ADD_ALL_DIGESTS, NULL))
        return 2;
    if (argc > 4)
        library = start_second_copy(argv[4]);
    server = SSL_CTX_new(TLS_server_method());
    client = SSL_CTX_new(TLS_client_method());
    if (server == NULL || client == NULL ||
        SSL_CTX_use_certificate_file(server, argv[1], SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(server, argv[2], SSL_FILETYPE_PEM) != 1)
        return 2;
    wanted = atoi(argv[3]);
    for (int i = 0; i < wanted; i++)
        good += handshake(server, client, i % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
    if (argc > 5)
        also_there = fetch_with_second_copy(library);
    printf("%d handshakes of %d%s\n", good, wanted, also_there ? "" : ", no second provider");
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    return fflush(stdout) == 0 && good == wanted && also_there ? 0 : 1;
}
