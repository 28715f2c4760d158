/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that the libraries write, SSLKEYLOGFILE and SSLPROVIDER_DEBUG, in places where nothing
 * can be written, or not all: what is derived is the same as without them, nothing is on the error
 * queue, no descriptor stays open, and no signal ends the process.  test/shim/test_key_log_file.c
 * has what is left in a key log.
 *
 * Each case is a child, which has the variable, and a limit, for itself.
 */
#include "shim/support.h"

#include "common/provider_support.h"
#include "sslprovider/names.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RESULT_LEN = 1024, PATH_LEN = 256, MAX_TEXT = 4096, LIFE = 60, NO_LIMIT = -1 };

static char folder[] = "/tmp/sslprovider-files-XXXXXX";

/* ---- Writers: each derives something, and writes of it ---- */

static bool log_tls12(BYTE result[RESULT_LEN])
{
    NCRYPT_PROV_HANDLE provider = 0;
    struct opaque_blob read, write;
    NCRYPT_KEY_HANDLE master = 0;
    struct key_pair keys;
    bool ok = SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS &&
        import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG,
            &master) == ERROR_SUCCESS &&
        generate(provider, master, &keys) == ERROR_SUCCESS;

    if (!ok)
        return false;
    ok = export_opaque(provider, keys.read, &read) == ERROR_SUCCESS &&
        export_opaque(provider, keys.write, &write) == ERROR_SUCCESS;
    memcpy(result, read.bytes, read.len);
    memcpy(result + MAX_BLOB_LEN, write.bytes, write.len);
    free_pair(&keys);
    return SslFreeObject(master, 0) == ERROR_SUCCESS &&
        SslFreeObject(provider, 0) == ERROR_SUCCESS && ok;
}

static bool expand_tls13(NCRYPT_PROV_HANDLE provider, NCRYPT_HASH_HANDLE hash,
    NCRYPT_KEY_HANDLE secret, NCRYPT_KEY_HANDLE keys[3], BYTE *result)
{
    char label[] = "EXPORTER-test";

    return SslExpandTrafficKeys(provider, secret, hash, &keys[0], &keys[1], NULL, 0) ==
        ERROR_SUCCESS &&
        SslExpandExporterMasterKey(provider, secret, hash, &keys[2], NULL, 0) == ERROR_SUCCESS &&
        SslComputeFinishedHash(provider, keys[0], hash, result, 32, 0) == ERROR_SUCCESS &&
        SslComputeFinishedHash(provider, keys[1], hash, result + 32, 32, 0) == ERROR_SUCCESS &&
        SslExportKeyingMaterial(provider, keys[2], label, NULL, 0, NULL, 0, result + 64, 32, 0) ==
        ERROR_SUCCESS;
}

static bool log_tls13(BYTE result[RESULT_LEN])
{
    const struct secret_blob blob = make_secret(NCRYPTSSL_KIND_MASTER_SECRET,
        TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, 32);
    BYTE hello[4 + 2 + RANDOM_LEN] = {1, 0, 0, 2 + RANDOM_LEN, 3, 3};
    NCRYPT_KEY_HANDLE keys[3] = {0}, secret = 0;
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_HASH_HANDLE hash = 0;
    bool ok = SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS &&
        import_secret(provider, &blob, &secret) == ERROR_SUCCESS &&
        SslCreateHandshakeHash(
            provider, &hash, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, 0) == ERROR_SUCCESS &&
        SslHashHandshake(provider, hash, hello, sizeof(hello), 0) == ERROR_SUCCESS &&
        expand_tls13(provider, hash, secret, keys, result);
    const NCRYPT_HANDLE made[] = {keys[0], keys[1], keys[2], secret, hash, provider};

    return ok && free_handles(made, COUNT(made)) == 0;
}

static bool log_debug(BYTE result[RESULT_LEN])
{
    static const BYTE secret[MASTER_KEY_LEN] = {1}, randoms[RANDOM_LEN] = {2};
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(libctx, "default");
    OSSL_PROVIDER *module = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    const bool ok = kdf != NULL &&
        support_derive(kdf,
            (struct support_inputs){.protocol = SSLPROVIDER_PROTOCOL_TLS1_2,
                .suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                .secret = secret,
                .secret_len = sizeof(secret),
                .client_random = randoms,
                .server_random = randoms},
            result, 40);

    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(module);
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(libctx);
    return ok;
}

static const struct writer {
    const char *label, *variable, *prefix; /* of the value */
    bool (*run)(BYTE result[RESULT_LEN]);
    const char *line; /* what it writes where it can */
} writers[] = {
    {"key log, TLS 1.2", "SSLKEYLOGFILE", "", log_tls12, "CLIENT_RANDOM "},
    {"key log, TLS 1.3", "SSLKEYLOGFILE", "", log_tls13, "EXPORTER_SECRET "},
    {"debug log", "SSLPROVIDER_DEBUG", "file:", log_debug, "served SSL-SESSION-KEYS 1"},
};

