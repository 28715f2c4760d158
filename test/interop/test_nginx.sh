#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A web server as it is run: nginx with the drop-in KDFs selected in its openssl.cnf answers curl with
# TLS 1.2 and 1.3, and the provider served every derivation of the handshakes.  So it is after a binary
# upgrade, with the line of nginx.conf that the manual prints, and only with it.
#
#   sh test_nginx.sh SOURCE_DIR BUILD_DIR
set -u
PATH=$PATH:/usr/sbin
for tool in nginx curl; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool (packages nginx-light, curl)"; exit 77; }
done
. "$1/test/interop/libssl.sh"
. "$source/test/interop/nginx.sh"

port=$("$build/test/ssl_driver" port)
nginx=$(command -v nginx) # a new binary is not looked for in PATH

# configure LINES: nginx.conf, with these lines at its top.
configure() {
    nginx_conf "$1" info "server { $(nginx_tls "127.0.0.1:$port ssl") ssl_protocols TLSv1.2 TLSv1.3;
        location / { return 200 \"protocol \$ssl_protocol, process \$pid\\n\"; } }" >"$work/nginx.conf"
}

start() {
    begin_counting
    (run_with selected server "$nginx" -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf") \
        >"$work/server.log" 2>&1 &
    processes=$!
}

# request VERSION OPTION...: a connection of its own.
request() {
    version=$1
    shift
    (run_with plain client curl -sS --retry 100 --retry-delay 0 --retry-connrefused \
        --cacert "$work/cert.pem" "$@" "https://127.0.0.1:$port/") >"$work/client.log" 2>&1 ||
        fail "TLS $version: curl"
    grep -q "^protocol TLSv$version," "$work/client.log" || fail "TLS $version: another answer"
}

# The worker is forked from the process that has loaded the module, and tells of itself alone.
configure 'daemon off;'
export SSLPROVIDER_DEBUG="file:$work/debug"
start
for round in 1 2 3; do
    : >"$work/server.counts"
    request 1.2 --tls-max 1.2
    expect_counts "nginx, round $round" 1_2 plain selected
    : >"$work/server.counts"
    request 1.3 --tlsv1.3
    expect_counts "nginx, round $round" 1_3 plain selected
done
stop
unset SSLPROVIDER_DEBUG
grep -q '^sslprovider\[[0-9]*\]: served TLS1-PRF 12, TLS13-KDF 63$' "$work/debug" ||
    fail "the worker does not tell what it served: $(cat "$work/debug")"

# A master refuses an upgrade unless it has gone into the background, where `timeout` does not reach it.
end_masters() {
    for file in "$work"/nginx.pid*; do
        [ ! -s "$file" ] || kill "$(cat "$file")" 2>/dev/null
    done
}
trap 'end_masters; stop; rm -rf "$work"' EXIT

# upgrade CONFIGURATION LINES: the new binary is expected to work as with this configuration.  The module
# that counts, and a sanitizer, need the environment too.
upgrade() {
    configure "$2
env SSLP_COUNTS; env SSLP_COUNTED_MODULE; env LD_PRELOAD; env ASAN_OPTIONS;"
    start
    wait "$processes" || fail "nginx does not start"
    (
        trap 'kill "$!"; exit' TERM
        sleep "$seconds" &
        wait "$!"
        end_masters
    ) &
    processes=$!
    request 1.2 --tls-max 1.2
    expect_counts "nginx before the upgrade" 1_2 plain selected
    old=$(cat "$work/nginx.pid")
    kill -USR2 "$old"
    wait_for '[0-9]' "$work/nginx.pid.oldbin" || fail "no upgrade"
    wait_for '[0-9]' "$work/nginx.pid" || fail "no new master"
    cp "$work/nginx.pid" "$work/new_master"
    kill -QUIT "$old"
    wait_for "$old#$old: exit\$" "$work/nginx.log" || fail "the old master does not end"
    : >"$work/server.counts"
    request 1.2 --tls-max 1.2
    expect_counts "nginx after the upgrade" 1_2 plain "$1"
    end_masters
    stop
    # A master removes its file as the last thing it does.
    wait_for "$(cat "$work/new_master")#.*: exit\$" "$work/nginx.log" || fail "the new master does not end"
}

line=$(documented_block /etc/nginx/nginx.conf | sed 1d)
[ "$line" = 'env OPENSSL_CONF;' ] || fail "no line for nginx in $services_page"
upgrade selected "$line"
upgrade plain ''
echo "10 requests of curl to nginx, 2 upgrades"
