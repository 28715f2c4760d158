#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a service is judged by can fail: with each fault of the module that counts, the server of Python is
# found wanting, and for that reason.
#
#   sh planted.sh SOURCE_DIR BUILD_DIR
set -u
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# expect FAULT REASON SOURCE_DIR BUILD_DIR
expect() {
    SSLP_COUNTED_FAULT=$1 SSLP_CONNECTIONS=1000 SSLP_SERVICES_TABLE=/dev/null \
        sh "$3/test/interop/services/python.sh" "$3" "$4" >"$output" 2>&1
    status=$?
    [ "$status" -ne 77 ] || { cat "$output"; exit 77; }
    if [ "$status" -eq 0 ] || ! grep -q "^FAILED: Python.*$2" "$output"; then
        echo "FAILED: the fault \"$1\" is not found"
        cat "$output"
        exit 1
    fi
    echo "found: $1: $(sed -n 's/^FAILED: //p' "$output")"
}

expect flip 'a handshake failed' "$@"
expect unseen '0 derivations, not ' "$@"
expect leak 'grew by ' "$@"
expect exit 'ended with status 99' "$@"
