#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Wrong uses of the KDFs from the command line: each must end with status 1, print no key, and
# name the reason.
#
# Usage: test_kdf_errors.sh SOURCE-DIR BUILD-DIR
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
command -v openssl >/dev/null || exit 77

OPENSSL_MODULES=${SSLP_MODULES:-$2/ossl-modules}
OPENSSL_CONF=/dev/null
export OPENSSL_MODULES OPENSSL_CONF

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cases=0
failures=0

byte16=000102030405060708090a0b0c0d0e0f
secret=hexsecret:$byte16$byte16$byte16
client=hexclient-random:$byte16$byte16
server=hexserver-random:$byte16$byte16
short=hexclient-random:${byte16}000102030405060708090a0b0c0d0e

# expect REASON KDF KEYLEN OPTION...
expect()
{
    reason=$1 kdf=$2 length=$3
    shift 3
    label="$reason: $kdf -keylen $length $*"
    count=$#
    while [ "$count" -gt 0 ]; do
        set -- "$@" -kdfopt "$1"
        shift
        count=$((count - 1))
    done
    cases=$((cases + 1))
    status=0
    openssl kdf -provider sslprovider -keylen "$length" "$@" "$kdf" \
        >"$work/output" 2>"$work/errors" </dev/null || status=$?
    if [ "$status" -ne 1 ] || [ -s "$work/output" ] || ! grep -qF "$reason" "$work/errors"; then
        failures=$((failures + 1))
        echo "status $status, not as expected: $label"
        sed 's/^/    /' "$work/errors"
    fi
}

suite=cipher-suite:TLS_RSA_WITH_AES_128_CBC_SHA
tls12=protocol:TLSv1.2

keys=SSL-SESSION-KEYS

# What the lines below spoil in one point each is right before.
openssl kdf -provider sslprovider -keylen 40 -kdfopt digest:SHA2-256 -kdfopt "$secret" \
    -kdfopt "$client" -kdfopt "$server" $keys >"$work/output"

expect "missing client random" $keys 40 digest:SHA2-256 "$secret" "$server"
expect "missing server random" $keys 40 digest:SHA2-256 "$secret" "$client"
expect "invalid random length" $keys 40 digest:SHA2-256 "$secret" "$short" "$server"
expect "missing secret" $keys 40 digest:SHA2-256 "$client" "$server"
expect "unknown protocol version" $keys 40 protocol:TLSv9 $suite "$secret" "$client" "$server"
expect "unknown cipher suite" $keys 40 $tls12 cipher-suite:NOPE "$secret" "$client" "$server"
expect "cipher suite not in protocol" $keys 40 protocol:TLSv1 \
    cipher-suite:TLS_AES_128_GCM_SHA256 "$secret" "$client" "$server"
# Every spelling of a suite that is refused by default.
for name in RC4-SHA TLS_RSA_WITH_RC4_128_SHA 0x0005 RC4-MD5 DES-CBC-SHA DHE-DSS-DES-CBC-SHA NULL-SHA \
    AECDH-NULL-SHA; do
    expect "legacy protocol or cipher suite not allowed" $keys 40 $tls12 cipher-suite:$name \
        "$secret" "$client" "$server"
done
for name in EXP-RC4-MD5 EXP1024-RC4-SHA TLS_RSA_EXPORT1024_WITH_RC4_56_SHA; do
    expect "legacy protocol or cipher suite not allowed" $keys 40 protocol:TLSv1 cipher-suite:$name \
        "$secret" "$client" "$server"
done
expect "legacy protocol or cipher suite not allowed" $keys 32 protocol:TLSv1.3 output:key \
    cipher-suite:TLS_SHA256_SHA256 "hexsecret:$byte16$byte16"
