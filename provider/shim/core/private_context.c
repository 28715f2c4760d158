/* SPDX-License-Identifier: Apache-2.0
 *
 * In a private context the provider's configuration is that of the section [ncryptssl].
 */
#include "shim/core/private_context.h"

#include "shim/core/linked_provider.h"
#include "shim/core/module_section.h"
#include "sslprovider/names.h"

#include <errno.h>
#include <openssl/conf.h>
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define SECTION "ncryptssl"

enum key { KEY_LEGACY, KEY_REQUIRE_EMS, KEY_PROPERTIES, KEY_PRIVATE_KEYS, KEY_COUNT };

static const struct {
    const char *name;
    bool yes_no;
    bool for_provider;
} keys[KEY_COUNT] = {
    [KEY_LEGACY] = {"legacy", true, true},
    [KEY_REQUIRE_EMS] = {"require-ems", true, true},
    [KEY_PROPERTIES] = {"properties", false, true},
    [KEY_PRIVATE_KEYS] = {"private-keys", false, false},
};

/* Valid while this thread makes a private context, in which it loads the provider. */
static _Thread_local const char *values[KEY_COUNT];
static _Thread_local OSSL_FUNC_core_get_params_fn *core_get_params;

static int get_params(const OSSL_CORE_HANDLE *handle, OSSL_PARAM params[])
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        OSSL_PARAM *param = OSSL_PARAM_locate(params, keys[i].name);

        if (param != NULL && keys[i].for_provider && values[i] != NULL &&
            !OSSL_PARAM_set_utf8_ptr(param, values[i]))
            return 0;
    }
    return core_get_params == NULL || core_get_params(handle, params);
}

static int init_with_configuration(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    core_get_params = sslp_core_get_params_of(in);
    return sslp_linked_provider_init(get_params, handle, in, out, provctx);
}

/* Finds the value's key; false for an unknown key or a value it cannot have. */
static bool take(const CONF_VALUE *entry)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(entry->name, keys[i].name) != 0)
            continue;
        values[i] = entry->value;
        return !keys[i].yes_no || strcmp(entry->value, "yes") == 0 ||
            strcmp(entry->value, "no") == 0;
    }
    return false;
}

static bool read_section(const CONF *conf)
{
    const STACK_OF(CONF_VALUE) *section = NCONF_get_section(conf, SECTION);
    bool ok = true;

    for (int i = 0; i < sk_CONF_VALUE_num(section); i++)
        ok = take(sk_CONF_VALUE_value(section, i)) && ok;
    return ok;
}

/* A file, or the device that is always empty.  A pipe, which libcrypto has read already, has
 * nothing left to say, or is waited for in vain. */
static bool can_be_read_twice(const struct stat *status)
{
    struct stat empty;

    return S_ISREG(status->st_mode) ||
        (S_ISCHR(status->st_mode) && stat("/dev/null", &empty) == 0 &&
            status->st_rdev == empty.st_rdev);
}

/* Reads the default configuration file into *conf, NULL where there is no such file.  False for a
 * file that cannot be read: it may hold a policy, which must not be lost. */
static bool load_configuration(CONF **conf)
{
    char *path = CONF_get1_default_config_file();
    struct stat status;
    bool ok = path != NULL, found;

    *conf = NULL;
    if (ok && path[0] != '\0') {
        found = stat(path, &status) == 0;
        ok = found ? can_be_read_twice(&status) : errno == ENOENT;
        if (ok && found) {
            *conf = NCONF_new(NULL);
            ok = *conf != NULL && NCONF_load(*conf, path, NULL) > 0;
        }
    }
    OPENSSL_free(path);
    return ok;
}

static bool keep_private_keys(struct sslp_private_context *context)
{
    if (values[KEY_PRIVATE_KEYS] == NULL)
        return true;
    context->private_keys = OPENSSL_strdup(values[KEY_PRIVATE_KEYS]);
    return context->private_keys != NULL;
}

static bool legacy_allowed(void)
{
    return values[KEY_LEGACY] != NULL && strcmp(values[KEY_LEGACY], "yes") == 0;
}

static bool load(struct sslp_private_context *context)
{
    context->libctx = OSSL_LIB_CTX_new();
    if (context->libctx == NULL)
        return false;
    context->providers[0] = OSSL_PROVIDER_load(context->libctx, "default");
    if (context->providers[0] == NULL ||
        !OSSL_PROVIDER_add_builtin(context->libctx, SSLPROVIDER_NAME, init_with_configuration))
        return false;
    context->providers[1] = OSSL_PROVIDER_load(context->libctx, SSLPROVIDER_NAME);
    /* RC4 and single DES are in `legacy`; without it those suites are just not available. */
    if (context->providers[1] != NULL && legacy_allowed())
        context->providers[2] = OSSL_PROVIDER_load(context->libctx, "legacy");
    return context->providers[1] != NULL;
}

bool sslp_private_context_open(struct sslp_private_context *context)
{
    CONF *conf;
    bool ok;

    *context = (struct sslp_private_context){0};
    memset(values, 0, sizeof(values));
    ok = load_configuration(&conf) &&
        (conf == NULL || (sslp_module_section_is_sound(conf) && read_section(conf))) &&
        keep_private_keys(context) && load(context);
    memset(values, 0, sizeof(values));
    NCONF_free(conf);
    if (!ok)
        sslp_private_context_close(context);
    return ok;
}

bool sslp_private_context_read_keys(struct sslp_private_context *context)
{
    CONF *conf;
    bool ok;

    *context = (struct sslp_private_context){0};
    memset(values, 0, sizeof(values));
    /* What else the section says is for a private context, and not looked at. */
    if (load_configuration(&conf) && conf != NULL)
        (void)read_section(conf);
    ok = keep_private_keys(context);
    memset(values, 0, sizeof(values));
    NCONF_free(conf);
    return ok;
}

void sslp_private_context_close(struct sslp_private_context *context)
{
    for (size_t i = sizeof(context->providers) / sizeof(context->providers[0]); i-- > 0;) {
        if (context->providers[i] != NULL)
            OSSL_PROVIDER_unload(context->providers[i]);
    }
    OSSL_LIB_CTX_free(context->libctx);
    OPENSSL_free(context->private_keys);
    *context = (struct sslp_private_context){0};
}
