#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Handshakes of the driver, whose cryptography is the Ssl* functions alone, with OpenSSL's, GnuTLS's
# and NSS's command-line tools: as client and as server, with a line of data in each direction and
# close_notify.  A peer that is not installed is reported and its combinations are not counted.
#
#   sh test_handshakes.sh SOURCE-DIR BUILD-DIR [PATTERN]
#
# PATTERN, an extended regular expression, picks combinations; their logs are then kept.
set -u
LC_ALL=C
export LC_ALL

if [ $# -lt 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR [PATTERN]" >&2
    exit 2
fi
driver=$2/test/ssl_driver
pattern=${3-}
least=60       # combinations that have to pass
least_tls13=80 # of TLS 1.3
workers=4      # at a time
seconds=20     # for each program of a combination

[ -x "$driver" ] || { echo "skipped: no $driver"; exit 77; }
command -v openssl >/dev/null || { echo "skipped: no openssl"; exit 77; }

# A sanitizer's run time is for the driver, which has it already; and the driver leaks nothing.
unset LD_PRELOAD OPENSSL_MODULES SSLKEYLOGFILE
ASAN_OPTIONS=detect_leaks=1
OPENSSL_CONF=/dev/null
export ASAN_OPTIONS OPENSSL_CONF

work=$(mktemp -d)
cleanup() {
    [ -n "$pattern" ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

to_peer='from the driver to its peer'
to_driver='from the peer to the driver'
label=EXPORTER-interop
psk=00112233445566778899aabbccddeeff
identity=driver

. "$1/test/interop/driver/peers.sh"
. "$1/test/interop/driver/workers.sh"

# ---- The combinations ----

both_roles() {
    echo "client $*"
    echo "server $*"
}

# A second connection of tstclnt ends in a crash of its own (seen with NSS 3.87), and gnutls-cli
# leaves the first one over datagrams without a word.
resumed() {
    echo "client $* resume"
    case "$1 $2" in
    nss* | 'gnutls dtls') ;;
    *) echo "server $* resume" ;;
    esac
}

of_tls12() { # PEER
    while read -r _ suite _; do
        case $1:$suite in
        nss:PSK*) ;; # NSS has PSK in TLS 1.3 only
        nss:*SHA384) both_roles "$1" 1.2 "$suite" ;; # and exports with SHA-256 alone
        *) both_roles "$1" 1.2 "$suite" exporter ;;
        esac
    done <"$work/suites"
    for suite in $gcm_suites $cbc_suites; do
        case $1:$suite in
        nss:PSK*) continue ;;
        esac
        both_roles "$1" 1.2 "$suite" no-ems
        case $suite in
        *GCM*) resumed "$1" 1.2 "$suite" ;;
        esac
    done
    resumed "$1" 1.2 ECDHE-RSA-AES128-GCM-SHA256 no-ems
    for kind in rsa ecdsa; do
        both_roles "$1" 1.2 ECDHE-RSA-AES128-GCM-SHA256 "cert-$kind"
        both_roles "$1" 1.2 AES128-SHA "cert-$kind" no-ems
    done
}

of_older_tls() { # PEER VERSION
    for suite in $cbc_suites; do
        both_roles "$1" "$2" "$suite"
    done
    both_roles "$1" "$2" ECDHE-RSA-AES128-SHA no-ems
    resumed "$1" "$2" AES128-SHA
    both_roles "$1" "$2" AES128-SHA cert-rsa
    both_roles "$1" "$2" AES128-SHA cert-ecdsa
}

of_dtls() { # PEER
    for suite in $gcm_suites AES128-SHA ECDHE-RSA-CHACHA20-POLY1305; do
        both_roles "$1" dtls "$suite"
    done
    both_roles "$1" dtls ECDHE-RSA-AES128-GCM-SHA256 no-ems
    both_roles "$1" dtls ECDHE-ECDSA-AES128-SHA cert-rsa
    both_roles "$1" dtls ECDHE-RSA-AES128-GCM-SHA256 cert-ecdsa
    resumed "$1" dtls ECDHE-RSA-AES256-GCM-SHA384
    for lost in 1 2 3 4; do
        both_roles "$1" dtls ECDHE-RSA-AES128-GCM-SHA256 "drop=$lost"
    done
}

