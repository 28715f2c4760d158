#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The module exports OSSL_provider_init alone, the shim what conf/ncryptssl.map lists, each name with the
# version of its node; the static libraries define these, sslprovider_provider_init and sslp_*.  The module
# needs nothing of libcrypto that the first release of its series does not have, OpenSSL 3.0 or 4.0,
# whatever version it was built with.
#
#   sh check_exports.sh SOURCE_DIR BUILD_DIR
set -u

map=$1/conf/ncryptssl.map
module=$2/ossl-modules/sslprovider.so
shim=$2/lib/libncryptssl.so

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

# Names without a version; what a sanitizer adds does not count.
exports() {
    nm -D --defined-only "$1" >"$work/nm" || { echo "cannot read $1"; exit 1; }
    awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' "$work/nm" |
        grep -vE '^__(asan|tsan|ubsan|lsan|sanitizer|odr_asan)' | sort
}

# compare WHAT: the exported names in $work/is with those in $work/should
compare() {
    [ -s "$work/should" ] || { echo "$1: no expected name found"; failed=1; }
    if ! diff "$work/should" "$work/is" >"$work/diff"; then
        echo "$1: exports differ (< missing, > too many):"
        cat "$work/diff"
        failed=1
    fi
}

sed -n '/global:/,/local:/s/^[[:space:]]*\([A-Za-z_0-9]*\);.*/\1/p' "$map" | sort >"$work/names"
echo OSSL_provider_init >"$work/should"
exports "$module" >"$work/is" || { cat "$work/is"; exit 1; }
compare "sslprovider.so"

if grep -qiE '^SSLP_SHIM:BOOL=(OFF|NO|FALSE|0)$' "$2/CMakeCache.txt"; then
    echo "note: the module is built alone, libncryptssl.so is not looked at"
else
    cp "$work/names" "$work/should"
    exports "$shim" >"$work/is" || { cat "$work/is"; exit 1; }
    compare "libncryptssl.so"
    # "name VERSION", in the map and in the library.
    awk '/{$/ { node = $1 } /^[[:space:]]+[A-Za-z_0-9]+;/ { sub(/;.*/, "", $1); print $1 "@@" node }' \
        "$map" | sort >"$work/should"
    nm -D --defined-only "$shim" | awk '$3 ~ /@/ { print $3 }' | sort >"$work/is"
    compare "libncryptssl.so, with versions"
    shim_exports=", libncryptssl.so $(wc -l <"$work/is") names"
fi

# A program that links them has names of its own.
nm --defined-only "$2"/lib/*.a | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' |
    grep -vE '^(sslp_|sslprovider_provider_init$|__(asan|tsan|ubsan|lsan|sanitizer|odr_asan))' |
    grep -vxF -f "$work/names" | sort -u >"$work/strange"
if [ -s "$work/strange" ]; then
    echo "names in the static libraries that are not the project's:"
    cat "$work/strange"
    failed=1
fi

nm -D --undefined-only "$module" | grep -o '[A-Za-z_0-9]*@OPENSSL_.*' | sort >"$work/needs"
[ -s "$work/needs" ] || { echo "sslprovider.so: no symbol of libcrypto found"; failed=1; }
if grep -vE '@OPENSSL_[0-9]*\.0\.0$' "$work/needs" >"$work/newer"; then
    echo "sslprovider.so: needs symbols newer than the first of their series:"
    cat "$work/newer"
    failed=1
fi

[ "$failed" -eq 0 ] || exit 1
echo "exports: sslprovider.so 1 name${shim_exports-}"
