#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The systemd unit: it verifies, it is hardened, and `make install` leaves it pointing at the files
# that it installed.
set -u
root=${FP_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=${FP_BIN:-$root/build/fabricpulse}
unit=$root/configs/systemd/fabricpulse.service
exposure_limit=2.0
command -v systemd-analyze >/dev/null || { echo "skipped: no systemd-analyze"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

verdict() {
    if [[ $1 -eq 0 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n%s\n' "$2" "$3"
    fi
}

# Verified with the binary that was built, because systemd looks whether it exists. Without /run/systemd
# there is no manager to ask; the unit is read all the same.
sed "s,/usr/local/bin/fabricpulse,$bin," "$unit" >"$scratch/fabricpulse.service"
output=$(systemd-analyze verify --man=no "$scratch/fabricpulse.service" 2>&1)
status=$?
[[ $status -eq 0 && -z $output ]]
verdict $? "systemd-analyze verify says nothing (exit $status)" "$output"

# The same check sees a mistake, so its silence above means something.
sed -i 's/^WatchdogSec=30/WatchdogSecs=30/' "$scratch/fabricpulse.service"
output=$(systemd-analyze verify --man=no "$scratch/fabricpulse.service" 2>&1)
[[ $output == *WatchdogSecs* ]]
verdict $? "systemd-analyze verify finds an unknown key" "$output"

# In hundredths, because a shell compares integers.
output=$(systemd-analyze security --offline=true --no-pager "$unit" 2>&1)
exposure=$(sed -n 's/.*Overall exposure level for .*: \([0-9]*\.[0-9]*\) .*/\1/p' <<<"$output")
[[ -n $exposure && $((10#${exposure/./})) -lt $((10#${exposure_limit/./})) ]]
verdict $? "exposure '$exposure' is below $exposure_limit" "$output"

# What the daemon promises under a service manager.
for line in Type=notify WatchdogSec=30 'ExecReload=/bin/kill -HUP $MAINPID' DynamicUser=yes \
    StateDirectory=fabricpulse ConfigurationDirectory=fabricpulse; do
    grep -qxF "$line" "$unit"
    verdict $? "the unit has $line" ""
done

printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
