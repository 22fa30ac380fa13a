"""Records small quantized TFLite models and what TFLite Micro makes of them: the oracle of the tflite modes' tests.

Needs the tflite-micro wheel (CPython 3.11; recorded with 0.dev20261023182759), which brings its schema, and LiteRT
(ai-edge-litert 2.3.0) for weights of 8 bits with real activations, which TFLite Micro does not compute:

    python3.11 -m venv VENV && VENV/bin/pip install --pre tflite-micro && VENV/bin/pip install ai-edge-litert
    VENV/bin/python scripts/record-tflite-vectors.py test/vectors/tflite

Each NAME.tflite is built here from seeded weights and scales; NAME.golden.json holds {input, expectedOutput} of as many frames
as fit, raw values, from zero state, state kept between frames. Inputs are noise with runs of extremes, and the scales
are such that gates saturate at times and outputs move.
"""

import importlib.util
import json
import sys
from pathlib import Path

import flatbuffers
import numpy as np
import tflite_micro
from ai_edge_litert.interpreter import Interpreter
from tflite_micro import runtime

SCHEMA = Path(tflite_micro.__file__).parent / "tensorflow/lite/micro/python/schema_py_generated.py"
spec = importlib.util.spec_from_file_location("schema", SCHEMA)
schema = importlib.util.module_from_spec(spec)
spec.loader.exec_module(schema)

FRAMES = 200
# Of real numbers, and of networks without state.
FEW_FRAMES = 40
TYPES = {
    "int8": (schema.TensorType.INT8, np.int8),
    "int16": (schema.TensorType.INT16, np.int16),
    "int32": (schema.TensorType.INT32, np.int32),
    "int64": (schema.TensorType.INT64, np.int64),
    "float32": (schema.TensorType.FLOAT32, np.float32),
}


class Builder:
    """One graph under construction; tensors are named by their index."""

    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "made by record-tflite-vectors.py"
        self.model.operatorCodes = []
        self.model.buffers = [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]

    def tensor(self, kind, shape, scale=None, zero_point=0, data=None, variable=False):
        tensor = schema.TensorT()
        tensor.name = f"t{len(self.graph.tensors)}"
        tensor.type, dtype = TYPES[kind]
        tensor.shape = list(shape)
        tensor.isVariable = variable
        tensor.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.asarray(data, dtype).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        if scale is not None:
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = scales.tolist()
            tensor.quantization.zeroPoint = [zero_point] * len(scales)
            tensor.quantization.quantizedDimension = 0
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def operator(self, name, version, inputs, outputs, options=None, options_type=0, intermediates=None):
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = version
        self.model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, outputs
        if options is not None:
            operator.builtinOptions, operator.builtinOptionsType = options, options_type
        if intermediates is not None:
            operator.intermediates = intermediates
        self.graph.operators.append(operator)

    def finish(self, inputs, outputs):
        self.graph.inputs, self.graph.outputs = inputs, outputs
        packer = flatbuffers.Builder(1024)
        packer.Finish(self.model.Pack(packer), b"TFL3")
        return bytes(packer.Output())


