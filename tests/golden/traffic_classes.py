# SPDX-License-Identifier: Apache-2.0
"""The classes of frames that the lab's traffic mix is made of, and what each must be seen as.

A class name with _ce at its end is the same frame with ECN = CE. Sizes and counts come from each
capture's truth file; what a class holds was fixed by the generator and is written down here once.
"""

import collections

Kind = collections.namedtuple("Kind", "transport operation carrier reth aeth is_data outer_ecn")


def kind(transport, operation, carrier="rocev2", reth=None, aeth=None, is_data=False,
         outer_ecn="ect0"):
    return Kind(transport, operation, carrier, reth, aeth, is_data, outer_ecn)


WRITE = "RDMA_WRITE_ONLY"
# reth: bytes of the message; aeth: the acknowledgement that the frame carries; is_data: carries
# payload; outer_ecn: of the outermost IP header of frames without _ce (None: no IP header).
CLASSES = {
    "cnp": kind("CNP", "CNP"),
    "rc_ack": kind("RC", "ACKNOWLEDGE", aeth="ack"),
    "rc_nak_psn_seq": kind("RC", "ACKNOWLEDGE", aeth="nak"),
    "rc_rnr_nak": kind("RC", "ACKNOWLEDGE", aeth="rnr_nak"),
    "rc_atomic_ack": kind("RC", "ATOMIC_ACKNOWLEDGE", aeth="ack"),
    "rc_cmp_swap": kind("RC", "COMPARE_SWAP"),
    "rc_fetch_add": kind("RC", "FETCH_ADD"),
    "rc_read_request": kind("RC", "RDMA_READ_REQUEST", reth=3072),
    "rc_read_resp_first": kind("RC", "RDMA_READ_RESPONSE_FIRST", aeth="ack", is_data=True),
    "rc_read_resp_middle": kind("RC", "RDMA_READ_RESPONSE_MIDDLE", is_data=True),
    "rc_read_resp_last": kind("RC", "RDMA_READ_RESPONSE_LAST", aeth="ack", is_data=True),
    "rc_send_only": kind("RC", "SEND_ONLY", is_data=True),
    "rc_write_first": kind("RC", "RDMA_WRITE_FIRST", reth=8192, is_data=True),
    "rc_write_middle": kind("RC", "RDMA_WRITE_MIDDLE", is_data=True),
    "rc_write_last": kind("RC", "RDMA_WRITE_LAST", is_data=True),
    "rc_write_only": kind("RC", WRITE, reth=256, is_data=True),
    "rc_write_only_4k": kind("RC", WRITE, reth=4096, is_data=True),
    "v6_rc_write_only": kind("RC", WRITE, reth=1024, is_data=True),
    "vlan_rc_write_only": kind("RC", WRITE, reth=1024, is_data=True),
    "vxlan_rc_write_only": kind("RC", WRITE, reth=1024, is_data=True, outer_ecn="not_ect"),
    "rocev1_rc_write_only": kind("RC", WRITE, "rocev1", reth=256, is_data=True, outer_ecn=None),
    "uc_write_only": kind("UC", WRITE, reth=64, is_data=True),
    "ud_send_only": kind("UD", "SEND_ONLY", is_data=True, outer_ecn="not_ect"),
    "xrc_send_only": kind("XRC", "SEND_ONLY", is_data=True),
}
# Frames that look like RDMA to a careless eye, and plain noise.
NEAR_MISSES = ("arp_req", "tcp", "udp_dport4791_short", "udp_sport4791")
# The generator marks some of these too, and their names do not say so.
MARKED_UNSAID = ("rc_cmp_swap", "rc_fetch_add")
TUNNELLED = "vxlan_rc_write_only"


def split(name):
    """(class without _ce, whether the frame is marked)"""
    return (name[:-len("_ce")], True) if name.endswith("_ce") else (name, False)


def ecn(name):
    """ECN of the outer header of a frame of this class, as the metrics name it; None: no IP."""
    base, marked = split(name)
    outer = CLASSES[base].outer_ecn
    return "ce" if marked and base != TUNNELLED else outer
