#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Words: what words.txt lists does not appear in code, documents, configuration or tests."""

import os
import re

from lintlib import files, finish, read, root, rows

TOP = ("Makefile", "README.md", ".clang-tidy", ".clang-format", ".editorconfig", ".gitignore")
OWN = {"tests/lint/words.txt", "tests/lint/selftest_lint.sh"}


def main():
    base = root()
    # The last column is the reason; a pattern may hold bars of its own.
    table = [(re.compile("|".join(row[:-1]), re.I), row[-1]) for row in rows(base, "words.txt")]
    findings = []
    for path in files(base) + [t for t in TOP if os.path.exists(os.path.join(base, t))]:
        if path in OWN or "/corpus/" in path:
            continue
        for number, line in enumerate(read(base, path).split("\n"), 1):
            for pattern, why in table:
                match = pattern.search(line)
                if match:
                    findings.append((path, number, "'%s': %s" % (match.group(0), why)))
    finish(findings)


if __name__ == "__main__":
    main()
