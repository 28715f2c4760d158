#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The recipes of sslprovider-recipes(7) are run as they are printed, and give what the RFCs, captures, live
# connections of openssl and its own KDFs give; so do the examples whose C the page has.
#
#   sh test_recipes.sh SOURCE_DIR BUILD_DIR
set -u
LC_ALL=C
export LC_ALL
source=$1
build=$2
seconds=20 # bound on the life of every program
. "$source/test/interop/documents.sh"
page=$source/provider/man/sslprovider-recipes.7.pod
vectors=$source/test/vectors
examples=$build/test
compared=0

for tool in openssl perl; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

work=$(mktemp -d)
server=
stop_server() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    wait 2>/dev/null
    server=
}
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1

fail() {
    echo "FAILED: $*"
    for log in "$work"/*.log "$work/errors"; do
        [ ! -s "$log" ] || { echo "==> $log"; tail -n 20 "$log"; }
    done
    exit 1
}

documented_block 'kdf LENGTH KDF NAME:VALUE...: the derived bytes in hexadecimal' "$page" >"$work/kdf" ||
    fail "the page has no function of the shell"

# recipe NAME [SED-SCRIPT]: runs the block of this name, changed by the script.
recipe() {
    documented_block "$1" "$page" >"$work/printed" || fail "no recipe: $1"
    sed "${2-}" "$work/printed" | cat "$work/kdf" - >"$work/recipe"
    timeout "$seconds" sh -u "$work/recipe" </dev/null 2>"$work/errors" || fail "$1"
}

# same WHAT IS SHOULD
same() {
    [ -n "$3" ] && [ "$2" = "$3" ] || fail "$1 gives
$2
and should give
$3"
    compared=$((compared + 1))
}

# prints LINE: the page shows it as a result.
prints() {
    grep -qxF " $1" "$page" || fail "the page does not print: $1"
}

# field FILE NAME [SECTION]: the first one of the file, or of a section or comment that begins so.
field() {
    awk -v name="$2" -v section="${3-}" '
        index($0, section) == 1 { inside = 1 }
        (inside || section == "") && $1 == name && $2 == "=" { print $3; exit }' "$1"
}

# --- QUIC ---------------------------------------------------------------------------------------
# initial VERSION: what the vectors say.
initial() {
    for side in client server; do
        for piece in key iv hp; do
            value=$(field "$vectors/protocols/quic_v1_v2.rsp" "${side}_$piece" "[QUIC v$1, SHA-256]")
            echo "$side $(echo $piece | sed 's/^hp$/hp-key/') $value"
        done
    done
}
same 'QUIC Initial keys' "$(recipe 'QUIC Initial keys')" "$(initial 1)"
initial 1 >"$work/lines"
while IFS= read -r line; do
    prints "$line"
done <"$work/lines"
same 'QUIC v2 Initial keys' "$(recipe 'QUIC Initial keys' s/QUICv1/QUICv2/)" "$(initial 2)"

# expand SECRET LABEL LENGTH [DATA] [DIGEST]: HKDF-Expand-Label, by OpenSSL's own KDF.
expand() {
    openssl kdf -keylen "$3" -kdfopt mode:EXPAND_ONLY -kdfopt "digest:${5-SHA2-256}" \
        -kdfopt "hexkey:$1" -kdfopt 'prefix:tls13 ' -kdfopt "label:$2" ${4:+-kdfopt "hexdata:$4"} \
        TLS13-KDF 2>>"$work/errors" | tr -d ':\n' | tr A-F a-f
}
capture=$vectors/protocols/quicv1-AES128-GCM-SHA256-curl-nginx
cp "$capture.keys" "$work/keys.log"
for side in client server; do
    section="# $side application"
    next=$(field "$capture.rsp" ku "$section")
    upper=$(echo $side | tr a-z A-Z)
    same "QUIC 1-RTT keys of the $side" "$(recipe 'QUIC 1-RTT keys' "s/CLIENT_/${upper}_/")" \
        "key $(field "$capture.rsp" key "$section")
iv $(field "$capture.rsp" iv "$section")
hp-key $(field "$capture.rsp" hp "$section")
next key $(expand "$next" 'quic key' 16)
next iv $(expand "$next" 'quic iv' 12)"
done

# --- Live connections -----------------------------------------------------------------------------
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/cert.pem" >"$work/req.log" 2>&1 || fail "no certificate"

# serve PROTOCOL OPTION...: its input never ends, or it would.
mkfifo "$work/input"
serve() {
    rm -f "$work/server.log"
    timeout "$seconds" openssl s_server -accept 127.0.0.1:0 -cert "$work/cert.pem" \
        -key "$work/key.pem" "$@" >"$work/server.log" 2>&1 <>"$work/input" &
    server=$!
    tries=0
    until grep -qs '^ACCEPT ' "$work/server.log"; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || fail "no server"
        sleep 0.03
    done
    port=$(sed -n 's/^ACCEPT .*://p' "$work/server.log")
}
exported() {
    sed -n 's/^ *Keying material: //p' "$work/client.log" | tr A-F a-f
}

documented_block 'DTLS-SRTP, a connection' "$page" | grep -q ' -connect localhost:4433 ' ||
    fail "the page connects to another place"
for cipher in ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384; do
    serve -dtls1_2 -use_srtp SRTP_AES128_CM_SHA1_80 -cipher "$cipher"
    rm -f "$work/keys.log" "$work/client.log"
    recipe 'DTLS-SRTP, a connection' "s/localhost:4433/127.0.0.1:$port/"
    stop_server
    grep -q "Cipher is $cipher" "$work/client.log" || fail "no $cipher"
    same "DTLS-SRTP keys, $cipher" "$(recipe 'DTLS-SRTP keys')" "$(exported | sed -E \
        's/^(.{32})(.{32})(.{28})(.{28})$/client key \1 salt \3\nserver key \2 salt \4/')"
done

# --- EAP ------------------------------------------------------------------------------------------
cp "$capture.keys" "$work/keys.log"
secret=$(field "$capture.rsp" exporter_master_secret)
nothing=$(printf '' | openssl dgst -r -SHA2-256 | cut -d ' ' -f 1)
# exporter LABEL CONTEXT LENGTH: RFC 8446 section 7.5, the context as octal for the shell.
exporter() {
    expand "$(expand "$secret" "$1" 32 "$nothing")" exporter "$3" \
        "$(printf "$2" | openssl dgst -r -SHA2-256 | cut -d ' ' -f 1)"
}
label=EXPORTER_EAP_TLS_Key_Material
same 'EAP-TLS keys' "$(recipe 'EAP-TLS keys of TLS 1.3')" "$(exporter $label '\015' 128)"

if [ -x "$examples/example_eap_keys" ]; then
    same 'example_eap_keys, TLS 1.3' "$("$examples/example_eap_keys" "$secret" | tr -s ' ')" \
        "EAP-TLS $(exporter $label '\015' 128)
EAP-TTLS $(exporter $label '\025' 128)
PEAP $(exporter $label '\031' 128)
TEAP $(exporter 'EXPORTER: teap session key seed' '' 40)"

    # live WHAT LABEL LENGTH OPTION...: the line of the example for a connection that exports the same.
    live() {
        what=$1 live_label=$2 length=$3
        shift 3
        serve "$@"
        rm -f "$work/keys.log"
        timeout "$seconds" openssl s_client -connect "127.0.0.1:$port" -msg -keymatexport "$live_label" \
            -keymatexportlen "$length" -keylogfile "$work/keys.log" >"$work/client.log" 2>&1 </dev/null ||
            fail "$what: s_client"
        stop_server
        case $1 in
        -tls1_3) set -- $(sed -n 's/^EXPORTER_SECRET [0-9a-f]* //p' "$work/keys.log") ;;
        *)
            set -- $(grep '^CLIENT_RANDOM ' "$work/keys.log")
            set -- "$3" "$2" "$(awk '
                /^<<< / { inside = / ServerHello$/; next }
                !/^ / { inside = 0 }
                inside { gsub(/ /, ""); hello = hello $0 }
                END { print substr(hello, 13, 64) }' "$work/client.log")"
            ;;
        esac
        same "$what, live" "$("$examples/example_eap_keys" "$@" | sed -n "s/^$what *//p")" "$(exported)"
    }
    tls12='-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256'
    live TEAP 'EXPORTER: teap session key seed' 40 -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256
    live TEAP 'EXPORTER: teap session key seed' 40 $tls12
    live PEAP 'client EAP encryption' 128 $tls12
