# SPDX-License-Identifier: Apache-2.0
"""What a fabric of many agents and ports sends: datagrams from a few lines of Python, written from the sFlow v5 text.

Agent i is 10.x.y.z with its number in the last three bytes and calls itself leaf<i>; its ports are swp1, swp2 ...
"""
import struct

BTH_WRITE_FIRST = 0x06
COUNTERS_SAMPLE, FLOW_SAMPLE = 2, 1


def address(agent):
    return bytes((10, (agent + 1) >> 16 & 255, (agent + 1) >> 8 & 255, (agent + 1) & 255))


def text(value):
    data = value.encode()
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def envelope(tag, body):
    return struct.pack(">II", tag, len(body)) + body


def roce_frame(agent, port):
    bth = struct.pack(">BBHII", BTH_WRITE_FIRST, 0, 0xffff, 0xd2, port)
    reth = struct.pack(">QII", 0, 1, 1 << 20)
    udp = struct.pack(">HHHH", 49152 + port % 1024, 4791, 8 + 28 + 1024, 0) + bth + reth
    ip = struct.pack(">BBHHHBBH", 0x45, 0x6a, 20 + len(udp) + 1024, 0, 0x4000, 64, 17, 0)
    return bytes.fromhex("020000000002020000000001") + b"\x08\x00" + ip + address(agent) + address(agent + 1) + udp


def flow_sample(agent, port, sequence, rate=1000):
    frame = roce_frame(agent, port)
    header = struct.pack(">IIII", 1, 1150, 4, len(frame)) + frame + bytes(-len(frame) % 4)
    fixed = struct.pack(">IIIIIIII", sequence, port, rate, rate * sequence, 0, port, port % 64 + 1, 1)
    return envelope(FLOW_SAMPLE, fixed + envelope(1, header))


def counters_sample(port, sequence):
    in_bytes, out_bytes = 10 ** 9 * sequence, 2 * 10 ** 9 * sequence
    counters = struct.pack(">IIQIIQ6IQ6I", port, 6, 400 * 10 ** 9, 1, 3,
                           in_bytes, 10 ** 6 * sequence % 2 ** 32, 0, 0, 0, 0, 0,
                           out_bytes, 2 * 10 ** 6 * sequence % 2 ** 32, 0, 0, 0, 0, 0)
    records = envelope(1, counters) + envelope(1005, text("swp%d" % port))
    return envelope(COUNTERS_SAMPLE, struct.pack(">III", sequence, port, 2) + records)


def host_sample(agent, sequence):
    descr = text("leaf%d" % agent) + bytes(16) + struct.pack(">II", 3, 2) + text("6.1")
    return envelope(COUNTERS_SAMPLE, struct.pack(">III", sequence, 2 << 24 | 1, 1) + envelope(2000, descr))


def datagram(agent, sequence, samples):
    return struct.pack(">II4sIIII", 5, 1, address(agent), 0, sequence, 1000 * sequence, len(samples)) + b"".join(samples)


def round_of(agents, ports, number, ports_a_datagram=4):
    """Yields the datagrams of one polling round: every port's counters and a flow sample, every host's name."""
    datagrams_a_round = -(-ports // ports_a_datagram)
    for first in range(0, ports, ports_a_datagram):
        sequence = number * datagrams_a_round + first // ports_a_datagram + 1
        for agent in range(agents):
            samples = [host_sample(agent, number + 1)] if first == 0 else []
            for port in range(first + 1, min(first + ports_a_datagram, ports) + 1):
                samples.append(flow_sample(agent, port, number + 1))
                samples.append(counters_sample(port, number + 1))
            yield datagram(agent, sequence, samples)
