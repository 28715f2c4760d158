/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks through the key schedule of TLS 1.3 (RFC 8446 section 7.1) by handles.  Both sides of a
 * connection walk alike, and have to come to the same Finished messages, records and exports.
 */
#include "fuzz.h"

#include "schedule/protocol.h"
#include "schedule/suite.h"

#include <string.h>

enum { MAX_CHOICES = 64, MESSAGE = 400, HANDLES = 24 };

/* The protocols that have this schedule, each with its suites. */
static struct {
    DWORD protocol, suite, hash_len;
} choices[MAX_CHOICES];

static size_t choice_count;

/* Groups of a key exchange, as far as libcrypto has them: curves, ML-KEM with a curve and alone. */
static const DWORD group_numbers[] = {
    TLS_ECC_P256_CURVE_KEY_TYPE, TLS_ECC_P384_CURVE_KEY_TYPE, 29, 4588, 513};

/* The keys of both sides, and what each has got of the other's. */
static struct group {
    NCRYPT_KEY_HANDLE client, server, client_share, server_share;
} groups[COUNT(group_numbers)];

static size_t group_count;

/* Of another group, so that no side agrees with it. */
static NCRYPT_KEY_HANDLE lone_key;
static BYTE psk_bytes[64];

static NCRYPT_KEY_HANDLE send_share(NCRYPT_KEY_HANDLE key, BYTE *blob, DWORD size, DWORD *len)
{
    NCRYPT_KEY_HANDLE share = 0;

    fuzz_require(SslExportKey(fuzz_provider, key, NCRYPTSSL_KEY_SHARE_BLOB, blob, size, len, 0) ==
                ERROR_SUCCESS &&
            SslImportKey(fuzz_provider, &share, NCRYPTSSL_KEY_SHARE_BLOB, blob, *len, 0) ==
                ERROR_SUCCESS,
        "a share is sent");
    return share;
}

/* With ML-KEM the server makes its share from the client's. */
static void add_group(DWORD number)
{
    struct group *const group = &groups[group_count];
    const bool is_kem = number > 500;
    BYTE blob[4096];
    DWORD len = 0;

    if (SslCreateEphemeralKey(fuzz_provider, &group->client, TLS1_3_PROTOCOL_VERSION, 0, number, 0,
            NULL, 0, 0) != ERROR_SUCCESS)
        return;
    group->client_share = send_share(group->client, blob, sizeof(blob), &len);
    fuzz_require(
        SslCreateEphemeralKey(fuzz_provider, &group->server, TLS1_3_PROTOCOL_VERSION, 0, number, 0,
            is_kem ? blob : NULL, is_kem ? len : 0, NCRYPT_SSL_SERVER_FLAG) == ERROR_SUCCESS,
        "the server's key");
    group->server_share = send_share(group->server, blob, sizeof(blob), &len);
    group_count++;
}

static void key_schedule_begin(void)
{
    fuzz_write_key_log();
    fuzz_open_provider();
    for (size_t i = 0; i < sslp_protocol_count; i++) {
        const struct sslp_protocol *const protocol = &sslp_protocols[i];

        for (size_t k = 0; k < sslp_suite_count; k++) {
            NCRYPT_KEY_HANDLE early;

            if (protocol->offer == SSLP_BY_KDFS_ALONE || !sslp_protocol_is_tls13(protocol) ||
                !sslp_suite_in_protocol(&sslp_suites[k], protocol) ||
                SslExtractEarlyKey(fuzz_provider, 0, &early, protocol->version, sslp_suites[k].id,
                    NULL, 0) != ERROR_SUCCESS)
                continue;
            fuzz_free(early);
            fuzz_require(choice_count < MAX_CHOICES, "room for the suites");
            choices[choice_count].protocol = protocol->version;
            choices[choice_count].suite = sslp_suites[k].id;
            choices[choice_count++].hash_len = (DWORD)sslp_hash_id_size(sslp_suites[k].prf_hash);
        }
    }
    fuzz_require(choice_count >= 5, "the suites of RFC 8446");
    for (size_t i = 0; i < COUNT(group_numbers); i++)
        add_group(group_numbers[i]);
    fuzz_require(group_count >= 3, "curves");
    fuzz_require(SslCreateEphemeralKey(fuzz_provider, &lone_key, TLS1_3_PROTOCOL_VERSION, 0,
                     TLS_ECC_P521_CURVE_KEY_TYPE, 0, NULL, 0, 0) == ERROR_SUCCESS,
        "a key of another group");
    memcpy(psk_bytes, fuzz_canary, sizeof(psk_bytes));
}

/* One side. */
struct walk {
    size_t choice;
    NCRYPT_HASH_HANDLE transcript;
    NCRYPT_KEY_HANDLE psk, early, handshake, master, traffic, exporter, resumption;
};

