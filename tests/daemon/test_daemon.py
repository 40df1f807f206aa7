#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon as its operator meets it: sockets, signals, reload, state, forwarding, HTTP under odd clients.

Everything is on loopback and on ports that the kernel chooses; each test starts its own daemon and ends it.
"""
import gzip
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BIN = os.environ.get("FP_BIN", "build/fabricpulse")
SLOW = 5.0 if os.environ.get("FP_VARIANT", "plain") != "plain" else 1.0


def datagram(agent, sequence, samples=b"", count=0, sub_agent=0):
    return struct.pack(">II4sIIII", 5, 1, socket.inet_aton(agent), sub_agent, sequence, 1000 * sequence, count) + samples


def named_port(sequence, ifindex, name):
    text = name.encode()
    body = struct.pack(">I", len(text)) + text + b"\0" * (-len(text) % 4)
    record = struct.pack(">II", 1005, len(body)) + body
    sample = struct.pack(">III", sequence, ifindex, 1) + record
    return struct.pack(">II", 2, len(sample)) + sample


class Daemon:
    def __init__(self, *flags, config=None, env=None, directory=None):
        self.directory = directory or tempfile.mkdtemp(prefix="fabricpulse-test-")
        self.config = os.path.join(self.directory, "fabricpulse.yaml")
        if config is not None:
            self.write(config)
        command = [BIN, "run", "--sflow.listen=127.0.0.1:0", "--web.listen=127.0.0.1:0", *flags]
        if config is not None:
            command.append("--config.file=" + self.config)
        self.log_path = os.path.join(self.directory, "log")
        self.log_file = open(self.log_path, "w")
        self.process = subprocess.Popen(command, stderr=self.log_file, env={**os.environ, **(env or {})})
        self.http = self.port_of(r"sys=http msg=\"serving\" addr=\S*:(\d+)")
        self.udp = self.port_of(r"sys=udp msg=\"listening\".*? addr=\S*:(\d+)")

    def write(self, text):
        with open(self.config, "w") as f:
            f.write(text)

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def port_of(self, pattern):
        return int(wait_for(lambda: re.search(pattern, self.log()), "no line like %s in the log" % pattern).group(1))

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=10 * SLOW)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer, data

    def get(self, path):
        answer, data = self.request("GET", path)
        assert answer.status == 200, (path, answer.status, data[:200])
        return data.decode()

    def metric(self, name, labels=""):
        for line in self.get("/metrics").splitlines():
            if line.startswith(name + labels + " "):
                return float(line.rsplit(" ", 1)[1])
        return None

    def send(self, *datagrams):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for d in datagrams:
                s.sendto(d, ("127.0.0.1", self.udp))

    def stop(self, how=signal.SIGTERM):
        begin = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(20)
        self.log_file.close()
        return code, time.monotonic() - begin

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if kind is not None:
            sys.stderr.write(self.log())


def wait_for(check, what, seconds=10.0):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(what)


def received(daemon):
    return sum(float(line.rsplit(" ", 1)[1]) for line in daemon.get("/metrics").splitlines()
               if line.startswith("fabricpulse_worker_datagrams_total"))


def kernel_drops(daemon):
    return sum(float(line.rsplit(" ", 1)[1]) for line in daemon.get("/metrics").splitlines()
               if line.startswith("fabricpulse_worker_kernel_drops_total"))


def test_counts_what_is_sent():
    with Daemon() as d:
        d.send(datagram("10.0.0.1", 1), datagram("10.0.0.1", 2), datagram("10.0.0.1", 5), b"not sflow at all")
        wait_for(lambda: received(d) == 4, "four datagrams were sent")
        assert d.metric("fabricpulse_agent_datagrams_total", '{agent="10.0.0.1",host=""}') == 3
        assert d.metric("fabricpulse_agent_lost_datagrams_total", '{agent="10.0.0.1",host=""}') == 2
        assert d.metric("fabricpulse_decode_errors_total", '{reason="bad_version"}') == 1


def test_ends_within_a_second_and_says_so():
    for how in (signal.SIGTERM, signal.SIGINT):
        with Daemon() as d:
            d.send(datagram("10.0.0.1", 1))
            wait_for(lambda: received(d) == 1, "one datagram was sent")
            code, seconds = d.stop(how)
            assert code == 0, code
            assert seconds < 1.0 * SLOW, seconds
            assert 'msg="stopped" datagrams=1 ' in d.log(), d.log()


def test_takes_what_the_kernel_holds_when_it_ends():
    with Daemon() as d:
        d.send(*(datagram("10.0.0.1", i) for i in range(2000)))
        d.stop()
        summary = re.search(r"datagrams=(\d+) .*kernel_drops=(\d+)", d.log())
        assert int(summary.group(1)) + int(summary.group(2)) == 2000, summary.group(0)


def test_reload_takes_names_and_keeps_counters():
    with Daemon(config="names: {10.0.0.1: before}\n") as d:
        d.send(datagram("10.0.0.1", 1))
        wait_for(lambda: d.metric("fabricpulse_agent_datagrams_total", '{agent="10.0.0.1",host="before"}') == 1, "name")
        d.write("names: {10.0.0.1: after}\n")
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: d.metric("fabricpulse_agent_datagrams_total", '{agent="10.0.0.1",host="after"}') == 1, "new name")
        assert d.metric("fabricpulse_config_last_reload_successful") == 1


def test_bad_reload_changes_nothing_and_lists_every_mistake():
    with Daemon(config="names: {10.0.0.1: good}\n") as d:
        d.send(datagram("10.0.0.1", 1))
        d.write("names: {10.0.0.1: worse}\nsflow: {workres: 2}\nweb:\n  timeout: soon\n")
        answer, body = d.request("POST", "/-/reload")
        assert answer.status == 500, answer.status
        assert b"fabricpulse.yaml:2:" in body and b'"workers"' in body and b"fabricpulse.yaml:4:" in body, body
        wait_for(lambda: d.metric("fabricpulse_agent_datagrams_total", '{agent="10.0.0.1",host="good"}') == 1, "old name")
        assert d.metric("fabricpulse_config_last_reload_successful") == 0
        told = [line for line in d.log().splitlines() if "fabricpulse.yaml:" in line]
        assert [line.count("fabricpulse.yaml:") for line in told] == [1, 1], told  # a line a mistake
        d.write("names: {10.0.0.1: better}\n")
        assert d.request("POST", "/-/reload")[0].status == 200
        assert d.metric("fabricpulse_config_last_reload_successful") == 1


def test_what_needs_a_restart_is_said():
    with Daemon(config="limits: {max_agents: 10}\n") as d:
        d.write("limits: {max_agents: 20}\n")
        assert d.request("POST", "/-/reload")[0].status == 200
        assert "section=limits" in d.log() and "section=web" not in d.log()
        d.write("limits: {max_agents: 20}\nweb: {allow_topology_write: false}\n")
        assert d.request("POST", "/-/reload")[0].status == 200
        assert "section=web" in d.log()


def test_reload_loses_no_datagram():
    with Daemon("--sflow.workers=2", config="log: {level: info}\n") as d:
        count = 20000
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for i in range(count):
                s.sendto(datagram("10.0.%d.1" % (i % 50), i // 50), ("127.0.0.1", d.udp))
                if i % 2000 == 0:
                    d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: received(d) + kernel_drops(d) == count, "sent = received + dropped by the kernel")
        assert d.log().count('msg="reloaded"') >= 1


def test_many_workers_share_agents():
    with Daemon("--sflow.workers=4") as d:
        for sequence in range(1, 4):
            d.send(*(datagram("10.1.0.%d" % i, sequence) for i in range(1, 101)))
        wait_for(lambda: received(d) == 300, "300 datagrams")
        lost = [line for line in d.get("/metrics").splitlines()
                if line.startswith("fabricpulse_agent_lost_datagrams_total") and not line.endswith(" 0")]
        assert lost == [], lost[:3]
        shares = [line for line in d.get("/metrics").splitlines()
                  if line.startswith("fabricpulse_worker_datagrams_total") and not line.endswith(" 0")]
        assert len(shares) == 4, shares
        agents = [line for line in d.get("/metrics").splitlines() if line.startswith("fabricpulse_agent_datagrams_total")]
        assert len(agents) == 100 and len(set(agents)) == 100


def test_forwards_the_same_bytes():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as target:
        target.bind(("127.0.0.1", 0))
        target.settimeout(5 * SLOW)
        config = "forward: [127.0.0.1:%d, 127.0.0.1:9]\n" % target.getsockname()[1]
        with Daemon(config=config) as d:
            sent = [datagram("10.0.0.1", i, b"x" * i) for i in range(1, 50)]
            d.send(*sent)
            assert [target.recv(65536) for _ in sent] == sent
            wait_for(lambda: received(d) == len(sent), "all received, though one target is dead")


def test_does_not_forward_to_itself():
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        s.close()
        path = os.path.join(directory, "loop.yaml")
        with open(path, "w") as f:
            f.write("sflow: {listen: \":%d\"}\nforward: [127.0.0.1:%d]\n" % (port, port))
        run = subprocess.run([BIN, "run", "--config.file=" + path, "--web.listen=127.0.0.1:0"],
                             capture_output=True, text=True, timeout=20)
        assert run.returncode == 2 and "127.0.0.1:%d" % port in run.stderr, run


def test_topology_survives_a_restart():
    topology = {"links": {"L1": {"node1": "leaf1", "port1": "swp1", "node2": "spine1", "port2": "swp1"}},
                "nodes": {"leaf1": {"agent": "10.0.0.1", "ports": {"swp1": {"ifindex": "3"}}}}}
    directory = tempfile.mkdtemp(prefix="fabricpulse-test-")
    for env, flag in (({"STATE_DIRECTORY": directory}, ()), ({}, ("--state.directory=" + directory,))):
        with Daemon(*flag, env=env) as d:
            answer, body = d.request("PUT", "/topology/json", json.dumps(topology))
            assert answer.status in (200, 204), (answer.status, body)
            d.stop()
        with Daemon(*flag, env=env) as d:
            back = json.loads(d.get("/topology/json"))
            assert back["links"] == topology["links"] and back["nodes"] == topology["nodes"], back
            assert isinstance(back["version"], int)


def test_bad_topology_changes_nothing():
    good = {"links": {"L1": {"node1": "a", "port1": "1", "node2": "b", "port2": "1"}}}
    with Daemon() as d:
        assert d.request("POST", "/topology/json", json.dumps(good))[0].status in (200, 204)
        before = d.get("/topology/json")
        for bad in ("", "{", "[]", '{"links":{"L1":{"node1":"a"}}}', '{"links":7}'):
            answer, body = d.request("PUT", "/topology/json", bad)
            assert answer.status == 400 and len(body) > 5, (bad, answer.status, body)
        assert d.get("/topology/json") == before


def test_roles_follow_the_topology():
    topology = {"links": {"L1": {"node1": "leaf1", "port1": "swp1", "node2": "spine1", "port2": "swp1"}},
                "nodes": {"leaf1": {"agent": "10.0.0.1", "ports": {}}}}
    with Daemon() as d:
        d.send(datagram("10.0.0.1", 1, named_port(1, 3, "swp1") + named_port(1, 4, "swp2"), 2))
        wait_for(lambda: received(d) == 1, "one datagram")
        assert d.request("PUT", "/topology/json", json.dumps(topology))[0].status in (200, 204)

        def roles():
            ports = json.loads(d.get("/api/v1/interfaces"))
            ports = ports["interfaces"] if isinstance(ports, dict) else ports
            return {p["port"]: p["role"] for p in ports}
        wait_for(lambda: roles() == {"swp1": "core", "swp2": "edge"}, "roles by topology")


def write_capture(path, *datagrams):
    """A pcap file (Ethernet, IPv4, UDP to 6343) of datagrams that arrive a second apart."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, payload in enumerate(datagrams):
            udp = struct.pack(">HHHH", 50000, 6343, 8 + len(payload), 0) + payload
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\n\0\0\1", b"\n\0\0\2") + udp
            frame = b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip
            f.write(struct.pack("<IIII", 1700000000 + i, 0, len(frame), len(frame)) + frame)


