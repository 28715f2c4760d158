#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# CPython's own tests of its module ssl and of what is built on it, with the Python of this system.
#
#   sh python.sh SOURCE_DIR BUILD_DIR
#
# Where the tests are not installed, apt-get fetches their package, which is unpacked in
# $SSLP_SUITES_CACHE, by default ~/.cache/sslprovider-suites.  The table is
# $BUILD_DIR/suites/python.table.  The exit status is 77 without the tests.
set -u

if [ $# -ne 2 ]; then
    sed -n 's/^#   sh/usage: sh/p' "$0" >&2
    exit 2
fi
project=$1
build=$2
table=$build/suites/python.table
. "$project/test/suites/common.sh"
: >"$table"

command -v python3 >/dev/null || {
    echo "skipped: no python3"
    exit 77
}
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
python_release=$(python3 -c 'import ssl; print("%d.%d" % ssl.OPENSSL_VERSION_INFO[:2])')
[ "$python_release" = "$release" ] || {
    echo "skipped: Python has OpenSSL $python_release and not $release"
    exit 77
}

# Tests at $1/test, a package with the parts of the standard library that belong to it.
unpack_tests() {
    cache=${SSLP_SUITES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sslprovider-suites}
    PYTHONPATH=$cache/python$version
    [ ! -f "$PYTHONPATH/test/test_ssl.py" ] || return 0
    mkdir "$work/unpacked" && (cd "$work" && apt-get -qq -o APT::Sandbox::User= download \
        "libpython$version-testsuite") >&2 &&
        dpkg-deb -x "$work"/libpython*.deb "$work/unpacked" || return 1
    mkdir -p "$cache" && rm -rf "$PYTHONPATH" && mkdir "$PYTHONPATH" || return 1
    library=$(python3 -c 'import os; print(os.path.dirname(os.__file__))')
    # The package lacks what the standard library's package has, test.support and others.
    cp -R "$library/test" "$PYTHONPATH" &&
        cp -R "$work/unpacked/usr/lib/python$version/test" "$PYTHONPATH"
}
if ! python3 -c 'import test.test_ssl' 2>/dev/null; then
    unpack_tests || {
        echo "skipped: no tests of Python $version, package libpython$version-testsuite"
        exit 77
    }
    export PYTHONPATH
fi

cp "$project/test/interop/system.cnf" "$work/default.cnf"
add_configuration "$work/default.cnf"

outcomes=$project/test/suites/python/outcomes.py
for module in test_ssl test_asyncio.test_ssl test_asyncio.test_sslproto test_ftplib test_poplib \
    test_imaplib test_httplib test_urllib2_localnet; do
    try main "python-$module" python3 "$outcomes" "test.$module"
done
summary "Python $version with OpenSSL $release" 600
