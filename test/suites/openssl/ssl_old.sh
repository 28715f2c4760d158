# SPDX-License-Identifier: Apache-2.0
#
# The connections of OpenSSL's recipe 80-test_ssl_old.t, with certificates that the source has instead of
# some that are made: each cipher suite of each protocol, and options of the handshake.
#
#   sh ssl_old.sh CERTIFICATES_DIR CONFIGURATION SERVERINFO
set -u
certs=$1
configuration=$2
serverinfo=$3

# The issuers of the server's and of the client's certificate.
cat "$certs/rootcert.pem" "$certs/root-cert.pem" "$certs/ca-cert.pem" >roots.pem

# handshake OPTION...: one line, with what was agreed on.
handshake() {
    output=$(ssl_old_test -s_cert "$certs/servercert.pem" -s_key "$certs/serverkey.pem" \
        -c_cert "$certs/ee-client.pem" -c_key "$certs/ee-key.pem" -config "$configuration" \
        -provider default -s_cert "$certs/server-dsa-cert.pem" -s_key \
        "$certs/server-dsa-key.pem" -s_cert "$certs/server-ecdsa-cert.pem" -s_key \
        "$certs/server-ecdsa-key.pem" "$@" 2>&1) || printf 'not '
    agreed=$(printf '%s\n' "$output" | sed -nE 's/^((D?TLS|SSL)v[0-9.]*, cipher [^ ]* [^,]*).*/\1/p' |
        sort -u | tr '\n' ' ')
    [ "$*" ] || set -- 'no options'
    echo "ok 1 - $(echo "$*" | sed "s|$certs/||g; s|$serverinfo|serverinfo|"): $agreed"
}

for protocol in tls1_3 tls1_2 tls1; do
    for suite in $(openssl ciphers -s "-$protocol" 'ALL:-PSK:-SRP:@SECLEVEL=0' | tr : ' '); do
        case $protocol in
        tls1_3) handshake -ciphersuites "$suite" ;;
        *) handshake "-$protocol" -cipher "$suite:@SECLEVEL=0" ;;
        esac
    done
done

# PSK and SRP are no part of the recipe's list.
for suite in $(openssl ciphers -s -psk -tls1_2 'PSK:@SECLEVEL=0' | tr : ' '); do
    case $suite in
    TLS_*) ;;
    *) handshake -tls1_2 -psk 0102030405060708 -cipher "$suite:@SECLEVEL=0" ;;
    esac
done

for options in '' '-no_dhe -no_ecdhe' '-dhe1024dsa' "-server_auth -CAfile roots.pem" \
    "-client_auth -CAfile roots.pem" \
    "-server_auth -client_auth -CAfile roots.pem" \
    "-server_auth -client_auth -app_verify -CAfile roots.pem" \
    '-tls1 -cipher ADH:@SECLEVEL=0 -dhe1024dsa -num 10 -f' \
    '-tls1 -cipher ALL:@SECLEVEL=0 -no_dhe -no_ecdhe -num 10 -f' \
    '-tls1_2 -num 10 -reuse' '-tls1_2 -npn_client -npn_server' \
    '-alpn_client foo,bar -alpn_server bar -alpn_expected bar' \
    '-tls1 -cipher ALL:@SECLEVEL=0 -custom_ext' '-bytes 100000 -tls1_2' '-bytes 100000' \
    "-tls1 -cipher ALL:@SECLEVEL=0 -serverinfo_file $serverinfo" \
    "-tls1 -cipher ALL:@SECLEVEL=0 -serverinfo_file $serverinfo -serverinfo_sct" \
    "-tls1 -cipher ALL:@SECLEVEL=0 -serverinfo_file $serverinfo -serverinfo_tack"; do
    # The words are split on purpose.
    handshake -bio_pair $options
done
handshake -ipv4
