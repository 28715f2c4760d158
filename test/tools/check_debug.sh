#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A debug build compiles, warnings being errors: without optimisation compilers see other things.
#
#   sh check_debug.sh SOURCE_DIR BUILD_DIR
set -u

source=$1
build=$2

# cached NAME: a variable of the build that the test belongs to
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
cmake=$(cached CMAKE_COMMAND)

[ -z "$(cached SSLP_SANITIZE)" ] || { echo "skipped: the build without a sanitizer has this"; exit 77; }

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

quietly() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

# The manual is the same in every build.
quietly "$cmake" -S "$source" -B "$work/build" -G "$(cached CMAKE_GENERATOR)" \
    -DCMAKE_C_COMPILER="$(cached CMAKE_C_COMPILER)" \
    -DOPENSSL_INCLUDE_DIR="$(cached OPENSSL_INCLUDE_DIR)" \
    -DOPENSSL_CRYPTO_LIBRARY="$(cached OPENSSL_CRYPTO_LIBRARY)" \
    -DSSLP_SHIM="$(cached SSLP_SHIM)" \
    -DCMAKE_BUILD_TYPE=Debug -DBUILD_TESTING=OFF -DSSLP_WERROR=ON -DPOD2MAN=OFF
quietly "$cmake" --build "$work/build" -j2
echo "debug: compiles without a warning"
