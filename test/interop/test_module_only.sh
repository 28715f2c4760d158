#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The least that can be built: the module without libncryptssl, as machines with pointers of 32 bits
# have it, with headers of OpenSSL that show nothing deprecated, so that EVP computes every hash.  The
# unit tests of the key schedules pass; what is installed is complete without the library, and
# derives a published key block.
#
# Usage: test_module_only.sh SOURCE-DIR BUILD-DIR
set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
source=$1
build=$2

# cached NAME [BUILD]: a variable of a build, else of the one that the test belongs to
cached() { sed -n "s/^$1:[A-Z]*=//p" "${2-$build}/CMakeCache.txt"; }
cmake=$(cached CMAKE_COMMAND)
compiler=$(cached CMAKE_C_COMPILER)
openssl_include=$(cached OPENSSL_INCLUDE_DIR)

[ -z "$(cached SSLP_SANITIZE)" ] || { echo "skipped: the build without a sanitizer has this"; exit 77; }
for tool in openssl "$cmake"; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
unset LD_PRELOAD OPENSSL_MODULES

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
small=$work/build
prefix=$work/prefix

fail() {
    echo "$1"
    exit 1
}

# The output is of interest only when the command fails.
quietly() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "failed: $*"; }
}

quietly "$cmake" -S "$source" -B "$small" -G "$(cached CMAKE_GENERATOR)" \
    -DCMAKE_C_COMPILER="$compiler" \
    -DOPENSSL_INCLUDE_DIR="$openssl_include" \
    -DOPENSSL_CRYPTO_LIBRARY="$(cached OPENSSL_CRYPTO_LIBRARY)" \
    -DOPENSSL_SSL_LIBRARY="$(cached OPENSSL_SSL_LIBRARY)" \
    -DCMAKE_C_FLAGS=-DOPENSSL_NO_DEPRECATED \
    -DCMAKE_BUILD_TYPE=MinSizeRel -DSSLP_SHIM=OFF -DSSLP_WERROR=ON
quietly "$cmake" --build "$small" -j2 --target sslprovider sslprovider_builtin
case $(cached POD2MAN "$small") in
*NOTFOUND) echo "note: no pod2man, the manual is left out" ;;
*) quietly "$cmake" --build "$small" -j2 --target man ;;
esac

# Without MD5 alone the other hashes stay.
quietly "$compiler" -std=c11 -Wall -Wextra -Wconversion -Werror -fsyntax-only -DOPENSSL_NO_MD5 \
    -I "$source/provider" -I "$openssl_include" "$source/provider/schedule/hash.c"

# --- The key schedules, on EVP alone ----------------------------------------------------------
if [ -n "$(cached CUNIT_LIBRARY | grep -v NOTFOUND)" ]; then
    for test in unit_schedule unit_schedule_vectors unit_tls13_vectors; do
        quietly "$cmake" --build "$small" -j2 --target "$test"
        quietly env OPENSSL_CONF=/dev/null "$small/test/$test"
    done
else
    echo "note: no CUnit, the unit tests are left out"
fi

# --- What is installed ------------------------------------------------------------------------
quietly "$cmake" --install "$small" --prefix "$prefix"
module=$(find "$prefix" -name sslprovider.so)
[ -n "$module" ] || fail "the module is not installed"
[ -e "$prefix/include/sslprovider/names.h" ] || fail "names.h is not installed"
if find "$prefix" | grep -E '[nN][cC]rypt|/Ssl[A-Z]|GetSChannel|man3'; then
    fail "what belongs to the library is installed"
fi
quietly sh "$source/test/interop/hardened.sh" "$source" "$small" "$prefix"

vector=$source/test/vectors/illustrated_tls12.rsp
field() { sed -n "s/^$1 = //p" "$vector"; }
expected=$(field client_write_MAC_secret)$(field server_write_MAC_secret)
expected=$expected$(field client_write_key)$(field server_write_key)
[ "${#expected}" -eq 144 ] || fail "the vector has no key block of 72 bytes"
actual=$(OPENSSL_CONF=/dev/null OPENSSL_MODULES=$(dirname "$module") \
    openssl kdf -provider sslprovider -keylen 72 -kdfopt digest:SHA2-256 \
    -kdfopt "hexsecret:$(field master_secret)" \
    -kdfopt "hexclient-random:$(field client_random)" \
    -kdfopt "hexserver-random:$(field server_random)" SSL-SESSION-KEYS) ||
    fail "openssl kdf failed with the installed module"
actual=$(echo "$actual" | tr -d ':\n' | tr A-F a-f)
[ "$actual" = "$expected" ] || fail "openssl kdf: $actual, not $expected"

echo "module alone: built, installed and used"
