#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What SSLKEYLOGFILE is for: the driver talks to s_server and writes its own traffic as a capture,
# the shim writes its master secrets, and tshark reads the plaintext with them and not without.
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

check() { # VERSION SUITE DRIVER-OPTION...
    name="$*"
    version=$1 suite=$2
    shift 2
    port=$("$driver" port)
    log=$work/keys
    capture=$work/capture
    rm -f "$log"
    timeout 20 openssl s_server -accept "127.0.0.1:$port" -rev -cert "$work/cert.pem" \
        -key "$work/key.pem" -cipher ALL:@SECLEVEL=0 >"$work/server.log" 2>&1 </dev/null &
    server=$!
    SSLKEYLOGFILE=$log timeout 20 "$driver" client --port "$port" --version "$version" \
        --suite "$suite" --send "$request" --expect "$answer" --pcap "$capture" "$@" \
        >"$work/driver.log" 2>&1 || { cat "$work/driver.log"; fail "$name: handshake"; }
    kill "$server"
    wait "$server" 2>/dev/null
    server=

    case $(ls -l "$log") in -rw-------*) ;; *) fail "$name: others can read the key log" ;; esac
    connections=$(grep -c '^protocol' "$work/driver.log")
    [ "$(grep -cE '^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$' "$log")" -eq "$connections" ] ||
        fail "$name: the lines of the key log"
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

# A pipe that nobody reads, or that is full, neither stops the connection nor is written to.
mkfifo "$work/pipe"
check_unwritable() { # WHAT KEY-LOG
    port=$("$driver" port)
    timeout 20 openssl s_server -accept "127.0.0.1:$port" -rev -cert "$work/cert.pem" \
        -key "$work/key.pem" >"$work/server.log" 2>&1 </dev/null &
    server=$!
    SSLKEYLOGFILE=$2 timeout 20 "$driver" client --port "$port" --version 1.2 --suite 0xC02F \
        --send "$request" --expect "$answer" >"$work/driver.log" 2>&1 ||
        { cat "$work/driver.log"; fail "key log in $1: handshake"; }
    kill "$server"
    wait "$server" 2>/dev/null
    server=
}
check_unwritable 'a pipe without a reader' "$work/pipe"
exec 3<>"$work/pipe"
check_unwritable 'a pipe' "$work/pipe"
echo end >&3
read -r first <&3
[ "$first" = end ] || fail 'secrets in a pipe'
check_unwritable 'no folder' "$work/none/keys"

echo "$decrypted connections decrypted by tshark"
