#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What we export, read by others: promtool, and the strict parsers of python3-prometheus-client.

    test_exposition.py [WORD]     only the captures whose name contains WORD

First the families of the writers' own tests, then replays of captures where there are any. Every
format must be accepted without a complaint and must say the same series with the same digits; and a
replay must give the same bytes when it is run again.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import corpus

try:
    from prometheus_client import parser as text_parser
    from prometheus_client.openmetrics import parser as strict_parser
except ImportError:
    text_parser = strict_parser = None

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def promtool(text):
    """The complaints of `promtool check metrics`."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode() + ("" if done.returncode in (0, 3) else "exit %d\n" %
                                   done.returncode)


def bound(name, value):
    """Bounds differ in spelling: Prometheus says 1, OpenMetrics says 1.0."""
    return float(value) if name == "le" else value


def text_series(text):
    """{(name, labels): digits} of a text exposition; None when a line is said twice."""
    series = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = LINE.match(line).groups()
        key = name, frozenset((k, bound(k, v)) for k, v in LABEL.findall(labels or ""))
        if key in series:
            return None
        series[key] = value
    return series


def json_series(text):
    """The same of the JSON form, histograms spelt out as in text."""
    def escaped(value):
        return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    series = {}
    for family in json.loads(text, parse_int=str, parse_float=str):
        for one in family["series"]:
            labels = {(k, escaped(v)) for k, v in one["labels"].items()}
            if "value" in one:
                series[family["name"], frozenset(labels)] = one["value"]
                continue
            for le, count in one["buckets"].items():
                key = family["name"] + "_bucket", frozenset(labels | {("le", float(le))})
                series[key] = count
            for member in ("sum", "count"):
                series[family["name"] + "_" + member, frozenset(labels)] = one[member]
    return series


def check(tally, what, prometheus, openmetrics, as_json):
    complaints = promtool(prometheus) if shutil.which("promtool") else ""
    tally.check(complaints == "", "%s: promtool says %s" % (what, complaints))
    if strict_parser is not None:
        for parser, text in ((text_parser, prometheus), (strict_parser, openmetrics)):
            try:
                families = list(parser.text_string_to_metric_families(text.decode()))
                tally.check(families, "%s: %s finds families" % (what, parser.__name__))
            except ValueError as complaint:
                tally.check(False, "%s: %s says %s" % (what, parser.__name__, complaint))
    series = text_series(prometheus.decode())
    tally.check(series, "%s: has series, and none twice" % what)
    tally.check(series == text_series(openmetrics.decode()),
                "%s: OpenMetrics says what the text says" % what)
    told = json_series(as_json.decode())
    differing = [key for key in series or () if told.get(key, "absent") != series[key]
                 and not (told.get(key) is None and "Inf" in series[key])]
    tally.check(series is not None and len(told) == len(series) and not differing,
                "%s: JSON says what the text says, but for %s" % (what, differing[:3]))


def check_writers(tally):
    def golden(ending):
        with open(os.path.join(HERE, "writer_families." + ending), "rb") as f:
            return f.read()

    # The gauge that is +Inf on purpose has no other flaw.
    check(tally, "writers", golden("prom"), golden("om"), golden("json"))


def replay(tally, path, form):
    status, out, err = corpus.run("replay", "--format", form, path)
    tally.check(status == 0, "%s: replay --format %s exits with %d: %s" % (path, form, status, err))
    return out


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    tally = corpus.Tally()
    check_writers(tally)
    if not os.path.isdir(corpus.CORPORA):
        tally.skip("no captures of real agents in %s (set FP_SHARED)" % corpus.CORPORA)
        tally.finish()
    for _, stem, path in corpus.captures("sflow", "hostile", "agent"):
        if wanted not in stem:
            continue
        forms = [replay(tally, path, f) for f in ("prometheus", "openmetrics", "json")]
        check(tally, stem, *forms)
        tally.check(replay(tally, path, "prometheus") == forms[0],
                    "%s: a second replay gives the same bytes" % stem)
    tally.finish()


if __name__ == "__main__":
    main()
