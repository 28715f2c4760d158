#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What SSLKEYLOGFILE is for: the driver talks to s_server and writes its own traffic as a capture,
# the shim writes its master secrets or, in TLS 1.3, its traffic secrets, and tshark reads the
# plaintext with them and not without.
#
#   sh test_key_log.sh SOURCE-DIR BUILD-DIR
set -u
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
driver=$2/test/ssl_driver
for tool in openssl tshark; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
[ -x "$driver" ] || { echo "skipped: no $driver"; exit 77; }

# A sanitizer's run time is for the driver, which has it already.
unset LD_PRELOAD OPENSSL_MODULES SSLKEYLOGFILE
ASAN_OPTIONS=detect_leaks=1
OPENSSL_CONF=/dev/null
export ASAN_OPTIONS OPENSSL_CONF

work=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# tshark reads preferences of its own; none here.
HOME=$work
export HOME

request='from the driver to its peer'
answer=$(echo "$request" | rev 2>/dev/null) || { echo "skipped: no rev"; exit 77; }

fail() {
    echo "FAILED: $*"
    exit 1
}

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$work/key.pem" \
    -out "$work/cert.pem" >/dev/null 2>&1 || fail 'no certificate could be made'

# The plaintext of the Nth connection of the capture, and with it tshark's reading of its records.
plaintext() { # CAPTURE PORT STREAM KEY-LOG
    tshark -r "$1" -d "tcp.port==$2,tls" -o "tls.keylog_file:$4" -q -z "follow,tls,ascii,$3" \
        2>"$work/tshark.log"
}

reads() { # CAPTURE PORT STREAM KEY-LOG
    plaintext "$@" >"$work/plaintext"
    grep -q -e "$request" "$work/plaintext" && grep -q -e "$answer" "$work/plaintext"
}

start_server() { # S_SERVER-OPTION...
    port=$("$driver" port)
    timeout 20 openssl s_server -accept "127.0.0.1:$port" -rev -cert "$work/cert.pem" \
        -key "$work/key.pem" "$@" >"$work/server.log" 2>&1 </dev/null &
    server=$!
}

stop_server() {
    kill "$server"
    wait "$server" 2>/dev/null
    server=
}

run_client() { # DRIVER-OPTION...
    rm -f "$log"
    SSLKEYLOGFILE=$log timeout 20 "$driver" client --port "$port" --send "$request" \
        --expect "$answer" --pcap "$capture" "$@" >"$work/driver.log" 2>&1 ||
        { cat "$work/driver.log"; fail "$name: handshake"; }
}

# Each connection has its lines in the log, and tshark decrypts it with them.
check_log() { # LINES-OF-A-CONNECTION PATTERN
    case $(ls -l "$log") in -rw-------*) ;; *) fail "$name: others can read the key log" ;; esac
    connections=$(grep -c '^protocol' "$work/driver.log")
    [ "$(grep -cE "^($2)\$" "$log")" -eq $((connections * $1)) ] ||
        { cat "$log"; fail "$name: the lines of the key log"; }
    stream=0
    while [ "$stream" -lt "$connections" ]; do
        reads "$capture" "$port" "$stream" "$log" ||
            { cat "$work/plaintext" "$work/tshark.log"; fail "$name: tshark, stream $stream"; }
        reads "$capture" "$port" "$stream" /dev/null &&
            fail "$name: readable without the key log"
        stream=$((stream + 1))
        decrypted=$((decrypted + 1))
    done
}

log=$work/keys
capture=$work/capture

check() { # VERSION SUITE DRIVER-OPTION...
    name="$*"
    version=$1 suite=$2
    shift 2
    start_server -cipher ALL:@SECLEVEL=0
    run_client --version "$version" --suite "$suite" "$@"
    stop_server
    check_log 1 'CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}'
}

secret='[0-9a-f]{64} ([0-9a-f]{64}|[0-9a-f]{96})'
handshake="(CLIENT|SERVER)_(HANDSHAKE_TRAFFIC_SECRET|TRAFFIC_SECRET_0) $secret"

check_tls13() { # SUITE S_SERVER-OPTIONS DRIVER-OPTION...
    name="1.3 $*"
    suite=$1
    start_server -tls1_3 $2 # split on purpose
    shift 2
    run_client --version 1.3 --suite "$suite" "$@"
    stop_server
    check_log 4 "$handshake"
}

# The driver as the server too, since s_server reverses no early data.
check_early_data() { # SUITE
    name="1.3 $1 early data"
    early='words before the handshake'
    : >"$work/server.log"
    timeout 20 "$driver" server --version 1.3 --suite "$1" --resume --early-data "$early" \
        --cert "$work/cert.pem" --key "$work/key.pem" >"$work/server.log" 2>&1 &
    server=$!
    until grep -q '^listening' "$work/server.log"; do
        kill -0 "$server" || fail "$name: no server"
        sleep 0.03
    done
    port=$(sed -n 's/^listening //p' "$work/server.log")
    reversed=$answer answer=$request
    run_client --version 1.3 --suite "$1" --resume --early-data "$early"
    wait "$server" || { cat "$work/server.log"; fail "$name: server"; }
    server=
    check_log 4 "$handshake"
    answer=$reversed
    [ "$(grep -cE "^CLIENT_EARLY_TRAFFIC_SECRET $secret\$" "$log")" -eq 1 ] ||
        { cat "$log"; fail "$name: the secret of the early data"; }
    grep -q -e "$early" "$work/plaintext" && fail "$name: readable without the key log"
    plaintext "$capture" "$port" 1 "$log" >"$work/plaintext"
    grep -q -e "$early" "$work/plaintext" ||
        { cat "$work/plaintext" "$work/tshark.log"; fail "$name: tshark, early data"; }
}

decrypted=0
check 1.2 0xC02F
check 1.2 0xC02F --resume
check 1.2 0x002F --no-ems
check 1.2 0xC030
check 1.2 0xC028
check 1.2 0xCCA8
check 1.2 0x009E
if openssl s_client -help 2>&1 | grep -q -e '^ *-tls1 '; then
    check 1.0 0xC014
    check 1.1 0x0035
fi

check_tls13 0x1301 ''
check_tls13 0x1302 ''
check_tls13 0x1303 '-groups P-384' --group 24
check_tls13 0x1301 '-groups P-256' --first-share 29 --group 23
check_tls13 0x1302 '' --resume
check_tls13 0x1303 '-groups ffdhe2048' --resume --first-share 29 --group 256
check_tls13 0x1301 -allow_no_dhe_kex --resume --psk-ke
check_tls13 0x1301 '-nocert -psk 00112233 -psk_identity driver' --psk 00112233
check_tls13 0x1302 '' --key-update
check_early_data 0x1301

# A pipe that nobody reads, or that is full, neither stops the connection nor is written to.
mkfifo "$work/pipe"
check_unwritable() { # WHAT KEY-LOG
    start_server
    SSLKEYLOGFILE=$2 timeout 20 "$driver" client --port "$port" --version 1.2 --suite 0xC02F \
        --send "$request" --expect "$answer" >"$work/driver.log" 2>&1 ||
        { cat "$work/driver.log"; fail "key log in $1: handshake"; }
    stop_server
}
check_unwritable 'a pipe without a reader' "$work/pipe"
exec 3<>"$work/pipe"
check_unwritable 'a pipe' "$work/pipe"
echo end >&3
read -r first <&3
[ "$first" = end ] || fail 'secrets in a pipe'
check_unwritable 'no folder' "$work/none/keys"

echo "$decrypted connections decrypted by tshark"
