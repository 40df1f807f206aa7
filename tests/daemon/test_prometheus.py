#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes the daemon while a capture is replayed: the reference configuration for
sFlow-RT's paths, unchanged but for the target, and a job on /metrics.

In the end Prometheus must hold exactly the counters that `fabricpulse replay` prints for the same
capture. The capture is one of a real agent where there is one, else the demo's. Everything is on
loopback, on free ports, and in a folder that goes away; no step waits longer than its limit.
"""

import contextlib
import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = os.environ.get("FP_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/golden"))
import corpus                      # noqa: E402
from exposition import Exposition  # noqa: E402

SLOW = 1 if os.environ.get("FP_VARIANT", "plain") == "plain" else 3
START_S = 15 * SLOW
REPLAY_S = 12        # what the capture is stretched or squeezed to
SETTLE_S = 20 * SLOW
SKIPPED = 77
OPENMETRICS = "application/openmetrics-text"
INTERFACES = ("ifinoctets", "ifoutoctets", "ifspeed", "ifinutilization", "ifoututilization",
              "ifinerrors", "ifouterrors", "ifindiscards", "ifoutdiscards")
# The reference configuration; only the targets are ours.
CONFIGURATION = """
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: 'sflow-rt-ai-metrics'
    metrics_path: /app/ai-metrics/scripts/metrics.js/prometheus/txt
    scheme: http
    static_configs:
      - targets: ['{target}']
  - job_name: 'sflow-rt-interfaces'
    metrics_path: /prometheus/metrics/ALL/{interfaces}/txt
    scheme: http
    static_configs:
      - targets: ['{target}']
  - job_name: 'fabricpulse'
    static_configs:
      - targets: ['{target}']
"""
JOBS = ("sflow-rt-ai-metrics", "sflow-rt-interfaces", "fabricpulse")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds, check):
    """Gives what `check` gives as soon as that is true; after `seconds` the test ends."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, ValueError):
            found = check()
            if found:
                return found
        if time.monotonic() > end:
            raise TimeoutError("no %s within %d s" % (what, seconds))
        time.sleep(0.1)


@contextlib.contextmanager
def running(words, log):
    """A process that is gone when the block is left, however it is left."""
    with open(log, "wb") as output:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield process
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                process.send_signal(how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)


