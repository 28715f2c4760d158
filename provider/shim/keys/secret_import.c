/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw secrets from blobs.  They become key objects of the OpenSSL provider; the shim keeps no copy.
 */
#include "ncryptssl/sslprovider_ext.h"
#include "schedule/key_kind.h"
#include "shim/core/errors.h"
#include "shim/core/ossl_params.h"
#include "shim/keys/blob.h"
#include "shim/keys/secret_handle.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

_Static_assert(NCRYPTSSL_KIND_MASTER_KEY == (int)SSLP_KEY_MASTER_SECRET &&
        NCRYPTSSL_KIND_EARLY_SECRET == (int)SSLP_KEY_EARLY_SECRET &&
        NCRYPTSSL_KIND_HANDSHAKE_SECRET == (int)SSLP_KEY_HANDSHAKE_SECRET &&
        NCRYPTSSL_KIND_MASTER_SECRET == (int)SSLP_KEY_TLS13_MASTER_SECRET &&
        NCRYPTSSL_KIND_TRAFFIC_SECRET == (int)SSLP_KEY_TRAFFIC_SECRET &&
        NCRYPTSSL_KIND_EXPORTER_SECRET == (int)SSLP_KEY_EXPORTER_SECRET &&
        NCRYPTSSL_KIND_RESUMPTION_SECRET == (int)SSLP_KEY_RESUMPTION_SECRET &&
        NCRYPTSSL_KIND_BINDER_KEY == (int)SSLP_KEY_BINDER_KEY &&
        NCRYPTSSL_KIND_PRE_SHARED_KEY == (int)SSLP_KEY_PRE_SHARED_KEY,
    "the blob has the numbers of the key schedule");

/* A limit of the native interface, in bytes. */
enum { MIN_PRE_SHARED_KEY = 4 };

static bool is_blob_kind(DWORD kind)
{
    return kind >= NCRYPTSSL_KIND_MASTER_KEY && kind <= NCRYPTSSL_KIND_PRE_SHARED_KEY;
}

/* What a blob has to be whatever protocol and suite it names. */
static bool secret_blob_is_sound(const NCRYPTSSL_SECRET_BLOB_HEADER *header, size_t secret_len)
{
    const DWORD sides = NCRYPT_SSL_CLIENT_FLAG | NCRYPT_SSL_SERVER_FLAG;
    const DWORD side = header->dwFlags & sides;

    return header->cbLength == sizeof(*header) + secret_len && header->cbSecret == secret_len &&
        header->dwMagic == NCRYPTSSL_SECRET_MAGIC && is_blob_kind(header->dwKind) &&
        (side == NCRYPT_SSL_CLIENT_FLAG || side == NCRYPT_SSL_SERVER_FLAG) &&
        (header->dwFlags & ~(sides | (DWORD)NCRYPTSSL_ENCRYPT_THEN_MAC)) == 0;
}

/* Whether protocol and suite have such a kind, flag and length. */
static bool secret_blob_fits(const NCRYPTSSL_SECRET_BLOB_HEADER *header,
    const struct sslp_protocol *protocol, const struct sslp_suite *suite)
{
    /* RFC 7366 is a TLS extension, and TLS 1.3 has no use for it. */
    if ((header->dwFlags & NCRYPTSSL_ENCRYPT_THEN_MAC) != 0 &&
        (sslp_protocol_is_ssl3(protocol) || sslp_protocol_is_tls13(protocol)))
        return false;
    return sslp_key_kind_check(
               (enum sslp_key_kind)header->dwKind, protocol, suite, header->cbSecret) == SSLP_OK;
}

static EVP_PKEY *secret_blob_key(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, struct sslp_bytes secret)
{
    int exportable = attributes->exportable;
    OSSL_PARAM params[] = {
        sslp_params_octets(SSLPROVIDER_PARAM_SECRET, secret),
        sslp_params_text(
            SSLPROVIDER_PARAM_KIND, sslp_key_kind_name((enum sslp_key_kind)attributes->kind)),
        sslp_params_text(SSLPROVIDER_PARAM_PROTOCOL, attributes->protocol->name),
        sslp_params_text(SSLPROVIDER_PARAM_CIPHER_SUITE, attributes->suite->name),
        sslp_params_text(SSLPROVIDER_PARAM_ROLE,
            (attributes->flags & NCRYPT_SSL_CLIENT_FLAG) != 0 ? SSLPROVIDER_ROLE_CLIENT
                                                              : SSLPROVIDER_ROLE_SERVER),
        OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &exportable),
        OSSL_PARAM_construct_end(),
    };

    return sslp_backend_import_key(backend, params);
}

SECURITY_STATUS sslp_secret_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    NCRYPTSSL_SECRET_BLOB_HEADER header;
    struct sslp_secret_attributes attributes = {.kind = 0};
    SECURITY_STATUS status;
    unsigned long errors;
    EVP_PKEY *key;

    *handle = 0;
    if (!sslp_blob_take_header(&blob, &header, sizeof(header)) ||
        !secret_blob_is_sound(&header, blob.len))
        return NTE_BAD_DATA;
    if (!sslp_backend_find_suite(backend, header.dwProtocol, header.dwCipherSuite,
            &attributes.protocol, &attributes.suite))
        return NTE_NOT_SUPPORTED;
    if (!secret_blob_fits(&header, attributes.protocol, attributes.suite))
        return NTE_BAD_DATA;
    attributes.kind = header.dwKind;
    attributes.flags = header.dwFlags;
    /* Of imported secrets, a key log shows master secrets only. */
    attributes.exportable = header.dwKind == NCRYPTSSL_KIND_MASTER_KEY && sslp_key_log_enabled();
    errors = sslp_errors_begin();
    key = secret_blob_key(backend, &attributes, blob);
    /* Nothing is left to be refused but a hash that no provider has. */
    status = key == NULL ? sslp_errors_refusal(NTE_NOT_SUPPORTED)
                         : sslp_secret_new(backend, &attributes, key, handle);
    return sslp_errors_end(errors, status);
}

/* An external pre-shared key names no hash and so has SHA-256 (RFC 8446 section 4.2.11); it has a
 * length of its own, unlike other secrets of TLS 1.3. */
SECURITY_STATUS sslp_pre_shared_key_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_secret_attributes attributes = {
        .kind = NCRYPTSSL_KIND_PRE_SHARED_KEY, .protocol = sslp_protocol_tls13()};
    OSSL_PARAM params[] = {
        sslp_params_octets(SSLPROVIDER_PARAM_SECRET, blob),
        sslp_params_text(SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_PRE_SHARED_KEY),
        sslp_params_text(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3),
        OSSL_PARAM_construct_end(),
    };
    SECURITY_STATUS status;
    unsigned long errors;
    EVP_PKEY *key;

    *handle = 0;
    if (blob.len < MIN_PRE_SHARED_KEY || blob.len > SSLP_MAX_PRE_SHARED_KEY)
        return NTE_INVALID_PARAMETER;
    errors = sslp_errors_begin();
    key = sslp_backend_import_key(backend, params);
    status = key == NULL ? sslp_errors_refusal(NTE_INTERNAL_ERROR)
                         : sslp_secret_new(backend, &attributes, key, handle);
    return sslp_errors_end(errors, status);
}
