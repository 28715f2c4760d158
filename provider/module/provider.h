/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider's entry point under a name that a program can link: for
 * OSSL_PROVIDER_add_builtin(3).
 */
#ifndef SSLP_MODULE_PROVIDER_H
#define SSLP_MODULE_PROVIDER_H

#include <openssl/core.h>

OSSL_provider_init_fn sslp_provider_init;

#endif