else
    echo "note: the module is built alone, the examples of the CNG functions are left out"
fi

# --- Imported pre-shared keys ---------------------------------------------------------------------
imported=$(recipe 'PSK importer')
prints "$imported"
# One line for each vector: what it gives, and the script that puts its values into the recipe.
awk '
    function finish() {
        if ("imported_psk" in f)
            print f["imported_psk"] " s/^psk=.*/psk=" f["epsk"] "/;s/^identity=.*/identity=" \
                f["identity"] "/;s/^context=.*/context=" f["context"] "/;" \
                "s/^hash=.*/hash=SHA2-" (sha384 ? 384 : 256) " target_kdf=" (f["target_kdf"] + 0) \
                " length=" length(f["imported_psk"]) / 2 "/"
        split("", f)
    }
    /^$/ { finish() }
    /^\[/ { sha384 = /SHA-384/ }
    $2 == "=" { f[$1] = $3 }
    END { finish() }' "$vectors/hkdf_label_psk_import.rsp" "$vectors/more/hkdf_label_psk_import.rsp" \
    >"$work/imports"
while read -r expected script; do
    same 'PSK importer' "$(recipe 'PSK importer' "$script")" "$expected"
    [ "$expected" != "$imported" ] || imported=found
done <"$work/imports"
[ "$imported" = found ] && [ "$(wc -l <"$work/imports")" -eq 6 ] || fail "PSK importer: other vectors"

# --- kTLS -----------------------------------------------------------------------------------------
# ktls NAME: the capture's suite, and the members that its values give.
ktls() {
    file=$vectors/captures/$1.rsp
    suite=$(sed -n 's/^\[Cipher suite = \(.*\)]$/\1/p' "$file" | head -n 1)
    number=0000000000000000
    case $1 in
    tls13*)
        set -- "$(field "$file" client_application_traffic_secret_0)"
        key=$(field "$file" client_application_key) iv=$(field "$file" client_application_iv)
        ;;
    *)
        set -- "$(field "$file" master_secret)" "$(field "$file" client_random)" \
            "$(field "$file" server_random)"
        key=$(field "$file" client_write_key) iv=$(field "$file" client_write_IV)
        ;;
    esac
    case $suite in
    *CHACHA20*) salt='' ;;
    *) salt=$(echo "$iv" | cut -c 1-8) iv=$(echo "$iv" | cut -c 9-) ;;
    esac
    "$examples/example_evp_ktls" "$suite" "$@" >"$work/ktls.log" 2>&1 || fail "kTLS, $suite"
    same "kTLS, $suite" "$(grep -v '^kernel' "$work/ktls.log" | tr -s ' ')" "key $key
salt $salt
iv ${iv:-$number}
rec_seq $number"
}
if [ -x "$examples/example_evp_ktls" ]; then
    for name in tls12-ECDHE-RSA-AES128-GCM-SHA256-ossl-ossl tls12-ECDHE-RSA-AES256-GCM-SHA384-gtls-ossl \
        tls12-ECDHE-RSA-CHACHA20-ossl-gtls tls13-AES128-GCM-SHA256-ossl-ossl \
        tls13-AES256-GCM-SHA384-gtls-ossl tls13-CHACHA20-POLY1305-SHA256-ossl-gtls; do
        ktls "$name"
    done
    echo "kTLS: the $(sed -n 's/^kernel  *//p' "$work/ktls.log")" | sed 's/^kTLS: the /kTLS: the kernel /'
else
    echo "note: no linux/tls.h, the example of kTLS is left out"
fi

echo "$compared results of recipes compared"
