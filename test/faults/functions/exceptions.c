/* SPDX-License-Identifier: Apache-2.0
 *
 * The failures for want of memory that have another status than NTE_NO_MEMORY, because OpenSSL
 * gives another reason or says that all is well.
 */
#include "functions.h"

#define NAMES "to compare names one is copied, and without memory for it is one that nobody has"
#define ML_KEM                                                                                     \
    "a decapsulation that fails inside gives the secret of a changed ciphertext (FIPS 203)"
#define ECDSA "OpenSSL 3.5 says \"provider signature failure\" of a wrong signature and of this"

static const struct {
    const char *call; /* what its name begins with */
    const char *file; /* of OpenSSL, in which the allocation failed: what its name ends with */
    SECURITY_STATUS status;
    const char *reason;
} exceptions[] = {
    {"SslSignHash", "core_namemap.c", NTE_NOT_SUPPORTED, NAMES},
    {"SslVerifySignature", "core_namemap.c", NTE_NOT_SUPPORTED, NAMES},
    {"SslExtractHandshakeKey", "core_namemap.c", NTE_NOT_SUPPORTED, NAMES},
    {"SslGenerateMasterKey", "core_namemap.c", NTE_NOT_SUPPORTED, NAMES},
    {"SslGeneratePreMasterKey", "core_namemap.c", NTE_NOT_SUPPORTED, NAMES},
    {"SslImportMasterKey", "core_namemap.c", NTE_NOT_SUPPORTED, NAMES},
    {"SslExtractHandshakeKey", "sha3_prov.c", ERROR_SUCCESS, ML_KEM},
    {"SslVerifySignature", "buffer.c", NTE_FAIL, ECDSA},
};

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

const char *faults_exception(const char *call, const char *file, SECURITY_STATUS status)
{
    for (size_t i = 0; i < COUNT(exceptions); i++) {
        if (strncmp(call, exceptions[i].call, strlen(exceptions[i].call)) == 0 &&
            status == exceptions[i].status && file != NULL && ends_with(file, exceptions[i].file))
            return exceptions[i].reason;
    }
    return NULL;
}
