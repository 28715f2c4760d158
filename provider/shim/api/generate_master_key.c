/* SPDX-License-Identifier: Apache-2.0
 *
 * SslGenerateMasterKey, SslGeneratePreMasterKey and SslImportMasterKey: the checks and the choice
 * of the key exchange.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/errors.h"
#include "shim/keys/pre_master.h"

#include <openssl/crypto.h>
#include <string.h>

/* The arguments of SslGenerateMasterKey that its key exchanges share. */
struct generate_call {
    struct sslp_backend *backend;
    struct sslp_secret_attributes attributes;
    NCRYPT_KEY_HANDLE private_key;
    NCRYPT_KEY_HANDLE public_key;
    const NCryptBufferDesc *list;
    PBYTE output;
    DWORD output_len;
    DWORD *result;
    NCRYPT_KEY_HANDLE *master_key;
};

/* An RSA public key for encryption: a plain CNG key, or one imported with SslImportKey.  It comes
 * with a reference of the handle, which keeps the key's library context alive too. */
static struct sslp_asymmetric_object *acquire_public_key(NCRYPT_KEY_HANDLE handle)
{
    struct sslp_asymmetric_object *object = sslp_object_acquire(handle, SSLP_OBJECT_STORAGE_KEY);

    return object != NULL ? object : sslp_object_acquire(handle, SSLP_OBJECT_EPHEMERAL_KEY);
}

static SECURITY_STATUS make_master_key(const struct generate_call *call,
    const struct sslp_parameter_list *parameters, const struct sslp_pre_master *pre_master)
{
    return sslp_master_key_new(
        call->backend, &call->attributes, parameters, pre_master, call->master_key);
}

/* After SslGeneratePreMasterKey: the session hash of RFC 7627 covers the ciphertext. */
static SECURITY_STATUS from_pre_master_key(const struct generate_call *call)
{
    struct sslp_pre_master_object *object =
        sslp_object_acquire(call->private_key, SSLP_OBJECT_PRE_MASTER_KEY);
    struct sslp_pre_master pre_master;
    struct sslp_parameter_list parameters;
    SECURITY_STATUS status;

    if (object == NULL)
        return NTE_INVALID_HANDLE;
    memcpy(pre_master.bytes, object->secret, SSLP_RSA_PRE_MASTER_LEN);
    pre_master.len = SSLP_RSA_PRE_MASTER_LEN;
    sslp_object_release(call->private_key);
    status = sslp_parameter_list_read(call->list, SSLP_PARAMETERS_MASTER_KEY, &parameters);
    if (status == ERROR_SUCCESS)
        status = make_master_key(call, &parameters, &pre_master);
    OPENSSL_cleanse(pre_master.bytes, SSLP_RSA_PRE_MASTER_LEN);
    return status;
}

/* On failure, wipe the ciphertext.  A buffer that is too small has none, and the size is the
 * answer. */
static void clear_output(SECURITY_STATUS status, PBYTE output, DWORD output_len, DWORD *result)
{
    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        return;
    /* Lack of memory may hide that the buffer is too small. */
    if (output != NULL)
        OPENSSL_cleanse(output, *result < output_len ? *result : output_len);
    *result = 0;
}

/* A size query makes a key too, of a secret that nobody else gets. */
static SECURITY_STATUS encrypt_new_pre_master(const struct generate_call *call,
    const struct sslp_parameter_list *parameters, EVP_PKEY *public_key)
{
    struct sslp_pre_master pre_master;
    SECURITY_STATUS status =
        sslp_pre_master_random(call->backend, parameters->highest_version, &pre_master);

    if (status == ERROR_SUCCESS)
        status = sslp_pre_master_encrypt(
            call->backend, public_key, &pre_master, call->output, call->output_len, call->result);
    if (status == ERROR_SUCCESS)
        status = make_master_key(call, parameters, &pre_master);
    OPENSSL_cleanse(pre_master.bytes, SSLP_RSA_PRE_MASTER_LEN);
    clear_output(status, call->output, call->output_len, call->result);
    return status;
}

