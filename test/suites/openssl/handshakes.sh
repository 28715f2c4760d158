# SPDX-License-Identifier: Apache-2.0
#
# Sourced by openssl.sh: the tests of libssl.

data=$tests/recipes/90-test_sslapi_data
try own sslapitest sslapitest "$certs" "$data/passwd.txt" srp.tmp default @default.cnf \
    "$data/dhparams.pem" "$data"
for program in asynciotest sslcorrupttest recordlentest servername_test sslbuffertest \
    tls13groupselection_test tls13ticket_test; do
    try main $program $program "$server" "$server"
done
for program in dtls_mtu_test bad_dtls_test tls12psk_test quic_record_test; do
    try main $program $program
done
try bare hpke_test hpke_test
for program in rpktest cert_comp_test ech_test ech_corrupt_test quicfaultstest quic_newcid_test; do
    try main $program $program "$certs"
done
[ ! -x "$programs/quicapitest" ] ||
    try own quicapitest sh "$folder/one_by_one.sh" quicapitest default @default-recordpadding.cnf \
        "$certs" "$tests/recipes/75-test_quicapi_data"
for program in quic_tserver_test quic_multistream_test quic_radix_test; do
    try main $program $program "$certs/servercert.pem" "$certs/serverkey.pem"
done

for file in "$tests"/ssl-tests/*.cnf; do
    scenario=${file##*/}
    scenario=${scenario%.cnf}
    case $scenario in
    *-sctp-*) continue ;; # Debian's build has no SCTP.
    esac
    try main "ssl_test-$scenario" ssl_test "$file" none
    try own "ssl_test-$scenario-own" ssl_test "$file" default @default.cnf
done
try main ssl_old_test sh "$folder/ssl_old.sh" "$certs" @default.cnf "$tests/serverinfo.pem"
