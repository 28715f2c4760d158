#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The form of the manual pages: sections that a reader looks for, lines that fit a terminal of 80 columns,
# RFCs by their newest number too, no values but those of the published vectors, and no fault of pod.
#
#   sh check_pages.sh SOURCE_DIR
set -u
LC_ALL=C
export LC_ALL

cd -- "$1" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

fault() {
    printf '%s\n' "$1"
    failed=1
}

pages=0
for page in provider/man/*.pod; do
    name=${page##*/}
    for section in NAME DESCRIPTION EXAMPLES HISTORY 'SEE ALSO'; do
        [ "$(grep -cx "=head1 $section" "$page")" -eq 1 ] || fault "$name: no section $section"
    done
    # What was replaced is named with what replaced it.
    sed -n '/^=head1 CONFORMING TO/,/^=head1 HISTORY/p' "$page" | tr '\n' ' ' >"$work/conforming"
    ! grep -q 'RFC 8446' "$work/conforming" || grep -q 'RFC 9846' "$work/conforming" ||
        fault "$name conforms to RFC 8446: and to RFC 9846?"
    ! grep -q '=item B<SSLKEYLOGFILE>' "$page" || grep -q 'RFC 9850' "$work/conforming" ||
        fault "$name describes the key log, RFC 9850"
    pages=$((pages + 1))
done
[ "$pages" -ge 30 ] || fault "only $pages pages"

# Values of 16 bytes and more, but for those that are computed: a program runs these.
cat README.md provider/man/*.pod | grep -vE '^ ?([0-9A-F]{2}:)+' | grep -oE '[0-9a-f]{32,}' |
    sort -u >"$work/values"
[ "$(wc -l <"$work/values")" -ge 15 ] || fault "where are the values of the examples?"
find test/vectors -name '*.rsp' -exec cat {} + >"$work/vectors"
while IFS= read -r value; do
    grep -qF "$value" "$work/vectors" || fault "a value of no vector: $value"
done <"$work/values"

if command -v podchecker >/dev/null; then
    for page in provider/man/*.pod; do
        podchecker -warnings "$page" >"$work/pod" 2>&1 || fault "$(cat "$work/pod")"
        ! grep -q WARNING "$work/pod" || fault "$(cat "$work/pod")"
    done
else
    echo "note: no podchecker, that part is left out"
fi

if command -v pod2man >/dev/null && command -v nroff >/dev/null; then
    for page in provider/man/*.pod; do
        name=${page##*/}
        # Overstruck letters and the further bytes of characters take no column.
        pod2man --utf8 --name="${name%%.*}" "$page" | nroff -man -Tutf8 -rLL=78n 2>"$work/nroff" |
            sed 's/\x1b\[[0-9;]*m//g; s/.\x08//g' | tr -d '\200-\277' | awk 'length($0) > 80' >"$work/long"
        [ ! -s "$work/nroff" ] || fault "$name: $(cat "$work/nroff")"
        [ ! -s "$work/long" ] || fault "$name: more than 80 columns:
$(cat "$work/long")"
    done
else
    echo "note: no pod2man or no nroff, the columns are not measured"
fi

[ "$failed" -eq 0 ] || exit 1
echo "pages: $pages, with values of vectors: $(wc -l <"$work/values")"
