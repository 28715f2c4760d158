#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenSSL's own tests of the KDFs, where their source has been brought: the small part of openssl.sh.
#
#   sh test_openssl.sh SOURCE_DIR BUILD_DIR
set -eu

# Inside a root of openssl-matrix the source has its usual place.
if [ ! -d /usr/src/openssl/test ]; then
    cache=${OPENSSL_MATRIX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/openssl-matrix}
    OPENSSL_SOURCE=$cache/$(openssl version | sed 's/^OpenSSL \([0-9]*\.[0-9]*\)\..*/\1/')/source
    export OPENSSL_SOURCE
fi
exec sh "$1/test/suites/openssl.sh" --small "$@"
