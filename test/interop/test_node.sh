#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Node, with the system's OpenSSL or one of its own inside: handshakes of TLS 1.2 and 1.3 within one process
# work under the configuration that the manual prints, in each way in which Node is told of it, and the
# provider computed every secret of both sides.
#
#   sh test_node.sh SOURCE_DIR BUILD_DIR
set -u
command -v node >/dev/null || { echo "skipped: no node (package nodejs)"; exit 77; }
. "$1/test/interop/libssl.sh"

(unset LD_PRELOAD && node -e 'process.exit(process.versions.openssl.startsWith("3.") ? 0 : 1)') ||
    { echo "skipped: this node is not built with OpenSSL 3"; exit 77; }
sed '/^nodejs_conf/d' "$work/selected.cnf" >"$work/shared.cnf"
cmp -s "$work/selected.cnf" "$work/shared.cnf" && fail "no nodejs_conf in the printed configuration"

# expect HOW TIMES CONFIGURATION OPTION...: a handshake of each version, of which the derivations of so
# many sides are counted.
expect() {
    how=$1 times=$2 configuration=$3
    shift 3
    for version in TLSv1.2 TLSv1.3; do
        begin_counting
        (run_with "$configuration" client node "$@" "$source/test/interop/handshakes.js" \
            "$work/cert.pem" "$work/key.pem" "$version") >"$work/client.log" 2>&1 ||
            fail "$how, $version: node"
        grep -qx "$version: an answer" "$work/client.log" || fail "$how, $version: no answer"
        [ "$version" = TLSv1.2 ] && prf=4 kdf=0 || { prf=0 kdf=21; }
        expect_count client TLS1-PRF $((prf * times)) "$how"
        expect_count client TLS13-KDF $((kdf * times)) "$how"
    done
}

expect 'by the environment' 2 selected
expect 'by an option' 2 empty "--openssl-config=$work/selected.cnf"
expect 'another section' 0 shared
expect 'the section of all programs' 2 shared --openssl-shared-config
echo "8 handshakes of Node, with OpenSSL $(unset LD_PRELOAD; node -p process.versions.openssl)"
