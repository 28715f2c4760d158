# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the suites: a test of others runs three times, with OpenSSL's own KDFs, with the drop-ins
# selected, and with drop-ins that err.  The second run must have the results of the first, line by
# line, but for what known_differences lists, with derivations that we served; the third must not.
#
#   project, build   folders: the source, and a build with the module and erring.so
#   release          of OpenSSL
#   table            a file, to which each test adds a line: release, test, checks, passed with OpenSSL's
#                    own KDFs, passed with ours, derivations that we served
#   work             a folder of its own, gone at the end
#   failures         the number of tests that failed

LC_ALL=C
export LC_ALL
release=$(openssl version | sed 's/^OpenSSL \([0-9]*\.[0-9]*\)\..*/\1/')
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$build/suites" "$work/plain" "$work/ours" "$work/erring"
# For tests that insist on a default library context without providers.
: >"$work/empty.cnf"

# add_configuration FILE: in its three forms.  FILE has the sections openssl_init and provider_sect, in
# which the module is activated after all others; `default` is active where that was a comment.
add_configuration() {
    for variant in plain ours erring; do
        case $variant in
        plain) module= ;;
        ours) module=$build/ossl-modules/sslprovider.so ;;
        erring) module=$build/test/erring.so ;;
        esac
        awk -v module="$module" '
            { sub(/^# activate = 1/, "activate = 1"); print }
            module == "" { next }
            /^\[ *openssl_init *\]/ { print "alg_section = sslprovider_algorithms" }
            /^\[ *provider_sect *\]/ { print "sslprovider = sslprovider_settings" }
            END {
                if (module == "")
                    exit
                print "[sslprovider_settings]\nmodule = " module "\nactivate = 1"
                print "[sslprovider_algorithms]\ndefault_properties = ?sslprovider.kdf=yes"
            }' "$1" >"$work/$variant/${1##*/}"
    done
}

# The lines that are compared: TAP without numbers, and the summary of evp_test.
results_of() { # LOG STATUS
    sed -nE -e '/^ *(not )?ok [0-9]/{s/^( *)(not )?ok [0-9]+/\1\2ok/;p;}' -e '/^ *1\.\.[0-9]/p' \
        -e '/^ *# Completed [0-9]+ tests/p' "$1"
    echo "exit status $2"
}

# The checks in such lines, and how many of them passed: stanzas of evp_test, or leaves of TAP, or else
# the exit status.
count_checks() {
    awk '
        /# Completed/ {
            stanzas = 1
            run += $3 - $(NF - 1)
            passed += $3 - $(NF - 1) - $6
        }
        /^    +(not )?ok/ { inner = 1; leaves++; good += $1 == "ok" }
        /^(not )?ok/ {
            if (!inner) { leaves++; good += $1 == "ok" }
            inner = 0
        }
        /^exit status/ { status = $3 }
        END {
            if (stanzas) print run, passed
            else if (leaves) print leaves, good + 0
            else print 1, status == 0 ? 1 : 0
        }' "$1"
}

# The differences that known_differences does not list.
unknown_differences() { # TEST
    diff "$work/plain.results" "$work/ours.results" | sed -n '/^[<>]/p' >"$work/differences"
    awk -F '\t' -v test="$1" -v release="$release" '
        NR == FNR {
            if (!/^#/ && release ~ "^(" $1 ")$" && test ~ "^(" $2 ")$")
                known[$3] = 1
            next
        }
        {
            line = $0
            sub(/^[<>] */, "", line)
            if (!(line in known))
                print
        }' "$project/test/suites/known_differences" "$work/differences"
}

run_variant() { # VARIANT CONTEXT PROGRAM ARGUMENT...
    variant=$1
    conf=$work/$variant/default.cnf
    contexts=
    case $2 in
    own) conf=$work/empty.cnf ;;
    bare) contexts=$conf ;;
    esac
    shift 2
    rm -rf "$work/cwd" "$work/served"
    mkdir "$work/cwd"
    for argument; do
        shift
        case $argument in
        @*) argument=$work/$variant/${argument#@} ;;
        esac
        set -- "$@" "$argument"
    done
    status=0
    (cd "$work/cwd" &&
        OPENSSL_CONF=$conf SSLP_CONTEXTS=$contexts SSLPROVIDER_DEBUG=file:$work/served \
            SSLP_COUNTED_MODULE=$build/ossl-modules/sslprovider.so timeout "$seconds" "$@") \
        >"$work/$variant.log" 2>&1 </dev/null || status=$?
    results_of "$work/$variant.log" "$status" >"$work/$variant.results"
}

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# try CONTEXT TEST PROGRAM ARGUMENT...: an argument @FILE is a configuration, in the form of the run.
# CONTEXT is "main", where the program uses the default library context; "own", where it is given a
# configuration for another one; or "bare", where it makes one without a configuration, see
# openssl/configured_contexts.c.  With "idle" it uses the default context or its own, and has no KDF of
# ours.  A program that is not there is left out.
try() {
    context=$1
    name=$2
    shift 2
    command -v "$1" >/dev/null || return 0
    seconds=600
    begin=$(date +%s)
    run_variant plain "$context" "$@"
    took=$(($(date +%s) - begin))
    run_variant ours "$context" "$@"
    served=$(sed -nE 's/.*\]: served ((TLS1-PRF|TLS13-KDF|HKDF) .*)/\1/p' "$work/served" 2>/dev/null |
        awk '{ gsub(/,/, ""); for (i = 2; i <= NF; i += 2) n += $i } END { print n + 0 }')
    plain_counts=$(count_checks "$work/plain.results")
    ours_counts=$(count_checks "$work/ours.results")
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$release" "$name" "${plain_counts% *}" "${plain_counts#* }" \
        "${ours_counts#* }" "$served" >>"$table"
    differences=$(unknown_differences "$name")
    if [ -n "$differences" ]; then
        fail "$name differs with the drop-ins"
        printf '%s\n' "$differences" | head -n 20
        cp "$work/plain.log" "$build/suites/$name.plain.log"
        cp "$work/ours.log" "$build/suites/$name.ours.log"
    fi
    [ "$context" != idle ] || return 0
    [ "$served" -gt 0 ] || fail "$name: no derivation was served"
    # Two ends that do not agree may wait for each other.
    seconds=$((took * 2 + 10))
    run_variant erring "$context" "$@"
    ! cmp -s "$work/plain.results" "$work/erring.results" ||
        fail "$name does not notice drop-ins that err"
}

# summary WHAT MINIMUM: of the table, as the last line; the status is that of the suite.  Fewer checks
# than there have been mean that some were not reached.
summary() {
    awk -F '\t' -v what="$1" -v minimum="$2" -v failures="$failures" '
        { n++; checks += $3; plain += $4; ours += $5; served += $6 }
        END {
            printf "%s: %d tests, %d checks, passed %d with its own KDFs and %d with ours, ", what, n, \
                checks, plain, ours
            printf "%d derivations served, %d failures\n", served, failures
            if (checks < minimum)
                printf "FAILED: fewer checks than %d\n", minimum
            exit checks < minimum || failures > 0
        }' "$table"
}
