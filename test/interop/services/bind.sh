#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# BIND, which answers DNS over TLS from a changed root folder.
#
#   sh bind.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service='BIND (chroot)'
needs named:bind9
needs_root
version=$(named -v | sed 's/^BIND \([^ -]*\).*/\1/')
root=$work/root
mkdir "$root"
cp "$work/key.pem" "$work/cert.pem" "$root"

configure() {
    share_counts
    cat >"$root/named.conf" <<CONF
options {
    directory "/";
    pid-file none;
    session-keyfile none;
    managed-keys-directory "/";
    recursion no;
    dnssec-validation no;
    listen-on-v6 { none; };
    listen-on port $port tls private { 127.0.0.1; };
};
tls private {
    key-file "/key.pem";
    cert-file "/cert.pem";
};
controls { };
zone "localhost" {
    type primary;
    file "/localhost.zone";
};
CONF
    cat >"$root/localhost.zone" <<'ZONE'
$TTL 60
@ SOA localhost. root.localhost. 1 60 60 60 60
@ NS localhost.
@ A 127.0.0.1
ZONE
}

start_server() {
    run_with "$configuration" server named -g -n 1 -t "$root" -c /named.conf
}

connect() {
    client_of dns "$1"
}

measure
