"""Records small PyTorch networks, as both of its exporters and as safetensors, and what PyTorch itself makes of them.

    python3.11 -m venv VENV && VENV/bin/pip install torch==2.15.0 onnx==1.23.2 onnxscript==0.7.2 safetensors==0.8.0
    VENV/bin/python scripts/record-torch-vectors.py test/vectors/torch

Weights are PyTorch's own, seeded. NAME.torchscript.onnx is of the exporter that PyTorch had until 2.8, NAME.dynamo.onnx of the one
since; NAME.safetensors holds the state_dict, NAME.layers.json names its modules. NAME.golden.json holds {input, expectedOutput} of
one sequence from zero state, or the last step's answer alone.
"""

import json
import sys
import warnings
from pathlib import Path

import onnx
import torch
from safetensors.torch import save_file

STEPS = 24
warnings.filterwarnings("ignore")


class Causal(torch.nn.Conv1d):
    """A convolution along time that sees no later step: x is (time, 1, channels)."""

    def forward(self, x):
        past = (self.kernel_size[0] - 1) * self.dilation[0]
        padded = torch.nn.functional.pad(x.permute(1, 2, 0), (past, 0))
        return super().forward(padded).permute(2, 0, 1)


class OfChannels(torch.nn.BatchNorm1d):
    def forward(self, x):
        return super().forward(x.permute(1, 2, 0)).permute(2, 0, 1)


class Network(torch.nn.Module):
    """Modules after one another; the states of recurrent ones go in and come out where they are given."""

    def __init__(self, modules, last_step=False):
        super().__init__()
        self.parts = torch.nn.ModuleDict(modules)
        self.last_step = last_step

    def forward(self, x, *states):
        given, made = list(states), []
        for part in self.parts.values():
            if not isinstance(part, torch.nn.RNNBase):
                x = part(x)
            elif not given:
                x, _ = part(x)
            elif isinstance(part, torch.nn.LSTM):
                x, (h, c) = part(x, (given.pop(0), given.pop(0)))
                made += [h, c]
            else:
                x, h = part(x, given.pop(0))
                made.append(h)
            if self.last_step and part is self.recurrent()[-1]:
                x = x[-1:]
        return (x, *made) if made else x

    def recurrent(self):
        return [part for part in self.parts.values() if isinstance(part, torch.nn.RNNBase)]

    def states(self):
        for part in self.recurrent():
            for _ in range(2 if isinstance(part, torch.nn.LSTM) else 1):
                yield torch.zeros(part.num_layers, 1, part.hidden_size)

    def layers(self):
        kinds = {
            torch.nn.LSTM: "lstm", torch.nn.GRU: "gru", torch.nn.Linear: "linear", Causal: "conv1d", OfChannels: "batch-norm",
            torch.nn.LayerNorm: "layer-norm", torch.nn.Sigmoid: "sigmoid", torch.nn.Tanh: "tanh", torch.nn.ReLU: "relu",
            torch.nn.Softmax: "softmax", torch.nn.LeakyReLU: "leaky-relu",
        }
        for name, part in self.parts.items():
            layer = {"kind": kinds[type(part)]}
            if list(part.parameters()):
                layer["name"] = f"parts.{name}"
            if isinstance(part, Causal) and part.dilation[0] > 1:
                layer["dilation"] = part.dilation[0]
            if isinstance(part, Causal) and part.groups > 1:
                layer["groups"] = part.groups
            if isinstance(part, (OfChannels, torch.nn.LayerNorm)):
                layer["epsilon"] = part.eps
            if isinstance(part, torch.nn.LeakyReLU):
                layer["slope"] = part.negative_slope
            yield layer
            if self.last_step and part is self.recurrent()[-1]:
                yield {"kind": "last-step"}


