/* SPDX-License-Identifier: Apache-2.0
 *
 * The section with which the default configuration file activates the module for the application.
 */
#ifndef SSLP_SHIM_CORE_MODULE_SECTION_H
#define SSLP_SHIM_CORE_MODULE_SECTION_H

#include <openssl/conf.h>
#include <stdbool.h>

/* False for a file that activates the module with a section that the provider refuses: somebody
 * wanted a policy, and a private context without it is no way out. */
bool sslp_module_section_is_sound(const CONF *conf);

#endif
