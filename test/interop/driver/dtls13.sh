# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the tests of DTLS 1.3, which give $least and then combinations(): what one combination is, how
# it is run, and what has to be true afterwards.  Given are also the folders of source and build, and a
# pattern.  The lists of options are split into words on purpose.

. "$1/test/interop/driver/workers.sh"
driver=$2/test/ssl_driver
pattern=${3-}
workers=4    # at a time
seconds=30   # for each program of a combination
records=1000 # in each direction, of which one in ten gets lost

[ -x "$driver" ] || { echo "skipped: no $driver"; exit 77; }
command -v openssl >/dev/null || { echo "skipped: no openssl"; exit 77; }

# A sanitizer's run time is for the driver, which has it already; and the driver leaks nothing.
unset LD_PRELOAD OPENSSL_MODULES SSLKEYLOGFILE
ASAN_OPTIONS=detect_leaks=1
OPENSSL_CONF=/dev/null
export ASAN_OPTIONS OPENSSL_CONF

# Within the build, where a root shows it too.
work=$(mktemp -d "$2/dtls13.XXXXXX")
cleanup() {
    [ -n "$pattern" ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

to_peer='from the driver to its peer'
to_driver='from the peer to the driver'
label=EXPORTER-interop

# AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305; AES-128-CCM, AES-128-CCM_8.
suites='0x1301 0x1302 0x1303'
ccm_suites='0x1304 0x1305'

# NSS gives certificates of one subject one name, so each has its own.
make_certificate() { # KIND
    case $1 in
    rsa) set -- "$1" rsa:2048 ;;
    *) set -- "$1" ec -pkeyopt ec_paramgen_curve:P-256 ;;
    esac
    kind=$1
    shift
    openssl req -x509 -newkey "$@" -nodes -days 2 -subj "/CN=$kind.localhost" \
        -keyout "$work/$kind.key" -out "$work/$kind.pem" >/dev/null 2>&1 ||
        { echo "no certificate could be made"; exit 1; }
}
make_certificate rsa
make_certificate ecdsa

wait_for() { # COUNT TEXT FILE
    tries=0
    while [ "$(grep -c -a -e "$2" "$3" 2>/dev/null)" -lt "$1" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.03
    done
}

fault() {
    echo "$1" >>"$dir/fault"
    return 1
}

# ---- Options ----

# The words of a combination; $client and $server are the options of drivers in these roles.
prepare() { # ROLE SUITE GROUP WORD...
    role=$1 suite=$2 group=$3
    # Another driver makes its own losses.
    lossy_in=' --lossy-in 10'
    [ "$role" != both ] || lossy_in=
    common="--dtls --version 1.3 --suite $suite --exporter $label"
    client='' server='' kind=rsa client_kind='' first_group=$group
    retried=no updates=no peer_asks=no resumed=no lossy=no with_cookie=no
    shift 3
    for word in "$@"; do
        case $word in
        ecdsa) kind=ecdsa ;;
        cert-*)
            client_kind=${word#cert-}
            client="$client --cert $work/$client_kind.pem --key $work/$client_kind.key"
            server="$server --request-cert"
            ;;
        retry) retried=yes first_group=29 client="$client --first-share 29" ;;
        cookie) retried=yes with_cookie=yes server="$server --cookie" ;;
        resume) resumed=yes common="$common --resume" ;;
        peer-update) updates=yes peer_asks=yes ;;
        update) updates=yes common="$common --key-update" ;;
        records) lossy=yes common="$common --records $records --lossy 10$lossy_in" ;;
        drop-client=*) client="$client --drop ${word#*=}" ;;
        drop-server=*) server="$server --drop ${word#*=}" ;;
        esac
    done
    client="$client $common --group $group"
    server="$server $common --group $group --cert $work/$kind.pem --key $work/$kind.key"
}

# ---- The driver ----

run_driver() { # ROLE ARGUMENT...
    SSLKEYLOGFILE=$dir/$1.keys timeout "$seconds" "$driver" "$@" >"$dir/$1.log" 2>&1
}

driver_port() {
    wait_for 1 '^listening' "$dir/server.log" && sed -n 's/^listening //p' "$dir/server.log"
}

run_both() {
    run_driver server $server &
    peer=$!
    run_driver client --port "$(driver_port)" $client --send "$to_peer" || { wait "$peer"; return 1; }
    wait "$peer"
}

# ---- What both sides say has to agree with what was asked for ----

says() { # ROLE LINE
    grep -a -q -x -e "$2" "$dir/$1.log" || fault "the $1 does not say: $2"
}

