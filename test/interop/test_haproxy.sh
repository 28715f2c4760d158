#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# HAProxy answers curl with TLS 1.2 and 1.3, once with the configuration of OpenSSL that the manual prints,
# once with the manual's lines of its own configuration and none of OpenSSL's; the provider computed every
# secret of the handshakes both times.
#
#   sh test_haproxy.sh SOURCE_DIR BUILD_DIR
set -u
PATH=$PATH:/usr/sbin
for tool in haproxy curl; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool (packages haproxy, curl)"; exit 77; }
done
. "$1/test/interop/libssl.sh"

cat "$work/key.pem" "$work/cert.pem" >"$work/both.pem"

# In the folder that the printed lines name lies a module of the provider's name.
mkdir "$work/modules"
ln -s "$build/test/counting.so" "$work/modules/sslprovider.so"
: >"$work/none"
documented_block '/etc/haproxy/haproxy.cfg, section global' |
    sed "s|^ssl-provider-path .*|ssl-provider-path $work/modules|" >"$work/lines"
[ "$(grep -c '^ssl-' "$work/lines")" -eq 4 ] || fail "no lines for HAProxy in $services_page"

# serve LINES-OF-GLOBAL
serve() {
    port=$("$build/test/ssl_driver" port)
    { echo global; cat "$work/$1"; } >"$work/haproxy.cfg"
    cat >>"$work/haproxy.cfg" <<CONF
defaults
    mode http
    timeout connect 10s
    timeout client 10s
    timeout server 10s
frontend tls
    bind 127.0.0.1:$port ssl crt $work/both.pem
    http-request return status 200 content-type text/plain lf-string "protocol %[ssl_fc_protocol]\\n"
CONF
}

# request VERSION OPTION...: a connection of its own.
request() {
    version=$1
    shift
    : >"$work/server.counts"
    (run_with plain client curl -sS --retry 100 --retry-delay 0 --retry-connrefused \
        --cacert "$work/cert.pem" "$@" "https://127.0.0.1:$port/") >"$work/client.log" 2>&1 ||
        fail "TLS $version: curl"
    grep -qx "protocol TLSv$version" "$work/client.log" || fail "TLS $version: another answer"
}

for way in 'selected none' 'empty lines'; do
    serve "${way#* }"
    begin_counting
    (run_with "${way% *}" server haproxy -db -f "$work/haproxy.cfg") >"$work/server.log" 2>&1 &
    processes=$!
    for round in 1 2; do
        request 1.2 --tls-max 1.2
        expect_counts "HAProxy, $way" 1_2 plain selected
        request 1.3 --tlsv1.3
        expect_counts "HAProxy, $way" 1_3 plain selected
    done
    stop
done
echo "8 requests of curl to HAProxy"
