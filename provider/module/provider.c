/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider itself: what it offers, what it says of itself, and its beginning and end.
 */
#include "sslprovider/builtin.h"

#include "keys/key.h"
#include "module/drop_in/drop_in.h"
#include "module/kdf/kdf.h"
#include "module/key_type/key_type.h"
#include "module/param.h"
#include "module/provctx.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>

static OSSL_FUNC_provider_teardown_fn provider_teardown;
static OSSL_FUNC_provider_gettable_params_fn provider_gettable_params;
static OSSL_FUNC_provider_get_params_fn provider_get_params;
static OSSL_FUNC_provider_query_operation_fn provider_query_operation;
static OSSL_FUNC_provider_get_reason_strings_fn provider_get_reason_strings;
static OSSL_FUNC_provider_self_test_fn provider_self_test;

/* Where libcrypto has no KDF of such a name itself, ours would be in use without being selected. */
enum { KDFS_SINCE_3_6 = 3 };

#define KDF_PROPERTIES SSLPROVIDER_PROPERTY "," SSLPROVIDER_KDF_PROPERTY

#define OWN_KDF_ROW(NAME, unit, description)                                                       \
    {SSLPROVIDER_KDF_##NAME, KDF_PROPERTIES, sslp_kdf_##unit##_functions, description},

static const OSSL_ALGORITHM kdfs[] = {
    {"HKDF-SHA256:id-alg-hkdf-with-sha256:1.2.840.113549.1.9.16.3.28", KDF_PROPERTIES,
        sslp_kdf_hkdf_sha256_functions, "HKDF with SHA-256, in place of OpenSSL's"},
    {"HKDF-SHA384:id-alg-hkdf-with-sha384:1.2.840.113549.1.9.16.3.29", KDF_PROPERTIES,
        sslp_kdf_hkdf_sha384_functions, "HKDF with SHA-384, in place of OpenSSL's"},
    {"HKDF-SHA512:id-alg-hkdf-with-sha512:1.2.840.113549.1.9.16.3.30", KDF_PROPERTIES,
        sslp_kdf_hkdf_sha512_functions, "HKDF with SHA-512, in place of OpenSSL's"},
    {"HKDF", KDF_PROPERTIES, sslp_kdf_hkdf_functions, "HKDF, in place of OpenSSL's"},
    {"TLS1-PRF", KDF_PROPERTIES, sslp_kdf_tls1_prf_functions,
        "PRF of TLS 1.0 to 1.2, in place of OpenSSL's"},
    {"TLS13-KDF", KDF_PROPERTIES, sslp_kdf_tls13_functions,
        "steps of the TLS 1.3 key schedule, in place of OpenSSL's"},
    SSLP_OWN_KDFS(OWN_KDF_ROW){NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM keymgmts[] = {
    {SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, sslp_keymgmt_functions,
        "secrets of the TLS key schedules"},
    {NULL, NULL, NULL, NULL},
};

#ifdef SSLP_HAVE_SKEYMGMT
static const OSSL_ALGORITHM skeymgmts[] = {
    {SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, sslp_skeymgmt_functions,
        "secrets of the TLS key schedules"},
    {NULL, NULL, NULL, NULL},
};
#endif

static const OSSL_ALGORITHM *provider_query_operation(
    void *provctx, int operation_id, int *no_cache)
{
    *no_cache = 0;
    if (sslp_prfs_failed(provctx))
        return NULL;
    switch (operation_id) {
    case OSSL_OP_KDF:
        return kdfs + (sslp_drop_in_is_strict() ? 0 : KDFS_SINCE_3_6);
    case OSSL_OP_KEYMGMT:
        return keymgmts;
#ifdef SSLP_HAVE_SKEYMGMT
    case OSSL_OP_SKEYMGMT:
        return skeymgmts;
#endif
    default:
        return NULL;
    }
}

static const OSSL_PARAM *provider_gettable_params(void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, NULL, 0),
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, NULL, 0),
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, NULL, 0),
        OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, NULL),
        OSSL_PARAM_int(SSLPROVIDER_PROV_PARAM_LEGACY, NULL),
        OSSL_PARAM_int(SSLPROVIDER_PROV_PARAM_REQUIRE_EMS, NULL),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return gettable;
}

static int get_text(OSSL_PARAM params[], const char *name, const char *text)
{
    OSSL_PARAM *param = OSSL_PARAM_locate(params, name);

    return param == NULL || OSSL_PARAM_set_utf8_ptr(param, text);
}

static int provider_get_params(void *provctx, OSSL_PARAM params[])
{
    struct sslp_provctx *context = provctx;

    return get_text(params, OSSL_PROV_PARAM_NAME, "TLS session-key derivation") &&
        get_text(params, OSSL_PROV_PARAM_VERSION, SSLP_VERSION) &&
        get_text(params, OSSL_PROV_PARAM_BUILDINFO, context->config.summary) &&
        sslp_param_answer_int(params, OSSL_PROV_PARAM_STATUS, !sslp_prfs_failed(context)) &&
        sslp_param_answer_int(params, SSLPROVIDER_PROV_PARAM_LEGACY, context->config.legacy) &&
        sslp_param_answer_int(
            params, SSLPROVIDER_PROV_PARAM_REQUIRE_EMS, context->config.require_ems);
}

