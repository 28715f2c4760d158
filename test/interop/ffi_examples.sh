#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Sourced, with SOURCE-DIR and BUILD-DIR, by test_ffi_*.sh: the programs test/examples/decrypt_capture.*
# print the application data of every capture of TLS over TCP, as the .rsp files have it.
set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
source=$1
build=$2
examples=$source/test/examples

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A sanitizer's run time is for what loads the library, not for compilers.
preload=${LD_PRELOAD-}
unset LD_PRELOAD
LD_LIBRARY_PATH=$build/lib PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH PYTHONDONTWRITEBYTECODE

fail() {
    echo "$1"
    exit 1
}

skip() {
    echo "skipped: no $1"
    exit 77
}

run() {
    if [ -n "$preload" ]; then LD_PRELOAD=$preload "$@"; else "$@"; fi
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

# expected FILE: what a program prints for a capture, as hexadecimal digits
expected() {
    awk '
        $1 == "client_app_data" { value["client"] = $3 }
        $1 == "server_app_data" { value["server"] = $3 }
        function flush_block(   i) {
            if (!(("client" in value) && ("server" in value)))
                return
            number++
            for (i = 1; i <= 2; i++) {
                printf "%s%s0a", to_hex("-- connection " number ", " (i == 1 ? "client" : "server") "\n"),
                    i == 1 ? value["client"] : value["server"]
            }
            delete value
        }
        function to_hex(text,   i, out) {
            for (i = 1; i <= length(text); i++)
                out = out sprintf("%02x", code[substr(text, i, 1)])
            return out
        }
        BEGIN { for (i = 0; i < 128; i++) code[sprintf("%c", i)] = i }
        /^$/ { flush_block() }
        END { flush_block() }' "$1"
}

# check LANGUAGE COMMAND...: all captures, and what is no capture
check() {
    language=$1
    shift
    count=0
    for rsp in "$source"/test/vectors/captures/tls1*.rsp "$source"/test/vectors/more/captures/*.rsp; do
        capture=${rsp%.rsp}
        run "$@" "$capture.pcap" "$capture.keys" >"$work/out" 2>"$work/err" ||
            { cat "$work/err"; fail "$language fails with $capture"; }
        is=$(hex <"$work/out")
        should=$(expected "$rsp")
        [ -n "$should" ] || fail "no application data in $rsp"
        [ "$is" = "$should" ] || { cat "$work/out"; fail "$language prints other data of $capture"; }
        count=$((count + 1))
    done
    [ "$count" -ge 22 ] || fail "$language: only $count captures"
    # A capture that is cut off, and the key log of another connection, are errors.
    head -c 1500 "$capture.pcap" >"$work/short.pcap"
    if run "$@" "$work/short.pcap" "$capture.keys" >"$work/out" 2>"$work/err"; then
        fail "$language reads a capture that is cut off"
    fi
    if run "$@" "$capture.pcap" "$source/test/vectors/captures/tls12-PSK-AES128-GCM-SHA256-ossl-ossl.keys" \
        >"$work/out" 2>"$work/err" || ! grep -q 'the key log has no' "$work/err"; then
        fail "$language does without the secrets"
    fi
    echo "$language: the application data of $count captures"
}
