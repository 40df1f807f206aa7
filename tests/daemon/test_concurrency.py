#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything at once: datagrams from many agents, scrapes of every kind, topologies and reloads, then the end.

Each part is tested alone elsewhere; here only that they get on with each other: no request fails, no datagram is
lost but by the kernel, a sanitizer has nothing to say, and the end comes in time. FP_SECONDS (3) says how long.
"""
import http.client
import itertools
import json
import os
import signal
import socket
import sys
import threading
import time

import fabric
from test_daemon import SLOW, Daemon, kernel_drops, received, wait_for

SECONDS = float(os.environ.get("FP_SECONDS", "3"))
AGENTS, PORTS = 12, 8
AI = "/app/ai-metrics/scripts/metrics.js"
PATHS = ("/metrics", "/metrics/interfaces", "/metrics?collect[]=ingest&collect[]=self", "/", "/-/ready",
         "/api/v1/status", "/api/v1/agents", "/api/v1/interfaces", "/api/v1/drops", "/api/v1/topology",
         AI + "/prometheus/txt", AI + "/metric/json", AI + "/trend/json", AI + "/period/json",
         "/prometheus/metrics/ALL/ALL/txt", "/prometheus/analyzer/txt", "/topology/json",
         "/app/topology/scripts/topology.js/prometheus/txt", "/app/topology/scripts/topology.js/topology/json")
HEADERS = ({}, {"Accept-Encoding": "gzip"}, {"Accept": "application/openmetrics-text;version=1.0.0"})


def topology(number):
    links = {"L%d" % i: {"node1": "leaf%d" % i, "port1": "swp%d" % (1 + number % PORTS),
                         "node2": "leaf%d" % ((i + 1) % AGENTS), "port2": "swp%d" % PORTS} for i in range(AGENTS)}
    return json.dumps({"links": links})


class Load:
    """Threads that do one thing each until `end`, and what they did."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.end = time.monotonic() + SECONDS
        self.sent = 0
        self.counts = {}
        self.failures = []

    def run(self, name, step):
        self.counts[name] = 0
        try:
            while time.monotonic() < self.end:
                step(self.counts[name])
                self.counts[name] += 1
        except Exception as e:  # whatever breaks is the finding
            self.failures.append("%s: %s: %s" % (name, type(e).__name__, e))

    def sender(self):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rounds = itertools.count()
        pending = iter(())

        def step(_):
            nonlocal pending
            for _ in range(20):
                payload = next(pending, None)
                if payload is None:
                    pending = fabric.round_of(AGENTS, PORTS, next(rounds))
                    continue
                udp.sendto(payload, ("127.0.0.1", self.daemon.udp))
                self.sent += 1
            time.sleep(0.002)
        return step

    def scraper(self, first):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.http, timeout=20 * SLOW)

        def step(number):
            path = PATHS[(first + number) % len(PATHS)]
            connection.request("GET", path, headers=HEADERS[number % len(HEADERS)])
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, (path, answer.status, body[:200])
        return step

    def putter(self, number):
        answer, body = self.daemon.request("PUT", "/topology/json", topology(number))
        assert answer.status == 204, (answer.status, body)
        time.sleep(0.01)

    def reloader(self, number):
        self.daemon.write("names: {10.0.0.1: name%d}\nlog: {level: warn}\nmetrics: {ports_max: %d}\n" %
                          (number, 100 + number))
        if number % 2 == 0:
            self.daemon.process.send_signal(signal.SIGHUP)
            time.sleep(0.02)
        else:
            answer, body = self.daemon.request("POST", "/-/reload")
            assert answer.status == 200, (answer.status, body)


def test_everything_at_once():
    directory_flags = ("--sflow.workers=2", "--sflow.receive_buffer=8M")
    with Daemon(*directory_flags, config="log: {level: info}\n") as d:
        load = Load(d)
        steps = {"sender": load.sender(), "putter": load.putter, "reloader": load.reloader,
                 "scraper 0": load.scraper(0), "scraper 1": load.scraper(7), "scraper 2": load.scraper(13)}
        threads = [threading.Thread(target=load.run, args=item) for item in steps.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not load.failures, load.failures
        assert all(count > 0 for count in load.counts.values()), load.counts
        wait_for(lambda: received(d) + kernel_drops(d) == load.sent, "sent = received + dropped by the kernel")
        assert d.get("/-/healthy") == "Healthy.\n"
        assert d.metric("fabricpulse_config_last_reload_successful") == 1
        code, seconds = d.stop()
        assert code == 0, (code, d.log()[-4000:])
        assert seconds < 1.0 * SLOW, seconds
        assert "Sanitizer" not in d.log(), d.log()[-4000:]
        print(", ".join("%s %d" % item for item in load.counts.items()), "datagrams", load.sent)


def test_the_end_comes_amid_everything():
    for _ in range(3):
        with Daemon("--sflow.workers=2", config="log: {level: info}\n") as d:
            load = Load(d)
            load.end = time.monotonic() + 60
            steps = {"sender": load.sender(), "putter": load.putter, "scraper": load.scraper(0)}
            threads = [threading.Thread(target=load.run, args=item, daemon=True) for item in steps.items()]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            d.process.send_signal(signal.SIGHUP)
            code, seconds = d.stop()
            load.end = 0
            for thread in threads:
                thread.join(30)
            assert code == 0, (code, d.log()[-4000:])
            assert seconds < 1.0 * SLOW, seconds
            assert "Sanitizer" not in d.log(), d.log()[-4000:]


def main():
    passed = failed = 0
    for test in (test_everything_at_once, test_the_end_comes_amid_everything):
        try:
            test()
            passed += 1
        except Exception as e:
            failed += 1
            print("FAILED %s: %s: %s" % (test.__name__, type(e).__name__, e))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
