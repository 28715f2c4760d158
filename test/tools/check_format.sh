#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every C file has the layout that clang-format 14 gives it.  Other releases lay out some lines
# differently, so without that one the check is skipped.
#
#   sh check_format.sh SOURCE_DIR
set -u

cd -- "$1" || exit 2

if command -v clang-format-14 >/dev/null 2>&1; then
    format=clang-format-14
elif clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    format=clang-format
else
    echo "skipped: no clang-format 14"
    exit 77
fi

find provider include test -name '*.[ch]' -exec "$format" --dry-run -Werror {} + || exit 1
echo "format: every file is as $format lays it out"
