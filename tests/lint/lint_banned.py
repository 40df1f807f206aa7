#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Banned functions: calls that banned.txt names, outside the places that it allows."""

import re

from lintlib import code, files, finish, read, root, rows


def main():
    base = root()
    table = {row[0]: (row[1].split(), row[2]) for row in rows(base, "banned.txt")}
    # A call or the address taken: the name as a word, not a member and not part of a longer name.
    name = re.compile(r"(?<![\w.])(?<!->)(%s)\b\s*(?=[(,;)])" % "|".join(table))
    findings = []
    for path in files(base, ".c", ".h", ".def", trees=("src", "include", "tests")):
        for number, line in enumerate(code(read(base, path)).split("\n"), 1):
            for match in name.finditer(line):
                places, instead = table[match.group(1)]
                if not any(path.startswith(place + "/") for place in places):
                    findings.append((path, number, "%s is banned: %s" % (match.group(1), instead)))
    finish(findings)


if __name__ == "__main__":
    main()
