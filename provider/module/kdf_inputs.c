/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding is a transaction: setters write to a copy of the inputs, which replaces them when the
 * whole list is good.  What a copy owns differs from what the original owns exactly where a setter
 * has put something new.
 */
#include "module/kdf_inputs.h"

#include "module/reasons.h"

#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

/* The text of a UTF-8 parameter, which need not end with NUL. */
static int get_text(
    const struct sslp_kdf_inputs *inputs, const OSSL_PARAM *param, const char **text, size_t *len)
{
    if (param->data_type != OSSL_PARAM_UTF8_STRING || param->data == NULL)
        return sslp_raise_detail(inputs->provctx, INVALID_PARAMETER_TYPE, param->key);
    *text = param->data;
    *len = strnlen(param->data, param->data_size);
    return 1;
}

static int get_octets(
    const struct sslp_kdf_inputs *inputs, const OSSL_PARAM *param, struct sslp_bytes *octets)
{
    if (param->data_type != OSSL_PARAM_OCTET_STRING ||
        (param->data == NULL && param->data_size != 0))
        return sslp_raise_detail(inputs->provctx, INVALID_PARAMETER_TYPE, param->key);
    *octets = sslp_bytes(param->data, param->data_size);
    return 1;
}

int sslp_set_protocol(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    const char *text;
    size_t len;

    (void)current;
    if (!get_text(next, param, &text, &len))
        return 0;
    next->protocol = sslp_protocol_by_name(text, len);
    return next->protocol != NULL || sslp_raise(next->provctx, UNKNOWN_PROTOCOL);
}

int sslp_set_suite(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    const char *text;
    size_t len;

    (void)current;
    if (!get_text(next, param, &text, &len))
        return 0;
    next->suite = sslp_suite_by_name(text, len);
    return next->suite != NULL || sslp_raise(next->provctx, UNKNOWN_SUITE);
}

int sslp_set_role(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    const char *text;
    size_t len;

    (void)current;
    if (!get_text(next, param, &text, &len))
        return 0;
    next->role = sslp_role_by_name(text, len);
    return next->role != SSLP_ROLE_NONE || sslp_raise(next->provctx, UNKNOWN_ROLE);
}

int sslp_set_output(
    struct sslp_kdf_inputs *next, const OSSL_PARAM *param, const struct sslp_output *outputs)
{
    const char *text;
    size_t len;

    if (!get_text(next, param, &text, &len))
        return 0;
    for (; outputs->name != NULL; outputs++) {
        if (strlen(outputs->name) == len && memcmp(outputs->name, text, len) == 0) {
            next->output = outputs;
            return 1;
        }
    }
    return sslp_raise(next->provctx, UNKNOWN_OUTPUT);
}

static void free_secret(uint8_t *secret, size_t len)
{
    OPENSSL_secure_clear_free(secret, len);
}

int sslp_set_secret(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    struct sslp_bytes octets;
    uint8_t *copy;

    if (!get_octets(next, param, &octets))
        return 0;
    if (octets.len == 0 || octets.len > SSLP_MAX_PRE_MASTER)
        return sslp_raise(next->provctx, INVALID_SECRET_LENGTH);
    copy = OPENSSL_secure_malloc(octets.len);
    if (copy == NULL)
        return sslp_raise_status(next->provctx, SSLP_ERR_MEMORY);
    memcpy(copy, octets.data, octets.len);
    if (next->secret != current->secret)
        free_secret(next->secret, next->secret_len);
    next->secret = copy;
    next->secret_len = octets.len;
    return 1;
}

int sslp_set_handle(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    struct sslp_key *key;
    uint64_t handle;

    if (!OSSL_PARAM_get_uint64(param, &handle))
        return sslp_raise_detail(next->provctx, INVALID_PARAMETER_TYPE, param->key);
    key = sslp_key_acquire(next->provctx->keys, handle);
    if (key == NULL)
        return sslp_raise(next->provctx, INVALID_KEY_HANDLE);
    /* The context keeps one reference to a key, however often it is named. */
    if (next->key != current->key)
        sslp_key_release(next->key);
    if (key == current->key)
        sslp_key_release(key);
    next->key = key;
    return 1;
}

