"""Records what LiteRT and TFLite Micro make of DTLN's first part over 200 frames: the oracles of its TFLite forms.

Needs LiteRT and TFLite Micro (recorded with ai-edge-litert 2.3.0 and tflite-micro 0.dev20261023182759, CPython 3.11) and the
models and recordings of ../shared/models:

    python3.11 -m venv VENV && VENV/bin/pip install ai-edge-litert && VENV/bin/pip install --pre tflite-micro
    VENV/bin/python scripts/record-dtln-vectors.py ../shared/models test/vectors/tflite/dtln-part1.json

Frames are |DFT| of 512 samples in [-1, 1) every 128, of the recordings one after the other in the order of their names, in
single precision. For each file of each tenth frame every 16th bin of the mask is kept, the 200th frame's among them.
The int8 file gets integers by Park & Miller's generator instead, and what is kept is the SHA-256 of all it answers.
"""

import hashlib
import json
import sys
import wave
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from tflite_micro import runtime

FRAMES, WINDOW, HOP = 200, 512, 128


def samples(folder):
    parts = []
    for file in sorted(folder.glob("*.wav")):
        with wave.open(str(file)) as clip:
            parts.append(np.frombuffer(clip.readframes(clip.getnframes()), "<i2") / 32768)
    return np.concatenate(parts)


def masks(file, audio):
    interpreter = Interpreter(str(file))
    interpreter.allocate_tensors()
    features, states = sorted(interpreter.get_input_details(), key=lambda one: len(one["shape"]))
    mask, kept = sorted(interpreter.get_output_details(), key=lambda one: len(one["shape"]))
    state = np.zeros(states["shape"], np.float32)
    for frame in range(FRAMES):
        spectrum = np.abs(np.fft.rfft(audio[frame * HOP : frame * HOP + WINDOW])).astype(np.float32)
        interpreter.set_tensor(features["index"], spectrum.reshape(features["shape"]))
        interpreter.set_tensor(states["index"], state)
        interpreter.invoke()
        state = interpreter.get_tensor(kept["index"])
        if frame % 10 == 9:
            yield [float(f"{value:.7g}") for value in interpreter.get_tensor(mask["index"]).ravel()[::16].tolist()]


def digest(file):
    """SHA-256 of all int8 answers to 200 frames of seeded integers, the state kept between them."""
    interpreter = runtime.Interpreter.from_file(str(file))
    seed, answers = 1, hashlib.sha256()
    for _ in range(FRAMES):
        frame = np.empty((1, 1, WINDOW // 2 + 1), np.int8)
        for index in range(frame.size):
            seed = seed * 48271 % 2147483647
            frame[0, 0, index] = (seed >> 8 & 255) - 128
        interpreter.set_input(frame, 0)
        interpreter.invoke()
        answers.update(interpreter.get_output(0).tobytes())
    return answers.hexdigest()


if __name__ == "__main__":
    models, target = Path(sys.argv[1]), Path(sys.argv[2])
    audio = samples(models / "audio")
    files = ("float.tflite", "dynamic-range.tflite")
    result = {name: list(masks(models / "dtln-part1" / name, audio)) for name in files}
    result["sha256 of int8"] = digest(models / "tflm-dtln-int8/model.tflite")
    target.write_text(json.dumps(result, separators=(",", ":")) + "\n")
