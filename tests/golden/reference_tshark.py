# SPDX-License-Identifier: Apache-2.0
"""tshark (Wireshark 4.0) in the names of corpus.py: full JSON of small captures, one line a frame of
the others.

Wireshark does not skip a record that it does not know: it reads the record's bytes as the next
record. So what follows an unknown record in a sample is not used; the sample is marked `derailed`.
A frame in which the dissector ended with an exception is marked `gave_up`.
"""

import json
import re

NAMES = {
    "sflow_245.header_protocol": "header_protocol",
    "sflow_245.header.frame_length": "frame_length",
    "sflow_245.header.payload_stripped": "stripped",
    "sflow_245.header.sampled_header_length": "header_length",
    "sflow_245.vlan.in": "src_vlan", "sflow_245.pri.in": "src_priority",
    "sflow_245.vlan.out": "dst_vlan", "sflow_245.pri.out": "dst_priority",
    "sflow_245.nexthop": "nexthop", "sflow_245.nexthop.src_mask": "src_mask_len",
    "sflow_245.nexthop.dst_mask": "dst_mask_len", "sflow_245.as": "as",
    "sflow_245.srcAS": "src_as", "sflow_245.peerAS": "src_peer_as",
    "sflow_245.localpref": "localpref",
    "sflow_245.ifindex": "ifIndex", "sflow_245.iftype": "ifType", "sflow_245.ifspeed": "ifSpeed",
    "sflow_245.ifdirection": "ifDirection", "sflow_245.ifpromisc": "ifPromiscuousMode",
    "sflow_245.vlan_id": "vlan_id", "sflow_245.octets": "octets",
    "sflow_245.ucastPkts": "ucastPkts", "sflow_245.multicastPkts": "multicastPkts",
    "sflow_245.broadcastPkts": "broadcastPkts", "sflow_245.discards": "discards",
    "sflow_245.ip.length": "sampled_length", "sflow.ip_protocol": "protocol",
    "sflow_245.ipv4_src": "src_ip", "sflow_245.ipv4_dst": "dst_ip",
    "sflow_245.ip.source_port": "src_port", "sflow.ip.destination_port": "dst_port",
    "sflow.lag_port.actor_system_id": "dot3adAggPortActorSystemID",
    "sflow.lag_port.partner_oper_system_id": "dot3adAggPortPartnerOperSystemID",
    "sflow.lag_port.attached_agg_id": "dot3adAggPortAttachedAggID",
    "sflow.lag_port.lacpdus.rx": "dot3adAggPortStatsLACPDUsRx",
    "sflow.lag_port.marker_pdus.rx": "dot3adAggPortStatsMarkerPDUsRx",
    "sflow.lag_port.marker_response_pdus.rx": "dot3adAggPortStatsMarkerResponsePDUsRx",
    "sflow.lag_port.unknown.rx": "dot3adAggPortStatsUnknownRx",
    "sflow.lag_port.illegal.rx": "dot3adAggPortStatsIllegalRx",
    "sflow.lag_port.lacpdus.tx": "dot3adAggPortStatsLACPDUsTx",
    "sflow.lag_port.marker_pdus.tx": "dot3adAggPortStatsMarkerPDUsTx",
    "sflow.lag_port.marker_response_pdus.tx": "dot3adAggPortStatsMarkerResponsePDUsTx",
}
NAMES.update(("sflow_245.if%s%s" % (way, theirs), "if%s%s" % (way.title(), ours))
             for way in ("in", "out") for theirs, ours in (
                 ("oct", "Octets"), ("pkt", "UcastPkts"), ("mcast", "MulticastPkts"),
                 ("bcast", "BroadcastPkts"), ("disc", "Discards"), ("err", "Errors"),
                 ("unk", "UnknownProtos")))
