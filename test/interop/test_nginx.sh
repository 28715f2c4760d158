#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A web server as it is run: nginx with the drop-in KDFs selected in its openssl.cnf answers curl with
# TLS 1.2 and 1.3, and the provider served every derivation of the handshakes.
#
#   sh test_nginx.sh SOURCE_DIR BUILD_DIR
set -u
PATH=$PATH:/usr/sbin
for tool in nginx curl; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool (packages nginx-light, curl)"; exit 77; }
done
. "$1/test/interop/libssl.sh"

port=$("$build/test/ssl_driver" port)
[ "$(id -u)" -eq 0 ] && user='user root;' || user=
cat >"$work/nginx.conf" <<CONF
daemon off;
$user
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx.log info;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $work/cert.pem;
        ssl_certificate_key $work/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / { return 200 "protocol \$ssl_protocol\\n"; }
    }
}
CONF
begin_counting
(run_with selected server nginx -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf") \
    >"$work/server.log" 2>&1 &
processes=$!

# request VERSION OPTION...: a connection of its own.
request() {
    version=$1
    shift
    (run_with plain client curl -sS --retry 100 --retry-delay 0 --retry-connrefused \
        --cacert "$work/cert.pem" "$@" "https://127.0.0.1:$port/") >"$work/client.log" 2>&1 ||
        fail "TLS $version: curl"
    grep -qx "protocol TLSv$version" "$work/client.log" || fail "TLS $version: another answer"
}

for round in 1 2 3; do
    : >"$work/server.counts"
    request 1.2 --tls-max 1.2
    expect_counts "nginx, round $round" 1_2 plain selected
    : >"$work/server.counts"
    request 1.3 --tlsv1.3
    expect_counts "nginx, round $round" 1_3 plain selected
done
echo "6 requests of curl to nginx"
