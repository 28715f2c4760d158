# SPDX-License-Identifier: Apache-2.0
#
# Sourced by test_handshakes.sh: how the driver and each of its peers are run for one combination.
# Given are $work, a folder, $driver, $seconds, and the texts and keys that both sides are to have.
# The lists of options are split into words on purpose.

# ---- Peers ----

tool_dirs=/usr/lib/nss/unsupported-tools:/usr/lib64/nss/unsupported-tools
PATH=$PATH:$tool_dirs:/usr/lib/$(uname -m)-linux-gnu/nss/unsupported-tools

peers=openssl
if command -v gnutls-serv >/dev/null && command -v gnutls-cli >/dev/null; then
    peers="$peers gnutls"
else
    echo "skipped: GnuTLS (package gnutls-bin)"
fi
if command -v selfserv >/dev/null && command -v tstclnt >/dev/null &&
    command -v certutil >/dev/null && command -v pk12util >/dev/null; then
    peers="$peers nss"
else
    echo "skipped: NSS (package libnss3-tools)"
fi

has_peer() {
    case " $peers " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# ---- Suites: number, OpenSSL's name, GnuTLS's key exchange, cipher and MAC ----

cat >"$work/suites" <<'TABLE'
0x002F AES128-SHA RSA AES-128-CBC SHA1
0x003D AES256-SHA256 RSA AES-256-CBC SHA256
0x009C AES128-GCM-SHA256 RSA AES-128-GCM AEAD
0x009D AES256-GCM-SHA384 RSA AES-256-GCM AEAD
0x0033 DHE-RSA-AES128-SHA DHE-RSA AES-128-CBC SHA1
0x006B DHE-RSA-AES256-SHA256 DHE-RSA AES-256-CBC SHA256
0x009E DHE-RSA-AES128-GCM-SHA256 DHE-RSA AES-128-GCM AEAD
0x009F DHE-RSA-AES256-GCM-SHA384 DHE-RSA AES-256-GCM AEAD
0xCCAA DHE-RSA-CHACHA20-POLY1305 DHE-RSA CHACHA20-POLY1305 AEAD
0xC013 ECDHE-RSA-AES128-SHA ECDHE-RSA AES-128-CBC SHA1
0xC028 ECDHE-RSA-AES256-SHA384 ECDHE-RSA AES-256-CBC SHA384
0xC02F ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA AES-128-GCM AEAD
0xC030 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-RSA AES-256-GCM AEAD
0xCCA8 ECDHE-RSA-CHACHA20-POLY1305 ECDHE-RSA CHACHA20-POLY1305 AEAD
0xC009 ECDHE-ECDSA-AES128-SHA ECDHE-ECDSA AES-128-CBC SHA1
0xC024 ECDHE-ECDSA-AES256-SHA384 ECDHE-ECDSA AES-256-CBC SHA384
0xC02B ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA AES-128-GCM AEAD
0xC02C ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA AES-256-GCM AEAD
0xCCA9 ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-ECDSA CHACHA20-POLY1305 AEAD
0x008C PSK-AES128-CBC-SHA PSK AES-128-CBC SHA1
0x00AF PSK-AES256-CBC-SHA384 PSK AES-256-CBC SHA384
0x00A8 PSK-AES128-GCM-SHA256 PSK AES-128-GCM AEAD
0x00A9 PSK-AES256-GCM-SHA384 PSK AES-256-GCM AEAD
0xCCAB PSK-CHACHA20-POLY1305 PSK CHACHA20-POLY1305 AEAD
TABLE
cbc_suites='AES128-SHA DHE-RSA-AES128-SHA ECDHE-RSA-AES128-SHA ECDHE-ECDSA-AES128-SHA'
gcm_suites='AES128-GCM-SHA256 DHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256
    ECDHE-ECDSA-AES256-GCM-SHA384 PSK-AES256-GCM-SHA384'

# ---- Keys and certificates ----

# NSS gives certificates of one subject one name, so each has its own.
make_certificate() { # KIND OPTION...
    kind=$1
    shift
    openssl req -x509 "$@" -nodes -days 2 -subj "/CN=$kind.localhost" \
        -keyout "$work/$kind.key" -out "$work/$kind.pem" >/dev/null 2>&1 ||
        { echo "no certificate could be made"; exit 1; }
}
make_certificate rsa -newkey rsa:2048
make_certificate ecdsa -newkey ec -pkeyopt ec_paramgen_curve:P-256
echo "$identity:$psk" >"$work/psk"

make_nss_database() {
    mkdir "$work/nss"
    certutil -N -d "sql:$work/nss" --empty-password || return 1
    for kind in rsa ecdsa; do
        openssl pkcs12 -export -in "$work/$kind.pem" -inkey "$work/$kind.key" -name "$kind" \
            -passout pass:x -out "$work/$kind.p12" &&
            pk12util -i "$work/$kind.p12" -d "sql:$work/nss" -W x -K '' || return 1
        # A client's certificate has to be trusted by the server.
        certutil -M -d "sql:$work/nss" -n "$kind" -t CTP,, || return 1
    done
}
if has_peer nss && ! make_nss_database >"$work/nss.log" 2>&1; then
    cat "$work/nss.log"
    exit 1
fi

# ---- One combination: ROLE PEER VERSION SUITE [no-ems] [resume] [cert-rsa] ... ----

wait_for() { # COUNT TEXT FILE
    tries=0
    while [ "$(grep -c -e "$2" "$3" 2>/dev/null)" -lt "$1" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.03
    done
}

run_peer() {
    timeout "$seconds" "$@" >>"$log" 2>&1
}

# In the background, where the process that is started is then the one to be ended.
become_peer() {
    exec timeout "$seconds" "$@" >>"$log" 2>&1
}

run_driver() { # ROLE ARGUMENT...
    [ "$early" = no ] || set -- "$@" --early-data "$early_text"
    timeout "$seconds" "$driver" "$@" --suite "$number" $driver_options >"$out" 2>&1
}

driver_port() {
    wait_for 1 '^listening' "$out" && sed -n 's/^listening //p' "$out"
}

. "$1/test/interop/driver/peers13.sh"

# Sets the options of driver and peers from the words of the combination.
prepare() {
    connections=1 client_kind='' exported=no context=''
    early=no again_options='' command='' waits=no
    if [ "$3" = 1.3 ]; then
        prepare_tls13 "$@"
    else
        prepare_older "$@"
    fi
    if [ "$exported" = yes ]; then
        openssl_options="$openssl_options -keymatexport $label -keymatexportlen 32"
        gnutls_options="$gnutls_options --keymatexport=$label --keymatexportsize=32"
        nss_options="$nss_options -x $label:32$context"
    fi
    add_credentials
}

prepare_older() {
    role=$1 peer=$2 version=$3 suite=$4
    shift 4
    set -- "$@" end
    line=$(grep " $suite " "$work/suites")
    number=${line%% *}
    driver_options='' openssl_options="-cipher $suite:@SECLEVEL=0" gnutls_options='' nss_options=''
    ems=yes
    case $suite in
    PSK*) kind=psk ;;
    *ECDSA*) kind=ecdsa ;;
    *) kind=rsa ;;
    esac
    case $version in
    dtls)
        driver_options=--dtls
        openssl_options="$openssl_options -dtls1_2"
        gnutls_options=--udp
        gnutls_version=VERS-DTLS1.2
        ;;
    *)
        driver_options="--version $version"
        gnutls_version=VERS-TLS$version
        nss_options="-V tls$version:tls$version"
        case $version in
        1.0) openssl_options="$openssl_options -tls1" ;;
        *) openssl_options="$openssl_options -tls1_${version#1.}" ;;
        esac
        ;;
    esac
    while [ "$1" != end ]; do
        case $1 in
        no-ems) driver_options="$driver_options --no-ems" ems=no ;;
        resume) driver_options="$driver_options --resume" connections=2 ;;
        cert-*) client_kind=${1#cert-} ;;
        exporter) driver_options="$driver_options --exporter $label" exported=yes ;;
        context) driver_options="$driver_options --exporter $label:ctx" exported=yes context=:ctx ;;
        drop=*) driver_options="$driver_options --drop ${1#drop=}" ;;
        group=*) driver_options="$driver_options --group ${1#group=}" ;;
        scheme=*) driver_options="$driver_options --scheme ${1#scheme=}" ;;
        esac
        shift
    done
    [ "$ems" = no ] || nss_options="$nss_options -G"
    set -- $line
    priority=NONE:+$gnutls_version:+$3:+$4:+$5:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:+CTYPE-ALL
    priority=$priority:%VERIFY_ALLOW_SIGN_WITH_SHA1:%NO_TICKETS
}

