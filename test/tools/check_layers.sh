#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Who may include whom: base <- schedule <- keys <- module and never back; the shim reaches keys
# through OpenSSL only, so it may use base and the two data headers of schedule, no more.
#
#   sh check_layers.sh SOURCE_DIR
set -u

cd -- "$1" || exit 2
faults=$(mktemp) || exit 2
trap 'rm -f "$faults"' EXIT

# refuse WHERE ALLOWED: lists the quoted includes of a folder that the expression does not allow.
refuse() {
    [ -d "$1" ] || { echo "$1: no such folder" >>"$faults"; return; }
    grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$1" |
        grep -vE "include[[:space:]]*\"($2)" >>"$faults"
}

# refuse_system WHERE FORBIDDEN: lists the angle-bracket includes that the expression matches.
refuse_system() {
    grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*<($2)" "$1" >>"$faults"
}

refuse provider/base 'base/'
refuse provider/schedule '(base|schedule)/|sslprovider/names\.h"'
refuse provider/keys '(base|schedule|keys)/'
refuse provider/module '(base|schedule|keys|module)/|sslprovider/'
refuse provider/shim \
    'base/|schedule/(sizes|protocol|suite|key_kind|key_layout|tls13_arrows)\.h"|shim/|ncryptssl/|sslprovider/'

# The drop-ins and our own KDFs do not know each other, nor do the types of keys know the drop-ins.
forbid() {
    [ -d "$1" ] || { echo "$1: no such folder" >>"$faults"; return; }
    grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*\"($2)" "$1" >>"$faults"
}

forbid provider/module/kdf 'module/drop_in/'
forbid provider/module/drop_in 'module/kdf/'
forbid provider/module/key_type 'module/drop_in/'

# The rooms of the shim, each with the rooms below it.  What a handle stands for is made of the rooms
# above the core, so these lines are allowed there and no others.
room() {
    grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"(shim/|sslprovider/builtin)' \
        "provider/shim/$1" | grep -vE "\"shim/($2)/" | sed 's/:[0-9]*:/:/' |
        grep -vxF -e 'provider/shim/core/objects.h:#include "shim/records/pool.h"' \
            -e 'provider/shim/core/objects.h:#include "shim/transcript/client_random.h"' \
            -e 'provider/shim/core/objects.c:#include "shim/keys/kem_key.h"' \
            -e 'provider/shim/core/objects.c:#include "shim/keys/public_key.h"' \
            -e 'provider/shim/core/backend.c:#include "shim/keys/private_key.h"' \
            -e 'provider/shim/core/linked_provider.c:#include "sslprovider/builtin.h"' >>"$faults"
}

room core core
room records 'core|records'
room transcript 'core|transcript'
room keys 'core|records|transcript|keys'
room tls13 'core|records|transcript|keys|tls13'
room api 'core|records|transcript|keys|api'
for room in provider/shim/*/; do
    case $room in
        */api/ | */core/ | */keys/ | */records/ | */tls13/ | */transcript/) ;;
        *) echo "$room: a room of the shim without a rule" >>"$faults" ;;
    esac
done

# Public headers stand alone: beside the system's they see only each other.
refuse include '(ncryptssl|sslprovider)/|[a-z0-9_]+\.h"'
refuse_system include 'openssl/|(base|schedule|keys|module|shim|provider)/'

# The two lowest layers know neither the interface of providers nor libssl.
for layer in base schedule; do
    refuse_system "provider/$layer" 'openssl/(core|core_dispatch|provider|ssl)\.h'
done
refuse_system provider/base 'openssl/params\.h'

# Includes in angle brackets are no way around, and the product does not know its tests.
refuse_system provider '(base|schedule|keys|module|shim|test|common|unit|ncryptssl|sslprovider)/|CUnit/'

if [ -s "$faults" ]; then
    echo "includes against the layer rules:"
    cat "$faults"
    exit 1
fi
echo "layers: every include is allowed"
