#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The manual says all there is to say: every public name stands in a page, every function has a page of its
# name, tables are those of the code, and the examples of the tree give what the vectors say.  What the
# documents print is run by test/interop/test_documents.sh.
#
#   sh check_manual.sh SOURCE_DIR BUILD_DIR
set -u
LC_ALL=C
export LC_ALL

cd -- "$1" || exit 2
build=$2

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

fault() {
    echo "$1"
    failed=1
}

# expect WHAT AT-LEAST TEXT: each line of $work/names must occur in the text, between characters
# that cannot be part of such a name.
expect() {
    what=$1
    count=$(wc -l <"$work/names")
    [ "$count" -ge "$2" ] || fault "only $count of each $what found; at least $2 expected"
    while IFS= read -r name; do
        pattern=$(printf '%s\n' "$name" | sed 's/[][\.*^$]/\\&/g')
        grep -qE "(^|[^A-Za-z0-9_-])$pattern([^A-Za-z0-9_-]|\$)" "$3" ||
            fault "$what not described: $name"
    done <"$work/names"
}

pages=$work/pages
cat provider/man/*.pod >"$pages" || exit 2

# No reason has a character that pod would have escaped.
sed -n 's/^[[:space:]]*X([0-9]*, [A-Z0-9_]*, "\(.*\)").*/\1/p' provider/module/reasons.h >"$work/names"
expect "reason" 50 "$pages"

sed -n 's/^#define SSLPROVIDER_[A-Z0-9_]* *"\([^"]*\)".*/\1/p' include/sslprovider/names.h |
    sort -u >"$work/names"
expect "name of names.h" 75 "$pages"

# Parameters have an entry of their own, with the name of the macro.
sed -n 's/^#define \(SSLPROVIDER_[A-Z]*_*PARAM_[A-Z0-9_]*\) *"\([^"]*\)".*/=item "\2" (B<\1>)/p' \
    include/sslprovider/names.h >"$work/items"
[ "$(wc -l <"$work/items")" -ge 25 ] || fault "names.h: at least 25 parameters expected"
while IFS= read -r item; do
    grep -qF "$item" "$pages" || fault "parameter without an entry: $item"
done <"$work/items"

# The table of targets in SSL-TRAFFIC-SECRET(7) is that of the code.
awk '
    FNR == NR {
        if ($1 == "#define" && $3 ~ /^"/) { gsub(/"/, "", $3); text[$2] = $3 }
        next
    }
    /^    \[SSLP_TARGET_/ { row = ""; inside = 1 }
    inside { row = row $0 }
    inside && /SSLP_(SIDES|CLIENT|SERVER)\},$/ {
        inside = 0
        sub(/.*\] = \{/, "", row)
        gsub(/[{} ]/, "", row)
        count = split(row, part, ",")
        to = 3
        from = part[2] == "SSLP_KEY_NONE" ? "nothing" : kind(part[2])
        if (part[4] ~ /^SSLP_KEY_/) { from = from "," kind(part[3]); to = 4 }
        takes = part[to + 2]
        takes = takes == "SSLP_INPUT_TRANSCRIPT_HASH" ? "transcript-hash" : \
            takes == "SSLP_INPUT_SHARED_SECRET" ? "shared-secret" : \
            takes == "SSLP_INPUT_TICKET_NONCE" ? "ticket-nonce" : \
            takes == "SSLP_INPUT_CONNECTION_ID" ? "connection-id" : ""
        print text[part[1]] "|" from "|" takes "|" kind(part[to])
    }
    function kind(name) {
        if (name == "SSLP_KEY_NONE") return "none:asalt"
        sub(/^SSLP_KEY_TLS13_MASTER_SECRET/, "SSLP_KEY_TLS13_MASTER", name)
        sub(/^SSLP_KEY_/, "SSLPROVIDER_KIND_", name)
        return text[name]
    }' include/sslprovider/names.h provider/schedule/tls13_arrows.c >"$work/arrows"
awk '
    /^ +starts at +takes +leads to/ {
        inside = 1
        at = index($0, "starts at"); takes = index($0, "takes"); to = index($0, "leads to")
        next
    }
    !inside { next }
    /^ [a-z]/ || /^$/ { if (row != "") print row from rest; row = "" }
    /^$/ { exit }
    /^ [a-z]/ { row = column($0, 1, 200) "|"; rest = ""; next }
    rest == "" {
        rest = "|" column($0, takes, to) "|" column($0, to, 200)
        from = column($0, at, takes)
        next
    }
    { more = column($0, at, takes); if (more ~ /^or/) sub(/,$/, "", from); else from = from more }
    function column(line, first, last, text) {
        text = substr(line, first, last - first)
        gsub(/ /, "", text)
        return text
    }' provider/man/SSL-TRAFFIC-SECRET.7.pod >"$work/targets"