SAMPLE_NAMES = {
    "sequence_number": "sequence", "source_id_class": "source_class",
    "source_id_type": "source_class", "source_id_index": "source_index", "index": "source_index",
    "sampling_rate": "sampling_rate", "sample_pool": "sample_pool", "dropped_packets": "drops",
}
# Layers of the sampled packet: the first of each is the outermost, the last the innermost.
OUTER = {
    "eth.src": "packet.src_mac", "eth.dst": "packet.dst_mac", "ip.src": "packet.ip.src",
    "ip.dst": "packet.ip.dst", "ipv6.src": "packet.ip.src", "ipv6.dst": "packet.ip.dst",
    "ip.dsfield.dscp": "packet.ip.dscp", "ip.dsfield.ecn": "packet.ip.ecn",
    "ipv6.tclass.dscp": "packet.ip.dscp", "ipv6.tclass.ecn": "packet.ip.ecn",
    "ip.ttl": "packet.ip.ttl", "ipv6.hlim": "packet.ip.ttl", "ip.proto": "packet.ip.protocol",
    "ip.len": "packet.ip.length", "vlan.id": "packet.vlan.id",
    "vlan.priority": "packet.vlan.priority", "vxlan.vni": "packet.tunnel.vni",
}
INNER = {
    "udp.srcport": "packet.src_port", "udp.dstport": "packet.dst_port",
    "tcp.srcport": "packet.src_port", "tcp.dstport": "packet.dst_port",
    "infiniband.bth.opcode": "packet.rdma.opcode", "infiniband.bth.psn": "packet.rdma.psn",
    "infiniband.bth.destqp": "packet.rdma.dest_qp",
}
UNKNOWN = re.compile(r"Unknown (sample|enterprise) format")


def number(text):
    return int(text, 0) if re.fullmatch(r"0x[0-9a-f]+|-?\d+", text) else text


def walk(pairs):
    for key, value in pairs:
        if isinstance(value, list):
            yield from walk(value)
        else:
            yield key, value


def packet(pairs, into):
    """The sampled packet, without what Wireshark quotes of it in an ICMP error."""
    seen_icmp = False
    for key, value in walk(pairs):
        seen_icmp = seen_icmp or key.startswith(("icmp.type", "icmpv6.type"))
        if key in OUTER:
            into.setdefault(OUTER[key], number(value))
        elif key in INNER and not seen_icmp:
            into[INNER[key]] = number(value)


def record(pairs, name):
    """Gives the record, or None where Wireshark did not know it."""
    plain = [(k, v) for k, v in pairs if not isinstance(v, list)]
    fields = dict(plain)
    enterprise = fields.get("sflow.enterprise", "0")
    number_of = fields.get("sflow_245.flow_record_format") \
        or fields.get("sflow_245.counters_record_format")
    if UNKNOWN.match(name) or number_of is None:
        return None
    out = {"tag": "%s:%s" % (enterprise, number_of)}
    for key, value in plain:
        if key in NAMES:
            out[NAMES[key]] = number(value)
        elif key.startswith("sflow_245.dot3"):
            out[key[len("sflow_245."):]] = number(value)
        elif key == "sflow_245.header":
            out["header"] = value.replace(":", "")
        elif key == "sflow.lag_port.state":
            out["dot3adAggPortState"] = list(bytes.fromhex(value[2:]))
    if "sflow_245.ifadmin_status" in fields:
        out["ifStatus"] = int(fields["sflow_245.ifadmin_status"]) \
            | int(fields["sflow_245.ifoper_status"]) << 1
    if "header" in out:  # with the XDR padding
        out["header"] = out["header"][:2 * out["header_length"]]
    trees = dict((k, v) for k, v in pairs if isinstance(v, list))
    if "sflow.as_type_tree" in trees:
        out["as_path"] = [int(v) for _, v in walk(trees["sflow.as_type_tree"])]
    if "sflow_245.communityEntries_tree" in trees:
        out["communities"] = [int(v) for _, v in walk(trees["sflow_245.communityEntries_tree"])]
    if "sflow_245.header_tree" in trees:
        packet(trees["sflow_245.header_tree"], out)
    return out