# Who shows what: the server's side its certificate or key, the client's one when asked for.
add_credentials() {
    driver_kind=$kind peer_kind=$client_kind
    [ "$role" = server ] || driver_kind=$client_kind peer_kind=$kind
    case $kind in
    psk)
        driver_options="$driver_options --psk $psk --identity $identity"
        openssl_options="$openssl_options -psk $psk -psk_identity $identity"
        if [ "$role" = server ]; then
            gnutls_options="$gnutls_options --pskusername=$identity --pskkey=$psk"
        else
            openssl_options="$openssl_options -nocert"
            gnutls_options="$gnutls_options --pskpasswd=$work/psk"
        fi
        ;;
    esac
    case $driver_kind in
    rsa | ecdsa)
        driver_options="$driver_options --cert $work/$driver_kind.pem --key $work/$driver_kind.key"
        ;;
    esac
    case $peer_kind in
    rsa | ecdsa)
        openssl_options="$openssl_options -cert $work/$peer_kind.pem -key $work/$peer_kind.key"
        gnutls_options="$gnutls_options --x509certfile=$work/$peer_kind.pem"
        gnutls_options="$gnutls_options --x509keyfile=$work/$peer_kind.key"
        ;;
    esac
    if [ -n "$client_kind" ] && [ "$role" = server ]; then
        driver_options="$driver_options --request-cert"
    fi
}

