#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The installed tree by itself: what is where, what the libraries export and how they were compiled,
# the module under the openssl command, and programs built against it with pkg-config and with CMake,
# shared and static, which run with no configuration file; where OpenSSL looks for modules, and removal.
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

for file in "$module" "$shim" "$shim.1" "$libdir/libncryptssl.a" "$libdir/libsslprovider.a" \
    "$libdir/pkgconfig/sslprovider.pc" "$libdir/cmake/ncryptssl/ncryptsslConfig.cmake" \
    "$libdir/cmake/sslprovider/sslproviderConfig.cmake"; do
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
readelf -d "$shim" | grep -qF 'soname: [libncryptssl.so.1]' || fail "another soname than libncryptssl.so.1"

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
# run PROGRAM [VARIABLE=VALUE]...: with no configuration at all
run() {
    program=$1
    shift
    env -u OPENSSL_MODULES OPENSSL_CONF=/dev/null \
        LD_LIBRARY_PATH="$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
        LD_PRELOAD="$preload" "$@" "$program" || fail "$program exits with status $?"
}

# pkg_config OPTION...: of this tree, and for libcrypto of that of the build
openssl_libdir=$(dirname "$(cached OPENSSL_CRYPTO_LIBRARY)")
pkg_config() {
    PKG_CONFIG_PATH="$libdir/pkgconfig:$openssl_libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" \
        pkg-config "$@" || fail "pkg-config $*"
}

# build PROGRAM FLAG...: of a source in the tree; a static library may be a sanitized one
sanitizer=$(cached SSLP_SANITIZE)
build() {
    source_file=$1
    shift
    quietly build "$compiler" ${sanitizer:+"-fsanitize=$sanitizer"} -Wall -Wextra -Werror \
        -o "$work/program" "$source/$source_file" "$@"
}

# What pkg-config says is split on purpose.
key=$(OPENSSL_CONF=/dev/null OPENSSL_MODULES=$(dirname "$module") LD_PRELOAD=$preload \
    openssl kdf -provider sslprovider -keylen 16 -kdfopt protocol:TLSv1.3 \
    -kdfopt cipher-suite:TLS_AES_128_GCM_SHA256 -kdfopt output:key \
    -kdfopt "hexsecret:$(printf %064d 0)" SSL-SESSION-KEYS | tr -d ':\n' | tr A-F a-f)
build_with_pkg_config() {
    build test/interop/ten_lines.c $(pkg_config --cflags --libs ncryptssl)
    run "$work/program"
    build test/interop/ten_lines_evp.c $(pkg_config --cflags --libs sslprovider)
    run "$work/program" "OPENSSL_MODULES=$(pkg_config --variable=modulesdir sslprovider)"
    build test/examples/evp_builtin.c $(pkg_config --cflags --libs sslprovider-builtin)
    [ "$(run "$work/program")" = "$key" ] || fail "the provider as a part of the program: not $key"
}
build_with_pkg_config

# The archive needs libcrypto and nothing else.
build test/interop/ten_lines.c $(pkg_config --cflags ncryptssl) "$libdir/libncryptssl.a" \
    $(pkg_config --libs libcrypto)
! readelf -d "$work/program" | grep 'NEEDED.*ncryptssl' || fail "not linked with the archive"
run "$work/program"

# The tree may be moved as a whole: nothing above remembers the first place.
mv "$prefix" "$work/moved"
prefix=$work/moved
libdir=$work/moved/${libdir#"$work"/prefix/}

mkdir "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(ncryptssl 0.1 REQUIRED)
find_package(sslprovider 0.2 REQUIRED)
add_compile_options(-Wall -Wextra -Werror)
foreach(target IN ITEMS ncryptssl static)
    add_executable(\${target} $source/test/interop/ten_lines.c)
    target_link_libraries(\${target} PRIVATE ncryptssl::\${target})
endforeach()
add_executable(evp $source/test/interop/ten_lines_evp.c)
target_link_libraries(evp PRIVATE sslprovider::sslprovider)
add_executable(builtin $source/test/examples/evp_builtin.c)
target_link_libraries(builtin PRIVATE sslprovider::builtin)
file(WRITE \${CMAKE_BINARY_DIR}/modules \${sslprovider_MODULES_DIR})
CMAKE
quietly configure "$cmake" -S "$work/consumer" -B "$work/consumer/build" \
    -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" \
    ${sanitizer:+"-DCMAKE_C_FLAGS=-fsanitize=$sanitizer"}
quietly build "$cmake" --build "$work/consumer/build"
run "$work/consumer/build/ncryptssl"
run "$work/consumer/build/static"
run "$work/consumer/build/evp" "OPENSSL_MODULES=$(cat "$work/consumer/build/modules")"
[ "$(run "$work/consumer/build/builtin")" = "$key" ] || fail "sslprovider::builtin: not $key"
build_with_pkg_config

# --- Where OpenSSL looks ----------------------------------------------------------------------
# With OpenSSL's own prefix the module goes into its folder.
if [ -f "$openssl_libdir/pkgconfig/libcrypto.pc" ]; then
    openssl_prefix=$(readlink -f "$(pkg_config --variable=prefix libcrypto)")
    modules=$(pkg_config --variable=modulesdir libcrypto)
    quietly beside env DESTDIR="$work/root" "$cmake" --install "$build" --prefix "$openssl_prefix"
    [ -f "$work/root$modules/sslprovider.so" ] || fail "not in $modules: $(cat "$work/beside.log")"
    grep -qF "module = $modules/sslprovider.so" \
        "$work/root$openssl_prefix/share/doc/sslprovider/openssl.cnf" ||
        fail "the sample names another module"
else
    echo "note: this libcrypto has no pkg-config file, so nothing tells where it looks for modules"
fi

# --- Removal ----------------------------------------------------------------------------------
touch "$work/root/theirs"
quietly uninstall env DESTDIR="$work/root" "$cmake" \
    -DSSLP_MANIFEST="$build/install_manifest.txt" -P "$source/conf/uninstall.cmake"
left=$(find "$work/root" ! -type d -o -name '*sslprovider*' -o -name '*ncryptssl*')
[ "$left" = "$work/root/theirs" ] || fail "uninstall leaves, of $work/root/theirs and more: $left"

# --- The configuration of the Debian package ---------------------------------------------------
# It is the manual's; the module is where OpenSSL looks.
. "$source/test/interop/documents.sh"
documented_block /etc/ssl/sslprovider.cnf |
    diff - "$source/conf/debian/sslprovider.cnf" || fail "sslprovider-services(7) has another file"

echo "installed: $(wc -l <"$work/exported") functions; built with pkg-config and with CMake, moved, removed"
