/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/tls13_arrows.h"

#include "sslprovider/names.h"

#include <string.h>

/* One row a target; the order of the columns is that of struct sslp_tls13_arrow. */
/* clang-format off */
const struct sslp_tls13_arrow sslp_tls13_arrows[SSLP_TARGET_COUNT] = {
    /* RFC 8446 section 7.1: Early Secret = HKDF-Extract(0, PSK) */
    [SSLP_TARGET_EARLY_SECRET] = {SSLPROVIDER_TARGET_EARLY_SECRET,
        {SSLP_KEY_PRE_SHARED_KEY}, SSLP_KEY_EARLY_SECRET,
        NULL, SSLP_INPUT_PRE_SHARED_KEY, SSLP_SIDES},
    /* binder_key = Derive-Secret(., "ext binder" | "res binder", ""): section 4.2.11.2 */
    [SSLP_TARGET_EXT_BINDER_KEY] = {SSLPROVIDER_TARGET_EXT_BINDER_KEY,
        {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_BINDER_KEY,
        "ext binder", SSLP_INPUT_EMPTY_HASH, SSLP_SIDES},
    [SSLP_TARGET_RES_BINDER_KEY] = {SSLPROVIDER_TARGET_RES_BINDER_KEY,
        {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_BINDER_KEY,
        "res binder", SSLP_INPUT_EMPTY_HASH, SSLP_SIDES},
    /* Derive-Secret(., "c e traffic", ClientHello) */
    [SSLP_TARGET_CLIENT_EARLY_TRAFFIC] = {SSLPROVIDER_TARGET_CLIENT_EARLY_TRAFFIC,
        {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        "c e traffic", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_CLIENT},
    /* Derive-Secret(., "e exp master", ClientHello) */
    [SSLP_TARGET_EARLY_EXPORTER] = {SSLPROVIDER_TARGET_EARLY_EXPORTER,
        {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_EXPORTER_SECRET,
        "e exp master", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_SIDES},
    /* Derive-Secret(., "derived", ""): the salt of the next extraction */
    [SSLP_TARGET_DERIVED_SECRET] = {SSLPROVIDER_TARGET_DERIVED_SECRET,
        {SSLP_KEY_EARLY_SECRET, SSLP_KEY_HANDSHAKE_SECRET}, SSLP_KEY_NONE,
        "derived", SSLP_INPUT_EMPTY_HASH, SSLP_SIDES},
    /* Handshake Secret = HKDF-Extract(Derive-Secret(., "derived", ""), (EC)DHE) */
    [SSLP_TARGET_HANDSHAKE_SECRET] = {SSLPROVIDER_TARGET_HANDSHAKE_SECRET,
        {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_HANDSHAKE_SECRET,
        NULL, SSLP_INPUT_SHARED_SECRET, SSLP_SIDES},
    /* Derive-Secret(., "c hs traffic" | "s hs traffic", ClientHello...ServerHello) */
    [SSLP_TARGET_CLIENT_HANDSHAKE_TRAFFIC] = {SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC,
        {SSLP_KEY_HANDSHAKE_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        "c hs traffic", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_CLIENT},
    [SSLP_TARGET_SERVER_HANDSHAKE_TRAFFIC] = {SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC,
        {SSLP_KEY_HANDSHAKE_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        "s hs traffic", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_SERVER},
    /* Master Secret = HKDF-Extract(Derive-Secret(., "derived", ""), 0) */
    [SSLP_TARGET_MASTER_SECRET] = {SSLPROVIDER_TARGET_MASTER_SECRET,
        {SSLP_KEY_HANDSHAKE_SECRET}, SSLP_KEY_TLS13_MASTER_SECRET,
        NULL, SSLP_INPUT_ZEROS, SSLP_SIDES},
    /* Derive-Secret(., "c ap traffic" | "s ap traffic", ClientHello...server Finished) */
    [SSLP_TARGET_CLIENT_APPLICATION_TRAFFIC] = {SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC,
        {SSLP_KEY_TLS13_MASTER_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        "c ap traffic", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_CLIENT},
    [SSLP_TARGET_SERVER_APPLICATION_TRAFFIC] = {SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC,
        {SSLP_KEY_TLS13_MASTER_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        "s ap traffic", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_SERVER},
    /* Derive-Secret(., "exp master", ClientHello...server Finished) */
    [SSLP_TARGET_EXPORTER_SECRET] = {SSLPROVIDER_TARGET_EXPORTER_SECRET,
        {SSLP_KEY_TLS13_MASTER_SECRET}, SSLP_KEY_EXPORTER_SECRET,
        "exp master", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_SIDES},
    /* Derive-Secret(., "res master", ClientHello...client Finished) */
    [SSLP_TARGET_RESUMPTION_SECRET] = {SSLPROVIDER_TARGET_RESUMPTION_SECRET,
        {SSLP_KEY_TLS13_MASTER_SECRET}, SSLP_KEY_RESUMPTION_SECRET,
        "res master", SSLP_INPUT_TRANSCRIPT_HASH, SSLP_SIDES},
    /* Section 4.6.1: HKDF-Expand-Label(resumption_master_secret, "resumption", ticket_nonce) */
    [SSLP_TARGET_PRE_SHARED_KEY] = {SSLPROVIDER_TARGET_PRE_SHARED_KEY,
        {SSLP_KEY_RESUMPTION_SECRET}, SSLP_KEY_PRE_SHARED_KEY,
        "resumption", SSLP_INPUT_TICKET_NONCE, SSLP_SIDES},
    /* Section 7.2: HKDF-Expand-Label(application_traffic_secret_N, "traffic upd", "") */
    [SSLP_TARGET_NEXT_TRAFFIC] = {SSLPROVIDER_TARGET_NEXT_TRAFFIC,
        {SSLP_KEY_TRAFFIC_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        NULL, SSLP_INPUT_NOTHING, SSLP_SIDES},
    /* RFC 9001 section 5.2: HKDF-Expand-Label(initial_secret, "client in" | "server in", "") */
    [SSLP_TARGET_CLIENT_INITIAL] = {SSLPROVIDER_TARGET_CLIENT_INITIAL,
        {SSLP_KEY_NONE}, SSLP_KEY_TRAFFIC_SECRET,
        "client in", SSLP_INPUT_CONNECTION_ID, SSLP_CLIENT},
    [SSLP_TARGET_SERVER_INITIAL] = {SSLPROVIDER_TARGET_SERVER_INITIAL,
        {SSLP_KEY_NONE}, SSLP_KEY_TRAFFIC_SECRET,
        "server in", SSLP_INPUT_CONNECTION_ID, SSLP_SERVER},
};
/* clang-format on */

const struct sslp_tls13_arrow *sslp_tls13_arrow_by_target(const char *target, size_t target_len)
{
    for (size_t i = 0; i < SSLP_TARGET_COUNT; i++) {
        const char *name = sslp_tls13_arrows[i].target;

        if (strlen(name) == target_len && memcmp(name, target, target_len) == 0)
            return &sslp_tls13_arrows[i];
    }
    return NULL;
}
