/* SPDX-License-Identifier: Apache-2.0 */
#include "common/provider_support.h"

#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

/* --- Library contexts ------------------------------------------------------------------------ */

bool support_write_file(const char *text, char path[SUPPORT_PATH_SIZE])
{
    const char *folder = getenv("TMPDIR");
    const size_t len = strlen(text);
    int file;
    bool ok;

    snprintf(path, SUPPORT_PATH_SIZE, "%s/sslprovider-test-XXXXXX",
        folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    file = mkstemp(path);
    if (file < 0)
        return false;
    ok = write(file, text, len) == (ssize_t)len;
    ok = close(file) == 0 && ok;
    if (!ok)
        unlink(path);
    return ok;
}

void support_config_text(const char *options, char *text, size_t size)
{
    snprintf(text, size,
        "openssl_conf = init\n"
        "[init]\nproviders = providers\n"
        "[providers]\ndefault = default_options\nsslprovider = sslprovider_options\n"
        "[default_options]\nactivate = 1\n"
        "[sslprovider_options]\nactivate = 1\n%s",
        options);
}

int support_load_config(OSSL_LIB_CTX *libctx, const char *options)
{
    char text[2048], path[SUPPORT_PATH_SIZE];
    int loaded;

    support_config_text(options, text, sizeof(text));
    if (!support_write_file(text, path))
        return -1;
    loaded = OSSL_LIB_CTX_load_config(libctx, path);
    unlink(path);
    return loaded;
}

OSSL_LIB_CTX *support_context_new(const char *options)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

    if (libctx != NULL && support_load_config(libctx, options) == 1 &&
        OSSL_PROVIDER_available(libctx, SSLPROVIDER_NAME) == 1)
        return libctx;
    ERR_print_errors_fp(stderr);
    OSSL_LIB_CTX_free(libctx);
    return NULL;
}

int support_provider_status(OSSL_LIB_CTX *libctx, const char *name)
{
    int value = -1;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_int(name, &value), OSSL_PARAM_construct_end()};
    OSSL_PROVIDER *provider = NULL;

    /* OSSL_PROVIDER_try_load must not activate a provider that was not active. */
    if (OSSL_PROVIDER_available(libctx, SSLPROVIDER_NAME) == 1)
        provider = OSSL_PROVIDER_try_load(libctx, SSLPROVIDER_NAME, 1);
    if (provider == NULL)
        return -1;
    if (OSSL_PROVIDER_get_params(provider, params) != 1)
        value = -1;
    OSSL_PROVIDER_unload(provider);
    return value;
}

/* --- Input ----------------------------------------------------------------------------------- */

/* The 64-bit xorshift generator with shifts 13, 7 and 17: a state that is not 0 never becomes 0. */
static uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void support_fill(uint64_t *state, void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)(next_number(state) >> 32);
}

size_t support_number_below(uint64_t *state, size_t limit)
{
    return (size_t)((next_number(state) >> 16) % limit);
}

static void add(struct support_params *params, OSSL_PARAM param)
{
    if (params->count + 1 >= SUPPORT_MAX_PARAMS) {
        fprintf(stderr, "a test has too many parameters\n");
        abort();
    }
    params->list[params->count++] = param;
    params->list[params->count] = OSSL_PARAM_construct_end();
}

void support_add_text(struct support_params *params, const char *name, const char *text)
{
    if (text != NULL)
        add(params, OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0));
}

void support_add_octets(
    struct support_params *params, const char *name, const void *octets, size_t len)
{
    if (octets != NULL)
        add(params, OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)octets, len));
}

void support_add_uint64(struct support_params *params, const char *name, uint64_t *number)
{
    if (number != NULL)
        add(params, OSSL_PARAM_construct_uint64(name, number));
}

void support_add_int(struct support_params *params, const char *name, int *number)
{
    if (number != NULL)
        add(params, OSSL_PARAM_construct_int(name, number));
}

void support_list_inputs(struct support_params *params, struct support_inputs *inputs)
{
    *params = (struct support_params){.list = {OSSL_PARAM_construct_end()}};
    support_add_text(params, SSLPROVIDER_PARAM_DIGEST, inputs->digest);
    support_add_text(params, SSLPROVIDER_PARAM_PROPERTIES, inputs->properties);
    support_add_text(params, SSLPROVIDER_PARAM_PROTOCOL, inputs->protocol);
    support_add_text(params, SSLPROVIDER_PARAM_CIPHER_SUITE, inputs->suite);
    support_add_text(params, SSLPROVIDER_PARAM_ROLE, inputs->role);
    support_add_text(params, SSLPROVIDER_PARAM_OUTPUT, inputs->output);
    support_add_octets(params, SSLPROVIDER_PARAM_SECRET, inputs->secret, inputs->secret_len);
    support_add_octets(
        params, SSLPROVIDER_PARAM_CLIENT_RANDOM, inputs->client_random, SUPPORT_RANDOM_LEN);
    support_add_octets(
        params, SSLPROVIDER_PARAM_SERVER_RANDOM, inputs->server_random, SUPPORT_RANDOM_LEN);
    support_add_octets(
        params, SSLPROVIDER_PARAM_SESSION_HASH, inputs->session_hash, inputs->session_hash_len);
    if (inputs->handle != 0)
        support_add_uint64(params, SSLPROVIDER_PARAM_HANDLE, &inputs->handle);
}

