/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding is a transaction: setters write to a copy of the inputs, which replaces the inputs once
 * the whole list is good.  Copy and original own the same things, except where a setter has put
 * something new.
 */
#include "module/kdf/inputs.h"

#include "module/kdf/kdf.h"

#include "module/param.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <stddef.h>
#include <string.h>

/* The text of a UTF-8 parameter, which need not end with NUL. */
static int inputs_get_text(
    const struct sslp_kdf_change *change, const OSSL_PARAM *param, const char **text, size_t *len)
{
    if (param->data_type != OSSL_PARAM_UTF8_STRING || param->data == NULL)
        return sslp_raise_detail(change->next->provctx, INVALID_PARAMETER_TYPE, param->key);
    *text = param->data;
    *len = strnlen(param->data, param->data_size);
    return 1;
}

static int inputs_get_octets(
    const struct sslp_kdf_change *change, const OSSL_PARAM *param, struct sslp_bytes *octets)
{
    if (param->data_type != OSSL_PARAM_OCTET_STRING ||
        (param->data == NULL && param->data_size != 0))
        return sslp_raise_detail(change->next->provctx, INVALID_PARAMETER_TYPE, param->key);
    *octets = sslp_bytes(param->data, param->data_size);
    return 1;
}

/* A setter for a name: `look_up` finds what it names, and gives `NONE` for an unknown name. */
#define DEFINE_NAME_SETTER(field, look_up, NONE, REASON)                                           \
    int sslp_set_##field(struct sslp_kdf_change *change, const OSSL_PARAM *param)                  \
    {                                                                                              \
        const char *text;                                                                          \
        size_t len;                                                                                \
                                                                                                   \
        if (!inputs_get_text(change, param, &text, &len))                                          \
            return 0;                                                                              \
        change->next->field = look_up(text, len);                                                  \
        return change->next->field != NONE ||                                                      \
            sslp_raise_value(change->next->provctx, REASON, text, len);                            \
    }

DEFINE_NAME_SETTER(protocol, sslp_protocol_by_name, NULL, UNKNOWN_PROTOCOL)
DEFINE_NAME_SETTER(suite, sslp_suite_by_name, NULL, UNKNOWN_SUITE)
DEFINE_NAME_SETTER(role, sslp_role_by_name, SSLP_ROLE_NONE, UNKNOWN_ROLE)
DEFINE_NAME_SETTER(arrow, sslp_tls13_arrow_by_target, NULL, UNKNOWN_TARGET)

int sslp_set_output(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    const struct sslp_output *output = change->next->method->outputs;
    const char *text;
    size_t len;

    if (!inputs_get_text(change, param, &text, &len))
        return 0;
    for (; output->name != NULL; output++) {
        if (strlen(output->name) == len && memcmp(output->name, text, len) == 0) {
            change->next->output = output;
            return 1;
        }
    }
    return sslp_raise_value(change->next->provctx, UNKNOWN_OUTPUT, text, len);
}

static bool inputs_is_secret(enum sslp_kdf_item item)
{
    return item == SSLP_ITEM_SECRET || item == SSLP_ITEM_SHARED_SECRET;
}

/* Frees what `dropped` has in an item and `kept` has not. */
static void inputs_free_item(
    struct sslp_kdf_inputs *dropped, const struct sslp_kdf_inputs *kept, enum sslp_kdf_item item)
{
    if (dropped->item[item].data == kept->item[item].data)
        return;
    if (inputs_is_secret(item))
        OPENSSL_secure_clear_free(dropped->item[item].data, dropped->item[item].len);
    else
        OPENSSL_free(dropped->item[item].data);
}

/* Copies bytes into an item, with a NUL behind them.  Only a secret takes space in the secure heap,
 * which an application may have made small. */
static int inputs_set_item(
    struct sslp_kdf_change *change, enum sslp_kdf_item item, struct sslp_bytes octets)
{
    uint8_t *copy = inputs_is_secret(item) ? OPENSSL_secure_malloc(octets.len + 1)
                                           : OPENSSL_malloc(octets.len + 1);

    if (copy == NULL)
        return sslp_raise_status(change->next->provctx, SSLP_ERR_MEMORY);
    if (octets.len != 0)
        memcpy(copy, octets.data, octets.len);
    copy[octets.len] = 0;
    inputs_free_item(change->next, change->current, item);
    change->next->item[item].data = copy;
    change->next->item[item].len = octets.len;
    return 1;
}

