#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# stunnel, with a thread for each connection; test_stunnel.sh has its property query.
#
#   sh stunnel.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=stunnel
needs stunnel4:stunnel4
version=$(stunnel4 -version 2>&1 | sed -n 's/^stunnel \([0-9.]*\) .*/\1/p' | head -n 1)
cat "$work/key.pem" "$work/cert.pem" >"$work/both.pem"

configure() {
    cat >"$work/stunnel.conf" <<CONF
foreground = yes
pid =
debug = warning
[echo]
accept = 127.0.0.1:$port
exec = /bin/cat
execArgs = cat
cert = $work/both.pem
CONF
}

start_server() {
    run_with "$configuration" server stunnel4 "$work/stunnel.conf"
}

connect() {
    client_of echo "$1"
}

measure
