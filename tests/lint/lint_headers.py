#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Header self-containment: each header says `#pragma once` and compiles alone, under the warnings
that matter for declarations. The compiler is $CC (gcc)."""

import os
import re
import subprocess

from lintlib import code, files, finish, read, root

FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Iinclude",
         "-Isrc", "-fsyntax-only", "-x", "c", "-"]


def main():
    base = root()
    compiler = os.environ.get("CC", "gcc").split()
    modules = subprocess.run(["pkg-config", "--cflags", "libmicrohttpd", "libcjson"],
                             stdout=subprocess.PIPE, check=False).stdout.decode().split()
    findings = []
    for path in files(base, ".h", trees=("include", "src", "tests")):
        if not re.search(r"^#pragma once$", code(read(base, path)), re.M):
            findings.append((path, 1, "no #pragma once"))
        # Included as a user does, so that `#pragma once` is not in the main file.
        child = subprocess.run(compiler + modules + FLAGS, cwd=base, check=False,
                               input=('#include "%s"\nint user;\n' % path).encode(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = re.findall(r"^(\S+?):(\d+):.*?error: (.*)$", child.stderr.decode(), re.M)
        if child.returncode != 0:
            where, line, why = errors[0] if errors else (path, 1, child.stderr.decode().strip())
            why = why if where == path else "%s (%s:%s)" % (why, where, line)
            findings.append((path, int(line) if where == path else 1,
                             "does not compile alone: " + why))
    finish(findings)


if __name__ == "__main__":
    main()
