"""Writes the trained network as ONNX (opset 13) and checks it against onnxruntime.

The form is fixed: one LSTM, Squeeze, MatMul, Add, Sigmoid; states go in and come out, so that a
device can run frame by frame.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from files import write_bytes
from frontend import BAND_COUNT
from optimize import Trained

TOLERANCE = 1e-5


def build(trained: Trained) -> onnx.ModelProto:
    p, hidden = trained.parameters, trained.recipe.hidden
    constants = {
        "lstm.inputWeights": p["inputWeights"][None],  # [1, 4H, 32], gates i o f c
        "lstm.recurrentWeights": p["recurrentWeights"][None],  # [1, 4H, H]
        # Both halves as ONNX wants them; the recurrent half is zero.
        "lstm.bias": np.concatenate([p["bias"], np.zeros(4 * hidden)])[None],
        "dense.weights": p["dense"],  # [H, 32]
        "dense.bias": p["denseBias"],
    }
    initializers = [numpy_helper.from_array(np.ascontiguousarray(v, dtype=np.float32), k)
                    for k, v in constants.items()]
    initializers.append(numpy_helper.from_array(np.array([1], dtype=np.int64), "squeeze.axes"))
    nodes = [
        helper.make_node("LSTM", ["features", "lstm.inputWeights", "lstm.recurrentWeights",
                                  "lstm.bias", "", "h0", "c0"], ["lstm.y", "hn", "cn"],
                         name="lstm", direction="forward", hidden_size=hidden),
        helper.make_node("Squeeze", ["lstm.y", "squeeze.axes"], ["hidden"], name="squeeze"),
        helper.make_node("MatMul", ["hidden", "dense.weights"], ["dense.product"],
                         name="dense.matmul"),
        helper.make_node("Add", ["dense.product", "dense.bias"], ["dense.sum"], name="dense.add"),
        helper.make_node("Sigmoid", ["dense.sum"], ["gains"], name="gains.sigmoid"),
    ]
    real = lambda name, *shape: helper.make_tensor_value_info(  # noqa: E731
        name, TensorProto.FLOAT, list(shape))
    graph = helper.make_graph(
        nodes, trained.recipe.name,
        [real("features", "T", 1, BAND_COUNT), real("h0", 1, 1, hidden), real("c0", 1, 1, hidden)],
        [real("gains", "T", 1, BAND_COUNT), real("hn", 1, 1, hidden), real("cn", 1, 1, hidden)],
        initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)],
                              producer_name="tiny-pioneer", ir_version=7)
    onnx.checker.check_model(model, full_check=True)
    return model


def reference(parameters: dict, features: np.ndarray) -> np.ndarray:
    """The network in float64 NumPy: features [T, 32] from zero state -> gains [T, 32]."""
    p = {k: v.astype(np.float64) for k, v in parameters.items()}
    sigmoid = lambda x: 1.0 / (1.0 + np.exp(-x))  # noqa: E731
    h = c = np.zeros(p["dense"].shape[0])
    gains = []
    for x in features:
        i, o, f, g = np.split(p["inputWeights"] @ x + p["recurrentWeights"] @ h + p["bias"], 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        gains.append(sigmoid(h @ p["dense"] + p["denseBias"]))
    return np.array(gains)


def session(model_bytes: bytes):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model_bytes, options, providers=["CPUExecutionProvider"])


def run(opened, features: np.ndarray) -> np.ndarray:
    """features [T, 32] from zero state -> gains float64 [T, 32]."""
    zero = np.zeros(opened.get_inputs()[1].shape, dtype=np.float32)
    gains = opened.run(["gains"], {"features": features[:, None, :].astype(np.float32),
                                   "h0": zero, "c0": zero})[0]
    return gains[:, 0, :].astype(np.float64)


def export(trained: Trained, path: Path) -> float:
    """Write the file; returns the largest difference from float64 NumPy over 300 random frames."""
    data = build(trained).SerializeToString(deterministic=True)
    features = np.random.default_rng(0).standard_normal((300, BAND_COUNT))
    difference = float(np.max(np.abs(run(session(data), features)
                                     - reference(trained.parameters, features))))
    if not difference <= TOLERANCE:
        raise AssertionError(f"onnxruntime differs by {difference} from the trained network")
    write_bytes(path, data)
    return difference
