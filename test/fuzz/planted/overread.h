/* SPDX-License-Identifier: Apache-2.0 */
/* In shim/core/parameter_list.c.  buffer_lists finds: heap-buffer-overflow */
/* A random of 31 bytes is taken for one of 32. */
#include "schedule/sizes.h"

#define SSLP_RANDOM_LEN 31
