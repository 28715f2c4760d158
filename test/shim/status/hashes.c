/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of the handshake hashes.
 */
#include "status.h"

enum { VERIFY_DATA_LEN = 12, MAX_DIGEST_LEN = 64 };

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    NCRYPT_HASH_HANDLE hash;
    NCRYPT_HASH_HANDLE *handle;
    DWORD protocol;
    DWORD suite;
    LPCWSTR algorithm;
    PBYTE input;
    DWORD input_len;
    PBYTE output;
    DWORD room;
    DWORD *result;
    DWORD flags;
} with;

static NCRYPT_HASH_HANDLE new_hash;
static BYTE message[4], digest[MAX_DIGEST_LEN];
static DWORD digest_len;

static void prepare(void)
{
    static const WCHAR sha256[] = BCRYPT_SHA256_ALGORITHM;

    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.key = status_handle("master");
    with.hash = status_handle("hash");
    with.handle = &new_hash;
    with.protocol = TLS1_2_PROTOCOL_VERSION;
    with.suite = SUITE_AES128_CBC_SHA;
    with.algorithm = sha256;
    with.input = message;
    with.input_len = sizeof(message);
    with.output = digest;
    with.room = sizeof(digest);
    with.result = &digest_len;
    new_hash = GARBAGE_HANDLE;
    digest_len = 0x7E57;
}

static void end_digest(SECURITY_STATUS status)
{
    if (with.result == NULL)
        return;
    if (status == ERROR_SUCCESS)
        EXPECT(digest_len > 0 && digest_len <= MAX_DIGEST_LEN, status_row);
    else if (status != NTE_BUFFER_TOO_SMALL)
        EXPECT(digest_len == 0, status_row);
}

static SECURITY_STATUS create_handshake_hash(void)
{
    const SECURITY_STATUS status =
        SslCreateHandshakeHash(with.provider, with.handle, with.protocol, with.suite, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static SECURITY_STATUS create_client_auth_hash(void)
{
    const SECURITY_STATUS status = SslCreateClientAuthHash(
        with.provider, with.handle, with.protocol, with.suite, with.algorithm, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static SECURITY_STATUS hash_handshake(void)
{
    return SslHashHandshake(with.provider, with.hash, with.input, with.input_len, with.flags);
}

static SECURITY_STATUS compute_session_hash(void)
{
    const SECURITY_STATUS status = SslComputeSessionHash(
        with.provider, with.hash, with.protocol, with.output, with.room, with.result, with.flags);

    end_digest(status);
    if (status == NTE_BUFFER_TOO_SMALL)
        EXPECT(digest_len == 0, status_row);
    return status;
}

/* RFC 2246 section 7.4.8: only below TLS 1.2 the algorithm of the key decides. */
static void prepare_tls10(void)
{
    static const WCHAR rsa[] = BCRYPT_RSA_ALGORITHM;

    with.key = status_handle("master-tls10");
    with.hash = status_handle("hash-tls10");
    with.algorithm = rsa;
}

static SECURITY_STATUS compute_client_auth_hash(void)
{
    const SECURITY_STATUS status = SslComputeClientAuthHash(with.provider, with.key, with.hash,
        with.algorithm, with.output, with.room, with.result, with.flags);

    end_digest(status);
    return status;
}

static void prepare_finished(void)
{
    with.room = VERIFY_DATA_LEN;
    with.flags = NCRYPT_SSL_CLIENT_FLAG;
}

static SECURITY_STATUS compute_finished_hash(void)
{
    return SslComputeFinishedHash(
        with.provider, with.key, with.hash, with.output, with.room, with.flags);
}

static void prepare_tls13(void)
{
    with.hash = status_handle("hash-tls13");
}

static SECURITY_STATUS duplicate_transcript_hash(void)
{
    const SECURITY_STATUS status =
        SslDuplicateTranscriptHash(with.provider, with.hash, with.handle, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"key", &with.key, status_set_handle},
    {"hash", &with.hash, status_set_handle},
    {"handle", &with.handle, status_set_null},
    {"protocol", &with.protocol, status_set_number},
    {"suite", &with.suite, status_set_number},
    {"algorithm", &with.algorithm, status_set_text},
    {"input", &with.input, status_set_null},
    {"length", &with.input_len, status_set_number},
    {"output", &with.output, status_set_null},
    {"room", &with.room, status_set_number},
    {"result", &with.result, status_set_null},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslCreateHandshakeHash", "provider handle protocol suite flags", NULL, create_handshake_hash},
    {"SslCreateClientAuthHash", "provider handle protocol suite algorithm flags", NULL,
        create_client_auth_hash},
    {"SslHashHandshake", "provider hash input length flags", NULL, hash_handshake},
    {"SslComputeSessionHash", "provider hash protocol output room result flags", NULL,
        compute_session_hash},
    {"SslComputeClientAuthHash", "provider key hash algorithm output room result flags",
        prepare_tls10, compute_client_auth_hash},
    {"SslComputeFinishedHash", "provider key hash output room flags", prepare_finished,
        compute_finished_hash},
    {"SslDuplicateTranscriptHash", "provider hash handle flags", prepare_tls13,
        duplicate_transcript_hash},
};

const struct status_family status_hashes = {
    "handshake hashes", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
