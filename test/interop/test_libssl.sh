#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# openssl s_server and s_client with the drop-in KDFs selected on one side, on both, or on none:
# handshakes of TLS 1.2 and 1.3 work, and the provider served every derivation of the sides that
# selected it, and no other.
#
#   sh test_libssl.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/libssl.sh"

# connect WHAT VERSION SUITE CLIENT SERVER: the latter are configurations.
connect() {
    begin_counting
    port=$("$build/test/ssl_driver" port)
    : >"$work/server.log"
    : >"$work/client.log"
    (run_with "$5" server openssl s_server -accept "127.0.0.1:$port" -naccept 1 -rev \
        -cert "$work/cert.pem" -key "$work/key.pem" "$2") >"$work/server.log" 2>&1 &
    processes=$!
    wait_for '^ACCEPT' "$work/server.log" || fail "$1: the server does not listen"
    # The answer comes behind the tickets, so the client has read them too.
    { echo 'a line there' && wait_for 'ereht enil a' "$work/client.log"; } |
        (run_with "$4" client openssl s_client -connect "127.0.0.1:$port" -CAfile "$work/cert.pem" \
            -verify_return_error "$2" $3) >"$work/client.log" 2>&1 || fail "$1: s_client"
    wait "$processes" || fail "$1: s_server"
    processes=
    wait_for 'ereht enil a' "$work/client.log" || fail "$1: no answer"
    expect_counts "$1" "${2#-tls}" "$4" "$5"
    passed=$((passed + 1))
}

passed=0
for version in '-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256' \
    '-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384' \
    '-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256' \
    '-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384'; do
    for sides in 'selected selected' 'selected plain' 'plain selected' 'loaded loaded'; do
        # The words are split on purpose.
        connect "${version#* * }, $sides" "${version%% *}" "${version#* }" $sides
    done
done
for version in -tls1_2 -tls1_3; do
    connect "$version by provider" "$version" '' by_provider by_provider
done
echo "$passed connections of s_client to s_server"
[ "$passed" -eq 18 ]
