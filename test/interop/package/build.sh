# SPDX-License-Identifier: Apache-2.0
#
# Run by test_package.sh in a root with compilers: the packages of two folders are the same, lintian and
# `reuse lint` have nothing to say.  /source is the project; the packages come to /results/1, with a later
# revision in /results/2, and the archive to /results/local.
set -eu
umask 022

fail() {
    echo "FAILED: $*"
    exit 1
}

# The output is of interest only when the command fails.
quietly() {
    "$@" >/tmp/log 2>&1 || { cat /tmp/log; fail "$*"; }
}

# make PRESET FOLDER [CPACK OPTION]...: in a copy of the project
make() {
    preset=$1 folder=$2
    shift 2
    quietly cmake --preset "$preset" -S "$folder" -B "$folder/build-$preset" -G Ninja -DSSLP_WERROR=ON
    quietly cmake --build "$folder/build-$preset"
    quietly cpack --config "$folder/build-$preset/CPackConfig.cmake" -B "$folder/packages"
    rm -r "$folder/packages/_CPack_Packages"
}

first=/build/sslprovider
second=/srv/another/place/of-another-length
for folder in "$first" "$second"; do
    mkdir -p "$folder"
    tar -C /source -c --exclude='./build*' --exclude=./.git . | tar -C "$folder" -x
    cd "$folder"
    for preset in debian release; do
        make "$preset" "$folder"
    done
done
cd "$first/packages"
[ "$(ls | wc -l)" -eq 4 ] || fail "other packages: $(ls)"
for package in *; do
    cmp "$package" "$second/packages/$package" || fail "$package is not reproducible"
done
sha256sum *

# An upgrade needs something newer.
quietly cpack --config "$first/build-debian/CPackConfig.cmake" -B "$first/later" \
    -D CPACK_DEBIAN_PACKAGE_RELEASE=2
mkdir /results/1 /results/2 /results/local
mv "$first"/packages/*.deb /results/1
mv "$first"/packages/*.tar.gz /results/local
mv "$first"/later/*.deb /results/2

# A build for another prefix is refused, rather than packaged in places that Debian does not have.
if cpack --config "$first/build-release/CPackConfig.cmake" -G DEB -B /tmp/refused >/tmp/log 2>&1; then
    fail "Debian packages of a build for /usr/local"
fi
grep -q 'cmake --preset debian' /tmp/log || fail "no hint: $(cat /tmp/log)"

# By hand: what was installed can be removed.
quietly cmake --install "$first/build-debian"
modules=$(pkg-config --variable=modulesdir libcrypto)
[ -f "$modules/sslprovider.so" ] || fail "cmake --install does not find $modules"
grep -q 'OpenSSL finds the module' /tmp/log && grep -q ldconfig /tmp/log || fail "says $(cat /tmp/log)"
openssl list -providers -provider sslprovider | grep -q sslprovider || fail "openssl does not find it"
quietly cmake --build "$first/build-debian" --target uninstall
left=$(find /usr \( -name '*sslprovider*' -o -name '*ncryptssl*' -o -name 'SSL-*' \) ! -path '*/perl*')
[ -z "$left" ] || fail "uninstall leaves $left"

status=0
lintian --fail-on error,warning,info --tag-display-limit 0 /results/1/*.deb >/tmp/lintian 2>/tmp/log ||
    status=$?
cat /tmp/lintian
[ "$status" -eq 0 ] || fail "lintian: $(cat /tmp/log)"
echo "lintian $(dpkg-query -W -f '${Version}' lintian): clean," \
    "$(cat "$first"/conf/debian/*.lintian-overrides | grep -vc '^#') tags overridden"

# The first releases of the tool do not read REUSE.toml.
version=$(dpkg-query -W -f '${Version}' reuse)
if dpkg --compare-versions "$version" ge 4; then
    cd "$second"
    rm -rf build-* packages
    quietly reuse lint
    echo "reuse $version: $(tail -n 1 /tmp/log)"
fi
