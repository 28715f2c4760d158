#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a run leaves behind is not in the tree: the top level has the agreed entries and no other, and
# files that are no text are vectors, captures or pictures.  Without git there is nothing to look at.
#
#   sh check_tree.sh SOURCE_DIR
set -u
LC_ALL=C
export LC_ALL

cd -- "$1" || exit 2
files=$(git ls-files 2>/dev/null) || files=
[ -n "$files" ] || { echo "skipped: no git work tree"; exit 77; }
failed=0

# REUSE asks for its file at the top.
agreed='\..*|CHANGELOG\.md|CMakeLists\.txt|CMakePresets\.json|CONTRIBUTING\.md|LICENSE|LICENSES|README\.md|REUSE\.toml|SECURITY\.md|conf|include|provider|test'
extra=$(printf '%s\n' "$files" | sed 's|/.*||' | sort -u | grep -vxE "$agreed")
[ -z "$extra" ] || { echo "at the top level:" $extra; failed=1; }

binary=$(git ls-files -- . ':!test/vectors' |
    while IFS= read -r file; do [ ! -s "$file" ] || grep -qI '' "$file" || echo "$file"; done)
[ -z "$binary" ] || { echo "no text:" $binary; failed=1; }
[ "$failed" -eq 0 ] || exit 1
echo "tree: $(printf '%s\n' "$files" | wc -l) files"