def interfaces(fields, tree):
    out = {}
    if "input_interface" in fields:
        out["input_word"] = number(fields["input_interface"])
    if "output_interface" in fields:
        out["output_word"] = number(fields["output_interface"])
    if "input_interface_value" in fields:
        out["input"] = (int(fields["input_interface_format"]),
                        int(fields["input_interface_value"]))
        out["output"] = (int(fields["output_interface.format"]),
                         int(fields["output_interface_value"]))
    return out


def sample(name, pairs):
    plain = {k: v for k, v in pairs if not isinstance(v, list)}
    out = {"tag": "%s:%s" % (plain.get("sflow.enterprise", "0"),
                             plain.get("sflow_245.sampletype"))}
    if "flow_sample" not in str(list(plain)) and "counters_sample" not in str(list(plain)):
        return out  # a kind of sample that Wireshark does not know
    out["space"] = "counter" if "ounters sample" in name else "flow"
    fields = {k.split("_sample.", 1)[1]: v for k, v in plain.items() if "_sample." in k}
    out.update((ours, number(fields[theirs])) for theirs, ours in SAMPLE_NAMES.items()
               if theirs in fields)
    out.update(interfaces(fields, pairs))
    out["records"] = []
    for key, value in pairs:
        if not isinstance(value, list) or key.endswith("_tree"):
            continue
        row = record(value, key)
        if row is None:
            out["derailed"] = True
            break
        out["records"].append(row)
    return out


def datagram(pairs, broken):
    plain = {k: v for k, v in pairs if not isinstance(v, list)}
    out = {"gave_up": broken, "samples": []}
    if plain.get("sflow_245.version") != "5":
        out["version"] = number(plain.get("sflow_245.version", "-1"))
        return out
    for theirs, ours in (("agent", "agent"), ("agent.v6", "agent"), ("sub_agent_id", "sub_agent"),
                         ("sequence_number", "sequence"), ("sysuptime", "uptime_ms")):
        if "sflow_245." + theirs in plain:
            out[ours] = number(plain["sflow_245." + theirs])
    for key, value in pairs:
        if isinstance(value, list) and any(k == "sflow_245.sampletype" for k, _ in value):
            out["samples"].append(sample(key, value))
    return out


def load_json(text):
    datagrams = []
    for frame in json.loads(text, object_pairs_hook=list):
        layers = dict(dict(frame)["_source"])["layers"]
        broken = any(key.startswith("_ws.malformed") for key, _ in walk(layers)) \
            or any(k == "_ws.malformed" for k, _ in layers)
        datagrams += [datagram(value, broken) for key, value in layers if key == "sflow"]
    return datagrams


# ---- one line a frame ---------------------------------------------------------------------------

def numbers(text):
    return [int(n) for n in text.split(",")] if text else []


def load_tsv(text):
    """Frames with flat lists: what belongs to which sample is not said. Lists that a broken or
    derailed frame cut short are marked by `gave_up`; `prefix` says how much of each is good."""
    lines = text.splitlines()
    names = lines[0].split("\t")
    frames = []
    for line in lines[1:]:
        row = dict(zip(names, line.split("\t")))
        if row.get("sflow_245.version") != "5":
            continue
        frames.append({
            "agent": row["sflow_245.agent"] or row["sflow_245.agent.v6"],
            "sub_agent": int(row["sflow_245.sub_agent_id"]),
            "sequence": int(row["sflow_245.sequence_number"]),
            "uptime_ms": int(row["sflow_245.sysuptime"]),
            "sample_count": int(row["sflow_245.numsamples"]),
            "time_ns": int(row["frame.time_epoch"].replace(".", "")),
            "gave_up": bool(row["_ws.malformed"]),
            "sample_tags": numbers(row["sflow_245.sampletype"]),
            "flow_tags": numbers(row["sflow_245.flow_record_format"]),
            "counter_tags": numbers(row["sflow_245.counters_record_format"]),
            "rates": numbers(row["sflow.flow_sample.sampling_rate"]),
            "frame_lengths": numbers(row["sflow_245.header.frame_length"]),
            "drops": numbers(row["sflow.flow_sample.dropped_packets"]),
            "opcodes": numbers(row["infiniband.bth.opcode"])})
    return frames
