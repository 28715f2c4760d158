/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of DTLS 1.3 in every legal form, made by libcrypto without the library: what is opened
 * was not made by what opens it.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_DTLS13_RECORDS_H
#define SSLP_TEST_SHIM_SUPPORT_DTLS13_RECORDS_H

#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    DTLS13_MAX_RECORD = 0x4200,
    DTLS13_MAX_KEY = 32,
    DTLS13_IV = 12,
    DTLS13_SAMPLE = 16,
    DTLS13_SUITES = 5
};

#define DTLS13_NUMBER(epoch, number) ((ULONGLONG)(epoch) << 48 | (ULONGLONG)(number))

struct dtls13_suite {
    const char *label;
    DWORD suite;
    const char *hash, *cipher, *mask; /* for libcrypto */
    size_t secret_len, key_len, tag_len;
};

extern const struct dtls13_suite dtls13_suites[DTLS13_SUITES];

/* The keys of the traffic secret that make_traffic_secret_in gives for the client. */
struct dtls13_keys {
    const struct dtls13_suite *suite;
    BYTE key[DTLS13_MAX_KEY], iv[DTLS13_IV], sn_key[DTLS13_MAX_KEY];
};

bool dtls13_derive(const struct dtls13_suite *suite, struct dtls13_keys *keys);

/* How a header looks. */
struct dtls13_form {
    bool long_number, has_length;
    size_t id_len;
};

/* Bytes of such a header. */
size_t dtls13_header_len(struct dtls13_form form);

/* The record of that number (epoch in the upper 16 bits), or 0 on failure. */
size_t dtls13_make(const struct dtls13_keys *keys, struct dtls13_form form, ULONGLONG number,
    const BYTE *inner, size_t inner_len, BYTE *record);

#endif
