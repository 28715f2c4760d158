/* SPDX-License-Identifier: Apache-2.0
 *
 * The core answers for keys by name but does not list them.  To catch a misspelt key, the default
 * configuration file is looked through for provider sections.  A section is ours when it bears the
 * provider's name; a key in any section is ours when the core gives it to us with the same value.
 * Sections that an application loads from other files cannot be listed: their unknown keys go
 * unnoticed.
 */
#include "module/config.h"

#include "module/provctx.h"
#include "module/reasons.h"

#include <openssl/bio.h>
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

/* OpenSSL knows our reason texts only once the provider is loaded: these two errors stop that, so
 * they carry their text with them. */
static int refuse(const struct sslp_provctx *provctx, enum sslp_reason reason, const char *key)
{
    char detail[128];

    BIO_snprintf(detail, sizeof(detail), "%s: %s",
        reason == SSLP_REASON_UNKNOWN_CONFIGURATION_KEY ? "unknown configuration key"
                                                        : "invalid configuration value",
        key);
    sslp_reason_raise(provctx, reason, detail, __FILE__, __LINE__, __func__);
    return 0;
}

static int read_yes_no(const struct sslp_provctx *provctx, const char *key, bool *setting)
{
    const char *value = config_value(provctx, key);

    if (value == NULL)
        return 1;
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return refuse(provctx, SSLP_REASON_INVALID_CONFIGURATION_VALUE, key);
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

/* Whether the section of the entry is that of this provider. */
static bool bears_our_name(
    const struct sslp_provctx *provctx, const CONF *conf, const CONF_VALUE *entry)
{
    const char *identity = NCONF_get_string(conf, entry->value, "identity");
    const char *own_name = config_value(provctx, OSSL_PROV_PARAM_CORE_PROV_NAME);
    const char *dot = strrchr(entry->name, '.'); /* "2.name" lets a name stand twice in a file */

    if (identity == NULL)
        identity = dot == NULL ? entry->name : dot + 1;
    return own_name != NULL && strcmp(identity, own_name) == 0;
}

static bool is_bad_value(const CONF_VALUE *entry)
{
    return (strcmp(entry->name, "legacy") == 0 || strcmp(entry->name, "require-ems") == 0) &&
        strcmp(entry->value, "yes") != 0 && strcmp(entry->value, "no") != 0;
}

/* Refuses what the section says that we do not know.  In a section that is not ours by name, only
 * what the core gives us counts. */
static int check_section(
    const struct sslp_provctx *provctx, const STACK_OF(CONF_VALUE) * section, bool ours)
{
    for (int i = 0; i < sk_CONF_VALUE_num(section); i++) {
        const CONF_VALUE *entry = sk_CONF_VALUE_value(section, i);
        const char *given;

        if (is_known(entry->name)) {
            if (ours && is_bad_value(entry))
                return refuse(provctx, SSLP_REASON_INVALID_CONFIGURATION_VALUE, entry->name);
            continue;
        }
        given = config_value(provctx, entry->name);
        if (ours || (given != NULL && strcmp(given, entry->value) == 0))
            return refuse(provctx, SSLP_REASON_UNKNOWN_CONFIGURATION_KEY, entry->name);
    }
    return 1;
}

/* The same over every section that the list of providers names. */
static int check_file(const struct sslp_provctx *provctx, const CONF *conf)
{
    const char *init = NCONF_get_string(conf, NULL, "openssl_conf");
    const char *list = init == NULL ? NULL : NCONF_get_string(conf, init, "providers");
    const STACK_OF(CONF_VALUE) *providers = list == NULL ? NULL : NCONF_get_section(conf, list);
    int ok = 1;

    for (int i = 0; ok && i < sk_CONF_VALUE_num(providers); i++) {
        const CONF_VALUE *entry = sk_CONF_VALUE_value(providers, i);

        ok = check_section(
            provctx, NCONF_get_section(conf, entry->value), bears_our_name(provctx, conf, entry));
    }
    return ok;
}

/* No file, or one that cannot be read, has no section of ours: that is no error here, and leaves
 * none behind. */
static int refuse_unknown_keys(const struct sslp_provctx *provctx)
{
    char *path;
    CONF *conf;
    int ok = 1;

    ERR_set_mark();
    path = CONF_get1_default_config_file();
    conf = path == NULL ? NULL : NCONF_new(NULL);
    if (conf != NULL && NCONF_load(conf, path, NULL) > 0)
        ok = check_file(provctx, conf);
    if (ok)
        ERR_pop_to_mark();
    else
        ERR_clear_last_mark();
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
