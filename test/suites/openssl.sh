#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenSSL's own tests of the KDFs and of libssl, with the OpenSSL of this system.
#
#   sh openssl.sh [--small] SOURCE_DIR BUILD_DIR
#
# $OPENSSL_SOURCE is the source of OpenSSL, by default /usr/src/openssl.  The test programs are built in
# BUILD_DIR.  --small leaves most tests of libssl out.  The table is $BUILD_DIR/suites/openssl.table.  The
# exit status is 77 without a source.
set -u

small=
target=all
minimum=4500
if [ "${1-}" = --small ]; then
    small=yes
    target=small
    minimum=1500
    shift
fi
if [ $# -ne 2 ]; then
    sed -n 's/^#   sh/usage: sh/p' "$0" >&2
    exit 2
fi
project=$1
build=$2
table=$build/suites/openssl.table
. "$project/test/suites/common.sh"

openssl_source=${OPENSSL_SOURCE:-/usr/src/openssl}
[ -f "$openssl_source/test/build.info" ] || {
    echo "skipped: no source of OpenSSL in $openssl_source; openssl-matrix source brings it to a root"
    exit 77
}
. "$openssl_source/VERSION.dat"
[ "$release" = "$MAJOR.$MINOR" ] || {
    echo "skipped: OpenSSL $release here, and the source in $openssl_source is of $MAJOR.$MINOR"
    exit 77
}

folder=$project/test/suites/openssl
programs=$build/suites/openssl
mkdir -p "$programs"
{
    cmake -S "$folder" -B "$programs" -G Ninja -DSOURCE="$openssl_source" &&
        cmake --build "$programs" --target "$target" -j2
} >"$work/build.log" 2>&1 || {
    echo "FAILED: the test programs do not build"
    tail -n 30 "$work/build.log"
    exit 1
}
: >"$table"

tests=$openssl_source/test
certs=$tests/certs
server=$openssl_source/apps/server.pem
PATH=$programs:$PATH
OPENSSL_ENGINES=$programs
TEST_CERTS_DIR=$certs
CTLOG_FILE=$tests/ct/log_list.cnf
export PATH OPENSSL_ENGINES TEST_CERTS_DIR CTLOG_FILE
for file in default default-and-legacy default-recordpadding; do
    [ ! -f "$tests/$file.cnf" ] || add_configuration "$tests/$file.cnf"
done

# The arguments are those of OpenSSL's recipes.
for file in "$tests"/recipes/30-test_evp_data/evpkdf_*.txt \
    "$tests"/recipes/30-test_evp_data/evppkey_kdf_*.txt; do
    vectors=${file##*/}
    case $vectors in
    *_hkdf.txt | *_tls1*) context_of_vectors=own ;;
    *) context_of_vectors=idle ;;
    esac
    try $context_of_vectors "evp_test-${vectors%.txt}" evp_test -config @default-and-legacy.cnf "$file"
done
try main openssl_kdf sh "$folder/kdf.sh" "$tests/recipes/20-test_kdf.t"
try main evp_kdf_test evp_kdf_test
try idle evp_skey_test evp_skey_test
try main pkey_meth_kdf_test pkey_meth_kdf_test
try main tls13secretstest tls13secretstest
try main dtlstest dtlstest "$server" "$server"
try main tls13ccstest tls13ccstest "$server" "$server"
[ -n "$small" ] || . "$folder/handshakes.sh"

summary "OpenSSL $(openssl version | cut -d ' ' -f 2), tests of $MAJOR.$MINOR.$PATCH" "$minimum"
