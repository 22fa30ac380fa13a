"""Small quantized networks of seeded weights and scales: layers after one another, each of the activation type of the whole."""

import numpy as np

from .builder import Builder, schema


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

    def flatten(self):
        """All positions of a step become one vector."""
        size = self.steps * self.size
        shape = self.builder.tensor("int32", (3,), data=[1, 1, size])
        output = self.builder.tensor(self.kind, (1, 1, size), self.scale, self.zero_point)
        options = schema.ReshapeOptionsT()
        self.builder.operator("RESHAPE", 1, [self.at, shape], [output], options, schema.BuiltinOptions.ReshapeOptions)
        self.at, self.size, self.steps = output, size, 1

    def softmax(self, beta):
        options = schema.SoftmaxOptionsT()
        options.beta = beta
        output = self.builder.tensor(self.kind, (1, self.steps, self.size), 1 / 256, -128)
        self.builder.operator("SOFTMAX", 2, [self.at], [output], options, schema.BuiltinOptions.SoftmaxOptions)
        self.at, self.scale, self.zero_point = output, 1 / 256, -128

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


def softmax_int8():
    """Shares that move, of a state."""
    net = Network(15, "int8", 5, 1, 0.05, -3)
    net.lstm(7, 2.0, 0.0078, -4, -11, 10.0)
    net.dense(10, 0.03, 12)
    net.softmax(1.0)
    return net


def softmax_far_int8():
    """Values so far apart that some count as 0, and a base other than e."""
    net = Network(16, "int8", 7, 1, 0.04, 5)
    net.dense(6, 0.17, 3)
    net.softmax(1.7)
    return net


def softmax_many_int8():
    """So many values that most shares are small, and one layer more behind them."""
    net = Network(17, "int8", 3, 1, 0.02, 0)
    net.dense(120, 0.05, -7)
    net.softmax(0.9)
    net.dense(4, 0.0005, 0)
    return net


def flat_int8():
    """A step of four positions, which a dense layer reads at once."""
    net = Network(19, "int8", 3, 4, 0.05, -3)
    net.flatten()
    net.dense(5, 0.04, 4)
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


MODELS = [
    lstm_int8,
    lstm_of_steps_int8,
    mask_int8,
    clipped_int8,
    tanh_int8,
    dense_int8,
    softmax_int8,
    softmax_far_int8,
    softmax_many_int8,
    flat_int8,
    lstm_int16,
    mask_int16,
    tanh_int16,
    sigmoid_int16,
]

# Of these few calls tell as much as many.
STATELESS = [dense_int8, softmax_far_int8, softmax_many_int8, flat_int8]
