/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider that is linked in.
 */
#ifndef SSLP_SHIM_CORE_LINKED_PROVIDER_H
#define SSLP_SHIM_CORE_LINKED_PROVIDER_H

#include <openssl/conf.h>
#include <openssl/types.h>

/* Loads the provider into a context, with a section of a configuration file as its own; the section
 * may be NULL.  The provider is not shown the key `hidden`, which may be NULL too.  NULL where it
 * refuses the section, or memory is short.  Any thread. */
OSSL_PROVIDER *sslp_linked_provider_load(
    OSSL_LIB_CTX *libctx, const STACK_OF(CONF_VALUE) * section, const char *hidden);

#endif
