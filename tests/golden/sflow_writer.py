# SPDX-License-Identifier: Apache-2.0
"""A small sFlow agent in Python: wraps frames into flow samples, datagrams and a capture file.

Written from the sFlow v5 text and from nothing in src/, so that the daemon's decoder is not tested
with its own encoder alone.
"""

import ipaddress
import struct

PCAP_HEADER = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
ETHERNET, INFINIBAND = 1, 18
FCS = 4


def padded(data):
    return data + bytes(-len(data) % 4)


def flow_sample(number, frame, limit, protocol=ETHERNET, rate=1):
    """A compact flow sample (0:1) with one sampled header record (0:1) of at most `limit` bytes."""
    header = frame[:limit]
    record = struct.pack(">IIII", protocol, len(frame) + FCS, FCS, len(header)) + padded(header)
    body = struct.pack(">IIIIIIII", number, 3, rate, rate * number, 0, 3, 0, 1) \
        + struct.pack(">II", 1, len(record)) + record
    return struct.pack(">II", 1, len(body)) + body


def datagram(number, samples, agent="192.0.2.1"):
    return struct.pack(">II", 5, 1) + ipaddress.ip_address(agent).packed \
        + struct.pack(">IIII", 0, number, 1000 * number, len(samples)) + b"".join(samples)


def frame_of(payload):
    """Ethernet, IPv4 and UDP to port 6343 around a datagram; checksums are not looked at."""
    udp = struct.pack(">HHHH", 40000, 6343, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0) \
        + bytes((192, 0, 2, 1, 192, 0, 2, 2)) + udp
    return bytes(12) + struct.pack(">H", 0x0800) + ip


def capture_of(datagrams):
    out = [PCAP_HEADER]
    for at, payload in enumerate(datagrams):
        frame = frame_of(payload)
        out.append(struct.pack("<IIII", 1700000000 + at, 0, len(frame), len(frame)) + frame)
    return b"".join(out)


def read_capture(path):
    """(link type, [frame, ...]) of a classic pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link = struct.unpack(order + "I", data[20:24])[0]
    frames, at = [], 24
    while at < len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        frames.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return link, frames
