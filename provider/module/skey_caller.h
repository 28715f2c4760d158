/* SPDX-License-Identifier: Apache-2.0
 *
 * Who asks a KDF for bytes: the application, or EVP_KDF_derive_SKEY of libcrypto, which makes an
 * opaque key of another provider of them and wipes them.  The interface of providers does not tell
 * the two apart, so the address that a call returns to does.
 *
 * An address that is not understood, such as that of a libcrypto without symbols, is the
 * application's.
 */
#ifndef SSLP_MODULE_SKEY_CALLER_H
#define SSLP_MODULE_SKEY_CALLER_H

#include <stdbool.h>

struct sslp_provctx;

/* Whether an address lies in EVP_KDF_derive_SKEY of the libcrypto that has loaded the provider. */
bool sslp_is_skey_caller(struct sslp_provctx *provctx, const void *address);

/* For a function of a dispatch table, about its own call. */
#define SSLP_CALLED_FOR_SKEY(provctx)                                                              \
    sslp_is_skey_caller(provctx, __builtin_extract_return_addr(__builtin_return_address(0)))

#endif