/* Octets of `least` to `most` bytes. */
static int inputs_set_octets(struct sslp_kdf_change *change, const OSSL_PARAM *param,
    enum sslp_kdf_item item, size_t least, size_t most, enum sslp_reason reason)
{
    struct sslp_bytes octets;

    if (!inputs_get_octets(change, param, &octets))
        return 0;
    if (octets.len < least || octets.len > most) {
        sslp_reason_raise(change->next->provctx, reason, __FILE__, __LINE__, __func__, NULL);
        return 0;
    }
    return inputs_set_item(change, item, octets);
}

#define DEFINE_OCTETS_SETTER(name, item, least, most, REASON)                                      \
    int sslp_set_##name(struct sslp_kdf_change *change, const OSSL_PARAM *param)                   \
    {                                                                                              \
        return inputs_set_octets(                                                                  \
            change, param, SSLP_ITEM_##item, least, most, SSLP_REASON_##REASON);                   \
    }

DEFINE_OCTETS_SETTER(secret, SECRET, 1, SSLP_MAX_PRE_MASTER, INVALID_SECRET_LENGTH)
DEFINE_OCTETS_SETTER(any_secret, SECRET, 0, SSLP_MAX_PRE_MASTER, INVALID_SECRET_LENGTH)
DEFINE_OCTETS_SETTER(shared_secret, SHARED_SECRET, 1, SSLP_MAX_PRE_MASTER, INVALID_SECRET_LENGTH)
DEFINE_OCTETS_SETTER(
    ticket_nonce, TICKET_NONCE, 0, SSLP_MAX_TICKET_NONCE, INVALID_TICKET_NONCE_LENGTH)
DEFINE_OCTETS_SETTER(
    connection_id, CONNECTION_ID, 0, SSLP_MAX_CONNECTION_ID, INVALID_CONNECTION_ID_LENGTH)
DEFINE_OCTETS_SETTER(context, CONTEXT, 0, SSLP_MAX_CONTEXT, INVALID_CONTEXT_LENGTH)

int sslp_set_messages(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    struct sslp_bytes octets;

    return inputs_get_octets(change, param, &octets) &&
        inputs_set_item(change, SSLP_ITEM_MESSAGES, octets);
}

/* Labels are text that openssl kdf passes as octets or as UTF-8. */
int sslp_set_label(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    const char *text;
    size_t len;

    if (param->data_type == OSSL_PARAM_OCTET_STRING) {
        struct sslp_bytes octets;

        return inputs_get_octets(change, param, &octets) &&
            inputs_set_item(change, SSLP_ITEM_LABEL, octets);
    }
    return inputs_get_text(change, param, &text, &len) &&
        inputs_set_item(change, SSLP_ITEM_LABEL, sslp_bytes(text, len));
}

int sslp_set_exportable(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    int exportable;

    if (!sslp_param_has_number(param) || !OSSL_PARAM_get_int(param, &exportable))
        return sslp_raise_detail(change->next->provctx, INVALID_PARAMETER_TYPE, param->key);
    change->next->exportable = exportable != 0;
    return 1;
}

struct sslp_key *sslp_key_of_param(struct sslp_provctx *provctx, const OSSL_PARAM *param)
{
    struct sslp_key *key;
    uint64_t handle;

    if (!sslp_param_has_number(param) || !OSSL_PARAM_get_uint64(param, &handle)) {
        (void)sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, param->key);
        return NULL;
    }
    key = sslp_key_acquire(provctx->keys, handle);
    if (key == NULL)
        (void)sslp_raise(provctx, INVALID_KEY_HANDLE);
    return key;
}

/* Puts in a key and takes over the caller's reference.  The context keeps one reference to a key,
 * however often it is named. */
static void inputs_set_key(struct sslp_key **next, struct sslp_key *current, struct sslp_key *key)
{
    if (*next != current)
        sslp_key_release(*next);
    if (key == current)
        sslp_key_release(key);
    *next = key;
}

/* A key among many is in no cache: its lines come while the rest of the list is read. */
static void inputs_prefetch_key(const struct sslp_key *key)
{
    enum { CACHE_LINE = 64 };

    for (size_t offset = 0; offset < offsetof(struct sslp_key, prf_key.hmac_md5);
         offset += CACHE_LINE)
        __builtin_prefetch((const uint8_t *)key + offset);
}