static SECURITY_STATUS generate_rsa(const struct generate_call *call)
{
    struct sslp_parameter_list parameters;
    struct sslp_asymmetric_object *public_key;
    SECURITY_STATUS status;

    if (call->attributes.flags != NCRYPT_SSL_CLIENT_FLAG)
        return NTE_NOT_SUPPORTED;
    /* A handle that is not an SSL key counts as no private key. */
    if (sslp_object_is_key(call->private_key))
        return from_pre_master_key(call);
    status = sslp_parameter_list_read(call->list, SSLP_PARAMETERS_MASTER_KEY, &parameters);
    if (status != ERROR_SUCCESS)
        return status;
    if (call->result == NULL)
        return NTE_INVALID_PARAMETER;
    /* Microsoft's page of the function asks for the randoms "at the minimum". */
    if (parameters.highest_version == 0)
        parameters.highest_version = call->attributes.protocol->version;
    public_key = acquire_public_key(call->public_key);
    if (public_key == NULL)
        return NTE_INVALID_HANDLE;
    status = encrypt_new_pre_master(call, &parameters, public_key->key);
    sslp_object_release(call->public_key);
    return status;
}

static SECURITY_STATUS agree_on_master_key(const struct generate_call *call,
    const struct sslp_asymmetric_object *own, const struct sslp_asymmetric_object *peer)
{
    const bool dhe = call->attributes.suite->key_exchange == SSLP_KX_DHE;
    struct sslp_pre_master pre_master = {.len = 0};
    struct sslp_parameter_list parameters;
    SECURITY_STATUS status =
        sslp_parameter_list_read(call->list, SSLP_PARAMETERS_MASTER_KEY, &parameters);

    /* Natively a peer's key is an ephemeral key too, so a missing private half shows late. */
    if (status == ERROR_SUCCESS && !own->has_private)
        status = NTE_INVALID_HANDLE;
    /* libcrypto checks that both are of one group, but knows no suites.  Only TLS 1.3 has groups
     * with ML-KEM. */
    if (status == ERROR_SUCCESS &&
        (own->kem != NULL || peer->kem != NULL || sslp_asymmetric_object_is_a(own, "RSA") ||
            sslp_asymmetric_object_is_a(own, "DH") != dhe))
        status = NTE_INVALID_PARAMETER;
    if (status == ERROR_SUCCESS)
        status = sslp_pre_master_agree(call->backend, own->key, peer->key, &pre_master);
    if (status == ERROR_SUCCESS)
        status = make_master_key(call, &parameters, &pre_master);
    OPENSSL_cleanse(&pre_master, sizeof(pre_master));
    return status;
}

static SECURITY_STATUS generate_diffie_hellman(const struct generate_call *call)
{
    struct sslp_asymmetric_object *own, *peer;
    SECURITY_STATUS status = NTE_INVALID_HANDLE;

    own = sslp_object_acquire(call->private_key, SSLP_OBJECT_EPHEMERAL_KEY);
    if (own == NULL)
        return NTE_INVALID_HANDLE;
    peer = sslp_object_acquire(call->public_key, SSLP_OBJECT_EPHEMERAL_KEY);
    if (peer != NULL) {
        status = agree_on_master_key(call, own, peer);
        sslp_object_release(call->public_key);
    }
    sslp_object_release(call->private_key);
    return status;
}

static SECURITY_STATUS generate_psk(const struct generate_call *call)
{
    struct sslp_pre_master pre_master = {.len = 0};
    struct sslp_parameter_list parameters;
    SECURITY_STATUS status =
        sslp_parameter_list_read(call->list, SSLP_PARAMETERS_MASTER_KEY, &parameters);

    if (status == ERROR_SUCCESS)
        status = sslp_pre_master_psk(parameters.clear_key, &pre_master);
    if (status == ERROR_SUCCESS)
        status = make_master_key(call, &parameters, &pre_master);
    OPENSSL_cleanse(&pre_master, sizeof(pre_master));
    return status;
}

