"""Weights to begin with: read from both formats, refused where they do not fit, and really begun with.

Run in the training environment: .venv/bin/python -m unittest test_start
"""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np

import card
import network
from errors import TrainingError
from start import fft_size_of, read_parameters


def write_safetensors(path: Path, tensors: dict) -> None:
    header, data = {}, b""
    for name, values in tensors.items():
        raw = np.ascontiguousarray(values, dtype="<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


class Start(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "small.safetensors"

    def write(self, hidden: int = 2, rows: int | None = None) -> None:
        rows = 4 * hidden if rows is None else rows
        gates = np.repeat(np.arange(4.0), rows // 4)  # PyTorch: input, forget, cell, output
        write_safetensors(self.path, {
            "layer0.weight_ih_l0": np.outer(gates, np.ones(32)),
            "layer0.weight_hh_l0": np.outer(gates, np.ones(hidden)),
            "layer0.bias_ih_l0": gates, "layer0.bias_hh_l0": 10 * np.ones(rows),
            "layer1.weight": np.arange(32.0 * hidden).reshape(32, hidden),
            "layer1.bias": np.zeros(32)})

    def test_the_transform_before_is_told_where_a_sidecar_says_it(self):
        self.write()
        self.assertIsNone(fft_size_of(self.path))
        self.path.with_suffix(".json").write_text(json.dumps({"frontEnd": {"fftSize": 512}}))
        self.assertEqual(fft_size_of(self.path), 512)
        record = {"start": "small.onnx", "startFftSize": 512, "steps": 20}
        self.assertIn("with a transform of 512 points. Steps, time", card.begun_text(record)[0])
        self.assertIn("No step was trained on", card.begun_text(record | {"steps": 0})[0])
        self.assertEqual(card.begun_text({}), [])

    def test_gates_come_in_the_networks_order(self):
        self.write()
        read = read_parameters(self.path)
        # ONNX: input, output, forget, cell; both biases together.
        np.testing.assert_array_equal(read["bias"], [10, 10, 13, 13, 11, 11, 12, 12])
        np.testing.assert_array_equal(read["inputWeights"][:, 0], [0, 0, 3, 3, 1, 1, 2, 2])
        self.assertEqual(read["dense"].shape, (2, 32))
        self.assertEqual(read["dense"][1, 0], 1)  # weight[0, 1]

    def test_other_shapes_are_refused(self):
        self.write(hidden=2, rows=12)
        with self.assertRaises(TrainingError):
            read_parameters(self.path)

    def test_what_is_no_model_is_refused(self):
        self.path.write_bytes(b"no model")
        with self.assertRaises(TrainingError):
            read_parameters(self.path)

    def test_a_teacher_that_agrees_adds_nothing_to_the_loss(self):
        parameters = network.initial_parameters(4, 1)
        rng = np.random.default_rng(2)
        sound = lambda: rng.uniform(-0.1, 0.1, (1, 16000)).astype(np.float32)  # noqa: E731
        batch = (sound(), sound(), np.zeros(32, np.float32), np.ones(32, np.float32), "mask")
        alone = float(network.loss(parameters, *batch))
        self.assertAlmostEqual(float(network.loss(parameters, *batch, parameters)), alone, 6)
        other = network.initial_parameters(6, 3)
        self.assertGreater(float(network.loss(parameters, *batch, other)), alone)


if __name__ == "__main__":
    unittest.main()