static int set_random(const struct sslp_kdf_inputs *inputs, const OSSL_PARAM *param,
    uint8_t random[SSLP_RANDOM_LEN], bool *has)
{
    struct sslp_bytes octets;

    if (!get_octets(inputs, param, &octets))
        return 0;
    if (octets.len != SSLP_RANDOM_LEN)
        return sslp_raise_detail(inputs->provctx, INVALID_RANDOM_LENGTH, param->key);
    memcpy(random, octets.data, SSLP_RANDOM_LEN);
    *has = true;
    return 1;
}

int sslp_set_client_random(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    (void)current;
    return set_random(next, param, next->client_random, &next->has_client_random);
}

int sslp_set_server_random(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    (void)current;
    return set_random(next, param, next->server_random, &next->has_server_random);
}

int sslp_set_session_hash(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    struct sslp_bytes octets;

    (void)current;
    if (!get_octets(next, param, &octets))
        return 0;
    if (octets.len == 0 || octets.len > sizeof(next->session_hash))
        return sslp_raise(next->provctx, INVALID_SESSION_HASH_LENGTH);
    memcpy(next->session_hash, octets.data, octets.len);
    next->session_hash_len = (uint8_t)octets.len;
    return 1;
}

static int set_string(const struct sslp_kdf_inputs *inputs, const OSSL_PARAM *param, char **string,
    const char *current)
{
    const char *text;
    size_t len;
    char *copy;

    if (!get_text(inputs, param, &text, &len))
        return 0;
    copy = OPENSSL_strndup(text, len);
    if (copy == NULL)
        return sslp_raise_status(inputs->provctx, SSLP_ERR_MEMORY);
    if (*string != current)
        OPENSSL_free(*string);
    *string = copy;
    return 1;
}

int sslp_set_digest(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    return set_string(next, param, &next->digest, current->digest);
}

int sslp_set_properties(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    return set_string(next, param, &next->properties, current->properties);
}

/* Frees what `dropped` owns and `kept` does not. */
static void drop(struct sslp_kdf_inputs *dropped, const struct sslp_kdf_inputs *kept)
{
    if (dropped->key != kept->key)
        sslp_key_release(dropped->key);
    if (dropped->secret != kept->secret)
        free_secret(dropped->secret, dropped->secret_len);
    if (dropped->digest != kept->digest)
        OPENSSL_free(dropped->digest);
    if (dropped->properties != kept->properties)
        OPENSSL_free(dropped->properties);
}

static const struct sslp_kdf_parameter *find(
    const struct sslp_kdf_parameter *table, const char *name)
{
    while (table->name != NULL && strcmp(table->name, name) != 0)
        table++;
    return table;
}

int sslp_kdf_inputs_set(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM params[])
{
    struct sslp_kdf_inputs next;
    int ok = 1;

    if (params == NULL || params->key == NULL)
        return 1;
    next = *inputs;
    for (; ok && params->key != NULL; params++) {
        const struct sslp_kdf_parameter *row = find(table, params->key);

        /* As everywhere in OpenSSL, what a KDF does not know it ignores. */
        if (row->name != NULL)
            ok = row->set(&next, inputs, params);
    }
    if (ok) {
        drop(inputs, &next);
        *inputs = next;
    } else {
        drop(&next, inputs);
    }
    return ok;
}

void sslp_kdf_inputs_reset(struct sslp_kdf_inputs *inputs)
{
    const struct sslp_kdf_inputs empty = {.provctx = inputs->provctx};

    drop(inputs, &empty);
    *inputs = empty;
}

int sslp_kdf_inputs_copy(struct sslp_kdf_inputs *to, const struct sslp_kdf_inputs *from)
{
    bool ok = true;

    *to = *from;
    to->key = sslp_key_retain(from->key);
    to->secret = NULL;
    to->digest = NULL;
    to->properties = NULL;
    if (from->secret != NULL) {
        to->secret = OPENSSL_secure_malloc(from->secret_len);
        if (to->secret != NULL)
            memcpy(to->secret, from->secret, from->secret_len);
        ok = to->secret != NULL;
    }
    if (from->digest != NULL)
        ok = (to->digest = OPENSSL_strdup(from->digest)) != NULL && ok;
    if (from->properties != NULL)
        ok = (to->properties = OPENSSL_strdup(from->properties)) != NULL && ok;
    if (ok)
        return 1;
    sslp_kdf_inputs_reset(to);
    return sslp_raise_status(from->provctx, SSLP_ERR_MEMORY);
}
