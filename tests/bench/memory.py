#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What memory the daemon takes for a fabric of AGENTS x PORTS.

    memory.py [AGENTSxPORTS ...]        64x64 and 1000x64 unless given

Each size starts a daemon of its own and sends it a fabric: two rounds of counters, port names, host names and RDMA flow
samples for every port. Resident memory is what /metrics says of the process: at the start, with everything known, and after
every kind of answer was asked for once. An answer takes memory while it is made: the peak is the kernel's. Beside it stands
what the entries alone come to when every field of theirs is in use, by the sizes that `fabricpulse check` prints. FP_BIN names
the daemon.
"""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../daemon"))
os.environ.setdefault("FP_BIN", "build/fabricpulse")

import fabric  # noqa: E402
from test_daemon import BIN, Daemon  # noqa: E402

MIB = 1 << 20
ROUNDS = 2
ANSWERS = ("/metrics", "/metrics/interfaces", "/api/v1/interfaces", "/prometheus/metrics/ALL/ALL/txt")
STEP = 256


def entry_bytes():
    """Bytes of an agent and of a port."""
    text = subprocess.run([BIN, "check"], capture_output=True, text=True, check=True).stdout
    return [int(n) for n in re.findall(r"\((\d+) bytes each\)", text)]


def own_metric(daemon, name):
    """The sum of a family of the process, asked for in a way that takes hardly any memory."""
    lines = daemon.get("/metrics?collect[]=self").splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(name + "[ {]", line))


def resident(daemon):
    return own_metric(daemon, "process_resident_memory_bytes")


def peak(daemon):
    with open("/proc/%d/status" % daemon.process.pid) as status:
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", status.read(), re.M).group(1)) * 1024


def ask_for_everything(daemon):
    """Gives the length of the longest answer; compressed ones take a little more while they are made."""
    for path in ANSWERS:
        assert daemon.request("GET", path, headers={"Accept-Encoding": "gzip"})[0].status == 200, path
    return max(len(daemon.get(path)) for path in ANSWERS)


def wait_for_datagrams(daemon, sent):
    while own_metric(daemon, "fabricpulse_worker_datagrams_total") < sent:
        assert own_metric(daemon, "fabricpulse_worker_kernel_drops_total") == 0, "the kernel dropped some"
        time.sleep(0.002)


def feed(daemon, agents, ports):
    """Sends in steps that the receive buffer holds, and waits until all was counted."""
    sent = 0
    batch = []
    for number in range(ROUNDS):
        for payload in fabric.round_of(agents, ports, number):
            batch.append(payload)
            if len(batch) == STEP:
                daemon.send(*batch)
                sent += len(batch)
                batch = []
                wait_for_datagrams(daemon, sent)
    daemon.send(*batch)
    wait_for_datagrams(daemon, sent + len(batch))
    assert own_metric(daemon, "fabricpulse_ports") == agents * ports


def measure(agents, ports, sizes):
    with Daemon("--limits.max_agents=%d" % agents, "--limits.max_ports=%d" % (agents * ports)) as daemon:
        empty = resident(daemon)
        feed(daemon, agents, ports)
        known = resident(daemon)
        largest = ask_for_everything(daemon)
        asked = resident(daemon)
        entries = agents * sizes[0] + agents * ports * sizes[1]
        sizes_mib = [n / MIB for n in (empty, known, entries, largest, peak(daemon), asked)]
        print("%6d x %-4d %10.1f %10.1f %10.1f %14.1f %10.1f %14.1f" % (agents, ports, *sizes_mib), flush=True)


def main():
    wanted = [tuple(int(n) for n in word.split("x")) for word in sys.argv[1:]] or [(64, 64), (1000, 64)]
    sizes = entry_bytes()
    print("an agent: %d bytes, a port: %d bytes; MiB resident" % tuple(sizes))
    print("%6s x %-4s %10s %10s %10s %14s %10s %14s" % (
        "agents", "ports", "empty", "all known", "(entries)", "longest answer", "peak", "after answers"))
    for agents, ports in wanted:
        measure(agents, ports, sizes)


if __name__ == "__main__":
    main()
