#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How installed libraries were compiled and linked, read from the files: canaries on the stack,
# checked functions of the C library, marked targets of indirect jumps, read-only tables, no stack
# that can be executed; and no installed file names the source or the build folder.
#
# Usage: hardened.sh SOURCE-DIR BUILD-DIR PREFIX, of an optimised build without sanitizers
set -u
LC_ALL=C
export LC_ALL

if [ $# -ne 3 ]; then
    echo "usage: $0 SOURCE-DIR BUILD-DIR PREFIX" >&2
    exit 2
fi
source=$1
build=$2
prefix=$3

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
libraries=0

fault() {
    echo "${library#"$prefix"/}: $1"
    failed=1
}

# expect TEXT WHAT: the pattern TEXT must be in what readelf says of the library
expect() {
    grep -qE -e "$1" "$work/elf" || fault "$2"
}

refuse() {
    ! grep -qE -e "$1" "$work/elf" || fault "$2"
}

# --- What this compiler and its C library offer: the same functions with every flag -------------
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
cat >"$work/probe.c" <<'C'
#include <string.h>
int probe(const char *from, size_t len);
int probe(const char *from, size_t len)
{
    char copy[80];

    memcpy(copy, from, len);
    return copy[len / 2];
}
C
branches=
instructions=
for pair in '-fcf-protection=full endbr(32|64)' '-mbranch-protection=standard (bti|paciasp)'; do
    flag=${pair%% *}
    if "$compiler" -O2 -Werror "$flag" -c -o "$work/probe.o" "$work/probe.c" 2>/dev/null; then
        branches=$flag
        instructions=${pair#* }
    fi
done
# The flag is split on purpose: it may be missing.
"$compiler" -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 $branches -fPIC -shared \
    -o "$work/probe.so" "$work/probe.c" || exit 1
readelf -nW --dyn-syms "$work/probe.so" >"$work/probe"
feature=$(sed -n 's/.*\(feature: [A-Z, ]*[A-Z]\).*/\1/p' "$work/probe")
grep -q '__memcpy_chk' "$work/probe" || echo "note: this C library has no checked functions"
[ -n "$feature" ] || echo "note: this linker marks no file for protected branches"

# --- The libraries ----------------------------------------------------------------------------
# The first instruction of an exported function.
entry_of() {
    symbol=$(nm -D --defined-only "$1" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3; exit }')
    objdump -d --no-show-raw-insn "$1" | awk -v label="<$symbol>:" '
        found { print $2; exit }
        $2 == label { found = 1 }'
}

for library in $(find "$prefix" -type f -name '*.so*'); do
    libraries=$((libraries + 1))
    readelf -lndW --dyn-syms "$library" >"$work/elf" || fault "readelf fails"

    expect ' UND __stack_chk_fail' "no canaries on the stack (-fstack-protector-strong)"
    # The build may have asked for none: valgrind watches the plain ones.
    if grep -q '__memcpy_chk' "$work/probe" &&
        ! grep -q '^CMAKE_C_FLAGS:.*_FORTIFY_SOURCE=0' "$build/CMakeCache.txt"; then
        expect ' UND __(mem|str|v?sn?printf|v?fprintf|f?read)[a-z]*_chk' \
            "no checked function of the C library (_FORTIFY_SOURCE)"
    fi
    if [ -n "$branches" ]; then
        entry_of "$library" | grep -qE "^$instructions\$" ||
            fault "indirect jumps have no marked target ($branches)"
    fi
    [ -z "$feature" ] || expect "$feature" "not marked for protected branches ($branches)"
    expect 'GNU_RELRO' "tables of addresses stay writable (-z relro)"
    expect 'FLAGS.*NOW' "not bound when it is loaded (-z now)"
    expect 'GNU_STACK .* RW  *0x' "the stack can be executed (-z noexecstack)"
    refuse 'TEXTREL' "code is changed when it is loaded"
done
[ "$libraries" -gt 0 ] || { echo "no library below $prefix"; exit 1; }

# --- No trace of the place of the build -------------------------------------------------------
if grep -rlaF -e "$source/" -e "$build/" "$prefix"; then
    echo "installed files name the source or the build folder"
    failed=1
fi

[ "$failed" -eq 0 ] || exit 1
echo "hardened: $libraries libraries"
