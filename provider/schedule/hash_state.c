/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/hash_state.h"

#include "schedule/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

static enum sslp_status status_of(int ok)
{
    return ok == 1 ? SSLP_OK : SSLP_ERR_HASH_FAILED;
}

/* Hands the memory over from one function to the next, which may use less of it. */
static void set_direct(struct sslp_hash_state *state, const struct sslp_direct_hash *direct)
{
    if (state->direct != NULL && state->direct != direct)
        OPENSSL_cleanse(&state->memory, state->direct->state_size);
    state->direct = direct;
}

/* Freeing an EVP_MD_CTX wipes the hash state in it. */
void sslp_hash_state_clear(struct sslp_hash_state *state)
{
    set_direct(state, NULL);
    if (state->context != NULL)
        EVP_MD_CTX_free(state->context);
    state->context = NULL;
}

/* One context serves all uses of a state, and a state that EVP never computes with has none. */
static enum sslp_status need_context(struct sslp_hash_state *state)
{
    set_direct(state, NULL);
    if (state->context == NULL)
        state->context = EVP_MD_CTX_new();
    return state->context == NULL ? SSLP_ERR_MEMORY : SSLP_OK;
}

enum sslp_status sslp_hash_state_start(struct sslp_hash_state *state, const struct sslp_hash *hash)
{
    enum sslp_status status;

    if (hash->direct != NULL && !sslp_direct_hash_is_replaced(hash->direct)) {
        set_direct(state, hash->direct);
        return status_of(hash->direct->init(&state->memory));
    }
    status = need_context(state);
    return status != SSLP_OK ? status
                             : status_of(EVP_DigestInit_ex2(state->context, hash->md, NULL));
}

enum sslp_status sslp_hash_state_copy(
    struct sslp_hash_state *state, const struct sslp_hash_state *from)
{
    enum sslp_status status;

    if (from->direct != NULL) {
        set_direct(state, from->direct);
        memcpy(&state->memory, &from->memory, from->direct->state_size);
        return SSLP_OK;
    }
    if (from->context == NULL)
        return SSLP_ERR_HASH_FAILED;
    status = need_context(state);
    return status != SSLP_OK ? status
                             : status_of(EVP_MD_CTX_copy_ex(state->context, from->context));
}

enum sslp_status sslp_hash_state_absorb(struct sslp_hash_state *state, const void *data, size_t len)
{
    if (len == 0)
        return SSLP_OK;
    if (state->direct != NULL)
        return status_of(state->direct->update(&state->memory, data, len));
    return status_of(EVP_DigestUpdate(state->context, data, len));
}

enum sslp_status sslp_hash_state_finish(struct sslp_hash_state *state, uint8_t *out)
{
    if (state->direct != NULL)
        return status_of(state->direct->final(&state->memory, out));
    return status_of(EVP_DigestFinal_ex(state->context, out, NULL));
}
