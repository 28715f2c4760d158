#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The installed tree by itself: what is where, what the libraries export and how they were compiled,
# the module under the openssl command, and a program built against it with pkg-config and with
# CMake, which runs with no configuration file.
#
# Usage: test_install.sh SOURCE-DIR BUILD-DIR
set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
source=$1
build=$2

# The build's own compiler, since a sanitizer's run time has to be that of the library.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
cmake=$(cached CMAKE_COMMAND)
compiler=$(cached CMAKE_C_COMPILER)
for tool in pkg-config openssl nm "$compiler" "$cmake"; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A sanitizer's run time is for what loads the library, not for compilers.
preload=${LD_PRELOAD-}
unset LD_PRELOAD OPENSSL_MODULES

fail() {
    echo "$1"
    exit 1
}

# quietly NAME COMMAND...: the output is of interest only when the command fails
quietly() {
    log=$work/$1.log
    shift
    "$@" >"$log" 2>&1 || { cat "$log"; fail "failed: $*"; }
}

prefix=$work/prefix
quietly install "$cmake" --install "$build" --prefix "$prefix"

# --- What is where ----------------------------------------------------------------------------
pc=$(find "$prefix" -name ncryptssl.pc)
[ -n "$pc" ] || fail "ncryptssl.pc is not installed"
libdir=$(dirname "$(dirname "$pc")")
module=$libdir/ossl-modules/sslprovider.so
shim=$libdir/libncryptssl.so

for file in "$module" "$shim" "$shim.1" "$libdir"/cmake/ncryptssl/ncryptsslConfig.cmake; do
    [ -e "$file" ] || fail "not installed: ${file#"$prefix"/}"
done
for header in "$source"/include/*/*.h; do
    cmp "$header" "$prefix/${header#"$source"/}" || fail "not installed as it is: $header"
done
# A package must not know where it was built, nor where it was first installed.
if grep -rlF -e "$source/" -e "$build/" "$libdir/pkgconfig" "$libdir/cmake" "$prefix/include"; then
    fail "installed files name the source or the build tree"
fi

# --- What is exported -------------------------------------------------------------------------
# exports FILE: the names without their version, and without those of a sanitizer
exports() {
    nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
        grep -vE '^__(asan|tsan|ubsan|lsan|sanitizer|odr_asan)' | sort
}
[ "$(exports "$module")" = OSSL_provider_init ] || fail "the module exports: $(exports "$module")"
sed -n '/global:/,/local:/s/^[[:space:]]*\([A-Za-z_0-9]*\);.*/\1/p' "$source/conf/ncryptssl.map" |
    sort >"$work/expected"
exports "$shim" >"$work/exported"
[ -s "$work/expected" ] || fail "no name in ncryptssl.map"
diff "$work/expected" "$work/exported" || fail "the shim exports other names"

# --- How it was compiled ----------------------------------------------------------------------
# Neither a sanitizer nor a build without optimisation goes with checked functions.
case $(cached CMAKE_BUILD_TYPE)-$(cached SSLP_SANITIZE) in
Release- | RelWithDebInfo- | MinSizeRel-)
    quietly hardened sh "$source/test/interop/hardened.sh" "$source" "$build" "$prefix"
    ;;
esac

# --- The module under the openssl command -----------------------------------------------------
vector=$source/test/vectors/illustrated_tls12.rsp
field() { sed -n "s/^$1 = //p" "$vector"; }
expected=$(field client_write_MAC_secret)$(field server_write_MAC_secret)
expected=$expected$(field client_write_key)$(field server_write_key)
[ "${#expected}" -eq 144 ] || fail "the vector has no key block of 72 bytes"
actual=$(OPENSSL_CONF=/dev/null OPENSSL_MODULES=$(dirname "$module") LD_PRELOAD=$preload \
    openssl kdf -provider sslprovider -keylen 72 -kdfopt digest:SHA2-256 \
    -kdfopt "hexsecret:$(field master_secret)" \
    -kdfopt "hexclient-random:$(field client_random)" \
    -kdfopt "hexserver-random:$(field server_random)" SSL-SESSION-KEYS) ||
    fail "openssl kdf failed with the installed module"
actual=$(echo "$actual" | tr -d ':\n' | tr A-F a-f)
[ "$actual" = "$expected" ] || fail "openssl kdf: $actual, not $expected"

# --- Programs ---------------------------------------------------------------------------------
# run PROGRAM: with no configuration at all
run() {
    env -u OPENSSL_MODULES OPENSSL_CONF=/dev/null \
        LD_LIBRARY_PATH="$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
        LD_PRELOAD="$preload" "$1" || fail "$1 exits with status $?"
}

# The flags of pkg-config are split on purpose.
program=$source/test/interop/ten_lines.c
build_with_pkg_config() {
    flags=$(PKG_CONFIG_PATH="$libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" \
        pkg-config --cflags --libs ncryptssl) || fail "pkg-config does not know ncryptssl"
    quietly pkg-config "$compiler" -Wall -Wextra -Werror -o "$work/ten_lines" "$program" $flags
    run "$work/ten_lines"
}
build_with_pkg_config

# The tree may be moved as a whole: nothing above remembers the first place.
mv "$prefix" "$work/moved"
prefix=$work/moved
libdir=$work/moved/${libdir#"$work"/prefix/}

mkdir "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(ncryptssl 0.1 REQUIRED)
add_executable(ten_lines $program)
target_link_libraries(ten_lines PRIVATE ncryptssl::ncryptssl)
CMAKE
quietly configure "$cmake" -S "$work/consumer" -B "$work/consumer/build" \
    -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix"
quietly build "$cmake" --build "$work/consumer/build"
run "$work/consumer/build/ten_lines"
build_with_pkg_config

echo "installed: $(wc -l <"$work/exported") functions; built with pkg-config and with CMake, moved"
