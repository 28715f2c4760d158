/* SPDX-License-Identifier: Apache-2.0
 *
 * Key pairs and self-signed certificates, made with libcrypto while a test runs.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_CERTIFICATES_H
#define SSLP_TEST_SHIM_SUPPORT_CERTIFICATES_H

#include "ncryptssl/ncrypt.h"

#include <openssl/evp.h>

/* "RSA", "DSA", a key type of libcrypto that takes no parameters, or the name of a curve. */
EVP_PKEY *make_key(const char *name);

/* A certificate as SslOpenPrivateKey takes it.  free_certificate frees what is in it. */
CERT_CONTEXT make_certificate(EVP_PKEY *key, long serial);

void free_certificate(CERT_CONTEXT *context);

#endif
