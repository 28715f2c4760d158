#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Postfix: its SMTP server with STARTTLS, in a changed root folder.
#
#   sh postfix.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service='Postfix (chroot)'
derivations_each=24 # it gives one ticket, where others give two
needs postfix:postfix
needs_root
version=$(postconf -d -h mail_version)
programs=$(postconf -d -h daemon_directory)
root=$work/queue
tls_config=$(documented_block /etc/postfix/main.cf) || fail "nothing for Postfix in $services_page"
tls_config=$(printf '%s\n' "$tls_config" | sed "s|/etc/ssl/sslprovider.cnf|$work/selected.cnf|")
postconf -d | grep -q '^tls_config_file ' || skip "this Postfix has no tls_config_file"

configure() {
    rm -rf "$root" "$work/postfix" "$work/data"
    mkdir -p "$root" "$work/postfix" "$work/data"
    chown postfix: "$work/data"
    [ "$configuration" = selected ] && printed=$tls_config || printed=
    cat >"$work/postfix/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $root
data_directory = $work/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
myhostname = localhost
alias_maps =
alias_database =
local_recipient_maps =
maillog_file = $work/postfix.log
maillog_file_prefixes = $work
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_tls_security_level = may
smtpd_tls_chain_files = $work/key.pem, $work/cert.pem
smtpd_tls_session_cache_database =
max_use = 1000000
# The module that counts needs these.
import_environment = MAIL_CONFIG MAIL_LOGTAG SSLP_COUNTS SSLP_COUNTED_MODULE SSLP_COUNTED_FAULT
$printed
CONF
    # service type private unpriv chroot wakeup maxproc command
    cat >"$work/postfix/master.cf" <<CONF
127.0.0.1:$port inet n - y - 1 smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
CONF
    postfix -c "$work/postfix" check >>"$work/check.log" 2>&1
    share_counts
}

start_server() {
    run_with empty server setsid "$programs/master" -c "$work/postfix" -s -d
}

connect() {
    client_of smtp "$1"
}

clean_exit=143 # it ends itself with the signal
measure
