# SPDX-License-Identifier: Apache-2.0
#
# Sourced by conf/quickstart.sh and test/run.sh.
#
#   install_tools [COMMAND:PACKAGE]...
#
# installs what the build needs, and the commands named, with apt-get.  If nothing is missing, it
# needs neither the network nor the right to install.

# True when the C compiler finds a header.
have_header() {
    printf '#include <%s>\n' "$1" | cc -E - >/dev/null 2>&1
}

# The packages of the missing commands of the list COMMAND:PACKAGE...
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

# Runs a command as root; the first argument is an option of sudo, "-n" never asks for a password.
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

# Runs a command.  Packages that it installs start no service: a test needs the program only.  An
# existing policy is not changed.
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

# install_extras COMMAND:PACKAGE...: optional packages.  Without them a check is skipped, or the manual
# is not built.  They are installed if apt has them and asks nothing; otherwise that is no failure.
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
            echo "error: there is no apt-get; please install the equivalent of: $packages" >&2
            return 1
        fi
        as_root '' apt-get update || echo "note: apt-get update failed, using the known package lists"
        # The list is split on purpose: one word for each package.
        if ! apt_install '' $packages; then
            echo "error: could not install: $packages" >&2
            return 1
        fi
    fi
    install_extras clang-format-14:clang-format-14 pod2man:perl valgrind:valgrind
}