class Network:
    """Layers after one another, each of the activation type of the whole."""

    def __init__(self, seed, kind, size, steps, scale, zero_point):
        self.random = np.random.default_rng(seed)
        self.builder = Builder()
        self.kind, self.steps, self.size = kind, steps, size
        self.scale, self.zero_point = scale, zero_point
        self.at = self.first = self.builder.tensor(kind, (1, steps, size), scale, zero_point)

    def weights(self, rows, cols, scale, least=-127):
        values = self.random.integers(least, 128, (rows, cols))
        return self.builder.tensor("int8", (rows, cols), scale, 0, values)

    def bias(self, size, spread, wide, scale):
        values = self.random.integers(-spread, spread + 1, size)
        return self.builder.tensor("int64" if wide else "int32", (size,), scale, 0, values)

    def lstm(self, hidden, gain, state_scale, state_zero_point, cell_power, clip, least=-127):
        """gain: about the real standard deviation of a gate's pre-activation."""
        build, wide = self.builder, self.kind == "int16"
        peak = 40.0 if self.kind == "int8" else 9000.0
        vary = lambda: float(self.random.uniform(0.6, 1.4))
        spread = lambda cols, step: gain * vary() / (peak * step * 73.0 * np.sqrt(cols))
        inputs = [self.at]
        inputs += [self.weights(hidden, self.size, spread(self.size, self.scale), least) for _ in range(4)]
        inputs += [self.weights(hidden, hidden, spread(hidden, state_scale), least) for _ in range(4)]
        inputs += [-1] * 3
        step = self.scale * gain / (peak * self.scale * 73.0 * np.sqrt(self.size))
        inputs += [self.bias(hidden, 2000 if self.kind == "int8" else 100000, wide, step) for _ in range(4)]
        inputs += [-1] * 2
        inputs += [build.tensor(self.kind, (1, hidden), state_scale, state_zero_point, variable=True)]
        inputs += [build.tensor("int16", (1, hidden), 2.0**cell_power, 0, variable=True)]
        inputs += [-1] * 4
        options = schema.UnidirectionalSequenceLSTMOptionsT()
        options.fusedActivationFunction = schema.ActivationFunctionType.TANH
        options.cellClip = clip
        intermediates = [build.tensor("float32", (0,)) for _ in range(4)]
        intermediates += [build.tensor(self.kind, (0,), state_scale, state_zero_point)]
        output = build.tensor(self.kind, (1, self.steps, hidden), state_scale, state_zero_point)
        build.operator(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            1,
            inputs,
            [output],
            options,
            schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions,
            intermediates,
        )
        self.at, self.size, self.scale, self.zero_point = output, hidden, state_scale, state_zero_point

    def dense(self, size, scale, zero_point, per_channel=False, fused="NONE", bias=True, narrow_bias=False):
        """scale: of the output, whose real values are of about 60 (int8) or 15000 (int16) steps."""
        peak = (60.0, 60.0) if self.kind == "int8" else (9000.0, 15000.0)
        base = scale * peak[1] / (peak[0] * self.scale * 73.0 * np.sqrt(self.size))
        scales = base * self.random.uniform(0.5, 1.5, size) if per_channel else base
        wide = self.kind == "int16" and not narrow_bias
        inputs = [self.at, self.weights(size, self.size, scales)]
        inputs += [self.bias(size, 3000, wide, self.scale * scales) if bias else -1]
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = getattr(schema.ActivationFunctionType, fused)
        options.keepNumDims = True
        output = self.builder.tensor(self.kind, (1, self.steps, size), scale, zero_point)
        self.builder.operator(
            "FULLY_CONNECTED", 5, inputs, [output], options, schema.BuiltinOptions.FullyConnectedOptions
        )
        self.at, self.size, self.scale, self.zero_point = output, size, scale, zero_point

    def activation(self, name):
        if self.kind == "int8":
            scale, zero_point = (1 / 256, -128) if name == "LOGISTIC" else (1 / 128, 0)
        else:
            scale, zero_point = 1 / 32768, 0
        output = self.builder.tensor(self.kind, (1, self.steps, self.size), scale, zero_point)
        self.builder.operator(name, 2, [self.at], [output])
        self.at, self.scale, self.zero_point = output, scale, zero_point

    def finish(self):
        return self.builder.finish([self.first], [self.at])


def lstm_int8():
    net = Network(1, "int8", 5, 1, 0.05, -3)
    net.lstm(6, 2.0, 0.0078, -4, -11, 10.0)
    return net


def lstm_of_steps_int8():
    net = Network(2, "int8", 3, 4, 0.02, 17)
    net.lstm(9, 3.0, 0.0074, 2, -12, 0.0)
    return net


def mask_int8():
    net = Network(3, "int8", 11, 1, 0.06, -128)
    net.lstm(8, 2.0, 0.0077, 0, -11, 10.0)
    net.lstm(7, 2.5, 0.0073, -4, -12, 10.0)
    net.dense(13, 0.04, -2)
    net.activation("LOGISTIC")
    return net