compare_facts() { # ROLE
    says "$1" 'protocol 0xFEFC' && says "$1" "group $group" && says "$1" "hello-retry $retried" &&
        says "$1" 'result ok' || return
    [ "$resumed" = no ] || says "$1" 'resumed yes' || return
    [ -z "$client_kind" ] || grep -qi "^client-certificate $client_kind" "$dir/$1.log" ||
        fault 'no client certificate'
}

# Lines of a key log: one of each that NSS writes for a connection, and nothing else.
labels='CLIENT_HANDSHAKE_TRAFFIC_SECRET CLIENT_TRAFFIC_SECRET_0 EXPORTER_SECRET
    SERVER_HANDSHAKE_TRAFFIC_SECRET SERVER_TRAFFIC_SECRET_0'

compare_key_log() { # ROLE
    lines=1
    [ "$resumed" = no ] || lines=2
    for name in $labels; do
        [ "$(grep -c "^$name [0-9a-f]\{64\} [0-9a-f]\{64,96\}\$" "$dir/$1.keys")" -eq "$lines" ] ||
            { fault "$name in the key log of the $1"; return; }
    done
    [ "$(wc -l <"$dir/$1.keys")" -eq $((5 * lines)) ] || fault "other lines in the key log of the $1"
}

number_of() { # ROLE WORD: of the last connection's records
    sed -n "s/^records .*\<$2 \([0-9]*\).*/\1/p" "$dir/$1.log" | tail -n 1
}

# Every record that was not lost has arrived and been opened.
compare_records() { # SENDER RECEIVER
    lost=$(number_of "$1" lost)
    [ "$(number_of "$1" sent)" -eq "$records" ] && [ "$lost" -gt 0 ] &&
        [ "$(number_of "$2" received)" -eq $((records - lost)) ] ||
        fault "records from the $1: $(grep ^records "$dir/client.log" "$dir/server.log")"
}

# Each key update begins another epoch after the first one of data.
compare_updates() { # ROLE COUNT
    says "$1" "key-updates sent $2 received $2" &&
        says "$1" "epochs writing $((3 + $2)) reading $((3 + $2))"
}

# Of a driver whose peer is another program; $exported is the keying material in the peer's log.
compare_driver() {
    compare_facts "$role" && compare_key_log "$role" || return
    [ "$updates" = no ] || compare_updates "$role" 1 || return
    [ -n "$exported" ] && [ "$exported" = "$(sed -n 's/^exporter //p' "$dir/$role.log")" ] ||
        { fault 'other keying material'; return; }
    [ "$lossy" = no ] || compare_losses
}

# The way to the driver loses some as well, and nobody knows how many.  $arrived is how many have come to
# the peer: all that were not lost.
compare_losses() {
    lines=$(sed -n 's/^lines received //p' "$dir/$role.log")
    [ "$lines" -gt $((records * 8 / 10)) ] && [ "$lines" -lt "$records" ] ||
        { fault "lines from the peer: $lines"; return; }
    lost=$(number_of "$role" lost)
    [ "$lost" -gt 0 ] && [ "$arrived" -eq $((records - lost)) ] ||
        fault "records at the peer: $arrived, lost: $lost"
}

compare_both() {
    for side in client server; do
        compare_facts "$side" && compare_key_log "$side" || return
        [ "$updates" = no ] || compare_updates "$side" 2 || return
        [ "$(number_of "$side" unreadable)" -eq 0 ] || { fault 'unreadable records'; return; }
        grep '^exporter' "$dir/$side.log" >"$dir/$side.exporter"
        LC_ALL=C sort "$dir/$side.keys" >"$dir/$side.sorted"
    done
    [ -s "$dir/client.exporter" ] && cmp -s "$dir/client.exporter" "$dir/server.exporter" ||
        { fault 'other keying material'; return; }
    cmp -s "$dir/client.sorted" "$dir/server.sorted" || { fault 'other secrets'; return; }
    if [ "$lossy" = yes ]; then
        compare_records client server && compare_records server client
    else
        says server "data $to_peer" && says client "data $to_peer"
    fi
}

run_combination() { # INDEX WORD...
    dir=$work/$1
    shift
    mkdir "$dir"
    : >"$dir/client.log"
    : >"$dir/server.log"
    : >"$dir/fault"
    prepare "$@"
    "run_$role" || { fault 'the driver failed'; return; }
    "compare_$role"
}

# ---- All of them ----

run_combinations() { # WHO WITH
    run_all client.log server.log fault
    echo "$passed combinations of DTLS 1.3 passed of $total: $1"
    [ "$passed" -eq "$total" ] || exit 1
    [ -n "$pattern" ] || [ "$passed" -ge "$least" ] || exit 1
}
