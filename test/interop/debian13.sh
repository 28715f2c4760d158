#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A Debian 13 root with peers that older systems do not have: nginx and curl with HTTP/3, on OpenSSL 3.5,
# and NSS with DTLS 1.3.  tools/openssl-matrix makes it, in a folder of its own beside its other roots.
#
#   debian13.sh ready              status 0 where the root is there
#   debian13.sh prepare            makes it
#   debian13.sh run COMMAND...     runs a command in it; the current folder is mounted
#
# A command in the root has the network of the machine.  The exit statuses are those of openssl-matrix.
set -eu
OPENSSL_MATRIX_PACKAGES='curl libnss3-tools nginx procps python3'
OPENSSL_MATRIX_CACHE=${OPENSSL_MATRIX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/openssl-matrix}/peers
export OPENSSL_MATRIX_PACKAGES OPENSSL_MATRIX_CACHE
unset LD_PRELOAD # of a sanitizer, which is not for the peers

release=3.5
tool=$(dirname -- "$0")/../tools/openssl-matrix
command=${1-}
[ $# -eq 0 ] || shift
case $command in
ready) sh "$tool" list | grep -q "^$release  prepared" ;;
prepare) exec sh "$tool" prepare "$release" ;;
run) exec sh "$tool" run "$release" -- "$@" ;;
*) sed -n 's/^#   //p' "$0" >&2; exit 2 ;;
esac
