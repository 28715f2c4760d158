# SPDX-License-Identifier: Apache-2.0
#
# Sourced by conf/quickstart.sh and test/run.sh.
#
#   install_tools [COMMAND:PACKAGE]...
#
# makes sure that everything the build needs is there, and the commands named besides.  What is
# missing is installed with apt-get; where nothing is missing, neither the network nor the right
# to install is needed.

# True when the C compiler finds a header.
have_header() {
    printf '#include <%s>\n' "$1" | cc -E - >/dev/null 2>&1
}

# The packages of those commands of the list COMMAND:PACKAGE... that are missing.
missing_commands() {
    for pair; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || printf '%s ' "${pair#*:}"
    done
}

missing_packages() {
    missing_commands cc:gcc make:make cmake:cmake ninja:ninja-build pkg-config:pkg-config \
        openssl:openssl "$@"
    have_header stdio.h || printf 'libc6-dev '
    have_header openssl/evp.h || printf 'libssl-dev '
    have_header CUnit/Basic.h || printf 'libcunit1-dev '
}

# Runs a command as root; the first argument is what to ask sudo with, "-n" never asks back.
as_root() {
    sudo_option=$1
    shift
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null 2>&1 && sudo $sudo_option "$@"
    fi
}

apt_install() {
    sudo_option=$1
    shift
    as_root "$sudo_option" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$@"
}

# Runs a command, and meanwhile no package that it installs starts a service: a test wants the program,
# and not what Debian makes of it.  A policy that is there already is left as it is.
without_services() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root -n rm -f "$policy"' EXIT
        trap 'exit 1' HUP INT TERM
        as_root -n sh -c 'printf "%s\n" "#!/bin/sh" "exit 101" >"$1" && chmod 755 "$1"' sh "$policy" ||
            exit 1
    fi
    "$@"
)

# install_extras COMMAND:PACKAGE...: what a check is skipped or the manual is not built without.  It
# is taken when apt offers it and that costs no question; that it cannot be had is no failure.
install_extras() {
    for package in $(missing_commands "$@"); do
        if apt-cache show "$package" >/dev/null 2>&1; then
            without_services apt_install -n -o Acquire::Retries=0 "$package" >/dev/null 2>&1 ||
                echo "note: optional package $package could not be installed"
        fi
    done
}

install_tools() {
    packages=$(missing_packages "$@")
    if [ -n "$packages" ]; then
        echo "installing: $packages"
        if ! command -v apt-get >/dev/null 2>&1; then
            echo "error: no apt-get here; please install the equivalent of: $packages" >&2
            return 1
        fi
        as_root '' apt-get update || echo "note: apt-get update failed, trying what is known"
        # The list is split on purpose: one word per package.
        if ! apt_install '' $packages; then
            echo "error: could not install: $packages" >&2
            return 1
        fi
    fi
    install_extras clang-format-14:clang-format-14 pod2man:perl valgrind:valgrind
}
