#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# unbound, which answers DNS over TLS from a changed root folder.
#
#   sh unbound.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service='unbound (chroot)'
needs unbound:unbound
needs_root
version=$(unbound -V | sed -n 's/^Version //p')
root=$work/root
mkdir "$root"

configure() {
    share_counts
    cat >"$root/unbound.conf" <<CONF
server:
    chroot: "$root"
    directory: "$root"
    username: ""
    do-daemonize: no
    use-syslog: no
    logfile: ""
    pidfile: ""
    num-threads: 1
    interface: 127.0.0.1@$port
    tls-port: $port
    tls-service-key: "$work/key.pem"
    tls-service-pem: "$work/cert.pem"
    module-config: "iterator"
    local-data: "localhost. A 127.0.0.1"
remote-control:
    control-enable: no
CONF
}

start_server() {
    run_with "$configuration" server unbound -d -p -c "$root/unbound.conf"
}

connect() {
    client_of dns "$1"
}

measure