def clipped_int8():
    net = Network(4, "int8", 4, 1, 0.05, 0)
    net.lstm(5, 6.0, 0.0078, 0, -13, 0.7, least=-128)
    net.dense(3, 0.02, 5, per_channel=True, fused="RELU")
    return net


def tanh_int8():
    net = Network(5, "int8", 6, 1, 0.03, 100)
    net.dense(9, 0.05, -20, fused="RELU")
    net.lstm(4, 2.0, 0.0078, 0, -9, 10.0)
    net.dense(5, 0.03, 9, per_channel=True, bias=False)
    net.activation("TANH")
    return net


def dense_int8():
    net = Network(6, "int8", 7, 1, 0.5, -128)
    net.dense(256, 0.09, 3)
    net.activation("LOGISTIC")
    return net


def lstm_int16():
    net = Network(7, "int16", 5, 1, 2.0**-13, 0)
    net.lstm(6, 2.0, 2.0**-15, 0, -11, 10.0)
    return net


def mask_int16():
    net = Network(8, "int16", 11, 1, 0.00031, 0)
    net.lstm(8, 2.0, 3.1e-5, 0, -11, 10.0)
    net.lstm(7, 2.5, 3.0e-5, 0, -12, 0.5)
    net.dense(13, 0.00017, 0)
    net.activation("LOGISTIC")
    return net


def tanh_int16():
    net = Network(9, "int16", 4, 3, 0.0002, 0)
    net.lstm(5, 3.0, 3.05e-5, 0, -10, 0.0)
    net.dense(6, 2.0**-12, 0, fused="RELU", bias=False)
    net.dense(5, 2.0**-13, 0, narrow_bias=True)
    net.activation("TANH")
    return net


def sigmoid_int16():
    net = Network(10, "int16", 4, 1, 0.0002, 0)
    net.lstm(5, 3.0, 3.05e-5, 0, -15, 0.0)
    net.dense(9, 2.0**-12, 0)
    net.activation("LOGISTIC")
    return net


def lstm_with(random, build, size, hidden, weights):
    """A stateful LSTM of one step whose cell is clipped; weights makes a matrix of its shape."""
    normal = lambda *shape: build.tensor("float32", shape, data=random.normal(0, 0.8, shape))
    first = build.tensor("float32", (1, 1, size))
    inputs = [first] + [weights(hidden, size) for _ in range(4)] + [weights(hidden, hidden) for _ in range(4)]
    inputs += [-1] * 3 + [normal(hidden) for _ in range(4)] + [-1] * 2
    inputs += [build.tensor("float32", (1, hidden), variable=True) for _ in range(2)] + [-1] * 4
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.cellClip = 0.9
    states = build.tensor("float32", (1, 1, hidden))
    kind = schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions
    build.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", 1, inputs, [states], options, kind)
    return first, states


def lstm_float():
    """A stateful LSTM whose cell is clipped, and a dense layer with ReLU in it."""
    random, build = np.random.default_rng(11), Builder()
    size, hidden, out = 3, 4, 2
    normal = lambda *shape: build.tensor("float32", shape, data=random.normal(0, 0.8, shape))
    first, states = lstm_with(random, build, size, hidden, normal)
    last = build.tensor("float32", (1, 1, out))
    dense = schema.FullyConnectedOptionsT()
    dense.fusedActivationFunction = schema.ActivationFunctionType.RELU
    dense.keepNumDims = True
    kind = schema.BuiltinOptions.FullyConnectedOptions
    build.operator("FULLY_CONNECTED", 5, [states, normal(out, hidden), normal(out)], [last], dense, kind)
    return build.finish([first], [last]), random, size, []


def lstm_dynamic():
    """The same LSTM with weights of 8 bits; its activations are quantized anew at each step."""
    random, build = np.random.default_rng(13), Builder()
    size, hidden = 10, 12
    scaled = lambda rows, cols: build.tensor("int8", (rows, cols), 0.006, 0, random.integers(-127, 128, (rows, cols)))
    first, states = lstm_with(random, build, size, hidden, scaled)
    return build.finish([first], [states]), random, size, []


