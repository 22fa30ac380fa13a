/**
 * Convolution and pooling of the float64 oracle.
 * Their equations stand at Conv1dLayer and Pool1dLayer in types.ts; running a model is left to reference-float.ts.
 */

import { noPeaks, peakOf, type RunningLayer } from "./running-layer.ts";
import { type Conv1dLayer, type Pool1dLayer, type Window, windowPositions } from "./types.ts";

export function runConv1d(layer: Conv1dLayer): RunningLayer {
  const peaks = noPeaks();
  const { along, window, inputChannels } = layer;
  const kept = (window.taps - 1) * window.dilation;
  const emptyHistory = () => new Float64Array(along === "time" ? kept * inputChannels : 0);
  let history = emptyHistory();
  return {
    peaks,
    reset() {
      history = emptyHistory();
    },
    step(input) {
      let sums: Float64Array;
      if (along === "time") {
        const seen = joined(history, input as Float64Array);
        history = seen.slice(inputChannels);
        // The steps kept and this one are all positions there are: one output, nothing padded.
        sums = convolve(layer, seen, kept + 1, { ...window, padBefore: 0, padAfter: 0 });
      } else {
        sums = convolve(layer, input as Float64Array, layer.positions, window);
      }
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(sums));
      return sums;
    },
  };
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** @param x position by position, [positions, inputChannels] @returns [output positions, outputChannels] */
function convolve(layer: Conv1dLayer, x: Float64Array, positions: number, window: Window) {
  const { inputChannels, outputChannels, groups, weights, bias } = layer;
  const channels = inputChannels / groups;
  const outputs = windowPositions(positions, window);
  const sums = new Float64Array(outputs * outputChannels);
  for (let p = 0; p < outputs; p++) {
    for (let o = 0; o < outputChannels; o++) {
      const firstChannel = Math.floor((o * groups) / outputChannels) * channels;
      let sum = bias[o] ?? 0;
      for (let tap = 0; tap < window.taps; tap++) {
        const from = p * window.stride + tap * window.dilation - window.padBefore;
        if (from < 0 || from >= positions) continue;
        const weight = o * weights.cols + tap * channels;
        const value = from * inputChannels + firstChannel;
        for (let c = 0; c < channels; c++) {
          sum += (weights.values[weight + c] ?? 0) * (x[value + c] ?? 0);
        }
      }
      sums[p * outputChannels + o] = sum;
    }
  }
  return sums;
}

export function runPool1d(layer: Pool1dLayer): RunningLayer {
  const { positions, channels, window, operation, countsPadding } = layer;
  return {
    peaks: noPeaks(),
    reset() {},
    step(input) {
      const output = new Float64Array(windowPositions(positions, window) * channels);
      for (let index = 0; index < output.length; index++) {
        const inside: number[] = [];
        const start = Math.floor(index / channels) * window.stride - window.padBefore;
        for (let tap = 0; tap < window.taps; tap++) {
          const from = start + tap * window.dilation;
          if (from < 0 || from >= positions) continue;
          inside.push(input?.[from * channels + (index % channels)] ?? 0);
        }
        output[index] =
          operation === "max"
            ? Math.max(...inside)
            : inside.reduce((sum, value) => sum + value, 0) /
              (countsPadding ? window.taps : inside.length);
      }
      return output;
    },
  };
}
