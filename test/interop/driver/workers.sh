# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the tests that run the driver's combinations, several at a time, in the folder $work: each is
# a line of what the function `combinations` prints, and $pattern picks some of them.  The function
# `run_combination INDEX WORDS...` says whether one passed; its logs are in $work/INDEX.

worker() { # NUMBER
    awk -v "worker=$1" -v "workers=$workers" 'NR % workers == worker' "$work/combinations" |
        while read -r index words; do
            # Words are split on purpose.
            if run_combination "$index" $words </dev/null 2>/dev/null; then
                echo "$index" >>"$work/passed.$1"
            else
                echo "$index" >>"$work/failed.$1"
            fi
        done
}

# run_all LOG...: sets $passed and $total, and shows these logs of what failed.
run_all() {
    combinations | grep -E -e "${pattern:-.}" | awk '{ print NR, $0 }' >"$work/combinations"
    worker=0
    while [ "$worker" -lt "$workers" ]; do
        : >"$work/passed.$worker"
        : >"$work/failed.$worker"
        worker "$worker" &
        worker=$((worker + 1))
    done
    wait
    for index in $(cat "$work"/failed.*); do
        sed -n "s/^$index /FAILED: /p" "$work/combinations"
        for log; do
            tail -v -n 8 "$work/$index/$log"
        done
    done
    [ -z "$pattern" ] || echo "logs: $work"
    passed=$(cat "$work"/passed.* | wc -l)
    total=$(wc -l <"$work/combinations")
}