def fetch(port, path, **headers):
    """(status, headers, body)"""
    request = urllib.request.Request("http://127.0.0.1:%d%s" % (port, path), headers={
        name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.headers, answer.read()


def capture(folder):
    """(path, event seconds) of what is replayed."""
    path = corpus.capture("agent/hs_roce_mix")
    if os.path.exists(path):
        return path, 36.6
    path = os.path.join(folder, "demo.pcap")
    subprocess.run([os.path.join(corpus.BUILD, "tests/tools/make_demo_capture"), path], check=True)
    return path, 30.0


class Prometheus:
    def __init__(self, port):
        self.port = port

    def ask(self, path, **query):
        _, _, body = fetch(self.port, "/api/v1/" + path + "?" + urllib.parse.urlencode(query))
        answer = json.loads(body)
        if answer["status"] != "success":
            raise ValueError(answer)
        return answer["data"]

    def query(self, text):
        """[(labels, value)] of an instant query."""
        return [(row["metric"], float(row["value"][1]))
                for row in self.ask("query", query=text)["result"]]

    def value(self, text):
        rows = self.query(text)
        return rows[0][1] if rows else None


def end_of_counters(prometheus, expected):
    """Waits until Prometheus has the last datagram and a scrape after it."""
    last = expected.sum("fabricpulse_datagrams_total")
    wait_for("last datagram in Prometheus", REPLAY_S + SETTLE_S,
             lambda: prometheus.value("fabricpulse_datagrams_total") == last)
    scrapes = "count_over_time(up{job='fabricpulse'}[1h])"
    before = prometheus.value(scrapes)
    wait_for("further scrapes", SETTLE_S, lambda: prometheus.value(scrapes) >= before + 2)


def check_targets(tally, prometheus):
    for job in JOBS:
        tally.check(prometheus.value("min_over_time(up{job='%s'}[1h])" % job) == 1,
                    "job %s was up at each scrape" % job)
        tally.check(prometheus.value("scrape_samples_scraped{job='%s'}" % job) > 0,
                    "job %s has samples" % job)
    for target in prometheus.ask("targets")["activeTargets"]:
        tally.check(target["health"] == "up" and target["lastError"] == "", "target %s: %s %s" % (
            target["scrapePool"], target["health"], target["lastError"]))


def stored(prometheus):
    """{name: {labels: value}} of our own series; Prometheus drops empty labels."""
    series = {}
    for labels, value in prometheus.query("{__name__=~'fabricpulse_.*',job='fabricpulse'}"):
        name = labels.pop("__name__")
        labels.pop("job")
        labels.pop("instance")
        series.setdefault(name, {})[frozenset(labels.items())] = value
    return series


def check_counters(tally, prometheus, expected):
    """Each counter of the replay, in Prometheus, with the same labels and the same number."""
    series = stored(prometheus)
    compared = 0
    for name, rows in expected.series.items():
        if not name.endswith(("_total", "_bucket", "_sum", "_count")):
            continue
        theirs = series.get(name, {})
        for labels, value in rows.items():
            labels = frozenset((k, v) for k, v in labels if v)
            seen = theirs.get(labels)
            same = seen is not None and abs(seen - value) <= 1e-12 * abs(value)
            compared += 1
            if not same:
                tally.check(False, "%s%s: Prometheus has %s, the replay says %s" % (
                    name, dict(labels), seen, value))
    print("%d counters in Prometheus compared with the replay" % compared)
    tally.check(compared > 300, "at least 300 counters were compared, not %d" % compared)
    own = [name for name in series if name.startswith("fabricpulse_worker_")]
    tally.check(own, "the daemon's metrics of itself are there")


def check_compat(tally, prometheus):
    """Values of the moment: while the traffic ran they were there and above zero."""
    for name in ("sflow_ai_bps", "sflow_ai_rdma_ops", "sflow_ai_ecn_pps", "sflow_ai_cnp_pps"):
        most = prometheus.value("max_over_time(%s{job='sflow-rt-ai-metrics'}[1h])" % name)
        tally.check(most is not None and most > 0, "%s rose above zero: %s" % (name, most))
    operations = prometheus.query("count by (name) (last_over_time(sflow_ai_operations[1h]))")
    tally.check(any("RDMA_WRITE" in labels["name"] for labels, _ in operations),
                "sflow_ai_operations by name: %s" % operations)
    tally.check(prometheus.value("max(sflow_ai_period)") == 0, "sflow_ai_period is 0 so far")
    for name in INTERFACES:
        rows = prometheus.query("last_over_time(sflow_%s{job='sflow-rt-interfaces'}[1h])" % name)
        tally.check(rows, "sflow_%s of some interface" % name)


def check_body(tally, port):
    """/metrics as its readers ask for it."""
    from prometheus_client.openmetrics import parser as strict
    from prometheus_client import parser as plain

    _, headers, text = fetch(port, "/metrics")
    tally.check(headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8",
                "content type of the text format: %s" % headers["Content-Type"])
    promtool = subprocess.run(["promtool", "check", "metrics"], input=text, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    tally.check(promtool.returncode == 0 and not promtool.stdout.strip(),
                "promtool check metrics: exit %d, %s" % (promtool.returncode,
                                                         promtool.stdout.decode()))
    tally.check(list(plain.text_string_to_metric_families(text.decode())),
                "prometheus_client reads the text format")

    _, headers, om = fetch(port, "/metrics", Accept=OPENMETRICS + "; version=1.0.0")
    tally.check(headers["Content-Type"] == OPENMETRICS + "; version=1.0.0; charset=utf-8",
                "content type of OpenMetrics: %s" % headers["Content-Type"])
    try:
        families = list(strict.text_string_to_metric_families(om.decode()))
        tally.check(len(families) > 50, "the strict parser finds %d families" % len(families))
    except ValueError as complaint:
        tally.check(False, "the strict OpenMetrics parser: %s" % complaint)

    _, headers, packed = fetch(port, "/metrics", Accept_Encoding="gzip")
    tally.check(headers["Content-Encoding"] == "gzip", "gzip when it is asked for")
    names = [re.findall(rb"^# TYPE (\S+)", body, re.M) for body in (gzip.decompress(packed), text)]
    tally.check(names[0] == names[1] and len(packed) < len(text) / 4,
                "gzip says the same in a quarter of the bytes")

    for path in ("/app/ai-metrics/scripts/metrics.js/prometheus/txt",
                 "/prometheus/metrics/ALL/%s/txt" % ",".join(INTERFACES)):
        status, headers, _ = fetch(port, path)
        tally.check(status == 200 and headers["Content-Type"].startswith("text/plain"),
                    "%s: %d %s" % (path, status, headers["Content-Type"]))


def run(tally, folder):
    path, seconds = capture(folder)
    status, out, errors = corpus.run("replay", "--format=openmetrics", path)
    tally.check(status == 0, "replay: %s" % errors)
    expected = Exposition(out.decode("utf-8"))
    daemon_log, server_log = (os.path.join(folder, name) for name in ("daemon", "prometheus.log"))
    words = [corpus.BIN, "run", "--pcap=" + path, "--speed=%.2f" % (seconds / REPLAY_S),
             "--web.listen=127.0.0.1:0"]
    with running(words, daemon_log) as daemon:
        def serving():
            with open(daemon_log, encoding="utf-8") as text:
                return re.search(r'msg="serving" addr=127\.0\.0\.1:(\d+)', text.read())

        port = int(wait_for("daemon", START_S, serving)[1])
        settings = os.path.join(folder, "prometheus.yml")
        with open(settings, "w", encoding="utf-8") as text:
            text.write(CONFIGURATION.format(target="127.0.0.1:%d" % port,
                                            interfaces=",".join(INTERFACES)))
        prometheus = Prometheus(free_port())
        server = ["prometheus", "--config.file=" + settings,
                  "--storage.tsdb.path=" + os.path.join(folder, "data"),
                  "--web.listen-address=127.0.0.1:%d" % prometheus.port, "--log.level=warn"]
        with running(server, server_log):
            wait_for("Prometheus", START_S, lambda: fetch(prometheus.port, "/-/ready"))
            end_of_counters(prometheus, expected)
            check_targets(tally, prometheus)
            check_counters(tally, prometheus, expected)
            check_compat(tally, prometheus)
            check_body(tally, port)
        tally.check(daemon.poll() is None, "the daemon still runs")
    tally.check(daemon.returncode == 0, "the daemon ends with 0, not %s" % daemon.returncode)
    with open(server_log, encoding="utf-8") as text:
        tally.check("err=" not in text.read(), "Prometheus has no complaint in its log")


def main():
    missing = [name for name in ("prometheus", "promtool") if not shutil.which(name)]
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        missing.append("python3-prometheus-client")
    if missing:
        print("skipped: %s is not installed" % ", ".join(missing))
        sys.exit(SKIPPED)
    tally = corpus.Tally()
    with tempfile.TemporaryDirectory(prefix="fabricpulse-prometheus-") as folder:
        try:
            run(tally, folder)
        except TimeoutError as late:
            tally.check(False, str(late))
            for name in ("daemon", "prometheus.log"):
                with contextlib.suppress(OSError), open(os.path.join(folder, name),
                                                        encoding="utf-8") as text:
                    print(text.read()[-2000:])
    tally.finish()


if __name__ == "__main__":
    main()
