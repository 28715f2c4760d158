/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers in parameter lists.
 */
#ifndef SSLP_MODULE_PARAM_H
#define SSLP_MODULE_PARAM_H

#include <openssl/core.h>
#include <openssl/params.h>
#include <stddef.h>

/* Whether there is a number to be read.  OSSL_PARAM_get_int and its like do not check this: they
 * read through a NULL pointer, and take a number from no bytes. */
#define sslp_param_has_number(param) ((param)->data != NULL && (param)->data_size != 0)

/* Answers a getter with a number, where the list asks for the name. */
static inline int sslp_param_answer_int(OSSL_PARAM params[], const char *name, int number)
{
    OSSL_PARAM *param = OSSL_PARAM_locate(params, name);

    return param == NULL || OSSL_PARAM_set_int(param, number);
}

#endif
