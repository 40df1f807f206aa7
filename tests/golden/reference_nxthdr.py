# SPDX-License-Identifier: Apache-2.0
"""Decodes by nxthdr's sflow-parser (Rust, independent code) in the names of corpus.py.

The reference is what Rust's Debug prints: `Name { field: value }`, `Name(value)`, lists and plain
words. It is read as such; its snake_case names are ours without case and underscores, with a few
exceptions. What the parser refused is a line `ERROR reason`.
"""

import ipaddress
import re

TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([{}()\[\],])|([^\s{}()\[\],"]+))')
ENUMS = {
    "EthernetIso88023": 1, "Ipv4": 11, "Ipv6": 12, "Received": 1, "Sent": 2, "Unknown": 0,
    "Ingress": 1, "Egress": 2, "X86_64": 3, "X86": 2, "Linux": 2, "Other": 1, "Windows": 3,
}
# (struct, theirs) -> ours, where taking out case and underscores is not enough.
NAMES = {
    ("SampledHeader", "protocol"): "header_protocol",
    ("SampledIpv4", "length"): "sampled_length",
    ("ExtendedGateway", "as_number"): "as", ("ExtendedTcpInfo", "dir"): "direction",
    ("HostNetIo", "packets_out"): "pkts_out", ("OpenFlowPortName", "port_name"): "name",
    ("Mib2TcpGroup", "tcp_in_csum_errs"): "tcpInCsumErrors",
    ("HostMemory", "pages_in"): "page_in",
}
FLOATS = {"load_one", "load_five", "load_fifteen"}


class Reader:
    """Reads one Debug text into dicts (with their struct's name under ''), lists and words."""

    def __init__(self, text):
        self.tokens = [m.groups() for m in TOKEN.finditer(text)]
        self.at = 0

    def peek(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def value(self):
        quoted, mark, word = self.tokens[self.at]
        self.at += 1
        if quoted is not None:
            return ("text", quoted)
        if mark == "[":
            return self.items("]")
        if self.peek() == "(":
            self.at += 1
            inner = self.items(")")
            return (word, inner[0] if len(inner) == 1 else inner)
        if self.peek() == "{":
            self.at += 1
            return self.fields(word)
        return ("word", word)

    def items(self, end):
        out = []
        while self.peek() != end:
            out.append(self.value())
            if self.peek() == ",":
                self.at += 1
        self.at += 1
        return out

    def fields(self, name):
        out = {"": name}
        while self.peek() != "}":
            key = self.tokens[self.at][2].rstrip(":")
            self.at += 1
            out[key] = self.value()
            if self.peek() == ",":
                self.at += 1
        self.at += 1
        return out


def plain(value):
    """Words to numbers, addresses to text, lists of bytes left as lists."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: v if k == "" else plain(v) for k, v in value.items()}
    kind, inner = value
    if kind == "text":
        return inner
    if kind == "word":
        if inner in ENUMS:
            return ENUMS[inner]
        if re.fullmatch(r"-?\d+", inner):
            return int(inner)
        return str(ipaddress.ip_address(inner)) if "." in inner or ":" in inner else inner
    if kind == "MacAddress":
        return ":".join("%02x" % int(v[1]) for v in inner)
    return plain(inner)  # a newtype: Interface(1), IPv4(1.2.3.4), DataFormat(1)


def tag(number):
    return "%d:%d" % (number >> 12, number & 0xfff)


def squeezed(name):
    return name.replace("_", "").lower()


def record(space, raw, kinds):
    data = raw["flow_data" if space == "flow" else "counter_data"]
    body = data[1] if isinstance(data, tuple) else data
    body = plain(body)
    fields = {"tag": tag(plain(raw["flow_format" if space == "flow" else "counter_format"]))}
    if not isinstance(body, dict) or body[""] == "Unknown":
        return fields
    if list(body) == ["", "header"] and isinstance(body["header"], dict):
        body = body["header"]
    ours = {squeezed(k): k for k in kinds.get((space, fields["tag"]), {})}
    for key, value in body.items():
        if key == "":
            continue
        name = NAMES.get((body[""], key)) or ours.get(squeezed(key), key)
        if name in FLOATS:
            value = ("float32", value)
        elif name == "header":
            value = bytes(value).hex()
        elif name == "uuid":
            text = bytes(value).hex()
            value = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
        elif name == "dst_as_path":
            name, value = "as_path", [n for segment in value for n in segment["path"]]
        elif name == "adapters":
            value = [{"ifIndex": a["if_index"], "mac_addresses": a["mac_addresses"]}
                     for a in value]
        fields[name] = value
    return fields


def interface(raw, discard):
    if isinstance(raw, dict):
        return (plain(raw["format"]), plain(raw["value"]))
    word = plain(raw)
    if discard or word == 0x3fffffff:
        return (0, word)
    return (word >> 30, word & 0x3fffffff)


def sample(raw, kinds):
    body = raw["sample_data"]
    body = body[1] if isinstance(body, tuple) else body
    out = {"tag": tag(plain(raw["sample_type"]))}
    space = "counter" if "counters" in body else "flow"
    out["space"] = space
    out["sequence"] = plain(body["sequence_number"])
    source = body["source_id"]
    if isinstance(source, dict):
        out["source_class"] = plain(source["source_id_type"])
        out["source_index"] = plain(source["source_id_index"])
    else:
        word = plain(source)
        out["source_class"], out["source_index"] = word >> 24, word & 0xffffff
    for key in ("sampling_rate", "sample_pool", "drops"):
        if key in body:
            out[key] = plain(body[key])
    discard = out["tag"] == "0:5"
    if discard:
        out["reason_name"] = re.sub(r"(?<!^)(?=[A-Z])", "_", body["reason"][1]).lower()
    for theirs, ours in (("input", "input"), ("output", "output"),
                         ("input_ifindex", "input"), ("output_ifindex", "output")):
        if theirs in body:
            out[ours] = interface(body[theirs], discard)
    records = body["counters" if space == "counter" else "flow_records"]
    out["records"] = [record(space, r, kinds) for r in records]
    return out


def load(text, kinds):
    datagrams = []
    for line in filter(None, text.splitlines()):
        if line.startswith("ERROR "):
            version = re.search(r"Invalid version: expected 5, got (\d+)", line)
            datagrams.append({"version": int(version[1]), "samples": []} if version else
                             {"refused": line[len("ERROR "):], "samples": []})
            continue
        raw = Reader(line).value()
        datagrams.append({
            "agent": plain(raw["agent_address"]), "sub_agent": plain(raw["sub_agent_id"]),
            "sequence": plain(raw["sequence_number"]), "uptime_ms": plain(raw["uptime"]),
            "samples": [sample(s, kinds) for s in raw["samples"]]})
    return datagrams
