/* SPDX-License-Identifier: Apache-2.0
 *
 * What the provider refuses it says itself: it is started with the section in a context of its own,
 * by a core that answers for the section's keys.
 */
#include "shim/core/module_section.h"

#include "shim/core/linked_provider.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>
#include <strings.h>

/* While a trial lasts, in its thread. */
static _Thread_local const STACK_OF(CONF_VALUE) * section;

static int answer_from_section(const OSSL_CORE_HANDLE *handle, OSSL_PARAM params[])
{
    (void)handle;
    for (int i = 0; i < sk_CONF_VALUE_num(section); i++) {
        const CONF_VALUE *entry = sk_CONF_VALUE_value(section, i);
        OSSL_PARAM *param = OSSL_PARAM_locate(params, entry->name);

        if (param != NULL && !OSSL_PARAM_set_utf8_ptr(param, entry->value))
            return 0;
    }
    return 1;
}

static int init_from_section(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    return sslp_linked_provider_init(answer_from_section, handle, in, out, provctx);
}

static bool provider_takes(const STACK_OF(CONF_VALUE) * wanted)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = NULL;

    section = wanted;
    if (libctx != NULL && OSSL_PROVIDER_add_builtin(libctx, SSLPROVIDER_NAME, init_from_section))
        provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
    section = NULL;
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

/* OpenSSL 3.0 goes by the key alone; later releases also know how to say no. */
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

/* Whether an entry of the list of providers means ours: "2.name" lets a name stand twice. */
static bool means_ours(const CONF_VALUE *entry, const STACK_OF(CONF_VALUE) * entries)
{
    const char *identity = value_of(entries, "identity");
    const char *dot = strrchr(entry->name, '.');

    if (identity == NULL)
        identity = dot == NULL ? entry->name : dot + 1;
    return strcmp(identity, SSLPROVIDER_NAME) == 0;
}

bool sslp_module_section_is_sound(const CONF *conf)
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