def test_topology_after_the_end_of_a_capture():
    topology = {"links": {"L1": {"node1": "leaf1", "port1": "swp1", "node2": "spine1", "port2": "swp1"}},
                "nodes": {"leaf1": {"agent": "10.0.0.1"}}}
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "ports.pcap")
        write_capture(path, datagram("10.0.0.1", 1, named_port(1, 3, "swp1") + named_port(1, 4, "swp2"), 2),
                      datagram("10.0.0.1", 2))
        run = subprocess.Popen([BIN, "run", "--pcap=" + path, "--speed=max", "--web.listen=127.0.0.1:0"],
                               stderr=subprocess.PIPE, text=True)
        try:
            port = int(re.search(r"addr=\S*:(\d+)", run.stderr.readline()).group(1))

            def request(method, where, body=None):
                c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                c.request(method, where, body)
                return c.getresponse().read()
            wait_for(lambda: b"fabricpulse_datagrams_total 2\n" in request("GET", "/metrics"), "two datagrams")
            request("PUT", "/topology/json", json.dumps(topology))
            wait_for(lambda: b'fabricpulse_ports{role="core"} 1\n' in request("GET", "/metrics"), "roles by topology")
        finally:
            run.kill()
            run.communicate()


def test_second_daemon_is_refused():
    with Daemon() as d:
        for flag, port in (("--sflow.listen=127.0.0.1:%d", d.udp), ("--web.listen=127.0.0.1:%d", d.http)):
            other = subprocess.run([BIN, "run", "--sflow.listen=127.0.0.1:0", "--web.listen=127.0.0.1:0"][:2] +
                                   [flag % port] + (["--web.listen=127.0.0.1:0"] if "sflow" in flag else
                                                    ["--sflow.listen=127.0.0.1:0"]),
                                   capture_output=True, text=True, timeout=20)
            assert other.returncode == 1, other
            assert "127.0.0.1:%d" % port in other.stderr, other.stderr