static const OSSL_ITEM *provider_get_reason_strings(void *provctx)
{
    (void)provctx;
    return sslp_reason_strings;
}

static int provider_self_test(void *provctx)
{
    return sslp_prfs_self_test(provctx);
}

/* At the end of a process the copies of libcrypto are tidied up one by one.  When the core's turn
 * comes, ours may have had its own, and does not know its locks any more. */
static bool libcrypto_has_ended(const struct sslp_provctx *provctx)
{
    return provctx->core.is_foreign && !OPENSSL_init_crypto(0, NULL);
}

/* Also called for a context that is only half made. */
static void provider_teardown(void *provctx)
{
    struct sslp_provctx *context = provctx;

    sslp_debug_log_close(context->debug_log);
    sslp_handle_table_free(context->keys);
    if (libcrypto_has_ended(context))
        return;
    sslp_prfs_clear(&context->prfs);
    sslp_digests_clear(&context->digests);
    sslp_queries_clear(&context->queries);
    OSSL_LIB_CTX_free(context->child);
    sslp_config_clear(&context->config);
    OPENSSL_free(context);
}

static const OSSL_DISPATCH provider_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_PROVIDER_TEARDOWN, provider_teardown),
    SSLP_DISPATCH(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, provider_gettable_params),
    SSLP_DISPATCH(OSSL_FUNC_PROVIDER_GET_PARAMS, provider_get_params),
    SSLP_DISPATCH(OSSL_FUNC_PROVIDER_QUERY_OPERATION, provider_query_operation),
    SSLP_DISPATCH(OSSL_FUNC_PROVIDER_GET_REASON_STRINGS, provider_get_reason_strings),
    SSLP_DISPATCH(OSSL_FUNC_PROVIDER_SELF_TEST, provider_self_test),
    SSLP_DISPATCH_END,
};

/* The core raises an error when it is asked for the file of a provider that has none. */
static void say_loaded(const struct sslp_provctx *context)
{
    const char *file, *version;

    if (context->debug_log == NULL)
        return;
    ERR_set_mark();
    file = sslp_config_value(context, OSSL_PROV_PARAM_CORE_MODULE_FILENAME);
    version = sslp_config_value(context, OSSL_PROV_PARAM_CORE_VERSION);
    ERR_pop_to_mark();
    sslp_debug_log_say(context->debug_log, "loaded %s; module %s, OpenSSL %s%s",
        context->config.summary, file == NULL ? "linked in" : file,
        version == NULL ? "unknown" : version,
        context->core.is_foreign ? " of the program, beside the system's" : "");
    sslp_debug_log_loaded(context->debug_log);
}

/* Whether the provider has been loaded into the default context of its own libcrypto.  What the
 * core says of its context is for comparison only: it may be of another libcrypto.  NULL is the
 * default context of the thread. */
static bool loaded_into_default(const struct sslp_provctx *context)
{
    const void *loading;

    if (context->core.is_foreign || context->core.get_libctx == NULL)
        return false;
    loading = context->core.get_libctx(context->handle);
    if (loading == NULL)
        loading = OSSL_LIB_CTX_set0_default(NULL);
    return loading == (const void *)OSSL_LIB_CTX_get0_global_default();
}

/* In the default context the application's hashes are fetched already, or will be for its own use.
 * Any other has a child, whose first fetch takes longer than loading the module. */
static bool find_libctx(struct sslp_provctx *context, const OSSL_DISPATCH *in)
{
    if (loaded_into_default(context)) {
        context->libctx = OSSL_LIB_CTX_get0_global_default();
    } else {
        context->child = OSSL_LIB_CTX_new_child(context->handle, in);
        context->libctx = context->child;
    }
    return context->libctx != NULL;
}

/* Without a context there is one for the error alone. */
static int refuse_for_memory(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in)
{
    struct sslp_provctx context = {.handle = handle};

    sslp_core_collect(&context.core, in);
    return sslp_raise_status(&context, SSLP_ERR_MEMORY);
}

int sslprovider_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    struct sslp_provctx *context = OPENSSL_zalloc(sizeof(*context));

    if (context == NULL)
        return refuse_for_memory(handle, in);
    context->handle = handle;
    sslp_core_collect(&context->core, in);
    /* A libcrypto that only the provider uses must outlive the core's, which was there first: it is
     * kept from tidying up before it.  One that the program uses, too, keeps its own rule. */
    if (context->core.is_foreign)
        (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    context->debug_log = sslp_debug_log_open();
    context->keys = sslp_key_table_new();
    if (context->keys == NULL || !find_libctx(context, in))
        (void)sslp_raise_status(context, SSLP_ERR_MEMORY);
    else if (sslp_config_read(&context->config, context)) {
        say_loaded(context);
        *out = provider_functions;
        *provctx = context;
        return 1;
    }
    provider_teardown(context);
    return 0;
}
