#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The published TLS 1.0, 1.1 and 1.2 vectors through the openssl command: what a user types to
# check the provider by hand.  SSLP_MODULES names another directory with the module, such as the
# installed one.
#
# Usage: test_openssl_kdf.sh SOURCE-DIR BUILD-DIR
set -eu
LC_ALL=C
export LC_ALL

# What the files hold now: fewer would mean that some were not reached.
min_master_secrets=243
min_key_blocks=247

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
command -v openssl >/dev/null || exit 77

vectors=$1/test/vectors
OPENSSL_MODULES=${SSLP_MODULES:-$2/ossl-modules}
OPENSSL_CONF=/dev/null
export OPENSSL_MODULES OPENSSL_CONF

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# One line for each derivation: file:line, KDF, length, expected bytes, then its parameters.  The
# NIST files keep the randoms of the master secret apart from those of the key block.
cat >"$work/jobs.awk" <<'AWK'
function start() { split("", f); line = 0 }
function value(nist, acvp) { return (nist in f) ? f[nist] : (acvp in f) ? f[acvp] : "" }
function randoms(client, server) {
    return "hexclient-random:" client " hexserver-random:" server
}
function job(kdf, expected, secret, rest) {
    print file ":" line, kdf, length(expected) / 2, expected, \
        "digest:" digest[section], "hexsecret:" secret, rest
}
function finish(    pre, master, block, hash, client, server) {
    pre = value("pre_master_secret", "preMasterSecret")
    master = value("master_secret", "masterSecret")
    block = value("key_block", "keyBlock")
    if (block == "" && ("client_write_key" in f))
        block = f["client_write_MAC_secret"] f["server_write_MAC_secret"] \
            f["client_write_key"] f["server_write_key"] f["client_write_IV"] f["server_write_IV"]
    hash = value("session_hash", "sessionHash")
    client = value("client_random", "clientRandom")
    server = value("server_random", "serverRandom")
    if (block != "")
        job("SSL-SESSION-KEYS", block, master, randoms(client, server))
    if (pre != "" && hash != "")
        job("SSL-MASTER-KEY", master, pre, "hexsession-hash:" hash)
    else if (pre != "") {
        if (value("clientHello_random", "clientHelloRandom") != "") {
            client = value("clientHello_random", "clientHelloRandom")
            server = value("serverHello_random", "serverHelloRandom")
        }
        job("SSL-MASTER-KEY", master, pre, randoms(client, server))
    }
}
BEGIN {
    digest["[TLS 1.0/1.1]"] = "MD5-SHA1"
    digest["[TLS 1.2, SHA-256]"] = "SHA2-256"
    digest["[TLS 1.2, SHA-384]"] = "SHA2-384"
    digest["[TLS 1.2, SHA-512]"] = "SHA2-512"
}
FNR == 1 { if (line) finish(); start(); file = FILENAME; section = "" }
/^$/ { if (line) finish(); start() }
/^\[[^=]*\]$/ { section = $0 }
/^[A-Za-z]/ && (section in digest) { if (!line) line = FNR; f[$1] = tolower($3) }
END { if (line) finish() }
AWK
(cd "$vectors" && awk -f "$work/jobs.awk" ./*.rsp more/*.rsp captures/*.rsp) >"$work/jobs"

while read -r where kdf length expected digest secret first second; do
    echo "$where $kdf $expected" >>"$work/expected"
    output=$(openssl kdf -provider sslprovider -keylen "$length" -kdfopt "$digest" \
        -kdfopt "$secret" -kdfopt "$first" ${second:+-kdfopt "$second"} "$kdf" \
        2>>"$work/errors" </dev/null) || output=failed
    echo "$output" >>"$work/actual"
done <"$work/jobs"

# The command prints upper-case digits with colons, and an empty line after them.
status=0
awk -v min_master="$min_master_secrets" -v min_block="$min_key_blocks" '
    NR == FNR { where[NR] = $1; kdf[NR] = $2; expected[NR] = $3; next }
    {
        gsub(/:/, "")
        actual = tolower($0)
        count[kdf[FNR]]++
        if (actual != expected[FNR] && bad++ < 10)
            print where[FNR] ": " kdf[FNR] " differs"
    }
    END {
        if (bad)
            print bad " differ"
        print count["SSL-MASTER-KEY"] + 0 " master secrets and " \
            count["SSL-SESSION-KEYS"] + 0 " key blocks compared"
        exit bad || count["SSL-MASTER-KEY"] < min_master || count["SSL-SESSION-KEYS"] < min_block
    }' "$work/expected" "$work/actual" || status=1
# A label as text, and as hexadecimal digits.
export_with() {
    openssl kdf -provider sslprovider -keylen 32 -kdfopt digest:SHA2-256 -kdfopt "$1" \
        -kdfopt "hexsecret:$(printf '%096d' 7)" -kdfopt "hexclient-random:$(printf '%064d' 1)" \
        -kdfopt "hexserver-random:$(printf '%064d' 2)" SSL-KEYING-MATERIAL 2>>"$work/errors" \
        </dev/null || echo "no output with $1"
}
if [ "$(export_with label:EXPORTER-x)" != "$(export_with hexlabel:4558504f525445522d78)" ]; then
    echo "hexlabel differs"
    status=1
fi
[ "$status" -eq 0 ] || head -n 20 "$work/errors" >&2
exit "$status"
