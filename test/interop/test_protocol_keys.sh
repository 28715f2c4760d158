#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The vectors of DTLS 1.3 and QUIC through the openssl command: each traffic secret to its keys and to the
# next generation, the secrets of Initial packets, Finished, the exporter, and the steps between.
#
# Usage: test_protocol_keys.sh SOURCE-DIR BUILD-DIR
set -eu
LC_ALL=C
export LC_ALL

# What the files hold now: fewer would mean that some were not reached.
min_values=136

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
command -v openssl >/dev/null || exit 77

vectors=$1/test/vectors/protocols
OPENSSL_MODULES=${SSLP_MODULES:-$2/ossl-modules}
OPENSSL_CONF=/dev/null
export OPENSSL_MODULES OPENSSL_CONF

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# One line for each derivation: file:line and field, KDF, expected bytes, then its parameters.
cat >"$work/jobs.awk" <<'AWK'
function start() { split("", f); line = 0 }
function job(kdf, field, rest) {
    if (field in f)
        print file ":" line ":" field, kdf, f[field], "protocol:" protocol, rest
}
function pieces(secret, prefix, third, suffix) {
    if (!(secret in f)) return
    job("SSL-SESSION-KEYS", prefix "key" suffix, suite " output:key hexsecret:" f[secret])
    job("SSL-SESSION-KEYS", prefix "iv" suffix, suite " output:iv hexsecret:" f[secret])
    job("SSL-SESSION-KEYS", prefix third suffix, \
        suite " output:" output " hexsecret:" f[secret])
}
function arrow(from, field, target, rest) {
    if (from in f)
        job("SSL-TRAFFIC-SECRET", field, \
            suite " target:" target " hexsecret:" f[from] (rest == "" ? "" : " " rest))
}
function schedule(    side, i, hash) {
    arrow("early_secret", "handshake_secret", "handshake-secret", \
        "hexshared-secret:" f["ecdhe_shared_secret"])
    arrow("handshake_secret", "master_secret", "master-secret")
    hash = "hextranscript-hash:" f["server_finished_handshake_hash"]
    arrow("master_secret", "exporter_master_secret", "exporter-secret", hash)
    arrow("master_secret", "resumption_master_secret", "resumption-secret", \
        "hextranscript-hash:" f["client_finished_handshake_hash"])
    if (("exporter_value" in f))
        job("SSL-KEYING-MATERIAL", "exporter_value", suite " hexsecret:" f["exporter_master_secret"] \
            " hexlabel:" f["label"] " hexcontext:" f["context"])
    for (i = 1; i <= 2; i++) {
        side = i == 1 ? "client" : "server"
        arrow("handshake_secret", side "_handshake_traffic_secret", \
            side "-handshake-traffic-secret", "hextranscript-hash:" f["client_server_hello_hash"])
        arrow("master_secret", side "_application_traffic_secret_0", \
            side "-application-traffic-secret", hash)
        arrow(side "_application_traffic_secret_0", side "_application_traffic_secret_1", \
            "next-traffic-secret")
        job("SSL-FINISHED", side "_verify_data", suite " hexsecret:" \
            f[side "_handshake_traffic_secret"] " hextranscript-hash:" f[side "_finished_hash"])
        pieces(side "_handshake_traffic_secret", side "_handshake_", "sn_key")
        pieces(side "_application_traffic_secret_0", side "_application_", "sn_key")
        pieces(side "_application_traffic_secret_1", side "_application_", "sn_key", "_1")
    }
}
function initial(side) {
    job("SSL-TRAFFIC-SECRET", side "_initial_secret", "target:" side "-initial-secret" \
        " hexconnection-id:" f["client_dst_connection_id"])
    pieces(side "_initial_secret", side "_", "hp")
}
function finish() {
    suite = "cipher-suite:" (("cipher_suite" in f) ? "0x" f["cipher_suite"] : \
        length(f["key"]) == 64 ? "0x1303" : "0x1301")
    if (section ~ /^\[D?TLS 1\.3, /) schedule()
    else if ("client_dst_connection_id" in f) { initial("client"); initial("server") }
    else {
        pieces("secret", "", "hp")
        arrow("secret", "ku", "next-traffic-secret")
    }
}
FNR == 1 { if (line) finish(); start(); file = FILENAME; sub(/.*\//, "", file); section = "" }
/^$/ { if (line) finish(); start() }
/^\[[^=]*\]$/ {
    section = $0
    protocol = /^\[DTLS/ ? "DTLSv1.3" : /^\[QUIC v2/ ? "QUICv2" : "QUICv1"
    output = /^\[DTLS/ ? "sn-key" : "hp-key"
}
/^[A-Za-z]/ && section !~ /(record|packet)/ { if (!line) line = FNR; f[$1] = tolower($3) }
END { if (line) finish() }
AWK
awk -f "$work/jobs.awk" "$vectors"/*.rsp >"$work/jobs"

values=0
status=0
while read -r where kdf expected options; do
    # shellcheck disable=SC2086 # options are many
    set -- $options
    count=$#
    while [ "$count" -gt 0 ]; do
        set -- "$@" -kdfopt "$1"
        shift
        count=$((count - 1))
    done
    output=$(openssl kdf -provider sslprovider -keylen $((${#expected} / 2)) "$@" "$kdf" \
        2>>"$work/errors" </dev/null | tr -d ':\n' | tr A-F a-f) || output=failed
    values=$((values + 1))
    if [ "$output" != "$expected" ]; then
        echo "$where: $kdf differs"
        status=1
    fi
done <"$work/jobs"
echo "$values values of DTLS 1.3 and QUIC compared"
[ "$values" -ge "$min_values" ] || status=1
[ "$status" -eq 0 ] || head -n 20 "$work/errors" >&2
exit "$status"