static SECURITY_STATUS generate_by_key_exchange(const struct generate_call *call)
{
    switch (call->attributes.suite->key_exchange) {
    case SSLP_KX_RSA:
        return generate_rsa(call);
    case SSLP_KX_DHE:
    case SSLP_KX_ECDHE:
        return generate_diffie_hellman(call);
    case SSLP_KX_PSK:
        return generate_psk(call);
    default: /* TLS 1.3, SRP and mixed PSK exchanges have no native form */
        return NTE_NOT_SUPPORTED;
    }
}

SECURITY_STATUS WINAPI SslGenerateMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE *phMasterKey,
    DWORD dwProtocol, DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, PBYTE pbOutput,
    DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags)
{
    const DWORD sides = NCRYPT_SSL_CLIENT_FLAG | NCRYPT_SSL_SERVER_FLAG;
    struct sslp_call call = {
        .results = {phMasterKey}, .result_len = pcbResult, .provider = hSslProvider};
    struct generate_call wanted = {.private_key = hPrivateKey,
        .public_key = hPublicKey,
        .list = pParameterList,
        .output = pbOutput,
        .output_len = cbOutput,
        .result = pcbResult,
        .master_key = phMasterKey};
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    wanted.backend = call.backend;
    wanted.attributes.kind = NCRYPTSSL_KIND_MASTER_KEY;
    /* Both sides at once count as the client. */
    wanted.attributes.flags =
        (dwFlags & NCRYPT_SSL_CLIENT_FLAG) != 0 ? NCRYPT_SSL_CLIENT_FLAG : NCRYPT_SSL_SERVER_FLAG;
    if (phMasterKey == NULL)
        status = NTE_INVALID_PARAMETER;
    else if (!sslp_backend_find_suite(call.backend, dwProtocol, dwCipherSuite,
                 &wanted.attributes.protocol, &wanted.attributes.suite))
        status = NTE_NOT_SUPPORTED;
    else if (pParameterList == NULL)
        status = NTE_INVALID_PARAMETER;
    else if ((dwFlags & ~sides) != 0 || (dwFlags & sides) == 0)
        status = NTE_BAD_FLAGS;
    else
        status = generate_by_key_exchange(&wanted);
    return sslp_call_end(&call, status);
}

_Static_assert(sizeof(((struct sslp_pre_master_object *)NULL)->secret) == SSLP_RSA_PRE_MASTER_LEN,
    "an object holds a premaster secret of RSA");

/* Copies the premaster secret. */
static SECURITY_STATUS pre_master_object_new(struct sslp_backend *backend,
    const struct sslp_pre_master *pre_master, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_pre_master_object *object = sslp_object_new(SSLP_OBJECT_PRE_MASTER_KEY, backend);

    if (object == NULL)
        return NTE_NO_MEMORY;
    memcpy(object->secret, pre_master->bytes, sizeof(object->secret));
    return sslp_object_publish(SSLP_OBJECT_PRE_MASTER_KEY, object, handle);
}

static SECURITY_STATUS generate_pre_master(struct sslp_backend *backend, EVP_PKEY *public_key,
    DWORD version, PBYTE output, DWORD output_len, DWORD *result, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_pre_master pre_master;
    SECURITY_STATUS status = sslp_pre_master_random(backend, version, &pre_master);

    if (status == ERROR_SUCCESS)
        status =
            sslp_pre_master_encrypt(backend, public_key, &pre_master, output, output_len, result);
    if (status == ERROR_SUCCESS)
        status = pre_master_object_new(backend, &pre_master, handle);
    OPENSSL_cleanse(pre_master.bytes, SSLP_RSA_PRE_MASTER_LEN);
    clear_output(status, output, output_len, result);
    return status;
}

