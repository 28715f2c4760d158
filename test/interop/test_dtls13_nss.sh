#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Handshakes of DTLS 1.3 between the driver, whose cryptography is the functions of libncryptssl alone, and
# tstclnt of NSS, as client and as server; datagrams get lost and overtake each other.
#
#   sh test_dtls13_nss.sh SOURCE-DIR BUILD-DIR [PATTERN]
#
# What is older than NSS 3.110 follows a draft.  NSS is that of the machine, or that of the root of
# debian13.sh where it is prepared.
#
# PATTERN, an extended regular expression, picks combinations; their logs are then kept.
set -u
LC_ALL=C
export LC_ALL

if [ $# -lt 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR [PATTERN]" >&2
    exit 2
fi
least=40 # combinations that have to pass

. "$1/test/interop/driver/dtls13.sh"
. "$1/test/interop/driver/dtls13_nss.sh"

find_nss "$1/test/interop/debian13.sh"
if ! make_nss_database >"$work/nss.log" 2>&1; then
    cat "$work/nss.log"
    exit 1
fi

# ROLE OF THE DRIVER, SUITE GROUP WORD...  NSS does not have AES-128-CCM.  As a server tstclnt does not ask
# for a certificate and serves one connection; as a client it ends in a crash of its own before a second
# one.  A KeyUpdate that comes again it does not acknowledge, so none may get lost.
combinations() {
    for role in client server; do
        for suite in $suites; do
            for group in 29 23; do
                echo "$role $suite $group"
            done
            echo "$role $suite 23 retry"
            echo "$role $suite 29 update"
            echo "$role $suite 23 records"
        done
        echo "$role 0x1301 24 retry ecdsa"
    done
    echo "server 0x1301 29 cookie"
    echo "server 0x1301 29 cert-rsa"
    echo "server 0x1302 24 retry cookie cert-ecdsa update"
    for lost in 1 2; do
        echo "client 0x1301 29 drop-client=$lost"
    done
    for lost in 1 2 3 4 5; do
        echo "server 0x1301 29 drop-server=$lost"
    done
}

run_combinations "NSS $nss_version"