bool support_run(EVP_KDF *kdf, const struct support_params *params, void *out, size_t len)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    const bool ok = ctx != NULL && EVP_KDF_derive(ctx, out, len, params->list) == 1;

    EVP_KDF_CTX_free(ctx);
    return ok;
}

bool support_derive(EVP_KDF *kdf, struct support_inputs inputs, void *out, size_t len)
{
    struct support_params params;

    support_list_inputs(&params, &inputs);
    return support_run(kdf, &params, out, len);
}

bool support_default_prf(OSSL_LIB_CTX *libctx, const char *digest, const void *secret,
    size_t secret_len, const char *label, const void *first, const void *second, size_t seed_len,
    void *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, "TLS1-PRF", "provider=default");
    struct support_params params = {.count = 0};
    bool ok;

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    support_add_octets(&params, OSSL_KDF_PARAM_SECRET, secret, secret_len);
    support_add_octets(&params, OSSL_KDF_PARAM_SEED, label, strlen(label));
    support_add_octets(&params, OSSL_KDF_PARAM_SEED, first, seed_len);
    support_add_octets(&params, OSSL_KDF_PARAM_SEED, second, seed_len);
    ok = kdf != NULL && support_run(kdf, &params, out, len);
    EVP_KDF_free(kdf);
    return ok;
}

/* --- Key objects ----------------------------------------------------------------------------- */

EVP_PKEY *support_key_from(OSSL_LIB_CTX *libctx, struct support_params *params)
{
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_PKEY *key = NULL;

    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params->list) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

EVP_PKEY *support_master_key_of(OSSL_LIB_CTX *libctx, const void *secret, const char *protocol,
    const char *suite, const char *role)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, SUPPORT_MASTER_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_MASTER_SECRET);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    support_add_text(&params, SSLPROVIDER_PARAM_ROLE, role);
    return support_key_from(libctx, &params);
}

EVP_PKEY *support_master_key(OSSL_LIB_CTX *libctx, const void *secret, const char *role)
{
    return support_master_key_of(libctx, secret, SSLPROVIDER_PROTOCOL_TLS1_2, SUITE, role);
}

EVP_PKEY *support_adopt(OSSL_LIB_CTX *libctx, uint64_t handle)
{
    struct support_params params = {.count = 0};

    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &handle);
    return support_key_from(libctx, &params);
}

uint64_t support_handle_of(const EVP_PKEY *key)
{
    uint64_t handle = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle), OSSL_PARAM_construct_end()};

    return key != NULL && EVP_PKEY_get_params(key, params) == 1 ? handle : 0;
}

/* --- Reasons --------------------------------------------------------------------------------- */

bool support_raised(const char *reason)
{
    unsigned long error, other = 0;
    bool found = false;

    while ((error = ERR_get_error()) != 0) {
        const char *text = ERR_reason_error_string(error);

        if (text != NULL && strcmp(text, reason) == 0)
            found = true;
        else if (ERR_GET_LIB(error) >= ERR_LIB_USER)
            other = error;
    }
    if (found && other == 0)
        return true;
    if (other != 0)
        fprintf(stderr, "\n    raised \"%s\", not only \"%s\"\n", ERR_reason_error_string(other),
            reason);
    else
        fprintf(stderr, "\n    \"%s\" was not raised\n", reason);
    return false;
}

bool support_nothing_raised(void)
{
    bool nothing = ERR_peek_error() == 0;

    if (!nothing)
        ERR_print_errors_fp(stderr);
    return nothing;
}

/* --- A hash with faults ---------------------------------------------------------------------- */

static _Atomic int chosen_fault;
static _Atomic unsigned long hashes_computed, hashes_begun;
static _Atomic unsigned long hashes_left; /* until the first that fails; 0: none does */
static _Atomic bool hash_failed, fails_in_all_calls;

void support_set_fault(enum support_fault fault)
{
    chosen_fault = fault;
}

static void start_failing(unsigned long n, bool all_calls)
{
    hash_failed = false;
    fails_in_all_calls = all_calls;
    hashes_left = n;
}

void support_fail_hashes_from(unsigned long n)
{
    start_failing(n, false);
}

void support_fail_hash_calls_from(unsigned long n)
{
    start_failing(n, true);
}

bool support_end_failing_hashes(void)
{
    hashes_left = 0;
    return hash_failed;
}

static bool must_fail_now(void)
{
    if (hashes_left == 0)
        return false;
    if (hashes_left > 1) {
        hashes_left--;
        return false;
    }
    hash_failed = true;
    return true;
}

