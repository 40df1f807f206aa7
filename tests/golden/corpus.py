# SPDX-License-Identifier: Apache-2.0
"""What the tests on captures of real agents share: where the captures are, how the daemon is run,
and how `fabricpulse decode` is read back.

The captures are not part of the project (their licences differ). They are looked for in FP_SHARED,
else in ../shared beside the project; without them a test says so and exits 77.
"""

import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.environ.get("FP_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("FP_BUILD") or os.path.join(ROOT, "build")
BIN = os.environ.get("FP_BIN") or os.path.join(BUILD, "fabricpulse")
SHARED = os.environ.get("FP_SHARED") or os.path.join(os.path.dirname(ROOT), "shared")
CORPORA = os.path.join(SHARED, "corpora")
FOLDERS = ("sflow", "hostile", "agent", "roce")
SKIPPED = 77
RUN_SECONDS = 120


def need_captures():
    if not os.path.isdir(CORPORA):
        print("skipped: no captures of real agents in %s (set FP_SHARED)" % CORPORA)
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(SKIPPED)


def captures(*folders):
    """Gives (folder, stem, path) of each capture; a raw datagram (.bin) has a .pcap twin."""
    for folder in folders or FOLDERS:
        for path in sorted(glob.glob(os.path.join(CORPORA, folder, "*.pcap"))):
            yield folder, os.path.basename(path)[:-len(".pcap")], path


def capture(name):
    return os.path.join(CORPORA, name + ".pcap")


def run(*words):
    """Runs fabricpulse; gives (exit status, standard output, standard error)."""
    done = subprocess.run([BIN] + list(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=RUN_SECONDS, check=False)
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


class Tally:
    """Counts checks; a failed one is shown at once. The last line is what tests/run reads."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, good, text):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED: " + text)
        return good

    def skip(self, text):
        self.skipped += 1
        print("skipped: " + text)

    def finish(self):
        print("%d passed, %d failed%s" % (
            self.passed, self.failed, ", %d skipped" % self.skipped if self.skipped else ""))
        sys.exit(1 if self.failed or not self.passed else 0)


# ---- fabricpulse decode, read back --------------------------------------------------------------

# What stands on the wire where a field says null, by kind and meaning in the table of records.
# tests compare wire values: a null in a place where the wire does not say "unknown" is a fault.
UNKNOWN = {
    ("u32", "COUNTER"): 0xffffffff, ("u32", "GAUGE"): 0xffffffff,
    ("u64", "COUNTER"): 0xffffffffffffffff, ("u64", "GAUGE"): 0xffffffffffffffff,
    ("i32", "PERCENT"): -1, ("f32", "LOAD"): -1.0, ("string", "TEXT"): "",
    ("uuid", "TEXT"): "00000000-0000-0000-0000-000000000000",
}


def record_kinds():
    """Gives {(space, tag): {field: (kind, meaning)}} from the table of records."""
    kinds, fields = {}, {}
    path = os.path.join(ROOT, "include/fabricpulse/decode/records.def")
    with open(path, encoding="utf-8") as table:
        for line in table:
            row = re.match(r"RECORD\((\w+), \w+, (\d+), (\d+),", line)
            if row:
                fields = kinds.setdefault((row[1].lower(), "%s:%s" % (row[2], row[3])), {})
            row = re.match(r"FIELD\((\w+), (\w+), (\w+),", line)
            if row:
                fields[{"length": "sampled_length", "type": "sampled_type"}.get(row[2], row[2])] \
                    = (row[1], row[3])
    return kinds


KINDS = record_kinds()
INTERFACE_FORMATS = {"port": 0, "discarded": 1, "multiple": 2}
INTERNAL = 0x3fffffff


def interface(side):
    """(format, value) as on the wire."""
    if side["kind"] == "internal":
        return (0, INTERNAL)
    if side["kind"] == "unknown":
        return (side.get("raw_format", 0), side.get("raw_value", 0))
    return (INTERFACE_FORMATS[side["kind"]], side["value"])


def flatten(value, prefix, into):
    for key, item in value.items():
        if isinstance(item, dict):
            flatten(item, prefix + key + ".", into)
        else:
            into[prefix + key] = item


def record(space, raw):
    """One record with flat keys and wire values."""
    flat = {}
    flatten({k: v for k, v in raw.items() if k not in ("type", "length")}, "", flat)
    kinds = KINDS.get((space, raw["tag"]), {})
    for key, value in flat.items():
        if value is None and key in kinds:
            flat[key] = UNKNOWN.get(kinds[key], value)
    if "header" in flat:
        flat["header_length"] = len(flat["header"]) // 2
    if "dst_as_path" in flat:
        flat["as_path"] = [n for segment in flat["dst_as_path"] for n in segment["as"]]
    if "packet.ip.dscp" in flat:
        flat["packet.ip.tos"] = flat["packet.ip.dscp"] << 2 | flat["packet.ip.ecn"]
    if "packet.ethertype" in flat:
        flat["packet.ethertype"] = int(flat["packet.ethertype"], 16)
    return flat


def sample(raw):
    space = "counter" if raw["type"].startswith("counters_") else "flow"
    out = {k: raw[k] for k in ("tag", "sequence", "source_class", "source_index", "sampling_rate",
                               "sample_pool", "drops", "reason", "reason_name") if k in raw}
    for side in ("input", "output"):
        if side in raw:
            out[side] = interface(raw[side])
    out["space"] = space
    out["records"] = [record(space, r) for r in raw.get("records", [])]
    return out


class Decoded:
    """A capture as `fabricpulse decode` shows it.

    status, counts (of the last line on standard error) and datagrams: those with samples, each
    {agent, sub_agent, sequence, uptime_ms, time_ns, samples}.
    """

    def __init__(self, path):
        self.status, out, self.errors = run("decode", "--format=json", path)
        self.counts = {}
        for line in self.errors.splitlines():
            if line.startswith("datagrams="):
                self.counts = {k: int(v) for k, v in (p.split("=") for p in line.split())}
        self.datagrams = []
        last = -1
        for line in out.decode("utf-8").splitlines():
            row = json.loads(line)
            if row["sample"]["index"] <= last or not self.datagrams:
                self.datagrams.append({k: row[k] for k in (
                    "agent", "sub_agent", "sequence", "uptime_ms", "time_ns")})
                self.datagrams[-1]["samples"] = []
            last = row["sample"]["index"]
            self.datagrams[-1]["samples"].append(sample(row["sample"]))

    def samples(self):
        return (s for d in self.datagrams for s in d["samples"])
