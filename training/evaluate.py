"""Measures exported models on the held-out set and writes the results into sidecars and cards.

Measured with the shipped ONNX file and the sidecar's normalisation, in float. SI-SDR gain =
SI-SDR(cleaned) - SI-SDR(noisy), over the whole clip, the network starting from zero state.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

import frontend
from corpus import Corpus
from errors import SOMETHING_MISSING, TrainingError
from export import run, session
from files import write_json
from heldout import QUIET_SNRS_DB, held_out_clips, read_held_out, write_held_out
from mixing import Clip

HERE = Path(__file__).resolve().parent
CACHE = HERE / ".cache"
BOOTSTRAP, BOOTSTRAP_SEED = 2000, 7


def measure(opened, front_end: dict, clip) -> dict:
    """One clip: gain [dB] of the model and of ideal gains, and how often a band is judged right."""
    noisy, clean = clip.noisy / 32768.0, clip.clean / 32768.0
    features, size = front_end["features"], front_end["fftSize"]
    spectrum = frontend.spectra(noisy, size)
    gains = run(opened, (frontend.log_bands(spectrum) - np.array(features["mean"]))
                / np.array(features["deviation"]))
    powers = frontend.band_powers(spectrum)
    ideal = np.sqrt(np.clip(frontend.band_powers(frontend.spectra(clean, size)) / (powers + 1e-9),
                            0, 1))
    before = frontend.si_sdr_db(noisy, clean)
    after = lambda g: frontend.si_sdr_db(  # noqa: E731
        frontend.apply_gains(spectrum, g, len(noisy)), clean) - before
    return {"gain": after(gains), "ideal": after(ideal),
            "right": np.mean((gains > 0.5) == (ideal > 0.5)), "open": np.mean(ideal > 0.5)}


def average(key: str, rows: list[dict]) -> float | None:
    return round(float(np.mean([r[key] for r in rows])), 3) if rows else None


def interval(values: np.ndarray) -> tuple[float, float]:
    """Bootstrap 95 % interval of the mean, resampling clips."""
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    means = values[rng.integers(0, len(values), (BOOTSTRAP, len(values)))].mean(axis=1)
    return tuple(float(x) for x in np.percentile(means, [2.5, 97.5]))


def every_clip(corpus: Corpus, manifest: Path) -> list[tuple[Clip, bool]]:
    """The held-out set and its quiet mixtures: (clip, whether its noise kind was trained on)."""
    seen_kinds = set(corpus.train.noise)
    quiet = held_out_clips(corpus, QUIET_SNRS_DB)
    return read_held_out(manifest) + [(c, c.noise in seen_kinds) for c in quiet]


def evaluate(model: Path, sidecar: dict, corpus: Corpus, manifest: Path) -> dict:
    """The sidecar's heldOut object."""
    opened = session(model.read_bytes())
    clips, seen_kinds = every_clip(corpus, manifest), set(corpus.train.noise)
    rows = [{**measure(opened, sidecar["frontEnd"], clip), "snr": clip.snr_db,
             "noise": clip.noise, "seen": seen} for clip, seen in clips]
    by_snr = {}
    for snr in sorted({r["snr"] for r in rows}):
        at = [r for r in rows if r["snr"] == snr]
        low, high = interval(np.array([r["gain"] for r in at]))
        by_snr[str(snr)] = {
            "gainDb": average("gain", at), "lowDb": round(low, 3), "highDb": round(high, 3),
            "seenNoiseGainDb": average("gain", [r for r in at if r["seen"]]),
            "newNoiseGainDb": average("gain", [r for r in at if not r["seen"]]),
            "idealBandGainsDb": average("ideal", at), "bandAccuracy": average("right", at),
            "bandAccuracyAllPass": average("open", at)}
    by_noise, at_0 = {}, [r for r in rows if r["snr"] == 0]
    for kind in sorted({r["noise"] for r in at_0}):
        of_kind = [r for r in at_0 if r["noise"] == kind]
        by_noise[kind] = {"gainDb": average("gain", of_kind),
                          "idealBandGainsDb": average("ideal", of_kind),
                          "seen": kind in seen_kinds}
    return {"clipsPerSnr": len(at_0), "secondsPerClip": 4,
            "speakers": sorted({c.speaker for c, _ in clips}), "metric": "si-sdr-gain",
            "bySnrDb": by_snr, "byNoiseAt0Db": by_noise}


def held_out_folder(corpus: Corpus) -> Path:
    return CACHE / ("heldout" if corpus.name == "debian" else f"heldout-{corpus.name}")


def evaluate_into_sidecar(folder: Path, name: str, corpus: Corpus) -> dict:
    """Evaluate folder/name.onnx and store the result in folder/name.json; returns the sidecar."""
    manifest = write_held_out(corpus, held_out_folder(corpus))
    path = folder / f"{name}.json"
    sidecar = json.loads(path.read_text())
    sidecar["heldOut"] = evaluate(folder / sidecar["model"], sidecar, corpus, manifest)
    sidecar["floatGainDb0"] = sidecar["heldOut"]["bySnrDb"]["0"]["gainDb"]
    write_json(path, sidecar)
    return sidecar


def main(arguments: list[str]) -> int:
    from card import refresh_results
    from corpus import load_corpus

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="models to evaluate; all in the folder if none")
    parser.add_argument("--models", type=Path, default=HERE.parent / "models")
    parser.add_argument("--set-only", action="store_true", help="only write the held-out WAV files")
    options = parser.parse_args(arguments)
    corpus = load_corpus(CACHE)
    manifest = write_held_out(corpus, held_out_folder(corpus))
    print(f"held-out set: {manifest}")
    if options.set_only:
        return 0
    names = options.names or sorted(p.stem for p in options.models.glob("*.onnx"))
    if not names:
        raise TrainingError(f"no model in {options.models}", "there is no .onnx file to evaluate",
                            "npm run train -- --out models", SOMETHING_MISSING)
    for name in names:
        sidecar = evaluate_into_sidecar(options.models, name, corpus)
        refresh_results(options.models, name, sidecar)
        print(f"{name}: {sidecar['floatGainDb0']:+.2f} dB at 0 dB")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except TrainingError as error:
        print(error, file=sys.stderr)
        sys.exit(error.status)
