#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the project and runs its tests, from any directory.  Missing tools are installed first.
#
#   sh test/run.sh [--LANE]... [--all] [--full] [--matrix] [--protocols]
#
# Without an option the ordinary build is tested, and fuzzed for a few seconds.  Each option names another
# lane.  Where a lane fails, or cannot be had, it says so and the others go on; the end says how each of
# them went and how long it took:
#
#   asan, tsan, valgrind   the tests with a sanitizer, or under valgrind
#   fuzz                   test/fuzz, a few seconds of each target
#   fuzz-3.6               the same with OpenSSL 3.6, which has what older releases lack
#   static                 test/static: analyzers of the source
#   timing                 test/ct with the release build: whether secrets show in time
#   suites                 test/suites: others' tests, with the drop-in KDFs and without
#   services               test/interop/services: real servers and their clients, which it installs
#   platforms              test/platforms: other processors, other C libraries
#   package                the Debian packages, in clean roots: test/interop/test_package.sh
#
# --all is the ordinary lane and the first three with fuzz and static; --full is every lane, with
# --protocols.  The build is made in $BUILD_DIR, by default build/, each lane beside it with its own
# name added.
#
# With --protocols roots of Debian 13 and of its unstable suite are made first, for the tests with peers that
# older systems do not have; test/interop/debian13.sh and debian_sid.sh say which and how.  Once they are
# there, every run uses them.
#
# With --matrix the lanes run once with each of several releases of OpenSSL, in a root that has it.
# test/tools/openssl-matrix makes and enters such roots, on Debian and as root; $OPENSSL_MATRIX names
# another program with the same commands and statuses.  The exit status is 77 when a release is not to be had and
# the others pass: run this script in a container of that release then.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/conf/install-tools.sh"

usage() {
    sed -n 's/^#   //p' "$0" >&2
    exit 2
}

# A compiled tree belongs to one OpenSSL; a machine that offers several says which one it is.
build_base=${BUILD_DIR:-$root/build${OPENSSL_MATRIX_VERSION:+-$OPENSSL_MATRIX_VERSION}}

# configure_and_build DIR PRESET [CMAKE ARGUMENT]...: warnings are errors here, not where the project
# is only used.
configure_and_build() {
    dir=$1
    preset=$2
    shift 2
    # An existing tree keeps the generator that it was made with.
    [ -f "$dir/CMakeCache.txt" ] || set -- -G Ninja "$@"
    (cd "$root" && cmake --preset "$preset" -B "$dir" -DSSLP_WERROR=ON "$@") &&
        cmake --build "$dir" -j2
}

# ThreadSanitizer of older compilers cannot place its shadow memory under strong address space
# randomisation, which this turns off for the tests where the system allows it.
without_randomisation() {
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        setarch "$(uname -m)" -R "$@"
    else
        "$@"
    fi
}

# run_tests DIR [COMMAND]...: the tests of a build, under a command.
run_tests() {
    dir=$1
    shift
    "$@" ctest --test-dir "$dir" --output-on-failure -j2
}

# Part of a lane may not be to be had; it has said so then.
may_skip() {
    "$@" || [ $? -eq 77 ]
}

# Commands are joined with && here: a shell does not stop at a failure within a command whose status is
# asked for.
run_lane() {
    case $1 in
    default) configure_and_build "$build_base" default && run_tests "$build_base" ;;
    asan) configure_and_build "$build_base-asan" asan && run_tests "$build_base-asan" ;;
    tsan)
        configure_and_build "$build_base-tsan" tsan && run_tests "$build_base-tsan" without_randomisation
        ;;
    valgrind)
        # Blocks that are still reachable belong to libcrypto, which 4.0 no longer tidies up.
        launcher='valgrind;--quiet;--error-exitcode=9;--leak-check=full'
        launcher="$launcher;--errors-for-leak-kinds=definite;--show-leak-kinds=definite"
        # Its own memmove and memcpy are what it watches, not those that the C library checks.
        configure_and_build "$build_base-valgrind" default "-DSSLP_TEST_LAUNCHER=$launcher" \
            "-DCMAKE_C_FLAGS=-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0" && run_tests "$build_base-valgrind"
        ;;
    fuzz) sh "$root/test/fuzz/run" ;;
    fuzz-3.6) sh "$root/test/fuzz/run" --release 3.6 ;;
    static) sh "$root/test/static/run" ;;
    platforms) sh "$root/test/platforms/run" ;;
    timing)
        # As it is installed, with the line numbers that reports of valgrind are told apart by.
        configure_and_build "$build_base-timing" default -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-g &&
            may_skip sh "$root/test/tools/check_constant_time.sh" "$root" "$build_base-timing" &&
            may_skip sh "$root/test/tools/check_timing.sh" "$root" "$build_base-timing" 100000
        ;;
    suites) sh "$root/test/suites/run" ;;
    package) sh "$root/test/interop/test_package.sh" "$root" ;;
    services)
        configure_and_build "$build_base" default &&
            sh "$root/test/interop/services/run.sh" "$root" "$build_base"
        ;;
    esac
}

