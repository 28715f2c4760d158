#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A captured connection in clear with Python's ctypes; and the keys of its application data, by the KDFs
# that the module test/examples/ncryptssl.py reaches.
#
# Usage: test_ffi_python.sh SOURCE-DIR BUILD-DIR
. "$(dirname "$0")/ffi_examples.sh"

command -v python3 >/dev/null && python3 -c 'import ctypes' 2>/dev/null || skip 'python3 with ctypes'
check Python python3 "$examples/decrypt_capture.py"

# keys CAPTURE: those that are printed are the lines of $work/should
keys() {
    run python3 "$examples/decrypt_capture.py" "$1.pcap" "$1.keys" --keys >"$work/out" 2>"$work/err" ||
        { cat "$work/err"; fail "Python derives no keys of $1"; }
    cmp -s "$work/out" "$work/should" || { cat "$work/out"; fail "Python derives other keys of $1"; }
}

for rsp in "$source"/test/vectors/captures/tls13*.rsp; do
    sed -n 's/^client_application_key = /-- connection 1, client\n/p
        s/^server_application_key = /-- connection 1, server\n/p' "$rsp" >"$work/should"
    keys "${rsp%.rsp}"
done
# The key block of AES-128-GCM begins with the keys of client and server.
capture=$source/test/vectors/captures/tls12-ECDHE-RSA-AES128-GCM-SHA256-ossl-ossl
sed -n -E 's/^key_block = (.{32})(.{32}).*/-- connection 1, client\n\1\n-- connection 1, server\n\2/p' \
    "$capture.rsp" >"$work/should"
[ -s "$work/should" ] || fail "no key block in $capture.rsp"
keys "$capture"
