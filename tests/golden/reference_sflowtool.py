# SPDX-License-Identifier: Apache-2.0
"""sflowtool's JSON (one line a datagram, one object an element) in the names of corpus.py.

sflowtool names fields in its own way; each pair is a row here. It ends in the middle of a line when
a datagram is broken: what it said until then is used, and the datagram is marked `gave_up`.
"""

import ipaddress
import json
from datetime import datetime


def number(text):
    return int(text, 0)


def mac(text):
    return ":".join(text[i:i + 2] for i in range(0, 12, 2)).lower()


def address(text):
    return str(ipaddress.ip_address(text))


def hex_bytes(text):
    return text.replace("-", "").lower()


def hundredths(text):
    return round(float(text) * 100)


def thousandths(text):
    return ("thousandths", round(float(text) * 1000))


def same(text):
    return text


def adapters(rows):
    return [{"ifIndex": int(r["ifIndex"]), "mac_addresses": [mac(m) for m in r["mac_list"]]}
            for r in rows]


def dashed(text):
    return [int(n) for n in text.split("-")]


# What sflowtool derives, or reads from the packet and fabricpulse does not print: nothing to compare.
UNUSED = {"flowBlock_tag", "counterBlock_tag", "extendedType", "flowSampleType", "IPSize", "IPID",
          "UDPBytes", "ICMPType", "ICMPCode", "dst_as", "dst_peer_as",
          "tunnel_ipv4_in_IPSize"}

