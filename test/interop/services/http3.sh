#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# curl asks nginx over HTTP/3, so the handshakes of TLS 1.3 are those of QUIC; both sides compute their
# secrets with the drop-in KDFs.  They are those of the machine, or those of the root of debian13.sh where it
# is prepared; the module is in either case the one that was built here.
#
#   sh http3.sh SOURCE_DIR BUILD_DIR
set -u
PATH=$PATH:/usr/sbin
debian13=$1/test/interop/debian13.sh
# The root shows the work tree alone.
if [ -z "${OPENSSL_MATRIX_VERSION-}" ] && ! curl --version 2>/dev/null | grep -qw HTTP3 &&
    [ "${2#"$1"/}" != "$2" ] && sh "$debian13" ready; then
    cd "$1" || exit 1
    exec sh "$debian13" run sh "$0" "$@"
fi
. "$1/test/interop/services/service.sh"
. "$source/test/interop/nginx.sh"
service='curl and nginx, HTTP/3'
derivations_each=42 # of two connections, at the server; all are TLS 1.3
kdfs=TLS13-KDF      # nginx before 1.27.5 makes its packet keys itself, with HKDF
needs curl:curl nginx:nginx-light
curl --version | grep -qw HTTP3 ||
    skip "this curl has no HTTP/3; \`sh test/run.sh --protocols\` makes a root with one that has"
nginx -V 2>&1 | grep -q http_v3 || skip "this nginx has no HTTP/3"
version=$(curl --version | sed -n 's/^curl \([^ ]*\) .*/\1/p'),
version="$version $(nginx -v 2>&1 | sed 's|.*nginx/\([0-9.]*\).*|\1|')"

configure() {
    rm -f "$work/nginx.log"
    nginx_conf 'daemon off;' notice "server { $(nginx_tls "127.0.0.1:$port quic")
        client_header_timeout 3s; location / { return 200 \"an answer\\n\"; } }" >"$work/nginx.conf"
}

start_server() {
    run_with "$configuration" server nginx -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf"
}

# Once in some thousand connections, with OpenSSL's own KDFs as well, the handshake ends and nginx waits in
# vain for the request until it resets the stream, which curl calls 95.
connect() {
    wait_for 'start worker process ' "$work/nginx.log" || return 1
    # Two sides with the same fault would agree.
    [ -n "${SSLP_COUNTED_FAULT-}" ] && side=plain || side=$configuration
    (run_with "$side" client sh -c '
        left=$3 resets=0
        while [ "$left" -gt 0 ]; do
            status=0
            curl -sS --http3-only --cacert "$1/cert.pem" "https://127.0.0.1:$2/" || status=$?
            case $status in
            0) left=$((left - 1)) ;;
            95) resets=$((resets + 1)) ;;
            *) exit "$status" ;;
            esac
            [ "$resets" -le 5 ] || exit 1
        done' sh "$work" "$port" "$1") >"$work/client.log" 2>&1
    status=$?
    repeated=$(grep -c 'stream 0 reset by server' "$work/client.log")
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
