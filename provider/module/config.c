/* SPDX-License-Identifier: Apache-2.0
 *
 * The core answers for keys by name but does not list them.  To catch a misspelt key, the default
 * configuration file is looked through for provider sections: a key there that we do not know and
 * that the core nevertheless gives us, with the same value, was meant for us.  Sections that an
 * application loads from other files cannot be listed; their unknown keys go unnoticed.
 */
#include "module/config.h"

#include "module/provctx.h"
#include "module/reasons.h"

#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <string.h>

/* Ours, and those that the core itself understands in a provider section. */
static const char *const known_keys[] = {
    "legacy", "require-ems", "properties", "identity", "module", "activate", "soft_load"};

static const char *config_value(const struct sslp_provctx *provctx, const char *key)
{
    char *value = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_ptr(key, &value, 0), OSSL_PARAM_construct_end()};

    if (provctx->core.get_params == NULL || !provctx->core.get_params(provctx->handle, params))
        return NULL;
    return value;
}

static int read_yes_no(const struct sslp_provctx *provctx, const char *key, bool *setting)
{
    const char *value = config_value(provctx, key);

    if (value == NULL)
        return 1;
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return sslp_raise_detail(provctx, INVALID_CONFIGURATION_VALUE, key);
    *setting = strcmp(value, "yes") == 0;
    return 1;
}

static bool is_known(const char *key)
{
    for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++) {
        if (strcmp(known_keys[i], key) == 0)
            return true;
    }
    return false;
}

/* The first key of the section that was given to us and that we do not know; NULL for none. */
static const char *unknown_key(
    const struct sslp_provctx *provctx, const STACK_OF(CONF_VALUE) * section)
{
    for (int i = 0; i < sk_CONF_VALUE_num(section); i++) {
        const CONF_VALUE *entry = sk_CONF_VALUE_value(section, i);
        const char *given = is_known(entry->name) ? NULL : config_value(provctx, entry->name);

        if (given != NULL && strcmp(given, entry->value) == 0)
            return entry->name;
    }
    return NULL;
}

/* The same over every section that the list of providers names. */
static const char *unknown_key_in_file(const struct sslp_provctx *provctx, const CONF *conf)
{
    const char *init = NCONF_get_string(conf, NULL, "openssl_conf");
    const char *list = init == NULL ? NULL : NCONF_get_string(conf, init, "providers");
    const STACK_OF(CONF_VALUE) *providers = list == NULL ? NULL : NCONF_get_section(conf, list);
    const char *unknown = NULL;

    for (int i = 0; unknown == NULL && i < sk_CONF_VALUE_num(providers); i++) {
        const STACK_OF(CONF_VALUE) *section =
            NCONF_get_section(conf, sk_CONF_VALUE_value(providers, i)->value);

        unknown = unknown_key(provctx, section);
    }
    return unknown;
}

static int refuse_unknown_keys(const struct sslp_provctx *provctx)
{
    const char *unknown = NULL;
    char *path;
    CONF *conf;
    int ok;

    /* No file, or one that cannot be read, has no section of ours: that is no error. */
    ERR_set_mark();
    path = CONF_get1_default_config_file();
    conf = path == NULL ? NULL : NCONF_new(NULL);
    if (conf != NULL && NCONF_load(conf, path, NULL) > 0)
        unknown = unknown_key_in_file(provctx, conf);
    ERR_pop_to_mark();
    ok = unknown == NULL || sslp_raise_detail(provctx, UNKNOWN_CONFIGURATION_KEY, unknown);
    NCONF_free(conf);
    OPENSSL_free(path);
    return ok;
}

int sslp_config_read(struct sslp_config *config, const struct sslp_provctx *provctx)
{
    const char *properties;

    *config = (struct sslp_config){0};
    if (!refuse_unknown_keys(provctx) || !read_yes_no(provctx, "legacy", &config->legacy) ||
        !read_yes_no(provctx, "require-ems", &config->require_ems))
        return 0;
    properties = config_value(provctx, "properties");
    if (properties == NULL || properties[0] == '\0')
        return 1;
    config->properties = OPENSSL_strdup(properties);
    return config->properties != NULL || sslp_raise_status(provctx, SSLP_ERR_MEMORY);
}

void sslp_config_clear(struct sslp_config *config)
{
    OPENSSL_free(config->properties);
    *config = (struct sslp_config){0};
}