static void set(NCRYPT_KEY_HANDLE *slot, NCRYPT_KEY_HANDLE key)
{
    fuzz_free(*slot);
    *slot = key;
}

static void end_walk(struct walk *walk)
{
    set(&walk->transcript, 0);
    set(&walk->psk, 0);
    set(&walk->early, 0);
    set(&walk->handshake, 0);
    set(&walk->master, 0);
    set(&walk->traffic, 0);
    set(&walk->exporter, 0);
    set(&walk->resumption, 0);
}

static NCRYPT_KEY_HANDLE made(
    SECURITY_STATUS status, const NCRYPT_KEY_HANDLE *key, const char *function)
{
    (void)fuzz_made(status, key, function);
    return *key;
}

/* A key or a number that is none of the right kind now and then. */
static NCRYPT_KEY_HANDLE any_of(const struct walk *walk, uint8_t which, NCRYPT_KEY_HANDLE right)
{
    const NCRYPT_KEY_HANDLE keys[] = {walk->psk, walk->early, walk->handshake, walk->master,
        walk->traffic, walk->exporter, walk->resumption, walk->transcript, 0, 1, lone_key,
        fuzz_provider};

    return which % 16 != 15 ? right : keys[(which >> 4) % COUNT(keys)];
}

static void hash(struct walk *walk, const uint8_t *message, size_t len)
{
    (void)fuzz_called(
        SslHashHandshake(fuzz_provider, walk->transcript, (PBYTE)(uintptr_t)message, (DWORD)len, 0),
        "SslHashHandshake");
}

/* One step; `step` and the rest are the same for both sides. */
static void make_step(struct walk *walk, uint8_t step, uint8_t which, const uint8_t *bytes,
    size_t len, bool is_client)
{
    const struct group *const group = &groups[which % group_count];
    const DWORD protocol = choices[walk->choice].protocol, suite = choices[walk->choice].suite;
    NCRYPT_KEY_HANDLE key = 0, other = 0;
    SECURITY_STATUS status;

    switch (step % 12) {
    case 0:
        status = SslExtractEarlyKey(
            fuzz_provider, which % 2 == 0 ? 0 : walk->psk, &key, protocol, suite, NULL, 0);
        set(&walk->early, made(status, &key, "SslExtractEarlyKey"));
        break;
    case 1:
        key = is_client ? group->client : group->server;
        other = any_of(walk, which, is_client ? group->server_share : group->client_share);
        if (which % 16 == 14) /* a pre-shared key alone */
            key = other = 0;
        status = SslExtractHandshakeKey(fuzz_provider, key, other, walk->early, &key, NULL, 0);
        set(&walk->handshake, made(status, &key, "SslExtractHandshakeKey"));
        break;
    case 2:
        status =
            SslExtractMasterKey(fuzz_provider, any_of(walk, which, walk->handshake), &key, NULL, 0);
        set(&walk->master, made(status, &key, "SslExtractMasterKey"));
        break;
    case 3: /* one of both directions stays */
        status = SslExpandTrafficKeys(fuzz_provider,
            which % 3 == 0       ? walk->early
                : which % 3 == 1 ? walk->handshake
                                 : any_of(walk, which, walk->master),
            walk->transcript, &key, which % 3 == 0 ? NULL : &other, NULL, 0);
        (void)made(status, &key, "SslExpandTrafficKeys");
        set(&walk->traffic, which % 4 < 2 || other == 0 ? key : other);
        fuzz_free(walk->traffic == key ? other : key);
        break;
    case 4:
        status = SslExpandExporterMasterKey(fuzz_provider,
            which % 2 == 0 ? walk->master : any_of(walk, which, walk->early), walk->transcript,
            &key, NULL, 0);
        set(&walk->exporter, made(status, &key, "SslExpandExporterMasterKey"));
        break;
    case 5:
        status = SslExpandResumptionMasterKey(
            fuzz_provider, any_of(walk, which, walk->master), walk->transcript, &key, NULL, 0);
        set(&walk->resumption, made(status, &key, "SslExpandResumptionMasterKey"));
        break;
    case 6:
        status = SslExpandPreSharedKey(fuzz_provider, any_of(walk, which, walk->resumption),
            (PBYTE)(uintptr_t)bytes, (DWORD)len, &key, NULL, 0);
        set(&walk->psk, made(status, &key, "SslExpandPreSharedKey"));
        break;
    case 7:
        status = SslExpandBinderKey(fuzz_provider, walk->early, &key, NULL, which % 4);
        set(&walk->traffic, made(status, &key, "SslExpandBinderKey"));
        break;
    case 8:
        status = SslExpandNextGenTrafficKey(
            fuzz_provider, any_of(walk, which, walk->traffic), &key, NULL, 0);
        set(&walk->traffic, made(status, &key, "SslExpandNextGenTrafficKey"));
        break;
    case 9:
        status = SslDuplicateTranscriptHash(fuzz_provider, walk->transcript, &key, 0);
        set(&walk->transcript, made(status, &key, "SslDuplicateTranscriptHash"));
        break;
    case 10:
        set(&walk->psk,
            fuzz_secret(NCRYPTSSL_KIND_PRE_SHARED_KEY, protocol, suite,
                is_client ? NCRYPT_SSL_CLIENT_FLAG : NCRYPT_SSL_SERVER_FLAG, psk_bytes,
                which % 65));
        break;
    default:
        hash(walk, bytes, len);
        break;
    }
}

