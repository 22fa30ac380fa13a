/**
 * Decides how the twins of layers become the twin of a model: one after another, with one state.
 * The arithmetic of a layer is left to the reference-*.ts files.
 */
import type { Twin } from "./twin.ts";

/** One layer of a twin. */
export interface LayerTwin {
  reset(): void;
  step(input: Int16Array): Int16Array;
  /** What model_read_state writes of it, part after part. */
  readonly state: readonly { readonly bytes: 1 | 2; readonly values: Int16Array }[];
  /** Of a layer that keeps its sums: columns that its last step took in. */
  readonly lastMoved?: () => number;
}

function writeState(layers: readonly LayerTwin[]): Uint8Array {
  const parts = layers.flatMap(({ state }) => state);
  const size = parts.reduce((total, { bytes, values }) => total + bytes * values.length, 0);
  const view = new DataView(new ArrayBuffer(size));
  let at = 0;
  for (const { bytes, values } of parts) {
    for (const value of values) {
      if (bytes === 1) view.setInt8(at, value);
      else view.setInt16(at, value, true);
      at += bytes;
    }
  }
  return new Uint8Array(view.buffer);
}

/** Layers after one another, in their initial state. */
export function chainTwin(
  layers: readonly LayerTwin[],
  inputSize: number,
  outputType: typeof Int8Array | typeof Int16Array,
): Twin {
  const reset = (): void => {
    for (const layer of layers) layer.reset();
  };
  reset();
  const counters = layers.flatMap(({ lastMoved }) => (lastMoved === undefined ? [] : [lastMoved]));
  return {
    ...(counters.length > 0 && {
      lastWork: () => ({ repeated: false, moved: counters.map((lastMoved) => lastMoved()) }),
    }),
    reset,
    step(input) {
      if (input.length !== inputSize) {
        throw new RangeError(`a step takes ${inputSize} values, not ${input.length}`);
      }
      let values = Int16Array.from(input);
      for (const layer of layers) values = layer.step(values) as Int16Array<ArrayBuffer>;
      return outputType.from(values);
    },
    readState: () => writeState(layers),
  };
}
