/* SPDX-License-Identifier: Apache-2.0
 *
 * The core answers for keys by name but does not list them, and a misspelt name cannot be guessed.
 * So the names come from the default configuration file: the core is asked for every key in it,
 * wherever the key stands, and a key that the core knows for this very instance has configured it.
 * An instance is judged by nothing else.  Sections that an application loads from other files
 * cannot be listed: unknown keys in them go unnoticed.
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

/* Ours, those that OpenSSL reads in a provider section, and names of the core's own. */
static const char *const known_keys[] = {"legacy", "require-ems", "properties", "identity",
    "module", "activate", "soft_load", OSSL_PROV_PARAM_CORE_VERSION, OSSL_PROV_PARAM_CORE_PROV_NAME,
    OSSL_PROV_PARAM_CORE_MODULE_FILENAME};

const char *sslp_config_value(const struct sslp_provctx *provctx, const char *name)
{
    char *value = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_ptr(name, &value, 0), OSSL_PARAM_construct_end()};

    if (provctx->core.get_params == NULL || !provctx->core.get_params(provctx->handle, params))
        return NULL;
    return value;
}

/* OpenSSL knows our reason texts only once the provider is loaded.  These two errors prevent that,
 * so they carry their text with them. */
static int config_refuse_key(const struct sslp_provctx *provctx, const char *key)
{
    static const char help[] = "the keys are legacy, require-ems and properties";

    sslp_debug_log_say(
        provctx->debug_log, "not loaded: unknown configuration key \"%.80s\"; %s", key, help);
    return sslp_raise_with(
        provctx, UNKNOWN_CONFIGURATION_KEY, "unknown configuration key: %.80s; %s", key, help);
}

static int config_refuse_value(
    const struct sslp_provctx *provctx, const char *key, const char *value, const char *help)
{
    sslp_debug_log_say(provctx->debug_log,
        "not loaded: invalid configuration value \"%s = %.80s\"; %s", key, value, help);
    return sslp_raise_with(provctx, INVALID_CONFIGURATION_VALUE,
        "invalid configuration value: %s = %.80s; %s", key, value, help);
}

static int config_refuse_memory(const struct sslp_provctx *provctx)
{
    sslp_debug_log_say(provctx->debug_log, "not loaded: no memory");
    return sslp_raise_status(provctx, SSLP_ERR_MEMORY);
}

static int config_read_yes_no(const struct sslp_provctx *provctx, const char *key, bool *setting)
{
    const char *value = sslp_config_value(provctx, key);

    *setting = value != NULL && strcmp(value, "yes") == 0;
    if (value == NULL || *setting || strcmp(value, "no") == 0)
        return 1;
    return config_refuse_value(provctx, key, value, "write yes or no");
}

static int config_read_properties(const struct sslp_provctx *provctx, char **properties)
{
    static const char key[] = "properties";
    const char *value = sslp_config_value(provctx, key);
    bool parses;

    *properties = NULL;
    if (value == NULL || value[0] == '\0')
        return 1;
    if (sslp_query_parses(value, &parses) != SSLP_OK)
        return config_refuse_memory(provctx);
    if (!parses)
        return config_refuse_value(
            provctx, key, value, "this is no property query, see property(7)");
    *properties = OPENSSL_strdup(value);
    return *properties != NULL || config_refuse_memory(provctx);
}

/* Release and policy in one line: "legacy=no" and so on. */
static int config_summarize(const struct sslp_provctx *provctx, struct sslp_config *config)
{
    const char *properties = config->properties == NULL ? "(none)" : config->properties;
    const size_t size = strlen(properties) + 128;

    config->summary = OPENSSL_malloc(size);
    if (config->summary == NULL)
        return config_refuse_memory(provctx);
    BIO_snprintf(config->summary, size, "%s legacy=%s require-ems=%s properties=%s", SSLP_VERSION,
        config->legacy ? "yes" : "no", config->require_ems ? "yes" : "no", properties);
    return 1;
}

static bool config_knows(const char *key)
{
    for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++) {
        if (strcmp(known_keys[i], key) == 0)
            return true;
    }
    return false;
}

static int config_check_key(const struct sslp_provctx *provctx, const char *key)
{
    return config_knows(key) || sslp_config_value(provctx, key) == NULL ||
        config_refuse_key(provctx, key);
}

/* Where a value is the name of a section, the core knows the keys of that section, with the name of
 * the entry and a dot in front. */
static int config_check_nested(
    const struct sslp_provctx *provctx, const CONF *conf, const CONF_VALUE *entry)
{
    const STACK_OF(CONF_VALUE) *section = NCONF_get_section(conf, entry->value);
    int ok = 1;

    for (int i = 0; ok && i < sk_CONF_VALUE_num(section); i++) {
        char key[128];

        BIO_snprintf(key, sizeof(key), "%s.%s", entry->name, sk_CONF_VALUE_value(section, i)->name);
        ok = config_check_key(provctx, key);
    }
    return ok;
}

static int config_check_file(const struct sslp_provctx *provctx, const CONF *conf)
{
    STACK_OF(OPENSSL_CSTRING) *names = NCONF_get_section_names(conf);
    int ok = 1;

    for (int i = 0; ok && i < sk_OPENSSL_CSTRING_num(names); i++) {
        const STACK_OF(CONF_VALUE) *section =
            NCONF_get_section(conf, sk_OPENSSL_CSTRING_value(names, i));

        for (int k = 0; ok && k < sk_CONF_VALUE_num(section); k++) {
            const CONF_VALUE *entry = sk_CONF_VALUE_value(section, k);

            ok =
                config_check_key(provctx, entry->name) && config_check_nested(provctx, conf, entry);
        }
    }
    sk_OPENSSL_CSTRING_free(names);
    return ok;
}

/* A file that is missing or cannot be read has configured nothing.  That is no error, and leaves
 * none on the queue. */
static int config_check_keys(const struct sslp_provctx *provctx)
{
    char *path;
    CONF *conf;
    int ok = 1;

    ERR_set_mark();
    path = CONF_get1_default_config_file();
    conf = path == NULL ? NULL : NCONF_new(NULL);
    if (conf != NULL && NCONF_load(conf, path, NULL) > 0)
        ok = config_check_file(provctx, conf);
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
    *config = (struct sslp_config){0};
    return config_check_keys(provctx) && config_read_yes_no(provctx, "legacy", &config->legacy) &&
        config_read_yes_no(provctx, "require-ems", &config->require_ems) &&
        config_read_properties(provctx, &config->properties) && config_summarize(provctx, config);
}

void sslp_config_clear(struct sslp_config *config)
{
    OPENSSL_free(config->properties);
    OPENSSL_free(config->summary);
    *config = (struct sslp_config){0};
}
