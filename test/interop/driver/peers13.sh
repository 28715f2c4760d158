# SPDX-License-Identifier: Apache-2.0
#
# Sourced by peers.sh: the words of a TLS 1.3 combination as options of the driver and its peers,
# and what the driver has to say of the handshake afterwards.

# As in the table of the other suites; there is no key exchange in these.
cat >"$work/suites13" <<'TABLE'
0x1301 TLS_AES_128_GCM_SHA256 - AES-128-GCM AEAD
0x1302 TLS_AES_256_GCM_SHA384 - AES-256-GCM AEAD
0x1303 TLS_CHACHA20_POLY1305_SHA256 - CHACHA20-POLY1305 AEAD
TABLE
tls13_suites='TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256'

# Number, and the names that OpenSSL, GnuTLS and NSS have for the group.
cat >"$work/groups" <<'TABLE'
29 X25519 GROUP-X25519 x25519
23 P-256 GROUP-SECP256R1 P256
24 P-384 GROUP-SECP384R1 P384
25 P-521 GROUP-SECP521R1 P521
30 X448 GROUP-X448 -
256 ffdhe2048 GROUP-FFDHE2048 FF2048
257 ffdhe3072 GROUP-FFDHE3072 FF3072
512 MLKEM512 - -
513 MLKEM768 - -
514 MLKEM1024 - -
4587 SecP256r1MLKEM768 - -
4588 X25519MLKEM768 - -
4589 SecP384r1MLKEM1024 - -
TABLE

# The group that everybody begins with where a HelloRetryRequest is to follow.
first_group=29

group_names() { # NUMBER
    set -- $(grep "^$1 " "$work/groups")
    openssl_group=$2 gnutls_group=$3 nss_group=$4
}

# The peer has this group; as a client that is to be asked again it begins with another one.
set_group() { # NUMBER
    driver_options="$driver_options --group $1"
    set -- "$1" "$retried" "$role"
    if [ "$2 $3" = 'yes server' ]; then
        group_names "$first_group"
        openssl_groups=$openssl_group: gnutls_groups=+$gnutls_group: nss_groups=$nss_group,
        gnutls_options="$gnutls_options --single-key-share"
    fi
    group_names "$1"
    openssl_options="$openssl_options -groups $openssl_groups$openssl_group"
    gnutls_groups=$gnutls_groups+$gnutls_group
    nss_options="$nss_options -I $nss_groups$nss_group"
}

# A server allows a PSK without (EC)DHE, a client offers it; gnutls-cli does so for external ones
# alone, and here has one that the driver does not know beside its ticket.
set_psk_ke() {
    driver_options="$driver_options --psk-ke" shared=no
    openssl_options="$openssl_options -allow_no_dhe_kex"
    exchanges=$exchanges:+PSK
    [ "$role$kind" != serverrsa ] ||
        gnutls_options="$gnutls_options --pskusername=stranger --pskkey=$psk"
}

set_external_psk() {
    kind=psk psk_kind=external
    exchanges=+ECDHE-PSK:+DHE-PSK
    nss_options="$nss_options -z 0x$psk:$identity"
    [ "$role" = server ] || nss_options="$nss_options -m" # or else selfserv has it for nobody
}

# The peer as client reads its early data from a file.
set_early_data() {
    early=yes early_text='early words'
    echo "$early_text" >"$dir/early"
    case $role in
    server)
        again_options="-early_data $dir/early"
        gnutls_options="$gnutls_options --earlydata=$dir/early"
        ;;
    client)
        openssl_options="$openssl_options -early_data"
        gnutls_options="$gnutls_options --earlydata --maxearlydata=1000"
        ;;
    esac
}

# The peer asks for new keys, and says so in words of its own.
set_peer_update() {
    updates='sent 1 received 1'
    case $role$peer in
    clientopenssl) command=K obeyed=SSL_do_handshake ;;
    serveropenssl) command=K obeyed=KEYUPDATE ;;
    *)
        command=^rekey^ obeyed='Rekey was completed'
        gnutls_options="$gnutls_options --inline-commands"
        ;;
    esac
}

set_retry() {
    retried=yes
    [ "$role" = server ] || driver_options="$driver_options --first-share $first_group"
}

apply_tls13_word() { # WORD
    case $1 in
    ecdsa) kind=ecdsa ;;
    group=*) set_group "${1#group=}" ;;
    retry) set_retry ;;
    cookie) driver_options="$driver_options --cookie" retried=yes ;;
    stateless) openssl_options="$openssl_options -stateless" retried=yes ;;
    padded) openssl_options="$openssl_options -record_padding 512" ;;
    psk) set_external_psk ;;
    psk-ke) set_psk_ke ;;
    resume)
        driver_options="$driver_options --resume" connections=2 psk_kind=resumption tickets=
        nss_options="$nss_options -u"
        ;;
    early) set_early_data ;;
    update) driver_options="$driver_options --key-update" updates='sent 1 received 1' waits=yes ;;
    peer-update) set_peer_update ;;
    scheme=*) driver_options="$driver_options --scheme ${1#scheme=}" ;;
    cert-*) client_kind=${1#cert-} ;;
    exporter) driver_options="$driver_options --exporter $label" exported=yes ;;
    context) driver_options="$driver_options --exporter $label:ctx" exported=yes context=:ctx ;;
    esac
}

# The same for TLS 1.3 as prepare does for the others.
prepare_tls13() { # ROLE PEER VERSION SUITE WORD...
    role=$1 peer=$2 version=$3 suite=$4
    line=$(grep " $suite " "$work/suites13")
    number=${line%% *}
    driver_options='--version 1.3' openssl_options="-tls1_3 -ciphersuites $suite"
    gnutls_options='' nss_options='-V tls1.3:tls1.3'
    kind=rsa exchanges=+ECDHE-RSA:+DHE-RSA gnutls_groups='' tickets=:%NO_TICKETS
    retried=no psk_kind=none shared=yes early=no updates='sent 0 received 0'
    openssl_groups='' nss_groups=''
    shift 4
    for word in "$@"; do
        apply_tls13_word "$word"
    done
    set -- $line
    priority=NONE:+VERS-TLS1.3:+$4:+$5:$exchanges:+SIGN-ALL:${gnutls_groups:-+GROUP-ALL}
    priority=$priority:+COMP-NULL:+CTYPE-ALL$tickets
}

# What the driver says of the last connection, and of the first one where they are alike.  Only
# OpenSSL's server prints early data; what another one does not get makes its Finished wrong.
compare_tls13() {
    for fact in "psk $psk_kind" "share $shared" "hello-retry $retried" "early-data $early" \
        "key-updates $updates"; do
        grep -q -x -e "$fact" "$out" || { fault "not: $fact"; return; }
    done
    case $early$role$peer in
    yesclientopenssl)
        grep -q -e "$early_text" "$log" || { fault 'the peer has no early data'; return; }
        ;;
    esac
}
