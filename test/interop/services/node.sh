#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A server of Node, with the system's OpenSSL or one of its own inside.
#
#   sh node.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=Node
growth_bound=2048 # its collector lets garbage lie: 17 MB in a thousand connections
needs node:nodejs
version=$(node -p 'process.versions.node + ", OpenSSL " + process.versions.openssl')

configure() {
    :
}

start_server() {
    run_with "$configuration" server node "$source/test/interop/services/server.js" "$port" \
        "$work/cert.pem" "$work/key.pem"
}

connect() {
    client_of https "$1"
}

measure
