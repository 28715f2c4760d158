/* SPDX-License-Identifier: Apache-2.0
 *
 * SslGenerateSessionKeys: the read key and the write key of a connection from its master key and
 * both randoms.  Protocol, cipher suite and role are the master key's; the derivation is one call
 * of the KDF SSL-SESSION-KEYS by the master key's handle.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "shim/core/parameter_list.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>

/* Writes the read keys, then the write keys. */
static SECURITY_STATUS session_keys_derive_bytes(const struct sslp_secret_object *master,
    const struct sslp_parameter_list *randoms, uint8_t *keys, size_t keys_len)
{
    struct sslp_params params = {0};

    sslp_add_number(&params, SSLPROVIDER_PARAM_HANDLE, &master->key_handle);
    sslp_add_randoms(&params, randoms->client_random, randoms->server_random);
    sslp_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_SESSION_KEYS);
    return sslp_backend_compute(
        master->backend, SSLP_KDF_SESSION_KEYS, &params, keys, keys_len, NTE_INTERNAL_ERROR);
}

static SECURITY_STATUS session_keys_generate(const struct sslp_secret_object *master,
    const struct sslp_parameter_list *randoms, NCRYPT_KEY_HANDLE *read, NCRYPT_KEY_HANDLE *write)
{
    struct sslp_record_keys keys = {
        .protocol = master->protocol,
        .suite = master->suite,
        .encrypt_then_mac = (master->flags & NCRYPTSSL_ENCRYPT_THEN_MAC) != 0,
    };
    uint8_t bytes[SSLP_MAX_SESSION_KEYS];
    NCRYPT_KEY_HANDLE read_key = 0, write_key = 0;
    const unsigned long errors = sslp_errors_begin();
    SECURITY_STATUS status;

    keys.layout = sslp_key_layout_of(keys.suite, keys.protocol);
    status = session_keys_derive_bytes(master, randoms, bytes, keys.layout.len);
    if (status == ERROR_SUCCESS) {
        keys.direction = SSLP_DIRECTION_READ;
        sslp_record_keys_cut(&keys, bytes);
        status = sslp_session_key_new(master->backend, &keys, &read_key);
    }
    if (status == ERROR_SUCCESS) {
        keys.direction = SSLP_DIRECTION_WRITE;
        sslp_record_keys_cut(&keys, bytes + keys.layout.direction_len);
        status = sslp_session_key_new(master->backend, &keys, &write_key);
    }
    OPENSSL_cleanse(bytes, keys.layout.len);
    status = sslp_errors_end(errors, status);
    if (status != ERROR_SUCCESS) {
        (void)sslp_object_close(read_key);
        return status;
    }
    *read = read_key;
    *write = write_key;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS session_keys_check_and_generate(const struct sslp_secret_object *master,
    NCRYPT_KEY_HANDLE *read, NCRYPT_KEY_HANDLE *write, const NCryptBufferDesc *list, DWORD flags)
{
    struct sslp_parameter_list randoms;
    SECURITY_STATUS status;

    /* One variable for both would lose the first key. */
    if (read == NULL || write == NULL || read == write)
        return NTE_INVALID_PARAMETER;
    if (master == NULL || master->kind != NCRYPTSSL_KIND_MASTER_KEY)
        return NTE_INVALID_HANDLE;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    status = sslp_parameter_list_read(list, SSLP_PARAMETERS_RANDOMS, &randoms);
    if (status != ERROR_SUCCESS || randoms.client_random == NULL || randoms.server_random == NULL)
        return NTE_INVALID_PARAMETER;
    status = session_keys_generate(master, &randoms, read, write);
    /* Here and not with the master key: a log is searched by the client random, and an extended
     * master secret is derived without it. */
    if (status == ERROR_SUCCESS && master->exportable)
        sslp_key_log_write(SSLP_KEY_LOG_MASTER, master->key, randoms.client_random);
    return status;
}

SECURITY_STATUS WINAPI SslGenerateSessionKeys(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_KEY_HANDLE *phReadKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call = {.results = {phReadKey, phWriteKey},
        .provider = hSslProvider,
        .key = hMasterKey,
        .key_kinds = SSLP_ANY_KEY};

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        session_keys_check_and_generate(
            call.secret, phReadKey, phWriteKey, pParameterList, dwFlags));
}
