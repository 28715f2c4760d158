/* SPDX-License-Identifier: Apache-2.0
 *
 * SslGenerateSessionKeys: the read key and the write key of a connection from its master key and
 * both randoms.  Protocol, cipher suite and role are the master key's; the derivation is one call
 * of the KDF SSL-SESSION-KEYS by the master key's handle.
 */
#include "shim/keys/session_keys.h"

#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/buffer_list.h"
#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/params.h>

static SECURITY_STATUS make_session_key(
    struct sslp_backend *backend, const struct sslp_record_keys *keys, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_session_key_object *object = sslp_zalloc(sizeof(*object));
    struct sslp_record_state *record = NULL;
    SECURITY_STATUS status;

    if (object == NULL)
        return NTE_NO_MEMORY;
    object->backend = sslp_backend_retain(backend);
    status = sslp_record_state_new(backend->libctx, keys, &record);
    if (status == ERROR_SUCCESS) {
        sslp_record_pool_fill(&object->pool, record);
        *handle = sslp_object_insert(SSLP_OBJECT_SESSION_KEY, object);
        if (*handle == 0)
            status = NTE_NO_MEMORY;
    }
    if (status != ERROR_SUCCESS)
        sslp_session_key_object_free(object);
    return status;
}

SECURITY_STATUS sslp_session_key_new(
    struct sslp_backend *backend, const struct sslp_record_keys *keys, NCRYPT_KEY_HANDLE *handle)
{
    const unsigned long errors = sslp_errors_begin();

    *handle = 0;
    return sslp_errors_end(errors, make_session_key(backend, keys, handle));
}

/* Writes the read keys, then the write keys. */
static SECURITY_STATUS derive(const struct sslp_secret_object *master,
    const struct sslp_parameters *randoms, uint8_t *keys, size_t keys_len)
{
    uint64_t handle = master->key_handle;
    char output[] = SSLPROVIDER_OUTPUT_SESSION_KEYS;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_CLIENT_RANDOM, randoms->client_random, SSLP_PARAMETER_RANDOM_LEN),
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_SERVER_RANDOM, randoms->server_random, SSLP_PARAMETER_RANDOM_LEN),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        OSSL_PARAM_construct_end(),
    };

    return sslp_backend_derive(
        master->backend, SSLP_KDF_SESSION_KEYS, params, keys, keys_len, NTE_INTERNAL_ERROR);
}

static SECURITY_STATUS generate(const struct sslp_secret_object *master,
    const struct sslp_parameters *randoms, NCRYPT_KEY_HANDLE *read, NCRYPT_KEY_HANDLE *write)
{
    struct sslp_record_keys keys = {
        .protocol = sslp_protocol_by_version(master->protocol),
        .suite = sslp_suite_by_id(master->cipher_suite),
        .encrypt_then_mac = (master->flags & NCRYPTSSL_ENCRYPT_THEN_MAC) != 0,
    };
    uint8_t bytes[SSLP_MAX_SESSION_KEYS];
    NCRYPT_KEY_HANDLE read_key = 0, write_key = 0;
    SECURITY_STATUS status;

    keys.layout = sslp_key_layout_of(keys.suite, keys.protocol);
    status = derive(master, randoms, bytes, keys.layout.len);
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
    OPENSSL_cleanse(bytes, sizeof(bytes));
    if (status != ERROR_SUCCESS) {
        (void)sslp_object_close(read_key);
        return status;
    }
    *read = read_key;
    *write = write_key;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS generate_checked(const struct sslp_secret_object *master,
    NCRYPT_KEY_HANDLE *read, NCRYPT_KEY_HANDLE *write, const NCryptBufferDesc *list, DWORD flags)
{
    struct sslp_parameters randoms;
    SECURITY_STATUS status;

    if (master->kind != NCRYPTSSL_KIND_MASTER_KEY)
        return NTE_INVALID_HANDLE;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    status = sslp_parameters_read(list, SSLP_PARAMETERS_RANDOMS, &randoms);
    if (status != ERROR_SUCCESS || randoms.client_random == NULL || randoms.server_random == NULL)
        return NTE_INVALID_PARAMETER;
    status = generate(master, &randoms, read, write);
    /* Here and not with the master key: the log is found by the client random, which an extended
     * master secret is made without. */
    if (status == ERROR_SUCCESS)
        sslp_key_log_write(SSLP_KEY_LOG_MASTER, master->key, randoms.client_random);
    return status;
}

SECURITY_STATUS WINAPI SslGenerateSessionKeys(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_KEY_HANDLE *phReadKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_secret_object *master;
    SECURITY_STATUS status;

    if (phReadKey != NULL)
        *phReadKey = 0;
    if (phWriteKey != NULL)
        *phWriteKey = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    master = sslp_object_acquire(hMasterKey, SSLP_OBJECT_SECRET);
    /* Any other key is also the wrong handle, but only after the pointers are looked at. */
    if (master == NULL && !sslp_object_is_key(hMasterKey))
        return NTE_INVALID_HANDLE;
    /* One variable for both would lose the first key. */
    if (phReadKey == NULL || phWriteKey == NULL || phReadKey == phWriteKey)
        status = NTE_INVALID_PARAMETER;
    else if (master == NULL)
        status = NTE_INVALID_HANDLE;
    else
        status = generate_checked(master, phReadKey, phWriteKey, pParameterList, dwFlags);
    if (master != NULL)
        sslp_object_release(hMasterKey);
    return status;
}