int sslp_set_handle(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    struct sslp_key *key = sslp_key_of_param(change->next->provctx, param);

    if (key == NULL)
        return 0;
    inputs_prefetch_key(key);
    inputs_set_key(&change->next->key, change->current->key, key);
    return 1;
}

/* The result of a key agreement is a premaster secret without a protocol. */
int sslp_set_shared_secret_handle(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    struct sslp_key *key = sslp_key_of_param(change->next->provctx, param);

    if (key == NULL)
        return 0;
    if (key->attributes.kind != SSLP_KEY_PRE_MASTER_SECRET || key->attributes.protocol != NULL) {
        sslp_key_release(key);
        return sslp_raise(change->next->provctx, WRONG_KEY_KIND);
    }
    inputs_set_key(&change->next->shared_key, change->current->shared_key, key);
    return 1;
}

static int inputs_set_random(const struct sslp_kdf_change *change, const OSSL_PARAM *param,
    uint8_t random[SSLP_RANDOM_LEN], bool *has)
{
    struct sslp_bytes octets;

    if (!inputs_get_octets(change, param, &octets))
        return 0;
    if (octets.len != SSLP_RANDOM_LEN)
        return sslp_raise_detail(change->next->provctx, INVALID_RANDOM_LENGTH, param->key);
    memcpy(random, octets.data, SSLP_RANDOM_LEN);
    *has = true;
    return 1;
}

int sslp_set_client_random(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    return inputs_set_random(
        change, param, change->next->client_random, &change->next->has_client_random);
}

int sslp_set_server_random(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    return inputs_set_random(
        change, param, change->next->server_random, &change->next->has_server_random);
}

int sslp_set_transcript_hash(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    struct sslp_bytes octets;

    if (!inputs_get_octets(change, param, &octets))
        return 0;
    if (octets.len == 0 || octets.len > sizeof(change->next->transcript_hash))
        return strcmp(param->key, SSLPROVIDER_PARAM_SESSION_HASH) == 0
            ? sslp_raise(change->next->provctx, INVALID_SESSION_HASH_LENGTH)
            : sslp_raise(change->next->provctx, INVALID_TRANSCRIPT_HASH_LENGTH);
    memcpy(change->next->transcript_hash, octets.data, octets.len);
    change->next->transcript_hash_len = (uint8_t)octets.len;
    return 1;
}

static int inputs_set_text(
    struct sslp_kdf_change *change, enum sslp_kdf_item item, const OSSL_PARAM *param)
{
    const char *text;
    size_t len;

    return inputs_get_text(change, param, &text, &len) &&
        inputs_set_item(change, item, sslp_bytes(text, len));
}

int sslp_set_digest(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    return inputs_set_text(change, SSLP_ITEM_DIGEST, param);
}

int sslp_set_properties(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    const char *query;
    bool parses;

    if (!inputs_set_text(change, SSLP_ITEM_PROPERTIES, param))
        return 0;
    query = sslp_kdf_text(change->next, SSLP_ITEM_PROPERTIES);
    if (!sslp_raise_status(change->next->provctx,
            sslp_queries_check(&change->next->provctx->queries, query, &parses)))
        return 0;
    return parses || sslp_raise_value(change->next->provctx, INVALID_QUERY, query, strlen(query));
}

/* Frees what `dropped` owns and `kept` does not. */
static void inputs_drop(struct sslp_kdf_inputs *dropped, const struct sslp_kdf_inputs *kept)
{
    if (dropped->key != kept->key)
        sslp_key_release(dropped->key);
    if (dropped->shared_key != kept->shared_key)
        sslp_key_release(dropped->shared_key);
    if (dropped->session_keys != kept->session_keys)
        OPENSSL_secure_clear_free(dropped->session_keys, sizeof(*dropped->session_keys));
    for (int item = 0; item < SSLP_ITEM_COUNT; item++)
        inputs_free_item(dropped, kept, (enum sslp_kdf_item)item);
}

/* Whether two inputs give the same session keys; role and output only choose among them.  An item
 * that was set again counts as different. */
static bool inputs_give_same_keys(const struct sslp_kdf_inputs *a, const struct sslp_kdf_inputs *b)
{
    for (int item = 0; item < SSLP_ITEM_COUNT; item++) {
        if (a->item[item].data != b->item[item].data)
            return false;
    }
    return a->key == b->key && a->protocol == b->protocol && a->suite == b->suite &&
        memcmp(a->client_random, b->client_random, SSLP_RANDOM_LEN) == 0 &&
        memcmp(a->server_random, b->server_random, SSLP_RANDOM_LEN) == 0;
}

