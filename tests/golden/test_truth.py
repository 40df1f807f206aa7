#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fabricpulse against the truth: captures of real agents whose traffic is known frame by frame.

    test_truth.py [-v]      -v shows every comparison

`fabricpulse replay` runs each capture through the whole pipeline; its estimates are compared with
what was really sent, within the error that sampling implies (statistics_of_sampling.py). What does
not depend on chance (drop notices, interface counters, bytes of equal frames) must match exactly.

How often a frame meets the sampler:
- hs_roce_mix: hsflowd samples all four ports of a bridge in both directions and cannot tell which,
  so each frame is seen twice (in and out), and the fabric view, which has no direction to choose
  by, says basis="undirected".
- hs_period, hs_noperiod: only port swp1 is sampled, through which each frame passes once.
- ovs_roce_mix: Open vSwitch samples where a frame enters the bridge: once.
- pmacct_sfprobe_mix: one host's port sees the frames to and from that host, a known number of each
  pair's; pmacct samples IP packets only (no ARP, no RoCEv1).
- hs_softroce_pcap, hs_tcp_host: a host's own port, direction known.
"""

import json
import sys

import corpus
import statistics_of_sampling
import traffic_classes as classes
from exposition import Exposition

FCS = 4


def truth_of(stem):
    with open(corpus.capture("agent/" + stem)[:-len("pcap")] + "truth.json",
              encoding="utf-8") as text:
        return json.load(text)


def replay(tally, stem):
    status, out, errors = corpus.run("replay", corpus.capture("agent/" + stem))
    tally.check(status == 0, "%s: replay exits with 0, not %d: %s" % (stem, status, errors))
    shown = Exposition(out.decode("utf-8"))
    tally.check(shown.sum("fabricpulse_decode_errors_total") == 0,
                stem + ": no decode errors in what an agent sent")
    return shown


class Mix:
    """One capture of the lab's traffic mix."""

    def __init__(self, tally, found, stem, crossings=1, share=1.0, ip_only=False):
        self.tally, self.found, self.stem = tally, found, stem
        self.truth = truth_of(stem)
        self.rate = self.truth["sampling_n"]
        self.crossings, self.share = crossings, share
        self.shown = replay(tally, stem)
        sent = self.truth["sent"]
        self.classes = {name: n * crossings for name, n in sent["by_class"].items()
                        if classes.split(name)[0] in classes.CLASSES}
        if ip_only:
            self.classes = {name: n for name, n in self.classes.items()
                            if classes.ecn(name) is not None}
        self.sizes = {name: sent["bytes_by_class"][name] // sent["by_class"][name] + FCS
                      for name in self.classes}

    def kind(self, name):
        return classes.CLASSES[classes.split(name)[0]]

    def count(self, what, samples, wanted, cluster=1):
        self.found.count("%s %s" % (self.stem, what), samples, wanted, self.rate, self.share,
                         cluster)

    def samples(self, name, wanted, what, **labels):
        """Samples and estimate of one series against the classes that belong to it."""
        family = "fabricpulse_" + name
        samples = self.shown.count(family + "_samples_total", **labels)
        self.count(what, samples, sum(self.classes[c] for c in wanted))
        return samples

    def operations(self):
        groups = {}
        for name in self.classes:
            kind = self.kind(name)
            groups.setdefault((kind.transport, kind.operation), []).append(name)
        for (transport, operation), names in sorted(groups.items()):
            labels = {"transport": transport, "operation": operation}
            samples = self.shown.count("fabricpulse_rdma_samples_total", **labels)
            what = "%s %s" % (transport, operation)
            self.count(what, samples, sum(self.classes[c] for c in names),
                       6 if operation == "RDMA_WRITE_MIDDLE" and self.share < 1 else 1)
            self.tally.check(
                self.shown.sum("fabricpulse_rdma_packets_total", **labels) == samples * self.rate,
                "%s: %s: estimate is samples times rate" % (self.stem, what))
            self.bytes(what, samples, labels, names)
        shown = {(dict(k)["transport"], dict(k)["operation"]): v for k, v
                 in self.shown.series["fabricpulse_rdma_samples_total"].items() if v}
        self.tally.check(set(shown) <= set(groups), "%s: operations that nobody sent: %s" % (
            self.stem, set(shown) - set(groups)))

    def bytes(self, what, samples, labels, names):
        estimate = self.shown.count("fabricpulse_rdma_bytes_total", **labels)
        sizes = {self.sizes[c] for c in names}
        if len(sizes) == 1:
            self.tally.check(estimate == samples * self.rate * sizes.pop(),
                             "%s: %s: bytes of equal frames are exact" % (self.stem, what))
        else:
            self.found.total("%s %s bytes" % (self.stem, what), samples, estimate,
                             [(self.sizes[c], self.classes[c]) for c in names], self.rate,
                             self.share)

    def messages(self):
        for request, operations in (("write", ("RDMA_WRITE_FIRST", classes.WRITE)),
                                    ("read", ("RDMA_READ_REQUEST",))):
            names = [c for c in self.classes if self.kind(c).operation in operations]
            samples = self.samples("rdma_message", names, request + " messages (RETH)",
                                   request=request)
            self.found.total(
                "%s %s message bytes (RETH)" % (self.stem, request), samples,
                self.shown.count("fabricpulse_rdma_message_size_bytes_sum", request=request),
                [(self.kind(c).reth, self.classes[c]) for c in names], self.rate, self.share)

    def acknowledgements(self):
        for aeth in ("ack", "nak", "rnr_nak"):
            self.samples("rdma_acknowledgement", [c for c in self.classes
                                                  if self.kind(c).aeth == aeth], aeth, kind=aeth)
        self.samples("rdma_nak", [c for c in self.classes if self.kind(c).aeth == "nak"],
                     "NAK psn_sequence_error", code="psn_sequence_error")
        self.samples("fabric_cnp", ["cnp"], "CNP")

    def marks(self):
        data = [c for c in self.classes if self.kind(c).is_data]
        for codepoint in ("not_ect", "ect0", "ce"):
            self.samples("fabric_rdma_ecn", [c for c in data if classes.ecn(c) == codepoint],
                         "RDMA data, ECN " + codepoint, ecn=codepoint)
        for inner, name in (("ect0", classes.TUNNELLED), ("ce", classes.TUNNELLED + "_ce")):
            self.samples("link_tunnelled_ecn", [name], "in VXLAN, inner ECN " + inner,
                         outer_ecn="not_ect", inner_ecn=inner)

    def payloads(self):
        for carrier in ("rocev2", "rocev1"):
            names = [c for c in self.classes if self.kind(c).carrier == carrier]
            self.samples("fabric", names, carrier, payload=carrier)
        for carrier in ("infiniband", "uet"):
            self.tally.check(
                self.shown.sum("fabricpulse_fabric_packets_total", payload=carrier) == 0,
                "%s: nothing of %s was sent" % (self.stem, carrier))

    def everything(self):
        """All frames at the sampled ports, also what the hosts' kernels answered."""
        seen = self.truth["frames_seen_at_sampled_ports"]
        self.count("all frames", self.shown.count("fabricpulse_fabric_samples_total"), seen)
        self.count("frames without RDMA",
                   self.shown.count("fabricpulse_fabric_samples_total", payload="other"),
                   seen - sum(self.classes.values()))

    def ports(self):
        for port, delta in self.truth["iface_delta"].items():
            self.count("frames at " + port,
                       self.shown.count("fabricpulse_port_samples_total", port=port),
                       delta["rx"] + delta["tx"])

    def interface_counters(self):
        """Polls went on before and after the traffic, so their difference is exactly it."""
        for port, delta in self.truth["iface_delta"].items():
            for direction, theirs in (("in", "rx"), ("out", "tx")):
                shown = self.shown.count("fabricpulse_interface_packets_total", port=port,
                                         direction=direction)
                self.tally.check(shown == delta[theirs], "%s: %s %s: %d packets polled, %d passed"
                                 % (self.stem, port, direction, shown, delta[theirs]))

    def rdma(self):
        self.operations()
        self.messages()
        self.acknowledgements()
        self.marks()
        self.payloads()


