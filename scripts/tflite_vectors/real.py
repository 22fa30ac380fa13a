"""Small networks of real numbers: an LSTM, cells in small operators, and operators that belong to no layer."""

import numpy as np

from .builder import Builder, schema


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