/* The first row with this name's setter: a parameter may have two names.  NULL for a name that the
 * KDF does not know. */
static const struct sslp_kdf_parameter *inputs_find_row(
    const struct sslp_kdf_parameter *table, const char *name)
{
    const struct sslp_kdf_parameter *row = table;

    /* Most names differ in their first letter. */
    while (row->name != NULL && (row->name[0] != name[0] || strcmp(row->name, name) != 0))
        row++;
    if (row->name == NULL)
        return NULL;
    while (table->set != row->set)
        table++;
    return table;
}

/* Sets one parameter.  `seen` has a bit for each row: a parameter that is given twice is refused.
 */
static int inputs_set_once(struct sslp_kdf_change *change, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM *param, uint32_t *seen)
{
    const struct sslp_kdf_parameter *row = inputs_find_row(table, param->key);
    uint32_t bit;

    /* As everywhere in OpenSSL, a KDF ignores parameters that it does not know. */
    if (row == NULL)
        return 1;
    bit = UINT32_C(1) << (row - table);
    if ((*seen & bit) != 0)
        return sslp_raise_detail(change->next->provctx, REPEATED_PARAMETER, param->key);
    *seen |= bit;
    return row->set(change, param);
}

static const struct sslp_kdf_inputs no_inputs;

/* Puts a whole list into `next`. */
static int inputs_set_all(
    struct sslp_kdf_change *change, const struct sslp_kdf_parameter *table, const OSSL_PARAM *param)
{
    uint32_t seen = 0;
    int ok = 1;

    for (; ok && param->key != NULL; param++)
        ok = inputs_set_once(change, table, param, &seen);
    return ok;
}

/* Where nothing is set yet there is nothing to go back to: no copy is needed. */
static int inputs_set_first(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM params[])
{
    struct sslp_kdf_change change = {inputs, &no_inputs};
    const int ok = inputs_set_all(&change, table, params);

    if (!ok)
        sslp_kdf_inputs_reset(inputs);
    inputs->is_set = ok;
    return ok;
}

int sslp_kdf_inputs_set(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM params[])
{
    struct sslp_kdf_inputs next;
    struct sslp_kdf_change change = {&next, inputs};
    int ok;

    if (params == NULL || params->key == NULL)
        return 1;
    if (!inputs->is_set)
        return inputs_set_first(inputs, table, params);
    next = *inputs;
    ok = inputs_set_all(&change, table, params);
    if (ok) {
        if (next.session_keys != NULL && !inputs_give_same_keys(inputs, &next))
            next.session_keys = NULL;
        inputs_drop(inputs, &next);
        *inputs = next;
    } else {
        inputs_drop(&next, inputs);
    }
    return ok;
}

void sslp_kdf_keep_session_keys(
    struct sslp_kdf_inputs *inputs, const struct sslp_session_keys *keys)
{
    /* Without memory the keys are derived again: that is no error. */
    ERR_set_mark();
    inputs->session_keys = OPENSSL_secure_malloc(sizeof(*keys));
    ERR_pop_to_mark();
    if (inputs->session_keys != NULL)
        *inputs->session_keys = *keys;
}

void sslp_kdf_inputs_clear(struct sslp_kdf_inputs *inputs)
{
    inputs_drop(inputs, &no_inputs);
}

void sslp_kdf_inputs_reset(struct sslp_kdf_inputs *inputs)
{
    const struct sslp_kdf_inputs empty = {.provctx = inputs->provctx, .method = inputs->method};

    sslp_kdf_inputs_clear(inputs);
    *inputs = empty;
}

int sslp_kdf_inputs_copy(struct sslp_kdf_inputs *to, const struct sslp_kdf_inputs *from)
{
    struct sslp_kdf_change change = {to, &no_inputs};
    int ok = 1;

    *to = *from;
    memset(to->item, 0, sizeof(to->item));
    to->session_keys = NULL;
    to->key = sslp_key_retain(from->key);
    to->shared_key = sslp_key_retain(from->shared_key);
    for (int item = 0; ok && item < SSLP_ITEM_COUNT; item++) {
        if (from->item[item].data != NULL)
            ok = inputs_set_item(
                &change, (enum sslp_kdf_item)item, sslp_kdf_octets(from, (enum sslp_kdf_item)item));
    }
    if (!ok)
        sslp_kdf_inputs_reset(to);
    return ok;
}
