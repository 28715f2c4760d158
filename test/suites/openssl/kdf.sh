# SPDX-License-Identifier: Apache-2.0
#
# The table of the recipe of `openssl kdf`: each command of it, and whether it prints what is expected.
#
#   sh kdf.sh RECIPE
set -u

sed -nE -e 's/.*cmd => \[qw\{openssl (kdf [^}]*)\}\].*/\1/p' \
    -e "s/.*expected => '([0-9A-Fa-f:]*)'.*/\1/p" "$1" | {
    while read -r arguments && read -r expected; do
        # The words are split on purpose.
        actual=$(openssl $arguments | head -n 1)
        [ "$actual" = "$(printf '%s' "$expected" | tr a-f A-F)" ] || printf 'not '
        echo "ok 1 - ${arguments##* }"
    done
}
