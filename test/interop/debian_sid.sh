#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A root of Debian's unstable suite with the one peer that no released Debian has: wolfSSL with DTLS 1.3.
# tools/openssl-matrix makes it, in a folder of its own beside its other roots.
#
#   debian_sid.sh ready              status 0 where the root is there
#   debian_sid.sh prepare            makes it
#   debian_sid.sh run COMMAND...     runs a command in it; the current folder is mounted
#
# A command in the root has the network of the machine.  The exit statuses are those of openssl-matrix.
set -eu
OPENSSL_MATRIX_PACKAGES=libwolfssl-dev
OPENSSL_MATRIX_SUITES=sid
OPENSSL_MATRIX_CACHE=${OPENSSL_MATRIX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/openssl-matrix}/wolfssl
export OPENSSL_MATRIX_PACKAGES OPENSSL_MATRIX_SUITES OPENSSL_MATRIX_CACHE
unset LD_PRELOAD # of a sanitizer, which is not for the peers

releases='3.6 4.0' # of OpenSSL; the suite moves on
tool=$(dirname -- "$0")/../tools/openssl-matrix
prepared() { sh "$tool" list | sed -n 's/^\([^ ]*\)  prepared.*/\1/p' | head -n 1; }

command=${1-}
[ $# -eq 0 ] || shift
case $command in
ready) [ -n "$(prepared)" ] ;;
prepare)
    for release in $releases; do
        status=0
        sh "$tool" prepare "$release" || status=$?
        [ "$status" -eq 77 ] || exit "$status"
    done
    exit 77
    ;;
run) exec sh "$tool" run "$(prepared)" -- "$@" ;;
*) sed -n 's/^#   //p' "$0" >&2; exit 2 ;;
esac
