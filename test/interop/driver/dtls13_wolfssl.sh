# SPDX-License-Identifier: Apache-2.0
#
# Sourced by test_dtls13_wolfssl.sh: wolfssl_peer as a DTLS 1.3 server and client.

wolfssl_directly() {
    "$@"
}

# The root shows the current folder.
wolfssl_in_root() {
    (cd "$work" && sh "$debian_sid" run "$@")
}

make_peer() {
    "$run_wolfssl" cc -Wall -o "$work/wolfssl_peer" "$work/wolfssl_peer.c" -lwolfssl
}

# Sets $run_wolfssl, and makes the peer, which a library without DTLS 1.3 does not allow.
find_wolfssl() { # FOLDER OF THE TESTS
    debian_sid=$1/debian_sid.sh
    cp "$1/wolfssl_peer.c" "$work"
    run_wolfssl=wolfssl_directly
    make_peer 2>/dev/null && return
    run_wolfssl=wolfssl_in_root
    if sh "$debian_sid" ready; then
        make_peer && return
        exit 1
    fi
    echo "skipped: no wolfSSL with DTLS 1.3 (package libwolfssl-dev of Debian's unstable suite);"
    echo "\`sh test/run.sh --protocols\` makes a root with it"
    exit 77
}

# ---- One combination ----

prepare_wolfssl() {
    case $suite in
    0x1301) set -- suite=TLS13-AES128-GCM-SHA256 ;;
    0x1302) set -- suite=TLS13-AES256-GCM-SHA384 ;;
    0x1303) set -- suite=TLS13-CHACHA20-POLY1305-SHA256 ;;
    0x1304) set -- suite=TLS13-AES128-CCM-SHA256 ;;
    0x1305) set -- suite=TLS13-AES128-CCM8-SHA256 ;;
    esac
    set -- "$@" "group=$group" "label=$label"
    [ "$peer_asks" = no ] || set -- "$@" update
    [ "$resumed" = no ] || set -- "$@" resume
    [ "$lossy" = no ] || set -- "$@" "records=$records"
    if [ "$role" = client ]; then
        [ "$with_cookie" = no ] || set -- "$@" cookie
        [ -z "$client_kind" ] || set -- "$@" request
    else
        [ "$first_group" = "$group" ] || set -- "$@" "first=$first_group"
        [ -z "$client_kind" ] || set -- "$@" show
    fi
    wolfssl_words="$*"
    shown=$kind trusted=${client_kind:-rsa}
    [ "$role" = client ] || shown=$trusted
}

become_wolfssl() { # ROLE PORT WORD...
    role_of_peer=$1 port=$2
    shift 2
    "$run_wolfssl" timeout "$seconds" "$work/wolfssl_peer" "$role_of_peer" "$port" "$work/$shown.pem" \
        "$work/$shown.key" "$work/$trusted.pem" $wolfssl_words "$@" >"$dir/wolfssl.log" 2>&1
}

run_client() {
    prepare_wolfssl
    port=$("$driver" port)
    become_wolfssl server "$port" &
    peer=$!
    # Each ClientHello that comes earlier is refused.
    wait_for 1 "$(printf ':%04X ' "$port")" /proc/net/udp
    run_driver client --port "$port" $client --send "$to_peer" || { wait "$peer"; return 1; }
    wait "$peer"
}

run_server() {
    prepare_wolfssl
    run_driver server $server &
    own=$!
    become_wolfssl client "$(driver_port)" "text=$to_driver" || { wait "$own"; return 1; }
    wait "$own"
}

compare_client() {
    compare_wolfssl && { [ "$lossy" = yes ] || says wolfssl "data $to_peer"; }
}

compare_server() {
    compare_wolfssl && { [ "$lossy" = yes ] || says wolfssl "data $to_driver"; }
}

compare_wolfssl() {
    exported=$(sed -n 's/^exporter //p' "$dir/wolfssl.log")
    arrived=$(sed -n 's/^records received //p' "$dir/wolfssl.log")
    compare_driver && says wolfssl 'result ok' && says wolfssl "resumed $resumed" || return
    [ "$(number_of "$role" unreadable)" -eq 0 ] || fault 'unreadable records'
}
