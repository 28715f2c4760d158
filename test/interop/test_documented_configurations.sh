#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each configuration that the documents print is read as it is printed, and the programs that nobody can do
# without work under it: openssl, ssh-keygen and Python's ssl.  A block is read as a file of its own, and at
# the end of a system's file, where somebody will put it.  A line of a configuration that is in none of these
# blocks is a fault.
#
#   sh test_documented_configurations.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/libssl.sh"
module=${SSLP_MODULES:-$build/ossl-modules}/sslprovider.so
system=$(openssl version -d | sed 's/.*"\(.*\)"/\1/')/openssl.cnf

for tool in ssh-keygen python3; do
    command -v "$tool" >/dev/null || echo "note: no $tool, that part is left out"
done

# --- The blocks ---------------------------------------------------------------------------------
mkdir "$work/blocks" "$work/whole" "$work/shim"
for document in "$source"/README.md "$source"/provider/man/*.pod; do
    write_blocks "$document" "$work/blocks"
done
for block in "$work"/blocks/*; do
    if grep -qE '^(openssl|nodejs)_conf = ' "$block"; then
        mv "$block" "$work/whole"
    elif head -n 1 "$block" | grep -qx '\[ncryptssl]'; then
        mv "$block" "$work/shim"
    fi
done
# The lines are counted another way than the blocks were found.
printed=$(cat "$source"/README.md "$source"/provider/man/*.pod | grep -cE '^ ?openssl_conf = ')
[ "$printed" -eq "$(find "$work/whole" -type f | wc -l)" ] && [ "$printed" -ge 5 ] ||
    fail "$printed lines openssl_conf in the documents, in $(ls "$work/whole")"
[ -n "$(ls "$work/shim")" ] || fail "no block of [ncryptssl]"
stray='^(\[(default|openssl_init|.*_sect|ncryptssl)]|(providers|alg_section|default_properties|activate|module) *=)'
! grep -rE "$stray" "$work/blocks" || fail "lines of a configuration that are not a whole one"
for name in /etc/ssl/sslprovider.cnf '/etc/ssl/openssl.cnf, at the end' \
    /etc/systemd/system/NAME.service.d/sslprovider.conf; do
    documented_block "$name" >"$work/in_page" && [ -s "$work/in_page" ] || fail "the page has no $name"
    grep -qxF "# $name" "$source/README.md" || continue
    documented_block "$name" "$source/README.md" | cmp -s - "$work/in_page" ||
        fail "README.md prints another $name"
done

# Services are told of the files that are printed, and of no others.
! grep -rhoE '/etc/ssl/[a-z_-]+\.cnf' "$work/blocks" |
    grep -vxE '/etc/ssl/(openssl|sslprovider)\.cnf' || fail "files that the documents do not print"

# --- Programs that everybody needs ---------------------------------------------------------------
# under CONFIGURATION COMMAND...: its output; the file is $work/CONFIGURATION.cnf
under() (
    run_with "$1" client sh -c 'shift; exec "$@"' sh "$@"
) 2>&1

hash=$(sha256sum <"$work/cert.pem" | cut -d' ' -f1)

# alive CONFIGURATION WHAT
alive() {
    case $(under "$1" openssl sha256 "$work/cert.pem") in
    *"= $hash") ;;
    *) fail "$2: openssl sha256: $(under "$1" openssl sha256 "$work/cert.pem")" ;;
    esac
    if command -v ssh-keygen >/dev/null; then
        # The shortest keys that it makes: the kind of work counts.
        for type in 'ed25519' 'rsa -b 1024'; do
            rm -f "$work/id" "$work/id.pub"
            under "$1" ssh-keygen -q -t $type -N '' -f "$work/id" >"$work/ssh-keygen.log" &&
                [ -s "$work/id.pub" ] || fail "$2: ssh-keygen -t $type"
        done
    fi
}

# handshakes CONFIGURATION WHAT SELECTED: Python works, and its secrets were computed here if that is not 0.
handshakes() {
    command -v python3 >/dev/null || return 0
    begin_counting
    answer=$(under "$1" python3 "$source/test/interop/handshake.py" "$work/cert.pem" "$work/key.pem")
    [ "$answer" = 'TLSv1.3 an answer' ] || fail "$2: python3: $answer"
    # Tickets aside, which come and go with the program, a handshake takes 30 and more of both sides.
    case $3 in
    0) [ ! -s "$work/client.counts" ] || fail "$2: what nobody selected was served" ;;
    *) [ "$(grep -cx TLS13-KDF "$work/client.counts")" -ge 30 ] || fail "$2: nothing was served" ;;
    esac
}

# active CONFIGURATION WHAT
active() {
    providers=$(under "$1" openssl list -providers)
    for name in default sslprovider; do
        printf '%s\n' "$providers" | grep -A 3 -x "  $name" | grep -qx '    status: active' ||
            fail "$2: $name is not active: $providers"
    done
}

# works WHAT: $work/block.cnf, with the module as it is built, and with one that counts.
works() {
    with_module "$module" <"$work/block.cnf" >"$work/built.cnf"
    with_module "$build/test/counting.so" <"$work/block.cnf" >"$work/counted.cnf"
    active built "$1"
    alive built "$1"
    handshakes counted "$1" "$(grep -c '^alg_section = ' "$work/block.cnf")"
    tried=$((tried + 1))
}

# A system's file as it is installed may have a line "activate" in it, or not.
bases="$source/test/interop/system.cnf"
[ ! -r "$system" ] || bases="$bases $system"

# What is printed in two places is run once.
tried=0
for block in "$work"/whole/*; do
    sum=$(sha256sum <"$block" | cut -d' ' -f1)
    [ ! -e "$work/run-$sum" ] || continue
    : >"$work/run-$sum"
    for base in $bases; do
        sed "s|^\\.include = .*|.include = $base|" "$block" >"$work/block.cnf"
        works "${block##*/} on $base"
        sed '/^\.include = /d' "$block" | cat "$base" - >"$work/block.cnf"
        works "${block##*/} at the end of $base"
    done
    grep -v '^\.include = ' "$block" >"$work/block.cnf"
    works "${block##*/} alone"
