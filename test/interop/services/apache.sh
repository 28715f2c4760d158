#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Apache with one process of threads, and a graceful restart before it is measured.
#
#   sh apache.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=Apache
needs apache2:apache2
version=$(apache2 -v | sed -n 's|.*Apache/\([0-9.]*\).*|\1|p')
modules=/usr/lib/apache2/modules
[ -r "$modules/mod_ssl.so" ] || skip "no mod_ssl in $modules"
mkdir "$work/htdocs"
echo 'an answer' >"$work/htdocs/index.html"
[ "$(id -u)" -eq 0 ] && user='User www-data
Group www-data' || user=

configure() {
    cat >"$work/apache.conf" <<CONF
ServerRoot $work
ServerName localhost
PidFile $work/apache.pid
ErrorLog $work/apache.log
DefaultRuntimeDir $work
Mutex file:$work
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule dir_module $modules/mod_dir.so
LoadModule socache_shmcb_module $modules/mod_socache_shmcb.so
LoadModule ssl_module $modules/mod_ssl.so
$user
StartServers 1
ServerLimit 1
ThreadsPerChild 4
MaxRequestWorkers 4
MinSpareThreads 1
MaxSpareThreads 4
MaxConnectionsPerChild 0
Listen 127.0.0.1:$port
DocumentRoot $work/htdocs
DirectoryIndex index.html
SSLEngine on
SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLCertificateFile $work/cert.pem
SSLCertificateKeyFile $work/key.pem
SSLSessionCache shmcb:$work/sessions(512000)
CONF
}

start_server() {
    run_with "$configuration" server apache2 -f "$work/apache.conf" -DFOREGROUND
}

connect() {
    client_of https "$1"
}

# It ends when the last connection has.
end_server() {
    kill -WINCH "$1"
}

measure
