"""Converts small Keras networks with TensorFlow's own converter and records what LiteRT makes of them.

The oracle for layers that the converter unrolls into small operators, whose states are inputs and outputs, or that keep their
states in variables. Needs TensorFlow, with its Keras 3, and LiteRT (recorded with tensorflow-cpu 2.21.0, keras 3.15.1 and
ai-edge-litert 2.3.0, CPython 3.11):

    python3.11 -m venv VENV && VENV/bin/pip install tensorflow-cpu ai-edge-litert
    VENV/bin/python scripts/record-converter-vectors.py test/vectors/tflite/real

Each NAME.golden.json holds {input, expectedOutput} of several calls; "reset" is true where each call starts from zero state.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from keras import layers
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

SIZE, HIDDEN, STEPS, CALLS = 3, 4, 5, 8


def with_biases(model, random):
    """Keras starts biases at 0 and 1, which would hide one that is lost."""
    for variable in model.trainable_variables:
        if "bias" in variable.path:
            variable.assign(random.normal(0, 0.4, variable.shape))
    return model


def unrolled(*network):
    return keras.Sequential([keras.Input((STEPS, SIZE), batch_size=1), *network])


def cell(make, states, size=SIZE, hidden=HIDDEN):
    """One step of a cell, its states taken and given back."""
    x = keras.Input((size,), batch_size=1)
    given = [keras.Input((hidden,), batch_size=1) for _ in range(states)]
    output, new = make(hidden)(x, given)
    new = list(new) if isinstance(new, (list, tuple)) else [new]
    return keras.Model([x, *given], [layers.Dense(2)(output), *new])


def frozen(model):
    """The graph of a model with its weights as constants."""
    specs = [tf.TensorSpec(tensor.shape, tf.float32) for tensor in model.inputs]
    run = tf.function(lambda *given: model(list(given) if len(given) > 1 else given[0]))
    graph = convert_variables_to_constants_v2(run.get_concrete_function(*specs), lower_control_flow=False)
    return tf.lite.TFLiteConverter.from_concrete_functions([graph])


def exported(model):
    """A saved model, whose states stay variables."""
    folder = tempfile.mkdtemp()
    model.export(folder, verbose=False)
    return tf.lite.TFLiteConverter.from_saved_model(folder)


def dynamic_range(model):
    converter = frozen(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return converter


def stateful(layer):
    return keras.Sequential(
        [
            keras.Input((1, SIZE), batch_size=1),
            layer(HIDDEN, stateful=True, return_sequences=True, unroll=True),
            layers.Dense(2),
        ]
    )


lstm = lambda **more: layers.LSTM(HIDDEN, unroll=True, **more)
gru = lambda **more: layers.GRU(HIDDEN, unroll=True, **more)
reset_before = lambda hidden: layers.GRUCell(hidden, reset_after=False)

# name: (model, converter, whether each call starts from zero state)
MODELS = {
    "unrolled-lstm": (lambda: unrolled(lstm(), layers.Dense(2)), frozen, True),
    "unrolled-gru": (lambda: unrolled(gru(return_sequences=True), layers.Dense(2)), frozen, True),
    "unrolled-gru-before": (lambda: unrolled(gru(reset_after=False), layers.Dense(2)), frozen, True),
    "unrolled-stack": (
        lambda: unrolled(lstm(return_sequences=True), gru(), layers.Dense(3, activation="softmax")),
        frozen,
        True,
    ),
    "cell-lstm": (lambda: cell(layers.LSTMCell, 2), frozen, False),
    "cell-gru": (lambda: cell(layers.GRUCell, 1), frozen, False),
    "cell-gru-before": (lambda: cell(reset_before, 1), frozen, False),
    "cell-lstm-dynamic": (lambda: cell(layers.LSTMCell, 2, 20, 24), dynamic_range, False),
    "stateful-lstm": (lambda: stateful(layers.LSTM), exported, False),
    "stateful-gru": (lambda: stateful(layers.GRU), exported, False),
}


def record(name, folder):
    make, convert, reset = MODELS[name]
    random = np.random.default_rng(sum(name.encode()))
    keras.utils.set_random_seed(7)
    content = convert(with_biases(make(), random)).convert()
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    first, *states = interpreter.get_input_details()
    answer, *results = interpreter.get_output_details()
    kept = [np.zeros(state["shape"], np.float32) for state in states]
    given, made = [], []
    for _ in range(CALLS):
        frame = random.normal(0, 1.5, first["shape"]).astype(np.float32)
        interpreter.set_tensor(first["index"], frame)
        for state, value in zip(states, kept):
            interpreter.set_tensor(state["index"], value)
        interpreter.invoke()
        given.append(frame.ravel())
        made.append(interpreter.get_tensor(answer["index"]).ravel())
        kept = [interpreter.get_tensor(result["index"]) for result in results]
    (folder / f"{name}.tflite").write_bytes(content)
    rounded = lambda rows: [float(f"{value:.9g}") for value in np.concatenate(rows).tolist()]
    vectors = {"input": rounded(given), "expectedOutput": rounded(made), "reset": reset}
    (folder / f"{name}.golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    print(f"{name}: {len(content)} B, spread {np.stack(made).std():.3f}")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for one in MODELS:
        record(one, target)
