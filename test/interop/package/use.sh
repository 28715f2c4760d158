# SPDX-License-Identifier: Apache-2.0
#
# Run by test_package.sh in a root with nothing but Debian's essential packages, after build.sh.  The
# packages are installed, used as the manual pages say, upgraded under a running server, and purged.
set -eu
umask 022

fail() {
    echo "FAILED: $*"
    exit 1
}

quietly() {
    "$@" >/tmp/log 2>&1 || { cat /tmp/log; fail "$*"; }
}

install() {
    quietly apt-get install -qq --no-install-recommends "$@"
}

ours='sslprovider libncryptssl1 libncryptssl-dev'
source=/source
. /source/test/interop/documents.sh

# ---- Install -----------------------------------------------------------------------------------
install /results/1/*.deb
dpkg-query -W -f '${Package} ${Version}\n' $ours
dpkg -L $ours | sort -u >/tmp/installed
! grep -rl sslprovider /etc/ssl/openssl.cnf /etc/ssl/openssl.cnf.d 2>/dev/null ||
    fail "OpenSSL's own configuration names the provider"
install openssl man-db nginx curl gcc libc6-dev pkg-config cmake make

# ---- The command, with no variable set ---------------------------------------------------------
vector=/source/test/vectors/nist_cavp_tls_samples.rsp
field() {
    awk -v name="$1" '$1 == "COUNT" { here = $3 == 1 } here && $1 == name { print $3; exit }' "$vector"
}
expected=$(field key_block)
derived=$(openssl kdf -provider sslprovider -keylen $((${#expected} / 2)) -kdfopt digest:SHA2-256 \
    -kdfopt "hexsecret:$(field master_secret)" -kdfopt "hexclient-random:$(field client_random)" \
    -kdfopt "hexserver-random:$(field server_random)" SSL-SESSION-KEYS | tr -d ':\n ' | tr A-F a-f)
[ -n "$expected" ] && [ "$derived" = "$expected" ] || fail "openssl kdf: $derived, not $expected"

# ---- The manual ----------------------------------------------------------------------------------
# Every page has the names of its section NAME, up to the dash.  Where a line of names cannot be filled to
# the margin is no fault.
pages=0
for pod in /source/provider/man/*.pod; do
    section=${pod%.pod}
    section=${section##*.}
    for name in $(awk '/^=head1 NAME/ { here = 1; next }
        here { last = sub(/ - .*/, ""); gsub(/,/, ""); print; if (last) exit }' "$pod"); do
        man --warnings "$section" "$name" >/tmp/page 2>/tmp/log || fail "man $section $name: $(cat /tmp/log)"
        ! grep -vE "can(no|')t (adjust|break) line" /tmp/log || fail "man $section $name"
        grep -q "$name" /tmp/page || fail "man $section $name shows another page"
        pages=$((pages + 1))
    done
done
[ "$pages" -eq "$(grep -c '/man/man[0-9]/.*gz$' /tmp/installed)" ] || fail "$pages manual pages"

# ---- Programs ------------------------------------------------------------------------------------
# build PROGRAM FLAG...; what pkg-config says is split on purpose.
build() {
    program=$1
    shift
    quietly cc -Wall -Wextra -Werror -o /tmp/program "/source/test/$program" "$@"
}
build interop/ten_lines.c $(pkg-config --cflags --libs ncryptssl)
quietly /tmp/program
build interop/ten_lines_evp.c $(pkg-config --cflags --libs sslprovider)
quietly /tmp/program
build examples/evp_builtin.c $(pkg-config --cflags --libs sslprovider-builtin)
quietly /tmp/program
build interop/ten_lines.c $(pkg-config --cflags ncryptssl) -l:libncryptssl.a -lcrypto
quietly /tmp/program
[ -f "$(pkg-config --variable=modulesdir sslprovider)/sslprovider.so" ] || fail "modulesdir of sslprovider.pc"

mkdir /tmp/consumer
cat >/tmp/consumer/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(ncryptssl REQUIRED)
find_package(sslprovider REQUIRED)
add_executable(native /source/test/interop/ten_lines.c)
target_link_libraries(native PRIVATE ncryptssl::ncryptssl)
add_executable(evp /source/test/interop/ten_lines_evp.c)
target_link_libraries(evp PRIVATE sslprovider::sslprovider)
if(NOT EXISTS ${sslprovider_MODULES_DIR}/sslprovider.so)
    message(FATAL_ERROR "no module in ${sslprovider_MODULES_DIR}")
endif()
CMAKE
quietly cmake -S /tmp/consumer -B /tmp/consumer/build
quietly cmake --build /tmp/consumer/build
quietly /tmp/consumer/build/native
quietly /tmp/consumer/build/evp

# ---- What the documents print --------------------------------------------------------------------
SSLP_INSTALLED=1 sh /source/test/interop/test_documents.sh /source >/tmp/documents 2>&1 ||
    fail "the documents: $(cat /tmp/documents)"
tail -n 1 /tmp/documents

