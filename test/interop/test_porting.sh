#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The porting kit as it is installed: a client of the shape of public Windows programs compiles as C,
# as C with -fshort-wchar and as C++ with nothing but the kit, and runs; and the port that
# ncryptssl-porting(7) shows does what the page says.
#
# Usage: test_porting.sh SOURCE-DIR BUILD-DIR
set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR" >&2
    exit 2
fi
source=$1
build=$2

# The build's own compiler, since a sanitizer's run time has to be that of the library.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
cmake=$(cached CMAKE_COMMAND)
compiler=$(cached CMAKE_C_COMPILER)
for tool in pkg-config "$compiler" "$cmake"; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A sanitizer's run time is for what loads the library, not for compilers.
preload=${LD_PRELOAD-}
unset LD_PRELOAD OPENSSL_MODULES

fail() {
    echo "$1"
    exit 1
}

prefix=$work/prefix
"$cmake" --install "$build" --prefix "$prefix" >"$work/install.log" 2>&1 ||
    { cat "$work/install.log"; fail "failed: cmake --install"; }
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name ncryptssl.pc)")
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
export PKG_CONFIG_PATH LD_LIBRARY_PATH
flags=$(pkg-config --cflags --libs ncryptssl)

# run PROGRAM: with the run time of a sanitizer, if there is one
run() {
    if [ -n "$preload" ]; then LD_PRELOAD=$preload "$1"; else "$1"; fi
}

# The linker's remarks about a sanitizer's run time are not about the program.
quiet() { ! grep -v "libasan.*the use of .* is dangerous" "$1"; }

# --- The client -------------------------------------------------------------------------------
# client NAME COMPILER [OPTION]...: the lists of options and flags are split on purpose.
client() {
    name=$1
    shift
    "$@" -o "$work/$name" "$source/test/porting/cng_client.c" $flags >"$work/$name.log" 2>&1 ||
        { cat "$work/$name.log"; fail "the client does not compile as $name"; }
    quiet "$work/$name.log" || fail "warnings about the client as $name"
    run "$work/$name" >"$work/$name.out" 2>&1 || { cat "$work/$name.out"; fail "the client fails as $name"; }
    [ "$(cat "$work/$name.out")" = 'done' ] || fail "the client prints as $name: $(cat "$work/$name.out")"
}

warnings='-Wall -Wextra -Wconversion'
client c "$compiler" -std=c11 $warnings
client optimised "$compiler" -std=c17 -O2 $warnings
client short-wchar "$compiler" -std=c11 -fshort-wchar -DCLIENT_WIDE_LITERALS $warnings
languages='C, C with -fshort-wchar'

# gcc 14 is the first that refuses NULL for a handle.
for newer in gcc-14 gcc-15; do
    if command -v "$newer" >/dev/null; then
        client "$newer" "$newer" $warnings
        languages="$languages, $newer"
    fi
done

if command -v c++ >/dev/null; then
    client c++ c++ -x c++ -std=c++17 $warnings
    client c++-short-wchar c++ -x c++ -std=c++17 -fshort-wchar -DCLIENT_WIDE_LITERALS $warnings
    languages="$languages, C++"
else
    echo "note: no C++ compiler, that part is left out"
fi

# The annotations of older sources; in C++ they have to be asked for.
cat >"$work/old.c" <<'END'
#include <windows_compat.h>
BOOL Fill(IN LPCWSTR Name, __out_bcount_part(cbRoom, *pcbDone) PBYTE pbRoom, __in DWORD cbRoom,
    __out DWORD *pcbDone, __reserved DWORD dwFlags);
END
old() { "$@" -fsyntax-only "$work/old.c" $(pkg-config --cflags ncryptssl) >"$work/old.log" 2>&1; }
old "$compiler" -std=c11 $warnings || { cat "$work/old.log"; fail "old annotations do not compile"; }
if command -v c++ >/dev/null; then
    old c++ -x c++ -std=c++17 -DNCRYPTSSL_OLD_SAL $warnings ||
        { cat "$work/old.log"; fail "old annotations do not compile as C++"; }
    ! old c++ -x c++ -std=c++17 || fail "C++ has old annotations that nobody asked for"
fi

# Without the kit's NULL a compiler may refuse a handle that is NULL; -Werror=int-conversion is gcc 14.
if "$compiler" -std=c11 -DNCRYPTSSL_KEEP_NULL -Werror=int-conversion -fsyntax-only \
    "$source/test/porting/cng_client.c" $(pkg-config --cflags ncryptssl) >"$work/keep.log" 2>&1; then
    fail "NCRYPTSSL_KEEP_NULL keeps nothing"
fi

# --- The port of the manual page --------------------------------------------------------------
page=$source/provider/man/ncryptssl-porting.7.pod
# between FIRST LAST: the verbatim lines from one that matches to one that matches, one blank less
between() {
    sed -n "/$1/,/$2/s/^ \{0,1\}//p" "$page"
}
sed -n '/^=head1 EXAMPLES/,/^=head1 NOTES/p' "$page" >"$work/examples"
page=$work/examples
between '^ #include <windows.h>' '^ }$' >"$work/first"
between '^ int __cdecl main' '^ }$' >"$work/last"
cat "$work/first" "$work/last" >"$work/suites.c"
between '^ sed ' 'suites\.c$' >"$work/change.sh"
between '^         {$' '^         }$' >"$work/by-hand"
between '^ cc ' '^ \.\/suites$' >"$work/build.sh"
between '^ TLS_' '^$' | sed '/^$/d' >"$work/should"
for part in suites.c change.sh by-hand build.sh should; do
    [ -s "$work/$part" ] || fail "ncryptssl-porting(7): no $part found"
done

cd "$work"
sh ./change.sh
grep -q wprintf suites.c || fail "the line to change by hand is not there"
sed -e "/wprintf/{" -e "r by-hand" -e "d" -e "}" suites.c >ported.c
mv ported.c suites.c
[ "$compiler" = "$(command -v cc)" ] || sed -i "s|^cc |$compiler |" build.sh
sed '/^\.\/suites$/d' build.sh >compile.sh
sh ./compile.sh >compile.log 2>&1 || { cat compile.log; fail "the ported program does not compile"; }
quiet compile.log || fail "the ported program compiles with warnings"
run ./suites >is || fail "the ported program fails"
cmp -s is should || fail "the ported program prints:
$(cat is)"

echo "porting: a client as $languages; the port of ncryptssl-porting(7)"
