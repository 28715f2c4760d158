/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates and signatures.  X.509 and the DER form of a signature are libcrypto's; signing and
 * verifying are the interface's.
 */
#ifndef SSL_DRIVER_CERTIFICATES_H
#define SSL_DRIVER_CERTIFICATES_H

#include "driver.h"

/* A SignatureAndHashAlgorithm (RFC 5246 section 7.4.1.4.1) or SignatureScheme (RFC 8446 section
 * 4.2.3), and how the interface says the same. */
struct scheme {
    uint16_t number;
    const char *algorithm; /* of the key */
    LPCWSTR hash;
    DWORD flags;         /* of SslSignHash */
    bool tls13;          /* signs handshakes of TLS 1.3 */
    size_t coordinate13; /* there, ECDSA: bytes of r and of s, since the scheme has its curve */
};

extern const struct scheme schemes[];
extern const size_t scheme_count;

/* Opens the private key of the certificate of the command line, if there is one. */
void certificate_open(struct connection *connection);
void certificate_send(struct connection *connection);
/* "RSA", "ECDSA" or "none". */
const char *certificate_algorithm(void);
/* ECDSA: bytes of r and of s. */
size_t certificate_coordinate_len(void);
void certificate_free(void);
/* Reads a Certificate message and imports the key of the first one; false for an empty list. */
bool certificate_read(struct connection *connection, struct reader reader);

/* digitally-signed of the randoms and these parameters (RFC 5246 section 7.4.3). */
void signature_write_parameters(
    struct connection *connection, const uint8_t *parameters, size_t len, struct writer *to);
void signature_check_parameters(
    struct connection *connection, const uint8_t *parameters, size_t len, struct reader *signature);
/* CertificateVerify. */
void signature_write_handshake(struct connection *connection, struct writer *to);
void signature_check_handshake(struct connection *connection, struct reader *signature);

#endif
