/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of the shim, from a secret to records, and everything freed again.
 */
#include "secrets.h"

#include <openssl/crypto.h>

enum { TLS12 = TLS1_2_PROTOCOL_VERSION, TLS13 = TLS1_3_PROTOCOL_VERSION, MAX_RECORD = 128 };

/* What can be wrong: the length of a secret; flags, or a key of another kind; a list, or a hash; a
 * record. */
enum { NO_FAULT, FAULT_LENGTH, FAULT_CALL, FAULT_PARAMETERS, FAULT_RECORD, FUNCTION_FAULTS };

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE rsa_key, held;
static CERT_CONTEXT certificate;
static BYTE *rsa_der;
static int rsa_der_len;

/* The handles of an operation, freed together. */
struct made {
    NCRYPT_HANDLE handles[24];
    size_t count;
};

static NCRYPT_HANDLE *place(struct made *made)
{
    NCRYPT_HANDLE *next = &made->handles[made->count++];

    *next = 0;
    return next;
}

static bool free_made(struct made *made)
{
    bool freed = true;

    while (made->count > 0) {
        const NCRYPT_HANDLE handle = made->handles[--made->count];

        freed = (handle == 0 || SslFreeObject(handle, 0) == ERROR_SUCCESS) && freed;
    }
    return freed;
}

static bool import_master_key(DWORD suite, DWORD side, unsigned fault, NCRYPT_KEY_HANDLE *key)
{
    struct secret_blob blob = make_master(TLS12, suite, side);
    SECURITY_STATUS status;

    secrets_unmask(told.masked[SECRET_MASTER], MASTER_KEY_LEN, blob.secret);
    status = SslImportKey(provider, key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob,
        blob.header.cbLength - (fault == FAULT_LENGTH), 0);
    OPENSSL_cleanse(&blob, sizeof(blob));
    return status == ERROR_SUCCESS;
}

/* A record from one key to the other. */
static bool transfer(NCRYPT_KEY_HANDLE write, NCRYPT_KEY_HANDLE read, unsigned fault)
{
    BYTE text[] = "what the record protects", record[MAX_RECORD], opened[MAX_RECORD];
    DWORD len = 0, opened_len = 0;

    if (SslEncryptPacket(provider, write, text, sizeof(text), record, sizeof(record), &len, 0,
            CT_APPLICATIONDATA, 0) != ERROR_SUCCESS)
        return false;
    if (fault == FAULT_RECORD)
        record[len - 1] ^= 1;
    return SslDecryptPacket(provider, read, record, len, opened, sizeof(opened), &opened_len, 0,
               0) == ERROR_SUCCESS &&
        opened_len == sizeof(text) && memcmp(opened, text, sizeof(text)) == 0;
}

/* ---- TLS 1.2 ---- */

static bool make_keys(
    struct made *made, DWORD suite, DWORD side, unsigned fault, struct key_pair *keys)
{
    NCRYPT_KEY_HANDLE *master = place(made), *read = place(made), *write = place(made);
    BYTE material[20], both[2 * RANDOM_LEN] = {0};
    struct randoms randoms;
    NCryptBufferDesc *list = fill_randoms(&randoms);
    char label[] = "EXPORTER-test";

    if (fault == FAULT_PARAMETERS)
        list->cBuffers = 1;
    if (!import_master_key(suite, side, fault, master) ||
        SslExportKeyingMaterial(provider, *master, label, both, sizeof(both), NULL, 0, material,
            sizeof(material), 0) != ERROR_SUCCESS ||
        SslGenerateSessionKeys(provider, *master, read, write, list,
            fault == FAULT_CALL ? 0x80000000U : 0) != ERROR_SUCCESS)
        return false;
    *keys = (struct key_pair){*read, *write};
    return true;
}

static bool session(DWORD suite, unsigned fault)
{
    struct key_pair client = {0, 0}, server = {0, 0};
    struct made made = {.count = 0};
    bool ok = make_keys(&made, suite, NCRYPT_SSL_CLIENT_FLAG, fault, &client) &&
        make_keys(&made, suite, NCRYPT_SSL_SERVER_FLAG, fault, &server) &&
        transfer(client.write, server.read, fault) && transfer(server.write, client.read, fault);

    return free_made(&made) && ok;
}

static bool session_gcm(unsigned fault)
{
    return session(SUITE_AES128_GCM, fault);
}

static bool session_cbc(unsigned fault)
{
    return session(SUITE_AES128_CBC_SHA, fault);
}

