#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the README and the manual pages print is true of an installation: each command runs as it is printed
# and prints what stands behind it; each synopsis is compiled with the installed headers; each other block
# of C is compiled and run by a program of documents/, or stands in a program of test/examples.  What needs
# more, such as root or a service, is listed below with the test that runs it.
#
#   sh test_documents.sh SOURCE_DIR [BUILD_DIR]
#
# With SSLP_INSTALLED=1 it is the system's installation, found with no variable set; else BUILD_DIR is
# installed into a folder of its own.
set -u
LC_ALL=C
export LC_ALL
source=$1
. "$source/test/interop/documents.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

fault() {
    printf 'FAILED: %s\n' "$1"
    failed=1
}

skip() {
    echo "skipped: $1"
    exit 77
}

for tool in cc pkg-config openssl; do
    command -v "$tool" >/dev/null || skip "no $tool"
done

# --- The installation ---------------------------------------------------------------------------
if [ -n "${SSLP_INSTALLED-}" ]; then
    unset OPENSSL_MODULES OPENSSL_CONF PKG_CONFIG_PATH LD_LIBRARY_PATH
else
    cached() { sed -n "s/^$1:[A-Z]*=//p" "$2/CMakeCache.txt"; }
    [ -z "$(cached SSLP_SANITIZE "$2")" ] || skip "nobody installs a sanitized build"
    "$(cached CMAKE_COMMAND "$2")" --install "$2" --prefix "$work/prefix" >"$work/log" 2>&1 ||
        { cat "$work/log"; fault "cmake --install"; exit 1; }
    OPENSSL_MODULES=$(dirname "$(find "$work/prefix" -name sslprovider.so)")
    libraries=$(dirname "$OPENSSL_MODULES")
    openssl_libraries=$(dirname "$(cached OPENSSL_CRYPTO_LIBRARY "$2")")
    PKG_CONFIG_PATH=$libraries/pkgconfig:$openssl_libraries/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    # -l finds an archive by its name where the linker looks; ld.so.conf is no help to it.
    LIBRARY_PATH=$libraries
    OPENSSL_CONF=/dev/null
    export OPENSSL_MODULES OPENSSL_CONF PKG_CONFIG_PATH LD_LIBRARY_PATH LIBRARY_PATH
fi
flags="$(pkg-config --cflags --libs ncryptssl sslprovider) -lssl -lcrypto" || skip "nothing is installed"

# --- Blocks that other tests run ------------------------------------------------------------------
# TEST, and a text of the block.
cat >"$work/elsewhere" <<'LIST'
test_package.sh sudo apt install ./build-debian/*.deb
test_documented_configurations.sh 'openssl list -providers && openssl sha256 "$OPENSSL_CONF"'
test_documented_configurations.sh openssl s_client -connect HOST:443
test_node.sh node --openssl-config=/etc/ssl/sslprovider.cnf program.js
test_acvp.sh python3 test/tools/acvp.py --modules DIRECTORY
test_openssl_kdf.sh -kdfopt NAME:VALUE ... SSL-SESSION-KEYS
test_recipes.sh # kdf LENGTH KDF NAME:VALUE...: the derived bytes in hexadecimal
test_recipes.sh # QUIC Initial keys
test_recipes.sh # QUIC 1-RTT keys
test_recipes.sh # DTLS-SRTP, a connection
test_recipes.sh # DTLS-SRTP keys
test_recipes.sh # EAP-TLS keys of TLS 1.3
test_recipes.sh # PSK importer
test_porting.sh int __cdecl main(void)
test_porting.sh 's/\bL\("[^"]*"\)/TEXT(\1)/g' suites.c
test_porting.sh char name[3 * NCRYPT_SSL_MAX_NAME_SIZE];
test_porting.sh cc -o suites suites.c
LIST
while read -r test text; do
    [ -f "$source/test/interop/$test" ] || fault "no test $test, which should run: $text"
done <"$work/elsewhere"

# elsewhere BLOCK: its line of the list is noted.
elsewhere() {
    while read -r test text; do
        if grep -qF -e "$text" "$1"; then
            printf '%s\n' "$text" >>"$work/met"
            return 0
        fi
    done <"$work/elsewhere"
    return 1
}

# --- The blocks, in their order -------------------------------------------------------------------
mkdir "$work/blocks" "$work/fragments" "$work/scratch"
for document in "$source"/README.md "$source"/provider/man/*.pod; do
    write_blocks "$document" "$work/blocks"
done
# What the examples need beside them; program.c is whatever a reader has written.
ln -s "$source/test" "$work/scratch/test"
sed -n 's/^#include "\(.*-[0-9]*\.c\)"$/\1/p' "$source"/test/interop/documents/*.c >"$work/included"
for example in "$source"/test/examples/*.c; do
    tr -d '[:space:]' <"$example"
    echo
done >"$work/examples"

is_configuration() { grep -qE '^# /|^(openssl|nodejs)_conf = |^\[' "$1"; }
is_c() { grep -qE '^#include |;$' "$1"; }

# The first word that is not a variable.
first_word() {
    awk '{ for (i = 1; i <= NF; i++) if ($i !~ /^[A-Za-z_]+=/) { print $i; exit } }' "$1"
}

# is_command BLOCK: also where the machine does not have it.
is_command() {
    tool=$(first_word "$1")
    case $tool in
    apt | cc | cmake | curl | man | nginx | node | openssl | perl | python3 | sed | sh | sudo | systemctl | tshark) ;;
    *) [ -z "$output_of" ] && command -v "$tool" >/dev/null ;;
    esac
}

# synopsis BLOCK: its declarations agree with those of the headers, and its statements compile.
synopsis() {
    {
        grep '^#include' "$1"
        echo 'void synopsis(void);'
        echo 'void synopsis(void)'
        echo '{'
        # A function that no header declares is told by its use.
        sed -n 's/^[A-Za-z_]* \**\([A-Za-z]*\)(.*/    (void)\1;/p' "$1"
        grep -v '^#include' "$1"
        echo '}'
    } >"$work/synopsis.c"
    cc -Wall -Werror -Wno-unused-variable -fsyntax-only "$work/synopsis.c" $flags >"$work/log" 2>&1 ||
        fault "$2: the synopsis does not compile:
