#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# stunnel, which passes a property query on `provider` with each context, serves TLS 1.2 and 1.3 with the
# configuration that the manual prints, and the provider computed every secret of the handshakes.
#
#   sh test_stunnel.sh SOURCE_DIR BUILD_DIR
set -u
command -v stunnel4 >/dev/null || { echo "skipped: no stunnel4 (package stunnel4)"; exit 77; }
. "$1/test/interop/libssl.sh"

port=$("$build/test/ssl_driver" port)
cat "$work/key.pem" "$work/cert.pem" >"$work/both.pem"
cat >"$work/stunnel.conf" <<CONF
foreground = yes
pid =
debug = info
[echo]
accept = 127.0.0.1:$port
exec = /bin/cat
execArgs = cat
cert = $work/both.pem
CONF
begin_counting
(run_with selected server stunnel4 "$work/stunnel.conf") >"$work/server.log" 2>&1 &
processes=$!
wait_for 'Service \[echo] .* bound to' "$work/server.log" || fail "stunnel does not start"

# connect VERSION: a connection of its own, of which the other end repeats what it is sent.
connect() {
    : >"$work/client.log"
    : >"$work/server.counts"
    { echo 'a line there' && wait_for '^a line there' "$work/client.log"; } |
        (run_with plain client openssl s_client -connect "127.0.0.1:$port" \
            -CAfile "$work/cert.pem" -verify_return_error "$1") >"$work/client.log" 2>&1 ||
        fail "$1: s_client"
    wait_for '^a line there' "$work/client.log" || fail "$1: no answer"
}

for round in 1 2; do
    connect -tls1_2
    expect_counts "stunnel, round $round" 1_2 plain selected
    connect -tls1_3
    expect_counts "stunnel, round $round" 1_3 plain selected
done
echo "4 connections to stunnel"
