/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be wrong with the handles of a call, for the tables of check_order, and the keys that
 * the calls get.  "observed" is a section of the notes on the behaviour of Windows.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_HANDLE_FAULTS_H
#define SSLP_TEST_SHIM_SUPPORT_HANDLE_FAULTS_H

#include "shim/support.h"

/* Made by open_handles, the set-up of a test program. */
extern struct handles {
    NCRYPT_PROV_HANDLE provider, closed_provider;
    NCRYPT_KEY_HANDLE master, exporter, traffic; /* the latter two secrets of TLS 1.3 */
    struct key_pair client, server;
} handles;

/* The faults of handles begin every table. */
enum { NO_PROVIDER, CLOSED_PROVIDER, KEY_AS_PROVIDER, NO_KEY, PROVIDER_AS_KEY, HANDLE_FAULTS };
enum { PROVIDER_ARGUMENT, KEY_ARGUMENT, FIRST_OWN_ARGUMENT };

#define PROVIDER_ROWS                                                                              \
    [NO_PROVIDER] = {"no provider", "observed 0", PROVIDER_ARGUMENT, NTE_INVALID_HANDLE},          \
    [CLOSED_PROVIDER] = {"closed provider", "observed 8", PROVIDER_ARGUMENT, NTE_INVALID_HANDLE},  \
    [KEY_AS_PROVIDER] = {"key as provider", "observed 0", PROVIDER_ARGUMENT, NTE_INVALID_HANDLE}

#define KEY_ROWS                                                                                   \
    [NO_KEY] = {"no key", "observed 0", KEY_ARGUMENT, NTE_INVALID_HANDLE},                         \
    [PROVIDER_AS_KEY] = {"provider as key", "observed 0", KEY_ARGUMENT, NTE_INVALID_HANDLE}

/* What SslImportKey notices next, whatever the blob, and SslExportKey. */
enum {
    IMPORT_NO_OUTPUT = KEY_AS_PROVIDER + 1,
    IMPORT_NO_BLOB,
    IMPORT_FLAGS,
    IMPORT_NO_TYPE,
    IMPORT_COMMON_FAULTS
};

enum { EXPORT_NO_RESULT = HANDLE_FAULTS, EXPORT_FLAGS, EXPORT_COMMON_FAULTS };

#define IMPORT_COMMON_ROWS                                                                         \
    PROVIDER_ROWS, [IMPORT_NO_OUTPUT] = {"no output", "observed 5", 2, NTE_INVALID_PARAMETER},     \
                   [IMPORT_NO_BLOB] = {"no blob", "observed 5", 3, NTE_INVALID_PARAMETER},         \
                   [IMPORT_FLAGS] = {"flags", "observed 5", 4, NTE_BAD_FLAGS},                     \
                   [IMPORT_NO_TYPE] = {"no blob type", "header", 5, NTE_INVALID_PARAMETER}

#define EXPORT_COMMON_ROWS                                                                         \
    PROVIDER_ROWS,                                                                                 \
        KEY_ROWS, [EXPORT_NO_RESULT] = {"no result", "observed 5", 2, NTE_INVALID_PARAMETER},      \
                  [EXPORT_FLAGS] = {"flags", "observed 5", 3, NTE_BAD_FLAGS}

NCRYPT_PROV_HANDLE choose_provider(unsigned long faults);

NCRYPT_KEY_HANDLE choose_key(unsigned long faults, NCRYPT_KEY_HANDLE right);

int open_handles(void);

int close_handles(void);

#endif
