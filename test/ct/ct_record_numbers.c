/* SPDX-License-Identifier: Apache-2.0
 *
 * SslDecryptPacket on records of DTLS 1.3 whose masked number valgrind holds to be uninitialised,
 * and with it the number that comes of it, the nonce and the additional data (RFC 9147
 * section 4.2.3). Until the tag has been compared, no branch and no address may depend on it.
 * test/tools/check_constant_time.sh judges the reports; this program judges what the calls return,
 * and that the mark went all the way to the number that is told.
 */
#include "ct/marks.h"
#include "shim/support/dtls13_records.h"
#include "shim/support/keys.h"

#include <string.h>

enum { TEXT_LEN = 40, ROOM = 128 };

static NCRYPT_PROV_HANDLE provider;

/* `ahead` is how far the record is from the number that is expected. */
static bool open_one(const struct dtls13_keys *keys, NCRYPT_KEY_HANDLE key, struct dtls13_form form,
    ULONGLONG expected, int ahead)
{
    const BYTE plain[TEXT_LEN] = "what a record protects";
    const ULONGLONG number = expected + (ULONGLONG)(long long)ahead;
    const bool in_window = form.long_number || (ahead >= -127 && ahead <= 128);
    BYTE record[ROOM], opened[ROOM];
    const size_t len = dtls13_make(keys, form, number, plain, TEXT_LEN, record);
    ULONGLONG told = expected;
    SECURITY_STATUS status;
    DWORD opened_len = 0;
    bool marked;

    if (len == 0)
        return false;
    mark_secret(record + 1, form.long_number ? 2 : 1);
    status = NcryptsslDecryptPacket(
        provider, key, record, (DWORD)len, opened, sizeof(opened), &opened_len, &told, 0);
    marked = is_secret((const unsigned char *)&told, sizeof(told));
    publish(record, len);
    publish(&status, sizeof(status));
    publish(&opened_len, sizeof(opened_len));
    publish(&told, sizeof(told));
    publish(opened, sizeof(opened));
    if (!in_window)
        return status == STATUS_AUTH_TAG_MISMATCH && told == expected;
    return status == ERROR_SUCCESS && marked && told == number && opened_len == TEXT_LEN &&
        memcmp(opened, plain, TEXT_LEN) == 0;
}

static bool try_suite(const struct dtls13_suite *suite)
{
    static const int ahead[] = {0, 1, -1, 127, -127, 128, -128, 200, -200};
    static const ULONGLONG expected[] = {1000, 0xFFFF, UINT64_C(0xFFFFFFFFFF00)};
    struct dtls13_keys keys;
    NCRYPT_KEY_HANDLE key = 0;
    bool done = dtls13_derive(suite, &keys) &&
        make_traffic_key_in(provider, DTLS1_3_PROTOCOL_VERSION, suite->suite,
            NCRYPT_SSL_CLIENT_FLAG, &key) == ERROR_SUCCESS;

    for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
        for (size_t j = 0; j < sizeof(expected) / sizeof(expected[0]); j++) {
            const ULONGLONG number = DTLS13_NUMBER(3, expected[j]);

            done = done &&
                open_one(&keys, key, (struct dtls13_form){false, true, 0}, number, ahead[i]) &&
                open_one(&keys, key, (struct dtls13_form){true, false, 0}, number, ahead[i]);
        }
    }
    SslFreeObject(key, 0);
    if (!done)
        fprintf(stderr, "%s: another answer than expected, or one without marks\n", suite->label);
    return done;
}

int main(void)
{
    bool done = can_mark() && SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS;

    for (size_t i = 0; i < DTLS13_SUITES && done; i++)
        done = try_suite(&dtls13_suites[i]);
    SslFreeObject(provider, 0);
    return done ? 0 : 1;
}
