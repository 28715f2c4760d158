#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh checkout to derived keys: installs what is missing, builds the module and the library,
# derives a published NIST vector with the openssl command, then opens the records of a live connection
# and, where Python is, of a captured one.  These need 64-bit pointers.  The build is made in $BUILD_DIR, by
# default build/, as in test/run.sh, which goes on with it.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
. conf/install-tools.sh

# A compiled tree belongs to one OpenSSL; a machine with several names the release.
build=${BUILD_DIR:-build${OPENSSL_MATRIX_VERSION:+-$OPENSSL_MATRIX_VERSION}}
vectors=test/vectors/nist_cavp_tls_samples.rsp
capture=test/vectors/captures/tls13-AES128-GCM-SHA256-ossl-ossl

# The value of a field of the vector COUNT = 1, which is TLS 1.2 with SHA-256.
field() {
    awk -v name="$1" '$1 == "COUNT" { here = $3 == 1 } here && $1 == name { print $3; exit }' \
        "$vectors"
}

fail() {
    echo "quickstart: $1" >&2
    exit 1
}

# derive KDF LENGTH OPTION...: the output of openssl kdf as bare lower-case hexadecimal digits.
derive() {
    kdf=$1
    length=$2
    shift 2
    for option; do
        shift
        set -- "$@" -kdfopt "$option"
    done
    OPENSSL_CONF=$build/conf/openssl.cnf openssl kdf -keylen "$length" "$@" "$kdf" |
        tr 'A-F' 'a-f' | tr -d ':\r\n '
}

# agree WHAT EXPECTED DERIVED
agree() {
    [ -n "$2" ] || fail "$vectors does not hold the expected $1"
    [ "$2" = "$3" ] || fail "the $1 differs from the published one:
  published $2
  derived   $3"
    row "$1" "as NIST published it, $((${#2} / 2)) bytes: $(printf %.16s "$2")..."
}

# row WHAT RESULT: a line of the table at the end.
table=
row() {
    table=$table$(printf '  %-34s %s' "$1" "$2")'
'
}

echo "== Tools and build"
install_tools
shim=yes
# An existing tree keeps its generator.
if [ -f "$build/CMakeCache.txt" ]; then
    cmake --preset default -B "$build" >/dev/null
else
    cmake --preset default -B "$build" -G Ninja >/dev/null
fi
if grep -qiE '^SSLP_SHIM:BOOL=(OFF|NO|FALSE|0)$' "$build/CMakeCache.txt"; then
    shim=
fi
cmake --build "$build" -j2 --target sslprovider ${shim:+ncryptssl example_live_connection}

echo "== A published NIST vector, through the openssl command"
[ -r "$vectors" ] || fail "$vectors is not there"

expected=$(field master_secret)
derived=$(derive SSL-MASTER-KEY $((${#expected} / 2)) digest:SHA2-256 \
    "hexsecret:$(field pre_master_secret)" \
    "hexclient-random:$(field clientHello_random)" \
    "hexserver-random:$(field serverHello_random)")
agree "master secret" "$expected" "$derived"

expected=$(field key_block)
derived=$(derive SSL-SESSION-KEYS $((${#expected} / 2)) digest:SHA2-256 \
    "hexsecret:$(field master_secret)" \
    "hexclient-random:$(field client_random)" \
    "hexserver-random:$(field server_random)")
agree "key block" "$expected" "$derived"

if [ -z "$shim" ]; then
    row "records" "left out: the module is built alone, without libncryptssl"
else
    echo "== The records of a live TLS 1.2 connection, through EVP_KDF and the Ssl* functions"
    OPENSSL_CONF=$build/conf/openssl.cnf "$build/test/example_live_connection" ||
        fail "the live connection failed"
    row "live connection, TLS 1.2" "both sides' keys and records agree with libssl's"
fi

if [ -n "$shim" ] && command -v python3 >/dev/null; then
    echo "== A captured TLS 1.3 connection, with its key log"
    opened=$(LD_LIBRARY_PATH=$build/lib PYTHONDONTWRITEBYTECODE=1 \
        python3 test/examples/decrypt_capture.py "$capture.pcap" "$capture.keys")
    printf '%s\n' "$opened"
    case $opened in
    *'the quick brown fox'*) row "capture, TLS 1.3" "both directions in clear" ;;
    *) fail "the capture was not opened" ;;
    esac
fi

echo "== What was shown"
printf '%s' "$table"
echo "quickstart: all steps passed"
