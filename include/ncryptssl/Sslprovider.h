/* SPDX-License-Identifier: Apache-2.0
 *
 * The name in Microsoft's spelling, for sources that include <Sslprovider.h>: names of files are
 * case sensitive on Linux.
 */
#include "sslprovider.h"
