#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Live HTTP/3: every packet between curl and nginx, with each cipher suite of QUIC, is opened with keys that
# the provider derives from the key log; so it is after a Retry, and with a client that updates its keys.
# The peers are those of the machine, or those of the root of debian13.sh where it is prepared.
#
#   sh test_http3.sh SOURCE_DIR BUILD_DIR
set -u
PATH=$PATH:/usr/sbin
source=$1
program=$2/test/quic_packets
seconds=90 # bound on the life of every program

work=$(mktemp -d)
chmod 755 "$work"
processes=
stop() {
    [ -z "$processes" ] || kill $processes 2>/dev/null
    processes=
    wait 2>/dev/null
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
    echo "FAILED: $*"
    for log in "$work"/*.log; do
        [ ! -s "$log" ] || { echo "==> $log"; tail -n 20 "$log"; }
    done
    exit 1
}

# --- The peers ----------------------------------------------------------------------------------
if nginx -V 2>&1 | grep -q http_v3_module && curl -V 2>&1 | grep -q HTTP3; then
    peers=
elif sh "$source/test/interop/debian13.sh" ready; then
    peers="sh $source/test/interop/debian13.sh run"
else
    echo "skipped: no nginx and curl with HTTP/3, which Debian 13 has; as root,"
    echo "\`sh test/run.sh --protocols\` makes a root with them"
    exit 77
fi
# In the root, what is below the current folder alone is the machine's.
cd "$work" || exit 1

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" \
    >"$work/req.log" 2>&1 || fail "no certificate could be made"
head -c 300000 /dev/urandom >"$work/page"

. "$source/test/interop/nginx.sh"

# The file of the process is written when its sockets are open; a port may be taken before that.
start_nginx() {
    port=$("$program" port)
    retry_port=$("$program" port)
    nginx_conf 'daemon off;' info "root $work; http3_hq on; ssl_protocols TLSv1.3;
        server { $(nginx_tls "127.0.0.1:$port quic") }
        server { $(nginx_tls "127.0.0.1:$retry_port quic") quic_retry on; }" >"$work/nginx.conf"
    timeout "$seconds" $peers nginx -e "$work/error.log" -p "$work" -c "$work/nginx.conf" \
        >"$work/server.log" 2>&1 </dev/null &
    processes=$!
    tries=0
    until [ -s "$work/nginx.pid" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] && kill -0 "$processes" 2>/dev/null || return 1
        sleep 0.03
    done
}
start_nginx || { stop; start_nginx; } || fail "nginx does not start"

# --- One connection: its packets pass the relay --------------------------------------------------
connections=0 packets=0 updates=0

# through PORT COMMAND...: the command sees the port of the relay as $relay_port.  Now and then a peer stalls;
# they have OpenSSL's own KDFs here.  A connection that runs out of time is tried once more.
through() {
    status=0
    through_relay "$@" || status=$?
    case $status in
    0) return ;;
    28 | 124) echo "note: $2 $3 has run out of time, another attempt" ;;
    *) fail "$*" ;;
    esac
    through_relay "$@" || fail "$*"
}

# The status is that of the command: curl says 28, and timeout 124, for one that ran out of time.
through_relay() {
    rm -f "$work/keys" "$work/capture" "$work/answer" "$work/relay.log"
    "$program" relay "$1" "$work/capture" "$seconds" >"$work/relay.log" &
    relay=$!
    processes="$processes $relay"
    until grep -qs '^listening' "$work/relay.log"; do
        kill -0 "$relay" 2>/dev/null || fail "no relay"
        sleep 0.03
    done
    relay_port=$(sed -n 's/^listening //p' "$work/relay.log")
    shift
    result=0
    "$@" >"$work/client.log" 2>&1 </dev/null || result=$?
    # What the peers send at the end.
    sleep 0.1
    kill "$relay"
    wait "$relay" || fail "the relay"
    processes=${processes% *}
    return "$result"
}

# opens WHAT PATTERN: the packets, with the second line of what the program prints.
opens() {
    "$program" open "$work/capture" "$work/keys" >"$work/opened.log" 2>&1 || fail "$1"
    grep -qx "suite $2" "$work/opened.log" || fail "$1: $2 was expected"
    set -- "$1" $(sed -n 's/^opened \([0-9]*\) Initial, \([0-9]*\) Handshake, \([0-9]*\) .*/\1 \2 \3/p' \
        "$work/opened.log")
    # The page alone takes more packets than these.
    [ "$2" -ge 2 ] && [ "$3" -ge 2 ] && [ "$4" -ge 200 ] || fail "$1: few packets"
    packets=$((packets + $2 + $3 + $4))
    connections=$((connections + 1))
}

curl_page() { # SUITE
    SSLKEYLOGFILE=$work/keys $peers curl -sS --http3-only --max-time 20 --tls13-ciphers "$1" \
        --cacert "$work/cert.pem" -o "$work/answer" "https://127.0.0.1:$relay_port/page" &&
        cmp "$work/answer" "$work/page"
}

for suite in TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256; do
    through "$port" curl_page "$suite"
    opens "$suite" "$suite, key updates 0 of the client, 0 of the server, retries 0"
done
through "$retry_port" curl_page "$suite"
opens "Retry" "$suite, key updates 0 of the client, 0 of the server, retries 1"

# --- Key updates -----------------------------------------------------------------------------------
cp "$source/test/interop/quic/peer/client.c" "$work/client.c"
updating_client() {
    SSLKEYLOGFILE=$work/keys timeout 20 $peers "$work/client" "$relay_port" /page 3
}
if $peers cc -o "$work/client" "$work/client.c" -lssl -lcrypto >"$work/cc.log" 2>&1; then
    through "$port" updating_client
    grep -qx "answer of $(wc -c <"$work/page") bytes" "$work/client.log" || fail "another answer"
    opens "key updates" "TLS_[A-Z0-9_]*, key updates 3 of the client, 3 of the server, retries 0"
    updates=6
else
    echo "skipped: key updates (no compiler with OpenSSL 3.5's QUIC)"
fi
stop
echo "$packets packets of $connections live connections opened, across $updates key updates"