done

# The sample, as it is installed and with the line that selects the KDFs.
cp "$build/conf/openssl.cnf" "$work/block.cnf"
works "the sample"
sed 's/^#alg_section/alg_section/' "$build/conf/openssl.cnf" >"$work/block.cnf"
grep -q '^alg_section' "$work/block.cnf" || fail "the sample has no alg_section"
works "the sample, selected"

# --- The section of the shim ---------------------------------------------------------------------
for block in "$work"/shim/*; do
    cat "$source/test/interop/system.cnf" "$block" >"$work/shim.cnf"
    under shim "$build/test/example_session_keys" >"$work/example.log" || fail "${block##*/}: refused"
    alive shim "${block##*/}"
done

# --- The check, and what it says -----------------------------------------------------------------
# The lines are those of the page, but for the names of files, versions, and the hash.
# in_one_line: commands without what breaks their lines.
in_one_line() { sed -e ':more' -e '/\\$/{' -e N -e 's/ *\\\n */ /' -e 'b more' -e '}'; }
check=$(in_one_line <$(grep -l "^ *'openssl list" "$work"/blocks/sslprovider-services.*))
good=$(cat $(grep -l '^SHA2-256(' "$work"/blocks/sslprovider-services.*) </dev/null)
without_particulars() {
    sed -e 's/^\( *version:\) .*/\1/' -e 's/^SHA2-256(.*)= .*/SHA2-256/' -e 's/^.*error:/error:/'
}
run_check() { # CONFIGURATION
    under empty sh -c "$(printf '%s\n' "$check" | sed "s|/etc/ssl/sslprovider.cnf|$work/$1.cnf|")" |
        without_particulars
}
grep -qxF "$check" "$source/README.md" && [ -n "$check" ] || fail "README.md has another check: $check"
documented_block /etc/ssl/sslprovider.cnf | with_module "$module" >"$work/built.cnf"
said=$(run_check built)
[ "$said" = "$(printf '%s\n' "$good" | without_particulars)" ] || fail "the check says: $said
and should say: $good"

