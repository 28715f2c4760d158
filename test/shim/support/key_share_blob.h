/* SPDX-License-Identifier: Apache-2.0
 *
 * Blobs of key shares, as the tests make and read them.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_KEY_SHARE_BLOB_H
#define SSLP_TEST_SHIM_SUPPORT_KEY_SHARE_BLOB_H

#include "shim/support.h"

#include "common/key_shares.h"

struct share_blob {
    NCRYPTSSL_KEY_SHARE_BLOB_HEADER header;
    BYTE bytes[MAX_SHARE_LEN];
};

/* With the share still to be written. */
struct share_blob make_share_blob(DWORD group, size_t len);

struct share_blob share_blob_of(DWORD group, const EVP_PKEY *key);

bool same_share_blob(const struct share_blob *a, const struct share_blob *b);

SECURITY_STATUS import_share(
    NCRYPT_PROV_HANDLE provider, const struct share_blob *blob, NCRYPT_KEY_HANDLE *key);

SECURITY_STATUS export_share(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, struct share_blob *blob);

/* As a client makes its key, and a server of a group without ML-KEM. */
SECURITY_STATUS create_share(NCRYPT_PROV_HANDLE provider, DWORD group, NCRYPT_KEY_HANDLE *key);

/* As a server of a group with ML-KEM does. */
SECURITY_STATUS answer_share(NCRYPT_PROV_HANDLE provider, DWORD group,
    const struct share_blob *client, NCRYPT_KEY_HANDLE *key);

#endif