struct results {
    BYTE finished[64], exported[80], record[64];
    SECURITY_STATUS statuses[3];
};

static void compute(const struct walk *walk, struct results *results)
{
    static BYTE text[] = "a record\27";
    static CHAR label[] = "EXPORTER-fuzz";
    NCRYPT_KEY_HANDLE key = 0;
    DWORD len = 0;

    memset(results, 0, sizeof(*results));
    results->statuses[0] =
        fuzz_called(SslComputeFinishedHash(fuzz_provider, walk->traffic, walk->transcript,
                        results->finished, choices[walk->choice].hash_len, NCRYPT_SSL_CLIENT_FLAG),
            "SslComputeFinishedHash");
    results->statuses[1] =
        fuzz_called(SslExportKeyingMaterial(fuzz_provider, walk->exporter, label, NULL, 0, NULL, 0,
                        results->exported, sizeof(results->exported), 0),
            "SslExportKeyingMaterial");
    if (results->statuses[1] != ERROR_SUCCESS)
        fuzz_require_zeros(results->exported, sizeof(results->exported), "zeros after a refusal");
    results->statuses[2] = fuzz_made(
        SslExpandWriteKey(fuzz_provider, walk->traffic, &key, NULL, 0), &key, "SslExpandWriteKey");
    if (key != 0)
        (void)fuzz_called(
            SslEncryptPacket(fuzz_provider, key, text, sizeof(text) - 1, results->record,
                sizeof(results->record), &len, 0, CT_APPLICATIONDATA, 0),
            "SslEncryptPacket");
    fuzz_free(key);
    fuzz_require_hidden(results, sizeof(*results), "a pre-shared key in an output");
}

static void key_schedule_run(struct fuzz_input *input)
{
    struct walk sides[2] = {{0}, {0}};
    struct results results[2];

    fuzz_empty_key_log();
    sides[0].choice = sides[1].choice = fuzz_below(input, choice_count);
    for (size_t i = 0; i < COUNT(sides); i++)
        fuzz_require(SslCreateHandshakeHash(fuzz_provider, &sides[i].transcript,
                         choices[sides[i].choice].protocol, choices[sides[i].choice].suite,
                         0) == ERROR_SUCCESS,
            "a transcript hash");
    for (unsigned steps = 0; steps < 40 && !fuzz_ends(input); steps++) {
        const uint8_t step = fuzz_byte(input), which = fuzz_byte(input);
        uint8_t message[MESSAGE];
        const size_t len =
            step % 12 == 6 || step % 12 == 11 ? fuzz_bytes(input, message, sizeof(message)) : 0;

        make_step(&sides[0], step, which, message, len, true);
        make_step(&sides[1], step, which, message, len, false);
        if (fuzz_byte(input) % 4 != 0)
            continue;
        compute(&sides[0], &results[0]);
        compute(&sides[1], &results[1]);
        fuzz_require(memcmp(&results[0], &results[1], sizeof(results[0])) == 0,
            "both sides of a schedule come to the same");
    }
    end_walk(&sides[0]);
    end_walk(&sides[1]);
}

/* A handshake without and one with a pre-shared key, with each group and without one, then steps in
 * any order. */
static void key_schedule_seed(void)
{
    enum { EXTRACT = 12, EXTRACT_WITH_PSK = 43 };
    char full[] = "\0\0\1\13\0\4\0abcd\1\1\0\1\3\1\0\2\0\1\3\2\0\4\0\0\5\0\1\6\0\2\0"
                  "nn\0\0\1\1\7\2\0\1\1\1\3\1\0\10\0\0";

    for (char which = 0; which < 16; which++) {
        if (which >= (char)group_count && which != 14)
            continue;
        full[EXTRACT + 1] = full[EXTRACT_WITH_PSK + 1] = which;
        fuzz_seed_each(choice_count, full, sizeof(full) - 1);
    }
    fuzz_seed_random(100, 120);
}

const struct fuzz_target fuzz_key_schedule = {
    "key_schedule", key_schedule_begin, key_schedule_run, key_schedule_seed};
