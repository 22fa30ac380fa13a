/**
 * Decides the dense layer that a convolution is: one row for each output at each position, zeros where its window does not
 * reach. Steps that a convolution along time keeps are left to the window before it.
 */
import { type Conv1dLayer, type DenseLayer, windowPositions } from "../model/types.ts";

/** Zeros are multiplied like other weights: beyond this a convolution deserves a kernel of its own. */
export const PRODUCT_LIMIT = 2 ** 18;

/** Steps that a convolution along time reads, this one and those between its taps included; 1 along positions. */
export function keptTaps({ along, window }: Conv1dLayer): number {
  return along === "time" ? (window.taps - 1) * window.dilation + 1 : 1;
}

/** Positions of its input and of its output: along time the steps that it reads are the only window. */
function positionsOf(layer: Conv1dLayer) {
  const { along, window, positions } = layer;
  if (along === "positions")
    return { window, read: positions, made: windowPositions(positions, window) };
  return { window: { ...window, padBefore: 0, padAfter: 0 }, read: keptTaps(layer), made: 1 };
}

/** Weights of the dense layer, zeros included. */
export function productWeights(layer: Conv1dLayer): number {
  const { read, made } = positionsOf(layer);
  return made * layer.outputChannels * read * layer.inputChannels;
}

/** Rows position by position, columns likewise, as the vectors before and behind it lie. */
export function productOf(layer: Conv1dLayer): DenseLayer {
  const { name, input, output, outputSize, inputChannels, outputChannels, groups, weights } = layer;
  const { window, read, made } = positionsOf(layer);
  const channels = inputChannels / groups;
  const cols = read * inputChannels;
  const values = new Float64Array(made * outputChannels * cols);
  for (let p = 0; p < made; p++) {
    for (let o = 0; o < outputChannels; o++) {
      const firstChannel = Math.floor((o * groups) / outputChannels) * channels;
      for (let tap = 0; tap < window.taps; tap++) {
        const from = p * window.stride + tap * window.dilation - window.padBefore;
        if (from < 0 || from >= read) continue;
        const start = o * weights.cols + tap * channels;
        const row = (p * outputChannels + o) * cols;
        const own = weights.values.subarray(start, start + channels);
        values.set(own, row + from * inputChannels + firstChannel);
      }
    }
  }
  const bias = Float64Array.from(
    { length: made * outputChannels },
    (_, row) => layer.bias[row % outputChannels] as number,
  );
  const matrix = { rows: made * outputChannels, cols, values };
  return { kind: "dense", name, input, output, inputSize: cols, outputSize, weights: matrix, bias };
}
