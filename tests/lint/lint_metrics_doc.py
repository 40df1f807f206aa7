#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The reference of metrics in the tree is what the daemon prints; `make metrics-doc` writes it. The
daemon is $FP_BIN (build/fabricpulse)."""

import difflib
import os
import subprocess

from lintlib import finish, read, root

PATH = "dashboards/metrics.md"


def main():
    base = root()
    daemon = os.environ.get("FP_BIN", os.path.join(base, "build/fabricpulse"))
    printed = subprocess.run([daemon, "metrics", "--format=markdown"], stdout=subprocess.PIPE,
                             check=True).stdout.decode().splitlines()
    written = read(base, PATH).splitlines() if os.path.exists(os.path.join(base, PATH)) else []
    findings = []
    for tag, start, _, first, last in difflib.SequenceMatcher(
            None, written, printed, autojunk=False).get_opcodes():
        if tag != "equal":
            line = (printed[first:last] or ["a line that the daemon does not print"])[0]
            findings.append((PATH, start + 1, "make metrics-doc would change: " + line))
    finish(findings)


if __name__ == "__main__":
    main()
