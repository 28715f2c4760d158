#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The time of a call does not tell secrets apart: padding and MAC of CBC records, encrypted premaster
# secrets, numbers of DTLS 1.3, pre-shared keys.  ct_timing says how that is measured.  The same program
# around a shim with planted leaks has to find them.
#
#   sh check_timing.sh SOURCE_DIR BUILD_DIR [RECORDS]
#
# RECORDS is how many calls each line of the answer stands for.
set -u

source=$1
programs=$2/test
records=${3:-5000}
failed=0
unset OPENSSL_MODULES
OPENSSL_CONF=$source/test/ct/ct.cnf
export OPENSSL_CONF

skip() {
    echo "skipped: $1"
    exit 77
}

if grep -qE '^SSLP_SANITIZE:[A-Z]*=.' "$2/CMakeCache.txt"; then
    skip "a sanitizer has times of its own"
fi
if grep -qE '^CUNIT_INCLUDE_DIR:[A-Z]*=.*-NOTFOUND$' "$2/CMakeCache.txt"; then
    skip "without the headers of CUnit test/ct is not built"
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

echo "ct_timing, $records records"
"$programs/ct_timing" "$records" || failed=1
echo "ct_timing without stitched ciphers, $records records"
"$programs/ct_timing_unstitched" "$records" CBC || failed=1

# expect_leak NAME LINE: the name is that of a subject, and the line one of its answer.  Other work on the
# machine hides a leak from a few calls, so more are made of what is not found.
expect_leak() {
    for calls in "$records" $((4 * records)) $((16 * records)); do
        "$programs/ct_timing_leaky" "$calls" "$1" >"$work/leaky" 2>&1
        status=$?
        if [ "$status" -eq 3 ] && grep "$1.*$2.*: LEAK\$" "$work/leaky"; then
            echo "planted leak, $2: found"
            return
        fi
    done
    echo "planted leak, $2: not found, status $status:"
    cat "$work/leaky"
    failed=1
}

expect_leak SHA-384 'padding short or long'
expect_leak SHA-384 'first or last byte of the MAC'
expect_leak AES-128-GCM 'number of 8 bits'

exit "$failed"
