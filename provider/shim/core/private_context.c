/* SPDX-License-Identifier: Apache-2.0
 *
 * In a private context the provider's configuration is that of the section [ncryptssl].
 */
#include "shim/core/private_context.h"

#include "shim/core/errors.h"
#include "shim/core/linked_provider.h"
#include "sslprovider/names.h"

#include <errno.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define SECTION "ncryptssl"

static const char private_keys[] = "private-keys"; /* not for the provider */

static const struct {
    const char *name;
    bool yes_no;
} known_keys[] = {
    {"legacy", true}, {"require-ems", true}, {"properties", false}, {private_keys, false}};

static bool entry_is_valid(const CONF_VALUE *entry)
{
    for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++) {
        if (strcmp(entry->name, known_keys[i].name) == 0)
            return !known_keys[i].yes_no || strcmp(entry->value, "yes") == 0 ||
                strcmp(entry->value, "no") == 0;
    }
    return false;
}

static bool section_is_valid(const STACK_OF(CONF_VALUE) * section)
{
    for (int i = 0; i < sk_CONF_VALUE_num(section); i++) {
        if (!entry_is_valid(sk_CONF_VALUE_value(section, i)))
            return false;
    }
    return true;
}

/* A file, or the device that is always empty.  A pipe that libcrypto has read already is empty, or
 * would be waited for in vain. */
static bool can_be_read_twice(const struct stat *status)
{
    struct stat empty;

    return S_ISREG(status->st_mode) ||
        (S_ISCHR(status->st_mode) && stat("/dev/null", &empty) == 0 &&
            status->st_rdev == empty.st_rdev);
}

static SECURITY_STATUS load_file(const char *path, CONF **conf)
{
    struct stat file;
    unsigned long errors;
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (stat(path, &file) != 0)
        return errno == ENOENT ? ERROR_SUCCESS : NTE_FAIL;
    if (!can_be_read_twice(&file))
        return NTE_FAIL;
    errors = sslp_errors_begin();
    *conf = NCONF_new(NULL);
    if (*conf == NULL)
        status = NTE_NO_MEMORY;
    else if (NCONF_load(*conf, path, NULL) <= 0)
        status = NTE_FAIL;
    return sslp_errors_end(errors, status);
}

/* Reads the default configuration file into *conf, NULL where there is no such file.  NTE_FAIL for
 * a file that cannot be read: it may hold a policy, which must not be lost. */
static SECURITY_STATUS load_configuration(CONF **conf)
{
    char *path = CONF_get1_default_config_file();
    SECURITY_STATUS status = ERROR_SUCCESS;

    *conf = NULL;
    if (path == NULL)
        return NTE_NO_MEMORY;
    if (path[0] != '\0')
        status = load_file(path, conf);
    OPENSSL_free(path);
    return status;
}

/* ---- The section with which the configuration file activates the module ---- */

/* The provider itself says what it refuses: it is loaded with the section into a trial context. */
static bool provider_takes(const STACK_OF(CONF_VALUE) * section)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider =
        libctx == NULL ? NULL : sslp_linked_provider_load(libctx, section, NULL);

    if (provider != NULL)
        OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
    return provider != NULL;
}

/* NULL where the section does not have the key; nothing is raised. */
static const char *value_of(const STACK_OF(CONF_VALUE) * entries, const char *key)
{
    for (int i = 0; i < sk_CONF_VALUE_num(entries); i++) {
        if (strcmp(sk_CONF_VALUE_value(entries, i)->name, key) == 0)
            return sk_CONF_VALUE_value(entries, i)->value;
    }
    return NULL;
}

static const STACK_OF(CONF_VALUE) *
    section_of(const CONF *conf, const STACK_OF(CONF_VALUE) * entries, const char *key)
{
    const char *name = value_of(entries, key);

    return name == NULL ? NULL : NCONF_get_section(conf, name);
}

/* OpenSSL 3.0 only looks for the key; later releases also understand a value that says no. */
static bool activates(const STACK_OF(CONF_VALUE) * entries)
{
    static const char *const no[] = {"0", "no", "false", "off"};
    const char *value = value_of(entries, "activate");

    for (size_t i = 0; value != NULL && i < sizeof(no) / sizeof(no[0]); i++) {
        if (strcasecmp(value, no[i]) == 0)
            return false;
    }
    return value != NULL;
}

