#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fabricpulse against other decoders, on captures of real agents and on hostile ones.

    test_differential.py [WORD]     only the captures whose name contains WORD

Each capture is decoded by `fabricpulse decode` and compared, value by value, with what sflowtool,
nxthdr, tshark and tcpdump made of it (their output lies beside the captures). What a reference says
and fabricpulse says differently is a difference; each must be explained by a row of DIFFERENCES.md,
and each row must still explain exactly as many differences as it says.
"""

import collections
import fnmatch
import gzip
import json
import os
import re
import struct
import sys

import corpus
import reference_nxthdr
import reference_sflowtool
import reference_tcpdump
import reference_tshark

HERE = os.path.dirname(os.path.abspath(__file__))
REF = os.path.join(corpus.CORPORA, "ref")
ABSENT = "(absent)"
# Fields that a decoder may leave out when they are zero.
ZERO = {"packet.src_port", "packet.dst_port", "packet.tcp_flags"}
# What Wireshark can read; what follows anything else in a sample it misreads.
TSHARK_FLOW = {"0:%d" % n for n in (1, 2, 3, 4, *range(1001, 1013))}
TSHARK_COUNTER = {"0:%d" % n for n in (1, 2, 3, 4, 5, 6, 7, 1001)}
TSHARK_SAMPLES = {"0:1", "0:2", "0:3", "0:4"}


class Comparison:
    """One capture against one reference: how much was compared, and what differs."""

    def __init__(self):
        self.datagrams = self.samples = self.records = self.fields = 0
        self.differences = collections.Counter()
        self.examples = {}

    def differ(self, what, ours, theirs):
        self.differences[what] += 1
        self.examples.setdefault(what, (ours, theirs))

    def value(self, what, ours, theirs):
        self.fields += 1
        if isinstance(theirs, tuple) and theirs[0] == "thousandths":
            same = isinstance(ours, (int, float)) and abs(ours * 1000 - theirs[1]) <= 0.501
        elif isinstance(theirs, tuple) and theirs[0] == "float32":
            same = struct.unpack(">I", struct.pack(">f", ours))[0] == theirs[1]
        else:
            same = ours == theirs
        if not same:
            self.differ(what, ours, theirs)


def word(side):
    """The compact form of an interface."""
    return side[0] << 30 | side[1]


def compare_record(out, space, ours, theirs):
    out.records += 1
    for key, value in theirs.items():
        default = 0 if key in ZERO else ABSENT
        out.value("%s %s %s" % (space, theirs["tag"], key), ours.get(key, default), value)


def compare_sample(out, ours, theirs):
    out.samples += 1
    for key, value in theirs.items():
        if key.endswith("_word"):  # tcpdump leaves out the format's bits, tshark does not
            whole = word(ours[key[:-len("_word")]])
            out.value("sample " + key, whole if value >> 30 else whole & 0x3fffffff, value)
        elif key not in ("records", "derailed"):
            out.value("sample " + key, ours.get(key, ABSENT), value)
    if "records" not in theirs:
        return
    mine, others = ours["records"], theirs["records"]
    if theirs.get("derailed"):
        out.differ("sample derailed", [r["tag"] for r in mine], [r["tag"] for r in others])
        mine = mine[:len(others)]
    space = theirs["space"]
    if [r["tag"] for r in mine] != [r["tag"] for r in others]:
        out.differ("records", [r["tag"] for r in mine], [r["tag"] for r in others])
    for a, b in zip(mine, others):
        if a["tag"] == b["tag"]:
            compare_record(out, space, a, b)


def compare_datagram(out, ours, theirs):
    out.datagrams += 1
    for key in ("agent", "sub_agent", "sequence", "uptime_ms", "time_ns"):
        if key in theirs:
            out.value("datagram " + key, ours[key], theirs[key])
    mine, others = ours["samples"], theirs["samples"]
    if theirs.get("gave_up"):
        out.differ("datagram given up", len(mine), len(others))
        mine = mine[:len(others)]
    if len(mine) != len(others):
        out.differ("samples", len(mine), len(others))
    for a, b in zip(mine, others):
        compare_sample(out, a, b)


def identity(datagram):
    return tuple(datagram.get(key) for key in ("agent", "sub_agent", "sequence"))


def pairs(out, decoded, theirs):
    """Brings datagrams together: the nth of an (agent, sub-agent, sequence) with the nth. Those
    without samples are not printed by `fabricpulse decode` and only counted."""
    waiting = collections.defaultdict(collections.deque)
    for ours in decoded.datagrams:
        waiting[identity(ours)].append(ours)
    for other in theirs:
        if waiting[identity(other)]:
            yield waiting[identity(other)].popleft(), other
        elif other.get("refused"):
            out.differ("datagram refused", "", other["refused"])
        elif other["samples"]:
            out.differ("datagram missing", "", identity(other))
        else:
            out.datagrams += 1
    for rest in waiting.values():
        for ours in rest:
            out.differ("datagram extra", identity(ours), "")


def compare_full(decoded, theirs):
    out = Comparison()
    out.value("datagrams", decoded.counts["datagrams"], len(theirs))
    refused = sum(1 for d in theirs if d.get("version", 5) != 5)
    if refused or "bad_version" in decoded.counts:
        out.value("datagrams of another version", decoded.counts.get("bad_version", 0), refused)
    for ours, other in pairs(out, decoded, theirs):
        compare_datagram(out, ours, other)
    return out


# ---- tshark's flat lists ------------------------------------------------------------------------

def flat(datagram):
    samples = datagram["samples"]
    flows = [s for s in samples if s["tag"] in ("0:1", "0:3")]
    headers = [r for s in flows for r in s["records"] if r["tag"] == "0:1"]
    number = lambda tag: int(tag.split(":")[1])
    return {
        "sample_tags": [number(s["tag"]) for s in samples],
        "flow_tags": [number(r["tag"]) for s in flows for r in s["records"]],
        "counter_tags": [number(r["tag"]) for s in samples if s["space"] == "counter"
                         for r in s["records"]],
        "rates": [s["sampling_rate"] for s in flows], "drops": [s["drops"] for s in flows],
        "frame_lengths": [h["frame_length"] for h in headers],
    }


def compare_opcodes(out, datagram, theirs):
    """tshark gives a frame's opcodes in an order of its own, and with them those of packets quoted
    by ICMP errors and of packets that merely come from port 4791."""
    headers = [r for s in datagram["samples"] for r in s["records"] if "header" in r]
    ours = collections.Counter(h["packet.rdma.opcode"] for h in headers
                               if "packet.rdma.opcode" in h)
    theirs = collections.Counter(theirs)
    near = sum(1 for h in headers if h.get("packet.ip.protocol") == 1
               or h.get("packet.src_port") == 4791)
    extra = sum((theirs - ours).values())
    if ours - theirs or extra > near:
        out.differ("frame opcodes", dict(ours), dict(theirs))
    elif extra:
        out.differ("frame opcodes of near misses", dict(ours), dict(theirs))
    out.fields += sum(ours.values())


def knows(datagram):
    return all(s["tag"] in TSHARK_SAMPLES
               and all(r["tag"] in (TSHARK_COUNTER if s["space"] == "counter" else TSHARK_FLOW)
                       for r in s["records"]) for s in datagram["samples"])


def compare_frames(decoded, frames):
    out = Comparison()
    out.value("datagrams", decoded.counts["datagrams"], len(frames))
    for frame in frames:
        frame["samples"] = [None] * frame["sample_count"]
    for ours, frame in pairs(out, decoded, frames):
        out.datagrams += 1
        for key in ("agent", "sub_agent", "sequence", "uptime_ms", "time_ns"):
            out.value("datagram " + key, ours[key], frame[key])
        out.value("datagram samples", len(ours["samples"]), frame["sample_count"])
        lists = flat(ours)
        whole = knows(ours)
        if not whole:
            out.differ("frame derailed", lists["flow_tags"] or lists["counter_tags"],
                       frame["flow_tags"] or frame["counter_tags"])
        for key in lists if whole else ("sample_tags", "rates", "drops"):
            mine = lists[key] if whole else lists[key][:len(frame[key])]
            out.value("frame " + key, mine, frame[key])
        if whole:
            compare_opcodes(out, ours, frame["opcodes"])
        out.samples += len(frame["sample_tags"])
    return out


# ---- counts -------------------------------------------------------------------------------------

def compare_walk(decoded, summary):
    """The counts of the cataloguing walk that found the captures' anomalies."""
    out = Comparison()
    walk = summary.get("catalog_walk")
    if not walk:
        return None
    names = {"0:1": "flow", "0:2": "counter", "0:3": "flow_exp", "0:4": "counter_exp",
             "0:5": "discard"}
    samples, flow, counter = (collections.Counter() for _ in range(3))
    rates = collections.Counter()
    for s in decoded.samples():
        samples[names.get(s["tag"], s["tag"])] += 1
        (counter if s["space"] == "counter" else flow).update(r["tag"] for r in s["records"])
        if s["tag"] in ("0:1", "0:3"):
            rates[str(s["sampling_rate"])] += 1
    out.datagrams = walk["datagrams"]
    out.samples = sum(walk["samples"].values())
    out.value("datagrams", decoded.counts["datagrams"], walk["datagrams"])
    for what, ours, theirs in (("samples", samples, walk["samples"]), ("rates", rates, walk["rates"]),
                               ("flow records", flow, walk["flow_records"]),
                               ("counter records", counter, walk["counter_records"])):
        out.value(what, dict(ours), theirs)
    return out


