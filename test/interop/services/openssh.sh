#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenSSH takes ciphers, hashes and this key exchange from libcrypto and has a key derivation of its own: the
# drop-in KDFs are loaded and serve nothing.  What counts is that nothing breaks.
#
#   sh openssh.sh SOURCE_DIR BUILD_DIR
set -u
. "$1/test/interop/services/service.sh"
service=OpenSSH
derivations_each=0
needs sshd:openssh-server ssh:openssh-client
needs_root
sshd=$(command -v sshd) # it starts itself again by its whole name
version=$(ssh -V 2>&1 | sed 's/^OpenSSH_\([^ ,]*\).*/\1/')
for key in host user; do
    ssh-keygen -q -t ed25519 -N '' -f "$work/ssh_$key" || fail "no key could be made"
done
printf '* %s\n' "$(cat "$work/ssh_host.pub")" >"$work/known_hosts"
# The folder of a process without privileges, which the package makes when the service starts.
if [ ! -d /run/sshd ]; then
    mkdir -m 755 /run/sshd
    trap 'stop; rmdir /run/sshd; rm -rf "$work"' EXIT
fi

configure() {
    cat >"$work/sshd_config" <<CONF
ListenAddress 127.0.0.1:$port
HostKey $work/ssh_host
PidFile none
AuthorizedKeysFile $work/ssh_user.pub
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
UsePAM no
PrintMotd no
MaxStartups 100
KexAlgorithms ecdh-sha2-nistp256
Ciphers aes128-gcm@openssh.com
CONF
}

start_server() {
    run_with "$configuration" server "$sshd" -D -e -f "$work/sshd_config"
}

# Of fifty connections one is a login; the others end when the keys are agreed and the host is known.  The
# client has the configuration of the server.
connect() {
    (run_with "$configuration" client sh -c '
        ssh="ssh -F none -p $2 -i $1/ssh_user -o UserKnownHostsFile=$1/known_hosts -o ConnectTimeout=20"
        ssh="$ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectionAttempts=10"
        hosts=$(for number in $(seq 49); do echo 127.0.0.1; done)
        for number in $(seq $(($3 / 50))); do
            [ "$($ssh 127.0.0.1 echo in)" = in ] || exit 1
            [ "$(ssh-keyscan -T 30 -p "$2" -t ed25519 $hosts | grep -c "ssh-ed25519")" -eq 49 ] || exit 1
        done' sh "$work" "$port" "$1") >"$work/client.log" 2>&1
}

measure