$(cat "$work/log")"
}

# fragment BLOCK NAME: a program includes it, or an example contains it.
fragment() {
    if grep -qx "$2" "$work/included"; then
        cp "$1" "$work/fragments/$2"
    elif grep -qF -e "$(tr -d '[:space:]' <"$1")" "$work/examples"; then
        excerpts=$((excerpts + 1))
    else
        fault "$2 is in no program of test/interop/documents or test/examples:
$(cat "$1")"
    fi
}

# runs BLOCK WHERE: its output is in $work/is.
runs() {
    case $(cat "$1") in
    'cc program.c '*sslprovider-builtin*) cp "$source/test/examples/evp_builtin.c" "$work/scratch/program.c" ;;
    'cc program.c '*ncryptssl*) cp "$source/test/interop/ten_lines.c" "$work/scratch/program.c" ;;
    'cc program.c '*) cp "$source/test/interop/ten_lines_evp.c" "$work/scratch/program.c" ;;
    *) rm -f "$work/scratch/program.c" ;;
    esac
    (cd "$work/scratch" && sh -eu "$1") >"$work/is" 2>&1 || fault "$2: status $? of
$(cat "$1" "$work/is")"
    if [ -f "$work/scratch/program.c" ]; then
        (cd "$work/scratch" && ./a.out) >"$work/log" 2>&1 || fault "$2: the program fails: $(cat "$work/log")"
        rm -f "$work/scratch/a.out"
    fi
}

synopses=0 excerpts=0 commands=0 outputs=0 listed=0 configurations=0 texts=0 left_out=0
page='' ran=''
for block in "$work"/blocks/*; do
    name=${block##*/}
    line=${name##*.}
    [ "${name%.*}" = "$page" ] || { page=${name%.*}; number=0; ran=''; }
    where="$page, line $line"
    output_of=''
    ! stands_behind "$(ls "$source/$page" "$source/provider/man/$page" 2>/dev/null)" "$line" || output_of=$ran
    ran=''
    if elsewhere "$block"; then
        listed=$((listed + 1))
        ran=elsewhere
    elif is_configuration "$block"; then
        configurations=$((configurations + 1))
    elif is_c "$block"; then
        if grep -q '^#include' "$block"; then
            synopsis "$block" "$where"
            synopses=$((synopses + 1))
        else
            number=$((number + 1))
            stem=${page%.pod}
            fragment "$block" "${stem%.[0-9]}-$number.c"
        fi
    elif is_command "$block"; then
        if ! command -v "$tool" >/dev/null; then
            echo "note: no $tool, left out: $where"
            left_out=$((left_out + 1))
            ran=nothing
        else
            runs "$block" "$where"
            commands=$((commands + 1))
            ran=$where
        fi
    elif [ "$output_of" = nothing ]; then
        left_out=$((left_out + 1))
    elif [ "$output_of" = elsewhere ]; then
        listed=$((listed + 1))
    elif [ -n "$output_of" ]; then
        sed '/^$/d' "$block" >"$work/should"
        sed '/^$/d' "$work/is" | diff - "$work/should" >"$work/differences" || fault "$output_of prints otherwise:
$(cat "$work/differences")"
        outputs=$((outputs + 1))
    else
        ! grep -qE '\\$|\$[({a-z]' "$block" || fault "$where: a command that is neither run nor listed:
$(cat "$block")"
        texts=$((texts + 1))
    fi
done

# --- The programs of the fragments -----------------------------------------------------------------
programs='native evp opaque'
if ! echo '#include <openssl/kdf.h>' | cc -E - $flags | grep -q EVP_KDF_derive_SKEY; then
    programs='native evp'
    echo "note: before OpenSSL 3.6, the blocks with EVP_SKEY are left out"
fi
fragments=0
for program in $programs; do
    fragments=$((fragments + $(grep -c '^#include ".*-[0-9]*\.c"$' "$source/test/interop/documents/$program.c")))
    cc -Wall -Wextra -Werror -I "$work/fragments" -o "$work/$program" \
        "$source/test/interop/documents/$program.c" $flags >"$work/log" 2>&1 &&
        (cd "$work" && "./$program") >"$work/log" 2>&1 || fault "documents/$program.c:"
    cat "$work/log"
done

sort -u "$work/met" | while read -r text; do
    grep -vF -e " $text" "$work/elsewhere" >"$work/left"
    mv "$work/left" "$work/elsewhere"
done
[ ! -s "$work/elsewhere" ] || fault "no document prints any longer: $(cat "$work/elsewhere")"
# A change of the pages that hides blocks from this test is told by their number.
[ "$commands" -ge 15 ] && [ "$outputs" -ge 10 ] && [ "$synopses" -ge 28 ] && [ "$fragments" -ge 27 ] ||
    fault "blocks are missing"

echo "commands: $commands run, $outputs with their output; $left_out left out; $listed blocks run by other tests"
echo "C: $synopses synopses, $fragments blocks compiled and run, $excerpts in test/examples"
echo "the rest: $configurations configurations, $texts tables and figures"
exit $failed
