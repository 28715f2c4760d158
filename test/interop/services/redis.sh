#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Redis.
#
#   sh redis.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=Redis
needs redis-server:redis-server
version=$(redis-server --version | sed 's/.* v=\([^ ]*\).*/\1/')

configure() {
    cat >"$work/redis.conf" <<CONF
bind 127.0.0.1
port 0
tls-port $port
tls-cert-file $work/cert.pem
tls-key-file $work/key.pem
tls-ca-cert-file $work/cert.pem
tls-auth-clients no
save ""
dir $work
CONF
}

start_server() {
    run_with "$configuration" server redis-server "$work/redis.conf"
}

connect() {
    client_of redis "$1"
}

measure