# What a peer is told to do, and then its line.
speak() {
    if [ -n "$command" ]; then
        echo "$command"
        wait_for 1 "$obeyed" "$log"
    fi
    echo "$to_driver"
}

# A line to the peer's pipe; opened for both directions, it is never waited for.
answer() { # HOW MANY LINES OF THE DRIVER COME BEFORE
    wait_for "$1" "$to_peer" "$log" && speak 1<>"$dir/answers"
}

# As client of s_server, whose lines come through a pipe that never ends.
client_openssl() {
    port=$("$driver" port)
    mkfifo "$dir/answers"
    [ -z "$client_kind" ] || openssl_options="$openssl_options -Verify 1"
    become_peer openssl s_server -accept "127.0.0.1:$port" -naccept "$connections" \
        $openssl_options <>"$dir/answers" &
    server=$!
    {
        answer 1
        [ "$connections" -eq 1 ] || answer 2
    } &
    answers=$!
    run_driver client --port "$port" --send "$to_peer" --expect "$to_driver"
    status=$?
    kill "$server" "$answers" 2>/dev/null
    return "$status"
}

# A server may refuse early data at any time (RFC 8446 section 4.2.10), and this one now and then does.
client_gnutls() {
    for attempt in 1 2 3; do
        once_with_gnutls_serv && return
        grep -q 'early data is refused' "$out" || return 1
    done
    return 1
}

once_with_gnutls_serv() {
    port=$("$driver" port)
    if [ -n "$client_kind" ]; then
        gnutls_options="$gnutls_options --require-client-cert"
    else
        gnutls_options="$gnutls_options --disable-client-cert"
    fi
    become_peer gnutls-serv --echo --port "$port" --priority "$priority" $gnutls_options </dev/null &
    server=$!
    run_driver client --port "$port" --send "$to_peer"
    status=$?
    kill "$server"
    return "$status"
}

