/* SPDX-License-Identifier: Apache-2.0 */
/* In module/drop_in/state.c.  kdf_templates finds: a copy of a context */
/* A copy of a context gets the first item only. */
#include "module/drop_in/drop_in.h"

#define SSLP_DROP_IN_ITEMS 1
