# SPDX-License-Identifier: Apache-2.0
#
# Sourced by what runs nginx, with the folder $work.

[ "$(id -u)" -eq 0 ] && user='user root;' || user=

# nginx_conf LINES LEVEL SERVERS: nginx.conf, with these lines at its top, this level of the log, and these
# servers.  All its files are in $work.
nginx_conf() {
    cat <<CONF
$1
$user
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx.log $2;
events { worker_connections 2048; }
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    $3
}
CONF
}

# nginx_tls LISTEN: the first lines of a server.
nginx_tls() {
    echo "listen $1; ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;"
}
