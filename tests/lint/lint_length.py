#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Length: a file stays under 600 lines and a function under 70, from its brace to its brace.
Tables (.def) are exempt: they are rows, and rows belong together."""

from lintlib import files, finish, read, code, root

FILE_LINES = 600
FUNCTION_LINES = 70


def functions(text):
    """Gives (first, last) line numbers of each body. In the house's braces only a function's
    brace stands alone in the first column."""
    start = 0
    for number, line in enumerate(code(text).split("\n"), 1):
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start:
            yield start, number
            start = 0


def main():
    base = root()
    findings = []
    for path in files(base, ".c", ".h", ".py", ".sh", trees=("src", "include", "tests")):
        text = read(base, path)
        lines = text.count("\n")
        if lines >= FILE_LINES:
            findings.append((path, lines, "%d lines; a file stays under %d" % (lines, FILE_LINES)))
        for first, last in functions(text) if path.endswith((".c", ".h")) else ():
            length = last - first + 1
            if length >= FUNCTION_LINES:
                findings.append((path, first, "function of %d lines; the limit is %d" % (
                    length, FUNCTION_LINES)))
    finish(findings)


if __name__ == "__main__":
    main()