[ "$(wc -l <"$work/arrows")" -ge 18 ] || fault "tls13_arrows.c: at least 18 targets expected"
diff "$work/arrows" "$work/targets" >"$work/differences" || {
    fault "SSL-TRAFFIC-SECRET(7) has another table of targets than tls13_arrows.c:"
    cat "$work/differences"
}

sed -n '/global:/,/local:/s/^[[:space:]]*\([A-Za-z_0-9]*\);.*/\1/p' conf/ncryptssl.map \
    >"$work/exported"
[ "$(wc -l <"$work/exported")" -ge 41 ] || fault "conf/ncryptssl.map: at least 41 functions expected"
manual=$build/man/man3
[ -d "$manual" ] || echo "note: the manual was not built, its pages are not looked for"
while IFS= read -r name; do
    grep -qE "^ [A-Z_]+ $name\(" provider/man/*.3.pod || fault "function without a synopsis: $name"
    grep -qwF "$name" provider/man/ncryptssl.7.pod || fault "ncryptssl(7) does not list $name"
    [ ! -d "$manual" ] || [ -s "$manual/$name.3" ] || fault "no manual page of the name $name"
done <"$work/exported"

# Keys stand in the sample, active or commented out; "default" and "sslprovider" there are sections.
sed -n 's/^#\{0,1\}\([a-z][a-z-]*\) = .*/\1/p' conf/openssl.cnf.in |
    grep -vE '^(default|sslprovider|providers)$' | sort -u >"$work/names"
expect "configuration key" 6 "$pages"

# The native functions of the headers are exported, and ncryptssl(7) has each with its version once.
grep -hoE 'WINAPI (Ssl|GetSChannel)[A-Za-z]*\(' include/ncryptssl/*.h | sed 's/WINAPI //; s/(//' |
    sort -u >"$work/names"
[ "$(wc -l <"$work/names")" -eq 48 ] || fault "the headers do not declare 48 functions"
while IFS= read -r name; do
    grep -qx "$name" "$work/exported" || fault "$name is declared and not exported"
    [ "$(grep -cE "^ $name +([1-5]|later)\$" provider/man/ncryptssl.7.pod)" -eq 1 ] ||
        fault "ncryptssl(7): $name should stand once in the table of versions"
done <"$work/names"

# The examples work.
OPENSSL_CONF=/dev/null OPENSSL_MODULES=$build/ossl-modules
export OPENSSL_CONF OPENSSL_MODULES
value() {
    sed -n "/^COUNT = 1/,/^\$/s/^$1 = //p" test/vectors/nist_cavp_tls_samples.rsp
}
if grep -qiE '^SSLP_SHIM:BOOL=(OFF|NO|FALSE|0)$' "$build/CMakeCache.txt"; then
    echo "note: the module is built alone, the examples of the CNG functions are left out"
else
    "$build/test/example_live_connection" >"$work/live" 2>&1 ||
        fault "example_live_connection: $(cat "$work/live")"
    "$build/test/example_session_keys" >"$work/native" 2>&1 ||
        fault "example_session_keys: $(cat "$work/native")"
fi
"$build/test/example_evp_session_keys" TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 \
    "$(value master_secret)" "$(value client_random)" "$(value server_random)" client \
    >"$work/evp" 2>&1 || fault "example_evp_session_keys: $(cat "$work/evp")"
# The vector's key block, cut for AES-128-GCM: client key, server key, client salt, server salt.
cut_block=$(value key_block | sed -E 's/^(.{32})(.{32})(.{8})(.{8}).*/\2 \4 \1 \3/')
[ "$(awk '$2 ~ /^[0-9a-f]+$/ { printf "%s%s", sep, $2; sep = " " }' "$work/evp")" = "$cut_block" ] ||
    fault "example_evp_session_keys does not agree with the vector: $(cat "$work/evp")"

# RFC 8448 section 3.
trace() {
    sed -n "/^COUNT = 0/,/^\$/s/^$1 = //p" test/vectors/rfc8448.rsp
}
"$build/test/example_evp_tls13_keys" TLS_AES_128_GCM_SHA256 "$(trace ecdhe_shared_secret)" \
    "$(trace server_finished_handshake_hash)" >"$work/tls13" 2>&1 ||
    fault "example_evp_tls13_keys: $(cat "$work/tls13")"
for piece in client_application_key client_application_iv server_application_key \
    server_application_iv; do
    printf '%s %-3s %s\n' "${piece%%_*}" "${piece##*_}" "$(trace $piece)"
done >"$work/tls13-trace"
cmp -s "$work/tls13" "$work/tls13-trace" ||
    fault "example_evp_tls13_keys does not agree with RFC 8448: $(cat "$work/tls13")"
[ "$failed" -eq 0 ] || exit 1
echo "manual: every name is described, every example holds"