# ---- references and explanations ----------------------------------------------------------------

def text_of(stem, ending):
    path = os.path.join(REF, stem + ending)
    for name, opened in ((path, open), (path + ".gz", gzip.open)):
        if os.path.exists(name):
            with opened(name, "rt", encoding="utf-8", errors="replace") as text:
                return text.read()
    return None


REFERENCES = (
    ("sflowtool", ".sflowtool.jsonl", lambda d, t: compare_full(d, reference_sflowtool.load(t))),
    ("nxthdr", ".nxthdr.txt",
     lambda d, t: compare_full(d, reference_nxthdr.load(t, corpus.KINDS))),
    ("tshark", ".tshark.json", lambda d, t: compare_full(d, reference_tshark.load_json(t))),
    ("tshark", ".tshark.tsv", lambda d, t: compare_frames(d, reference_tshark.load_tsv(t))),
    ("tcpdump", ".tcpdump.txt", lambda d, t: compare_full(d, reference_tcpdump.load(t))),
    ("walk", ".summary.json", lambda d, t: compare_walk(d, json.loads(t))),
)


class Explanations:
    """The rows of DIFFERENCES.md: | captures | reference | what | times | right | why |."""

    def __init__(self):
        self.rows = []
        with open(os.path.join(HERE, "DIFFERENCES.md"), encoding="utf-8") as text:
            for line in text:
                cells = [c.strip().strip("`") for c in re.split(r"(?<!\\)\|", line)[1:-1]]
                if len(cells) == 6 and cells[3].isdigit():
                    self.rows.append(cells + [0])

    def explain(self, stem, reference, what, times):
        for row in self.rows:
            if fnmatch.fnmatch(stem, row[0]) and row[1] == reference and row[2] == what:
                row[6] += times
                return True
        return False


