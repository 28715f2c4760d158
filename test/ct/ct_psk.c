/* SPDX-License-Identifier: Apache-2.0
 *
 * The way of a pre-shared key of TLS 1.3 that valgrind holds to be uninitialised, and of all that
 * is derived from it: early secret, binder key and binder.  No branch and no address may depend on
 * any of them.  test/tools/check_constant_time.sh judges the reports; this program judges what the
 * calls return, and that the mark went all the way.
 */
#include "ct/marks.h"
#include "shim/support.h"

#include <string.h>

enum { VERSION = TLS1_3_PROTOCOL_VERSION, MAX_BINDER = 48 };

static NCRYPT_PROV_HANDLE provider;

static bool is_hidden(SECURITY_STATUS status, NCRYPT_KEY_HANDLE key)
{
    return !is_secret((const unsigned char *)&status, sizeof(status)) &&
        !is_secret((const unsigned char *)&key, sizeof(key)) && status == ERROR_SUCCESS;
}

/* The HMAC of an empty transcript: what proves that a client has the key. */
static bool compute_binder(NCRYPT_KEY_HANDLE binder_key, DWORD suite, DWORD len)
{
    NCRYPT_HASH_HANDLE hash = 0;
    BYTE binder[MAX_BINDER];
    bool done = SslCreateHandshakeHash(provider, &hash, VERSION, suite, 0) == ERROR_SUCCESS &&
        SslComputeFinishedHash(provider, binder_key, hash, binder, len, 0) == ERROR_SUCCESS &&
        is_secret(binder, len);

    SslFreeObject(hash, 0);
    return done;
}

static bool try_suite(DWORD suite, DWORD len)
{
    struct secret_blob blob =
        make_secret(NCRYPTSSL_KIND_PRE_SHARED_KEY, VERSION, suite, NCRYPT_SSL_CLIENT_FLAG, len);
    NCRYPT_KEY_HANDLE psk = 0, early = 0, binder_key = 0;
    SECURITY_STATUS status;
    bool done;

    mark_secret(blob.secret, len);
    status =
        SslImportKey(provider, &psk, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, blob.header.cbLength, 0);
    done = is_hidden(status, psk);
    if (done) {
        status = SslExtractEarlyKey(provider, psk, &early, VERSION, suite, NULL, 0);
        done = is_hidden(status, early);
    }
    if (done) {
        status =
            SslExpandBinderKey(provider, early, &binder_key, NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG);
        done = is_hidden(status, binder_key) && compute_binder(binder_key, suite, len);
    }
    publish(&blob, sizeof(blob));
    SslFreeObject(binder_key, 0);
    SslFreeObject(early, 0);
    SslFreeObject(psk, 0);
    if (!done)
        fprintf(stderr, "suite %04X: another answer than expected, or one without marks\n",
            (unsigned)suite);
    return done;
}

int main(void)
{
    bool done = can_mark() && SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS;

    done = done && try_suite(SUITE_TLS13_AES128_GCM, 32) && try_suite(SUITE_TLS13_AES256_GCM, 48);
    SslFreeObject(provider, 0);
    return done ? 0 : 1;
}