# tag -> {sflowtool's name: (ours, how to read it)}; a name that is not listed is ours already.
HEADER = {
    "headerProtocol": ("header_protocol", number), "sampledPacketSize": ("frame_length", number),
    "strippedBytes": ("stripped", number), "headerLen": ("header_length", number),
    "headerBytes": ("header", hex_bytes), "dstMAC": ("packet.dst_mac", mac),
    "srcMAC": ("packet.src_mac", mac), "ethernet_type": ("packet.ethertype", number),
    "decodedVLAN": ("packet.vlan.id", number), "decodedPriority": ("packet.vlan.priority", number),
    "srcIP": ("packet.ip.src", address), "dstIP": ("packet.ip.dst", address),
    "srcIP6": ("packet.ip.src", address), "dstIP6": ("packet.ip.dst", address),
    "IPProtocol": ("packet.ip.protocol", number), "IPTOS": ("packet.ip.tos", number),
    "IPTTL": ("packet.ip.ttl", number), "ip.tot_len": ("packet.ip.length", number),
    "IPV6_payloadLen": ("packet.ip.length", lambda t: int(t) + 40),
    "IP6_label": ("packet.ip.flow_label", number),
    "TCPSrcPort": ("packet.src_port", number), "TCPDstPort": ("packet.dst_port", number),
    "UDPSrcPort": ("packet.src_port", number), "UDPDstPort": ("packet.dst_port", number),
    "TCPFlags": ("packet.tcp_flags", number),
}
FLOW = {
    "0:1": HEADER,
    "0:3": {"sampledPacketSize": ("sampled_length", number), "IPProtocol": ("protocol", number),
            "srcIP": ("src_ip", address), "dstIP": ("dst_ip", address), "IPTOS": ("tos", number),
            "TCPSrcPort": ("src_port", number), "TCPDstPort": ("dst_port", number),
            "TCPFlags": ("tcp_flags", number)},
    "0:1001": {"in_vlan": ("src_vlan", number), "in_priority": ("src_priority", number),
               "out_vlan": ("dst_vlan", number), "out_priority": ("dst_priority", number)},
    "0:1002": {"nextHop": ("nexthop", address), "srcSubnetMask": ("src_mask_len", number),
               "dstSubnetMask": ("dst_mask_len", number)},
    "0:1003": {"bgp_nexthop": ("nexthop", address), "my_as": ("as", number),
               "dst_as_path": ("as_path", dashed), "BGP_communities": ("communities", dashed),
               "BGP_localpref": ("localpref", number)},
    "0:1024": {"tunnel_ipv4_in_sampledPacketSize": ("sampled_length", number),
               "tunnel_ipv4_in_srcIP": ("src_ip", address),
               "tunnel_ipv4_in_dstIP": ("dst_ip", address),
               "tunnel_ipv4_in_IPProtocol": ("protocol", number),
               "tunnel_ipv4_in_IPTOS": ("tos", number)},
    "0:1036": {"egress_queue_id": ("queue", number)},
    "0:1037": {"acl_number": ("number", number), "acl_name": ("name", same),
               "acl_direction": ("direction", number)},
    "0:1038": {"symbol": ("symbol", same)},
    "0:1042": {"linux_drop_reason": ("reason", same)},
    "0:1043": {"timestamp_nS": ("nanoseconds", number)},
    "0:2209": {"tcpinfo_direction": ("direction", {"received": 1, "sent": 2}.get),
               "tcpinfo_send_mss": ("snd_mss", number),
               "tcpinfo_receive_mss": ("rcv_mss", number),
               "tcpinfo_unacked_pkts": ("unacked", number),
               "tcpinfo_lost_pkts": ("lost", number), "tcpinfo_retrans_pkts": ("retrans", number),
               "tcpinfo_path_mtu": ("pmtu", number), "tcpinfo_rtt_uS": ("rtt", number),
               "tcpinfo_rtt_uS_var": ("rttvar", number),
               "tcpinfo_send_congestion_win": ("snd_cwnd", number),
               "tcpinfo_reordering": ("reordering", number),
               "tcpinfo_rtt_uS_min": ("min_rtt", number)},
}
LAG = "dot3adAggPort"
COUNTER = {
    "0:1": {"networkType": ("ifType", number)},
    "0:5": {"in_vlan": ("vlan_id", number)},
    "0:7": dict({"actorSystemID": (LAG + "ActorSystemID", mac),
                 "partnerSystemID": (LAG + "PartnerOperSystemID", mac),
                 "attachedAggID": (LAG + "AttachedAggID", number)},
                **{name: (LAG + "Stats" + name[:1].upper() + name[1:], number) for name in (
                    "LACPDUsRx", "markerPDUsRx", "markerResponsePDUsRx", "unknownRx", "illegalRx",
                    "LACPDUsTx", "markerPDUsTx", "markerResponsePDUsTx")}),
    "0:1004": {"openflow_datapath_id": ("datapath_id", lambda t: int(t, 16)),
               "openflow_port": ("port_no", number)},
    "0:1005": {"ifName": ("name", same)},
    "0:2000": {"hostname": ("hostname", same), "UUID": ("uuid", same),
               "os_release": ("os_release", same)},
    "0:2001": {"adaptor_list": ("adapters", adapters)},
    "0:2002": {"parent_dsClass": ("container_type", number),
               "parent_dsIndex": ("container_index", number)},
    "0:2003": {"cpu_load_one": ("load_one", thousandths), "cpu_load_five": ("load_five", thousandths),
               "cpu_load_fifteen": ("load_fifteen", thousandths),
               "cpu_proc_run": ("proc_run", number), "cpu_proc_total": ("proc_total", number),
               "cpu_uptime": ("uptime", number), "cpuintr": ("cpu_intr", number),
               "cpuinterrupts": ("interrupts", number), "cpu_contexts": ("contexts", number)},
    "0:2005": {"disk_partition_max_used": ("part_max_used", hundredths),
               "disk_reads": ("reads", number), "disk_bytes_read": ("bytes_read", number),
               "disk_read_time": ("read_time", number), "disk_writes": ("writes", number),
               "disk_bytes_written": ("bytes_written", number),
               "disk_write_time": ("write_time", number)},
    "0:2006": {"nio_" + name: (name, number) for name in (
        "bytes_in", "pkts_in", "errs_in", "drops_in", "bytes_out", "pkts_out", "errs_out",
        "drops_out")},
    "0:2101": {"vcpu_state": ("state", number), "vcpu_cpu_mS": ("cpuTime", number),
               "vcpu_cpuCount": ("nrVirtCpu", number)},
    "0:2102": {"vmem_memory": ("memory", number), "vmem_maxMemory": ("maxMemory", number)},
    "0:2103": {"vdsk_" + name: (name, number) for name in (
        "capacity", "allocation", "available", "rd_req", "rd_bytes", "wr_req", "wr_bytes", "errs")},
    "0:2104": {"vnio_%s_%s" % (theirs, way): ("%s_%s" % (short, ours), number)
               for way, short in (("in", "rx"), ("out", "tx"))
               for theirs, ours in (("bytes", "bytes"), ("pkts", "packets"), ("errs", "errs"),
                                    ("drops", "drop"))},
    "0:2105": {"jvm_name": ("vm_name", same), "jvm_vendor": ("vm_vendor", same),
               "jvm_version": ("vm_version", same)},
    "0:2106": dict({"gc_mS": ("gc_time", number), "compilation_mS": ("compilation_time", number),
                    "fds_open": ("fd_open_count", number), "fds_max": ("fd_max_count", number)},
                   **dict([("%sheap_mem_%s" % (pre, what), ("%sheap_%s" % (pre, what), number))
                           for pre in ("", "non_")
                           for what in ("initial", "used", "committed", "max")],
                          **{"threads_" + w: ("thread_num_" + w, number)
                             for w in ("live", "daemon", "started")})),
    "0:2203": {"memory_used": ("mem_used", number), "memory_max": ("mem_max", number),
               "files_open": ("fd_open", number), "files_max": ("fd_max", number),
               "connections_open": ("conn_open", number), "connections_max": ("conn_max", number)},
    "0:2207": {"OVS_dp_" + name: (name, number) for name in (
        "hits", "misses", "lost", "mask_hits", "flows", "masks")},
}
LAG_STATES = ("actorAdminPortState", "actorOperPortState", "partnerAdminPortState",
              "partnerOperPortState")


