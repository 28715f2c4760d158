/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/errors.h"

#include <openssl/conferr.h>
#include <openssl/ecerr.h>
#include <openssl/evperr.h>
#include <openssl/proverr.h>
#include <stdbool.h>
#include <stddef.h>

/* What libcrypto raises when a function below it has failed for lack of memory and raised nothing.
 * With any other cause an error of its own comes before. */
static const struct {
    int library, reason;
} after_silence[] = {
    {ERR_LIB_CONF, CONF_R_UNABLE_TO_CREATE_NEW_SECTION},
    {ERR_LIB_EVP, ERR_R_INTERNAL_ERROR},
    {ERR_LIB_EVP, EVP_R_INITIALIZATION_ERROR},
    {ERR_LIB_EVP, EVP_R_KEY_SETUP_FAILED},
    {ERR_LIB_EVP, EVP_R_NOT_ABLE_TO_COPY_CTX},
    {ERR_LIB_EC, EC_R_RANDOM_NUMBER_GENERATION_FAILED},
    {ERR_LIB_PROV, PROV_R_FAILED_TO_DECRYPT},
};

/* Reasons such as ERR_R_RSA_LIB refer to an error of another library. */
static bool names_a_library(int reason)
{
    return (reason & ERR_RFLAG_COMMON) != 0 && (reason & ~ERR_RFLAG_COMMON) < ERR_LIB_USER;
}

static bool follows_silence(unsigned long error)
{
    if (names_a_library(ERR_GET_REASON(error)))
        return true;
    for (size_t i = 0; i < sizeof(after_silence) / sizeof(after_silence[0]); i++) {
        if (ERR_GET_LIB(error) == after_silence[i].library &&
            ERR_GET_REASON(error) == after_silence[i].reason)
            return true;
    }
    return false;
}

static bool is_memory(unsigned long error)
{
    return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
}

SECURITY_STATUS sslp_errors_judge(unsigned long begin, SECURITY_STATUS status)
{
    bool memory = false;

    if (begin != 0) {
        const unsigned long last = ERR_peek_last_error();

        memory = last != begin && is_memory(last);
    } else {
        unsigned long error = ERR_get_error();

        for (memory = error != 0 && follows_silence(error); error != 0; error = ERR_get_error())
            memory = memory || is_memory(error);
    }
    (void)ERR_pop_to_mark();
    return memory ? NTE_NO_MEMORY : status;
}
