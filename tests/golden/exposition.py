# SPDX-License-Identifier: Apache-2.0
"""Prometheus text, read strictly enough for tests: {name: {(label, value) pairs: number}}."""

import re

LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)')


class Exposition:
    def __init__(self, text):
        self.series = {}
        for line in text.splitlines():
            if line.startswith("#") or not line:
                continue
            row = LINE.match(line)
            if not row:
                raise ValueError("not a sample: " + line)
            labels = frozenset(LABEL.findall(row[2] or ""))
            self.series.setdefault(row[1], {})[labels] = float(row[3])

    def sum(self, name, **labels):
        """The sum over the series of a name that have these labels."""
        wanted = set(labels.items())
        return sum(v for k, v in self.series.get(name, {}).items() if wanted <= k)

    def count(self, name, **labels):
        value = self.sum(name, **labels)
        if value != int(value):
            raise ValueError("%s is not a whole number: %s" % (name, value))
        return int(value)

    def values(self, name, label):
        """{value of label: sum}"""
        out = {}
        for key, value in self.series.get(name, {}).items():
            label_value = dict(key).get(label)
            out[label_value] = out.get(label_value, 0) + value
        return out
