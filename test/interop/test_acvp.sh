#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# test/tools/acvp.py with vector sets in the format of ACVP, made from the vectors of this tree.
# SSLP_MODULES names another directory with the module.
#
# Usage: test_acvp.sh SOURCE-DIR BUILD-DIR
set -eu

# A minimal installation of Python has no ctypes.
if ! python3 -c 'import ctypes' 2>/dev/null; then
    echo "skipped: no python3 with ctypes"
    exit 77
fi
exec python3 "$1/test/interop/acvp_samples.py" "$1" "${SSLP_MODULES:-$2/ossl-modules}"
