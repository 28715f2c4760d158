/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider of a test program that needs one and no more.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_PROVIDER_H
#define SSLP_TEST_SHIM_SUPPORT_PROVIDER_H

#include "ncryptssl/sslprovider.h"

extern NCRYPT_PROV_HANDLE provider;

/* Set-up and tear-down; each 0 when all went well. */
int open_provider(void);
int close_provider(void);

#endif