def mixes(tally, found):
    bridge = Mix(tally, found, "hs_roce_mix", crossings=2)
    bridge.rdma()
    bridge.everything()
    bridge.ports()
    ovs = Mix(tally, found, "ovs_roce_mix")
    ovs.rdma()
    ovs.everything()
    ovs.interface_counters()
    pairs = truth_of("pmacct_sfprobe_mix")["sent"]["by_pair"]
    share = sum(n for pair, n in pairs.items() if "2" in pair) / sum(pairs.values())
    probe = Mix(tally, found, "pmacct_sfprobe_mix", share=share, ip_only=True)
    probe.operations()
    probe.messages()
    probe.acknowledgements()
    probe.marks()


def periods(tally, found):
    for stem in ("hs_period_500ms", "hs_noperiod_expo"):
        one = Mix(tally, found, stem)
        one.operations()
        one.everything()
        one.count("frames at swp1", one.shown.count("fabricpulse_port_samples_total", port="swp1"),
                  one.truth["frames_seen_at_sampled_ports"])


# ---- two hosts with software RDMA --------------------------------------------------------------

def softroce(tally, found):
    stem = "hs_softroce_pcap"
    truth, shown = truth_of(stem), replay(tally, stem)
    rate = truth["sampling_n"]

    def count(what, samples, wanted):
        found.count("%s %s" % (stem, what), samples, wanted, rate)

    count("all frames", shown.count("fabricpulse_link_samples_total"), truth["frames_total"])
    for direction, theirs in (("in", "rx"), ("out", "tx")):
        count("RDMA " + direction, shown.count("fabricpulse_link_samples_total", traffic="rdma",
                                               direction=direction), truth["by_dir"][theirs])
    count("other frames", shown.count("fabricpulse_link_samples_total", traffic="other"),
          truth["non_roce_frames"])
    count("CNP", shown.count("fabricpulse_link_cnp_samples_total"), truth["by_opcode"]["cnp"])
    count("fabric view: what came in", shown.count("fabricpulse_rdma_samples_total"),
          truth["by_dir"]["rx"])
    tally.check(shown.count("fabricpulse_fabric_samples_total")
                + shown.count("fabricpulse_fabric_left_out_samples_total")
                == shown.count("fabricpulse_link_samples_total"),
                stem + ": a sample is in the fabric view or said to be left out")
    largest = 1102
    octets = truth["bytes_total"] + FCS * truth["frames_total"]
    found.total(stem + " bytes", shown.count("fabricpulse_link_samples_total"),
                shown.count("fabricpulse_link_bytes_total"),
                [(largest, octets / largest)], rate)  # at most so uneven, nearly all are so large
    softroce_packets(count, truth)


