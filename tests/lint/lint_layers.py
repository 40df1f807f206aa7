#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Include direction: a room includes only what its row in layers.txt allows, through the public
headers of include/fabricpulse/<room>/, and never a private header of another room unless its row
names that header. Tests may look behind the door of any room."""

import os
import re

from lintlib import code, files, finish, read, root, rows

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
PUBLIC = "fabricpulse/"


def room_of(path):
    """src/decode/x.c and include/fabricpulse/decode/x.h live in decode; src/main.c lives in '.'"""
    parts = path.split("/")
    inside = parts[2:] if parts[0] == "include" else parts[1:]
    return inside[0] if len(inside) > 1 else "."


def place(path, target, base):
    """Where a quoted include is found: beside its includer, or in src/ for who may look there."""
    for folder in (os.path.dirname(path), "src"):
        home = os.path.normpath(os.path.join(folder, target))
        if os.path.exists(os.path.join(base, home)):
            return home
    return None


def complaint(path, room, allowed, quote, target, base):
    if target.startswith(PUBLIC):
        other, _, header = target[len(PUBLIC):].partition("/")
        if not header:
            return None if room == "." or "*" in allowed else "%s: a header of no room" % target
        if other == room or "*" in allowed or other in allowed:
            return None
        if "%s/%s" % (other, header) in allowed:
            return None
        return "room %s may not include room %s (%s)" % (room, other, target)
    if quote == "<":
        return None
    home = place(path, target, base)
    if home is None:
        return "%s: neither beside this file nor a public header" % target
    other = room_of(home)
    if other != room and "%s/%s" % (other, os.path.basename(home)) not in allowed:
        if other not in allowed or home.endswith("_priv.h"):
            return "%s is private to room %s" % (target, other)
    if path.startswith("include/") and home.startswith("src/"):
        return "a public header may not include %s" % home
    return None


def main():
    base = root()
    table = {row[0]: row[1].split() if len(row) > 1 else [] for row in rows(base, "layers.txt")}
    findings = []
    for path in files(base, ".c", ".h", ".def", trees=("src", "include")):
        room = room_of(path)
        if room not in table:
            findings.append((path, 1, "room %s has no row in tests/lint/layers.txt" % room))
            continue
        text = read(base, path)
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            if "#" not in code(text).split("\n")[line - 1]:
                continue  # an #include quoted in a comment
            why = complaint(path, room, table[room], match.group(1), match.group(2), base)
            if why:
                findings.append((path, line, why))
    finish(findings)


if __name__ == "__main__":
    main()
