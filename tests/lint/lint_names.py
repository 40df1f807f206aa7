#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""File names: unique in the whole tree, so that a name is enough to find a file; and a unit test
is called after the file that it tests, with an aspect of it added
(test_datagram_quirks.c) or left out (test_observe.c for observe_flow.c and observe_counters.c)."""

import collections
import os

from lintlib import files, finish, root

# A README explains its folder; main.c and run are where a program starts.
SHARED = {"README.md", "main.c", "run"}


def main():
    base = root()
    places = collections.defaultdict(list)
    for path in files(base):
        if "/corpus/" not in path and os.path.basename(path) not in SHARED:
            places[os.path.basename(path)].append(path)
    findings = [(path, 1, "the name is taken by %s" % paths[0])
                for paths in places.values() for path in paths[1:]]
    sources = {os.path.splitext(os.path.basename(p))[0]
               for p in files(base, ".c", ".h", ".def", trees=("src", "include"))}
    for path in files(base, ".c", trees=("tests/unit",)):
        stem = os.path.basename(path)[:-len(".c")]
        mirrored = stem[len("test_"):] if stem.startswith("test_") else stem
        if not any((mirrored + "_").startswith(source + "_") or
                   (source + "_").startswith(mirrored + "_") for source in sources):
            findings.append((path, 1, "no file %s.c, .h or .def that it mirrors" % mirrored))
    finish(findings)


if __name__ == "__main__":
    main()
