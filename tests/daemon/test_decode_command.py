#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`fabricpulse decode` as an operator types it: one JSON object a sample, text, live, and what goes wrong."""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BIN = os.environ.get("FP_BIN", "build/fabricpulse")


def record(tag, body):
    return struct.pack(">II", tag, len(body)) + body + b"\0" * (-len(body) % 4)


def datagram(*samples):
    head = struct.pack(">II4sIIII", 5, 1, bytes([10, 0, 0, 11]), 0, 1001, 360000, len(samples))
    return head + b"".join(samples)


def counters(*records):
    body = struct.pack(">III", 9, 49, len(records)) + b"".join(records)
    return record(2, body)


def port_name(text):
    return record(1005, struct.pack(">I", len(text)) + text + b"\0" * (-len(text) % 4))


NAMED = datagram(counters(port_name(b"swp\x1b\"\xff1")), record(9999 << 12 | 77, b"abc"),
                 counters(record(8800 << 12 | 2, b"x" * 12), record(1, b"short")))


def capture(*payloads):
    """A pcap of raw IPv4 packets, one a millisecond."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for i, payload in enumerate(payloads):
        udp = struct.pack(">HHHH", 5000, 6343, 8 + len(payload), 0) + payload
        packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                             bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])) + udp
        out += struct.pack("<IIII", 1767225600, 1000 * i, len(packet), len(packet)) + packet
    return out


def decode(*args, capture_bytes=None):
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        if capture_bytes is not None:
            file.write(capture_bytes)
            file.flush()
            args += (file.name,)
        return subprocess.run([BIN, "decode", *args], capture_output=True, timeout=60)


def test_one_json_object_a_sample():
    done = decode(capture_bytes=capture(NAMED, NAMED))
    assert done.returncode == 0, done
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 6
    assert [line["sample"]["index"] for line in lines] == [0, 1, 2] * 2
    first, unknown, other = (line["sample"] for line in lines[3:])
    assert lines[3]["time"] == "2026-01-01T00:00:00.001Z"
    assert lines[3]["time_ns"] == 1767225600001000000
    assert lines[3]["from"] == "10.0.0.1:5000"
    assert lines[3]["agent"] == "10.0.0.11" and lines[3]["uptime_ms"] == 360000
    assert first["records"] == [{"type": "port_name", "tag": "0:1005", "length": 12,
                                 "name": "swp\x1b\"\ufffd1"}]
    assert unknown == {"index": 1, "type": "unknown", "tag": "9999:77", "length": 3}
    assert other["records"] == [{"tag": "8800:2", "length": 12},
                                {"type": "if_counters", "tag": "0:1", "length": 5,
                                 "fault": "short_record"}]
    assert done.stderr.decode().split() == ["datagrams=2", "samples=6", "short_record=2"]


def test_faults_are_summed_up_on_standard_error():
    done = decode(capture_bytes=capture(b"\0\0\0\4", NAMED[:40], b"", NAMED))
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3
    words = done.stderr.decode().split()
    assert "datagrams=4" in words and "bad_version=1" in words
    assert "short_header=1" in words and "sample_overrun=1" in words


def test_text_is_for_terminals():
    done = decode("--format=text", capture_bytes=capture(NAMED))
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"    - type: port_name\n" in done.stdout


def test_port():
    assert decode("--port=6344", capture_bytes=capture(NAMED)).stdout == b""
    assert len(decode("--port=0", capture_bytes=capture(NAMED)).stdout.splitlines()) == 3


def test_mistakes():
    for args in ((), ("--listen=nonsense",), ("--format=xml", "x"), ("--port=65536", "x")):
        done = decode(*args)
        assert done.returncode == 2, (args, done)
        assert done.stdout == b"" and done.stderr != b""
    assert decode("/nonexistent.pcap").returncode == 1
    assert decode(capture_bytes=b"no capture at all, just words").returncode == 1


def test_a_reader_that_leaves_ends_it():
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(capture(*[NAMED] * 5000))
        file.flush()
        process = subprocess.Popen([BIN, "decode", file.name], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) != 0


def test_live():
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    process = subprocess.Popen([BIN, "decode", f"--listen=127.0.0.1:{port}"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    os.set_blocking(process.stdout.fileno(), False)
    got = b""
    deadline = time.monotonic() + 30
    while got.count(b"\n") < 3 and time.monotonic() < deadline:
        sender.sendto(NAMED, ("127.0.0.1", port))
        time.sleep(0.05)
        got += process.stdout.read() or b""
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    first = json.loads(got.splitlines()[0])
    assert first["sample"]["type"] == "counters_sample"
    assert abs(first["time_ns"] / 1e9 - time.time()) < 600
    assert b"short_record=" in errors


def main():
    failed = passed = 0
    for name, test in sorted(globals().items()):
        if name.startswith("test_"):
            try:
                test()
                passed += 1
            except Exception as problem:  # a test that cannot run has failed, too
                print(f"{name}: {type(problem).__name__}: {problem}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
