#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Metric names, as `fabricpulse metrics` prints them from the rows that it exports by: prefix,
base units at the end, `_total` on counters and only there, `_info` likewise, a help sentence, no
name twice. The daemon is $FP_BIN (build/fabricpulse).

Source: prometheus.io, "Metric and label naming"; OpenMetrics 1.0 for the reserved suffixes."""

import os
import re
import subprocess

from lintlib import finish, root

HEAD = re.compile(r"^(\S+?)(?:\{([^}]*)\})? (counter|gauge|histogram|info)$")
NAME = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
PREFIX = "fabricpulse_"
# What every process exports by the same names, whatever it is.
PROCESS = {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
           "process_virtual_memory_bytes", "process_resident_memory_bytes",
           "process_start_time_seconds", "process_threads"}
BASE_UNITS = {"seconds", "bytes", "ratio", "celsius", "volts", "amperes", "watts", "joules",
              "meters", "hertz"}
OTHER_UNITS = {"ns", "us", "ms", "nanoseconds", "microseconds", "milliseconds", "minutes", "hours",
               "days", "bits", "bps", "pps", "octets", "kb", "mb", "gb", "kilobytes", "megabytes",
               "percent", "pct", "dbm", "mw", "milliwatts", "microwatts", "ma", "mv", "mhz"}
RESERVED = ("_bucket", "_count", "_sum", "_created", "_gcount", "_gsum")


def complaints(name, labels, kind, text):
    words = name.split("_")
    plain = words[:-1] if words[-1] in ("total", "info") else words
    plain = plain[:-2] if plain[-2:] == ["per", "second"] else plain
    if not name.startswith(PREFIX) and name not in PROCESS:
        yield "does not begin with " + PREFIX
    if not NAME.match(name):
        yield "is not lower case words joined by single underscores"
    if (words[-1] == "total") != (kind == "counter"):
        yield "a %s; _total is for counters, all of them and only them" % kind
    if (words[-1] == "info") != (kind == "info"):
        yield "a %s; _info is for info metrics, all of them and only them" % kind
    if name.endswith(RESERVED):
        yield "ends in a suffix that histograms and OpenMetrics reserve"
    for word in set(words) & OTHER_UNITS:
        yield "'%s' is not a base unit" % word
    for word in set(plain[:-1]) & BASE_UNITS:
        yield "the unit '%s' belongs at the end" % word
    names = [label for label in labels.split(",") if label]
    if len(set(names)) != len(names):
        yield "has a label twice"
    if not all(NAME.match(label) for label in names):
        yield "has a label that is not lower case words joined by underscores"
    if ("le" in names) != (kind == "histogram"):
        yield "le is the label of histograms, all of them and only them"
    if not re.match(r"(?:[A-Z0-9]|sFlow).*[^.]\.$", text):
        yield "has no help that is a sentence: '%s'" % text


def main():
    base = root()
    daemon = os.environ.get("FP_BIN", os.path.join(base, "build/fabricpulse"))
    lines = subprocess.run([daemon, "metrics"], stdout=subprocess.PIPE, check=True
                           ).stdout.decode().splitlines()
    findings = []
    seen = set()
    for number, line in enumerate(lines):
        if not line.strip() or line.startswith((" ", "#")):
            continue  # a help line, or a heading
        head = HEAD.match(line)
        if not head:
            findings.append(("fabricpulse metrics", number + 1, "cannot read '%s'" % line))
            continue
        name, labels, kind = head.group(1), head.group(2) or "", head.group(3)
        text = lines[number + 1].strip() if number + 1 < len(lines) else ""
        why = list(complaints(name, labels, kind, text))
        why += ["is there twice"] if name in seen else []
        findings += [("fabricpulse metrics", number + 1, name + ": " + w) for w in why]
        seen.add(name)
    if not seen:
        findings.append(("fabricpulse metrics", 1, "no metric at all"))
    finish(findings)


if __name__ == "__main__":
    main()
