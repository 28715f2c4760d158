#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The documents say all there is to say, and what they show is true: every public name stands in a
# manual page, every function has a page of its name, every native function stands in the README, and
# the README's examples are those of the tree and give the output printed there.
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
    /^ target +starts at/ {
        inside = 1
        at = index($0, "starts at"); takes = index($0, "takes"); to = index($0, "leads to")
        next
    }
    !inside { next }
    /^ [a-z]/ || /^$/ { if (row != "") print row from rest; row = "" }
    /^$/ { exit }
    /^ [a-z]/ {
        row = column($0, 1, at) "|"
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
    grep -qF "\`$name\`" README.md || fault "README.md does not name $name"
    [ ! -d "$manual" ] || [ -s "$manual/$name.3" ] || fault "no manual page of the name $name"
done <"$work/exported"

# Keys stand in the sample, active or commented out; "default" and "sslprovider" there are sections.
sed -n 's/^#\{0,1\}\([a-z][a-z-]*\) = .*/\1/p' conf/openssl.cnf.in |
    grep -vE '^(default|sslprovider|providers)$' | sort -u >"$work/names"
expect "configuration key" 6 "$pages"

# The README leads to every page.
for page in provider/man/*.pod; do
    grep -qF "]($page)" README.md || fault "README.md does not name $page"
done

# The README: the native functions of the headers, each in one row with the state it is in.
grep -hoE 'WINAPI (Ssl|GetSChannel)[A-Za-z]*\(' include/ncryptssl/*.h | sed 's/WINAPI //; s/(//' |
    sort -u >"$work/names"
[ "$(wc -l <"$work/names")" -eq 48 ] || fault "the headers do not declare 48 functions"
while IFS= read -r name; do
    state=planned
    grep -qx "$name" "$work/exported" && state=exported
    [ "$(grep -cE "^\|[^|]*\| \`$name\` \| $state" README.md)" -eq 1 ] ||
        fault "README.md: $name should stand once in the table, as $state"
done <"$work/names"

# block LANGUAGE NUMBER: the lines of a fenced block of the README.
block() {
    awk -v fence="\`\`\`$1" -v wanted="$2" '
        /^```/ { inside = !inside; if (inside && $0 == fence) n++; hit = inside && $0 == fence; next }
        inside && hit && n == wanted' README.md
}

# Each C block must stand in an example as it is.
number=1
while block c "$number" >"$work/block" && [ -s "$work/block" ]; do
    found=0
    for example in test/examples/*.c; do
        awk 'NR == FNR { part = part $0 "\n"; next } { whole = whole $0 "\n" }
            END { exit index(whole, part) == 0 }' "$work/block" "$example" && found=1
    done
    [ "$found" -eq 1 ] || fault "README.md: C block $number is in no example"
    number=$((number + 1))
done
[ "$number" -ge 3 ] || fault "README.md: two C examples expected"

# The command prints what the README prints.  An unsanitized openssl cannot load a sanitized module.
if grep -qE '^SSLP_SANITIZE:[A-Z]*=.' "$build/CMakeCache.txt"; then
    echo "note: a sanitized build, the openssl command of the README is left out"
elif command -v openssl >/dev/null 2>&1; then
    block sh 1 >"$work/command"
    block text 1 >"$work/should"
    grep -q 'openssl kdf' "$work/command" || fault "README.md: the first command is not openssl kdf"
    ln -s "$build" "$work/build"
    (cd "$work" && sh ./command) 2>&1 | sed '/^$/d' >"$work/is"
    cmp -s "$work/is" "$work/should" || fault "README.md: openssl kdf prints otherwise:
$(cat "$work/is")"
fi

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
# What the manual page shows of it.
sed -n '/^ static EVP_PKEY \*master_secret/,/^ }/s/^ //p' provider/man/SSL-TRAFFIC-SECRET.7.pod |
    sed '/^$/d' >"$work/shown"
sed -n '/^static EVP_PKEY \*master_secret/,/^}/p' test/examples/evp_tls13_keys.c | sed '/^$/d' \
    >"$work/example"
cmp -s "$work/shown" "$work/example" || fault "SSL-TRAFFIC-SECRET(7) shows another example"

if command -v podchecker >/dev/null 2>&1; then
    for page in provider/man/*.pod; do
        podchecker -warnings "$page" >"$work/pod" 2>&1 || fault "$(cat "$work/pod")"
        ! grep -q WARNING "$work/pod" || fault "$(cat "$work/pod")"
    done
else
    echo "note: no podchecker, that part is left out"
fi

[ "$failed" -eq 0 ] || exit 1
echo "manual: every name is described, every example holds"
