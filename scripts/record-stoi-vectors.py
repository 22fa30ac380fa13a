"""Records what pystoi makes of seeded signals: the oracle of test/unit/stoi.test.ts.

Needs `pystoi` (PyPI, 0.4.1) in any virtual environment:

    python scripts/record-stoi-vectors.py test/vectors/stoi/pystoi.json

Signals are recipes, not samples: the test makes them again from xorshift32, integers scaled by a power of two, so that
both sides have the same doubles. The reference is noise with an envelope that rises and falls as syllables do, with
pauses; the estimate adds noise, holds the reference back, or is the reference itself.
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from pystoi.stoi import stoi
from pystoi.utils import resample_oct


def uniform(seed, count):
    """xorshift32, as -1 to 1."""
    values = np.empty(count)
    state = seed
    for n in range(count):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        values[n] = state / 2**31 - 1
    return values


def reference(case):
    """Noise, smoothed over `smooth` samples, in bursts of 1/8 s of levels 1, 1/2, 1/4, 0, 1/8, ..."""
    count = case["samples"]
    noise = uniform(case["seed"], count + case["smooth"])
    smooth = sum(noise[k : k + count] for k in range(case["smooth"]))
    levels = np.array([1, 0.5, 0.25, 0, 0.125, 1, 0.5, 0.001])
    bursts = np.arange(count) // (case["sampleRateHz"] // 8)
    return smooth * levels[bursts % len(levels)]


def estimate(case, speech):
    noise = uniform(case["seed"] + 1, len(speech))
    return speech * case["speech"] + noise * case["noise"]


CASES = [
    {"name": "itself", "sampleRateHz": 10000, "samples": 20000, "seed": 11, "smooth": 4, "speech": 1, "noise": 0},
    {"name": "little noise", "sampleRateHz": 10000, "samples": 20000, "seed": 21, "smooth": 4, "speech": 1, "noise": 0.25},
    {"name": "much noise", "sampleRateHz": 10000, "samples": 20000, "seed": 31, "smooth": 4, "speech": 1, "noise": 4},
    {"name": "noise alone", "sampleRateHz": 10000, "samples": 20000, "seed": 41, "smooth": 4, "speech": 0, "noise": 1},
    {"name": "16 kHz", "sampleRateHz": 16000, "samples": 32000, "seed": 51, "smooth": 6, "speech": 0.5, "noise": 0.5},
    {"name": "8 kHz", "sampleRateHz": 8000, "samples": 16000, "seed": 61, "smooth": 3, "speech": 2, "noise": 1},
    {"name": "44.1 kHz", "sampleRateHz": 44100, "samples": 44100, "seed": 71, "smooth": 16, "speech": 1, "noise": 1},
]


def main(path):
    rows = []
    for case in CASES:
        speech = reference(case)
        heard = estimate(case, speech)
        rows.append({**case, "stoi": float(stoi(speech, heard, case["sampleRateHz"]))})
    few = uniform(5, 64)
    document = {
        "pystoi": version("pystoi"),
        "cases": rows,
        "resampled": [
            {"fromHz": fs, "seed": 5, "samples": 64, "values": resample_oct(few, 10000, fs).tolist()}
            for fs in (16000, 8000)
        ],
    }
    with open(path, "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


main(sys.argv[1])
