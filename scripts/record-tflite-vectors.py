"""Records small quantized TFLite models and what TFLite Micro makes of them: the oracle of the tflite modes' tests.

Needs the tflite-micro wheel (CPython 3.11; recorded with 0.dev20261023182759), which brings its schema, and LiteRT
(ai-edge-litert 2.3.0) for weights of 8 bits with real activations, which TFLite Micro does not compute:

    python3.11 -m venv VENV && VENV/bin/pip install --pre tflite-micro && VENV/bin/pip install ai-edge-litert pillow
    VENV/bin/python scripts/record-tflite-vectors.py test/vectors/tflite [../shared/models/mnist-lstm]

Each NAME.tflite is built here from seeded weights and scales; NAME.golden.json holds {input, expectedOutput} of as many frames
as fit, raw values, from zero state, state kept between frames. Inputs are noise with runs of extremes, and the scales
are such that gates saturate at times and outputs move.

mnist-lstm.golden.json is of int8.tflite in the folder given second: its pictures, mixtures of two, and those with noise, each
from zero state; of every sequence of 28 rows there is one answer.
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from ai_edge_litert.interpreter import Interpreter
from tflite_micro import runtime

from tflite_vectors.builder import TYPES
from tflite_vectors.quantized import MODELS, STATELESS
from tflite_vectors.real import FLOAT_MODELS, LITERT_MODELS

FRAMES = 200
# Of real numbers, and of networks without state.
FEW_FRAMES = 40


def inputs_of(net, size, frames, steps):
    least, greatest = (-128, 127) if net.kind == "int8" else (-32768, 32767)
    values = net.random.normal(0, greatest / 3, (frames, steps, size))
    values[frames // 2] = least
    values[frames // 2 + 1] = greatest
    return np.clip(np.round(values), least, greatest).astype(TYPES[net.kind][1])


def record(make, folder, frames):
    net = make()
    _, steps, size = net.builder.graph.tensors[net.first].shape
    content = net.finish()
    interpreter = runtime.Interpreter.from_bytes(content)
    given, made = [], []
    for frame in inputs_of(net, size, max(1, frames // steps), steps):
        interpreter.set_input(frame[np.newaxis], 0)
        interpreter.invoke()
        given.append(frame.ravel())
        made.append(interpreter.get_output(0).ravel())
    name = make.__name__.replace("_", "-")
    (folder / f"{name}.tflite").write_bytes(content)
    vectors = {"input": np.concatenate(given).tolist(), "expectedOutput": np.concatenate(made).tolist()}
    (folder / f"{name}.golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    outputs = np.stack(made)
    print(f"{name}: {len(content)} B, {len(made)} calls, {len(np.unique(outputs))} values, spread {outputs.std():.1f}")


def record_digits(source, folder):
    interpreter = runtime.Interpreter.from_file(str(source / "int8.tflite"))
    pictures = [np.asarray(Image.open(source / f"sample{digit}.png").convert("L")) for digit in (0, 3, 7)]
    random = np.random.default_rng(18)
    # Each picture half over the next one, and noise: answers that no picture has.
    mixed = [picture // 2 + pictures[index - 1] // 2 for index, picture in enumerate(pictures)]
    noisy = [picture // 2 + random.integers(0, 128, picture.shape) for picture in mixed]
    # The input's scale is 1/255, its zero point -128: a grey of 8 bits less 128.
    given = [(picture.astype(np.int32) - 128).astype(np.int8) for picture in (*pictures, *mixed, *noisy)]
    made = []
    for sequence in given:
        interpreter.reset()
        interpreter.set_input(sequence[np.newaxis], 0)
        interpreter.invoke()
        made.append(interpreter.get_output(0).ravel().copy())
    vectors = {"input": np.concatenate(given).ravel().tolist(), "expectedOutput": np.concatenate(made).tolist()}
    (folder / "mnist-lstm.golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    print(f"mnist-lstm: {[int(np.argmax(answer)) for answer in made]}")


class LiteRT:
    """LiteRT's interpreter behind the names of TFLite Micro's."""

    def __init__(self, content):
        self.inner = Interpreter(model_content=content)
        self.inner.allocate_tensors()

    def set_input(self, value, index):
        self.inner.set_tensor(self.inner.get_input_details()[index]["index"], value)

    def invoke(self):
        self.inner.invoke()

    def get_output(self, index):
        return self.inner.get_tensor(self.inner.get_output_details()[index]["index"])


def record_float(make, folder, frames, interpret=runtime.Interpreter.from_bytes):
    """Real values; states that a graph takes and gives back are carried by hand."""
    content, random, size, shapes = make()
    interpreter = interpret(content)
    states = [np.zeros(shape, np.float32) for shape in shapes]
    given, made = [], []
    for frame in random.normal(0, 2, (frames, 1, 1, size)).astype(np.float32):
        interpreter.set_input(frame, 0)
        for index, state in enumerate(states):
            interpreter.set_input(state, index + 1)
        interpreter.invoke()
        given.append(frame.ravel())
        made.append(interpreter.get_output(0).ravel().copy())
        states = [interpreter.get_output(index + 1).copy() for index in range(len(states))]
    name = make.__name__.replace("_", "-")
    (folder / f"{name}.tflite").write_bytes(content)
    rounded = lambda rows: [float(f"{value:.9g}") for value in np.concatenate(rows).tolist()]
    vectors = {"input": rounded(given), "expectedOutput": rounded(made)}
    (folder / f"{name}.golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    print(f"{name}: {len(content)} B, {len(made)} calls, spread {np.stack(made).std():.3f}")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / "real").mkdir(parents=True, exist_ok=True)
    for one in MODELS:
        record(one, target, FEW_FRAMES if one in STATELESS else FRAMES)
    for one in FLOAT_MODELS:
        record_float(one, target / "real", FEW_FRAMES)
    for one in LITERT_MODELS:
        record_float(one, target / "real", FEW_FRAMES, LiteRT)
    if len(sys.argv) > 2:
        record_digits(Path(sys.argv[2]), target)
