#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes what follows from the rows of options and flags: configs/fabricpulse.yaml, and the commands
# and options in the manual.
#
#   config_docs.sh [PROGRAM]     PROGRAM is build/fabricpulse unless given
#
# A unit test fails when these files are not current.
set -eu
cd "$(dirname "$0")/../.."
program=${1:-build/fabricpulse}
manual=configs/man/fabricpulse.1
new=$(mktemp)
trap 'rm -f "$new"' EXIT

"$program" check --print=yaml >"$new"
cp "$new" configs/fabricpulse.yaml
{
    sed '/^\.\\" begin: /q' "$manual"
    "$program" check --print=man
    sed -n '/^\.\\" end$/,$p' "$manual"
} >"$new"
cp "$new" "$manual"
