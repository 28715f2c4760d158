#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The QUIC packets of the vectors are opened with keys that the provider derives through EVP: a capture of
# HTTP/3 with its key log, and the packets that RFC 9001 and RFC 9369 print.  A wrong key opens nothing.
#
#   sh test_quic.sh SOURCE_DIR BUILD_DIR
set -u
vectors=$1/test/vectors/protocols
program=$2/test/quic_packets
name=$vectors/quicv1-AES128-GCM-SHA256-curl-nginx

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
    echo "FAILED: $*"
    exit 1
}

"$program" compare "$name.pcap" "$name.keys" "$name.rsp" >"$work/compared" || fail "the capture"
cat "$work/compared"
# What the files hold now: fewer would mean that some were not reached.
grep -q '^opened 7 Initial, 2 Handshake, 10 1-RTT packets of 17 datagrams$' "$work/compared" &&
    grep -q '^compared 14 of 14 packets$' "$work/compared" || fail "the capture has more packets"
"$program" single "$vectors/quic_v1_v2.rsp" >"$work/single" || fail "the packets of the RFCs"
cat "$work/single"
grep -q ' 2 single packets$' "$work/single" || fail "the RFCs have more packets"

# refuses WHAT CAPTURE KEY-LOG
refuses() {
    ! "$program" open "$2" "$3" >"$work/opened" 2>&1 || fail "opened with $1"
    grep -q 'is not opened$\|no [A-Z_0-9]* of this connection$' "$work/opened" ||
        fail "$1: $(cat "$work/opened")"
}
for label in CLIENT_HANDSHAKE_TRAFFIC_SECRET SERVER_HANDSHAKE_TRAFFIC_SECRET CLIENT_TRAFFIC_SECRET_0 \
    SERVER_TRAFFIC_SECRET_0; do
    sed "/^$label /s/..\$/00/" "$name.keys" >"$work/keys"
    refuses "another $label" "$name.pcap" "$work/keys"
    sed "/^$label /d" "$name.keys" >"$work/keys"
    refuses "no $label" "$name.pcap" "$work/keys"
done
# The last byte belongs to the tag of the last packet.
{
    head -c -1 "$name.pcap"
    tail -c 1 "$name.pcap" | tr '\000-\377' '\001-\377\000'
} >"$work/damaged.pcap"
refuses "a damaged tag" "$work/damaged.pcap" "$name.keys"
