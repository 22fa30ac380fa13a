"""Reads the weights that a run begins with, or that teach it: a model of ours as ONNX or safetensors.

Only one LSTM and one dense layer have a place in network.py; anything else is refused by name.
"""

import json
from pathlib import Path

import numpy as np

from errors import TrainingError

# Gate blocks as PyTorch's names have them, and as network.py keeps them (ONNX): i f g o -> i o f g.
TORCH_TO_ONNX = (0, 3, 1, 2)


def read_safetensors(path: Path) -> dict:
    """Name -> float array: 8 bytes of length, JSON of that length, the numbers."""
    kinds = {"F64": "<f8", "F32": "<f4"}
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, about in header.items():
        if name == "__metadata__":
            continue
        first, last = about["data_offsets"]
        numbers = data[8 + length + first : 8 + length + last]
        tensors[name] = np.frombuffer(numbers, kinds[about["dtype"]]).reshape(about["shape"])
    return tensors


def from_safetensors(path: Path) -> dict:
    tensors = read_safetensors(path)
    one = lambda ending: next(v for k, v in tensors.items() if k.endswith(ending))  # noqa: E731
    reorder = lambda v: np.concatenate([np.split(v, 4)[g] for g in TORCH_TO_ONNX])  # noqa: E731
    return {"inputWeights": reorder(one(".weight_ih_l0")),
            "recurrentWeights": reorder(one(".weight_hh_l0")),
            "bias": reorder(one(".bias_ih_l0") + one(".bias_hh_l0")),
            "dense": one(".weight").T, "denseBias": one(".bias")}


def from_onnx(path: Path) -> dict:
    import onnx
    from onnx import numpy_helper

    stored = {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    both = stored["lstm.bias"][0]
    half = len(both) // 2
    return {"inputWeights": stored["lstm.inputWeights"][0],
            "recurrentWeights": stored["lstm.recurrentWeights"][0],
            "bias": both[:half] + both[half:],
            "dense": stored["dense.weights"], "denseBias": stored["dense.bias"]}


def fft_size_of(path: Path) -> int | None:
    """Points of the transform that the weights were trained with, where a sidecar beside them says."""
    sidecar = path.with_suffix(".json")
    if not sidecar.exists():
        return None
    return json.loads(sidecar.read_text()).get("frontEnd", {}).get("fftSize")


def read_parameters(path: Path) -> dict:
    """name -> float32 array, shapes as in network.initial_parameters."""
    try:
        read = from_safetensors if path.suffix == ".safetensors" else from_onnx
        found = {k: np.asarray(v, dtype=np.float32) for k, v in read(path).items()}
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise TrainingError(f"{path} cannot be begun with", f"{type(error).__name__}: {error}",
                            "name a model of one LSTM and one dense layer: npx pioneer size"
                            " hearable --board nrf52840-dk --make 48 writes one") from error
    hidden = found["dense"].shape[0]
    inputs, outputs = found["inputWeights"].shape[1], found["dense"].shape[1]
    expected = {"inputWeights": (4 * hidden, inputs), "recurrentWeights": (4 * hidden, hidden),
                "bias": (4 * hidden,), "dense": (hidden, outputs), "denseBias": (outputs,)}
    wrong = [k for k, shape in expected.items() if found[k].shape != shape]
    if wrong or not all(np.isfinite(v).all() for v in found.values()):
        raise TrainingError(f"{path} cannot be begun with",
                            f"{', '.join(wrong) or 'a weight'} is not what it should be",
                            "npx pioneer inspect FILE shows its shapes")
    return found
