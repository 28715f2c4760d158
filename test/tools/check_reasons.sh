#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Error reasons are public: a number keeps its name and its text for good.  reasons.txt has a line
# "NUMBER NAME TEXT" for every number that was ever given, and provider/module/reasons.h must agree
# with it to the letter.  A new reason takes the next number, at the end of both.
#
#   sh check_reasons.sh SOURCE_DIR
set -u
LC_ALL=C
export LC_ALL

cd -- "$1" || exit 2
header=provider/module/reasons.h
given=test/tools/reasons.txt

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

fault() {
    echo "$1"
    failed=1
}

sed -n 's/^[[:space:]]*X(\([0-9]*\), \([A-Z0-9_]*\), "\(.*\)").*/\1 \2 \3/p' "$header" >"$work/reasons"
[ "$(grep -c '^[[:space:]]*X(' "$header")" -eq "$(wc -l <"$work/reasons")" ] ||
    fault "$header: a row is not X(NUMBER, NAME, \"TEXT\")"

# Rising numbers without a gap are unique, and the last is always the newest.
awk '$1 != NR { print "number " $1 " stands where " NR " should"; exit 1 }' "$work/reasons" || failed=1
repeated=$(cut -d ' ' -f 2 "$work/reasons" | sort | uniq -d)
[ -z "$repeated" ] || fault "a name has two numbers: $repeated"

count=$(wc -l <"$given")
[ "$count" -ge 67 ] || fault "$given: a number that was given is not taken back"
head -n "$count" "$work/reasons" | diff "$given" - >"$work/diff" ||
    fault "a reason that was given has changed (< as given, > now):
$(grep '^[<>]' "$work/diff")"
tail -n "+$((count + 1))" "$work/reasons" >"$work/new"
[ ! -s "$work/new" ] || fault "reasons to be added to the end of $given:
$(cat "$work/new")"

[ "$failed" -eq 0 ] || exit 1
echo "reasons: all $count numbers are what they were"
