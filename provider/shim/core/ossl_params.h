/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters for OpenSSL.
 */
#ifndef SSLP_SHIM_CORE_OSSL_PARAMS_H
#define SSLP_SHIM_CORE_OSSL_PARAMS_H

#include "base/bytes.h"
#include "schedule/sizes.h"
#include "sslprovider/names.h"

#include <assert.h>
#include <openssl/params.h>

/* A list that refuses more parameters than it has room for.  Zero bytes are an empty list. */
enum { SSLP_MAX_PARAMS = 10 };

struct sslp_params {
    OSSL_PARAM list[SSLP_MAX_PARAMS + 1]; /* zero bytes end it: OSSL_PARAM_END */
    size_t count;                         /* of all that were added, also of those refused */
};

/* NULL where a parameter was refused. */
static inline const OSSL_PARAM *sslp_params_list(const struct sslp_params *params)
{
    return params->count <= SSLP_MAX_PARAMS ? params->list : NULL;
}

/* OSSL_PARAM has no pointers to const.  OpenSSL only reads what these lead to. */
static inline OSSL_PARAM sslp_params_text(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

static inline OSSL_PARAM sslp_params_octets(const char *name, struct sslp_bytes octets)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)octets.data, octets.len);
}

static inline void sslp_params_add(struct sslp_params *params, OSSL_PARAM param)
{
    assert(params->count < SSLP_MAX_PARAMS);
    if (params->count < SSLP_MAX_PARAMS)
        params->list[params->count] = param;
    params->count++;
}

static inline void sslp_add_text(struct sslp_params *params, const char *name, const char *text)
{
    sslp_params_add(params, sslp_params_text(name, text));
}

static inline void sslp_add_number(
    struct sslp_params *params, const char *name, const uint64_t *number)
{
    sslp_params_add(params, OSSL_PARAM_construct_uint64(name, (uint64_t *)(uintptr_t)number));
}

static inline void sslp_add_octets(
    struct sslp_params *params, const char *name, struct sslp_bytes octets)
{
    sslp_params_add(params, sslp_params_octets(name, octets));
}

/* Of SSLP_RANDOM_LEN bytes each. */
static inline void sslp_add_randoms(
    struct sslp_params *params, const uint8_t *client_random, const uint8_t *server_random)
{
    sslp_add_octets(
        params, SSLPROVIDER_PARAM_CLIENT_RANDOM, sslp_bytes(client_random, SSLP_RANDOM_LEN));
    sslp_add_octets(
        params, SSLPROVIDER_PARAM_SERVER_RANDOM, sslp_bytes(server_random, SSLP_RANDOM_LEN));
}

#endif