OPCODES = {"rc_read_resp": "RC:RDMA_READ_RESPONSE", "rc_read_request": "RC:RDMA_READ_REQUEST",
           "rc_write": "RC:RDMA_WRITE", "uc_write": "UC:RDMA_WRITE", "rc_send": "RC:SEND",
           "ud_send": "UD:SEND", "rc_ack": "RC:ACKNOWLEDGE", "rc_fetch_add": "RC:FETCH_ADD",
           "rc_atomic_ack": "RC:ATOMIC_ACKNOWLEDGE", "cnp": "CNP:CNP"}


def operation_of(name):
    for prefix, operation in OPCODES.items():
        if name.startswith(prefix):
            return operation + name[len(prefix):].upper()
    raise KeyError(name)


def softroce_packets(count, truth):
    """What the packets hold, both directions: the fabric view shows only what came in."""
    packets = []
    for sample in corpus.Decoded(corpus.capture("agent/hs_softroce_pcap")).samples():
        for record in sample["records"]:
            if "packet.rdma.opcode" in record:
                record["way"] = "tx" if sample["input"][1] == corpus.INTERNAL else "rx"
                packets.append(record)
    for name, wanted in truth["by_opcode"].items():
        count(name, sum(p["packet.rdma.operation"] == operation_of(name) for p in packets), wanted)
    for name, wanted in truth["ecn"].items():
        way, codepoint = name.split(":")
        count("ECN " + name, sum(p["way"] == way and p["packet.ip.ecn_name"] == codepoint
                                 for p in packets), wanted)
    for name, wanted in truth["by_dest_qp"].items():
        way, pair = name.split(":")
        count("queue pair " + name, sum(p["way"] == way
                                        and p["packet.rdma.dest_qp"] == int(pair, 16)
                                        for p in packets), wanted)
    for name, wanted in (("ack", "ack"), ("nak", "nak_code_0")):
        count("AETH " + name, sum(p.get("packet.rdma.aeth.kind") == name for p in packets),
              truth["aeth"][wanted])


