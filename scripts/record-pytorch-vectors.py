"""Records small safetensors files with PyTorch's names, and what PyTorch's formulas make of them.

    python3.11 -m venv VENV && VENV/bin/pip install numpy==2.4.6 safetensors==0.8.0
    VENV/bin/python scripts/record-pytorch-vectors.py test/vectors/pytorch

The oracle is NumPy in float64, written from the formulas in the docs of torch.nn (2.x), gate by gate, with the gates in the
order that those docs give the weights: LSTM (W_ii|W_if|W_ig|W_io), GRU (W_ir|W_iz|W_in). PyTorch itself is not needed: its
package is 100 times as large as all others here. NAME.golden.json holds {input, expectedOutput} of one sequence from zero state.
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

STEPS = 24
sigmoid = lambda x: 1 / (1 + np.exp(-x))


class Network:
    """Modules in order: their weights, their lines of JSON, and the sequence that runs through them."""

    def __init__(self, seed, size):
        self.random = np.random.default_rng(seed)
        self.tensors, self.layers = {}, []
        self.x = self.given = self.random.normal(0, 1.5, (STEPS, size)).astype(np.float32).astype(np.float64)

    def weight(self, name, *shape, positive=False, dtype=np.float32):
        values = self.random.normal(0, 0.6, shape)
        values = (np.abs(values) + 0.3 if positive else values).astype(dtype)
        self.tensors[name] = values
        return values.astype(np.float64)

    def note(self, kind, name=None, **fields):
        self.layers.append({"kind": kind, **({} if name is None else {"name": name}), **fields})

    def direction(self, gates, name, suffix, hidden, x, bias, dtype):
        size = x.shape[1]
        wi, wh = (self.weight(f"{name}.weight_{part}_{suffix}", gates * hidden, width, dtype=dtype)
                  for part, width in (("ih", size), ("hh", hidden)))
        bi = bh = np.zeros(gates * hidden)
        if bias:
            bi, bh = (self.weight(f"{name}.bias_{part}_{suffix}", gates * hidden, dtype=dtype) for part in ("ih", "hh"))
        h, c, answers = np.zeros(hidden), np.zeros(hidden), []
        for step in x:
            a, b = np.split(wi @ step + bi, gates), np.split(wh @ h + bh, gates)
            if gates == 4:
                i, f, g, o = (np.add(*pair) for pair in zip(a, b))
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
            else:
                r, z = sigmoid(a[0] + b[0]), sigmoid(a[1] + b[1])
                n = np.tanh(a[2] + r * b[2])
                h = (1 - z) * n + z * h
            answers.append(h)
        return np.array(answers)

    def recurrent(self, kind, name, hidden, layers=1, bias=True, both=False, dtype=np.float32):
        gates = 4 if kind == "lstm" else 3
        for depth in range(layers):
            ahead = self.direction(gates, name, f"l{depth}", hidden, self.x, bias, dtype)
            if both:
                back = self.direction(gates, name, f"l{depth}_reverse", hidden, self.x[::-1], bias, dtype)[::-1]
                ahead = np.concatenate([ahead, back], axis=1)
            self.x = ahead
        self.note(kind, name)

    def linear(self, name, size, bias=True):
        weight = self.weight(f"{name}.weight", size, self.x.shape[1])
        self.x = self.x @ weight.T + (self.weight(f"{name}.bias", size) if bias else 0)
        self.note("linear", name)

    def convolution(self, name, size, taps, dilation=1, groups=1):
        channels = self.x.shape[1] // groups
        weight, bias = self.weight(f"{name}.weight", size, channels, taps), self.weight(f"{name}.bias", size)
        padded = np.concatenate([np.zeros(((taps - 1) * dilation, self.x.shape[1])), self.x])
        made = np.zeros((STEPS, size))
        for step in range(STEPS):
            for out in range(size):
                first = out * groups // size * channels
                seen = padded[step : step + (taps - 1) * dilation + 1 : dilation, first : first + channels]
                made[step, out] = bias[out] + (weight[out].T * seen).sum()
        self.x = made
        self.note("conv1d", name, **({"dilation": dilation} if dilation > 1 else {}), **({"groups": groups} if groups > 1 else {}))

    def batch_norm(self, name, epsilon):
        size = self.x.shape[1]
        gamma, beta, mean = (self.weight(f"{name}.{part}", size) for part in ("weight", "bias", "running_mean"))
        variance = self.weight(f"{name}.running_var", size, positive=True)
        self.tensors[f"{name}.num_batches_tracked"] = np.array(7)
        self.x = (self.x - mean) / np.sqrt(variance + epsilon) * gamma + beta
        self.note("batch-norm", name, epsilon=epsilon)

    def layer_norm(self, name):
        gamma, beta = (self.weight(f"{name}.{part}", self.x.shape[1]) for part in ("weight", "bias"))
        mean, variance = self.x.mean(1, keepdims=True), self.x.var(1, keepdims=True)
        self.x = (self.x - mean) / np.sqrt(variance + 1e-5) * gamma + beta
        self.note("layer-norm", name)

    def apply(self, kind, function, **fields):
        self.x = function(self.x)
        self.note(kind, **fields)

    def last_step(self):
        self.x = self.x[-1:]
        self.note("last-step")


def lstm_stack():
    net = Network(1, 3)
    net.recurrent("lstm", "lstm", 5, layers=2)
    net.linear("head", 2)
    net.apply("sigmoid", sigmoid)
    return net


def gru_stack():
    net = Network(2, 4)
    net.recurrent("gru", "first", 5)
    net.recurrent("gru", "second.gru", 3, layers=2, bias=False)
    net.layer_norm("norm")
    net.linear("head", 3, bias=False)
    net.apply("leaky-relu", lambda x: np.where(x > 0, x, 0.2 * x), slope=0.2)
    return net


def convolution():
    net = Network(3, 4)
    net.convolution("conv", 6, 3)
    net.batch_norm("norm", 1e-3)
    net.apply("relu", lambda x: np.maximum(x, 0))
    net.convolution("grouped", 4, 2, dilation=3, groups=2)
    net.recurrent("lstm", "lstm", 4)
    net.linear("head", 3)
    net.apply("tanh", np.tanh)
    return net


def classifier():
    net = Network(4, 3)
    net.recurrent("lstm", "lstm", 4, layers=2, both=True)
    net.last_step()
    net.linear("head", 3)
    net.apply("softmax", lambda x: np.exp(x) / np.exp(x).sum(1, keepdims=True))
    return net


def both_ways():
    net = Network(5, 3)
    net.recurrent("gru", "gru", 4, both=True)
    net.linear("head", 2)
    return net


def half_precision():
    net = Network(6, 3)
    net.recurrent("lstm", "lstm", 4, dtype=np.float16)
    net.recurrent("gru", "gru", 3, dtype=np.float64)
    return net


def record(make, folder):
    net = make()
    name = make.__name__.replace("_", "-")
    save_file({key: np.ascontiguousarray(value) for key, value in net.tensors.items()}, folder / f"{name}.safetensors")
    (folder / f"{name}.layers.json").write_text(json.dumps({"schema": 1, "layers": net.layers}, indent=2) + "\n")
    rounded = lambda values: [float(f"{value:.9g}") for value in values.ravel().tolist()]
    vectors = {"input": rounded(net.given), "expectedOutput": rounded(net.x)}
    (folder / f"{name}.golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    print(f"{name}: {net.x.shape}, spread {net.x.std():.3f}")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for one in (lstm_stack, gru_stack, convolution, classifier, both_ways, half_precision):
        record(one, target)
