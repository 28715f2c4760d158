/* SPDX-License-Identifier: Apache-2.0
 *
 * The connection that the tests of SslEncryptPacket and SslDecryptPacket share: two sides made from
 * one master secret through the public functions alone, for every kind of protection in every
 * protocol version.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_RECORDS_H
#define SSLP_TEST_SHIM_SUPPORT_RECORDS_H

#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/support/provider.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_PLAINTEXT = 1 << 14, BUFFER_LEN = 0x10100, CONTENT_TYPE = 23, UNTOUCHED = 0x7E57 };

enum kind { NULL_CIPHER, STREAM, CBC, AEAD };

/* One combination, with what its layout follows from. */
struct combination {
    DWORD protocol;
    DWORD suite;
    enum kind kind;
    DWORD explicit_len; /* IV or nonce in the record */
    DWORD trailer_len;  /* MAC or tag */
    DWORD block_len;
    bool encrypt_then_mac;
};

struct side {
    NCRYPT_KEY_HANDLE read;
    NCRYPT_KEY_HANDLE write;
};

/* What a test body works with: the combination of its run, and both sides of that connection. */
extern const struct combination *now;
extern struct side client, server;
extern BYTE plain[MAX_PLAINTEXT + 1], sealed[BUFFER_LEN], opened[BUFFER_LEN];
extern unsigned complaints; /* how many checks of EXPECT have failed */

/* CUnit names a line; this names the combination as well. */
void complain(const char *what, int line, DWORD got, DWORD wanted);

#define EXPECT(actual, wanted)                                                                     \
    do {                                                                                           \
        const DWORD got_ = (DWORD)(actual), wanted_ = (DWORD)(wanted);                             \
        if (got_ != wanted_)                                                                       \
            complain(#actual, __LINE__, got_, wanted_);                                            \
    } while (0)

bool is_datagram(void);

/* Whether the cipher state goes on from record to record. */
bool is_chained(void);

DWORD header_len(void);

/* Where the ciphertext begins. */
DWORD fragment_at(void);

DWORD sealed_len(DWORD plaintext_len);

/* The output that opening needs: in CBC, MAC and padding pass through it. */
DWORD opened_room(DWORD plaintext_len);

SECURITY_STATUS open_side(DWORD role, struct side *side);

void close_side(struct side *side);

/* Runs a test body once for each combination, with keys of its own. */
void for_each_combination(void (*body)(void));

DWORD seal(NCRYPT_KEY_HANDLE key, DWORD plaintext_len, ULONGLONG sequence, BYTE *record);

DWORD open_record(NCRYPT_KEY_HANDLE key, BYTE *record, DWORD record_len, ULONGLONG sequence);

void expect_opens(
    NCRYPT_KEY_HANDLE key, BYTE *record, DWORD record_len, ULONGLONG sequence, DWORD plaintext_len);

/* The exit status: 0 exactly when every test of the table ran and passed. */
int run_record_tests(const char *suite_name, const struct named_test *tests, size_t count);

#define RUN_RECORD_TESTS(suite_name, tests)                                                        \
    run_record_tests(suite_name, tests, sizeof(tests) / sizeof((tests)[0]))

#endif
