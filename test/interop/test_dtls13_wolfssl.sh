#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Handshakes of DTLS 1.3 between the driver, whose cryptography is the functions of libncryptssl alone, and
# a small program with wolfSSL, as client and as server; datagrams get lost and overtake each other.
#
#   sh test_dtls13_wolfssl.sh SOURCE-DIR BUILD-DIR [PATTERN]
#
# wolfSSL is that of the machine, or that of the root of debian_sid.sh where it is prepared.
#
# PATTERN, an extended regular expression, picks combinations; their logs are then kept.
set -u
LC_ALL=C
export LC_ALL

if [ $# -lt 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR [PATTERN]" >&2
    exit 2
fi
least=80 # combinations that have to pass

. "$1/test/interop/driver/dtls13.sh"
. "$1/test/interop/driver/dtls13_wolfssl.sh"

find_wolfssl "$1/test/interop"

# ROLE OF THE DRIVER, SUITE GROUP WORD...  wolfSSL uses the new key before the ACK of its own answer to a
# KeyUpdate, so none may get lost: nobody could read what comes behind it.
combinations() {
    for role in client server; do
        for suite in $suites $ccm_suites; do
            for group in 29 23; do
                echo "$role $suite $group"
            done
            echo "$role $suite 23 retry"
            echo "$role $suite 29 resume"
            echo "$role $suite 29 update"
            echo "$role $suite 23 peer-update"
            echo "$role $suite 23 records"
        done
        echo "$role 0x1301 24 retry ecdsa"
        echo "$role 0x1301 29 cookie"
        echo "$role 0x1301 29 cert-rsa"
        echo "$role 0x1302 24 retry cookie cert-ecdsa update"
    done
    for lost in 1 2; do
        echo "client 0x1301 29 drop-client=$lost"
    done
    for lost in 1 2 3 4 5; do
        echo "server 0x1301 29 drop-server=$lost"
    done
}

run_combinations "wolfSSL $("$run_wolfssl" "$work/wolfssl_peer" version)"
