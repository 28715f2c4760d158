#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# No name of a static function is defined in two files of the product: OpenSSL's error queue prints
# the name, and it must say whose function failed.
#
#   sh check_names.sh SOURCE_DIR
set -u

cd -- "$1" || exit 2

# Definitions begin at the left margin; a declaration ends with a semicolon on its line.
twice=$(find provider -name '*.c' -exec awk '
    /^static [^=;]*[ *][a-z_0-9]+\(/ && !/;[[:space:]]*$/ {
        name = $0
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
        if (!seen[FILENAME, name]++)
            print name, FILENAME
    }' {} + | sort | awk '
    $1 == name { print (shown++ ? "" : name " is defined in\n  " file "\n") "  " $2 }
    $1 != name { shown = 0 }
    { name = $1; file = $2 }')

if [ -n "$twice" ]; then
    echo "static functions whose name is defined twice:"
    echo "$twice"
    exit 1
fi
echo "names: every static function has a name of its own"
