/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the shim share: a master key from fixed bytes, a list of randoms, checks that
 * say what they looked at, and the running of the own program again with another configuration.
 * Everything here goes through the public functions.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_H
#define SSLP_TEST_SHIM_SUPPORT_H

#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MASTER_KEY_LEN = 48, RANDOM_LEN = 32, MAX_SECRET_LEN = 520, MAX_BLOB_LEN = 512 };

/* What an output handle holds before a call, to see that the call sets it to 0. */
#define GARBAGE_HANDLE ((NCRYPT_KEY_HANDLE)0x5A5A5A5A)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The suites that several tests use. */
enum {
    SUITE_NULL_SHA256 = 0x003B,
    SUITE_RC4_SHA = 0x0005,
    SUITE_DES_CBC_SHA = 0x0009,
    SUITE_AES128_CBC_SHA = 0x002F,
    SUITE_AES128_GCM = 0x009C,
    SUITE_AES256_GCM = 0x009D,
    SUITE_TLS13_AES128_GCM = 0x1301,
    SUITE_TLS13_AES256_GCM = 0x1302,
    SUITE_TLS13_CHACHA20 = 0x1303,
    SUITE_TLS13_CCM = 0x1304,
    SUITE_TLS13_CCM_8 = 0x1305
};

/* ---- Checks ---- */

/* CUnit names a line; the label names the row of a table as well. */
static inline bool expect(bool ok, const char *label, const char *what, int line)
{
    if (!ok)
        fprintf(stderr, "line %d: %s: %s\n", line, label, what);
    CU_ASSERT(ok);
    return ok;
}

static inline bool expect_status(
    SECURITY_STATUS actual, SECURITY_STATUS wanted, const char *label, int line)
{
    if (actual != wanted)
        fprintf(stderr, "line %d: %s: status 0x%08X, not 0x%08X\n", line, label, (unsigned)actual,
            (unsigned)wanted);
    CU_ASSERT_EQUAL(actual, wanted);
    return actual == wanted;
}

#define EXPECT(condition, label)             expect((condition), (label), #condition, __LINE__)
#define EXPECT_STATUS(actual, wanted, label) expect_status((actual), (wanted), (label), __LINE__)
#define EXPECT_SUCCESS(actual, label)        EXPECT_STATUS((actual), ERROR_SUCCESS, (label))
#define EXPECT_BAD_HANDLE(actual, label)     EXPECT_STATUS((actual), NTE_INVALID_HANDLE, (label))

/* ---- The order of checks ---- */

/* One thing that can be wrong with a call.  Two faults of one argument are never tried together. */
struct fault {
    const char *what;
    const char *source; /* the document that gives status and place */
    unsigned argument;
    SECURITY_STATUS status;
};

/* Makes the call with every fault whose bit is set, and checks its outputs. */
typedef SECURITY_STATUS faulty_call(unsigned long faults);

static inline bool has_fault(unsigned long faults, unsigned fault)
{
    return (faults >> fault & 1) != 0;
}

/* The faults stand in the order in which the function has to notice them: each alone gives its
 * status, and of each pair the first one wins. */
static inline void check_order(
    const char *function, const struct fault *faults, size_t count, faulty_call *call)
{
    char label[256];

    for (size_t i = 0; i < count; i++) {
        snprintf(label, sizeof(label), "%s, %s (%s)", function, faults[i].what, faults[i].source);
        EXPECT_STATUS(call(1UL << i), faults[i].status, label);
        for (size_t j = i + 1; j < count; j++) {
            if (faults[j].argument == faults[i].argument)
                continue;
            snprintf(label, sizeof(label), "%s, %s (%s) before %s", function, faults[i].what,
                faults[i].source, faults[j].what);
            EXPECT_STATUS(call(1UL << i | 1UL << j), faults[i].status, label);
        }
    }
}

/* ---- Keys ---- */

struct secret_blob {
    NCRYPTSSL_SECRET_BLOB_HEADER header;
    BYTE secret[MAX_SECRET_LEN];
};

static inline struct secret_blob make_secret(
    DWORD kind, DWORD protocol, DWORD suite, DWORD flags, DWORD secret_len)
{
    struct secret_blob blob = {0};

    blob.header.cbLength = (DWORD)sizeof(blob.header) + secret_len;
    blob.header.dwMagic = NCRYPTSSL_SECRET_MAGIC;
    blob.header.dwKind = kind;
    blob.header.dwProtocol = protocol;
    blob.header.dwCipherSuite = suite;
    blob.header.dwFlags = flags;
    blob.header.cbSecret = secret_len;
    for (DWORD i = 0; i < secret_len && i < MAX_SECRET_LEN; i++)
        blob.secret[i] = (BYTE)(0x3A + i);
    return blob;
}

static inline struct secret_blob make_master(DWORD protocol, DWORD suite, DWORD flags)
{
    return make_secret(NCRYPTSSL_KIND_MASTER_KEY, protocol, suite, flags, MASTER_KEY_LEN);
}

static inline SECURITY_STATUS import_secret(
    NCRYPT_PROV_HANDLE provider, const struct secret_blob *blob, NCRYPT_KEY_HANDLE *key)
{
    struct secret_blob copy = *blob;

    return SslImportKey(
        provider, key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&copy, blob->header.cbLength, 0);
}

static inline SECURITY_STATUS import_master(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, NCRYPT_KEY_HANDLE *key)
{
    const struct secret_blob blob = make_master(protocol, suite, flags);

    return import_secret(provider, &blob, key);
}

struct randoms {
    BYTE client[RANDOM_LEN];
    BYTE server[RANDOM_LEN];
    NCryptBuffer buffers[2];
    NCryptBufferDesc list;
};

