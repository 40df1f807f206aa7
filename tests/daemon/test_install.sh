#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make install` puts everything where a distribution expects it, keeps an operator's configuration,
# and `make uninstall` takes back all else.
set -u
root=${FP_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${FP_BUILD:-$root/build}
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

# `-o all`: the binary under test is the one that is installed, whatever built it.
install_make() {
    MAKEFLAGS='' make -s --no-print-directory -C "$root" -o all BUILD="$build" DESTDIR="$scratch" \
        PREFIX=/usr "$1" 2>&1
}

installs() {
    local output
    output=$(install_make install)
    verdict $? "make install: $output"
}

installs
while read -r mode path; do
    [[ $(stat -c %a "$scratch$path" 2>/dev/null) == "$mode" ]]
    verdict $? "$path is installed with mode $mode"
done <<'END'
755 /usr/bin/fabricpulse
644 /usr/share/man/man1/fabricpulse.1
644 /usr/lib/systemd/system/fabricpulse.service
644 /usr/share/doc/fabricpulse/README.md
644 /usr/share/doc/fabricpulse/fabricpulse.yaml
644 /etc/fabricpulse/fabricpulse.yaml
END

grep -q '^ExecStart=/usr/bin/fabricpulse run --config.file=/etc/fabricpulse/fabricpulse.yaml' \
    "$scratch/usr/lib/systemd/system/fabricpulse.service"
verdict $? "the unit starts the binary that was installed"

"$scratch/usr/bin/fabricpulse" check --config.file="$scratch/etc/fabricpulse/fabricpulse.yaml" >/dev/null
verdict $? "the installed configuration passes the check"

echo '# mine' >"$scratch/etc/fabricpulse/fabricpulse.yaml"
installs
[[ $(cat "$scratch/etc/fabricpulse/fabricpulse.yaml") == '# mine' ]]
verdict $? "a second installation keeps the configuration"

install_make uninstall
[[ $(find "$scratch" -type f) == "$scratch/etc/fabricpulse/fabricpulse.yaml" ]]
verdict $? "make uninstall leaves the configuration only: $(find "$scratch" -type f | tr '\n' ' ')"

printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
