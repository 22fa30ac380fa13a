/**
 * Decides the bits: the twin of the generated C, integer for integer, for both of the project's own formats.
 * It knows nothing of padding, packing or targets: every kernel, on every machine, must agree with it.
 */
import { type ActivationArray, FORMAT_FACTS, type Format, type FormatFacts } from "./params.ts";
import type {
  QuantizedDense,
  QuantizedLstm,
  QuantizedModel,
  QuantizedRows,
} from "./quantized-model.ts";
import { cellArgument, requantize, saturate8, saturate16, updateCell } from "./requantize.ts";
import { lookUp, SIGMOID_TABLE, TANH_TABLE } from "./tables.ts";

export interface Twin {
  /** Back to the model's initial state. */
  reset(): void;
  /** One time step: integers in, integers out, in the model's own types. */
  step(input: ActivationArray): ActivationArray;
  /** Per LSTM: hidden [H] in its own type, then cell int16 [H]; little-endian, as model_read_state writes it. */
  readState(): Uint8Array;
}

interface LayerTwin {
  reset(): void;
  step(input: Int16Array): Int16Array;
}

interface LstmTwin extends LayerTwin {
  readonly hidden: () => Int16Array;
  readonly cell: Int16Array;
}

/** z of every row; sums stay below 2^31 by the rows' bound, so doubles hold them exactly. */
function multiplyRows(
  matrix: QuantizedRows,
  joined: Int16Array,
  facts: FormatFacts,
  z: Int32Array,
) {
  const { rows, columns, weights, bias, multipliers } = matrix;
  for (let row = 0; row < rows; row++) {
    let accumulator = bias[row] as number;
    const start = row * columns;
    for (let k = 0; k < columns; k++) {
      accumulator += (weights[start + k] as number) * (joined[k] as number);
    }
    z[row] = requantize(accumulator, facts.accumulatorShift, multipliers[row] as number);
  }
}

/** h' = sat8((o * t + 2^22) >> 23) or sat16((o * t + 2^14) >> 15), o and t in Q0.15. */
function hiddenOf(product: number, format: Format): number {
  return format === "int8"
    ? saturate8((product + 2 ** 22) >> 23)
    : saturate16((product + 2 ** 14) >> 15);
}

function lstmTwin(layer: QuantizedLstm, format: Format): LstmTwin {
  const { inputSize, hiddenSize, cellFractionBits } = layer;
  const joined = new Int16Array(inputSize + hiddenSize);
  const cell = new Int16Array(hiddenSize);
  const z = new Int32Array(4 * hiddenSize);
  const hidden = joined.subarray(inputSize);
  return {
    hidden: () => hidden,
    cell,
    reset() {
      hidden.set(layer.initialHidden);
      cell.set(layer.initialCell);
    },
    step(input) {
      joined.set(input);
      multiplyRows(layer.matrix, joined, FORMAT_FACTS[format], z);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const gate = (index: number): number => z[index * hiddenSize + unit] as number;
        const next = updateCell(
          lookUp(SIGMOID_TABLE, gate(0)),
          lookUp(SIGMOID_TABLE, gate(1)),
          lookUp(TANH_TABLE, gate(2)),
          cell[unit] as number,
          cellFractionBits,
        );
        cell[unit] = next;
        const squashed = lookUp(TANH_TABLE, cellArgument(next, cellFractionBits));
        hidden[unit] = hiddenOf(lookUp(SIGMOID_TABLE, gate(3)) * squashed, format);
      }
      return hidden;
    },
  };
}

/** The activation of one pre-activation z, as an integer of the layer's output type. */
function activate(z: number, activation: QuantizedDense["activation"], format: Format): number {
  switch (activation) {
    case "sigmoid": {
      const y = lookUp(SIGMOID_TABLE, z);
      return format === "int8" ? saturate8(((y + 64) >> 7) - 128) : y;
    }
    case "tanh": {
      const y = lookUp(TANH_TABLE, z);
      return format === "int8" ? saturate8((y + 128) >> 8) : y;
    }
    case "relu":
      return Math.max(0, format === "int8" ? saturate8(z) : z);
    case "none":
      return format === "int8" ? saturate8(z) : z;
  }
}

function denseTwin(layer: QuantizedDense, format: Format): LayerTwin {
  const z = new Int32Array(layer.outputSize);
  const output = new Int16Array(layer.outputSize);
  return {
    reset() {},
    step(input) {
      multiplyRows(layer.matrix, input, FORMAT_FACTS[format], z);
      for (let row = 0; row < z.length; row++) {
        output[row] = activate(z[row] as number, layer.activation, format);
      }
      return output;
    },
  };
}

function writeState(lstms: readonly LstmTwin[], format: Format): Uint8Array {
  const { activationBytes } = FORMAT_FACTS[format];
  const size = lstms.reduce((bytes, { cell }) => bytes + cell.length * (activationBytes + 2), 0);
  const view = new DataView(new ArrayBuffer(size));
  let at = 0;
  for (const { hidden, cell } of lstms) {
    for (const value of hidden()) {
      if (activationBytes === 1) view.setInt8(at, value);
      else view.setInt16(at, value, true);
      at += activationBytes;
    }
    for (const value of cell) {
      view.setInt16(at, value, true);
      at += 2;
    }
  }
  return new Uint8Array(view.buffer);
}

/** A runnable twin in the model's initial state. */
export function createTwin(model: QuantizedModel): Twin {
  const { format } = model;
  const lstms: LstmTwin[] = [];
  const layers: LayerTwin[] = model.layers.map((layer) => {
    if (layer.kind === "dense") return denseTwin(layer, format);
    const twin = lstmTwin(layer, format);
    lstms.push(twin);
    return twin;
  });
  const reset = (): void => {
    for (const layer of layers) layer.reset();
  };
  reset();
  return {
    reset,
    step(input) {
      if (input.length !== model.inputSize) {
        throw new RangeError(`a step takes ${model.inputSize} values, not ${input.length}`);
      }
      let values = Int16Array.from(input);
      for (const layer of layers) values = layer.step(values) as Int16Array<ArrayBuffer>;
      return format === "int8" ? Int8Array.from(values) : Int16Array.from(values);
    },
    readState: () => writeState(lstms, format),
  };
}
