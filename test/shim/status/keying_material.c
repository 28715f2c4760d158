/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of exported keying material.
 */
#include "status.h"

enum { EAP_LEN = 192, RANDOMS_LEN = 64, LONG_LABEL = 65535, LONG_OUTPUT = 255 * 48 };

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    PCHAR label;
    PBYTE randoms;
    DWORD randoms_len;
    PBYTE context;
    WORD context_len;
    PBYTE output;
    DWORD room;
    DWORD *result;
    DWORD flags;
} with;

static BYTE randoms[RANDOMS_LEN], context[8], output[LONG_OUTPUT];
static DWORD output_len;

static void prepare(void)
{
    static CHAR label[] = "EXPORTER-status";

    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.key = status_handle("master");
    with.label = label;
    with.randoms = randoms;
    with.randoms_len = sizeof(randoms);
    with.context = context;
    with.context_len = sizeof(context);
    with.output = output;
    with.room = EAP_LEN;
    with.result = &output_len;
    output_len = 0x7E57;
}

/* A label of that many characters, or one of TLS itself. */
static bool set_label(void *argument, const char *value)
{
    static CHAR letters[LONG_LABEL + 1];
    static CHAR reserved[] = "key expansion";
    DWORD len;

    if (strcmp(value, "reserved") == 0) {
        *(PCHAR *)argument = reserved;
        return true;
    }
    if (!status_set_number(&len, value))
        return status_set_null(argument, value);
    if (len > LONG_LABEL)
        return false;
    memset(letters, 'L', len);
    letters[len] = '\0';
    *(PCHAR *)argument = letters;
    return true;
}

static SECURITY_STATUS export_keying_material(void)
{
    return SslExportKeyingMaterial(with.provider, with.key, with.label, with.randoms,
        with.randoms_len, with.context, with.context_len, with.output, with.room, with.flags);
}

static SECURITY_STATUS compute_eap_key_block(void)
{
    const SECURITY_STATUS status = SslComputeEapKeyBlock(with.provider, with.key, with.randoms,
        with.randoms_len, with.output, with.room, with.result, with.flags);

    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        EXPECT(output_len == EAP_LEN, status_row);
    else if (with.result != NULL)
        EXPECT(output_len == 0, status_row);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"key", &with.key, status_set_handle},
    {"label", &with.label, set_label},
    {"randoms", &with.randoms, status_set_null},
    {"randoms-length", &with.randoms_len, status_set_number},
    {"context", &with.context, status_set_null},
    {"context-length", &with.context_len, status_set_word},
    {"output", &with.output, status_set_null},
    {"room", &with.room, status_set_number},
    {"result", &with.result, status_set_null},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslExportKeyingMaterial",
        "provider key label randoms randoms-length context context-length output room flags", NULL,
        export_keying_material},
    {"SslComputeEapKeyBlock", "provider key randoms randoms-length output room result flags", NULL,
        compute_eap_key_block},
};

const struct status_family status_keying_material = {
    "keying material", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
