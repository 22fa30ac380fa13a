"""Records order-statistic and Clopper-Pearson intervals by SciPy: the oracle of test/unit/analyze-tails.test.ts.

Needs SciPy (recorded with 1.17.1):

    training/.venv/bin/python scripts/record-tail-vectors.py test/vectors/tails/intervals.json

Of n samples the number below the quantile p is binomial. `low` is the largest 0-based rank whose sample lies above the
quantile with at most half the error, `high` the smallest whose sample lies below it with at most half; null where no
sample does.
"""

import json
import sys
from pathlib import Path

from scipy.stats import beta, binom, norm

COUNTS = [1, 5, 10, 59, 100, 1_000, 10_000, 1_000_000, 100_000_000]
SHARES = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999]
CONFIDENCES = [0.9, 0.95, 0.99]
HITS = [(0, 10), (1, 10), (5, 10), (10, 10), (0, 1_000), (12, 1_000), (37, 20_000), (100, 1_000_000)]


def ranks(n, p, confidence):
    error = (1 - confidence) / 2
    low = int(binom.ppf(error, n, p))
    while low >= 0 and binom.cdf(low, n, p) > error:
        low -= 1
    high = int(binom.isf(error, n, p))
    while high > 0 and binom.sf(high - 1, n, p) <= error:
        high -= 1
    return low if low >= 0 else None, high if high < n else None


def share(hits, n, confidence):
    error = (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(error, hits, n - hits + 1))
    high = 1.0 if hits == n else float(beta.isf(error, hits + 1, n - hits))
    return low, high


rows = {
    "ranks": [[n, p, c, *ranks(n, p, c)] for n in COUNTS for p in SHARES for c in CONFIDENCES],
    "shares": [[hits, n, c, *share(hits, n, c)] for hits, n in HITS for c in CONFIDENCES],
    "normal": [[p, float(norm.ppf(p))] for p in SHARES],
}
lines = [
    f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(row)}" for row in of) + "\n  ]"
    for name, of in rows.items()
]
Path(sys.argv[1]).write_text("{\n" + ",\n".join(lines) + "\n}\n")
