/**
 * The twin of a window over the last steps, for every format of integers: it only moves values.
 * What reads the window is left to the layer behind it.
 */
import type { LayerTwin } from "./chain-twin.ts";
import type { QuantizedWindow } from "./quantized-model.ts";

/** @param bytes of a value */
export function windowTwin({ inputSize, taps, output }: QuantizedWindow, bytes: 1 | 2): LayerTwin {
  const window = new Int16Array(taps * inputSize);
  return {
    state: [{ bytes, values: window.subarray(inputSize) }],
    reset: () => void window.fill(output.zeroPoint),
    step(input) {
      window.copyWithin(0, inputSize);
      window.set(input, window.length - inputSize);
      return window;
    },
  };
}
