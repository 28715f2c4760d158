#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nginx with HTTP/2; then, with the drop-in KDFs, as a daemon that is told to reload and to upgrade its
# binary while clients connect, of which none may notice.
#
#   sh nginx.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
. "$source/test/interop/nginx.sh"
service=nginx
needs nginx:nginx-light
nginx=$(command -v nginx) # a new binary is not looked for in PATH
version=$("$nginx" -v 2>&1 | sed 's|.*nginx/\([0-9.]*\).*|\1|')
line=$(documented_block /etc/nginx/nginx.conf | sed 1d)
[ "$line" = 'env OPENSSL_CONF;' ] || fail "no line for nginx in $services_page"

write_configuration() { # LINES
    nginx_conf "$1" notice "server { $(nginx_tls "127.0.0.1:$port ssl http2") ssl_protocols TLSv1.2 TLSv1.3;
        location / { return 200 \"an answer\\n\"; } }" >"$work/nginx.conf"
}

configure() {
    write_configuration 'daemon off;'
}

start_server() {
    run_with "$configuration" server "$nginx" -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf"
}

connect() {
    client_of "${protocol:-http2}" "$1"
}

# It ends when the last connection has.
end_server() {
    kill -QUIT "$1"
}

measure
protocol=https connect_again=$((connections / 8 * 2))

# A master refuses an upgrade unless it has gone into the background, where `timeout` does not reach it.
end_masters() {
    for file in "$work"/nginx.pid*; do
        [ ! -s "$file" ] || kill "$(cat "$file")" 2>/dev/null
    done
}
trap 'end_masters; stop; rm -rf "$work"' EXIT

# The module that counts needs the environment too.
configure() {
    write_configuration "$line
env SSLP_COUNTS; env SSLP_COUNTED_MODULE;"
}

# connect_meanwhile WHAT: what a signal has begun goes on while clients connect.
connect_meanwhile() {
    connect "$connect_again" || fail "nginx $1: a connection failed"
}

serve selected
wait "$processes" || fail "nginx does not start"
(
    trap 'kill "$!"; exit' TERM
    sleep "$seconds" &
    wait "$!"
    end_masters
) &
processes=$!
connect_meanwhile 'as a daemon'
wait_for '[0-9]' "$work/nginx.pid" || fail "no nginx"
old=$(cat "$work/nginx.pid")
kill -HUP "$old"
connect_meanwhile 'while it reloads'
wait_for "$old#.*: worker process [0-9]* exited with code 0" "$work/nginx.log" || fail "no reload"
kill -USR2 "$old"
connect_meanwhile 'while it upgrades'
wait_for '[0-9]' "$work/nginx.pid.oldbin" || fail "no upgrade"
wait_for '[0-9]' "$work/nginx.pid" || fail "no new master"
new=$(cat "$work/nginx.pid")
kill -QUIT "$old"
connect_meanwhile 'after the upgrade'
wait_for "$old#$old: exit\$" "$work/nginx.log" || fail "the old master does not end"
kill -QUIT "$new"
wait_for "$new#$new: exit\$" "$work/nginx.log" || fail "the new master does not end"
derivations=$(wc -l <"$work/server.counts")
expected=$((connect_again * 4 / 2 * derivations_each))
[ "$derivations" -eq "$expected" ] ||
    fail "nginx with reload and upgrade: $derivations derivations, not $expected"
row "nginx, reload and upgrade" "$version" $((connect_again * 4)) "$derivations" - - 0
