/* SPDX-License-Identifier: Apache-2.0 */
/* In module/key_type/key_type.c.  kdf_parameters finds: a secret that is exported */
/* The refusal to export a key is raised, and then ignored. */
#include "module/reasons.h"

#undef sslp_raise
#define sslp_raise(provctx, reason)                                                                \
    (sslp_reason_raise(provctx, SSLP_REASON_##reason, __FILE__, __LINE__, __func__, NULL),         \
        (int)SSLP_REASON_##reason == (int)SSLP_REASON_KEY_NOT_EXPORTABLE)
