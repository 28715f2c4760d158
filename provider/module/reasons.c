/* SPDX-License-Identifier: Apache-2.0 */
#include "module/reasons.h"

#include "module/provctx.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stddef.h>

const OSSL_ITEM sslp_reason_strings[] = {
#define X(number, name, text) {number, text},
    SSLP_REASONS(X)
#undef X
        {0, NULL},
};

/* The core takes the arguments of the format as a va_list. */
void sslp_reason_raise(const struct sslp_provctx *provctx, uint32_t reason, const char *file,
    int line, const char *function, const char *format, ...)
{
    va_list arguments;

    if (provctx->core.new_error == NULL || provctx->core.vset_error == NULL)
        return;
    provctx->core.new_error(provctx->handle);
    if (provctx->core.set_error_debug != NULL)
        provctx->core.set_error_debug(provctx->handle, file, line, function);
    va_start(arguments, format);
    provctx->core.vset_error(provctx->handle, reason, format, arguments);
    va_end(arguments);
}

int sslp_reason_raise_status(const struct sslp_provctx *provctx, enum sslp_status status,
    const char *file, int line, const char *function)
{
    static const uint32_t reasons[] = {
        [SSLP_ERR_MEMORY] = ERR_R_MALLOC_FAILURE,
        [SSLP_ERR_HASH_UNAVAILABLE] = SSLP_REASON_HASH_UNAVAILABLE,
        [SSLP_ERR_XOF_DIGEST] = SSLP_REASON_XOF_DIGEST,
        [SSLP_ERR_HASH_FAILED] = SSLP_REASON_HASH_FAILED,
        [SSLP_ERR_OUTPUT_LENGTH] = SSLP_REASON_INVALID_OUTPUT_LENGTH,
        [SSLP_ERR_SECRET_LENGTH] = SSLP_REASON_INVALID_SECRET_LENGTH,
        [SSLP_ERR_HASH_LENGTH] = SSLP_REASON_INVALID_TRANSCRIPT_HASH_LENGTH,
        [SSLP_ERR_SUITE_PROTOCOL] = SSLP_REASON_SUITE_NOT_IN_PROTOCOL,
        [SSLP_ERR_NOT_IN_PROTOCOL] = SSLP_REASON_NOT_IN_PROTOCOL,
        [SSLP_ERR_KEY_KIND] = SSLP_REASON_WRONG_KEY_KIND,
        [SSLP_ERR_TOO_MANY_KEYS] = SSLP_REASON_TOO_MANY_KEYS,
    };

    sslp_reason_raise(provctx, reasons[status], file, line, function, NULL);
    return 0;
}
