/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of dispatch tables, which hold all functions as one type (provider-base(7)).
 */
#ifndef SSLP_MODULE_DISPATCH_H
#define SSLP_MODULE_DISPATCH_H

#include <openssl/core_dispatch.h>

#define SSLP_DISPATCH(id, function)                                                                \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }
#define SSLP_DISPATCH_END                                                                          \
    {                                                                                              \
        0, NULL                                                                                    \
    }

#endif