def operators_float():
    """Small operators that belong to no layer: parts split, packed, turned, sliced, unpacked, added, multiplied, joined."""
    random, build = np.random.default_rng(14), Builder()
    options = schema.BuiltinOptions
    numbers = lambda *values: build.tensor("int32", (len(values),), data=values)

    def apply(name, inputs, shapes, table=None, kind=0):
        outputs = [build.tensor("float32", shape) for shape in shapes]
        build.operator(name, 1, inputs, outputs, table, kind)
        return outputs

    def part(value, shape, begin, end, step, **masks):
        table = schema.StridedSliceOptionsT()
        for name, mask in masks.items():
            setattr(table, name, mask)
        bounds = [numbers(*bound) for bound in (begin, end, step)]
        return apply("STRIDED_SLICE", [value, *bounds], [shape], table, options.StridedSliceOptions)[0]

    size = 6
    features = build.tensor("float32", (1, 1, size))
    (flat,) = apply("RESHAPE", [features, numbers(1, size)], [(1, size)])
    table = schema.SplitOptionsT()
    table.numSplits = 2
    axis = build.tensor("int32", (), data=[1])
    a, b = apply("SPLIT", [axis, flat], [(1, 3)] * 2, table, options.SplitOptions)
    (product,) = apply("MUL", [a, b], [(1, 3)], schema.MulOptionsT(), options.MulOptions)
    table = schema.AddOptionsT()
    table.fusedActivationFunction = schema.ActivationFunctionType.RELU
    (total,) = apply("ADD", [product, b], [(1, 3)], table, options.AddOptions)
    table = schema.PackOptionsT()
    table.valuesCount, table.axis = 2, 1
    (packed,) = apply("PACK", [a, total], [(1, 2, 3)], table, options.PackOptions)
    (turned,) = apply("TRANSPOSE", [packed, numbers(0, 2, 1)], [(1, 3, 2)], schema.TransposeOptionsT(), options.TransposeOptions)
    back = part(turned, (1, 3, 2), (0, 0, 1), (1, 3, 0), (1, 1, -1), endMask=0b100)
    table = schema.UnpackOptionsT()
    table.num, table.axis = 3, 1
    rows = apply("UNPACK", [back], [(1, 2)] * 3, table, options.UnpackOptions)
    second = part(turned, (1, 2), (0, 1, 0), (1, 2, 2), (1, 1, 1), shrinkAxisMask=0b010)
    table = schema.ConcatenationOptionsT()
    table.axis = 1
    (joined,) = apply("CONCATENATION", [rows[2], second, rows[0]], [(1, 6)], table, options.ConcatenationOptions)
    normal = lambda *shape: build.tensor("float32", shape, data=random.normal(0, 0.8, shape))
    table = schema.FullyConnectedOptionsT()
    (scores,) = apply("FULLY_CONNECTED", [joined, normal(4, 6), normal(4)], [(1, 4)], table, options.FullyConnectedOptions)
    table = schema.SoftmaxOptionsT()
    table.beta = 1.0
    (answer,) = apply("SOFTMAX", [scores], [(1, 4)], table, options.SoftmaxOptions)
    return build.finish([features], [answer]), random, size, []


