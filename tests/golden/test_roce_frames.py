#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""RoCE frames (a ConnectX card, Linux software RDMA, a lab mix, native InfiniBand) as a switch would
sample them: each is wrapped into a flow sample with 128 and 256 bytes of header by an encoder that
knows nothing of src/, decoded by fabricpulse, and compared with what tshark and scapy saw in the
whole frame and with the label of its class.
"""

import gzip
import json
import os
import sys
import tempfile

import corpus
import sflow_writer
import traffic_classes

CAPTURES = ("scapy_cnp_connectx4lx", "softroce_write_send_atomic_ud", "lab_roce_all_classes",
            "wireshark_infiniband_native")
LIMITS = (128, 256)
PER_DATAGRAM = 4
LINK_ERF, ERF_INFINIBAND = 197, 21
AETH_KINDS = ("ack", "rnr_nak", "reserved", "nak")


def text_of(stem, ending):
    path = os.path.join(corpus.CORPORA, "ref", stem + ending)
    if os.path.exists(path + ".gz"):
        with gzip.open(path + ".gz", "rt", encoding="utf-8") as text:
            return text.read()
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as text:
        return text.read()


def frames_of(stem):
    """(header protocol, frames). ERF puts 16 bytes of its own, and extensions, before the LRH."""
    link, frames = sflow_writer.read_capture(corpus.capture("roce/" + stem))
    if link != LINK_ERF:
        return sflow_writer.ETHERNET, frames
    out = []
    for frame in frames:
        at, more = 16, frame[8] & 0x80
        while more:
            more = frame[at] & 0x80
            at += 8
        if frame[8] & 0x7f != ERF_INFINIBAND:
            raise ValueError("not InfiniBand: ERF type %d" % (frame[8] & 0x7f))
        wire = int.from_bytes(frame[14:16], "big")
        out.append(frame[at:at + wire])
    return sflow_writer.INFINIBAND, out


def decoded(protocol, frames, limit):
    """The sampled header record of each frame, through a capture of datagrams."""
    samples = [sflow_writer.flow_sample(number, frame, limit, protocol)
               for number, frame in enumerate(frames, 1)]
    datagrams = [sflow_writer.datagram(at + 1, samples[at:at + PER_DATAGRAM])
                 for at in range(0, len(samples), PER_DATAGRAM)]
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(sflow_writer.capture_of(datagrams))
        file.flush()
        shown = corpus.Decoded(file.name)
    faults = {k: v for k, v in shown.counts.items() if k not in ("datagrams", "samples")}
    if shown.status or faults or shown.counts["samples"] != len(frames):
        raise ValueError("decode of wrapped frames: %s %s" % (shown.status, shown.errors))
    return [s["records"][0] for s in shown.samples()]


def last(text):
    return text.split(",")[-1]


def tshark_rows(stem):
    lines = text_of(stem, ".tshark.tsv").splitlines()
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"))) for line in lines[1:]]


def holds_bth(row, native):
    """tshark also takes a source port of 4791 for RoCEv2; only the destination says it. Ports in
    native InfiniBand are those of IP that it carries."""
    return row["infiniband.bth.opcode"] != "" and (
        native or last(row["udp.dstport"]) in ("", "4791"))


def compare_tshark(check, row, packet):
    native = packet["header_protocol"] == sflow_writer.INFINIBAND
    if holds_bth(row, native):
        check("opcode", packet.get("packet.rdma.opcode"), int(row["infiniband.bth.opcode"]))
        check("queue pair", packet.get("packet.rdma.dest_qp"),
              int(row["infiniband.bth.destqp"], 16))
        check("PSN", packet.get("packet.rdma.psn"), int(row["infiniband.bth.psn"]))
    else:
        check("no BTH", packet.get("packet.rdma.opcode"), None)
    syndrome = None
    if "packet.rdma.aeth.kind" in packet:
        syndrome = AETH_KINDS.index(packet["packet.rdma.aeth.kind"]) << 5 \
            | packet["packet.rdma.aeth.value"]
    if row["infiniband.aeth.syndrome"]:
        check("AETH syndrome", syndrome, int(row["infiniband.aeth.syndrome"]))
    if native:
        return
    inner = "packet.inner_ip" if "packet.inner_ip.version" in packet else "packet.ip"
    seen = last(row["ip.dsfield.ecn"]) or last(row["ipv6.tclass.ecn"])
    if seen:
        check("inner ECN", packet.get(inner + ".ecn"), int(seen))
        first = row["ip.dsfield.ecn"].split(",")[0] or row["ipv6.tclass.ecn"]
        check("outer ECN", packet.get("packet.ip.ecn"), int(first.split(",")[0]))
    for ours, theirs in (("src_port", "udp.srcport"), ("dst_port", "udp.dstport")):
        if row[theirs]:
            check(ours, packet.get("packet." + ours, 0), int(last(row[theirs])))


def compare_scapy(check, row, packet, bth):
    """frame, opcode, queue pair, PSN, then flags of the BTH; "-": not RDMA for scapy. Where a UDP
    payload is too short for a BTH, scapy reads one from the padding of the frame."""
    if row[1] != "-" and bth:
        check("scapy opcode", packet.get("packet.rdma.opcode"), int(row[1]))
        check("scapy queue pair", packet.get("packet.rdma.dest_qp"), int(row[2]))
        check("scapy PSN", packet.get("packet.rdma.psn"), int(row[3]))
        check("scapy P_Key", packet.get("packet.rdma.p_key"), int(row[7]))


def compare_label(check, label, packet):
    base, marked = traffic_classes.split(label)
    if base in traffic_classes.NEAR_MISSES:
        check("near miss", packet.get("packet.rdma.operation"), None)
        return
    kind = traffic_classes.CLASSES[base]
    check("operation", packet.get("packet.rdma.operation"),
          "%s:%s" % (kind.transport, kind.operation))
    check("carrier", packet.get("packet.rdma.carrier"), kind.carrier)
    check("RETH", packet.get("packet.rdma.reth.dma_length"), kind.reth)
    check("AETH", packet.get("packet.rdma.aeth.kind"), kind.aeth)
    check("CNP", packet.get("packet.rdma.cnp"), base == "cnp")
    if base not in traffic_classes.MARKED_UNSAID:
        check("outer ECN", packet.get("packet.ip.ecn_name"), traffic_classes.ecn(label))
    tunnelled = base == traffic_classes.TUNNELLED
    check("tunnel", packet.get("packet.tunnel.type"), "vxlan" if tunnelled else None)
    if tunnelled:
        check("inner ECN", packet.get("packet.inner_ip.ecn_name"), "ce" if marked else "ect0")
    check("VLAN", "packet.vlan.id" in packet, base.startswith("vlan"))


def compare(tally, stem, limit):
    protocol, frames = frames_of(stem)
    packets = decoded(protocol, frames, limit)
    rows = tshark_rows(stem)
    scapy = [line.split("\t") for line in (text_of(stem, ".scapy.tsv") or "").splitlines()]
    labels = None
    if os.path.exists(corpus.capture("roce/" + stem)[:-len("pcap")] + "labels.json"):
        with open(corpus.capture("roce/" + stem)[:-len("pcap")] + "labels.json",
                  encoding="utf-8") as text:
            labels = json.load(text)
    tally.check(len(frames) == len(rows) == len(packets), "%s: %d frames, %d packets, %d in tshark"
                % (stem, len(frames), len(packets), len(rows)))
    before = tally.passed + tally.failed
    for number, (packet, row) in enumerate(zip(packets, rows)):
        def check(what, ours, theirs, label=labels[number] if labels else "", frame=number + 1):
            tally.check(ours == theirs, "%s at %d bytes, frame %d %s: %s is %s, not %s" % (
                stem, limit, frame, label, what, ours, theirs))
        check("frame length", packet["frame_length"], len(frames[number]) + sflow_writer.FCS)
        compare_tshark(check, row, packet)
        if number < len(scapy):
            compare_scapy(check, scapy[number], packet, holds_bth(row, False))
        if labels:
            compare_label(check, labels[number], packet)
    print("%-32s %3d bytes: %4d frames, %5d values" % (
        stem, limit, len(frames), tally.passed + tally.failed - before))


def main():
    corpus.need_captures()
    tally = corpus.Tally()
    for stem in CAPTURES:
        for limit in LIMITS:
            compare(tally, stem, limit)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
