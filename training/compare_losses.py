"""Trains `hearable` briefly with each loss and records what the development split says of them."""

import sys
from dataclasses import replace
from pathlib import Path

from corpus import load_corpus
from files import write_json
from frontend import FFT_SIZE
from optimize import optimize
from recipes import RECIPES

HERE = Path(__file__).resolve().parent
STEPS, SEED = 1200, 1


def main() -> int:
    corpus = load_corpus(HERE / ".cache")
    runs = []
    for loss in ("mask", "blend", "strong-blend"):
        recipe = replace(RECIPES["hearable"], loss=loss)
        record = optimize(corpus, recipe, STEPS, SEED, quiet=False).record
        runs.append({"loss": loss, "devGainDb": record["devGainDb"],
                     "bestStep": record["bestStep"]})
    write_json(HERE / "loss-comparison.json",
               {"fftSize": FFT_SIZE, "hidden": RECIPES["hearable"].hidden, "steps": STEPS, "seed": SEED, "runs": runs})
    return 0


if __name__ == "__main__":
    sys.exit(main())