def unrolled_float():
    """Two cells in small operators as the converter leaves them, their states packed into one tensor, gates in odd order."""
    random, build = np.random.default_rng(12), Builder()
    size, hidden = 3, 4
    options = schema.BuiltinOptions
    normal = lambda *shape: build.tensor("float32", shape, data=random.normal(0, 0.8, shape))
    numbers = lambda *values: build.tensor("int32", (len(values),), data=values)
    made = lambda *shape: build.tensor("float32", shape)

    def apply(name, inputs, shape, table=None, kind=0, version=1):
        output = made(*shape)
        build.operator(name, version, inputs, [output], table, kind)
        return output

    def taken(state, layer, part):
        slice_ = schema.StridedSliceOptionsT()
        slice_.beginMask = slice_.endMask = 0b0101
        slice_.shrinkAxisMask = 0b1010
        begin, end, step = numbers(0, layer, 0, part), numbers(1, layer + 1, hidden, part + 1), numbers(1, 1, 1, 1)
        return apply("STRIDED_SLICE", [state, begin, end, step], (1, hidden), slice_, options.StridedSliceOptions)

    def dense(x, weights, bias=-1, rows=4 * hidden):
        return apply(
            "FULLY_CONNECTED", [x, weights, bias], (1, rows), schema.FullyConnectedOptionsT(), options.FullyConnectedOptions
        )

    def add(a, b, width=hidden):
        return apply("ADD", [a, b], (1, width), schema.AddOptionsT(), options.AddOptions)

    def multiply(a, b):
        return apply("MUL", [a, b], (1, hidden), schema.MulOptionsT(), options.MulOptions)

    def pack(parts, shape, axis):
        table = schema.PackOptionsT()
        table.valuesCount, table.axis = len(parts), axis
        return apply("PACK", parts, shape, table, options.PackOptions)

    features, state = made(1, 1, size), made(1, 2, hidden, 2)
    x = apply("RESHAPE", [features, numbers(1, size)], (1, size))
    hiddens, cells = [], []
    for layer, width in enumerate((size, hidden)):
        h, c = taken(state, layer, 0), taken(state, layer, 1)
        product = add(dense(h, normal(4 * hidden, hidden)), dense(x, normal(4 * hidden, width)), 4 * hidden)
        total = add(product, normal(4 * hidden), 4 * hidden)
        gates = [made(1, hidden) for _ in range(4)]
        table = schema.SplitOptionsT()
        table.numSplits = 4
        axis = build.tensor("int32", (), data=[1])
        build.operator("SPLIT", 1, [axis, total], gates, table, options.SplitOptions)
        o, i, g, f = gates
        squash = lambda name, value: apply(name, [value], (1, hidden))
        c = add(multiply(squash("LOGISTIC", i), squash("TANH", g)), multiply(c, squash("LOGISTIC", f)))
        x = multiply(squash("TANH", c), squash("LOGISTIC", o))
        hiddens.append(x)
        cells.append(c)
    parts = [pack(values, (1, 2, hidden), 1) for values in (hiddens, cells)]
    states = pack(parts, (1, 2, hidden, 2), -1)
    output = apply("LOGISTIC", [dense(x, normal(2, hidden), normal(2), 2)], (1, 2))
    return build.finish([features, state], [output, states]), random, size, [(1, 2, hidden, 2)]


FLOAT_MODELS = [lstm_float, unrolled_float, operators_float]
LITERT_MODELS = [lstm_dynamic]

MODELS = [
    lstm_int8,
    lstm_of_steps_int8,
    mask_int8,
    clipped_int8,
    tanh_int8,
    dense_int8,
    lstm_int16,
    mask_int16,
    tanh_int16,
    sigmoid_int16,
]


def inputs_of(net, size, frames):
    least, greatest = (-128, 127) if net.kind == "int8" else (-32768, 32767)
    values = net.random.normal(0, greatest / 3, (frames, net.steps, size))
    values[frames // 2] = least
    values[frames // 2 + 1] = greatest
    return np.clip(np.round(values), least, greatest).astype(TYPES[net.kind][1])


def record(make, folder, frames):
    net = make()
    size = net.size if not net.builder.graph.operators else net.builder.graph.tensors[net.first].shape[-1]
    content = net.finish()
    interpreter = runtime.Interpreter.from_bytes(content)
    given, made = [], []
    for frame in inputs_of(net, size, max(1, frames // net.steps)):
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
        record(one, target, FEW_FRAMES if one is dense_int8 else FRAMES)
    for one in FLOAT_MODELS:
        record_float(one, target / "real", FEW_FRAMES)
    for one in LITERT_MODELS:
        record_float(one, target / "real", FEW_FRAMES, LiteRT)
