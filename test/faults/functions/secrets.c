/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets by blob, session keys of them, and keying material for others.
 */
#include "functions.h"

static const struct fault_setting *now;
static NCRYPT_KEY_HANDLE master;
static struct key_pair keys;
static struct opaque_blob blob; /* of keys.write */
static BYTE both_randoms[2 * RANDOM_LEN];

static bool begin(size_t round, const char **label)
{
    if (round == FAULTS_SETTINGS_OF_MASTER_KEYS)
        return false;
    now = &faults_settings[round];
    *label = now->label;
    master = faults_master(now->protocol, now->suite, now->flags | NCRYPT_SSL_CLIENT_FLAG);
    EXPECT_SUCCESS(generate(objects.provider, master, &keys), now->label);
    EXPECT_SUCCESS(export_opaque(objects.provider, keys.write, &blob), now->label);
    return true;
}

static void end(void)
{
    EXPECT_SUCCESS(SslFreeObject(master, 0), now->label);
    free_pair(&keys);
}

static SECURITY_STATUS import_secret_blob(void)
{
    return import_master(objects.provider, now->protocol, now->suite,
        now->flags | NCRYPT_SSL_CLIENT_FLAG, &out.handles[0]);
}

static SECURITY_STATUS generate_keys(void)
{
    return SslGenerateSessionKeys(
        objects.provider, master, &out.handles[0], &out.handles[1], &objects.randoms, 0);
}

static SECURITY_STATUS import_opaque_blob(void)
{
    return import_opaque(objects.provider, blob.bytes, blob.len, &out.handles[0]);
}

static SECURITY_STATUS export_opaque_blob(void)
{
    out.room = blob.len;
    return SslExportKey(
        objects.provider, keys.write, BCRYPT_OPAQUE_KEY_BLOB, out.bytes, out.room, &out.len, 0);
}

static bool is_tls(void)
{
    return now->protocol != SSL3_PROTOCOL_VERSION;
}

static SECURITY_STATUS keying_material(void)
{
    char label[] = "EXPORTER-test";

    out.room = 48;
    return SslExportKeyingMaterial(objects.provider, master, label, both_randoms,
        sizeof(both_randoms), NULL, 0, out.bytes, out.room, 0);
}

static SECURITY_STATUS eap_key_block(void)
{
    out.room = 192;
    return SslComputeEapKeyBlock(objects.provider, master, both_randoms, sizeof(both_randoms),
        out.bytes, out.room, &out.len, 0);
}

static const struct fault_call calls[] = {
    {"SslImportKey, secret", import_secret_blob, 1, NULL, faults_same_master_key, NULL, NULL},
    {"SslGenerateSessionKeys", generate_keys, 2, NULL, faults_same_session_keys, NULL, NULL},
    {"SslExportKey, opaque", export_opaque_blob, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslImportKey, opaque", import_opaque_blob, 1, NULL, faults_same_session_keys, NULL, NULL},
    {"SslExportKeyingMaterial", keying_material, 0, NULL, faults_same_bytes, NULL, is_tls},
    {"SslComputeEapKeyBlock", eap_key_block, 0, NULL, faults_same_bytes, NULL, is_tls},
};

const struct fault_family faults_secrets = {"secrets", begin, end, calls, COUNT(calls), NULL};