/* Points into itself, so it is filled where it stays. */
static inline NCryptBufferDesc *fill_randoms(struct randoms *randoms)
{
    for (int i = 0; i < RANDOM_LEN; i++) {
        randoms->client[i] = (BYTE)(0xC0 + i);
        randoms->server[i] = (BYTE)(0x50 + i);
    }
    randoms->buffers[0] =
        (NCryptBuffer){RANDOM_LEN, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms->client};
    randoms->buffers[1] =
        (NCryptBuffer){RANDOM_LEN, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms->server};
    randoms->list = (NCryptBufferDesc){NCRYPTBUFFER_VERSION, 2, randoms->buffers};
    return &randoms->list;
}

struct key_pair {
    NCRYPT_KEY_HANDLE read;
    NCRYPT_KEY_HANDLE write;
};

static inline SECURITY_STATUS generate(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE master, struct key_pair *keys)
{
    struct randoms randoms;

    *keys = (struct key_pair){GARBAGE_HANDLE, GARBAGE_HANDLE};
    return SslGenerateSessionKeys(
        provider, master, &keys->read, &keys->write, fill_randoms(&randoms), 0);
}

/* The traffic secret of TLS 1.3 under which that side writes. */
static inline struct secret_blob make_traffic_secret(DWORD suite, DWORD sender)
{
    struct secret_blob blob = make_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS1_3_PROTOCOL_VERSION,
        suite, NCRYPT_SSL_CLIENT_FLAG, suite == SUITE_TLS13_AES256_GCM ? 48 : 32);

    blob.secret[0] = (BYTE)sender;
    return blob;
}

/* The session key of that secret. */
static inline SECURITY_STATUS make_traffic_key(
    NCRYPT_PROV_HANDLE provider, DWORD suite, DWORD sender, NCRYPT_KEY_HANDLE *key)
{
    const struct secret_blob blob = make_traffic_secret(suite, sender);
    NCRYPT_KEY_HANDLE secret;
    SECURITY_STATUS status = import_secret(provider, &blob, &secret);

    *key = 0;
    if (status != ERROR_SUCCESS)
        return status;
    status = SslExpandWriteKey(provider, secret, key, NULL, 0);
    SslFreeObject(secret, 0);
    return status;
}

static inline SECURITY_STATUS make_tls13_side(
    NCRYPT_PROV_HANDLE provider, DWORD suite, DWORD role, struct key_pair *keys)
{
    const DWORD peer = role ^ (NCRYPT_SSL_CLIENT_FLAG | NCRYPT_SSL_SERVER_FLAG);
    const SECURITY_STATUS status = make_traffic_key(provider, suite, peer, &keys->read);

    return status != ERROR_SUCCESS ? status : make_traffic_key(provider, suite, role, &keys->write);
}

/* The keys of one side, the master key being freed again. */
static inline SECURITY_STATUS make_side(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, struct key_pair *keys)
{
    NCRYPT_KEY_HANDLE master;
    SECURITY_STATUS status;

    *keys = (struct key_pair){0, 0};
    if (protocol == TLS1_3_PROTOCOL_VERSION)
        return make_tls13_side(provider, suite, flags, keys);
    status = import_master(provider, protocol, suite, flags, &master);
    if (status != ERROR_SUCCESS)
        return status;
    status = generate(provider, master, keys);
    SslFreeObject(master, 0);
    return status;
}

static inline void free_pair(struct key_pair *keys)
{
    SslFreeObject(keys->read, 0);
    SslFreeObject(keys->write, 0);
    *keys = (struct key_pair){0, 0};
}

struct opaque_blob {
    BYTE bytes[MAX_BLOB_LEN];
    DWORD len;
};

static inline SECURITY_STATUS export_opaque(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, struct opaque_blob *blob)
{
    memset(blob, 0, sizeof(*blob));
    return SslExportKey(
        provider, key, BCRYPT_OPAQUE_KEY_BLOB, blob->bytes, sizeof(blob->bytes), &blob->len, 0);
}

static inline SECURITY_STATUS import_opaque(
    NCRYPT_PROV_HANDLE provider, const BYTE *bytes, DWORD len, NCRYPT_KEY_HANDLE *key)
{
    return SslImportKey(provider, key, BCRYPT_OPAQUE_KEY_BLOB, (PBYTE)(uintptr_t)bytes, len, 0);
}

/* ---- The own program again ---- */

/* Configuration is read once in a process, so another one takes another process.  NULL for conf or
 * modules stands for none.  Returns the exit status, or -1. */
static inline int run_again(char *const argv[], const char *conf, const char *modules)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    fflush(stderr);
    child = fork();
    if (child == 0) {
        setenv("OPENSSL_CONF", conf != NULL ? conf : "/dev/null", 1);
        if (modules != NULL)
            setenv("OPENSSL_MODULES", modules, 1);
        else
            unsetenv("OPENSSL_MODULES");
        execv(argv[0], argv);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

/* ---- The frame of a program ---- */

struct named_test {
    const char *name;
    void (*body)(void);
};

#define TEST(function)                                                                             \
    {                                                                                              \
#        function, function                                                                        \
    }

static inline int run_tests(const char *suite_name, const struct named_test *tests, size_t count,
    CU_InitializeFunc set_up, CU_CleanupFunc tear_down)
{
    CU_pSuite suite;
    unsigned failures;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    suite = CU_add_suite(suite_name, set_up, tear_down);
    for (size_t i = 0; i < count; i++) {
        if (suite == NULL || CU_add_test(suite, tests[i].name, tests[i].body) == NULL) {
            CU_cleanup_registry();
            return 1;
        }
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}

#endif
