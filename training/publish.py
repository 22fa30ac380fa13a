"""Turns a finished training run into the files of models/: ONNX, sidecar, card, audio, licence."""

from pathlib import Path

import frontend
from card import write_card
from corpus import Corpus
from evaluate import evaluate_into_sidecar
from export import export
from files import write_bytes, write_json
from optimize import Trained
from shipped_audio import write_calibrations, write_demonstrations

LICENSE = Path(__file__).resolve().parent.parent / "models" / "LICENSE"


def sidecar_of(trained: Trained, corpus: Corpus) -> dict:
    name = trained.recipe.name
    return {
        "schema": 1, "name": name, "model": f"{name}.onnx", "task": "speech-denoising",
        "license": "CC-BY-SA-4.0" if corpus.name == "debian" else "LicenseRef-own-recordings",
        "frontEnd": {
            "sampleRateHz": frontend.SAMPLE_RATE_HZ, "windowLength": frontend.WINDOW_LENGTH,
            "hopLength": frontend.HOP_LENGTH, "fftSize": frontend.FFT_SIZE,
            "window": "sqrt-hann-periodic",
            "bands": {"count": frontend.BAND_COUNT, "scale": "mel", "lowHz": int(frontend.LOW_HZ),
                      "highHz": int(frontend.HIGH_HZ)},
            "features": {"kind": "log2-band-power", "epsilon": frontend.EPSILON,
                         "mean": [float(x) for x in trained.mean],
                         "deviation": [float(x) for x in trained.deviation]},
            "gains": {"kind": "band-gain"}},
        "calibration": "calibration", "clips": "clips"}


def publish(trained: Trained, corpus: Corpus, folder: Path, say) -> list[str]:
    """Write everything of one model; returns lines that tell the user what there is."""
    name = trained.recipe.name
    difference = export(trained, folder / f"{name}.onnx")
    say(f"{name}: onnxruntime agrees within {difference:.1e}; evaluating on the held-out set")
    write_json(folder / f"{name}.json", sidecar_of(trained, corpus))
    write_demonstrations(corpus, folder / "clips")
    write_calibrations(corpus, folder / "calibration")
    if corpus.name == "debian" and LICENSE.exists() and folder.resolve() != LICENSE.parent:
        write_bytes(folder / "LICENSE", LICENSE.read_bytes())
    sidecar = evaluate_into_sidecar(folder, name, corpus)
    write_card(folder, trained, sidecar, corpus.name)
    by_snr = sidecar["heldOut"]["bySnrDb"]
    gains = ", ".join(f"{by_snr[s]['gainDb']:+.2f} dB at {s} dB" for s in ("-5", "0", "5", "10"))
    return [f"{name}: held-out SI-SDR gain {gains}", f"  {folder / name}.onnx, .json, .md"]
