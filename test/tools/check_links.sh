#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the documents point at is there, and no file of the product knows the machine that it was
# written on.
#
#   sh check_links.sh SOURCE_DIR
set -u

cd -- "$1" || exit 2
failed=0

fault() {
    echo "$1"
    failed=1
}

product='provider include test conf .ci CMakeLists.txt CMakePresets.json README.md CHANGELOG.md
    CONTRIBUTING.md SECURITY.md'

# Relative links of every document: the targets of [text](target), without anchor and title.
for document in $(find . -name '*.md' -not -path './build*' -not -path './.*' | sort); do
    folder=$(dirname "$document")
    for target in $(grep -oE '\]\([^)]+\)' "$document" | sed -E 's/^\]\(//; s/[ )].*$//; s/#.*$//' |
        grep -vE '^([a-z]+:|$)'); do
        [ -e "$folder/$target" ] || fault "$document: link to $target, which is not there"
    done
done

# Files and folders that the README names as paths of the tree.  A path below another folder, such
# as one of the build tree, is not meant; neither is a pattern nor a placeholder.
[ -f README.md ] || fault "README.md is not there"
for path in $(grep -oE '(^|[^A-Za-z0-9_./-])(\./)?(provider|include|test|conf|\.ci)/[A-Za-z0-9_.*<{$/-]*' \
    README.md 2>/dev/null | sed -E 's/^[^a-z.]//; s/\.+$//' | grep -v '[*<{$]' | sort -u); do
    [ -e "$path" ] || fault "README.md names $path, which is not there"
done

# The names are split on purpose; those that are not there are reported above or by the build.
hits=$(grep -rnIE '(^|[^A-Za-z0-9_./-])/(root|home)/|\.\./shared' $product 2>/dev/null)
[ -z "$hits" ] || fault "paths of one machine or of another tree:
$hits"

[ "$failed" -eq 0 ] || exit 1
echo "links: every target is there"
