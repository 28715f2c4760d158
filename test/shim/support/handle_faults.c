/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/handle_faults.h"

struct handles handles;

NCRYPT_PROV_HANDLE choose_provider(unsigned long faults)
{
    if (has_fault(faults, NO_PROVIDER))
        return 0;
    if (has_fault(faults, CLOSED_PROVIDER))
        return handles.closed_provider;
    return has_fault(faults, KEY_AS_PROVIDER) ? handles.master : handles.provider;
}

NCRYPT_KEY_HANDLE choose_key(unsigned long faults, NCRYPT_KEY_HANDLE right)
{
    if (has_fault(faults, NO_KEY))
        return 0;
    return has_fault(faults, PROVIDER_AS_KEY) ? handles.provider : right;
}

int open_handles(void)
{
    const struct secret_blob secret = make_secret(NCRYPTSSL_KIND_EXPORTER_SECRET,
        TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, 32);
    const struct secret_blob traffic =
        make_traffic_secret(SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG);
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = SUITE_AES128_CBC_SHA;

    if (SslOpenProvider(&handles.provider, NULL, 0) != ERROR_SUCCESS ||
        SslOpenProvider(&handles.closed_provider, NULL, 0) != ERROR_SUCCESS ||
        SslFreeObject(handles.closed_provider, 0) != ERROR_SUCCESS)
        return 1;
    return import_master(
               handles.provider, protocol, suite, NCRYPT_SSL_CLIENT_FLAG, &handles.master) ||
        import_secret(handles.provider, &traffic, &handles.traffic) ||
        import_secret(handles.provider, &secret, &handles.exporter) ||
        make_side(handles.provider, protocol, suite, NCRYPT_SSL_CLIENT_FLAG, &handles.client) ||
        make_side(handles.provider, protocol, suite, NCRYPT_SSL_SERVER_FLAG, &handles.server);
}

int close_handles(void)
{
    free_pair(&handles.client);
    free_pair(&handles.server);
    return SslFreeObject(handles.master, 0) || SslFreeObject(handles.exporter, 0) ||
        SslFreeObject(handles.traffic, 0) || SslFreeObject(handles.provider, 0);
}
