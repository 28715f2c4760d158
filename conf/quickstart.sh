#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh checkout to derived keys: installs what is missing, builds, derives a published NIST
# vector with the openssl command, then opens the records of a live connection.  The last step needs
# 64-bit pointers.  The build is made in $BUILD_DIR, by default build/, as in test/run.sh.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
. conf/install-tools.sh

# A compiled tree belongs to one OpenSSL; a machine with several names the release.
build=${BUILD_DIR:-build${OPENSSL_MATRIX_VERSION:+-$OPENSSL_MATRIX_VERSION}}
vectors=test/vectors/nist_cavp_tls_samples.rsp

# The value of a field of the vector COUNT = 1, which is TLS 1.2 with SHA-256.
field() {
    awk -v name="$1" '$1 == "COUNT" { here = $3 == 1 } here && $1 == name { print $3; exit }' \
        "$vectors"
}

fail() {
    echo "quickstart: $1" >&2
    exit 1
}

# derive KDF LENGTH OPTION...: the output of openssl kdf as bare lower-case hexadecimal digits.
derive() {
    kdf=$1
    length=$2
    shift 2
    for option; do
        shift
        set -- "$@" -kdfopt "$option"
    done
    OPENSSL_CONF=$build/conf/openssl.cnf openssl kdf -keylen "$length" "$@" "$kdf" |
        tr 'A-F' 'a-f' | tr -d ':\r\n '
}

# agree WHAT EXPECTED DERIVED
agree() {
    [ -n "$2" ] || fail "$vectors does not hold the expected $1"
    echo "  published $1: $2"
    echo "  derived   $1: $3"
    [ "$2" = "$3" ] || fail "the $1 differs from the published one"
}

echo "== Tools and build"
install_tools
# An existing tree keeps its generator.
if [ -f "$build/CMakeCache.txt" ]; then
    cmake --preset default -B "$build"
else
    cmake --preset default -B "$build" -G Ninja
fi
cmake --build "$build" -j2

echo "== Step 1: a published NIST vector, through the openssl command"
[ -r "$vectors" ] || fail "$vectors is not there"

expected=$(field master_secret)
derived=$(derive SSL-MASTER-KEY $((${#expected} / 2)) digest:SHA2-256 \
    "hexsecret:$(field pre_master_secret)" \
    "hexclient-random:$(field clientHello_random)" \
    "hexserver-random:$(field serverHello_random)")
agree "master secret" "$expected" "$derived"

expected=$(field key_block)
derived=$(derive SSL-SESSION-KEYS $((${#expected} / 2)) digest:SHA2-256 \
    "hexsecret:$(field master_secret)" \
    "hexclient-random:$(field client_random)" \
    "hexserver-random:$(field server_random)")
agree "key block" "$expected" "$derived"

echo "== Step 2: the records of a live TLS 1.2 connection, through EVP_KDF and the Ssl* functions"
if grep -qiE '^SSLP_SHIM:BOOL=(OFF|NO|FALSE|0)$' "$build/CMakeCache.txt"; then
    echo "  left out: the module is built alone, without libncryptssl"
else
    OPENSSL_CONF=$build/conf/openssl.cnf "$build/test/example_live_connection" ||
        fail "the live connection failed"
fi

echo "quickstart: all steps passed"