# run_lanes LANE...: fails where one of them does.
run_lanes() {
    summary=
    failed=
    for lane; do
        echo "== lane: $lane"
        begin=$(date +%s)
        status=0
        run_lane "$lane" || status=$?
        case $status in
        0) verdict=passed ;;
        77) verdict='not to be had in full' ;;
        *) verdict=FAILED failed=yes ;;
        esac
        summary="$summary
$lane: $verdict, $(($(date +%s) - begin)) s"
    done
    echo "== lanes:$summary"
    [ -z "$failed" ]
}

# One after the other, each release says how long it took.  At the end the module that was built with
# a newer one of the same major version serves the older ones.
run_matrix() {
    program=${OPENSSL_MATRIX:-$root/test/tools/openssl-matrix}
    cd "$root"
    times=
    missing=
    for release in 3.0 3.5 3.6 4.0; do
        echo "== OpenSSL $release"
        status=0
        "$program" prepare "$release" || status=$?
        case $status in
        0) ;;
        77)
            missing="$missing $release"
            continue
            ;;
        *) return "$status" ;;
        esac
        begin=$(date +%s)
        "$program" run "$release" -- sh test/run.sh "$@"
        times="$times, $release: $(($(date +%s) - begin)) s"
    done
    if [ -n "$missing" ]; then
        times=${times:-, none}
        echo "== passed with OpenSSL:${times#,}; not to be had:$missing"
        echo "Run this script without --matrix where one of them is installed: Debian 12 has 3.0,"
        echo "Debian 13 has 3.5."
        return 77
    fi
    modules=$build_base-3.6/ossl-modules
    for release in 3.0 3.5; do
        [ -f "$modules/sslprovider.so" ] || continue # not among the lanes
        echo "== OpenSSL $release, the module built with 3.6"
        "$program" run "$release" -- env "SSLP_MODULES=$modules" \
            sh test/interop/test_openssl_kdf.sh "$root" "$build_base-3.6"
    done
    echo "== passed with OpenSSL ${times#, }"
}

lanes=
matrix=
protocols=
for option; do
    case $option in
    --asan | --tsan | --valgrind | --fuzz | --fuzz-3.6 | --static | --timing | --suites | --services | \
        --platforms | --package)
        lanes="$lanes ${option#--}"
        ;;
    --all) lanes='default asan tsan valgrind fuzz static' ;;
    --full)
        lanes='default asan tsan valgrind fuzz fuzz-3.6 static timing suites services platforms package'
        protocols=yes
        ;;
    --matrix) matrix=yes ;;
    --protocols) protocols=yes ;;
    *) usage ;;
    esac
    shift
    case $option in
    --matrix | --protocols) ;;
    *) set -- "$@" "$option" ;;
    esac
done
# Where it cannot be made, the tests say so and are skipped.
if [ -n "$protocols" ]; then
    sh "$root/test/interop/debian13.sh" prepare || [ $? -eq 77 ]
    # A suite that moves may have lost the package.
    sh "$root/test/interop/debian_sid.sh" prepare || echo "not to be had: wolfSSL with DTLS 1.3"
fi
if [ -n "$matrix" ]; then
    run_matrix "$@"
    exit
fi
# The other releases have no clang beside them.
if [ -z "$lanes" ]; then
    lanes=default
    [ -n "${OPENSSL_MATRIX_VERSION:-}" ] || lanes='default fuzz'
fi

case $lanes in
*valgrind* | *timing*) install_tools valgrind:valgrind ;;
*) install_tools ;;
esac
# Peers of the handshakes, the reader of captures, servers and their client, and what has to work under
# every configuration.
PATH=$PATH:/usr/sbin
install_extras gnutls-cli:gnutls-bin tstclnt:libnss3-tools tshark:tshark nginx:nginx-light curl:curl \
    stunnel4:stunnel4 haproxy:haproxy node:nodejs ssh-keygen:openssh-client python3:python3 c++:g++
# For the examples of foreign function interfaces; rustc, which is large, only where it is already.
perl -MFFI::Platypus -e 1 2>/dev/null || install_extras FFI::Platypus:libffi-platypus-perl
case $lanes in
*package*) install_extras mmdebstrap:mmdebstrap ;;
esac
case $lanes in
*services*)
    install_extras apache2:apache2 pg_ctlcluster:postgresql openvpn:openvpn freeradius:freeradius \
        eapol_test:eapoltest postfix:postfix dovecot:dovecot-imapd unbound:unbound named:bind9 \
        redis-server:redis-server sshd:openssh-server pgrep:procps ip:iproute2
    ;;
esac

# The list is split on purpose.
run_lanes $lanes
