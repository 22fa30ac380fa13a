/**
 * Decides the bits in float32: the twin of the generated C, operation for operation.
 * The operations between the sums are left to float32-arithmetic.ts; padding and packing change nothing of them.
 */
import {
  fusedAdd,
  hiddenOfCell,
  nextCell,
  nextHidden,
  type Products,
  settle,
  sigmoidOf,
  tanhOf,
} from "./float32-arithmetic.ts";
import { type FloatLayerNorm, normalize } from "./float32-layer-norm.ts";
import type {
  Float32Model,
  FloatDense,
  FloatGru,
  FloatLayer,
  FloatLstm,
  FloatRows,
} from "./float32-model.ts";
import { type FloatSoftmax, shares } from "./float32-softmax.ts";
import type { QuantizedWindow } from "./quantized-model.ts";
import type { Twin } from "./twin.ts";

interface FloatLayerTwin {
  reset(): void;
  /** @returns the layer's own array, written again by the next step */
  step(input: Float32Array): Float32Array;
  /** What model_read_state writes of it, part after part. */
  readonly state: readonly Float32Array[];
}

const { fround } = Math;

/** z of every row: its products added column by column to its bias. */
type MultiplyRows = (matrix: FloatRows, joined: Float32Array, z: Float32Array) => void;

function rowsMultiplier(add: (sum: number, a: number, b: number) => number): MultiplyRows {
  return ({ rows, columns, weights, bias }, joined, z) => {
    for (let row = 0; row < rows; row++) {
      let sum = bias[row] as number;
      const start = row * columns;
      for (let k = 0; k < columns; k++) {
        sum = add(sum, weights[start + k] as number, joined[k] as number);
      }
      z[row] = sum;
    }
  };
}

const MULTIPLY_ROWS: Readonly<Record<Products, MultiplyRows>> = {
  rounded: rowsMultiplier((sum, a, b) => fround(sum + fround(a * b))),
  fused: rowsMultiplier(fusedAdd),
};

function lstmTwin(layer: FloatLstm, multiplyRows: MultiplyRows): FloatLayerTwin {
  const { inputSize, hiddenSize, cellClip = Number.POSITIVE_INFINITY } = layer;
  const joined = new Float32Array(inputSize + hiddenSize);
  const hidden = joined.subarray(inputSize);
  const cell = new Float32Array(hiddenSize);
  const z = new Float32Array(4 * hiddenSize);
  return {
    state: [hidden, cell],
    reset() {
      hidden.set(layer.initialHidden);
      cell.set(layer.initialCell);
    },
    step(input) {
      joined.set(input);
      multiplyRows(layer.matrix, joined, z);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const gate = (index: number): number => z[index * hiddenSize + unit] as number;
        const updated = nextCell(
          sigmoidOf(gate(0)),
          sigmoidOf(gate(1)),
          tanhOf(gate(2)),
          cell[unit] as number,
        );
        const next = Math.max(-cellClip, Math.min(cellClip, updated));
        cell[unit] = next;
        hidden[unit] = hiddenOfCell(sigmoidOf(gate(3)), next);
      }
      return hidden;
    },
  };
}

function gruTwin(layer: FloatGru, multiplyRows: MultiplyRows): FloatLayerTwin {
  const { inputSize, hiddenSize, resetAfter } = layer;
  const joined = new Float32Array(inputSize + hiddenSize);
  const hidden = joined.subarray(inputSize);
  const gates = new Float32Array(2 * hiddenSize);
  const fromInput = new Float32Array(hiddenSize);
  const fromHidden = new Float32Array(hiddenSize);
  return {
    state: [hidden],
    reset() {
      hidden.set(layer.initialHidden);
    },
    step(input) {
      joined.set(input);
      multiplyRows(layer.gates, joined, gates);
      const gate = gates.map(sigmoidOf);
      const reset = gate.subarray(hiddenSize);
      multiplyRows(layer.candidateInput, joined, fromInput);
      const gated = (value: number, unit: number): number =>
        fround((reset[unit] as number) * value);
      const read = resetAfter ? hidden : hidden.map((h, unit) => settle(gated(h, unit)));
      multiplyRows(layer.candidateHidden, read, fromHidden);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const half = fromHidden[unit] as number;
        const added = resetAfter ? gated(half, unit) : half;
        const candidate = tanhOf(fround((fromInput[unit] as number) + added));
        hidden[unit] = nextHidden(gate[unit] as number, candidate, hidden[unit] as number);
      }
      return hidden;
    },
  };
}

const RESULTS: Readonly<Record<FloatDense["activation"], (z: number) => number>> = {
  sigmoid: sigmoidOf,
  tanh: tanhOf,
  relu: (z) => (z > 0 ? z : 0),
  none: (z) => z,
};

function denseTwin(layer: FloatDense, multiplyRows: MultiplyRows): FloatLayerTwin {
  const z = new Float32Array(layer.outputSize);
  const output = new Float32Array(layer.outputSize);
  const result = RESULTS[layer.activation];
  return {
    state: [],
    reset() {},
    step(input) {
      multiplyRows(layer.matrix, input, z);
      for (let row = 0; row < z.length; row++) output[row] = settle(result(z[row] as number));
      return output;
    },
  };
}

function windowTwin({ inputSize, taps }: QuantizedWindow): FloatLayerTwin {
  const window = new Float32Array(taps * inputSize);
  return {
    state: [window.subarray(inputSize)],
    reset: () => void window.fill(0),
    step(input) {
      window.copyWithin(0, inputSize);
      window.set(input, window.length - inputSize);
      return window;
    },
  };
}

function normTwin(layer: FloatLayerNorm): FloatLayerTwin {
  const output = new Float32Array(layer.size);
  return {
    state: [],
    reset() {},
    step(input) {
      normalize(layer, input, output);
      return output;
    },
  };
}

function softmaxTwin(layer: FloatSoftmax): FloatLayerTwin {
  const output = new Float32Array(layer.size);
  return {
    state: [],
    reset() {},
    step(input) {
      shares(layer, input, output);
      return output;
    },
  };
}

function layerTwin(layer: FloatLayer, multiplyRows: MultiplyRows): FloatLayerTwin {
  switch (layer.kind) {
    case "window":
      return windowTwin(layer);
    case "layer-norm":
      return normTwin(layer);
    case "softmax":
      return softmaxTwin(layer);
    case "lstm":
      return lstmTwin(layer, multiplyRows);
    case "gru":
      return gruTwin(layer, multiplyRows);
    case "dense":
      return denseTwin(layer, multiplyRows);
  }
}

/** A runnable twin in the model's initial state. */
export function createFloat32Twin(model: Float32Model): Twin {
  const multiplyRows = MULTIPLY_ROWS[model.products];
  const layers = model.layers.map((layer) => layerTwin(layer, multiplyRows));
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
      let values = Float32Array.from(input, settle);
      for (const layer of layers) values = layer.step(values) as Float32Array<ArrayBuffer>;
      return values.slice();
    },
    readState() {
      const values = Float32Array.from(layers.flatMap(({ state }) => state.flatMap((s) => [...s])));
      return new Uint8Array(values.buffer);
    },
  };
}