expect "unknown output" $keys 40 $tls12 $suite output:nope "$secret" "$client" "$server"
expect "missing role" $keys 36 $tls12 $suite output:read "$secret" "$client" "$server"
expect "unknown role" $keys 36 $tls12 $suite output:read role:referee "$secret" "$client" "$server"
expect "invalid key handle" $keys 40 handle:12345 "$client" "$server"
expect "invalid key handle" $keys 40 handle:0 "$client" "$server"
expect "legacy protocol or cipher suite not allowed" $keys 40 protocol:SSLv3 $suite \
    "$secret" "$client" "$server"
expect "legacy protocol or cipher suite not allowed" $keys 40 $tls12 \
    cipher-suite:TLS_RSA_WITH_RC4_128_SHA "$secret" "$client" "$server"
expect "output needs a cipher suite" $keys 36 digest:SHA2-256 output:read role:client \
    "$secret" "$client" "$server"
expect "invalid output length" $keys 13 $tls12 $suite output:client-write \
    "$secret" "$client" "$server"
expect "missing cipher suite or digest" $keys 40 $tls12 "$secret" "$client" "$server"
expect "output not in TLS 1.3" $keys 28 protocol:TLSv1.3 cipher-suite:TLS_AES_128_GCM_SHA256 \
    output:client-write "hexsecret:$byte16$byte16"
expect "invalid secret length" $keys 40 $tls12 $suite "hexsecret:$byte16" "$client" "$server"

master=SSL-MASTER-KEY
expect "missing client random" $master 48 digest:SHA2-256 "$secret" "$server"
expect "missing server random" $master 48 digest:SHA2-256 "$secret" "$client"
expect "invalid random length" $master 48 digest:SHA2-256 "$secret" "$short" "$server"
expect "missing secret" $master 48 digest:SHA2-256 "$client" "$server"
expect "invalid output length" $master 47 digest:SHA2-256 "$secret" "$client" "$server"
expect "legacy protocol or cipher suite not allowed" $master 48 protocol:SSLv3 "$secret" \
    "$client" "$server"

# DTLS 1.3 and QUIC.
half=hexsecret:$byte16$byte16
tls13_suite=cipher-suite:TLS_AES_128_GCM_SHA256
expect "output not in protocol" $keys 16 protocol:TLSv1.3 $tls13_suite output:sn-key "$half"
expect "output not in protocol" $keys 16 protocol:DTLSv1.3 $tls13_suite output:hp-key "$half"
expect "output not in protocol" $keys 16 protocol:QUICv1 $tls13_suite output:sn-key "$half"
expect "output not in protocol" $keys 16 $tls12 $suite output:hp-key "$secret" "$client" "$server"
expect "cipher suite not in protocol" $keys 16 protocol:QUICv2 output:key \
    cipher-suite:TLS_AES_128_CCM_8_SHA256 "$half"
expect "unknown protocol version" $keys 16 protocol:QUIC $tls13_suite output:key "$half"

traffic=SSL-TRAFFIC-SECRET
initial=target:client-initial-secret
expect "missing connection id" $traffic 32 protocol:QUICv1 $initial
expect "invalid connection id length" $traffic 32 protocol:QUICv1 $initial \
    "hexconnection-id:${byte16}0001020304"
expect "secret and connection id given" $traffic 32 protocol:QUICv1 $initial \
    "hexconnection-id:$byte16" "$half"
expect "cipher suite or digest not that of Initial packets" $traffic 32 protocol:QUICv1 $initial \
    "hexconnection-id:$byte16" cipher-suite:TLS_CHACHA20_POLY1305_SHA256
expect "derivation not in protocol" $traffic 32 protocol:DTLSv1.3 $initial \
    "hexconnection-id:$byte16"
expect "missing protocol version" $traffic 32 $initial "hexconnection-id:$byte16"
expect "derivation not in protocol" $master 48 protocol:QUICv1 "$half" "$client" "$server" \
    $tls13_suite

echo "$cases wrong command lines, $failures not refused as they should be"
[ "$failures" -eq 0 ]
