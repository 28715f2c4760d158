#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What SSLPROVIDER_DEBUG tells an administrator: what was loaded, why it was not, and what it served;
# nothing when it is not set, and never a secret.
#
#   sh test_debug_log.sh SOURCE_DIR BUILD_DIR
set -u

build=$2
module=${SSLP_MODULES:-$build/ossl-modules}/sslprovider.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
unset SSLPROVIDER_DEBUG

fail() {
    echo "FAILED: $*"
    for log in "$work"/*.log; do
        echo "==> $log"
        cat "$log"
    done
    exit 1
}

# configure PROVIDER-LINES [QUERY]: a whole configuration.
configure() {
    cat >"$work/openssl.cnf" <<CNF
openssl_conf = init

[init]
providers = providers
alg_section = algorithms

[providers]
default = default_section
sslprovider = sslprovider_section

[default_section]
activate = 1

[sslprovider_section]
module = $module
activate = 1
$1

[algorithms]
default_properties = ${2-}
CNF
    OPENSSL_CONF=$work/openssl.cnf
    export OPENSSL_CONF
}

secret=53454352455453454352455453454352
# derive KDF OPTION...
derive() {
    kdf=$1
    shift
    openssl kdf -keylen 48 "$@" "$kdf" >"$work/out.log" 2>"$work/err.log"
}
tls1_prf() {
    derive TLS1-PRF -kdfopt digest:SHA256 -kdfopt "hexsecret:$secret" -kdfopt seed:label
}

# expect TEXT WHAT: a line of ours with this text; none of what a line may not hold.
expect() {
    grep -q "^sslprovider\[[0-9]*\]: .*$1" "$work/err.log" || fail "$2: no line with \"$1\""
    ! grep -qi "$secret\|SECRETSECRET" "$work/err.log" || fail "$2: a secret"
}

# Nothing when unset, good or bad.
configure '' '?sslprovider.kdf=yes'
tls1_prf || fail 'TLS1-PRF'
[ ! -s "$work/err.log" ] || fail 'lines although nobody asks'
configure 'legasy = yes'
tls1_prf || fail 'TLS1-PRF of OpenSSL'
[ ! -s "$work/err.log" ] || fail 'lines although nobody asks'

SSLPROVIDER_DEBUG=stderr
export SSLPROVIDER_DEBUG
configure '' '?sslprovider.kdf=yes'
tls1_prf || fail 'TLS1-PRF'
expect "loaded .* legacy=no require-ems=no properties=(none); module $module, OpenSSL [0-9]" 'loaded'
expect 'served TLS1-PRF 1$' 'chosen'
derive SSL-SESSION-KEYS -kdfopt digest:SHA256 -kdfopt "hexsecret:$secret$secret$secret" \
    -kdfopt "hexclient-random:$secret$secret" -kdfopt "hexserver-random:$secret$secret" ||
    fail SSL-SESSION-KEYS
expect 'served SSL-SESSION-KEYS 1$' 'by its own name'

# Loaded, but never chosen.
configure ''
tls1_prf || fail 'TLS1-PRF of OpenSSL'
expect 'served nothing in this process; .*"default_properties = ?sslprovider.kdf=yes"' 'not chosen'

# Refused: a misspelt key, a wrong value, queries that do not parse.
for lines in 'legasy = yes' 'requre-ems = yes'; do
    configure "$lines"
    tls1_prf || fail 'TLS1-PRF of OpenSSL'
    expect "not loaded: unknown configuration key \"${lines%% *}\"; the keys are legacy, " "$lines"
done
configure 'require-ems = on'
tls1_prf
expect 'not loaded: invalid configuration value "require-ems = on"; write yes or no' 'wrong value'
for query in 'fips==yes' 'fips=yes provider=fips'; do
    configure "properties = $query"
    tls1_prf
    expect "not loaded: invalid configuration value \"properties = $query\"; .*property(7)" "$query"
done

# The default provider is gone.
configure ''
sed -i '/^\[default_section\]/,/^$/s/^activate/#activate/' "$work/openssl.cnf"
derive SSL-SESSION-KEYS -kdfopt digest:SHA256 -kdfopt "hexsecret:$secret$secret$secret" \
    -kdfopt "hexclient-random:$secret$secret" -kdfopt "hexserver-random:$secret$secret" ||
    fail 'without the default provider'
expect 'no provider with hashes is loaded.*"activate = 1" is missing' 'default provider'

# To a file, which is appended to; and what is not understood.
configure '' '?sslprovider.kdf=yes'
for number in 2 4; do
    SSLPROVIDER_DEBUG=file:$work/debug.log
    tls1_prf || fail 'TLS1-PRF'
    [ ! -s "$work/err.log" ] || fail 'lines to stderr'
    [ "$(grep -c '^sslprovider\[' "$work/debug.log")" -eq "$number" ] || fail 'lines in the file'
done
[ "$(stat -c %a "$work/debug.log")" = 600 ] || fail 'mode of the file'
for where in 1 file: "file:$work/no/such/folder"; do
    SSLPROVIDER_DEBUG=$where
    tls1_prf || fail 'TLS1-PRF'
    expect "SSLPROVIDER_DEBUG=$where: .*use stderr or file:PATH" "$where"
done

# Nobody reads: neither a wait nor the signal.
SSLPROVIDER_DEBUG=stderr
{ timeout 20 openssl kdf -keylen 48 -kdfopt digest:SHA256 -kdfopt "hexsecret:$secret" \
    -kdfopt seed:label -out "$work/out.log" TLS1-PRF; echo "$?" >"$work/status.log"; } 2>&1 >/dev/null | :
[ "$(cat "$work/status.log")" = 0 ] || fail "a pipe without a reader: status $(cat "$work/status.log")"
mkfifo "$work/pipe"
SSLPROVIDER_DEBUG=file:$work/pipe
timeout 20 openssl kdf -keylen 48 -kdfopt digest:SHA256 -kdfopt "hexsecret:$secret" \
    -kdfopt seed:label TLS1-PRF >"$work/out.log" 2>"$work/err.log" || fail 'a pipe as a file'

openssl list -providers -verbose >"$work/out.log" 2>"$work/err.log"
grep -q 'build info: .* legacy=no require-ems=no properties=(none)' "$work/out.log" ||
    fail 'policy in force'
echo 'the debug log says what it should'
