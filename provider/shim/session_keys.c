/* SPDX-License-Identifier: Apache-2.0
 *
 * SslGenerateSessionKeys: the read key and the write key of a connection from its master key and
 * both randoms.  Protocol, cipher suite and role are the master key's; the derivation is one call
 * of the KDF SSL-SESSION-KEYS by the master key's handle.
 */
#include "shim/session_keys.h"

#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/errors.h"
#include "shim/objects.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum { RANDOM_LEN = 32 };

struct randoms {
    BYTE *client;
    BYTE *server;
};

static SECURITY_STATUS make_session_key(
    struct sslp_backend *backend, const struct sslp_record_keys *keys, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_session_key_object *object = OPENSSL_zalloc(sizeof(*object));
    SECURITY_STATUS status;

    if (object == NULL)
        return NTE_NO_MEMORY;
    if (pthread_mutex_init(&object->lock, NULL) != 0) {
        OPENSSL_free(object);
        return NTE_NO_MEMORY;
    }
    object->backend = sslp_backend_retain(backend);
    status = sslp_record_new(backend->libctx, keys, &object->record);
    if (status == ERROR_SUCCESS) {
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

/* Both randoms of a list in any order; other types are passed over, but no entry may be empty. */
static SECURITY_STATUS read_list(const NCryptBufferDesc *list, struct randoms *randoms)
{
    *randoms = (struct randoms){NULL, NULL};
    if (list == NULL || list->ulVersion != NCRYPTBUFFER_VERSION ||
        (list->cBuffers != 0 && list->pBuffers == NULL))
        return NTE_INVALID_PARAMETER;
    for (ULONG i = 0; i < list->cBuffers; i++) {
        const NCryptBuffer *buffer = &list->pBuffers[i];
        const bool is_client = buffer->BufferType == NCRYPTBUFFER_SSL_CLIENT_RANDOM;
        const bool is_server = buffer->BufferType == NCRYPTBUFFER_SSL_SERVER_RANDOM;

        if (buffer->pvBuffer == NULL || buffer->cbBuffer == 0 ||
            ((is_client || is_server) && buffer->cbBuffer != RANDOM_LEN))
            return NTE_INVALID_PARAMETER;
        if (is_client)
            randoms->client = buffer->pvBuffer;
        if (is_server)
            randoms->server = buffer->pvBuffer;
    }
    return randoms->client != NULL && randoms->server != NULL ? ERROR_SUCCESS
                                                              : NTE_INVALID_PARAMETER;
}

/* Writes the read keys, then the write keys. */
static SECURITY_STATUS derive(const struct sslp_secret_object *master,
    const struct randoms *randoms, uint8_t *keys, size_t keys_len)
{
    uint64_t handle = master->key_handle;
    char output[] = SSLPROVIDER_OUTPUT_SESSION_KEYS;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_CLIENT_RANDOM, randoms->client, RANDOM_LEN),
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_SERVER_RANDOM, randoms->server, RANDOM_LEN),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        OSSL_PARAM_construct_end(),
    };
    const unsigned long errors = sslp_errors_begin();
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(master->backend->session_keys_kdf);
    const bool derived = context != NULL && EVP_KDF_derive(context, keys, keys_len, params) > 0;

    EVP_KDF_CTX_free(context);
    return sslp_errors_end(errors, derived ? ERROR_SUCCESS : NTE_INTERNAL_ERROR);
}

/* One direction as the KDF writes it: MAC key, key, IV. */
static void cut(struct sslp_record_keys *keys, const struct sslp_key_lengths *lengths,
    enum sslp_direction direction, const uint8_t *bytes)
{
    keys->direction = direction;
    keys->mac_key = sslp_bytes(bytes, lengths->mac_key);
    keys->key = sslp_bytes(bytes + lengths->mac_key, lengths->key);
    keys->iv = sslp_bytes(bytes + lengths->mac_key + lengths->key, lengths->iv);
}

static SECURITY_STATUS generate(const struct sslp_secret_object *master,
    const struct randoms *randoms, NCRYPT_KEY_HANDLE *read, NCRYPT_KEY_HANDLE *write)
{
    struct sslp_record_keys keys = {
        .protocol = sslp_protocol_by_version(master->protocol),
        .suite = sslp_suite_by_id(master->cipher_suite),
        .encrypt_then_mac = (master->flags & NCRYPTSSL_ENCRYPT_THEN_MAC) != 0,
    };
    const struct sslp_key_lengths lengths = sslp_suite_key_lengths(keys.suite, keys.protocol);
    const size_t direction_len = lengths.mac_key + lengths.key + lengths.iv;
    uint8_t bytes[2 * SSLP_MAX_DIRECTION];
    NCRYPT_KEY_HANDLE read_key = 0, write_key = 0;
    SECURITY_STATUS status = derive(master, randoms, bytes, 2 * direction_len);

    if (status == ERROR_SUCCESS) {
        cut(&keys, &lengths, SSLP_DIRECTION_READ, bytes);
        status = sslp_session_key_new(master->backend, &keys, &read_key);
    }
    if (status == ERROR_SUCCESS) {
        cut(&keys, &lengths, SSLP_DIRECTION_WRITE, bytes + direction_len);
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
    struct randoms randoms;
    SECURITY_STATUS status;

    if (master->kind != NCRYPTSSL_KIND_MASTER_KEY)
        return NTE_INVALID_HANDLE;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    status = read_list(list, &randoms);
    return status == ERROR_SUCCESS ? generate(master, &randoms, read, write) : status;
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
    if (master == NULL && !sslp_object_is_live(hMasterKey, SSLP_OBJECT_SESSION_KEY))
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