of_tls13() { # PEER
    for suite in $tls13_suites; do
        for group in 29 23 24 25 256; do
            both_roles "$1" 1.3 "$suite" "group=$group" exporter
        done
        resumed "$1" 1.3 "$suite"
    done
    suite=TLS_AES_128_GCM_SHA256
    both_roles "$1" 1.3 "$suite" ecdsa
    both_roles "$1" 1.3 "$suite" cert-rsa
    both_roles "$1" 1.3 "$suite" ecdsa cert-ecdsa
    both_roles "$1" 1.3 "$suite" retry group=24 exporter
    both_roles "$1" 1.3 "$suite" psk
    both_roles "$1" 1.3 "$suite" psk retry group=23
    both_roles "$1" 1.3 "$suite" update
    both_roles "$1" 1.3 TLS_AES_256_GCM_SHA384 update retry group=256
    resumed "$1" 1.3 TLS_AES_256_GCM_SHA384 retry group=24
    echo "server $1 1.3 $suite cookie retry group=25 cert-rsa"
}

# NSS uses a PSK with (EC)DHE only, and its server takes no early data in its first seconds.
of_tls13_modes() { # PEER
    both_roles "$1" 1.3 TLS_AES_128_GCM_SHA256 psk psk-ke
    both_roles "$1" 1.3 TLS_CHACHA20_POLY1305_SHA256 psk
    resumed "$1" 1.3 TLS_AES_128_GCM_SHA256 psk-ke
    for suite in $tls13_suites; do
        resumed "$1" 1.3 "$suite" early
    done
    resumed "$1" 1.3 "$suite" psk-ke early
}

of_tls13_openssl() {
    suite=TLS_AES_128_GCM_SHA256
    for group in 30 257; do
        both_roles openssl 1.3 "$suite" "group=$group"
    done
    for scheme in 0x0804 0x0805 0x0806; do
        both_roles openssl 1.3 "$suite" "scheme=$scheme" cert-rsa
    done
    both_roles openssl 1.3 "$suite" padded
    both_roles openssl 1.3 "$suite" peer-update
    echo "client openssl 1.3 $suite stateless"
    echo "server openssl 1.3 $suite cookie"
    resumed openssl 1.3 "$suite" update
}

# Key exchange with ML-KEM, which OpenSSL has since 3.5.
of_tls13_ml_kem() {
    openssl list -kem-algorithms 2>/dev/null | grep -q X25519MLKEM768 || return
    for suite in $tls13_suites; do
        both_roles openssl 1.3 "$suite" group=4588
    done
    for group in 512 513 514 4587 4589; do
        both_roles openssl 1.3 "$suite" "group=$group"
    done
    both_roles openssl 1.3 "$suite" retry group=4588
    resumed openssl 1.3 "$suite" group=4588
}

of_openssl_only() {
    for scheme in 0x0501 0x0601 0x0804 0x0805 0x0806; do
        both_roles openssl 1.2 ECDHE-RSA-AES128-GCM-SHA256 "scheme=$scheme"
    done
    for group in 23 24 25 30; do
        both_roles openssl 1.2 ECDHE-RSA-AES128-GCM-SHA256 "group=$group"
    done
}

# Whether the openssl command has a protocol; its help lists what it was built with.
openssl_has() {
    openssl s_client -help 2>&1 | grep -q -e "^ *$1 "
}

