/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the algorithms and parameters of the OpenSSL provider "sslprovider", for applications
 * that use it through EVP.  The header has string macros only, includes nothing, and compiles as
 * C11 and C++17.  Every name here is stable.
 *
 * The manual pages SSL-SESSION-KEYS(7), SSL-MASTER-KEY(7), SSL-FINISHED(7), SSL-KEYING-MATERIAL(7),
 * SSL-TRAFFIC-SECRET(7) and SSL-KEY(7) are the contract: which algorithm takes which parameter, its
 * type and length, who owns what, and what is refused.  sslprovider(7) lists the error reasons and
 * has the rules on threads and fork().
 */
#ifndef SSLPROVIDER_NAMES_H
#define SSLPROVIDER_NAMES_H

/* The provider, a property query that selects its algorithms, and one that selects its KDFs.  Use
 * "?" SSLPROVIDER_KDF_PROPERTY as default_properties: a program that passes a query on `provider`
 * replaces a default query on `provider`, but not this one. */
#define SSLPROVIDER_NAME         "sslprovider"
#define SSLPROVIDER_PROPERTY     "provider=sslprovider"
#define SSLPROVIDER_KDF_PROPERTY "sslprovider.kdf=yes"

/* For EVP_KDF_fetch. */
#define SSLPROVIDER_KDF_SESSION_KEYS    "SSL-SESSION-KEYS"
#define SSLPROVIDER_KDF_MASTER_KEY      "SSL-MASTER-KEY"
#define SSLPROVIDER_KDF_FINISHED        "SSL-FINISHED"
#define SSLPROVIDER_KDF_KEYING_MATERIAL "SSL-KEYING-MATERIAL"
#define SSLPROVIDER_KDF_TRAFFIC_SECRET  "SSL-TRAFFIC-SECRET"

/* For EVP_PKEY_CTX_new_from_name and, from OpenSSL 3.5 on, EVP_SKEYMGMT_fetch. */
#define SSLPROVIDER_KEYMGMT_SSL_KEY "SSL-KEY"

/* For OSSL_PROVIDER_get_params: the configuration, integers 0 (no) and 1 (yes). */
#define SSLPROVIDER_PROV_PARAM_LEGACY      "legacy"
#define SSLPROVIDER_PROV_PARAM_REQUIRE_EMS "require-ems"

/* Parameters.  Octets and texts are copied when they are set. */
#define SSLPROVIDER_PARAM_PROTOCOL             "protocol"     /* UTF-8: one of the values below */
#define SSLPROVIDER_PARAM_CIPHER_SUITE         "cipher-suite" /* UTF-8: IANA or OpenSSL name, 0xC02F */
#define SSLPROVIDER_PARAM_SECRET               "secret"       /* octets: the input secret */
#define SSLPROVIDER_PARAM_KEY                  "key" /* the same: the name in EVP_KDF_CTX_set_SKEY */
#define SSLPROVIDER_PARAM_HANDLE               "handle"        /* unsigned integer, 64 bits */
#define SSLPROVIDER_PARAM_DISCARD              "discard"       /* the same: a handle to end */
#define SSLPROVIDER_PARAM_CLIENT_RANDOM        "client-random" /* octets: 32 bytes */
#define SSLPROVIDER_PARAM_SERVER_RANDOM        "server-random" /* octets: 32 bytes */
#define SSLPROVIDER_PARAM_SESSION_HASH         "session-hash"  /* octets: 32, 36, 48 or 64 bytes */
#define SSLPROVIDER_PARAM_TRANSCRIPT_HASH      "transcript-hash" /* octets: 36, 32, 48 or 64 bytes */
#define SSLPROVIDER_PARAM_MESSAGES             "handshake-messages" /* octets: SSL 3.0, instead */
#define SSLPROVIDER_PARAM_TARGET               "target"        /* UTF-8: one of the values below */
#define SSLPROVIDER_PARAM_SHARED_SECRET        "shared-secret" /* octets: TLS 1.3 (EC)DHE */
#define SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE "shared-secret-handle" /* handle of a key object */
#define SSLPROVIDER_PARAM_TICKET_NONCE         "ticket-nonce"         /* octets: 0 to 255 bytes */
#define SSLPROVIDER_PARAM_CONNECTION_ID        "connection-id"        /* octets: 0 to 20 bytes */
#define SSLPROVIDER_PARAM_LABEL                "label"      /* octets or UTF-8, without NUL */
#define SSLPROVIDER_PARAM_CONTEXT              "context"    /* octets: 0 to 65535 bytes */
#define SSLPROVIDER_PARAM_ROLE                 "role"       /* UTF-8: "client" or "server" */
#define SSLPROVIDER_PARAM_OUTPUT               "output"     /* UTF-8: one of the values below */
#define SSLPROVIDER_PARAM_DIGEST               "digest"     /* UTF-8: replaces the PRF hash */
#define SSLPROVIDER_PARAM_PROPERTIES           "properties" /* UTF-8: query that fetches the hash */
#define SSLPROVIDER_PARAM_KIND                 "kind"       /* UTF-8: kind of a key object */
#define SSLPROVIDER_PARAM_EXPORTABLE           "exportable" /* integer: 1 lets the secret out */
#define SSLPROVIDER_PARAM_WITHOUT_PSK          "without-psk" /* integer, get only: no PSK went in */
#define SSLPROVIDER_PARAM_RAW_BYTES            "raw-bytes"   /* octets: EVP_SKEY's name of secret */
#define SSLPROVIDER_PARAM_MAC_KEY_LENGTH       "mac-key-length" /* unsigned integer, bytes; get only */
#define SSLPROVIDER_PARAM_KEY_LENGTH           "key-length"     /* unsigned integer, bytes */
#define SSLPROVIDER_PARAM_IV_LENGTH            "iv-length" /* unsigned integer, bytes; get only */
#define SSLPROVIDER_PARAM_SN_KEY_LENGTH        "sn-key-length" /* the same */
#define SSLPROVIDER_PARAM_HP_KEY_LENGTH        "hp-key-length" /* the same */
#define SSLPROVIDER_PARAM_SIZE                 "size" /* unsigned integer, bytes; get only */