/* Whether an entry of the list of providers means ours.  "2.name" lists a name a second time. */
static bool means_ours(const CONF_VALUE *entry, const STACK_OF(CONF_VALUE) * entries)
{
    const char *identity = value_of(entries, "identity");
    const char *dot = strrchr(entry->name, '.');

    if (identity == NULL)
        identity = dot == NULL ? entry->name : dot + 1;
    return strcmp(identity, SSLPROVIDER_NAME) == 0;
}

/* False for a file that activates the module with a section that the provider refuses.  That
 * section is a policy, and a private context without it would evade the policy. */
static bool module_section_is_sound(const CONF *conf)
{
    const STACK_OF(CONF_VALUE) *top = NCONF_get_section(conf, "default");
    const STACK_OF(CONF_VALUE) *init = section_of(conf, top, "openssl_conf");
    const STACK_OF(CONF_VALUE) *providers = section_of(conf, init, "providers");

    for (int i = 0; i < sk_CONF_VALUE_num(providers); i++) {
        const CONF_VALUE *entry = sk_CONF_VALUE_value(providers, i);
        const STACK_OF(CONF_VALUE) *entries = NCONF_get_section(conf, entry->value);

        if (means_ours(entry, entries) && activates(entries) && !provider_takes(entries))
            return false;
    }
    return true;
}

/* ---- The context ---- */

static SECURITY_STATUS keep_private_keys(
    struct sslp_private_context *context, const STACK_OF(CONF_VALUE) * section)
{
    const char *value = value_of(section, private_keys);

    if (value == NULL)
        return ERROR_SUCCESS;
    context->private_keys = OPENSSL_strdup(value);
    return context->private_keys != NULL ? ERROR_SUCCESS : NTE_NO_MEMORY;
}

static bool load_providers(
    struct sslp_private_context *context, const STACK_OF(CONF_VALUE) * section)
{
    const char *legacy = value_of(section, "legacy");

    context->libctx = OSSL_LIB_CTX_new();
    if (context->libctx == NULL)
        return false;
    context->providers[0] = OSSL_PROVIDER_load(context->libctx, "default");
    if (context->providers[0] == NULL)
        return false;
    context->providers[1] = sslp_linked_provider_load(context->libctx, section, private_keys);
    /* RC4 and single DES are in `legacy`.  Without it those suites are not available. */
    if (context->providers[1] != NULL && legacy != NULL && strcmp(legacy, "yes") == 0)
        context->providers[2] = OSSL_PROVIDER_load(context->libctx, "legacy");
    return context->providers[1] != NULL;
}

static SECURITY_STATUS open_as_configured(struct sslp_private_context *context, const CONF *conf)
{
    const STACK_OF(CONF_VALUE) *section = NULL;
    SECURITY_STATUS status;

    if (conf != NULL && !module_section_is_sound(conf))
        return sslp_errors_refusal(NTE_FAIL);
    if (conf != NULL)
        section = NCONF_get_section(conf, SECTION);
    if (!section_is_valid(section))
        return NTE_FAIL;
    status = keep_private_keys(context, section);
    if (status == ERROR_SUCCESS && !load_providers(context, section))
        status = sslp_errors_refusal(NTE_FAIL);
    return status;
}

SECURITY_STATUS sslp_private_context_open(struct sslp_private_context *context)
{
    CONF *conf;
    SECURITY_STATUS status = load_configuration(&conf);

    *context = (struct sslp_private_context){0};
    if (status == ERROR_SUCCESS)
        status = open_as_configured(context, conf);
    NCONF_free(conf);
    if (status != ERROR_SUCCESS)
        sslp_private_context_close(context);
    return status;
}

SECURITY_STATUS sslp_private_context_read_keys(struct sslp_private_context *context)
{
    const STACK_OF(CONF_VALUE) *section = NULL;
    CONF *conf;
    SECURITY_STATUS status = load_configuration(&conf);

    *context = (struct sslp_private_context){0};
    /* The other keys of the section are for a private context, and ignored. */
    if (status == ERROR_SUCCESS && conf != NULL)
        section = NCONF_get_section(conf, SECTION);
    if (status != NTE_NO_MEMORY)
        status = keep_private_keys(context, section);
    NCONF_free(conf);
    return status;
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
