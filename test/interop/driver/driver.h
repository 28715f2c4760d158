/* SPDX-License-Identifier: Apache-2.0
 *
 * A small TLS 1.0 to 1.3, DTLS 1.2 and DTLS 1.3 client and server.  Framing, sockets and
 * certificates are its own; every step that has to do with a secret or a digest of the handshake is
 * a public function of libncryptssl.  It handles one connection at a time and ends at the first
 * failure.
 */
#ifndef SSL_DRIVER_DRIVER_H
#define SSL_DRIVER_DRIVER_H

#include "ncryptssl/sslprovider.h"
#include "wire.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    RANDOM_LEN = 32,
    VERIFY_DATA_LEN = 12,
    SESSION_ID_LEN = 32,
    MAX_FRAGMENT = 16384,      /* RFC 5246 section 6.2.1 */
    MAX_RECORD = 16384 + 2048, /* RFC 5246 section 6.2.3, without the header */
    MAX_HEADER = 13,           /* RFC 6347 section 4.1 */
    MAX_MESSAGE = WRITER_ROOM,
    MAX_SUITES = 16,
    MAX_DIGEST = 64,
    MAX_TICKET = 0x2000,
    AUTH_HASHES = 4,
    KEPT_EPOCHS = 4 /* DTLS 1.3: a record tells two bits of its epoch */
};

/* HandshakeType, RFC 5246 section 7.4, RFC 6347 section 4.3.2, RFC 8446 section 4. */
enum {
    HELLO_REQUEST = 0,
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    HELLO_VERIFY_REQUEST = 3,
    NEW_SESSION_TICKET = 4,
    END_OF_EARLY_DATA = 5,
    ENCRYPTED_EXTENSIONS = 8,
    CERTIFICATE = 11,
    SERVER_KEY_EXCHANGE = 12,
    CERTIFICATE_REQUEST = 13,
    SERVER_HELLO_DONE = 14,
    CERTIFICATE_VERIFY = 15,
    CLIENT_KEY_EXCHANGE = 16,
    FINISHED = 20,
    KEY_UPDATE = 24,
    MESSAGE_HASH = 254
};

/* What the command line says. */
struct options {
    bool server;
    bool dtls;
    bool ems;
    bool resume;         /* a second connection that resumes the session of the first */
    bool request_client; /* server: ask for a certificate */
    uint16_t port;
    DWORD protocol;
    DWORD suites[MAX_SUITES];
    size_t suite_count;
    DWORD group;     /* 0: any */
    uint16_t scheme; /* of signatures; 0: any */
    const char *certificate;
    const char *key;
    uint8_t psk[64];
    size_t psk_len;
    const char *identity;
    const char *exporter; /* label */
    const char *context;  /* NULL: none */
    const char *send;     /* client */
    const char *expect;   /* client: the answer */
    const char *pcap;
    unsigned drop;            /* DTLS: which datagram is lost on the way; 0: none */
    unsigned lossy, lossy_in; /* DTLS: how many of a hundred are lost, and how many overtaken */
    unsigned records;         /* DTLS 1.3: of data in each direction; 0: a line */

    /* TLS 1.3 */
    bool psk_ke;            /* a PSK without (EC)DHE */
    bool cookie;            /* server: a HelloRetryRequest with one */
    bool key_update;        /* new keys before the data, in both directions */
    DWORD first_share;      /* client: the group that it begins with; 0: the one it wants */
    const char *early_data; /* in the second connection: what the client sends */
};

/* What outlives a connection.  A ticket of TLS 1.3 (RFC 8446 section 4.6.1) stands for a key of its
 * own; up to TLS 1.2 an identifier stands for the master key. */
struct session {
    uint8_t id[SESSION_ID_LEN];
    size_t id_len;
    NCRYPT_KEY_HANDLE master_key; /* 0: no session yet */
    DWORD suite;
    bool ems;
    NCRYPT_KEY_HANDLE pre_shared_key; /* 0: no ticket yet */
    uint8_t ticket[MAX_TICKET];
    size_t ticket_len;
    uint32_t age_add;
    long long issued_at; /* milliseconds */
    bool early_data;     /* the ticket allows some */
};