def show(stem, reference, out, explained):
    print("%-42s %-9s %9d %7d %8d %11d %9d" % (
        stem, reference, out.datagrams, out.samples, out.fields, sum(out.differences.values()),
        explained))


def main():
    corpus.need_captures()
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    tally = corpus.Tally()
    explanations = Explanations()
    print("%-42s %-9s %9s %7s %8s %11s %9s" % ("capture", "reference", "datagrams", "samples",
                                               "fields", "differences", "explained"))
    for folder, stem, path in corpus.captures():
        if wanted not in stem:
            continue
        if folder == "roce":
            tally.skip("%s holds RoCE frames and no sFlow (test_roce_frames.py wraps them)" % stem)
            continue
        decoded = corpus.Decoded(path)
        tally.check(decoded.status == 0 and decoded.counts, "%s: decode exits with 0" % stem)
        for reference, ending, compare in REFERENCES:
            text = text_of(stem, ending)
            out = compare(decoded, text) if text is not None else None
            if out is None:
                continue
            explained = 0
            for what, times in out.differences.items():
                good = explanations.explain(stem, reference, what, times)
                explained += times if good else 0
                tally.check(good, "%s, %s: %s differs %d times, ours %s, theirs %s" % (
                    stem, reference, what, times, *out.examples[what]))
            tally.check(out.fields > 0, "%s, %s: something was compared" % (stem, reference))
            show(stem, reference, out, explained)
    for row in explanations.rows if not wanted else ():
        tally.check(row[6] == int(row[3]), "DIFFERENCES.md says %s times, and it is %d times: %s, "
                    "%s, %s" % (row[3], row[6], row[0], row[1], row[2]))
    tally.finish()


if __name__ == "__main__":
    main()
