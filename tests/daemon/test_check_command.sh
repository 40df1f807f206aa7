#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `fabricpulse check`: what it says and how it exits, for good and bad files and flags.
set -u
root=${FP_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
program=${FP_BIN:-$root/build/fabricpulse}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

verdict() {
    if [[ $1 -eq 0 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n' "$2"
    fi
}

# expect NAME STATUS OUTPUT ERRORS ARGUMENT...: runs `check` and compares all it gives. What an agent and
# a port cost, and so the sum, depends on the build: those numbers become N.
expect() {
    local name=$1 status=$2 output=$3 errors=$4
    shift 4
    "$program" check "$@" >"$scratch/output" 2>"$scratch/errors"
    local got=$?
    [[ $got -eq $status ]]
    verdict $? "$name: exit status $got, expected $status"
    diff <(printf '%s' "$output") \
        <(sed -E '/^memory: /s/[0-9]+ (MiB|bytes)/N \1/g' "$scratch/output")
    verdict $? "$name: standard output differs"
    diff <(printf '%s' "$errors") "$scratch/errors"
    verdict $? "$name: standard error differs"
}

cd "$scratch" || exit 1

printf 'sflow:\n  workers: 2\nlog: { level: debug }\n' >good.yaml
expect 'a good file' 0 'ok: good.yaml; options that differ from their defaults: 2
sflow.workers: 2
log.level: debug
memory: at most N MiB in 2 workers, each of up to 4096 agents (N bytes each) and 131072 ports (N bytes each)
' '' --config.file=good.yaml

expect 'flags win over the file' 0 'ok: good.yaml; options that differ from their defaults: 3
sflow.listen: ["10.0.0.1:1", ":2"]
sflow.workers: 3
log.level: debug
memory: at most N MiB in 3 workers, each of up to 4096 agents (N bytes each) and 131072 ports (N bytes each)
' '' --config.file good.yaml --sflow.workers=3 --sflow.listen-address=10.0.0.1:1 \
    --sflow.listen-address :2

expect 'the default file' 0 \
    "ok: $root/configs/fabricpulse.yaml; options that differ from their defaults: 0
memory: at most N MiB in 1 worker, each of up to 4096 agents (N bytes each) and 131072 ports (N bytes each)
" '' --config.file="$root/configs/fabricpulse.yaml"

printf 'sflow:\n  workers: many\n  workres: 2\nlgo:\n  level: info\n' >bad.yaml
expect 'every mistake at once' 2 '' \
    '--log.level: expected one of debug, info, warn, error, got "loud"
bad.yaml:2:12: sflow.workers: expected a whole number from 1 to 64, got "many"
bad.yaml:3:3: sflow.workres: unknown key; did you mean "workers"?
bad.yaml:4:1: lgo: unknown section; did you mean "log"?
' --config.file=bad.yaml --log.level=loud

expect 'a file that is not there' 2 '' \
    'missing.yaml: cannot be opened: No such file or directory
' --config.file=missing.yaml

expect 'an unknown flag' 2 '' \
    '--web.listen-adress: unknown flag; did you mean --web.listen-address?
unexpected argument "file.yaml"
' --web.listen-adress=:1 file.yaml

: >empty.yaml
expect 'an empty file' 0 'ok: empty.yaml; options that differ from their defaults: 0
memory: at most N MiB in 1 worker, each of up to 4096 agents (N bytes each) and 131072 ports (N bytes each)
' '' --config.file=empty.yaml

"$program" check --print=yaml | diff "$root/configs/fabricpulse.yaml" -
verdict $? 'check --print=yaml is the default file'

"$program" check --help | grep -q -- '--sflow.listen=:6343 (or --sflow.listen-address)'
verdict $? 'check --help lists the options'

"$program" check --version | grep -Eq '^fabricpulse [0-9]+\.[0-9]+\.[0-9]+, revision '
verdict $? 'check --version names the version'

[[ -e /dev/full ]] && "$program" check >/dev/full 2>&1
[[ $? -eq 1 ]]
verdict $? 'an answer that cannot be written is a failure'

printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
