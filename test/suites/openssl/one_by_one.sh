# SPDX-License-Identifier: Apache-2.0
#
# Each test of a program in a process of its own, so that the others count where one crashes: some look
# into a library that is newer than the source.
#
#   sh one_by_one.sh PROGRAM ARGUMENT...
set -u

program=$1
shift
number=1
while true; do
    status=0
    output=$("$program" -test "$number" "$@" 2>&1) || status=$?
    case $output in
    *'Invalid --test value'*) break ;;
    esac
    printf '%s\n' "$output"
    # One that crashes says nothing itself.
    [ "$status" -lt 128 ] || echo "not ok 1 - test $number: exit status $status"
    number=$((number + 1))
done
[ "$number" -gt 1 ]
