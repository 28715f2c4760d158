/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the sweep over the functions of the shim: families of calls, and the objects that
 * they work with.
 *
 * A call is one function with valid arguments, whose outputs all go to `out`.  The sweep makes it
 * again and again, each time with another allocation failing; a family says what is right.
 */
#ifndef SSLP_TEST_FAULTS_FUNCTIONS_H
#define SSLP_TEST_FAULTS_FUNCTIONS_H

#include "shim/support.h"
#include "shim/support/certificates.h"
#include "shim/support/key_share_blob.h"

enum {
    FAULTS_HANDLES = 2,
    FAULTS_BLOCKS = 2,
    FAULTS_OUTPUT_LEN = 4096,
    FAULTS_CANARY = 0xA7,
    FAULTS_RSA_LEN = 256,
    FAULTS_DIGEST_LEN = 32
};

struct fault_call {
    const char *name;
    SECURITY_STATUS (*run)(void);
    unsigned handles;       /* of out.handles that it makes */
    void (*prepare)(void);  /* before each attempt, with all the memory; may be NULL */
    bool (*is_right)(void); /* of a success, whose handles are still there; may be NULL */
    void (*settle)(void);   /* after each success, with all the memory; may be NULL */
    bool (*applies)(void);  /* whether it is a call of the round; NULL: of every one */
};

struct fault_family {
    const char *name;
    /* Makes what the calls of a round work with; false when there is no such round, or this
     * release of OpenSSL cannot do it.  `label` names the round. */
    bool (*begin)(size_t round, const char **label);
    void (*end)(void);
    const struct fault_call *calls;
    size_t call_count;
    bool (*counts)(const char *file); /* whose allocations fail; NULL: anybody's */
};

extern const struct fault_family faults_providers, faults_private_keys, faults_lookup,
    faults_hashes, faults_keys, faults_key_shares, faults_master_keys, faults_signatures,
    faults_secrets, faults_key_schedule, faults_records, faults_first_records;

/* What a call makes. */
struct fault_outputs {
    NCRYPT_HANDLE handles[FAULTS_HANDLES];
    PVOID blocks[FAULTS_BLOCKS]; /* which SslFreeBuffer frees; the call sets them to NULL first */
    BYTE bytes[FAULTS_OUTPUT_LEN];
    DWORD room; /* bytes of it that the call may write, all of which it writes */
    DWORD len;  /* 0 after a failure */
};

extern struct fault_outputs out;

/* ---- Objects (objects.c) ---- */

/* Made once, since generating keys takes longer than most calls. */
struct fault_objects {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE rsa_private, rsa_public, ecdsa_private;
    NCRYPT_KEY_HANDLE ecdhe, ecdhe_peer, dhe, dhe_peer;
    CERT_CONTEXT rsa_certificate, file_certificate; /* the key of the second one is in a file */
    BYTE *rsa_key;                                  /* of the first one, DER */
    DWORD rsa_key_len;
    BYTE rsa_blob[sizeof(BCRYPT_RSAKEY_BLOB) + 3 + FAULTS_RSA_LEN];
    NCryptBufferDesc randoms, with_version, with_psk; /* parameter lists */
};

extern struct fault_objects objects;

/* Writes the configuration and its key into the folder, before OpenSSL starts. */
bool faults_configure(const char *folder);

/* Each false on failure; they run outside of tests. */
bool faults_objects_open(const char *folder);
bool faults_objects_close(void);

/* The private RSA key anew.  OpenSSL renews the blinding of such a key each 32 times; where it
 * lacks the memory in the middle of it, it goes on with numbers that do not belong together, and
 * the key decrypts and signs wrong until the next renewal, with success. */
void faults_renew_rsa(void);

/* Protections of records, each with a protocol and a suite that have it; TLS 1.3 comes last. */
enum { FAULTS_SETTINGS_OF_MASTER_KEYS = 8, FAULTS_SETTINGS = 14 };

extern const struct fault_setting {
    const char *label;
    DWORD protocol, suite, flags;
} faults_settings[FAULTS_SETTINGS];

/* A master key of 48 fixed bytes. */
NCRYPT_KEY_HANDLE faults_master(DWORD protocol, DWORD suite, DWORD flags);

/* ---- Exceptions (exceptions.c) ---- */

/* OpenSSL's reason why a call ends with this status, or with something wrong and ERROR_SUCCESS,
 * after an allocation failed in this file; NULL: it may not. */
const char *faults_exception(const char *call, const char *file, SECURITY_STATUS status);

/* ---- What is right (compare.c) ---- */

enum { FAULTS_PRINT_LEN = 512 };

/* Writes bytes that follow from what a handle stands for; false when it cannot. */
typedef bool faults_print_fn(NCRYPT_HANDLE handle, BYTE print[FAULTS_PRINT_LEN]);

/* Makes the next answer the first one. */
void faults_forget(void);

/* Whether bytes and handles of `out` are those of the first answer; print may be NULL. */
bool faults_same(faults_print_fn *print);

bool faults_same_bytes(void);
bool faults_same_master_key(void);
bool faults_same_session_keys(void);

#endif
