#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each public header compiles alone, as C11 and, where a C++ compiler is there, as C++17.
#
#   sh check_headers.sh SOURCE_DIR
set -u

cd -- "$1" || exit 2
warnings='-Wall -Wextra -Wconversion -Wpedantic -Werror'
failed=0
count=0

# compile LANGUAGE STANDARD HEADER COMPILER; the warnings are split on purpose.  A header of macros
# alone would leave an empty unit, which ISO C does not allow, hence the declaration.
compile() {
    printf '#include <%s>\nextern int header_is_alone;\n' "$3" |
        "$4" -x "$1" -std="$2" $warnings -Iinclude -Iinclude/ncryptssl -fsyntax-only - ||
        { echo "$3 does not compile alone as $2"; failed=1; }
}

command -v c++ >/dev/null 2>&1 || echo "note: no C++ compiler, that half is left out"

for path in include/*/*.h; do
    [ -f "$path" ] || continue
    header=${path#include/}
    count=$((count + 1))
    compile c c11 "$header" cc
    if command -v c++ >/dev/null 2>&1; then
        compile c++ c++17 "$header" c++
    fi
    # Ported programs name the native headers without a folder.
    case $header in
    ncryptssl/*) compile c c11 "${header#ncryptssl/}" cc ;;
    esac
done

[ "$count" -gt 0 ] || { echo "no public header found"; exit 1; }
[ "$failed" -eq 0 ] || exit 1
echo "headers: $count compile alone"
