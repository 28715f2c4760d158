#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs every service, or those named, and prints a table of them: growth is that of the resident memory in
# kB over the connections, with OpenSSL's own KDFs and with the drop-in KDFs.
#
#   sh run.sh SOURCE_DIR BUILD_DIR [SERVICE]...
#
# SSLP_CONNECTIONS is another number of connections than 1000.  The exit status is 1 when a service fails,
# and 77 when there was none to be had.
set -u
source=$1 build=$2
shift 2
here=$source/test/interop/services
[ $# -gt 0 ] ||
    set -- nginx haproxy apache postgresql openvpn freeradius postfix dovecot stunnel unbound bind redis \
        openssh python node curl http3 planted

# Within the build, where a root shows it too.
folder=$(mktemp -d "$build/services.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
SSLP_SERVICES_TABLE=$folder/table
export SSLP_SERVICES_TABLE
: >"$SSLP_SERVICES_TABLE"
passed=0 failed= skipped=
for name; do
    begin=$(date +%s)
    sh "$here/$name.sh" "$source" "$build" >"$folder/output" 2>&1
    status=$?
    case $status in
    0)
        passed=$((passed + 1))
        echo "$name: passed, $(($(date +%s) - begin)) s"
        grep '^found: ' "$folder/output"
        ;;
    77)
        skipped="$skipped $name"
        echo "$name: $(grep '^skipped: ' "$folder/output")"
        ;;
    *)
        failed="$failed $name"
        echo "$name: failed, status $status"
        cat "$folder/output"
        ;;
    esac
done

echo
awk -F '\t' 'BEGIN {
        form = "%-26s %-26s %11s %11s %14s %11s %5s\n"
        printf form, "service", "version", "connections", "derivations", "growth default", "growth ours", "exit"
    }
    { printf form, $1, $2, $3, $4, $5, $6, $7 }' "$SSLP_SERVICES_TABLE"
echo
echo "$passed passed; skipped:${skipped:- none}; failed:${failed:- none}"
[ -z "$failed" ] || exit 1
[ "$passed" -gt 0 ] || exit 77
