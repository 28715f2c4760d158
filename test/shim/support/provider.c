/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/provider.h"

NCRYPT_PROV_HANDLE provider;

int open_provider(void)
{
    return SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS;
}

int close_provider(void)
{
    return SslFreeObject(provider, 0) != ERROR_SUCCESS;
}