combinations() {
    for peer in $peers; do
        of_tls12 "$peer"
        for version in 1.0 1.1; do
            [ "$peer" = openssl ] && ! openssl_has "-tls1${version#1.0}" && continue
            of_older_tls "$peer" "$version"
        done
        [ "$peer" = nss ] || of_dtls "$peer"
        of_tls13 "$peer"
        [ "$peer" = nss ] || of_tls13_modes "$peer"
    done
    of_openssl_only
    of_tls13_openssl
    of_tls13_ml_kem
    has_peer gnutls && echo "server gnutls 1.3 TLS_AES_128_GCM_SHA256 peer-update"
    has_peer nss || return
    both_roles nss 1.2 ECDHE-RSA-AES128-GCM-SHA256 context
    both_roles nss 1.3 TLS_AES_256_GCM_SHA384 context
}

# ---- What has to fail, so that a pass means something ----

# The driver with another key than s_server; with a server that has another protocol.
refuses() { # WORDS OF THE ERROR, S_SERVER OPTIONS, DRIVER OPTIONS
    dir=$work/refusal
    port=$("$driver" port)
    # Options are lists of words.
    timeout "$seconds" openssl s_server -accept "127.0.0.1:$port" -quiet $2 \
        >"$dir.log" 2>&1 </dev/null &
    server=$!
    timeout "$seconds" "$driver" client --port "$port" $3 >"$dir.out" 2>&1
    status=$?
    kill "$server" 2>/dev/null
    [ "$status" -eq 1 ] && grep -q -e "$1" "$dir.out" ||
        { echo "FAILED: no refusal: $1"; cat "$dir.out"; exit 1; }
}

# The driver as server, and s_client with something else than it has.
refuses_client() { # WORDS OF THE ERROR, S_CLIENT OPTIONS, DRIVER OPTIONS
    dir=$work/refusal
    : >"$dir.out"
    timeout "$seconds" "$driver" server $3 >"$dir.out" 2>&1 &
    server=$!
    wait_for 1 '^listening' "$dir.out"
    port=$(sed -n 's/^listening //p' "$dir.out")
    timeout "$seconds" openssl s_client -connect "127.0.0.1:$port" $2 \
        >"$dir.log" 2>&1 </dev/null
    wait "$server"
    status=$?
    [ "$status" -eq 1 ] && grep -q -e "$1" "$dir.out" ||
        { echo "FAILED: no refusal of a client: $1"; cat "$dir.out"; exit 1; }
}

refuses 'alert 20' "-nocert -psk $psk -psk_identity $identity" \
    "--suite 0x00A8 --identity $identity --psk 00"
refuses 'alert 40' "-cert $work/rsa.pem -key $work/rsa.key -cipher ECDHE-RSA-AES128-GCM-SHA256" \
    '--suite 0x009C'
# illegal_parameter from older releases of OpenSSL, decrypt_error from newer ones.
refuses 'alert [45][17]' "-tls1_3 -nocert -psk $psk -psk_identity $identity" \
    "--version 1.3 --suite 0x1301 --identity $identity --psk 00000000"
refuses 'alert 40' "-tls1_3 -cert $work/rsa.pem -key $work/rsa.key -groups P-384" \
    '--version 1.3 --suite 0x1301 --group 29'
refuses_client 'binder is wrong' '-tls1_3 -psk 00000000 -psk_identity driver' \
    "--version 1.3 --suite 0x1301 --identity driver --psk $psk"
refuses_client 'no common group' '-tls1_3 -groups P-384' \
    "--version 1.3 --suite 0x1301 --group 29 --cert $work/rsa.pem --key $work/rsa.key"

run_all driver.log peer.log
tls13=$(cat "$work"/passed.* |
    awk 'NR == FNR { passed[$1]; next } $1 in passed && $4 == "1.3"' - "$work/combinations" | wc -l)
echo "$passed combinations passed of $total, $tls13 of them with TLS 1.3; peers: $peers"
[ "$passed" -eq "$total" ] || exit 1
[ -n "$pattern" ] || { [ "$passed" -ge "$least" ] && [ "$tls13" -ge "$least_tls13" ]; }
