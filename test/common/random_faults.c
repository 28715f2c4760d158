/* SPDX-License-Identifier: Apache-2.0 */

/* A RAND_METHOD is the one generator that all library contexts ask, private ones included.  It is
 * deprecated, and needed in a build that shows nothing deprecated, too. */
#undef OPENSSL_NO_DEPRECATED
#define OPENSSL_SUPPRESS_DEPRECATED

#include "common/random_faults.h"

#include <openssl/err.h>
#include <openssl/proverr.h>
#include <openssl/rand.h>

static unsigned long left; /* until the one that fails; 0: none does */
static bool failed, goes_on;

static int draw(unsigned char *to, int len)
{
    if (left == 0 || --left != 0)
        return RAND_OpenSSL()->bytes(to, len);
    failed = true;
    left = goes_on;
    ERR_raise(ERR_LIB_PROV, PROV_R_ERROR_RETRIEVING_ENTROPY);
    return 0;
}

static int has_seed(void)
{
    return 1;
}

bool random_install(void)
{
    unsigned char byte;

    return RAND_bytes(&byte, 1) == 1 && RAND_priv_bytes(&byte, 1) == 1;
}

static void start(unsigned long n, bool go_on)
{
    static const RAND_METHOD method = {.bytes = draw, .pseudorand = draw, .status = has_seed};

    failed = false;
    goes_on = go_on;
    left = n;
    (void)RAND_set_rand_method(&method);
}

void random_fail(unsigned long n)
{
    start(n, false);
}

void random_fail_from(unsigned long n)
{
    start(n, true);
}

bool random_end(void)
{
    (void)RAND_set_rand_method(NULL);
    left = 0;
    return failed;
}