static bool session_chacha(unsigned fault)
{
    return session(0xCCA8, fault);
}

/* ---- RSA ---- */

/* The key anew: where libcrypto lacks memory while it renews the blinding of a key, the key
 * decrypts wrong from then on. */
static bool attach_rsa(void)
{
    if (rsa_key != 0 && SslFreeObject(rsa_key, 0) != ERROR_SUCCESS)
        return false;
    rsa_key = 0;
    return NcryptsslAttachPrivateKey(provider, &certificate, rsa_der, (DWORD)rsa_der_len, 0) ==
        ERROR_SUCCESS &&
        SslOpenPrivateKey(provider, &rsa_key, &certificate, 0) == ERROR_SUCCESS;
}

static bool import_encrypted(unsigned fault)
{
    DWORD version = fault == FAULT_PARAMETERS ? 0 : TLS12;
    struct randoms randoms;
    const NCryptBufferDesc *both = fill_randoms(&randoms);
    NCryptBuffer buffers[3] = {both->pBuffers[0], both->pBuffers[1],
        {sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, fault == FAULT_LENGTH ? 2 : 3, buffers};
    NCRYPT_KEY_HANDLE master = 0;
    BYTE encrypted[SECRETS_RSA_LEN];
    SECURITY_STATUS status;

    memcpy(encrypted, told.encrypted, sizeof(encrypted));
    status = SslImportMasterKey(provider, rsa_key, &master, TLS12, SUITE_AES128_GCM, &list,
        encrypted, sizeof(encrypted), fault == FAULT_CALL ? 0x80000000U : 0);
    if (status == ERROR_SUCCESS)
        status = SslFreeObject(master, 0);
    return status == ERROR_SUCCESS;
}

/* ---- TLS 1.3 ---- */

static bool hash_stage(NCRYPT_HASH_HANDLE hash, size_t stage)
{
    return SslHashHandshake(provider, hash, (PBYTE)(uintptr_t)tls13_messages[stage],
               sizeof(tls13_messages[stage]), 0) == ERROR_SUCCESS;
}

static bool import_psk(unsigned fault, NCRYPT_KEY_HANDLE *psk)
{
    BYTE secret[TLS13_SIZE];
    SECURITY_STATUS status;

    secrets_unmask(told.tls13.bytes[TLS13_PSK], sizeof(secret), secret);
    status = SslImportKey(provider, psk, TLS_13_PRE_SHARED_KEY, secret,
        fault == FAULT_LENGTH ? 3 : sizeof(secret), 0);
    OPENSSL_cleanse(secret, sizeof(secret));
    return status == ERROR_SUCCESS;
}

static bool finish(NCRYPT_KEY_HANDLE key, NCRYPT_HASH_HANDLE hash)
{
    BYTE verify_data[TLS13_SIZE];

    return SslComputeFinishedHash(provider, key, hash, verify_data, sizeof(verify_data), 0) ==
        ERROR_SUCCESS;
}

static bool early_stage(
    struct made *made, NCRYPT_HASH_HANDLE hash, unsigned fault, NCRYPT_KEY_HANDLE *early)
{
    NCRYPT_KEY_HANDLE *psk = place(made), *binder = place(made), *traffic = place(made);

    return import_psk(fault, psk) &&
        SslExtractEarlyKey(provider, *psk, early, TLS13, SUITE_TLS13_AES128_GCM, NULL, 0) ==
        ERROR_SUCCESS &&
        SslExpandBinderKey(provider, *early, binder, NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG) ==
        ERROR_SUCCESS &&
        finish(*binder, hash) && hash_stage(hash, 0) &&
        SslExpandTrafficKeys(provider, *early, hash, traffic, NULL, NULL, 0) == ERROR_SUCCESS &&
        hash_stage(hash, 1);
}

static bool handshake_stage(struct made *made, NCRYPT_HASH_HANDLE hash, NCRYPT_KEY_HANDLE early,
    NCRYPT_KEY_HANDLE *handshake)
{
    NCRYPT_KEY_HANDLE *client = place(made), *server = place(made);

    return SslExtractHandshakeKey(provider, 0, 0, early, handshake, NULL, 0) == ERROR_SUCCESS &&
        SslExpandTrafficKeys(provider, *handshake, hash, client, server, NULL, 0) ==
        ERROR_SUCCESS &&
        finish(*server, hash) && hash_stage(hash, 2) && finish(*client, hash);
}

static bool export_material(NCRYPT_KEY_HANDLE exporter)
{
    char label[] = "EXPORTER-test";
    BYTE material[TLS13_SIZE];

    return SslExportKeyingMaterial(provider, exporter, label, NULL, 0, NULL, 0, material,
               sizeof(material), 0) == ERROR_SUCCESS;
}

static bool resumption_stage(struct made *made, NCRYPT_HASH_HANDLE hash, NCRYPT_KEY_HANDLE master)
{
    NCRYPT_KEY_HANDLE *exporter = place(made), *resumption = place(made), *ticket = place(made);

    return SslExpandExporterMasterKey(provider, master, hash, exporter, NULL, 0) == ERROR_SUCCESS &&
        export_material(*exporter) && hash_stage(hash, 3) &&
        SslExpandResumptionMasterKey(provider, master, hash, resumption, NULL, 0) ==
        ERROR_SUCCESS &&
        SslExpandPreSharedKey(provider, *resumption, NULL, 0, ticket, NULL, 0) == ERROR_SUCCESS;
}

static bool record_stage(
    struct made *made, NCRYPT_KEY_HANDLE client, NCRYPT_KEY_HANDLE server, unsigned fault)
{
    NCRYPT_KEY_HANDLE *next = place(made), *client_key = place(made), *server_key = place(made);

    return SslExpandNextGenTrafficKey(provider, client, next, NULL, 0) == ERROR_SUCCESS &&
        SslExpandWriteKey(provider, client, client_key, NULL, 0) == ERROR_SUCCESS &&
        SslExpandWriteKey(provider, server, server_key, NULL, 0) == ERROR_SUCCESS &&
        transfer(*client_key, *client_key, fault) && transfer(*server_key, *server_key, fault);
}

static bool master_stage(
    struct made *made, NCRYPT_HASH_HANDLE hash, NCRYPT_KEY_HANDLE handshake, unsigned fault)
{
    NCRYPT_KEY_HANDLE *master = place(made), *client = place(made), *server = place(made);

    return SslExtractMasterKey(provider, handshake, master, NULL, 0) == ERROR_SUCCESS &&
        SslExpandTrafficKeys(provider, *master, hash, client, server, NULL, 0) == ERROR_SUCCESS &&
        resumption_stage(made, fault == FAULT_PARAMETERS ? *master : hash, *master) &&
        record_stage(made, fault == FAULT_CALL ? *master : *client, *server, fault);
}

static bool schedule(unsigned fault)
{
    struct made made = {.count = 0};
    NCRYPT_HASH_HANDLE *hash = place(&made);
    NCRYPT_KEY_HANDLE *early = place(&made), *handshake = place(&made);
    const bool ok =
        SslCreateHandshakeHash(provider, hash, TLS13, SUITE_TLS13_AES128_GCM, 0) == ERROR_SUCCESS &&
        early_stage(&made, *hash, fault, early) &&
        handshake_stage(&made, *hash, *early, handshake) &&
        master_stage(&made, *hash, *handshake, fault);

    return free_made(&made) && ok;
}

/* ---- All ---- */

bool secrets_hold_master(void)
{
    return import_master_key(SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, NO_FAULT, &held);
}

bool secrets_end_master(void)
{
    return SslFreeObject(held, 0) == ERROR_SUCCESS;
}

bool secrets_functions_open(EVP_PKEY *rsa)
{
    certificate = make_certificate(rsa, 1);
    rsa_der_len = i2d_PrivateKey(rsa, &rsa_der);
    return SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS && attach_rsa();
}

bool secrets_functions_close(void)
{
    const bool closed =
        SslFreeObject(rsa_key, 0) == ERROR_SUCCESS && SslFreeObject(provider, 0) == ERROR_SUCCESS;

    OPENSSL_clear_free(rsa_der, (size_t)rsa_der_len);
    free_certificate(&certificate);
    return closed;
}

const struct operation secrets_functions[SECRETS_FUNCTIONS] = {
    {"records of AES-GCM", session_gcm, FUNCTION_FAULTS, NULL},
    {"records of AES-CBC", session_cbc, FUNCTION_FAULTS, NULL},
    {"records of ChaCha20", session_chacha, FUNCTION_FAULTS, NULL},
    {"SslImportMasterKey", import_encrypted, FAULT_RECORD, attach_rsa},
    {"key schedule of TLS 1.3", schedule, FUNCTION_FAULTS, NULL},
};