static bool call_must_fail(void)
{
    return fails_in_all_calls && must_fail_now();
}

unsigned long support_hashes_begun(void)
{
    return hashes_begun;
}

unsigned long support_hashes_computed(void)
{
    return hashes_computed;
}

static OSSL_FUNC_digest_newctx_fn hash_new;
static OSSL_FUNC_digest_freectx_fn hash_free;
static OSSL_FUNC_digest_dupctx_fn hash_dup;
static OSSL_FUNC_digest_init_fn hash_init;
static OSSL_FUNC_digest_update_fn hash_update;
static OSSL_FUNC_digest_final_fn hash_final;
static OSSL_FUNC_digest_get_params_fn hash_get_params;
static OSSL_FUNC_provider_query_operation_fn hash_query;
static OSSL_FUNC_provider_get_params_fn hash_provider_params;

static void *hash_new(void *provctx)
{
    (void)provctx;
    return call_must_fail() ? NULL : EVP_MD_CTX_new();
}

static void hash_free(void *dctx)
{
    EVP_MD_CTX_free(dctx);
}

static void *hash_dup(void *dctx)
{
    EVP_MD_CTX *copy = call_must_fail() ? NULL : EVP_MD_CTX_new();

    if (copy != NULL && EVP_MD_CTX_copy_ex(copy, dctx) != 1) {
        EVP_MD_CTX_free(copy);
        copy = NULL;
    }
    return copy;
}

/* By name of the provider: this one may be loaded into the default context, too. */
static int hash_init(void *dctx, const OSSL_PARAM params[])
{
    EVP_MD *md = EVP_MD_fetch(NULL, "SHA2-256", "provider=default");
    int ok;

    (void)params;
    hashes_begun++;
    ok = !call_must_fail() && EVP_DigestInit_ex(dctx, md, NULL) == 1;
    EVP_MD_free(md);
    return ok;
}

static int hash_update(void *dctx, const unsigned char *in, size_t len)
{
    return !call_must_fail() && EVP_DigestUpdate(dctx, in, len) == 1;
}

static int hash_final(void *dctx, unsigned char *out, size_t *len, size_t size)
{
    unsigned written = 0;

    hashes_computed++;
    if (chosen_fault == SUPPORT_FAILING_DIGEST || must_fail_now() || size < 32 ||
        EVP_DigestFinal_ex(dctx, out, &written) != 1)
        return 0;
    if (chosen_fault == SUPPORT_WRONG_DIGEST)
        out[0] ^= 1;
    *len = written;
    return 1;
}

static int hash_get_params(OSSL_PARAM params[])
{
    OSSL_PARAM *size = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_SIZE);
    OSSL_PARAM *block_size = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_BLOCK_SIZE);

    return (size == NULL || OSSL_PARAM_set_size_t(size, 32)) &&
        (block_size == NULL || OSSL_PARAM_set_size_t(block_size, 64));
}

/* Dispatch tables hold all functions as one type (provider-base(7)). */
#define FUNCTION(id, function)                                                                     \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }

static const OSSL_DISPATCH hash_functions[] = {
    FUNCTION(OSSL_FUNC_DIGEST_NEWCTX, hash_new),
    FUNCTION(OSSL_FUNC_DIGEST_FREECTX, hash_free),
    FUNCTION(OSSL_FUNC_DIGEST_DUPCTX, hash_dup),
    FUNCTION(OSSL_FUNC_DIGEST_INIT, hash_init),
    FUNCTION(OSSL_FUNC_DIGEST_UPDATE, hash_update),
    FUNCTION(OSSL_FUNC_DIGEST_FINAL, hash_final),
    FUNCTION(OSSL_FUNC_DIGEST_GET_PARAMS, hash_get_params),
    {0, NULL},
};

static const OSSL_ALGORITHM *hash_query(void *provctx, int operation_id, int *no_cache)
{
    static const OSSL_ALGORITHM digests[] = {
        {"SHA2-256:SHA-256:SHA256", SUPPORT_HASH_QUERY, hash_functions, "SHA-256 for tests"},
        {NULL, NULL, NULL, NULL},
    };

    (void)provctx;
    *no_cache = 0;
    return operation_id == OSSL_OP_DIGEST ? digests : NULL;
}

/* It says what the default provider says, as one does that hands such questions on to it. */
static int hash_provider_params(void *provctx, OSSL_PARAM params[])
{
    static char name[] = "OpenSSL Default Provider";
    OSSL_PARAM *param = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_NAME);

    (void)provctx;
    return param == NULL || OSSL_PARAM_set_utf8_ptr(param, name);
}

int support_hash_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    static const OSSL_DISPATCH functions[] = {
        FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, hash_query),
        FUNCTION(OSSL_FUNC_PROVIDER_GET_PARAMS, hash_provider_params),
        {0, NULL},
    };
    static int context;

    (void)handle;
    (void)in;
    *out = functions;
    *provctx = &context;
    return 1;
}
