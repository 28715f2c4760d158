#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# No branch and no address depends on what a record, the number of a record of DTLS 1.3 or an encrypted
# premaster secret decrypts to, or on a pre-shared key, as far as valgrind sees it: the programs of
# test/ct mark ciphertext and key as uninitialised, and whatever memcheck reports that test/ct/ct.supp
# does not explain is a leak.  The same programs around a shim with planted leaks have to be reported.
#
#   sh check_constant_time.sh SOURCE_DIR BUILD_DIR
set -u
LC_ALL=C
export LC_ALL

source=$1
programs=$2/test
failed=0

skip() {
    echo "skipped: $1"
    exit 77
}

if grep -qE '^SSLP_SANITIZE:[A-Z]*=.' "$2/CMakeCache.txt"; then
    skip "a sanitized program does not run under valgrind"
fi
command -v valgrind >/dev/null 2>&1 || skip "no valgrind"
if grep -qE '^(VALGRIND|CUNIT)_INCLUDE_DIR:[A-Z]*=.*-NOTFOUND$' "$2/CMakeCache.txt"; then
    skip "without the headers of valgrind and CUnit test/ct is not built"
fi
# Suppressions and planted leaks are told apart by line and by the names of inlined functions.
if ! grep -q '\.debug_line' "$2/lib/libncryptssl.so"; then
    skip "the build has no line numbers (a release build without -g)"
fi
if grep -qE '^CMAKE_(C_FLAGS[A-Z_]*:[A-Z]*=.*-flto|INTERPROCEDURAL_OPTIMIZATION:[A-Z]*=(ON|1|TRUE|YES))' \
    "$2/CMakeCache.txt"; then
    skip "link-time optimisation loses the names of inlined functions"
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# Each {TEXT} of the suppressions must stand for exactly one line.
awk -v shim="$source/provider/shim/" '
    match($0, /src:[a-z_/]+\.c:\{/) {
        file = substr($0, RSTART + 4, RLENGTH - 6)
        text = substr($0, RSTART + RLENGTH)
        sub(/\}$/, "", text)
        number = found = 0
        while ((getline line < (shim file)) > 0) {
            number++
            if (index(line, text)) { found++; at = number }
        }
        close(shim file)
        if (found != 1) {
            print file ": " found " lines, not 1, with " text >"/dev/stderr"
            bad = 1
        }
        sub(/.*\//, "", file)
        print "   src:*" file ":" at
        next
    }
    { print }
    END { exit bad }' "$source/test/ct/ct.supp" >"$work/supp" || exit 1

# run NAME PROGRAM [ARGUMENT]...: 0, 9 for reports of valgrind, or what the program says itself.
run() {
    name=$1
    shift
    OPENSSL_CONF=$source/test/ct/ct.cnf valgrind --quiet --error-limit=no --num-callers=40 \
        --error-exitcode=9 --suppressions="$work/supp" "$@" >"$work/$name.log" 2>&1
}

# expect_silence NAME PROGRAM [ARGUMENT]...
expect_silence() {
    if run "$@"; then
        echo "$1: nothing depends on the secrets"
    else
        echo "$1: failed with status $?:"
        head -n 60 "$work/$1.log"
        failed=1
    fi
}

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=constant-time -config "$source/test/ct/ct.cnf" \
    -keyout "$work/key.pem" -outform DER -out "$work/certificate.der" 2>"$work/req" ||
    { cat "$work/req"; exit 1; }

expect_silence records "$programs/ct_records"
expect_silence records_unstitched "$programs/ct_records_unstitched"
expect_silence record_numbers "$programs/ct_record_numbers"
expect_silence psk "$programs/ct_psk"
expect_silence import_master_key "$programs/ct_import_master_key" "$work/certificate.der" \
    "$work/key.pem"

# expect_leaks PROGRAM LEAK...
expect_leaks() {
    name=$1
    shift
    run "$name" "$programs/$name"
    status=$?
    if [ "$status" -ne 9 ]; then
        echo "$name: status $status instead of valgrind's 9:"
        head -n 20 "$work/$name.log"
        failed=1
    fi
    for leak; do
        if grep -qE " at 0x[0-9A-F]+: $leak \([^)]*leaky_ct\.h:" "$work/$name.log"; then
            echo "$name, planted leak in $leak: found"
        else
            echo "$name, planted leak in $leak: not found"
            failed=1
        fi
    done
}

expect_leaks ct_records_leaky sslp_ct_difference sslp_ct_at_least
expect_leaks ct_record_numbers_leaky sslp_ct_at_least

exit "$failed"