def tcp_host(tally, found):
    stem = "hs_tcp_host"
    truth, shown = truth_of(stem), replay(tally, stem)
    for direction, theirs in (("in", "rx"), ("out", "tx")):
        found.count("%s frames %s" % (stem, direction),
                    shown.count("fabricpulse_link_samples_total", direction=direction),
                    truth["iface_delta"]["eth0"][theirs], truth["sampling_n"])
    tally.check(shown.sum("fabricpulse_rdma_packets_total") == 0, stem + ": no RDMA was sent")


# ---- drops --------------------------------------------------------------------------------------

def drops(tally):
    """The agent gave notice of every drop (its limit was higher), so all is exact. What passed the
    shaper met no socket in the peer, and so did the peer's resets to refused connections."""
    truth, shown = truth_of("hs_dropmon"), replay(tally, "hs_dropmon")
    injected = {name: row["n"] for name, row in truth["injected"].items()}
    shaped = truth["tbf_qdisc_dropped"]
    passed = injected["roce_egress_tbf_offered"] - shaped
    refused = injected["tcp_syn_closed"]
    wanted = {
        "port_unreachable": injected["udp_closed_port_9"] + injected["roce_write_no_socket"]
        + 2 * refused + passed,
        "acl": injected["udp_iptables_drop_7777"],
        "unhandled_proto": injected["unknown_ethertype_88b5"],
        "host_unreachable": injected["ip_noroute_203.0.113.1"],
        "tc_ingress": truth["tc_ingress_dropped"],
        "ip_1_parsing": injected["bad_ip_checksum"],
        "dst_host_unknown": injected["other_dstmac_not_promisc"],
        "traffic_shaping": shaped,
    }
    rdma = {"port_unreachable": injected["roce_write_no_socket"] + passed,
            "tc_ingress": truth["tc_ingress_dropped"], "traffic_shaping": shaped}
    for name, truth_by_reason in (("drop_notices", wanted), ("rdma_drop_notices", rdma)):
        family = "fabricpulse_%s_total" % name
        seen = {reason: int(n) for reason, n in shown.values(family, "reason").items() if n}
        tally.check(seen == truth_by_reason, "hs_dropmon: %s: %s, injected %s" % (
            family, seen, truth_by_reason))
    tally.check(shown.sum("fabricpulse_dropped_packets_total") == sum(wanted.values()),
                "hs_dropmon: all drops")
    tally.check(shown.sum("fabricpulse_drop_notices_suppressed_total") == 0,
                "hs_dropmon: no notice was withheld")


def main():
    corpus.need_captures()
    tally = corpus.Tally()
    found = statistics_of_sampling.Comparisons()
    mixes(tally, found)
    periods(tally, found)
    softroce(tally, found)
    tcp_host(tally, found)
    drops(tally)
    found.judge(tally, "-v" in sys.argv)
    tally.finish()


if __name__ == "__main__":
    main()