def element(space, raw, names):
    fields = {"tag": raw.get("flowBlock_tag") or raw.get("counterBlock_tag")}
    for key, value in raw.items():
        if key in UNUSED or key in LAG_STATES:
            continue
        ours, read = names.get(fields["tag"], {}).get(key, (key, number))
        fields[ours] = read(value)
    if LAG_STATES[0] in raw:
        fields[LAG + "State"] = [int(raw[state]) for state in LAG_STATES]
    return fields


def port(text):
    kind, _, value = text.rpartition(" ")
    return ({"": 0, "dropCode": 1, "multiple": 2}[kind], int(value))


def read_sample(raw):
    space = "counter" if raw.get("sampleType") == "COUNTERSSAMPLE" else "flow"
    out = {"tag": raw["sampleType_tag"], "space": space}
    for theirs, ours in (("sampleSequenceNo", "sequence"), ("meanSkipCount", "sampling_rate"),
                         ("samplePool", "sample_pool"), ("dropEvents", "drops"),
                         ("discardCode", "reason")):
        if theirs in raw:
            out[ours] = int(raw[theirs])
    if "sourceId" in raw:
        out["source_class"], out["source_index"] = map(int, raw["sourceId"].split(":"))
    for theirs, ours in (("inputPort", "input"), ("outputPort", "output")):
        if theirs in raw:
            out[ours] = port(raw[theirs])
    if "discardReason" in raw:
        out["reason_name"] = raw["discardReason"]
    names = COUNTER if space == "counter" else FLOW
    bare = [{k.replace("discarded_", "", 1): v for k, v in e.items()}
            for e in raw.get("elements", [])]
    out["records"] = [element(space, e, names) for e in bare]
    return out


def mended(line):
    """Closes what sflowtool left open when it gave a datagram up."""
    stack, quoted, end = [], False, len(line)
    for at, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "[{":
            stack.append({"[": "]", "{": "}"}[char])
        elif not quoted and char in "]}":
            if stack[-1] != char:
                end = at
                break
            stack.pop()
    return json.loads(line[:end] + "".join(reversed(stack)))


def load(text):
    datagrams = []
    for line in filter(None, text.splitlines()):
        try:
            raw, gave_up = json.loads(line), False
        except ValueError:
            raw, gave_up = mended(line), True
        out = {"gave_up": gave_up,
               "samples": [read_sample(s) for s in raw.get("samples", [])]}
        seconds = datetime.strptime(raw["pcapTimestamp"], "%Y-%m-%dT%H:%M:%S%z").timestamp()
        out["time_ns"] = (int(seconds) * 1000000 + int(raw["pcapTimestamp_uS"])) * 1000
        if "agent" in raw:
            out["agent"] = address(raw["agent"])
            out["sequence"] = int(raw["packetSequenceNo"])
            out["uptime_ms"] = int(raw["sysUpTime"])
        if "agentSubId" in raw:
            out["sub_agent"] = int(raw["agentSubId"])
        if raw["datagramVersion"] != "5":
            out["version"] = int(raw["datagramVersion"])
        datagrams.append(out)
    return datagrams
