"""Records small Keras models and what Keras answers: the oracle of the Keras importer's tests.

Keras 3 (recorded with 3.15.1 on jax 0.10.2) and TensorFlow's Keras 2 (recorded with tensorflow-cpu 2.15.1) write different
files; each records its own, so the script runs once in each environment:

    python3.11 -m venv K3 && K3/bin/pip install keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 h5py==3.16.0
    python3.11 -m venv K2 && K2/bin/pip install tensorflow-cpu==2.15.1
    K3/bin/python scripts/record-keras-vectors.py test/vectors/keras
    K2/bin/python scripts/record-keras-vectors.py test/vectors/keras

Each model has seeded weights, not its initial ones, moments and biases included. NAME.golden.json holds {input,
expectedOutput}: the steps of one sequence, and the answers to them, one a step or one for all; a stateful model is given
its steps call by call.
"""

import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.filterwarnings("ignore")

import keras
import numpy as np

MAJOR = int(keras.__version__.split(".")[0])
STEPS = 24
L = keras.layers
MODELS = []


def model(*endings, versions=(2, 3)):
    """Records what the function makes, as NAME.keras and NAME.h5 as the endings say."""

    def register(make):
        if MAJOR in versions:
            MODELS.append((make, endings or ("keras",)))
        return make

    return register


def sequential(*layers, shape=None, batch_shape=None):
    key = "batch_input_shape" if MAJOR == 2 else "batch_shape"
    given = L.InputLayer(**{key: batch_shape}) if batch_shape else keras.Input(shape)
    return keras.Sequential([given, *layers])


@model("keras", "h5")
def lstm_stack():
    return sequential(
        L.LSTM(5, return_sequences=True),
        L.LSTM(4, return_sequences=True, unit_forget_bias=False),
        L.Dense(3, activation="sigmoid"),
        shape=(None, 3),
    )


@model("keras", "h5")
def gru_both():
    return sequential(
        L.GRU(5, return_sequences=True),
        L.GRU(4, return_sequences=True, reset_after=False),
        L.GRU(3, return_sequences=True, use_bias=False),
        L.GRU(3, return_sequences=True, use_bias=False, reset_after=False),
        L.Dense(2, use_bias=False),
        shape=(None, 3),
    )


@model("keras", "h5")
def stateful_step():
    return sequential(
        L.LSTM(4, return_sequences=True, stateful=True, use_bias=False),
        L.GRU(3, stateful=True),
        L.Dense(2, activation="tanh"),
        batch_shape=(1, 1, 3),
    )


@model("keras")
def stateful_parts():
    return sequential(
        L.LSTM(4, return_sequences=True, stateful=True),
        L.Dropout(0.5),
        L.Dense(2, activation="relu"),
        batch_shape=(1, 6, 2),
    )


@model("keras", "h5")
def classifier():
    return sequential(
        L.GRU(5, return_sequences=True),
        L.LSTM(4),
        L.Dense(6, activation="relu"),
        L.Dense(4, activation="softmax"),
        shape=(STEPS, 3),
    )


@model("keras", "h5")
def convolution():
    return sequential(
        L.Conv1D(6, 3, padding="causal", activation="relu"),
        L.BatchNormalization(),
        L.GRU(5, return_sequences=True, dropout=0.2, recurrent_dropout=0.2),
        L.LayerNormalization(),
        L.TimeDistributed(L.Dense(4, activation="tanh")),
        L.Conv1D(4, 2, padding="causal", dilation_rate=2, groups=2, use_bias=False),
        L.Conv1D(3, 1),
        shape=(None, 4),
    )


@model("keras")
def positions():
    return sequential(
        L.TimeDistributed(L.Conv1D(3, 3, padding="same", strides=2, activation="relu")),
        L.TimeDistributed(L.Conv1D(4, 2, padding="valid")),
        L.Dense(3, activation="tanh"),
        L.TimeDistributed(L.BatchNormalization()),
        L.TimeDistributed(L.Reshape((9, 1))),
        L.TimeDistributed(L.Conv1D(2, 2, padding="causal")),
        L.TimeDistributed(L.Flatten()),
        L.LSTM(4, return_sequences=True),
        shape=(None, 7, 2),
    )


@model("keras")
def normalizations():
    return sequential(
        L.BatchNormalization(center=False),
        L.LSTM(4, return_sequences=True),
        L.BatchNormalization(scale=False, epsilon=0.1),
        L.Dense(5),
        L.BatchNormalization(),
        L.LayerNormalization(center=False, epsilon=1e-5),
        L.Dense(4),
        L.LayerNormalization(scale=False),
        L.Rescaling(0.5, offset=-0.25),
        shape=(None, 3),
    )


