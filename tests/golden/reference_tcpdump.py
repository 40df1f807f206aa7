# SPDX-License-Identifier: Apache-2.0
"""tcpdump -v in the names of corpus.py. tcpdump prints headers of everything, the fields of three
counter records and of the sampled header, and neither addresses nor ports of sampled packets."""

import re

DATAGRAM = re.compile(r"sFlowv5, IPv\d agent ([^,]+), agent-id (\d+), seqnum (\d+), uptime (\d+), "
                      r"samples (\d+)")
OLD = re.compile(r"sFlow version (\d+) packet not supported")
SAMPLE = re.compile(r"^\t(?:expanded )?(flow|counter) sample \((\d+)\), length \d+, seqnum (\d+), "
                    r"type (\d+), idx (\d+)(?:, rate (\d+), pool (\d+), drops (\d+)"
                    r"(?:, input (\d+) output (\d+))?)?,? records (\d+)")
UNKNOWN_SAMPLE = re.compile(r"^\tUnknown \((\d+)\), length")
RECORD = re.compile(r"^\t    enterprise (\d+),? .* \((\d+)\) length (\d+)")
# What stands on the lines below a record, in their order.
FIELDS = [(re.compile(pattern), names) for pattern, names in (
    (r"protocol .* \((\d+)\), length (\d+), stripped bytes (\d+), header_size (\d+)",
     ("header_protocol", "frame_length", "stripped", "header_length")),
    (r"src vlan (\d+), src pri (\d+), dst vlan (\d+), dst pri (\d+)",
     ("src_vlan", "src_priority", "dst_vlan", "dst_priority")),
    (r"ifindex (\d+), iftype (\d+), ifspeed (\d+), ifdirection (\d+)",
     ("ifIndex", "ifType", "ifSpeed", "ifDirection")),
    (r"ifstatus (\d+), adminstatus", ("ifStatus",)),
    (r"In octets (\d+), unicast pkts (\d+), multicast pkts (\d+), broadcast pkts (\d+), "
     r"discards (\d+)",
     ("ifInOctets", "ifInUcastPkts", "ifInMulticastPkts", "ifInBroadcastPkts", "ifInDiscards")),
    (r"In errors (\d+), unknown protos (\d+)", ("ifInErrors", "ifInUnknownProtos")),
    (r"Out octets (\d+), unicast pkts (\d+), multicast pkts (\d+), broadcast pkts (\d+), "
     r"discards (\d+)",
     ("ifOutOctets", "ifOutUcastPkts", "ifOutMulticastPkts", "ifOutBroadcastPkts",
      "ifOutDiscards")),
    (r"Out errors (\d+), promisc mode (\d+)", ("ifOutErrors", "ifPromiscuousMode")),
    (r"align errors (\d+), fcs errors (\d+), single collision (\d+), multiple collision (\d+), "
     r"test error (\d+)",
     ("dot3StatsAlignmentErrors", "dot3StatsFCSErrors", "dot3StatsSingleCollisionFrames",
      "dot3StatsMultipleCollisionFrames", "dot3StatsSQETestErrors")),
    (r"deferred (\d+), late collision (\d+), excessive collision (\d+), mac trans error (\d+)",
     ("dot3StatsDeferredTransmissions", "dot3StatsLateCollisions",
      "dot3StatsExcessiveCollisions", "dot3StatsInternalMacTransmitErrors")),
    (r"carrier error (\d+), frames too long (\d+), mac receive errors (\d+), symbol errors (\d+)",
     ("dot3StatsCarrierSenseErrors", "dot3StatsFrameTooLongs",
      "dot3StatsInternalMacReceiveErrors", "dot3StatsSymbolErrors")),
)]


def read_sample(row):
    """tcpdump prints a compact output word without its two format bits, and an expanded sample's
    interfaces not at all."""
    out = {"space": row[1], "tag": "0:" + row[2], "sequence": int(row[3]),
           "source_class": int(row[4]), "source_index": int(row[5]), "records": []}
    if row[6]:
        out.update(sampling_rate=int(row[6]), sample_pool=int(row[7]), drops=int(row[8]))
    for side, word in (("input", row[9]), ("output", row[10])):
        if word:
            out[side + "_word"] = int(word)
    return out


def load(text):
    datagrams = []
    for line in text.splitlines():
        row = DATAGRAM.search(line)
        if row:
            datagrams.append({"agent": row[1], "sub_agent": int(row[2]), "sequence": int(row[3]),
                              "uptime_ms": int(row[4]), "samples": [],
                              "gave_up": "[|sflow]" in line})
            continue
        row = OLD.search(line)
        if row:
            datagrams.append({"version": int(row[1]), "samples": []})
            continue
        row = SAMPLE.match(line)
        if row:
            datagrams[-1]["samples"].append(read_sample(row))
            continue
        row = UNKNOWN_SAMPLE.match(line)
        if row:
            datagrams[-1]["samples"].append({"tag": "0:" + row[1]})
            continue
        row = RECORD.match(line)
        if row:
            datagrams[-1]["samples"][-1]["records"].append({"tag": "%s:%s" % (row[1], row[2])})
            continue
        if line.strip() == "[|sflow]":
            datagrams[-1]["gave_up"] = True
            continue
        for pattern, names in FIELDS:
            row = pattern.match(line.strip())
            if row:
                datagrams[-1]["samples"][-1]["records"][-1].update(
                    zip(names, map(int, row.groups())))
    return datagrams
