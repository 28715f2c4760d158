# SPDX-License-Identifier: Apache-2.0
#
# Sourced by test_dtls13_nss.sh: tstclnt of NSS as a DTLS 1.3 server and client.

nss_directly() {
    "$@"
}

# The root shows the current folder.
nss_in_root() {
    (cd "$work" && sh "$debian13" run "$@")
}

# The tools do not say their version, but the library has it.
find_nss_version() {
    nss_version=$("$run_nss" sh -c 'command -v tstclnt certutil pk12util >/dev/null &&
        cat /usr/lib/*/libnss3.so /usr/lib64/libnss3.so 2>/dev/null' |
        grep -a -o 'Version: NSS [0-9.]*' | sed -n '1s/.* //p')
    [ -n "$nss_version" ] &&
        [ "$(printf '3.110\n%s\n' "$nss_version" | sort -V | head -n 1)" = 3.110 ]
}

# Sets $run_nss and $nss_version.
find_nss() { # THE SCRIPT OF THE ROOT
    debian13=$1
    run_nss=nss_directly
    find_nss_version && return
    run_nss=nss_in_root
    sh "$debian13" ready && find_nss_version && return
    echo "skipped: no NSS 3.110 or later (package libnss3-tools of Debian 13);"
    echo "\`sh test/run.sh --protocols\` makes a root with it"
    exit 77
}

make_nss_database() {
    mkdir "$work/nss"
    for kind in rsa ecdsa; do
        openssl pkcs12 -export -in "$work/$kind.pem" -inkey "$work/$kind.key" -name "$kind" \
            -passout pass:x -out "$work/$kind.p12" || return 1
    done
    # A client's certificate has to be trusted by the server.
    "$run_nss" sh -c 'certutil -N -d "sql:$1/nss" --empty-password || exit
        for kind in rsa ecdsa; do
            pk12util -i "$1/$kind.p12" -d "sql:$1/nss" -W x -K "" &&
                certutil -M -d "sql:$1/nss" -n "$kind" -t CTP,, || exit
        done' sh "$work"
}

# ---- One combination ----

prepare_nss() {
    nss_suite=:$(echo "$suite" | cut -c 3-)
    case $group in
    29) nss_groups=x25519 ;;
    23) nss_groups=P256 ;;
    24) nss_groups=P384 ;;
    esac
    # It begins with the first one.
    [ "$retried$role" != yesserver ] || [ "$group" = 29 ] || nss_groups=x25519,$nss_groups
    cp -R "$work/nss" "$dir/nss"
    mkfifo "$dir/lines"
}

# tstclnt sends what it reads, and prints what it gets.  It reads a pipe that never ends.
become_tstclnt() { # ARGUMENT...
    "$run_nss" sh -c 'cd "$1" && shift && exec timeout "$@"' sh "$dir" "$seconds" stdbuf -oL tstclnt \
        -h 127.0.0.1 -d sql:nss -o -O -V tls1.3:tls1.3 -c "$nss_suite" -I "$nss_groups" \
        -x "$label:32" "$@" <>"$dir/lines" >"$dir/nss.log" 2>&1
}

# After the handshake: what it reads before goes nowhere.  Each line becomes a record.
speak_as_nss() { # ROLE OF THE DRIVER
    wait_for 1 '^resumed' "$dir/$1.log" || return
    sleep 0.2
    if [ "$lossy" = no ]; then
        echo "$to_driver"
        return
    fi
    exec "$driver" lines "$records"
}

run_client() {
    prepare_nss
    port=$("$driver" port)
    become_tstclnt -P server -p "$port" -n "$kind" &
    peer=$!
    speak_as_nss client 1<>"$dir/lines" &
    speaker=$!
    # Each ClientHello that comes earlier is refused.
    wait_for 1 "$(printf ':%04X ' "$port")" /proc/net/udp
    run_driver client --port "$port" $client --send "$to_peer" --expect "$to_driver"
    end_nss $?
}

run_server() {
    prepare_nss
    run_driver server $server &
    own=$!
    set -- -P client -p "$(driver_port)"
    [ -z "$client_kind" ] || set -- "$@" -n "$client_kind"
    become_tstclnt "$@" &
    peer=$!
    speak_as_nss server 1<>"$dir/lines" &
    speaker=$!
    wait "$own"
    end_nss $?
}

# What was on its way is printed first.
end_nss() { # STATUS
    kill "$speaker" 2>/dev/null
    sleep 0.1
    kill "$peer" 2>/dev/null
    return "$1"
}

compare_client() {
    compare_nss && { [ "$lossy" = yes ] || grep -a -q -e "$to_peer" "$dir/nss.log" || fault 'no data'; }
}

compare_server() {
    compare_nss &&
        { [ "$lossy" = yes ] || grep -a -q -e "$to_driver" "$dir/nss.log" || fault 'no answer'; }
}

# NSS prints the bytes of the exporter with colons between them, on two lines.
compare_nss() {
    exported=$(sed -n 's/^ *\(\([0-9a-f]\{2\}:\)\{15\}[0-9a-f]\{2\}\):*$/\1/p' "$dir/nss.log" |
        tr -d ':\n' | tr 'a-f' 'A-F')
    arrived=$(grep -a -c '^record ' "$dir/nss.log")
    compare_driver
}
