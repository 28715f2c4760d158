# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the tests of programs with libssl, with sslprovider selected by the configuration that the
# manual prints for a service or not, and the derivations that it served counted.
#
#   source, build   folders
#   work            a folder of its own, gone at the end

source=$1
build=$2
seconds=20 # bound on the life of every program
. "$source/test/interop/documents.sh"

work=$(mktemp -d)
chmod 755 "$work"
processes=
stop() {
    [ -z "$processes" ] || kill $processes 2>/dev/null
    processes=
    wait 2>/dev/null
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
    echo "FAILED: $*"
    for log in "$work"/*.log; do
        [ ! -s "$log" ] || { echo "==> $log"; tail -n 20 "$log"; }
    done
    exit 1
}

# What a service is told to read, as it is printed, on top of a system's file.
printed=$(documented_block /etc/ssl/sslprovider.cnf) || fail "no configuration in $services_page"
printf '%s\n' "$printed" | with_module "$build/test/counting.so" |
    sed "s|^\.include = .*|.include = $source/test/interop/system.cnf|" >"$work/selected.cnf"
sed '/^alg_section/d' "$work/selected.cnf" >"$work/loaded.cnf"
# The query that also works, unless a program has one on the provider itself.
sed 's/^default_properties = .*/default_properties = ?provider=sslprovider/' "$work/selected.cnf" \
    >"$work/by_provider.cnf"
# For programs that are told of the provider in another way, and for those that know nothing of it.
: >"$work/empty.cnf"
: >"$work/plain.cnf"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" \
    >"$work/req.log" 2>&1 || fail "no certificate could be made"

# run_with CONFIGURATION COUNTS COMMAND...: in place of this shell.
run_with() {
    OPENSSL_CONF=$work/$1.cnf SSLP_COUNTS=$work/$2.counts
    SSLP_COUNTED_MODULE=${SSLP_MODULES:-$build/ossl-modules}/sslprovider.so
    export OPENSSL_CONF SSLP_COUNTS SSLP_COUNTED_MODULE
    # A sanitizer's run time is there for the module; curl does not start with it.
    [ "$1" != plain ] || unset LD_PRELOAD
    shift 2
    exec timeout "$seconds" "$@"
}

begin_counting() {
    rm -f "$work"/*.counts
    for side in client server; do
        : >"$work/$side.counts"
        chmod 666 "$work/$side.counts"
    done
}

# expect_count SIDE KDF NUMBER WHAT
expect_count() {
    counted=$(grep -cx -e "$2" "$work/$1.counts")
    [ "$counted" -eq "$3" ] || fail "$4: $1 $counted derivations of $2, not $3"
}

# expect_counts WHAT VERSION CLIENT SERVER: the latter are the configurations.
expect_counts() {
    for side in client server; do
        [ "$side" = client ] && configuration=$3 || configuration=$4
        tls1_prf=0 tls13_kdf=0
        case $configuration$2 in
        selected1_2 | by_provider1_2) tls1_prf=4 ;;
        selected1_3 | by_provider1_3) tls13_kdf=21 ;;
        esac
        expect_count "$side" TLS1-PRF "$tls1_prf" "$1"
        expect_count "$side" TLS13-KDF "$tls13_kdf" "$1"
    done
}

wait_for() { # TEXT FILE
    tries=0
    while ! grep -q -e "$1" "$2" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || return 1
        sleep 0.03
    done
}
