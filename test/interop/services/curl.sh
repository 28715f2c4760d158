#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# curl, which computes its secrets with the drop-in KDFs and makes each connection in the same process;
# memory is the peak of the process with so many connections beside that with few.
#
#   sh curl.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service='curl (client)'
needs curl:curl
version=$(curl --version | sed -n 's/^curl \([^ ]*\) .*/\1/p')

configure() {
    :
}

start_server() {
    run_with plain server python3 "$source/test/interop/services/server.py" "$port" "$work/cert.pem" \
        "$work/key.pem"
}

peak='import resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "a") as file:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(status)'

# connect N: sets `memory`, kB, the larger peak of two processes.
connect() {
    : >"$work/peak"
    for option in '--tls-max 1.2' --tlsv1.3; do
        (run_with "$configuration" client python3 -c "$peak" "$work/peak" curl -sS --http1.1 --no-sessionid \
            --retry 20 --retry-delay 1 --retry-connrefused --cacert "$work/cert.pem" $option \
            -H 'Connection: close' -o /dev/null -w '%{num_connects} %{http_code}\n' \
            "https://127.0.0.1:$port/[1-$(($1 / 2))]") >"$work/client.log" 2>&1
        status=$?
        # 35 is a failed handshake, and so is 56, of which the client hears when it reads.
        case $status in
        0) ;;
        35 | 56) return 3 ;;
        *) return 1 ;;
        esac
        [ "$(grep -cx '1 200' "$work/client.log")" -eq $(($1 / 2)) ] || return 1
    done
    memory=$(sort -n "$work/peak" | tail -n 1)
}

run_client() {
    serve "$1"
    connect_or_fail "$warm_up"
    few=$memory
    : >"$work/client.counts"
    connect_or_fail "$connections"
    growth=$((memory - few))
    derivations=$(wc -l <"$work/client.counts")
    stop
}

run_client plain
[ "$derivations" -eq 0 ] || fail "$service: $derivations derivations with OpenSSL's own KDFs"
default_growth=$growth
run_client selected
judge $((connections / 2 * derivations_each))

export SSLP_COUNTED_FAULT=flip
serve selected
connect 2
[ "$?" -eq 3 ] || fail "$service: a handshake with a wrong secret did not fail"