# Lines that take the default provider away are found by it, and the remedy for a command holds.
sed '/^\[default_sect]/,/^$/s/^activate/# &/' "$work/built.cnf" >"$work/gone.cnf"
cat $(grep -l '^Error setting digest' "$work"/blocks/sslprovider-services.*) >"$work/bad" </dev/null
said=$(run_check gone)
[ -s "$work/bad" ] || fail "the page does not show what a bad file looks like"
while IFS= read -r line; do
    printf '%s\n' "$said" | grep -qF -e "$line" || fail "the check of a bad file says: $said"
done <"$work/bad"
printf '%s\n' "$said" | grep -qx '  sslprovider' || fail "sslprovider alone was expected: $said"
! printf '%s\n' "$said" | grep -qx '  default' || fail "default is active: $said"
under gone env OPENSSL_CONF=/dev/null openssl sha256 "$work/cert.pem" | grep -q "= $hash" ||
    fail "OPENSSL_CONF=/dev/null is no remedy"

# A module that is not there, or refuses, leaves the system as it is.
sed "s|^module = .*|module = $work/absent.so|" "$work/built.cnf" >"$work/absent.cnf"
sed 's/^module = .*/&\nlegacy = perhaps/' "$work/built.cnf" >"$work/refused.cnf"
for configuration in absent refused; do
    run_check "$configuration" | grep -qx '  default' || fail "$configuration: no default provider"
    ! run_check "$configuration" | grep -qx '  sslprovider' || fail "$configuration: sslprovider"
    alive "$configuration" "$configuration"
done
# --- What the module tells of itself --------------------------------------------------------------
# told CONFIGURATION COMMAND...: the lines of the module alone, without the number of the process.
told() {
    configuration=$1
    shift
    under "$configuration" env SSLPROVIDER_DEBUG=stderr "$@" |
        sed -n 's/^sslprovider\[[0-9]*]: //p'
}
# shows WORDS: they stand in the page.
shows() {
    grep -qF -e "$1" "$services_page" || fail "the page does not say: $1"
}

shows 'sslprovider[4711]: served TLS1-PRF 4, TLS13-KDF 21'
told built openssl kdf -keylen 16 -kdfopt digest:SHA2-256 -kdfopt hexsecret:00 -kdfopt seed:seed \
    TLS1-PRF | grep -qx 'served TLS1-PRF 1' || fail "the provider does not say that it served"
shows 'served nothing in this process'
told built openssl sha256 "$work/cert.pem" | grep -q '^served nothing in this process' ||
    fail "the provider does not say that it served nothing"
[ -n "$(told refused openssl sha256 "$work/cert.pem")" ] || fail "a refusal says nothing"
[ -z "$(told absent openssl sha256 "$work/cert.pem")" ] || fail "who speaks of an absent module?"
policy=$(under built openssl list -providers -verbose |
    sed -n '/^  sslprovider$/,$s/^ *build info: [0-9.]* \(legacy=.*\)/\1/p')
[ -n "$policy" ] || fail "no policy in the build info"
shows "$policy"

# The handshake of the page, with a server of our own.
handshake=$(cat $(grep -lF 's_client -connect HOST:443' "$work"/blocks/sslprovider-services.*) </dev/null)
mkfifo "$work/input"
(run_with empty server openssl s_server -accept 127.0.0.1:0 -cert "$work/cert.pem" -key "$work/key.pem") \
    <>"$work/input" >"$work/s_server.log" 2>&1 &
processes=$!
wait_for '^ACCEPT ' "$work/s_server.log" || fail "no server"
port=$(sed -n 's/^ACCEPT .*://p' "$work/s_server.log")
said=$(under empty sh -c "$(printf '%s\n' "$handshake" |
    sed "s|/etc/ssl/sslprovider.cnf|$work/built.cnf|; s|HOST:443|127.0.0.1:$port|")")
stop
printf '%s\n' "$said" | grep -qx 'sslprovider\[[0-9]*]: served TLS13-KDF [0-9]*' ||
    fail "a handshake says: $said"
echo "$printed configurations, read in $tried ways"
