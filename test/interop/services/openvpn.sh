#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenVPN with many clients, in a network of its own, so that nobody else sees its device.
#
#   sh openvpn.sh SOURCE_DIR BUILD_DIR
set -u
if [ -z "${SSLP_OWN_NETWORK-}" ] && [ "$(id -u)" -eq 0 ] && unshare --net ip link set lo up 2>/dev/null; then
    SSLP_OWN_NETWORK=yes exec unshare --net sh "$0" "$@"
fi
. "$1/test/interop/services/service.sh"
service=OpenVPN
needs openvpn:openvpn ip:iproute2
needs_root
[ -n "${SSLP_OWN_NETWORK-}" ] || skip "no right to make a network for OpenVPN"
ip link set lo up
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
version=$(openvpn --version | sed -n 's/^OpenVPN \([^ ]*\) .*/\1/p')
# To both numbers come two exporters, of the data channel and of the renegotiation: 2 and 4 derivations.
derivations_each=31

configure() {
    cat >"$work/server.ovpn" <<CONF
mode server
duplicate-cn
tls-server
proto tcp-server
local 127.0.0.1
lport $port
dev tun
topology subnet
ifconfig 10.231.0.1 255.255.0.0
push "topology subnet"
ifconfig-pool 10.231.1.0 10.231.200.250 255.255.0.0
max-clients 32
dh none
ca $work/cert.pem
cert $work/cert.pem
key $work/key.pem
verb 3
CONF
    cat >"$work/client.ovpn" <<CONF
client
proto tcp-client
remote 127.0.0.1 $port
nobind
dev null
ca $work/cert.pem
cert $work/cert.pem
key $work/key.pem
connect-retry-max 1
ifconfig-noexec
route-noexec
tls-exit
verb 3
CONF
}

start_server() {
    run_with "$configuration" server openvpn --config "$work/server.ovpn"
}

connect() {
    wait_for 'Initialization Sequence Completed' "$work/server.log" || return 1
    (run_with plain client python3 "$source/test/interop/services/openvpn_client.py" "$1" \
        openvpn --config "$work/client.ovpn") >"$work/client.log" 2>&1 && return
    ! grep -q 'TLS Error: TLS handshake failed' "$work/server.log" || return 3
    return 1
}

measure
