#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A server of Python's ssl module, with a thread for each connection.
#
#   sh python.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=Python
needs
version=$(python3 -c 'import platform; print(platform.python_version())')

configure() {
    :
}

start_server() {
    run_with "$configuration" server python3 "$source/test/interop/services/server.py" "$port" \
        "$work/cert.pem" "$work/key.pem"
}

connect() {
    client_of https "$1"
}

measure
