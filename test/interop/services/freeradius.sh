#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# FreeRADIUS authenticates eapol_test by EAP-TLS, with TLS 1.2: eapol_test 2.10 offers nothing newer.
#
#   sh freeradius.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=FreeRADIUS
derivations_each=10 # of two: 4, and one of the exporter for the keys of the link
needs freeradius:freeradius eapol_test:eapoltest
version=$(freeradius -v | sed -n 's/.*Version \([0-9.]*\).*/\1/p' | head -n 1)
folder=$work/raddb
mkdir "$folder"

configure() {
    cat >"$folder/radiusd.conf" <<CONF
prefix = /usr
name = radiusd
libdir = /usr/lib/freeradius
raddbdir = $folder
logdir = $work
run_dir = $work
radacctdir = $work
pidfile = $work/radiusd.pid
max_requests = 1024
security {
    allow_vulnerable_openssl = yes
    reject_delay = 0
}
thread pool {
    start_servers = 1
    max_servers = 1
    min_spare_servers = 1
    max_spare_servers = 1
    max_requests_per_server = 0
}
client localhost {
    ipaddr = 127.0.0.1
    secret = testing
    require_message_authenticator = yes
}
modules {
    eap {
        default_eap_type = tls
        timer_expire = 60
        max_sessions = 1024
        tls-config both {
            private_key_file = $work/key.pem
            certificate_file = $work/cert.pem
            ca_file = $work/cert.pem
            cipher_list = "DEFAULT"
            tls_min_version = "1.2"
            tls_max_version = "1.2"
            ecdh_curve = ""
        }
        tls {
            tls = both
        }
    }
}
server default {
    listen {
        type = auth
        ipaddr = 127.0.0.1
        port = $port
    }
    authorize {
        eap {
            ok = return
        }
    }
    authenticate {
        eap
    }
}
CONF
    cat >"$work/eap.conf" <<CONF
fast_reauth=0
network={
    key_mgmt=WPA-EAP
    eap=TLS
    identity="somebody"
    ca_cert="$work/cert.pem"
    client_cert="$work/cert.pem"
    private_key="$work/key.pem"
}
CONF
}

start_server() {
    run_with "$configuration" server freeradius -f -l stdout -d "$folder"
}

# A process authenticates up to 200 times, with a tenth of a second between; others do so at the same time.
connect() {
    wait_for 'Ready to process requests' "$work/server.log" || return 1
    processes_of_clients=$((($1 + 199) / 200))
    clients=
    for number in $(seq "$processes_of_clients"); do
        (run_with plain client eapol_test -c "$work/eap.conf" -a 127.0.0.1 -p "$port" -s testing -t "$seconds" \
            -r $(($1 / processes_of_clients - 1))) >"$work/client_$number.log" 2>&1 &
        clients="$clients $!"
    done
    for client in $clients; do
        wait "$client" && continue
        ! grep -q '(TLS) Alert .*:fatal' "$work/server.log" || return 3
        return 1
    done
}

measure
