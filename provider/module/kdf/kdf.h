/* SPDX-License-Identifier: Apache-2.0
 *
 * What the KDFs of the provider share around their derivations: the life of a context.
 */
#ifndef SSLP_MODULE_KDF_KDF_H
#define SSLP_MODULE_KDF_KDF_H

#include "module/algorithms.h"
#include "module/kdf/inputs.h"
#include "module/key_type/key_type.h"

#include <openssl/core_dispatch.h>

/* OSSL_FUNC_KDF_NEWCTX, DUPCTX, FREECTX and RESET; the context is a struct sslp_kdf_inputs. */
OSSL_FUNC_kdf_newctx_fn sslp_kdf_newctx;
OSSL_FUNC_kdf_dupctx_fn sslp_kdf_dupctx;
OSSL_FUNC_kdf_freectx_fn sslp_kdf_freectx;
OSSL_FUNC_kdf_reset_fn sslp_kdf_reset;

/* OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS of a KDF with no other than the size of its output. */
OSSL_FUNC_kdf_gettable_ctx_params_fn sslp_kdf_gettable_size;

/* OSSL_FUNC_KDF_SET_CTX_PARAMS by a table: all of the list, or nothing and a raised reason.  The
 * handle of "discard" ends when all else is done, so that a key which goes in by the same list is
 * used up. */
int sslp_kdf_set_params(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM params[]);

/* The row of "discard", for which the function above does all. */
sslp_set_parameter_fn sslp_set_discard;

/* Computes into `out` once the parameters are set; raises and returns 0 on failure. */
typedef int sslp_kdf_compute_fn(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len);

/* What makes a KDF: its parameters and its computation. */
struct sslp_kdf_method {
    enum sslp_algorithm algorithm;
    const struct sslp_kdf_parameter *parameters;
    sslp_kdf_compute_fn *compute;
};

/* OSSL_FUNC_KDF_DERIVE of it: the gate, the parameters, and an output that holds nothing after any
 * failure. */
int sslp_kdf_derive(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_method *method,
    uint8_t *out, size_t out_len, const OSSL_PARAM params[]);

/* Whether a stream, such as the key block, may have this length; raises if not. */
int sslp_kdf_check_stream_len(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len);

/* Leaves a secret that was derived in the provider and writes its handle, 8 bytes: the owner until
 * somebody adopts it.  The PRF is the one that derives from such secrets. */
int sslp_kdf_store_secret(const struct sslp_kdf_inputs *inputs,
    const struct sslp_key_attributes *attributes, struct sslp_bytes secret,
    const struct sslp_prf *prf, uint8_t *out);

/* The outputs of KDFs that make secrets: the bytes, or a handle of what stays in the provider. */
extern const struct sslp_output *const sslp_kdf_handle_output;
sslp_set_parameter_fn sslp_set_secret_output;
bool sslp_kdf_wants_handle(const struct sslp_kdf_inputs *inputs);

#ifdef SSLP_HAVE_KDF_SKEY

/* OSSL_FUNC_KDF_SET_SKEY for the secret, and for that and the shared secret of TLS 1.3. */
OSSL_FUNC_kdf_set_skey_fn sslp_kdf_set_skey, sslp_kdf_set_skey_or_shared;

/* OSSL_FUNC_KDF_DERIVE_SKEY of a KDF that makes a secret; `len` may be 0. */
void *sslp_kdf_derive_skey(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_method *method,
    size_t len, const OSSL_PARAM params[]);

/* The same for a KDF that makes none. */
OSSL_FUNC_kdf_derive_skey_fn sslp_kdf_derive_no_skey;

#endif

extern const OSSL_DISPATCH sslp_kdf_session_keys_functions[];
extern const OSSL_DISPATCH sslp_kdf_master_key_functions[];
extern const OSSL_DISPATCH sslp_kdf_finished_functions[];
extern const OSSL_DISPATCH sslp_kdf_keying_material_functions[];
extern const OSSL_DISPATCH sslp_kdf_traffic_secret_functions[];

/* For a dispatch table that ends. */
#define SSLP_DISPATCH_END                                                                          \
    {                                                                                              \
        0, NULL                                                                                    \
    }
/* Dispatch tables hold all functions as one type (provider-base(7)). */
#define SSLP_DISPATCH(id, function)                                                                \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }

/* The two functions for opaque keys, where OpenSSL has them. */
#ifdef SSLP_HAVE_KDF_SKEY
#    define SSLP_DISPATCH_SKEY(set_skey, derive_skey)                                              \
        SSLP_DISPATCH(OSSL_FUNC_KDF_SET_SKEY, set_skey),                                           \
            SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE_SKEY, derive_skey),
#else
#    define SSLP_DISPATCH_SKEY(set_skey, derive_skey)
#endif

#endif
