# SPDX-License-Identifier: Apache-2.0
"""Is an estimate from samples compatible with the truth?

An agent that samples 1 packet in N takes each of C packets with probability p = 1/N, so the number
of samples n is binomial(C, p), and N * n estimates C with a relative error of 1.96/sqrt(n) at 95 %.
A test with K such comparisons would fail by chance if each were held to 95 %. So each is held to
ALPHA/K (Bonferroni): all of them together fail by chance once in 1/ALPHA runs, if the captures were
drawn anew; they are fixed, so a failure is a fault or a truth not understood. In return, no more
comparisons may leave the 95 % error that users are told than chance allows: too many small
deviations are a fault as well. (Some overlap, so this second bound is a rough one.)

Where a sum of bytes is compared, packets of size b contribute b*b*C*(1-p)/p to its variance. Where
only a share q of a class passes the sampled port, and frames come in messages of k that share their
path, the count itself varies: k*k*M*q*(1-q) for M messages.
"""

import math

ALPHA = 0.01


def log_binomial(n, k):
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def binomial_tail(count, share, least):
    """P(X >= least) for X binomial(count, share)."""
    if least <= 0:
        return 1.0
    if least > count:
        return 0.0
    total = 0.0
    for k in range(least, count + 1):
        term = math.exp(log_binomial(count, k) + k * math.log(share)
                        + (count - k) * math.log1p(-share))
        total += term
        if k > count * share and term < total * 1e-12:
            break
    return min(1.0, total)


def p_of_count(samples, count, share):
    """How likely a deviation at least as large as that of `samples` is, both sides, exact."""
    above = binomial_tail(count, share, samples)
    below = 1.0 - binomial_tail(count, share, samples + 1)
    return min(1.0, 2.0 * min(above, below))


def p_of_normal(value, mean, variance):
    if variance <= 0.0:
        return 1.0 if value == mean else 0.0
    return math.erfc(abs(value - mean) / math.sqrt(2.0 * variance))


class Comparisons:
    """Collects comparisons; `judge` holds them all to the bound that their number gives."""

    def __init__(self):
        self.rows = []

    def count(self, what, samples, count, rate, share=1.0, cluster=1):
        """`samples` were seen of `count` packets, of which the share `share` passed the sampled
        port, in groups of `cluster`."""
        chance = share / rate
        if cluster == 1:
            p_value = p_of_count(samples, count, chance)
        else:
            spread = cluster * count * share * (1.0 - share)
            passed = count * share
            p_value = p_of_normal(samples, passed / rate,
                                  spread / rate ** 2 + passed / rate * (1.0 - 1.0 / rate))
        self.rows.append((what, p_value, samples, samples * rate, count * share))

    def total(self, what, samples, estimate, sizes, rate, share=1.0):
        """`estimate` is a sum of bytes; sizes: [(size, how many packets)]."""
        truth = sum(size * n for size, n in sizes) * share
        squares = sum(size * size * n for size, n in sizes)
        chance = share / rate
        variance = squares * chance * (1.0 - chance) * rate ** 2
        self.rows.append((what, p_of_normal(estimate, truth, variance), samples, estimate, truth))

    def judge(self, tally, verbose=False):
        bound = ALPHA / max(1, len(self.rows))
        outside = 0
        for what, p_value, samples, estimate, truth in self.rows:
            error = 1.96 / math.sqrt(samples) if samples else float("inf")
            off = (estimate - truth) / truth if truth else float(estimate != 0)
            outside += 1 if p_value < 0.05 else 0
            text = "%-66s %6d samples, estimate %10d, truth %12.1f, %+6.1f %% (95 %%: %.1f), " \
                   "p %.4f" % (what, samples, estimate, truth, 100 * off, 100 * error, p_value)
            if verbose:
                print(text)
            tally.check(p_value >= bound, text)
        chance = binomial_tail(len(self.rows), 0.05, outside)
        print("%d comparisons with the truth; %d outside their 95 %% error, chance %.3f; each held "
              "to p >= %.1e" % (len(self.rows), outside, chance, bound))
        tally.check(chance >= ALPHA / 10, "%d of %d estimates outside their 95 %% error" % (
            outside, len(self.rows)))