@model("keras")
def activations():
    return sequential(
        L.Dense(6, activation="hard_sigmoid"),
        L.Dense(6),
        L.LeakyReLU(0.1),
        L.Dense(6),
        L.LeakyReLU(),
        L.Dense(6),
        L.ReLU(max_value=0.7),
        L.Dense(6),
        L.ReLU(negative_slope=0.3),
        L.Dense(6),
        L.Activation("tanh"),
        L.Dense(6, activation="linear"),
        L.LSTM(4, return_sequences=True),
        L.Activation("hard_sigmoid"),
        L.Dense(3),
        L.Softmax(),
        shape=(None, 3),
    )


@model("keras", versions=(3,))
def activations_new():
    return sequential(
        L.Dense(4, activation="relu6"),
        L.Dense(4, activation="leaky_relu"),
        L.Dense(4, activation=L.LeakyReLU(0.05)),
        L.Dense(4, activation="linear"),
        shape=(None, 3),
    )


@model("keras", "h5")
def functional():
    given = keras.Input((None, 4))
    shared = L.Dense(4, activation="tanh")
    first = L.LSTM(4, return_sequences=True)(given)
    summed = L.Add()([shared(first), given])
    joined = L.Concatenate()([summed, first, shared(summed)])
    mask = L.Dense(4, activation="sigmoid")(L.GRU(5, return_sequences=True)(joined))
    return keras.Model(given, L.Subtract()([L.Multiply()([mask, given]), first]))


@model("keras", versions=(3,))
def operations():
    given = keras.Input((None, 3))
    first = L.LSTM(3, return_sequences=True)(given)
    return keras.Model(given, L.Dense(2)(first * given + first - given))


@model("keras")
def nested():
    inner = keras.Sequential([keras.Input((None, 4)), L.Dense(4, activation="tanh"), L.GRU(3, return_sequences=True)])
    given = keras.Input((None, 3))
    part = L.Dense(4)(given)
    deep = keras.Model(part_in := keras.Input((None, 3)), L.Dense(2)(L.LSTM(3, return_sequences=True)(part_in)))
    return keras.Model(given, deep(inner(part)))


@model("keras")
def return_state():
    given = keras.Input((None, 3))
    _, hidden, _ = L.LSTM(4, return_sequences=True, return_state=True)(given)
    return keras.Model(given, L.Dense(2)(hidden))


@model("keras", "h5")
def bidirectional():
    return sequential(
        L.Bidirectional(L.LSTM(3, return_sequences=True)),
        L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode="sum"),
        L.Bidirectional(L.GRU(3, return_sequences=True, reset_after=False), merge_mode="mul"),
        L.Dense(2),
        shape=(None, 3),
    )


@model("keras")
def bidirectional_end():
    return sequential(
        L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode="ave"),
        L.Bidirectional(
            L.GRU(3, use_bias=False), backward_layer=L.GRU(3, go_backwards=True), merge_mode="concat"
        ),
        L.Dense(2),
        shape=(None, 3),
    )


@model("keras")
def backwards():
    return sequential(L.LSTM(4, go_backwards=True), L.Dense(2), shape=(STEPS, 3))


@model("keras")
def without_time():
    return sequential(
        L.Dense(6), L.BatchNormalization(), L.ReLU(), L.Reshape((3, 2)), L.Flatten(), L.Dense(2), shape=(4,)
    )


def seed_weights(network, random):
    for weight in network.weights:
        name = getattr(weight, "path", weight.name)
        if "seed" in name or "state" in name.split("/")[-1]:
            continue
        values = random.normal(0, 0.6, weight.shape)
        weight.assign(np.abs(values) + 0.3 if "variance" in name else values)


def answers(network, given):
    """One a step, or one for all: in calls of the input's own steps."""
    shape = network.inputs[0].shape
    rows = [given[None, :]]
    if len(shape) == 2:
        rows = [step[None] for step in given]
    elif shape[1] is not None:
        rows = np.split(given[None, :], len(given) // shape[1], axis=1)
    return np.concatenate([np.asarray(network(row)).reshape(-1, network.outputs[0].shape[-1]) for row in rows])


def record(make, endings, folder, seed):
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    network = make()
    seed_weights(network, random)
    shape = network.inputs[0].shape
    given = random.normal(0, 1.5, (STEPS, *shape[1 if len(shape) == 2 else 2 :])).astype(np.float32)
    name = f"keras{MAJOR}-{make.__name__.replace('_', '-')}"
    for ending in endings:
        network.save(folder / f"{name}.{ending}")
    made = answers(network, given)
    rounded = lambda values: [float(f"{value:.9g}") for value in values.ravel().tolist()]
    vectors = {"input": rounded(given), "expectedOutput": rounded(made)}
    (folder / f"{name}.golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    print(f"{name}: {made.shape}, spread {made.std():.3f}")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for index, (one, forms) in enumerate(MODELS):
        record(one, forms, target, index + 1)