/* ---- Places ---- */

static const struct place {
    const char *label, *path; /* "": a file in the folder of the test */
    long limit;               /* of the size of files, or NO_LIMIT */
    bool is_open;             /* whether the file can be opened */
} places[] = {
    {"full device", "/dev/full", NO_LIMIT, true},
    {"folder that is not there", "/nowhere/at/all/log", NO_LIMIT, false},
    {"folder in which nobody makes files", "/proc/sslprovider.log", NO_LIMIT, false},
    {"folder in the place of a file", "/", NO_LIMIT, false},
    {"a limit of no bytes", "", 0, true},
    {"a limit within the first line", "", 10, true},
};

static bool set_limit(long limit)
{
    struct rlimit now;

    if (limit == NO_LIMIT)
        return true;
    if (getrlimit(RLIMIT_FSIZE, &now) != 0)
        return false;
    now.rlim_cur = (rlim_t)limit;
    return setrlimit(RLIMIT_FSIZE, &now) == 0;
}

static int count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    while (directory != NULL && readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void path_in_folder(const char *name, char path[PATH_LEN])
{
    (void)snprintf(path, PATH_LEN, "%s/%s", folder, name);
}

/* ---- One case ---- */

/* The exit status of the child: 0 when all is as without the file. */
static int run_case(const struct writer *writer, const char *path, long limit)
{
    BYTE without[RESULT_LEN] = {0}, with[RESULT_LEN] = {0};
    char value[PATH_LEN + 8];
    int descriptors;

    alarm(LIFE);
    if (!writer->run(without))
        return 1;
    descriptors = count_descriptors();
    (void)snprintf(value, sizeof(value), "%s%s", writer->prefix, path);
    if (setenv(writer->variable, value, 1) != 0 || !set_limit(limit))
        return 2;
    if (!writer->run(with) || ERR_peek_error() != 0)
        return 3;
    if (memcmp(without, with, RESULT_LEN) != 0)
        return 4;
    return count_descriptors() == descriptors ? 0 : 5;
}

/* What a file has, or what the child has said. */
static const char *read_text(const char *name)
{
    static char text[MAX_TEXT];
    char path[PATH_LEN];
    size_t len = 0;
    FILE *file;

    path_in_folder(name, path);
    file = fopen(path, "r");
    if (file != NULL) {
        len = fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
    }
    text[len] = '\0';
    (void)unlink(path);
    return text;
}

static void expect_child_ends_well(const struct writer *writer, const char *path, long limit)
{
    char said[PATH_LEN];
    int status = -1;
    pid_t child;

    path_in_folder("stderr", said);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        if (freopen(said, "w", stderr) == NULL)
            _exit(6);
        status = run_case(writer, path, limit);
        fflush(NULL);
        _exit(status);
    }
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child);
    EXPECT(WIFEXITED(status), writer->label);
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

static void test_nothing_depends_on_what_cannot_be_written(void)
{
    for (size_t i = 0; i < COUNT(writers); i++) {
        for (size_t k = 0; k < COUNT(places); k++) {
            const bool is_debug = writers[i].prefix[0] != '\0';
            char path[PATH_LEN], label[128];
            struct stat status = {.st_size = 0};

            (void)snprintf(label, sizeof(label), "%s, %s", writers[i].label, places[k].label);
            (void)snprintf(path, sizeof(path), "%s", places[k].path);
            if (path[0] == '\0')
                path_in_folder("log", path);
            expect_child_ends_well(&writers[i], path, places[k].limit);
            if (places[k].limit != NO_LIMIT)
                EXPECT(stat(path, &status) == 0 && status.st_size == places[k].limit, label);
            (void)read_text("log");
            /* An administrator is told on stderr. */
            EXPECT((strstr(read_text("stderr"), "no such place for lines") != NULL) ==
                    (is_debug && !places[k].is_open),
                label);
        }
    }
}

/* The cases above would prove nothing if nobody wrote. */
static void test_writers_write_where_they_can(void)
{
    char path[PATH_LEN];

    path_in_folder("log", path);
    for (size_t i = 0; i < COUNT(writers); i++) {
        expect_child_ends_well(&writers[i], path, NO_LIMIT);
        EXPECT(strstr(read_text("log"), writers[i].line) != NULL, writers[i].label);
        EXPECT(read_text("stderr")[0] == '\0', writers[i].label);
    }
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_nothing_depends_on_what_cannot_be_written),
        TEST(test_writers_write_where_they_can),
    };
    int status;

    if (mkdtemp(folder) == NULL)
        return 1;
    status = RUN_TESTS("files that cannot be written", NULL, NULL, tests);
    (void)rmdir(folder);
    return status;
}