# ---- A server --------------------------------------------------------------------------------------
# nginx starts a new binary by the name that it was started with, hence the whole path.
# The check that the manual prints, before anything is started.
mkdir /tmp/blocks
write_blocks "$services_page" /tmp/blocks
check=$(cat $(grep -l "^ *'openssl list -providers" /tmp/blocks/*) </dev/null)
[ -n "$check" ] || fail "no check in $services_page"
sh -c "$check" >/tmp/check 2>&1 || fail "the check: $(cat /tmp/check)"
[ "$(grep -c 'status: active' /tmp/check)" -eq 2 ] && grep -q '^SHA2-256(' /tmp/check ||
    fail "the check: $(cat /tmp/check)"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout /tmp/key.pem -out /tmp/cert.pem >/tmp/log 2>&1 ||
    fail "no certificate: $(cat /tmp/log)"
{
    documented_block /etc/nginx/nginx.conf || fail "no line for nginx"
    cat <<'CONF'
env SSLPROVIDER_DEBUG;
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /tmp/nginx.log info;
events { worker_connections 64; }
http {
    access_log off;
    server {
        listen unix:/run/nginx.sock ssl;
        ssl_certificate /tmp/cert.pem;
        ssl_certificate_key /tmp/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / { return 200 "$ssl_protocol\n"; }
    }
}
CONF
} >/tmp/nginx.conf

wait_until() {
    for i in $(seq 100); do
        ! eval "$1" || return 0
        sleep 0.1
    done
    cat /tmp/nginx.log
    fail "never: $1"
}

# Each a connection of its own, with the plain libssl of the client.
request() {
    for version in 1.2 1.3; do
        answer=$(curl -sS --unix-socket /run/nginx.sock --cacert /tmp/cert.pem --tls-max "$version" \
            "--tlsv$version" https://localhost/) || fail "curl, TLS $version"
        [ "$answer" = "TLSv$version" ] || fail "TLS $version: $answer"
    done
}

# The worker of the running master, and what processes have loaded.
worker() { cat "/proc/$(cat /run/nginx.pid)/task/$(cat /run/nginx.pid)/children"; }
modules_of() { cat $(printf '/proc/%s/maps ' "$@") | grep 'sslprovider\.so' || true; }

SSLPROVIDER_DEBUG=file:/run/sslprovider.log OPENSSL_CONF=/etc/ssl/sslprovider.cnf \
    quietly /usr/sbin/nginx -e /tmp/nginx.log -c /tmp/nginx.conf
wait_until '[ -S /run/nginx.sock ] && [ -s /run/nginx.pid ]'
request
old=$(cat /run/nginx.pid)
[ -n "$(modules_of $(worker))" ] || fail "the worker has not loaded the module"

# ---- Upgrade ---------------------------------------------------------------------------------------
# A file that the administrator has changed stays as it is.
echo '# changed here' >>/etc/ssl/sslprovider.cnf
install /results/2/*.deb
[ "$(dpkg-query -W -f '${Version}\n' $ours | sort -u | grep -c -- '-2$')" -eq 1 ] || fail "no upgrade"
grep -q 'changed here' /etc/ssl/sslprovider.cnf || fail "the changed configuration is lost"
modules_of $(worker) | grep -q deleted || fail "the running worker has another module than at its start"
request

# The new binary, which nginx starts beside the old one, loads the new module.
kill -USR2 "$old"
wait_until '[ -s /run/nginx.pid.oldbin ] && [ -s /run/nginx.pid ]'
kill -QUIT "$old"
wait_until '[ ! -e /run/nginx.pid.oldbin ]'
new=$(cat /run/nginx.pid)
[ "$new" != "$old" ] || fail "no new master"
wait_until '[ -n "$(worker)" ]'
modules=$(modules_of "$new" $(worker))
[ -n "$modules" ] || fail "the new processes have no module"
! echo "$modules" | grep -q deleted || fail "the new processes have the old module"
request
kill -QUIT "$new"
wait_until '[ ! -e /run/nginx.pid ]'

# Three connections of each version; a worker tells when it ends.
wait_until '[ "$(grep -c "served TLS1-PRF" /run/sslprovider.log)" -eq 2 ]'
grep -o 'served TLS1-PRF.*' /run/sslprovider.log
[ "$(grep -o 'served TLS1-PRF.*' /run/sslprovider.log | head -n 2 | tr '\n' ' ')" = \
    'served TLS1-PRF 8, TLS13-KDF 42 served TLS1-PRF 4, TLS13-KDF 21 ' ] ||
    fail "other derivations: $(cat /run/sslprovider.log)"

# ---- Purge -------------------------------------------------------------------------------------------
dpkg -L $ours | sort -u >/tmp/installed
quietly apt-get remove -qq sslprovider
[ -f /etc/ssl/sslprovider.cnf ] || fail "a removal takes the changed configuration"
quietly apt-get purge -qq $ours
! dpkg-query -W $ours >/tmp/log 2>&1 || fail "still known: $(cat /tmp/log)"
while read -r path; do
    [ ! -e "$path" ] || { [ -d "$path" ] && dpkg -S "$path" >/dev/null 2>&1; } || fail "left: $path"
done </tmp/installed
left=$(find /etc /usr /var /opt \( -name '*sslprovider*' -o -name '*ncryptssl*' \) ! -path '/var/cache/*')
[ -z "$left" ] || fail "left: $left"
! ldconfig -p | grep ncryptssl || fail "ldconfig still knows the library"

# ---- The archive ---------------------------------------------------------------------------------------
tar -C / -xzf /results/local/*.tar.gz
OPENSSL_CONF=/usr/local/share/doc/sslprovider/openssl.cnf openssl list -providers >/tmp/log 2>&1 &&
    grep -q 'name: TLS session-key derivation' /tmp/log || fail "the archive: $(cat /tmp/log)"
ldconfig
build interop/ten_lines.c $(PKG_CONFIG_PATH=/usr/local/lib/pkgconfig pkg-config --cflags --libs ncryptssl)
quietly /tmp/program

echo "$(wc -l </tmp/installed) files and folders, $pages manual pages; nothing left"
