#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# PostgreSQL, with a process for each connection.
#
#   sh postgresql.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=PostgreSQL
derivations_each=23 # it gives no tickets
needs setpriv:util-linux
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$programs/initdb" ] || skip "no initdb (package postgresql)"
version=$("$programs/postgres" --version | sed 's/^postgres (PostgreSQL) \([^ ]*\).*/\1/')
data=$work/data

# It refuses to run as root.
as_user() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        "$@"
    fi
}

mkdir "$data"
[ "$(id -u)" -ne 0 ] || chown postgres: "$data"
(cd "$data" && as_user timeout "$seconds" "$programs/initdb" -D "$data" -U postgres --auth=trust --no-sync) \
    >"$work/initdb.log" 2>&1 || fail "no cluster could be made"
for file in cert.pem key.pem; do
    install -m 600 "$work/$file" "$data/$file"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$data/$file"
done

configure() {
    cat >"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
fsync = off
ssl = on
ssl_cert_file = 'cert.pem'
ssl_key_file = 'key.pem'
CONF
}

start_server() {
    cd "$data" || exit
    [ "$(id -u)" -ne 0 ] || set -- setpriv --reuid=postgres --regid=postgres --clear-groups
    run_with "$configuration" server "$@" "$programs/postgres" -D "$data"
}

connect() {
    client_of postgres "$1"
}

measure
