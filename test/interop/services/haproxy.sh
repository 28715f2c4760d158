#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# HAProxy, which answers by itself; test_haproxy.sh has the lines of its own configuration.
#
#   sh haproxy.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=HAProxy
needs haproxy:haproxy
version=$(haproxy -v | sed -n 's/^HAProxy version \([^ -]*\).*/\1/p')
cat "$work/key.pem" "$work/cert.pem" >"$work/both.pem"

configure() {
    cat >"$work/haproxy.cfg" <<CONF
global
    nbthread 1
defaults
    mode http
    timeout connect 10s
    timeout client 10s
    timeout server 10s
frontend tls
    bind 127.0.0.1:$port ssl crt $work/both.pem
    http-request return status 200 content-type text/plain string "an answer"
CONF
}

start_server() {
    run_with "$configuration" server haproxy -db -f "$work/haproxy.cfg"
}

connect() {
    client_of https "$1"
}

# It ends when the last connection has.
end_server() {
    kill -USR1 "$1"
}

measure
