#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes the demo's golden files anew, with the daemon of the build folder:
#
#     make && make build/tests/tools/make_demo_capture && tests/golden/regenerate.sh
#
# Then read `git diff tests/golden`: what it shows is what operators will see change.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=${FP_BUILD:-$here/../../build}
bin=${FP_BIN:-$build/fabricpulse}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$build/tests/tools/make_demo_capture" "$folder/demo.pcap"
"$bin" replay --format=prometheus "$folder/demo.pcap" >"$here/demo.prom"
"$bin" replay --format=openmetrics "$folder/demo.pcap" >"$here/demo.om"
"$bin" replay --format=sflow-rt "$folder/demo.pcap" >"$here/demo.sflow-rt.txt"
