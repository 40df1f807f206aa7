#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Proves that the test runner does not take a failure for a success: each case is a suite that ends
# in one particular way, and the last line that the runner must print for it.
set -u
run=$(cd "$(dirname "$0")/.." && pwd)/run
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

# ends WITH STATUS SUITE...: the runner's last line and exit status for these suites.
ends() {
    local want=$1 status=$2 output got
    shift 2
    output=$(FP_TIMEOUT=2 "$run" "$@" 2>&1)
    got=$?
    if [[ $got -eq $status && ${output##*$'\n'} == "$want" ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: want "%s" (exit %d), got (exit %d):\n%s\n' "$want" "$status" "$got" "$output"
    fi
}

# suite BODY: the path of a script that does BODY.
suite() {
    local path
    path=$(mktemp "$scratch/XXXXXX.sh")
    printf '%s\n' "$1" >"$path"
    echo "$path"
}

quiet=$(suite 'true')
counts=$(suite 'echo "4 passed, 0 failed, 1 skipped"')
says_failed=$(suite 'echo "4 passed, 2 failed"; exit 1')
says_failed_exits_0=$(suite 'echo "4 passed, 2 failed"')
passes_exits_1=$(suite 'echo "4 passed, 0 failed"; exit 1')
counts_nothing=$(suite 'echo "0 passed, 0 failed"')
crashes=$(suite 'echo "[  PASSED  ] 3 test(s)."; kill -SEGV $$')
hangs=$(suite 'sleep 60')
skips=$(suite 'echo "skipped: nothing to test"; exit 77')
cmocka=$(suite 'echo "[  PASSED  ] 3 test(s)."; echo "[  SKIPPED ] 1 test(s), listed below:"')
cmocka_groups=$(suite 'echo "[  PASSED  ] 3 test(s)."; echo "[  PASSED  ] 2 test(s)."')
cmocka_failed=$(suite 'echo "[  PASSED  ] 3 test(s)."; echo "[  FAILED  ] 1 test(s), listed below:"; exit 1')

ends '1 passed, 0 failed' 0 "$quiet"
ends '4 passed, 0 failed, 1 skipped' 0 "$counts"
ends '4 passed, 2 failed' 1 "$says_failed"
ends '4 passed, 2 failed' 1 "$says_failed_exits_0"
ends '4 passed, 1 failed' 1 "$passes_exits_1"
ends '0 passed, 1 failed' 1 "$counts_nothing"
ends '3 passed, 1 failed' 1 "$crashes"
ends '0 passed, 1 failed' 1 "$hangs"
ends '0 passed, 0 failed, 1 skipped' 0 "$skips"
ends '3 passed, 0 failed, 1 skipped' 0 "$cmocka"
ends '5 passed, 0 failed' 0 "$cmocka_groups"
ends '3 passed, 1 failed' 1 "$cmocka_failed"
ends '0 passed, 1 failed' 1 "$scratch/absent"
ends '0 passed, 1 failed' 1
ends '5 passed, 0 failed, 1 skipped' 0 "$quiet" "$counts"
ends '5 passed, 1 failed, 1 skipped' 1 "$quiet" "$counts" "$scratch/absent"

printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