nn = torch.nn
# Name, the size of a step, modules, whether the last step answers alone, whether the states are inputs of the ONNX graph.
NETWORKS = [
    ("lstm-step", 3, lambda: {"rnn": nn.LSTM(3, 5), "head": nn.Linear(5, 2), "gain": nn.Sigmoid()}, False, True),
    ("lstm-stack", 4, lambda: {"rnn": nn.LSTM(4, 5, num_layers=2), "head": nn.Linear(5, 3), "out": nn.Tanh()}, False, True),
    ("gru-stack", 3, lambda: {"rnn": nn.GRU(3, 6, num_layers=2), "head": nn.Linear(6, 2)}, False, True),
    ("mixed", 4, lambda: {
        "norm": nn.LayerNorm(4), "first": nn.GRU(4, 5), "second": nn.LSTM(5, 4, bias=False), "head": nn.Linear(4, 3, bias=False),
        "out": nn.LeakyReLU(0.2),
    }, False, True),
    ("classifier", 3, lambda: {
        "rnn": nn.LSTM(3, 4, num_layers=2, bidirectional=True), "head": nn.Linear(8, 4), "shares": nn.Softmax(-1),
    }, True, False),
    ("both-ways", 3, lambda: {"rnn": nn.GRU(3, 4, bidirectional=True), "head": nn.Linear(8, 2)}, False, False),
    ("convolution", 4, lambda: {
        "conv": Causal(4, 6, 3), "norm": OfChannels(6), "relu": nn.ReLU(), "wide": Causal(6, 4, 2, dilation=3, groups=2),
        "rnn": nn.LSTM(4, 5), "head": nn.Linear(5, 2),
    }, True, False),
]


def without_places(file):
    """The newer exporter notes in which file and line each node was written."""
    model = onnx.load(file)
    graph = model.graph
    for noted in (graph, *graph.node, *graph.initializer, *graph.input, *graph.output, *graph.value_info):
        noted.ClearField("doc_string")
        noted.ClearField("metadata_props")
    model.ClearField("metadata_props")
    onnx.save(model, file)


def record(folder, seed, name, size, modules, last_step, step_by_step):
    torch.manual_seed(seed)
    net = Network(modules(), last_step)
    for part in net.parts.values():
        if isinstance(part, OfChannels):
            torch.nn.init.normal_(part.weight, 1, 0.3)
            torch.nn.init.normal_(part.bias, 0, 0.3)
            part.running_mean.normal_(0, 0.5)
            part.running_var.uniform_(0.5, 2)
    # Gates of untrained weights hardly move.
    for parameter in net.parameters():
        parameter.data *= 2
    net.eval()
    x = torch.randn(STEPS, 1, size) * 1.5
    with torch.no_grad():
        answer = net(x)
    rounded = lambda values: [float(f"{value:.9g}") for value in values.ravel().tolist()]
    vectors = {"input": rounded(x), "expectedOutput": rounded(answer)}
    (folder / f"{name}.golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    weights = folder / f"{name}.safetensors"
    save_file(net.state_dict(), weights)
    weights.chmod(0o644)
    described = {"schema": 1, "layers": list(net.layers())}
    (folder / f"{name}.layers.json").write_text(json.dumps(described, indent=2) + "\n")
    states = list(net.states()) if step_by_step else []
    given = (torch.randn(1, 1, size), *states) if step_by_step else (x,)
    names = ["x", *(f"s{index}" for index in range(len(states)))]
    made = ["y", *(f"n{index}" for index in range(len(states)))]
    for exporter, options in (("torchscript", {"dynamo": False, "opset_version": 17}), ("dynamo", {"dynamo": True})):
        file = folder / f"{name}.{exporter}.onnx"
        torch.onnx.export(net, given, file, input_names=names, output_names=made, external_data=False, verbose=False, **options)
        without_places(file)
    print(f"{name}: {tuple(answer.shape)}, spread {answer.std():.3f}")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for index, network in enumerate(NETWORKS):
        record(target, index + 1, *network)
