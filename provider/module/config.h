/* SPDX-License-Identifier: Apache-2.0
 *
 * What the provider's section of openssl.cnf may say:
 *
 *   legacy = yes | no         SSL 3.0, export, NULL, RC4 and single-DES suites; default no
 *   require-ems = yes | no    master secrets without RFC 7627 are refused; default no
 *   properties = QUERY        property query that fetches the hashes; default none
 */
#ifndef SSLP_MODULE_CONFIG_H
#define SSLP_MODULE_CONFIG_H

#include <stdbool.h>

struct sslp_provctx;

struct sslp_config {
    bool legacy;
    bool require_ems;
    char *properties; /* owned; NULL for none */
    char *summary;    /* owned; release and policy in one line */
};

/* Reads the section through the core.  Raises a reason and returns 0 for an unknown key or value,
 * and where memory is short; the configuration is to be cleared then, too. */
int sslp_config_read(struct sslp_config *config, const struct sslp_provctx *provctx);
void sslp_config_clear(struct sslp_config *config);

/* A text that the core gives for a name, of the section or of its own; NULL for none. */
const char *sslp_config_value(const struct sslp_provctx *provctx, const char *name);

#endif
