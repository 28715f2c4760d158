/* SPDX-License-Identifier: Apache-2.0
 *
 * The library contexts and the inputs of all rows.
 */
#include "bench.h"

#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <stdio.h>

unsigned char bench_secret[SECRET_LEN] = {0x11};
unsigned char bench_randoms[2][RANDOM_LEN] = {{0x22}, {0x33}};
OSSL_LIB_CTX *bench_plain, *bench_subject;

static struct bench_context plain, subject;

OSSL_PARAM bench_text(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

OSSL_PARAM bench_octets(const char *name, const void *data, size_t len)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)data, len);
}

void bench_context_open(struct bench_context *context, bool with_sslprovider)
{
    *context = (struct bench_context){.libctx = OSSL_LIB_CTX_new()};
    bench_require(context->libctx != NULL, "making a library context");
    context->providers[0] = OSSL_PROVIDER_load(context->libctx, "default");
    bench_require(context->providers[0] != NULL, "loading default");
    if (with_sslprovider) {
        context->providers[1] = OSSL_PROVIDER_load(context->libctx, SSLPROVIDER_NAME);
        bench_require(context->providers[1] != NULL, "loading sslprovider");
    }
}

void bench_context_close(struct bench_context *context)
{
    if (context->providers[1] != NULL)
        OSSL_PROVIDER_unload(context->providers[1]);
    OSSL_PROVIDER_unload(context->providers[0]);
    OSSL_LIB_CTX_free(context->libctx);
}

void bench_open(void)
{
    bench_context_open(&plain, false);
    bench_context_open(&subject, true);
    bench_plain = plain.libctx;
    bench_subject = subject.libctx;
}

void bench_close(void)
{
    bench_context_close(&subject);
    bench_context_close(&plain);
}