def test_systemd_is_told():
    directory = tempfile.mkdtemp(prefix="fabricpulse-test-")
    path = os.path.join(directory, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        s.settimeout(10 * SLOW)
        with Daemon(env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000"}) as d:
            assert b"READY=1" in s.recv(4096)
            assert s.recv(4096) == b"WATCHDOG=1"
            d.process.send_signal(signal.SIGHUP)
            seen = b""
            while b"READY=1" not in seen:
                seen += s.recv(4096) + b"\n"
            assert b"RELOADING=1" in seen and b"MONOTONIC_USEC=" in seen, seen
            d.process.send_signal(signal.SIGTERM)
            while b"STOPPING=1" not in seen:
                seen += s.recv(4096) + b"\n"
            assert d.process.wait(10) == 0


def test_connections_are_kept_alive():
    with Daemon() as d:
        c = http.client.HTTPConnection("127.0.0.1", d.http, timeout=10)
        c.connect()
        first = c.sock
        for _ in range(20):
            c.request("GET", "/metrics")
            assert c.getresponse().read()
            assert c.sock is first, "the connection was closed"


def test_methods_and_errors():
    with Daemon() as d:
        head, body = d.request("HEAD", "/metrics")
        assert head.status == 200 and body == b"" and int(head.headers["Content-Length"]) > 1000
        for method, path, status in (("GET", "/nothing", 404), ("DELETE", "/metrics", 405), ("POST", "/metrics", 405),
                                     ("GET", "/metrics?collect[]=nope", 400), ("GET", "/-/reload", 405),
                                     ("GET", "/app/ai-metrics/scripts/metrics.js/metric/nope/json", 404),
                                     ("GET", "/app/ai-metrics/scripts/metrics.js/trend/json?after=x", 400)):
            answer, body = d.request(method, path)
            assert answer.status == status, (method, path, answer.status)
            assert 0 < len(body.splitlines()[0]) < 200, body
        assert d.request("POST", "/-/reload", headers={"Origin": "http://elsewhere.example"})[0].status == 403
        assert d.request("GET", "/-/healthy")[0].status == 200
        assert d.request("GET", "/-/ready")[0].status == 200


def test_large_bodies_are_refused():
    with Daemon("--web.body_limit=4096") as d:
        assert d.request("PUT", "/topology/json", b"x" * 10000)[0].status == 413
        assert d.request("GET", "/-/ready")[0].status == 200


def test_gzip_is_the_same_text():
    with Daemon() as d:
        path = "/metrics?collect[]=ingest"
        answer, packed = d.request("GET", path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == d.request("GET", path)[1]


def test_compat_before_the_first_second_is_empty_and_ok():
    with Daemon() as d:
        answer, _ = d.request("GET", "/app/ai-metrics/scripts/metrics.js/prometheus/txt")
        assert answer.status == 200
        wait_for(lambda: d.get("/app/ai-metrics/scripts/metrics.js/prometheus/txt").startswith("sflow_ai_bps 0\n"), "zeros")


def test_idle_clients_do_not_stop_scrapes():
    with Daemon() as d:
        idle = [socket.create_connection(("127.0.0.1", d.http)) for _ in range(100)]
        for s in idle[:50]:
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert d.request("GET", "/metrics")[0].status == 200
        for s in idle:
            s.close()


def test_mistakes_at_start():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "bad.yaml")
        with open(path, "w") as f:
            f.write("sflow:\n  workers: many\n  lisen: :6343\nlimit: {}\n")
        run = subprocess.run([BIN, "run", "--config.file=" + path], capture_output=True, text=True, timeout=20)
        assert run.returncode == 2, run.returncode
        lines = run.stderr.splitlines()
        assert len(lines) == 3 and "bad.yaml:2:" in lines[0] and '"listen"' in lines[1] and '"limits"' in lines[2], lines
        missing = subprocess.run([BIN, "run", "--config.file=/nonexistent.yaml"], capture_output=True, text=True, timeout=20)
        assert missing.returncode == 2 and "/nonexistent.yaml" in missing.stderr, missing.stderr


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    wanted = sys.argv[1:]
    failed = 0
    passed = 0
    for name, test in tests:
        if wanted and not any(w in name for w in wanted):
            continue
        try:
            test()
            passed += 1
        except Exception as e:  # a test that breaks is a test that failed
            failed += 1
            print("FAILED %s: %s: %s" % (name, type(e).__name__, e))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
