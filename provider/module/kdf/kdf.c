/* SPDX-License-Identifier: Apache-2.0 */
#include "module/kdf/kdf.h"

#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

static const struct sslp_output secret_outputs[] = {
    {SSLPROVIDER_OUTPUT_SECRET, SSLP_WHOSE_NOBODYS, SSLP_PIECE_SECRET},
    {SSLPROVIDER_OUTPUT_HANDLE, SSLP_WHOSE_NOBODYS, SSLP_PIECE_HANDLE},
    {NULL, SSLP_WHOSE_NOBODYS, SSLP_PIECE_ALL},
};

const struct sslp_output *const sslp_kdf_handle_output = &secret_outputs[1];

int sslp_set_secret_output(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    (void)current;
    return sslp_set_output(next, param, secret_outputs);
}

bool sslp_kdf_wants_handle(const struct sslp_kdf_inputs *inputs)
{
    return inputs->output == sslp_kdf_handle_output;
}

void *sslp_kdf_newctx(void *provctx)
{
    struct sslp_kdf_inputs *inputs;

    if (!sslp_prfs_start(provctx))
        return NULL;
    inputs = OPENSSL_zalloc(sizeof(*inputs));
    if (inputs == NULL)
        (void)sslp_raise_status(provctx, SSLP_ERR_MEMORY);
    else
        inputs->provctx = provctx;
    return inputs;
}

void *sslp_kdf_dupctx(void *kctx)
{
    const struct sslp_kdf_inputs *from = kctx;
    struct sslp_kdf_inputs *to = sslp_kdf_newctx(from->provctx);

    if (to != NULL && !sslp_kdf_inputs_copy(to, from)) {
        OPENSSL_free(to);
        to = NULL;
    }
    return to;
}

void sslp_kdf_freectx(void *kctx)
{
    if (kctx == NULL)
        return;
    sslp_kdf_inputs_reset(kctx);
    OPENSSL_free(kctx);
}

void sslp_kdf_reset(void *kctx)
{
    sslp_kdf_inputs_reset(kctx);
}

const OSSL_PARAM *sslp_kdf_gettable_size(void *kctx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_SIZE, NULL), OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return gettable;
}

int sslp_kdf_derive(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_method *method,
    uint8_t *out, size_t out_len, const OSSL_PARAM params[])
{
    int ok;

    if (out == NULL)
        return sslp_raise_detail(inputs->provctx, INVALID_OUTPUT_LENGTH, "no output");
    ok = sslp_prfs_start(inputs->provctx) &&
        sslp_kdf_set_params(inputs, method->parameters, params) &&
        method->compute(inputs, out, out_len);
    if (ok)
        sslp_provctx_served(inputs->provctx, method->algorithm);
    else
        OPENSSL_cleanse(out, out_len);
    return ok;
}

int sslp_kdf_check_stream_len(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len)
{
    const bool ssl3 = view->protocol != NULL && view->protocol->prf == SSLP_PRF_SSL3;

    if (out_len == 0)
        return sslp_raise_detail(inputs->provctx, INVALID_OUTPUT_LENGTH, "0");
    return !ssl3 || out_len <= SSLP_SSL3_MAX_OUTPUT ||
        sslp_raise_longer(inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, SSLP_SSL3_MAX_OUTPUT);
}

int sslp_kdf_store_secret(const struct sslp_kdf_inputs *inputs,
    const struct sslp_key_attributes *attributes, struct sslp_bytes secret,
    const struct sslp_prf *prf, uint8_t *out)
{
    struct sslp_key *key;
    sslp_handle handle;

    if (!sslp_key_kind_has_prf(attributes->kind))
        prf = NULL;
    if (!sslp_raise_status(
            inputs->provctx, sslp_key_new(inputs->provctx->keys, attributes, secret, prf, &key)))
        return 0;
    handle = sslp_key_disown(key);
    memcpy(out, &handle, sizeof(handle));
    return 1;
}
