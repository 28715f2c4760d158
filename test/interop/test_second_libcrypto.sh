#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Programs with a libcrypto of their own read a configuration that activates the module, which brings
# the system's libcrypto along: they serve and end as without it.  Own copies are a static one with
# hidden symbols, and a private shared one.
#
#   sh test_second_libcrypto.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/libssl.sh"

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
compiler=$(cached CMAKE_C_COMPILER)
folder=$(dirname "$(cached OPENSSL_CRYPTO_LIBRARY)")
[ -f "$folder/libcrypto.a" ] && [ -f "$folder/libssl.a" ] ||
    { echo "skipped: no static libcrypto in $folder"; exit 77; }
modules=${SSLP_MODULES:-$build/ossl-modules}
system_copy=$(ldd "$modules/sslprovider.so" | sed -n 's/.*=> \(.*libcrypto\.so[^ ]*\).*/\1/p')
[ -n "$system_copy" ] || fail "the module is not linked with libcrypto"

# A sanitizer's run time is for what loads the module, not for compilers.
preload=${LD_PRELOAD-}
unset LD_PRELOAD
compile() { # OUTPUT LIBRARY...
    output=$1
    shift
    "$compiler" -std=c11 -D_POSIX_C_SOURCE=200809L -I "$(cached OPENSSL_INCLUDE_DIR)" \
        -o "$work/$output" "$source/test/interop/second_libcrypto.c" "$@" -ldl -lpthread \
        2>"$work/compile.log"
}
# What the static libcrypto of newer releases needs; its files for compiling need not be there.
extra='-l:libzstd.so.1 -l:libz.so.1'
compile static "$folder/libssl.a" "$folder/libcrypto.a" -Wl,--exclude-libs,ALL ||
    compile static "$folder/libssl.a" "$folder/libcrypto.a" -Wl,--exclude-libs,ALL $extra ||
    {
        echo "skipped: no program can be linked with $folder/libcrypto.a"
        tail -n 5 "$work/compile.log"
        exit 77
    }
private() {
    "$compiler" -shared -o "$work/libprivate.so" -Wl,--whole-archive "$folder/libssl.a" \
        "$folder/libcrypto.a" -Wl,--no-whole-archive -Wl,-Bsymbolic -Wl,-z,defs "$@" -ldl -lpthread \
        2>"$work/compile.log"
}
private || private $extra || fail "no private libcrypto could be made"
compile private "$work/libprivate.so" "-Wl,-rpath,$work" ||
    fail "no program could be linked with a private libcrypto"
LD_PRELOAD=$preload
[ -z "$preload" ] || export LD_PRELOAD

handshakes=20

# expect WHAT CONFIGURATION PROGRAM [ARGUMENT]...
expect() {
    what=$1 configuration=$2 program=$3
    shift 3
    begin_counting
    (run_with "$configuration" client "$work/$program" "$work/cert.pem" "$work/key.pem" \
        "$handshakes" "$@") >"$work/client.log" 2>&1
    status=$?
    [ "$status" -eq 0 ] || fail "$what, $configuration: status $status"
    grep -qx "$handshakes handshakes of $handshakes" "$work/client.log" || fail "$what: handshakes"
    served=$(wc -l <"$work/client.counts")
    if [ "$configuration" = selected ]; then
        [ "$served" -gt "$handshakes" ] || fail "$what: served $served derivations"
    else
        [ "$served" -eq 0 ] || fail "$what: served $served derivations, though not selected"
    fi
}

# The module as it is, and counted; the configuration of the former is that of a user.
sed "s|^module = .*|module = $modules/sslprovider.so|" "$work/selected.cnf" >"$work/direct.cnf"
ends=0
for program in static private; do
    for configuration in selected loaded; do
        expect "$program" "$configuration" "$program"
        expect "$program, second copy started first" "$configuration" "$program" "$system_copy"
        ends=$((ends + 2))
    done
    (run_with direct client "$work/$program" "$work/cert.pem" "$work/key.pem" "$handshakes") \
        >"$work/client.log" 2>&1 || fail "$program: the module alone, status $?"
    ends=$((ends + 1))
done
# Not with the private one: what it exports takes the place of the system's everywhere.
for configuration in selected loaded; do
    expect "static, second copy used as well" "$configuration" static "$system_copy" used
    ends=$((ends + 1))
done
echo "$ends processes with two copies of libcrypto ended as they should"
