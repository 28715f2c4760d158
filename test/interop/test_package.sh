#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The Debian packages as users meet them, in clean roots of Debian 12 and 13: package/build.sh makes them
# twice in one root, package/use.sh installs them with apt in another, uses, upgrades and purges them.
#
#   test_package.sh SOURCE_DIR [SUITE]...
#
# The roots are made by mmdebstrap from the Debian archive that apt is configured with, once, and kept with
# the packages that the tests install in $SSLP_PACKAGE_CACHE, by default ~/.cache/sslprovider-package: about
# 2 GB.  What the tests change in them stays in memory.  It needs root, the right to mount, and the network
# the first time.  Where roots cannot be made the test is skipped (77).
set -eu
LC_ALL=C
export LC_ALL

self=$(readlink -f "$0")
folder=$(dirname "$self")/package

build_packages='ca-certificates cmake ninja-build gcc libc6-dev libssl-dev openssl pkg-config perl
    dpkg-dev file lintian reuse'
use_packages='libssl-dev openssl man-db nginx curl gcc libc6-dev pkg-config cmake make'

cannot() {
    echo "skipped: $*"
    exit 77
}

fail() {
    echo "FAILED: $*"
    exit 1
}

# ---- The first process in a root's namespaces ----------------------------------------------------
# inside ROOT SOURCE RESULTS SCRIPT [ARGUMENT]...
inside() {
    root=$1 source=$2 results=$3 script=$4
    shift 4
    mount -t tmpfs -o mode=755 tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
    cd /mnt/root
    mount -t proc proc proc
    mount --rbind /dev dev
    mkdir -p source results
    mount --bind "$source" source
    mount -o remount,bind,ro source
    mount --bind "$results" results
    exec chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive sh "/source/${script#"$source"/}" "$@"
}
if [ "${1-}" = inside ]; then
    shift
    inside "$@"
fi

# enter ROOT SCRIPT [ARGUMENT]...: on $source and $results; the mounts end with the command.
enter() {
    root=$1 script=$2
    shift 2
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
        sh "$self" inside "$root" "$source" "$results" "$script" "$@"
}

# ---- Roots -------------------------------------------------------------------------------------
# What a root is made of.  A root that was made of something else is made again.
recipe() {
    echo "recipe 1, $(dpkg --print-architecture), $1 $2"
}

# make_root KIND SUITE: for `build` the packages are installed, for `use` they lie beside apt's lists, so
# that apt finds them there when a test installs something.
make_root() {
    kind=$1 suite=$2 place=$cache/$2-$1
    eval "packages=\$${kind}_packages"
    # The list is split on purpose.
    packages=$(echo $packages)
    wanted=$(recipe "$suite" "$packages")
    [ "$(cat "$place/recipe" 2>/dev/null)" != "$wanted" ] || return 0
    command -v mmdebstrap >/dev/null || cannot "no mmdebstrap"
    echo "making a root of Debian's $suite ($kind)"
    rm -rf "$place"
    mkdir -p "$place"
    if [ "$kind" = build ]; then
        set -- --include="$(echo "$packages" | tr ' ' ,)" --customize-hook='chroot "$1" apt-get clean'
    else
        set -- --customize-hook="chroot \"\$1\" apt-get install -qq --no-install-recommends \
            --download-only $packages"
    fi
    # No service starts in a root.
    mmdebstrap --variant=minbase --mode=root --skip=cleanup/apt "$@" \
        --customize-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d"' \
        --customize-hook='chmod 755 "$1/usr/sbin/policy-rc.d"' \
        "$suite" "$place/root" ${archive:+"$archive"} >"$place/log" 2>&1 || {
        tail -n 5 "$place/log"
        cannot "no root of $suite, see $place/log"
    }
    echo "$wanted" >"$place/recipe"
}

[ $# -ge 1 ] || { sed -n 's/^#   //p' "$0" >&2; exit 2; }
source=$(readlink -f "$1")
shift
[ $# -gt 0 ] || set -- bookworm trixie

[ "$(id -u)" -eq 0 ] || cannot "roots take root"
for tool in unshare setpriv mount chroot apt-get dpkg; do
    command -v "$tool" >/dev/null || cannot "no $tool"
done
unshare --mount --pid --fork true 2>/dev/null || cannot "no right to mount (a container?)"

cache=${SSLP_PACKAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sslprovider-package}
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
# Without an answer mmdebstrap has its own.
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    'Label: Debian' | head -n 1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
for suite; do
    make_root build "$suite"
    make_root use "$suite"
    begin=$(date +%s)
    results=$work/$suite
    mkdir "$results"
    echo "== $suite: build"
    enter "$cache/$suite-build/root" "$folder/build.sh" || fail "$suite: the packages are not made"
    built=$(date +%s)
    echo "== $suite: install, use, upgrade, purge"
    enter "$cache/$suite-use/root" "$folder/use.sh" || fail "$suite: the packages do not serve"
    echo "== $suite: passed, built in $((built - begin)) s and used in $(($(date +%s) - built)) s"
done
