# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts of services, which then call `needs`.  Each service runs twice, with OpenSSL's own
# KDFs and with the drop-in KDFs, and then once with a module that errs.
# A script says in functions what differs:
#
#   configure      writes the files of the service; $configuration is `plain` or `selected`, $port is free
#   start_server   runs it in the foreground, with run_with
#   connect N      makes so many connections, half of them TLS 1.2; the status is 3 if a handshake fails
#   end_server     asks the main process, $1, to end; SIGTERM if the script has no such function
#
# and in variables before it calls `measure`:
#
#   service, version   for the table
#   derivations_each   of one connection of TLS 1.2 and one of TLS 1.3 together, at the server
#   repeated           connections of the last `connect` that were made again, which count once
#   kdfs               a regular expression of the KDFs that count, where another one's number may change
#   growth_bound       where memory that is not in use yet comes back late
#   clean_exit         the status of a service that ends as asked
#   root               the folder that a process of the service must have as its root

PATH=$PATH:/usr/sbin:/sbin
. "$1/test/interop/libssl.sh"

connections=${SSLP_CONNECTIONS:-1000}
warm_up=100             # caches and pools are filled
seconds=600             # bound on the life of every program
growth_bound=512        # kB that the service may grow more than with OpenSSL's KDFs: 40 bytes a derivation
derivations_each=25     # 4 of TLS1-PRF and 21 of TLS13-KDF
repeated=0
kdfs=.
clean_exit=0
root=/

# Other users must be able to read the module, and a folder below a changed root has none.
mkdir "$work/modules"
cp "$build/test/counting.so" "$work/modules/counting.so"
cp "${SSLP_MODULES:-$build/ossl-modules}/sslprovider.so" "$work/modules/sslprovider.so"
SSLP_MODULES=$work/modules
sed -i "s|^module = .*|module = $work/modules/counting.so|" "$work/selected.cnf"
chmod 644 "$work"/*.cnf "$work/modules"/* "$work/cert.pem"
client=$source/test/interop/services/client.py

skip() {
    echo "skipped: $*"
    exit 77
}

# needs COMMAND:PACKAGE...
needs() {
    for pair in python3:python3 pgrep:procps "$@"; do
        command -v "${pair%%:*}" >/dev/null || skip "no ${pair%%:*} (package ${pair#*:})"
    done
}

# needs_root: for a service that changes its user or its root folder.
needs_root() {
    [ "$(id -u)" -eq 0 ] || skip "$service takes root"
}

free_port() {
    "$build/test/ssl_driver" port || fail "no free port"
}

# The client has OpenSSL's own KDFs.
client_of() { # PROTOCOL CONNECTIONS
    (run_with plain client python3 "$client" "$1" "$port" "$work/cert.pem" "$2") \
        >"$work/client.log" 2>&1
}

# The processes that descend from the one given, and itself.
descendants() {
    echo "$1"
    for child in $(pgrep -P "$1"); do
        descendants "$child"
    done
}

# main_process: what `timeout` runs, or the process that a script has found.
main_process() {
    pgrep -P "$processes"
}

# resident: kB, of all processes of the service, when those of single connections have ended.
resident() {
    last= tries=0
    while
        now=$(for process in $(descendants "$(main_process)"); do
            sed -n "s/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$process/status" 2>/dev/null
        done | awk '{ sum += $1 } END { print sum + 0 }')
        [ "$now" != "$last" ] && [ "$tries" -lt 30 ]
    do
        last=$now
        tries=$((tries + 1))
        sleep 0.3
    done
    echo "$now"
}

# has_module: some process of the service has mapped it.
has_module() {
    for process in $(descendants "$(main_process)"); do
        ! grep -q "$work/modules/sslprovider.so" "/proc/$process/maps" 2>/dev/null || return 0
    done
    return 1
}

has_root() {
    for process in $(descendants "$(main_process)"); do
        [ "$(readlink "/proc/$process/root")" != "$root" ] || return 0
    done
    return 1
}

# share_counts: the file of counts is seen below the changed root folder, which has neither the module
# nor a configuration of OpenSSL.
share_counts() {
    mkdir -p "$root$work"
    rm -f "$root$work/server.counts"
    ln "$work/server.counts" "$root$work/server.counts"
}

serve() { # CONFIGURATION
    configuration=$1
    port=$(free_port)
    begin_counting
    configure
    (start_server) >"$work/server.log" 2>&1 &
    processes=$!
}

end_server() {
    kill -TERM "$1"
}

# end_service: sets `status` to what it ended with.
end_service() {
    end_server "$(main_process)" >>"$work/server.log" 2>&1
    wait "$processes"
    status=$?
    processes=
}

connect_or_fail() {
    connect "$1"
    case $? in
    0) ;;
    3) fail "$service, $configuration: a handshake failed" ;;
    *) fail "$service, $configuration: a connection failed" ;;
    esac
}

# run_once CONFIGURATION: sets `growth`, `derivations` and `status`.
run_once() {
    serve "$1"
    connect_or_fail "$warm_up"
    if [ "$1" = selected ]; then
        has_module || fail "$service has not loaded the module"
    fi
    has_root || fail "$service has not changed its root folder"
    before=$(resident)
    : >"$work/server.counts"
    connect_or_fail "$connections"
    growth=$(($(resident) - before))
    derivations=$(($(grep -c "$kdfs" "$work/server.counts") - repeated * derivations_each / 2))
    end_service
    [ "$status" -eq "$clean_exit" ] || fail "$service, $1: ended with status $status, not $clean_exit"
}

# row SERVICE VERSION CONNECTIONS DERIVATIONS GROWTH-DEFAULT GROWTH-OURS EXIT
row() {
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"${SSLP_SERVICES_TABLE:-/dev/stdout}"
}

# What must be true of two runs, and the row of the table.
judge() { # DERIVATIONS-EXPECTED
    [ "$derivations" -eq "$1" ] || fail "$service: $derivations derivations, not $1"
    [ $((growth - default_growth)) -le "$growth_bound" ] ||
        fail "$service: grew by $growth kB, with OpenSSL's own KDFs by $default_growth kB"
    row "$service" "$version" "$connections" "$derivations" "$default_growth" "$growth" "$status"
}

# A handshake with a module that changes one bit of each output.
expect_refusal() {
    export SSLP_COUNTED_FAULT=flip
    serve selected
    connect 1
    [ "$?" -eq 3 ] || fail "$service: a handshake with a wrong secret did not fail"
    end_service
    unset SSLP_COUNTED_FAULT
}

measure() {
    run_once plain
    [ "$derivations" -eq 0 ] || fail "$service: $derivations derivations with OpenSSL's own KDFs"
    default_growth=$growth
    run_once selected
    judge $((connections / 2 * derivations_each))
    [ "$derivations_each" -eq 0 ] || expect_refusal
}