/* DTLS 1.3: the key of an epoch, which outlives its epoch because records come late. */
struct kept_epoch {
    unsigned epoch;
    NCRYPT_KEY_HANDLE key;
    uint64_t next; /* number of the next record, or one above the highest that came */
    uint64_t came; /* bit i: the record next - 1 - i */
};

/* One direction; the keys belong to the epochs 0, which has none, and 1.  In TLS 1.3, where a key
 * takes the place of another, both are of epoch 1.  In DTLS 1.3 epochs are counted on, and each key
 * is kept at the place that the low bits of its epoch name. */
struct direction {
    unsigned epoch;
    NCRYPT_KEY_HANDLE key;
    NCRYPT_KEY_HANDLE secret; /* TLS 1.3: the traffic secret that the key was made of */
    uint64_t sequence[2];     /* next record of each epoch */
    struct kept_epoch kept[KEPT_EPOCHS];
};

struct transcript {
    struct writer early;                  /* until the suite is known */
    NCRYPT_HASH_HANDLE hash;              /* SslCreateHandshakeHash */
    NCRYPT_HASH_HANDLE auth[AUTH_HASHES]; /* SslCreateClientAuthHash, one for each algorithm */
};

/* DTLS: what was sent since the peer was last heard, to be sent again. */
enum { FLIGHT_ROOM = 8 };
struct flight {
    size_t count;
    bool complete; /* the next message begins another one */
    unsigned resent;
    unsigned refused;
    long long sent_at; /* milliseconds */
    struct {
        uint8_t content_type;
        unsigned epoch;
        uint16_t sequence; /* of the message */
        struct writer message;
    } entries[FLIGHT_ROOM];
};

/* A handshake message; the body stays as it is until the next one is received. */
struct message {
    uint8_t type;
    uint16_t sequence; /* DTLS */
    const uint8_t *body;
    size_t len;
};

struct record {
    uint8_t type;
    unsigned epoch;
    uint64_t number; /* DTLS 1.3 */
    size_t at;       /* DTLS: what of it has been handled */
    size_t len;
    uint8_t data[MAX_HEADER + MAX_RECORD];
};

/* The sides of TLS 1.3's traffic secrets. */
enum { CLIENT = 0, SERVER = 1, SIDES = 2 };

/* Which pre-shared key the handshake begins with. */
enum psk_kind { NO_PSK, EXTERNAL_PSK, RESUMPTION_PSK };

/* What only TLS 1.3 has. */
struct tls13 {
    enum psk_kind psk_kind;                     /* offered, and after the ServerHello: taken */
    NCRYPT_KEY_HANDLE external_psk;             /* SslImportKey */
    NCRYPT_KEY_HANDLE early, handshake;         /* SslExtractEarlyKey, SslExtractHandshakeKey */
    NCRYPT_KEY_HANDLE master;                   /* SslExtractMasterKey */
    NCRYPT_KEY_HANDLE exporter;                 /* SslExpandExporterMasterKey */
    NCRYPT_KEY_HANDLE resumption;               /* SslExpandResumptionMasterKey */
    NCRYPT_KEY_HANDLE handshake_traffic[SIDES]; /* SslExpandTrafficKeys, until they are in use */
    NCRYPT_KEY_HANDLE application_traffic[SIDES];
    bool has_share;       /* (EC)DHE is part of the handshake */
    bool retried;         /* there was a HelloRetryRequest */
    bool compatible;      /* server: RFC 8446 appendix D.4 */
    struct writer cookie; /* of the HelloRetryRequest */
    bool early_data;      /* offered, and after EncryptedExtensions: taken */
    unsigned updates_sent, updates_received;
};

/* DTLS 1.3: handshake messages on their way (RFC 9147 sections 5 and 7). */
enum { OUTGOING_ROOM = 8, INCOMING_ROOM = 8, MAX_FRAGMENTS = 32, SENT_ROOM = 256, ACK_ROOM = 32 };

/* Sent, and not known to have arrived. */
struct outgoing {
    uint8_t type;
    uint16_t sequence;
    unsigned epoch;
    struct writer body;
    bool arrived[MAX_FRAGMENTS];
};

/* Being put together. */
struct incoming {
    bool begun;
    uint8_t type;
    struct writer body;
    uint8_t have[MAX_MESSAGE];
};

struct record_number {
    uint64_t epoch, number;
};