/* Values of "protocol". */
#define SSLPROVIDER_PROTOCOL_SSL3    "SSLv3"
#define SSLPROVIDER_PROTOCOL_TLS1_0  "TLSv1"
#define SSLPROVIDER_PROTOCOL_TLS1_1  "TLSv1.1"
#define SSLPROVIDER_PROTOCOL_TLS1_2  "TLSv1.2"
#define SSLPROVIDER_PROTOCOL_TLS1_3  "TLSv1.3"
#define SSLPROVIDER_PROTOCOL_DTLS1_0 "DTLSv1"
#define SSLPROVIDER_PROTOCOL_DTLS1_2 "DTLSv1.2"
#define SSLPROVIDER_PROTOCOL_DTLS1_3 "DTLSv1.3"
#define SSLPROVIDER_PROTOCOL_QUIC1   "QUICv1"
#define SSLPROVIDER_PROTOCOL_QUIC2   "QUICv2"

/* Values of "role". */
#define SSLPROVIDER_ROLE_CLIENT "client"
#define SSLPROVIDER_ROLE_SERVER "server"

/* Values of "output". */
#define SSLPROVIDER_OUTPUT_KEY_BLOCK      "key-block"
#define SSLPROVIDER_OUTPUT_SESSION_KEYS   "session-keys"
#define SSLPROVIDER_OUTPUT_READ           "read"
#define SSLPROVIDER_OUTPUT_WRITE          "write"
#define SSLPROVIDER_OUTPUT_CLIENT_WRITE   "client-write"
#define SSLPROVIDER_OUTPUT_SERVER_WRITE   "server-write"
#define SSLPROVIDER_OUTPUT_READ_MAC_KEY   "read-mac-key"
#define SSLPROVIDER_OUTPUT_READ_KEY       "read-key"
#define SSLPROVIDER_OUTPUT_READ_IV        "read-iv"
#define SSLPROVIDER_OUTPUT_WRITE_MAC_KEY  "write-mac-key"
#define SSLPROVIDER_OUTPUT_WRITE_KEY      "write-key"
#define SSLPROVIDER_OUTPUT_WRITE_IV       "write-iv"
#define SSLPROVIDER_OUTPUT_CLIENT_MAC_KEY "client-mac-key"
#define SSLPROVIDER_OUTPUT_CLIENT_KEY     "client-key"
#define SSLPROVIDER_OUTPUT_CLIENT_IV      "client-iv"
#define SSLPROVIDER_OUTPUT_SERVER_MAC_KEY "server-mac-key"
#define SSLPROVIDER_OUTPUT_SERVER_KEY     "server-key"
#define SSLPROVIDER_OUTPUT_SERVER_IV      "server-iv"
/* The same pieces under the names of OpenSSL's proposal for sets of keys. */
#define SSLPROVIDER_PURPOSE_CLIENT_MAC_KEY    "client_MAC_key"
#define SSLPROVIDER_PURPOSE_CLIENT_CIPHER_KEY "client_CIPHER_key"
#define SSLPROVIDER_PURPOSE_CLIENT_IV         "client_IV"
#define SSLPROVIDER_PURPOSE_SERVER_MAC_KEY    "server_MAC_key"
#define SSLPROVIDER_PURPOSE_SERVER_CIPHER_KEY "server_CIPHER_key"
#define SSLPROVIDER_PURPOSE_SERVER_IV         "server_IV"

