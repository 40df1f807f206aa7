#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays: hostile captures harm nothing and are counted by reason, each replay gives the same bytes
as the one before, and the demo capture gives the bytes that lie here.

The demo's bytes are demo.prom, demo.om and demo.sflow-rt.txt. When they change for a good reason,
regenerate.sh writes them anew; read what `git diff` then shows, it is what operators will see.
"""

import difflib
import os
import subprocess
import sys
import tempfile

import corpus
from exposition import Exposition

HERE = os.path.dirname(os.path.abspath(__file__))
FORMATS = ("prometheus", "openmetrics", "json", "sflow-rt")
GOLDEN = (("prometheus", "demo.prom"), ("openmetrics", "demo.om"),
          ("sflow-rt", "demo.sflow-rt.txt"))
DIFF_LINES = 20

# What each hostile capture (one datagram) must be counted as, and how many of its samples are good.
HOSTILE = {
    "flowparser_ctr_overrun": ({"sample_overrun": 1}, 0),
    "flowparser_empty_0samples": ({}, 0),
    "gopacket_ext_router_bad_addrtype": ({"bad_record": 1}, 1),
    "gopacket_ext_router_len_mismatch4": ({"record_overrun": 1, "trailing_datagram_bytes": 1}, 1),
    "nxthdr_0samples": ({}, 0),
    "nxthdr_truncated_1sample": ({"sample_missing": 1, "trailing_datagram_bytes": 1}, 0),
    "nxthdr_version4": ({"bad_version": 1}, 0),
    "tcpdump_sflow_print_segv_cve-2018-10105": ({"short_header": 1}, 0),
}


def hostile(tally):
    seen = set()
    for _, stem, path in corpus.captures("hostile"):
        seen.add(stem)
        if stem not in HOSTILE:
            tally.check(False, stem + ": a hostile capture without an expectation here")
            continue
        reasons, samples = HOSTILE[stem]
        decoded = corpus.Decoded(path)
        wanted = dict(reasons, datagrams=1, samples=samples)
        tally.check(decoded.status == 0 and decoded.counts == wanted, "%s: decode says %s, not %s: %s"
                    % (stem, decoded.counts, wanted, decoded.errors))
        status, out, errors = corpus.run("replay", path)
        tally.check(status == 0 and errors == "", "%s: replay exits with %d: %s" % (
            stem, status, errors))
        shown = Exposition(out.decode("utf-8"))
        counted = {reason: int(n) for reason, n in shown.values(
            "fabricpulse_decode_errors_total", "reason").items() if n}
        tally.check(counted == reasons, "%s: replay counts %s, not %s" % (
            stem, counted, reasons))
        tally.check(shown.sum("fabricpulse_datagrams_total") == 1
                    and shown.sum("fabricpulse_samples_total") == samples,
                    "%s: one datagram and %d samples" % (stem, samples))
    tally.check(seen == set(HOSTILE), "hostile captures are missing: %s" % (set(HOSTILE) - seen))


def replayed(tally, path, form):
    status, out, errors = corpus.run("replay", "--format=" + form, path)
    tally.check(status == 0, "%s: replay --format=%s exits with %d: %s" % (
        os.path.basename(path), form, status, errors.split("\n")[0]))
    return out


def twice(tally, path):
    first = {}
    for form in FORMATS:
        first[form] = replayed(tally, path, form)
        tally.check(first[form] == replayed(tally, path, form),
                    "%s: a second replay as %s gives other bytes" % (os.path.basename(path), form))
    return first


def demo(tally):
    tool = os.path.join(corpus.BUILD, "tests/tools/make_demo_capture")
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("demo.pcap", "again.pcap")]
        written = []
        for path in paths:
            subprocess.run([tool, path], check=True)
            with open(path, "rb") as file:
                written.append(file.read())
        tally.check(written[0] == written[1], "the demo capture is the same each time")
        shown = twice(tally, paths[0])
    for form, name in GOLDEN:
        with open(os.path.join(HERE, name), "rb") as file:
            golden = file.read()
        same = tally.check(shown[form] == golden, "the demo as %s is not %s" % (form, name))
        if not same:
            lines = difflib.unified_diff(golden.decode().splitlines(),
                                         shown[form].decode().splitlines(), name, "now", n=0,
                                         lineterm="")
            print("\n".join(line for _, line in zip(range(DIFF_LINES), lines)))


def main():
    tally = corpus.Tally()
    demo(tally)
    if os.path.isdir(corpus.CORPORA):
        hostile(tally)
        for _, _, path in corpus.captures("sflow", "hostile", "agent"):
            twice(tally, path)
    else:
        tally.skip("no captures of real agents in %s (set FP_SHARED)" % corpus.CORPORA)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
