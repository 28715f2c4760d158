#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Handshakes of DTLS 1.3 between two drivers, whose cryptography is the functions of libncryptssl alone:
# every suite, HelloRetryRequest, client certificates, resumption, key updates, and datagrams that get
# lost and overtake each other.
#
#   sh test_dtls13.sh SOURCE-DIR BUILD-DIR [PATTERN]
#
# PATTERN, an extended regular expression, picks combinations; their logs are then kept.
set -u
LC_ALL=C
export LC_ALL

if [ $# -lt 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR [PATTERN]" >&2
    exit 2
fi
least=50 # combinations that have to pass

. "$1/test/interop/driver/dtls13.sh"

# ROLE SUITE GROUP WORD...
combinations() {
    for suite in $suites $ccm_suites; do
        for group in 29 23; do
            echo "both $suite $group"
        done
        echo "both $suite 23 retry"
        echo "both $suite 29 cert-ecdsa"
        echo "both $suite 29 resume"
        echo "both $suite 29 update"
        echo "both $suite 23 records update"
    done
    suite=0x1301
    echo "both $suite 29 cookie"
    echo "both $suite 24 retry cookie cert-rsa update"
    echo "both $suite 23 retry resume records update"
    echo "both $suite 29 ecdsa"
    for lost in 1 2 3 4 5; do
        echo "both $suite 29 cert-rsa update drop-client=$lost"
        echo "both $suite 23 retry cert-rsa update drop-server=$lost"
    done
    for lost in 6 7 8; do
        echo "both $suite 23 retry cert-rsa update drop-server=$lost"
    done
}

# ---- What has to fail, so that a pass means something ----

refuses() { # WORDS OF THE ERROR, SERVER OPTIONS, CLIENT OPTIONS
    : >"$work/refusal.out"
    timeout "$seconds" "$driver" server --dtls --version 1.3 $2 --cert "$work/rsa.pem" \
        --key "$work/rsa.key" >"$work/refusal.out" 2>&1 &
    server=$!
    wait_for 1 '^listening' "$work/refusal.out"
    timeout "$seconds" "$driver" client --dtls --version 1.3 $3 \
        --port "$(sed -n 's/^listening //p' "$work/refusal.out")" >"$work/refusal.log" 2>&1 &
    client=$!
    wait "$server"
    status=$?
    kill "$client" 2>/dev/null
    [ "$status" -eq 1 ] && grep -q -e "$1" "$work/refusal.out" ||
        { echo "FAILED: no refusal: $1"; cat "$work/refusal.out"; exit 1; }
}

refuses 'no common suite' '--suite 0x1301' '--suite 0x1302'
refuses 'no common group' '--suite 0x1301 --group 29' '--suite 0x1301 --group 23'

run_combinations 'two drivers'
