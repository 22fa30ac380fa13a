"""Records what scipy makes of fixed samples: the oracle of test/unit/analyze-statistics.test.ts.

Needs `scipy` (PyPI, 1.17.1) in any virtual environment:

    python scripts/record-statistics-vectors.py test/vectors/statistics/scipy.json

Samples are rounded to 4 digits where none may be equal and to 2 where some shall be. The interval of a ratio is made by
brute force: all differences of logarithms sorted, cut where mannwhitneyu's exact p-value falls below its share.
"""

import json
import sys

import numpy as np
from scipy import stats


def rank_tests(rng):
    for n, m, digits in [(3, 3, 4), (5, 9, 4), (12, 12, 4), (25, 25, 4), (60, 40, 4), (30, 45, 2)]:
        baseline = np.round(rng.lognormal(0.7, 0.1, n), digits)
        candidate = np.round(rng.lognormal(0.72, 0.12, m), digits)
        exact = n + m <= 50
        test = stats.mannwhitneyu(
            candidate, baseline, alternative="greater", method="exact" if exact else "asymptotic"
        )
        assert not exact or len(set(baseline) | set(candidate)) == n + m
        yield {
            "baseline": baseline.tolist(),
            "candidate": candidate.tolist(),
            "method": "exact" if exact else "normal approximation",
            "riseProbability": test.pvalue,
            "ratio": ratio(baseline, candidate) if exact else None,
        }


def ratio(baseline, candidate, confidence=0.9):
    differences = np.sort(np.subtract.outer(np.log(candidate), np.log(baseline)).ravel())
    pairs = len(differences)
    share = (1 - confidence) / 2
    # Samples without ties whose pair count is u: the last u for which the test stays below its share.
    critical = -1
    for u in range(pairs):
        if exact_share(u, len(baseline), len(candidate)) > share:
            break
        critical = u
    effect = np.expm1(np.median(differences))
    if critical < 0:
        return {"effect": effect, "interval": None}
    ends = (differences[critical], differences[pairs - 1 - critical])
    return {"effect": effect, "interval": [float(np.expm1(end)) for end in ends]}


def exact_share(u, n, m):
    """P(U <= u) by mannwhitneyu itself, asked with samples whose statistic is u."""
    baseline = np.arange(n, dtype=float)
    candidate = np.empty(m)
    left = u
    for j in range(m):
        below = min(n, left)
        candidate[j] = below - 0.5 + j * 1e-6
        left -= below
    test = stats.mannwhitneyu(candidate, baseline, alternative="less", method="exact")
    assert test.statistic == u
    return test.pvalue


def medians(rng):
    for n in [1, 2, 9, 30, 101]:
        values = np.round(rng.lognormal(0, 0.3, n), 4)
        result = {"values": values.tolist(), "median": float(np.median(values))}
        if n > 1:
            interval = stats.bootstrap(
                (values,), np.median, method="percentile", n_resamples=40000, rng=rng
            ).confidence_interval
            result["interval"] = [interval.low, interval.high]
        yield result


def tails():
    for marked_right, marked, right, total in [(3, 3, 100, 200), (9, 10, 500, 1000), (40, 60, 3000, 6000), (2, 7, 100, 900)]:
        yield {
            "arguments": [marked_right, marked, right, total],
            "probability": stats.hypergeom.sf(marked_right - 1, total, marked, right),
        }


def main(path):
    rng = np.random.default_rng(9)
    z = [-7.5, -4, -1.96, -0.3, 0, 0.5, 1, 2.3263478740408408, 6]
    p = [1e-12, 1e-5, 0.01, 0.05, 0.3, 0.5, 0.8, 0.975, 0.99999]
    document = {
        "scipy": __import__("scipy").__version__,
        "normalCdf": [[x, stats.norm.cdf(x)] for x in z],
        "normalQuantile": [[x, stats.norm.ppf(x)] for x in p],
        "rankTests": list(rank_tests(rng)),
        "medians": list(medians(rng)),
        "tails": list(tails()),
    }
    with open(path, "w") as file:
        json.dump(document, file)
        file.write("\n")


main(sys.argv[1])