SECURITY_STATUS WINAPI SslGeneratePreMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE *phPreMasterKey, DWORD dwProtocol,
    DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags)
{
    struct sslp_call call = {
        .results = {phPreMasterKey}, .result_len = pcbResult, .provider = hSslProvider};
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    struct sslp_parameter_list parameters;
    struct sslp_asymmetric_object *public_key;
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (phPreMasterKey == NULL) {
        status = NTE_INVALID_PARAMETER;
    } else if (!sslp_backend_find_suite(
                   call.backend, dwProtocol, dwCipherSuite, &protocol, &suite) ||
        suite->key_exchange != SSLP_KX_RSA) {
        status = NTE_NOT_SUPPORTED;
    } else if (pParameterList == NULL) {
        status = NTE_INVALID_PARAMETER;
    } else if ((dwFlags & ~(DWORD)NCRYPT_SSL_CLIENT_FLAG) != 0) {
        status = NTE_BAD_FLAGS;
    } else if (sslp_parameter_list_read(pParameterList, SSLP_PARAMETERS_MASTER_KEY, &parameters) !=
            ERROR_SUCCESS ||
        parameters.highest_version == 0 || pcbResult == NULL) {
        status = NTE_INVALID_PARAMETER;
    } else if ((public_key = acquire_public_key(hPublicKey)) == NULL) {
        status = NTE_INVALID_HANDLE;
    } else {
        status = generate_pre_master(call.backend, public_key->key, parameters.highest_version,
            pbOutput, cbOutput, pcbResult, phPreMasterKey);
        sslp_object_release(hPublicKey);
    }
    return sslp_call_end(&call, status);
}

static SECURITY_STATUS import_master(const struct generate_call *call,
    const struct sslp_asymmetric_object *private_key, struct sslp_bytes encrypted, DWORD flags)
{
    struct sslp_pre_master pre_master = {.len = 0};
    struct sslp_parameter_list parameters;
    SECURITY_STATUS status;

    if (call->attributes.suite->key_exchange != SSLP_KX_RSA)
        return NTE_BAD_ALGID;
    if (encrypted.data == NULL || encrypted.len == 0)
        return NTE_INVALID_PARAMETER;
    if ((flags & ~(DWORD)NCRYPT_SSL_SERVER_FLAG) != 0)
        return NTE_BAD_FLAGS;
    status = sslp_parameter_list_read(call->list, SSLP_PARAMETERS_MASTER_KEY, &parameters);
    if (status != ERROR_SUCCESS || parameters.highest_version == 0)
        return NTE_INVALID_PARAMETER;
    if (!private_key->has_private)
        return NTE_INVALID_HANDLE;
    status = sslp_pre_master_decrypt(
        call->backend, private_key->key, encrypted, parameters.highest_version, &pre_master);
    if (status == ERROR_SUCCESS)
        status = make_master_key(call, &parameters, &pre_master);
    OPENSSL_cleanse(&pre_master, sizeof(pre_master));
    return status;
}

SECURITY_STATUS WINAPI SslImportMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE *phMasterKey, DWORD dwProtocol,
    DWORD dwCipherSuite, NCryptBufferDesc *pParameterList, PBYTE pbEncryptedKey,
    DWORD cbEncryptedKey, DWORD dwFlags)
{
    struct sslp_call call = {.results = {phMasterKey},
        .provider = hSslProvider,
        .key = hPrivateKey,
        .key_kinds = SSLP_ANY_KEY};
    struct generate_call wanted = {.list = pParameterList, .master_key = phMasterKey};
    const struct sslp_asymmetric_object *private_key;
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    private_key = call.private_key != NULL ? call.private_key : call.ephemeral_key;
    wanted.backend = call.backend;
    wanted.attributes.kind = NCRYPTSSL_KIND_MASTER_KEY;
    wanted.attributes.flags = NCRYPT_SSL_SERVER_FLAG;
    if (phMasterKey == NULL)
        status = NTE_INVALID_PARAMETER;
    else if (!sslp_backend_find_suite(call.backend, dwProtocol, dwCipherSuite,
                 &wanted.attributes.protocol, &wanted.attributes.suite))
        status = NTE_NOT_SUPPORTED;
    else if (private_key == NULL)
        status = NTE_INVALID_HANDLE;
    else
        status = import_master(
            &wanted, private_key, sslp_bytes(pbEncryptedKey, cbEncryptedKey), dwFlags);
    return sslp_call_end(&call, status);
}
