"""Records how a model hears against the same one with another transform, clip by clip.

    .venv/bin/python compare_transforms.py BEFORE/hearable.onnx ../models/hearable.onnx

Both are measured in float, as evaluate.py does it, on the written held-out clips; the interval is that
of the mean difference, so that what clips have in common does not widen it. It chooses nothing.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from corpus import load_corpus
from errors import SOMETHING_MISSING, TrainingError
from evaluate import CACHE, held_out_folder, interval, measure
from export import session
from files import write_json
from heldout import read_held_out, write_held_out

RESULT = Path(__file__).resolve().parent / "transform-comparison.json"


def gains_of(path: Path, clips: list) -> tuple[int, np.ndarray]:
    """(points of the transform, gain [dB] of every clip)."""
    try:
        front_end = json.loads(path.with_suffix(".json").read_text())["frontEnd"]
        opened = session(path.read_bytes())
    except OSError as error:
        raise TrainingError(f"{path} cannot be compared", str(error),
                            "name a NAME.onnx with NAME.json beside it", SOMETHING_MISSING) from error
    return front_end["fftSize"], np.array([measure(opened, front_end, c)["gain"] for c, _ in clips])


def compare(before: Path, now: Path, clips: list) -> dict:
    """Mean gains [dB] by SNR before and now, and their difference with its 95 % interval."""
    old_size, old = gains_of(before, clips)
    size, new = gains_of(now, clips)
    snrs = np.array([clip.snr_db for clip, _ in clips])
    rows = {}
    for snr in sorted(set(snrs.tolist())):
        at = snrs == snr
        low, high = interval(new[at] - old[at])
        rows[str(snr)] = {"beforeDb": round(float(old[at].mean()), 3),
                          "gainDb": round(float(new[at].mean()), 3),
                          "differenceDb": round(float((new - old)[at].mean()), 3),
                          "lowDb": round(low, 3), "highDb": round(high, 3)}
    return {"before": before.stem, "beforeFftSize": old_size, "fftSize": size,
            "clipsPerSnr": int((snrs == snrs[0]).sum()), "bySnrDb": rows}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="ONNX file to compare with")
    parser.add_argument("now", type=Path, help="ONNX file that is compared")
    options = parser.parse_args(arguments)
    corpus = load_corpus(CACHE)
    clips = read_held_out(write_held_out(corpus, held_out_folder(corpus)))
    result = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    result[options.now.stem] = compare(options.before, options.now, clips)
    write_json(RESULT, result)
    print(json.dumps(result[options.now.stem], indent=2))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except TrainingError as error:
        print(error, file=sys.stderr)
        sys.exit(error.status)
