#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# libncryptssl as a plug-in: opened, used and closed again and again.  The tests in C are linked with
# it, so that it is never unmapped there; dlclose.c is not.
#
# Usage: test_dlclose.sh SOURCE-DIR BUILD-DIR
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
test=$1/test
include=$1/include
build=$2

# The build's own compiler and OpenSSL: the program has to use the libcrypto that the library uses.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
compiler=$(cached CMAKE_C_COMPILER)
crypto=$(cached OPENSSL_CRYPTO_LIBRARY)
crypto_include=$(cached OPENSSL_INCLUDE_DIR)
command -v "$compiler" >/dev/null || { echo "skipped: no $compiler"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A sanitizer's run time is for what loads the library, not for compilers.
preload=${LD_PRELOAD-}
unset LD_PRELOAD
"$compiler" -std=c11 -D_POSIX_C_SOURCE=200809L -o "$work/dlclose" \
    -I "$test" -I "$include" -I "$crypto_include" \
    "$test/interop/dlclose.c" "$test/common/allocations.c" "$crypto" -ldl

LD_PRELOAD=$preload LD_LIBRARY_PATH=$(dirname "$crypto")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
    OPENSSL_CONF=/dev/null "$work/dlclose" "$build/lib/libncryptssl.so"