/* Which fragment of which message a record had. */
struct sent_record {
    struct record_number number;
    uint16_t sequence;
    size_t fragment;
};

struct dtls13 {
    bool established; /* from now on each handshake record has an ACK */
    struct outgoing outgoing[OUTGOING_ROOM];
    size_t outgoing_count;
    struct incoming incoming[INCOMING_ROOM]; /* at the number of the message, modulo the room */
    struct sent_record sent[SENT_ROOM];      /* the last ones */
    size_t sent_count;
    struct record_number acks[ACK_ROOM]; /* what the next ACK says */
    size_t ack_count;
    long long sent_at, resend_at, ack_at; /* milliseconds */
    unsigned resent, refused;
    /* A KeyUpdate, when the one on its way has arrived, and whether it asks for another one. */
    bool update_owed, owed_asks;
    uint8_t *queue; /* data that came while something else was waited for */
    size_t queue_len;
    bool closed; /* by the peer */

    /* Records that came: of data, of data from an older epoch, and those that could not be opened.
     */
    unsigned received_data, late_data, unreadable;
};

struct connection {
    const struct options *options;
    struct session *session;
    NCRYPT_PROV_HANDLE provider;
    int socket;

    struct direction reading, writing;
    struct record record; /* the last one received */
    uint8_t datagram[0x10000];
    size_t datagram_len, datagram_at;
    unsigned datagrams_sent;
    bool calm;                     /* nothing that is sent gets lost any more */
    unsigned sent_data, lost_data; /* records */
    struct writer held, held_in;   /* overtaken by the next datagram */

    struct writer stream; /* TLS: handshake bytes of which no message is whole yet */
    struct writer body;   /* the message being handled */
    uint16_t next_receive, next_send;
    struct writer partial; /* DTLS: the message being put together */
    uint8_t partial_have[MAX_MESSAGE];
    uint8_t partial_type;
    struct flight flight;
    uint8_t cookie[255];
    size_t cookie_len;

    struct transcript transcript;
    uint8_t randoms[2 * RANDOM_LEN]; /* the client's, the server's */
    DWORD highest_version;           /* of the ClientHello */
    DWORD protocol;
    NCRYPT_SSL_CIPHER_SUITE suite;
    bool ems, resumed, renegotiation_info;
    uint16_t peer_schemes[64]; /* of signatures that the peer accepts */
    size_t peer_scheme_count;
    DWORD peer_groups[64];
    size_t peer_group_count;

    NCRYPT_KEY_HANDLE private_key; /* of the own certificate */
    DWORD group;                   /* of the shares, for elliptic curves */
    NCRYPT_KEY_HANDLE own_share;   /* SslCreateEphemeralKey */
    NCRYPT_KEY_HANDLE peer_share;  /* SslImportKey */
    NCRYPT_KEY_HANDLE peer_key;    /* of the peer's certificate */
    const char *peer_algorithm;    /* "RSA", "ECDSA" or "none" */
    size_t peer_coordinate_len;    /* ECDSA: bytes of r and of s */
    NCRYPT_KEY_HANDLE pre_master_key;
    NCRYPT_KEY_HANDLE master_key;
    struct tls13 tls13;
    struct dtls13 dtls13;
};

/* DTLS 1.2, TLS 1.2 or TLS 1.3: a signature names its hash (RFC 5246 section 4.7). */
bool names_its_hash(DWORD protocol);
/* By the command line, which allows one version: TLS 1.3 or DTLS 1.3, which has its handshake. */
bool is_tls13(const struct connection *connection);
bool is_dtls13(const struct connection *connection);
bool text_equals(LPCWSTR text, LPCWSTR other);
/* Fails when an Ssl* function did. */
void check(SECURITY_STATUS status, const char *call);
void free_handle(NCRYPT_HANDLE *handle);
/* Of a Finished: the sender's side, which is the own one or the peer's. */
DWORD side_of(const struct connection *connection, bool own);

/* client.c, server.c: one handshake up to TLS 1.2; tls13.h has those of TLS 1.3. */
void client_handshake(struct connection *connection);
void server_handshake(struct connection *connection);
/* The second half of both: ChangeCipherSpec and Finished of one side. */
void send_finished(struct connection *connection);
void receive_finished(struct connection *connection);

#endif
