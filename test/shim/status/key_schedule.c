/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of the key schedule of TLS 1.3.
 */
#include "status.h"

enum { NONCE_LEN = 8, LONG_NONCE = 256 };

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    NCRYPT_KEY_HANDLE private_key;
    NCRYPT_KEY_HANDLE public_key;
    NCRYPT_HASH_HANDLE hash;
    PBYTE nonce;
    DWORD nonce_len;
    NCRYPT_KEY_HANDLE *handle;
    NCRYPT_KEY_HANDLE *server;
    DWORD protocol;
    DWORD suite;
    PNCryptBufferDesc list;
    DWORD flags;
} with;

static NCRYPT_KEY_HANDLE new_key, new_server_key;
static BYTE nonce[LONG_NONCE];

static void prepare(void)
{
    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.private_key = status_handle("ephemeral");
    with.public_key = status_handle("peer");
    with.hash = status_handle("hash-tls13");
    with.nonce = nonce;
    with.nonce_len = NONCE_LEN;
    with.handle = &new_key;
    with.server = &new_server_key;
    with.protocol = TLS1_3_PROTOCOL_VERSION;
    with.suite = SUITE_TLS13_AES128_GCM;
    with.list = status_valid_list();
    new_key = new_server_key = GARBAGE_HANDLE;
}

/* ---- The key that a call starts at ---- */

static void prepare_pre_shared(void)
{
    with.key = status_handle("pre-shared");
}

static void prepare_early(void)
{
    with.key = status_handle("early");
}

static void prepare_handshake(void)
{
    with.key = status_handle("handshake");
}

static void prepare_master(void)
{
    with.key = status_handle("tls13-master");
}

static void prepare_resumption(void)
{
    with.key = status_handle("resumption");
}

static void prepare_traffic(void)
{
    with.key = status_handle("traffic");
}

static void prepare_binder(void)
{
    prepare_early();
    with.flags = NCRYPT_SSL_EXTERNAL_PSK_FLAG;
}

/* ---- The calls ---- */

static SECURITY_STATUS extract_early_key(void)
{
    const SECURITY_STATUS status = SslExtractEarlyKey(
        with.provider, with.key, with.handle, with.protocol, with.suite, with.list, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static SECURITY_STATUS extract_handshake_key(void)
{
    const SECURITY_STATUS status = SslExtractHandshakeKey(with.provider, with.private_key,
        with.public_key, with.key, with.handle, with.list, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

/* Both keys for one variable. */
static bool set_server(void *argument, const char *value)
{
    if (strcmp(value, "same") != 0)
        return status_set_null(argument, value);
    with.server = with.handle;
    return true;
}

static SECURITY_STATUS expand_traffic_keys(void)
{
    const SECURITY_STATUS status = SslExpandTrafficKeys(
        with.provider, with.key, with.hash, with.handle, with.server, with.list, with.flags);

    status_end_handle(with.handle, status);
    if (with.server != with.handle)
        status_end_handle(with.server, status);
    return status;
}

static SECURITY_STATUS expand_pre_shared_key(void)
{
    const SECURITY_STATUS status = SslExpandPreSharedKey(
        with.provider, with.key, with.nonce, with.nonce_len, with.handle, with.list, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

typedef SECURITY_STATUS from_key(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key,
    NCRYPT_KEY_HANDLE *handle, PNCryptBufferDesc list, DWORD flags);

static SECURITY_STATUS derive(from_key *function)
{
    const SECURITY_STATUS status =
        function(with.provider, with.key, with.handle, with.list, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static SECURITY_STATUS extract_master_key(void)
{
    return derive(SslExtractMasterKey);
}

static SECURITY_STATUS expand_binder_key(void)
{
    return derive(SslExpandBinderKey);
}

static SECURITY_STATUS expand_next_traffic_key(void)
{
    return derive(SslExpandNextGenTrafficKey);
}

typedef SECURITY_STATUS from_key_and_hash(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key,
    NCRYPT_HASH_HANDLE hash, NCRYPT_KEY_HANDLE *handle, PNCryptBufferDesc list, DWORD flags);

static SECURITY_STATUS derive_with_hash(from_key_and_hash *function)
{
    const SECURITY_STATUS status =
        function(with.provider, with.key, with.hash, with.handle, with.list, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static SECURITY_STATUS expand_exporter_master_key(void)
{
    return derive_with_hash(SslExpandExporterMasterKey);
}

static SECURITY_STATUS expand_resumption_master_key(void)
{
    return derive_with_hash(SslExpandResumptionMasterKey);
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"key", &with.key, status_set_handle},
    {"private", &with.private_key, status_set_handle},
    {"public", &with.public_key, status_set_handle},
    {"hash", &with.hash, status_set_handle},
    {"nonce", &with.nonce, status_set_null},
    {"nonce-length", &with.nonce_len, status_set_number},
    {"handle", &with.handle, status_set_null},
    {"client", &with.handle, status_set_null},
    {"server", &with.server, set_server},
    {"protocol", &with.protocol, status_set_number},
    {"suite", &with.suite, status_set_number},
    {"list", &with.list, status_set_list},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslExtractEarlyKey", "provider key handle protocol suite list flags", prepare_pre_shared,
        extract_early_key},
    {"SslExtractHandshakeKey", "provider private public key handle list flags", prepare_early,
        extract_handshake_key},
    {"SslExtractMasterKey", "provider key handle list flags", prepare_handshake,
        extract_master_key},
    {"SslExpandTrafficKeys", "provider key hash client server list flags", prepare_handshake,
        expand_traffic_keys},
    {"SslExpandExporterMasterKey", "provider key hash handle list flags", prepare_master,
        expand_exporter_master_key},
    {"SslExpandResumptionMasterKey", "provider key hash handle list flags", prepare_master,
        expand_resumption_master_key},
    {"SslExpandBinderKey", "provider key handle list flags", prepare_binder, expand_binder_key},
    {"SslExpandPreSharedKey", "provider key nonce nonce-length handle list flags",
        prepare_resumption, expand_pre_shared_key},
    {"SslExpandNextGenTrafficKey", "provider key handle list flags", prepare_traffic,
        expand_next_traffic_key},
};

const struct status_family status_key_schedule = {
    "key schedule of TLS 1.3", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