# Programs that share a database get into each other's way.
copy_nss_database() {
    cp -R "$work/nss" "$dir/nss"
}

# selfserv speaks HTTP.
client_nss() {
    copy_nss_database
    port=$("$driver" port)
    [ -z "$client_kind" ] || nss_options="$nss_options -r -r"
    become_peer selfserv -d "sql:$dir/nss" -n rsa -e ecdsa -p "$port" -H 1 -v \
        -c ":$(echo "$number" | cut -c 3-)" $nss_options </dev/null &
    server=$!
    run_driver client --port "$port" --send "$(printf 'GET / HTTP/1.0\r\n\r')" \
        --expect 'HTTP/1.0 200 OK'
    status=$?
    kill "$server"
    [ "$status" -eq 0 ] && echo "$to_peer" >>"$log"
    return "$status"
}

start_driver() {
    run_driver server &
    server=$!
    port=$(driver_port)
}

# A command has its place after the handshake; and what the driver sends then has to be there before
# the line goes.
speak_in_turn() {
    if [ "$waits$command" != no ]; then
        wait_for 1 '^resumed' "$out"
        sleep 0.3
    fi
    speak
}

# Who ends with its input, as a datagram peer does, gets the answer first.
linger() {
    wait_for 1 '^data' "$out"
    sleep 0.2
}

# s_client reads either commands or its input to the end.
server_openssl() {
    start_driver
    i=0
    set -- -sess_out "$dir/session"
    [ -n "$command" ] || set -- -ign_eof "$@"
    while [ "$i" -lt "$connections" ]; do
        { speak_in_turn; [ -z "$command" ] || linger; } |
            run_peer openssl s_client -connect "127.0.0.1:$port" $openssl_options "$@"
        set -- -ign_eof -sess_in "$dir/session" $again_options
        i=$((i + 1))
    done
    wait "$server"
}

server_gnutls() {
    start_driver
    [ "$connections" -eq 1 ] || gnutls_options="$gnutls_options --resume"
    { speak_in_turn; linger; } |
        run_peer gnutls-cli --insecure --port "$port" --priority "$priority" \
            $gnutls_options 127.0.0.1
    wait "$server"
}

server_nss() {
    copy_nss_database
    start_driver
    [ -z "$client_kind" ] || nss_options="$nss_options -n $client_kind"
    echo "$to_driver" >"$dir/request"
    run_peer tstclnt -h 127.0.0.1 -p "$port" -d "sql:$dir/nss" -O -o -f -A "$dir/request" \
        -c ":$(echo "$number" | cut -c 3-)" $nss_options
    wait "$server"
}

fault() {
    echo "fault: $1" >>"$log"
    return 1
}

# What both sides say has to agree with what was asked for.
compare() {
    if [ "$version" = 1.3 ]; then
        compare_tls13 || return
    else
        grep -q "^extended-master-secret $ems" "$out" || { fault 'extended master secret'; return; }
    fi
    [ "$connections" -eq 1 ] || grep -q '^resumed yes' "$out" ||
        { fault 'no resumption'; return; }
    [ -z "$client_kind" ] || grep -qi "^client-certificate $client_kind" "$out" ||
        { fault 'no client certificate'; return; }
    case $role in
    client) grep -q -e "$to_peer" "$log" || { fault 'the peer has no data'; return; } ;;
    server) grep -q -e "$to_driver" "$log" || { fault 'the peer has no answer'; return; } ;;
    esac
    [ "$exported" = no ] || for exported in $(sed -n 's/^exporter //p' "$out"); do
        # NSS prints the bytes with blanks between them, on several lines.
        tr -d ' :\n' <"$log" | tr 'a-f' 'A-F' | grep -q "$exported" ||
            { fault 'other keying material'; return; }
    done
}

run_combination() { # INDEX WORD...
    dir=$work/$1
    shift
    mkdir "$dir"
    log=$dir/peer.log
    out=$dir/driver.log
    : >"$log"
    : >"$out"
    prepare "$@"
    "${role}_$peer" || { fault 'the driver failed'; return; }
    compare
}
