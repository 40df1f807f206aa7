# SPDX-License-Identifier: Apache-2.0
"""What every lint shares: the tree to look at, C text without comments, and how to complain.

A lint is `lint_<what>.py [ROOT]`. It prints `file:line: message` for each finding and exits 1 when
there was one. ROOT is the project by default; the self-test hands in small trees with one mistake
each.
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREES = ("src", "include", "tests", "configs", "dashboards", ".ci")
# Tokens that hide other text: comments go, strings and characters keep their quotes only.
HIDING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def root():
    return os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else os.path.dirname(
        os.path.dirname(HERE))


def files(base, *endings, trees=TREES):
    """Paths below `base`, relative and sorted, that end in one of `endings` (all without any)."""
    found = []
    for tree in trees:
        for folder, subfolders, names in os.walk(os.path.join(base, tree)):
            subfolders[:] = [s for s in subfolders if s != "__pycache__"]
            found += [os.path.relpath(os.path.join(folder, n), base) for n in names]
    return sorted(f for f in found if not endings or f.endswith(endings))


def read(base, path):
    with open(os.path.join(base, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def code(text):
    """C text with comments and the insides of strings blanked; lines keep their numbers."""
    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token[0] * 2
        return "\n" * token.count("\n") or " "
    return HIDING.sub(blank, text)


def rows(base, name):
    """The rows of a table beside the lints, as lists of `column | column`. '#' at the
    start of a word starts a comment. A tree under test brings its own table or gets this one."""
    path = os.path.join(base, "tests/lint", name)
    path = path if os.path.exists(path) else os.path.join(HERE, name)
    with open(path, encoding="utf-8") as file:
        lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in file)
        return [[column.strip() for column in line.split("|")] for line in lines if line]


def finish(findings):
    """Prints findings, (path, line, message) each, and ends the lint."""
    for path, line, message in sorted(set(findings)):
        print("%s:%d: %s" % (path, line, message))
    sys.exit(1 if findings else 0)
