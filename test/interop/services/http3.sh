#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# curl asks nginx over HTTP/3, so the handshakes of TLS 1.3 are those of QUIC; both sides compute their
# secrets with the drop-in KDFs.
#
#   sh http3.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
. "$source/test/interop/nginx.sh"
service='curl and nginx, HTTP/3'
derivations_each=42 # of two connections, at the server; all are TLS 1.3
needs curl:curl nginx:nginx-light
curl --version | grep -qw HTTP3 || skip "this curl has no HTTP/3"
nginx -V 2>&1 | grep -q http_v3 || skip "this nginx has no HTTP/3"
version=$(curl --version | sed -n 's/^curl \([^ ]*\) .*/\1/p'),
version="$version $(nginx -v 2>&1 | sed 's|.*nginx/\([0-9.]*\).*|\1|')"

configure() {
    rm -f "$work/nginx.log"
    nginx_conf 'daemon off;' notice "server { $(nginx_tls "127.0.0.1:$port quic")
        location / { return 200 \"an answer\\n\"; } }" >"$work/nginx.conf"
}

start_server() {
    run_with "$configuration" server nginx -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf"
}

connect() {
    wait_for 'start worker process ' "$work/nginx.log" || return 1
    # Two sides with the same fault would agree.
    [ -n "${SSLP_COUNTED_FAULT-}" ] && side=plain || side=$configuration
    (run_with "$side" client sh -c '
        for number in $(seq "$3"); do
            curl -sS --http3-only --cacert "$1/cert.pem" "https://127.0.0.1:$2/" || exit
        done' sh "$work" "$port" "$1") >"$work/client.log" 2>&1
    status=$?
    ! grep -q 'Connection refused' "$work/client.log" || return 1
    # 7 and 35 are a handshake that failed, where the service listens.
    case $status in
    0) [ "$(grep -cx 'an answer' "$work/client.log")" -eq "$1" ] ;;
    7 | 35) return 3 ;;
    *) return 1 ;;
    esac
}

# A client that is seen to derive at least what its handshakes take.
end_server() {
    [ "$configuration" = plain ] || [ -n "${SSLP_COUNTED_FAULT-}" ] ||
        [ "$(wc -l <"$work/client.counts")" -ge $(((connections + warm_up) * 21)) ] ||
        fail "$service: curl has not used the drop-in KDFs"
    kill -TERM "$1"
}

measure
