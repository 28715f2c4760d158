#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Dovecot: its login process, which a changed root folder and a user of its own confine, does IMAP over TLS.
#
#   sh dovecot.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service='Dovecot (chroot)'
needs dovecot:dovecot-imapd
needs_root
version=$(dovecot --version | sed 's/ .*//')
root=$work/run/login
mkdir "$work/run"
import=$(documented_block /etc/dovecot/local.conf) || fail "nothing for Dovecot in $services_page"
import=$(printf '%s\n' "$import" | sed "s|/etc/ssl/sslprovider.cnf|$work/selected.cnf|")

configure() {
    rm -rf "$work/run"
    mkdir -p "$root"
    share_counts
    [ "$configuration" = selected ] && printed=$import || printed=
    cat >"$work/dovecot.conf" <<CONF
base_dir = $work/run
state_dir = $work/run
log_path = $work/dovecot.log
ssl = required
ssl_cert = <$work/cert.pem
ssl_key = <$work/key.pem
ssl_min_protocol = TLSv1.2
protocols = imap
listen = 127.0.0.1
$printed
# The module that counts needs these.
import_environment = \$import_environment SSLP_COUNTS SSLP_COUNTED_MODULE SSLP_COUNTED_FAULT
passdb {
    driver = static
    args = nopassword=y
}
userdb {
    driver = static
    args = uid=mail gid=mail home=/nonexistent
}
service imap-login {
    service_count = 0
    process_min_avail = 1
    process_limit = 1
    inet_listener imap {
        port = 0
    }
    inet_listener imaps {
        port = $port
        ssl = yes
    }
}
CONF
}

start_server() {
    run_with empty server dovecot -F -c "$work/dovecot.conf"
}

connect() {
    client_of imap "$1"
}

measure
