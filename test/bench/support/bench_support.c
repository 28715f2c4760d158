/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* sched_setaffinity, program_invocation_short_name */

#include "bench/support/bench_support.h"

#include <errno.h>
#include <openssl/err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_require(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s: %s failed\n", program_invocation_short_name, what);
        ERR_print_errors_fp(stderr);
        exit(EXIT_FAILURE);
    }
}

double bench_clock_ns(clockid_t clock)
{
    struct timespec now;

    bench_require(clock_gettime(clock, &now) == 0, "the clock");
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

void bench_keep_to_one_core(void)
{
    cpu_set_t allowed, one;

    CPU_ZERO(&one);
    bench_require(sched_getaffinity(0, sizeof(allowed), &allowed) == 0, "asking for the cores");
    for (size_t core = CPU_SETSIZE; core-- > 0 && CPU_COUNT(&one) == 0;) {
        if (CPU_ISSET(core, &allowed))
            CPU_SET(core, &one);
    }
    bench_require(sched_setaffinity(0, sizeof(one), &one) == 0, "keeping to one core");
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void bench_sort(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(values[0]), compare);
}

double bench_median(const double *values, int count)
{
    const size_t len = (size_t)count * sizeof(values[0]);
    double *const sorted = malloc(len);
    double median;

    bench_require(sorted != NULL, "allocating memory");
    memcpy(sorted, values, len);
    bench_sort(sorted, count);
    median = sorted[count / 2];
    free(sorted);
    return median;
}

X509 *bench_make_certificate(OSSL_LIB_CTX *libctx, EVP_PKEY *key)
{
    X509 *const certificate = X509_new_ex(libctx, NULL);
    X509_NAME *const name = X509_NAME_new();

    bench_require(key != NULL && certificate != NULL && name != NULL, "making a key");
    bench_require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                      (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
            X509_set_version(certificate, X509_VERSION_3) == 1 &&
            ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
            X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL &&
            X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) != NULL &&
            X509_set_subject_name(certificate, name) == 1 &&
            X509_set_issuer_name(certificate, name) == 1 &&
            X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0,
        "making a certificate");
    X509_NAME_free(name);
    return certificate;
}
