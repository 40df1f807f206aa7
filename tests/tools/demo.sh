#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the daemon on a small capture and says where to look.
#
#   demo.sh BINARY CAPTURE [FLAG...]
#
# The daemon runs until Ctrl-C; the capture is fed to it once, as if switches had sent it.
set -u
binary=$1
capture=$2
shift 2
web=http://localhost:8008
for flag in "$@"; do
    case $flag in
    --web.listen-address=*) web=http://localhost:${flag##*:} ;;
    esac
done

"$binary" run --config.file="$(dirname "$0")/demo.yaml" --pcap="$capture" --speed=max "$@" &
daemon=$!
trap 'kill -TERM "$daemon" 2>/dev/null; wait "$daemon"; exit' INT TERM

for ((i = 0; i < 100; i++)); do
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; exit; }
    curl -fsS "$web/-/ready" >/dev/null 2>&1 && break
    sleep 0.1
done
sleep 1

# What a newcomer looks for first, without the lines that say zero.
excerpt() {
    local names='datagrams|samples|fabric_bytes|fabric_samples|rdma_packets|fabric_cnps'
    names+='|link_rdma_ecn_packets|drop_notices'
    curl -fsS "$web/metrics" | grep -E "^fabricpulse_($names)_total" | grep -v ' 0$' \
        | head -n 24 | sed 's/^/    /'
}

cat <<END

  fabricpulse runs, fed with $capture. Some of what it knows by now:

$(excerpt)

  metrics    $web/metrics
  agents     $web/api/v1/agents
  status     $web/api/v1/status
  all links  $web/

  Ctrl-C ends it.

END
wait "$daemon"