#define SSLPROVIDER_OUTPUT_KEY                "key"    /* TLS 1.3, DTLS 1.3, QUIC */
#define SSLPROVIDER_OUTPUT_IV                 "iv"     /* the same */
#define SSLPROVIDER_OUTPUT_SN_KEY             "sn-key" /* DTLS 1.3 */
#define SSLPROVIDER_OUTPUT_HP_KEY             "hp-key" /* QUIC */
#define SSLPROVIDER_OUTPUT_SECRET             "secret"
#define SSLPROVIDER_OUTPUT_HANDLE             "handle"
#define SSLPROVIDER_OUTPUT_FINISHED           "finished"
#define SSLPROVIDER_OUTPUT_CERTIFICATE_VERIFY "certificate-verify"

/* Values of "target": the secrets of RFC 8446 section 7, and of QUIC's Initial packets. */
#define SSLPROVIDER_TARGET_EARLY_SECRET               "early-secret"
#define SSLPROVIDER_TARGET_EXT_BINDER_KEY             "ext-binder-key"
#define SSLPROVIDER_TARGET_RES_BINDER_KEY             "res-binder-key"
#define SSLPROVIDER_TARGET_CLIENT_EARLY_TRAFFIC       "client-early-traffic-secret"
#define SSLPROVIDER_TARGET_EARLY_EXPORTER             "early-exporter-secret"
#define SSLPROVIDER_TARGET_DERIVED_SECRET             "derived-secret"
#define SSLPROVIDER_TARGET_HANDSHAKE_SECRET           "handshake-secret"
#define SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC   "client-handshake-traffic-secret"
#define SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC   "server-handshake-traffic-secret"
#define SSLPROVIDER_TARGET_MASTER_SECRET              "master-secret"
#define SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC "client-application-traffic-secret"
#define SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC "server-application-traffic-secret"
#define SSLPROVIDER_TARGET_EXPORTER_SECRET            "exporter-secret"
#define SSLPROVIDER_TARGET_RESUMPTION_SECRET          "resumption-secret"
#define SSLPROVIDER_TARGET_PRE_SHARED_KEY             "pre-shared-key"
#define SSLPROVIDER_TARGET_NEXT_TRAFFIC               "next-traffic-secret"
#define SSLPROVIDER_TARGET_CLIENT_INITIAL             "client-initial-secret"
#define SSLPROVIDER_TARGET_SERVER_INITIAL             "server-initial-secret"

/* Values of "kind". */
#define SSLPROVIDER_KIND_PRE_MASTER_SECRET "pre-master-secret"
#define SSLPROVIDER_KIND_MASTER_SECRET     "master-secret"
#define SSLPROVIDER_KIND_EARLY_SECRET      "early-secret"
#define SSLPROVIDER_KIND_HANDSHAKE_SECRET  "handshake-secret"
#define SSLPROVIDER_KIND_TLS13_MASTER      "tls13-master-secret"
#define SSLPROVIDER_KIND_TRAFFIC_SECRET    "traffic-secret"
#define SSLPROVIDER_KIND_EXPORTER_SECRET   "exporter-secret"
#define SSLPROVIDER_KIND_RESUMPTION_SECRET "resumption-secret"
#define SSLPROVIDER_KIND_BINDER_KEY        "binder-key"
#define SSLPROVIDER_KIND_PRE_SHARED_KEY    "pre-shared-key"

#endif
