/**
 * Formulas of layers: operations, intensities, traffic saved by fusion, and what the hardware's width costs.
 * Rates and times are left to machine-balance.ts, number formats to number-formats.ts.
 */
import { arithmeticIntensity } from "../roofline.ts";
import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, withDefault } from "./input.ts";
import { contradiction } from "./refusals.ts";

const bytesPerValue = positive("byte", "size of one value");
const size = (meaning: string) => count("1", meaning);

/** The largest H with 4 * H * (I + H) <= macs, as a real number. */
function lstmHiddenFor(macs: number, inputSize: number): number {
  // The difference of the usual solution cancels; this form does not.
  return macs / (2 * (inputSize + Math.sqrt(inputSize * inputSize + macs)));
}

export const LAYERS: Theme = {
  title: "Layers, fusion and shapes",
  formulas: [
    formula({
      name: "linear-ops",
      meaning: "operations of one row through a linear layer",
      inputs: { inputSize: size("inputs"), outputSize: size("outputs") },
      unit: "op",
      expression: "2 * inputSize * outputSize",
      source: "definition: one multiplication and one addition a weight",
      given: { inputSize: 128, outputSize: 64 },
      gives: [16_384, 0],
      compute: (x) => 2 * x.inputSize * x.outputSize,
    }),
    formula({
      name: "lstm-macs",
      meaning: "multiply-accumulates of one LSTM step",
      inputs: { inputSize: size("inputs"), hiddenSize: size("hidden units") },
      unit: "MAC",
      expression: "4 * hiddenSize * (inputSize + hiddenSize)",
      source: "Hochreiter and Schmidhuber 1997: four gates over input and hidden state",
      given: { inputSize: 128, hiddenSize: 128 },
      gives: [131_072, 0],
      compute: (x) => 4 * x.hiddenSize * (x.inputSize + x.hiddenSize),
    }),
    formula({
      name: "lstm-hidden-size",
      meaning: "hidden units for a budget of multiply-accumulates a step, before rounding down",
      inputs: { macs: positive("MAC", "budget of one step"), inputSize: size("inputs") },
      unit: "1",
      expression: "(sqrt(inputSize ^ 2 + macs) - inputSize) / 2",
      source: "lstm-macs solved for hiddenSize",
      given: { macs: 131_072, inputSize: 128 },
      gives: [128, 1e-9],
      compute: (x) => lstmHiddenFor(x.macs, x.inputSize),
    }),
    formula({
      name: "cache-line-units",
      meaning: "largest hidden size whose rows fill cache lines exactly",
      inputs: {
        hiddenSize: size("hidden units wanted"),
        lineBytes: count("byte", "cache line"),
        bytesPerWeight: withDefault(positive("byte", "size of one weight"), 1),
      },
      unit: "1",
      expression: "floor(hiddenSize * bytesPerWeight / lineBytes) * lineBytes / bytesPerWeight",
      source: "definition",
      given: { hiddenSize: 75, lineBytes: 32 },
      gives: [64, 0],
      compute: (x) =>
        (Math.floor((x.hiddenSize * x.bytesPerWeight) / x.lineBytes) * x.lineBytes) /
        x.bytesPerWeight,
    }),
    formula({
      name: "tile-efficiency",
      meaning: "useful share of the work when a dimension is padded to the hardware's width",
      inputs: { dimension: size("size wanted"), width: size("lanes, or side of a tile") },
      unit: "1",
      expression: "dimension / (ceil(dimension / width) * width)",
      source: "NVIDIA, Matrix Multiplication Background: tile quantization",
      given: { dimension: 100, width: 64 },
      gives: [0.78125, 1e-12],
      compute: (x) => x.dimension / (Math.ceil(x.dimension / x.width) * x.width),
    }),
    formula({
      name: "elementwise-intensity",
      meaning: "intensity of an elementwise operation",
      inputs: {
        opsPerElement: withDefault(positive("op", "operations an element"), 1),
        operands: withDefault(count("1", "arrays read and written"), 3),
        bytesPerValue: withDefault(bytesPerValue, 4),
      },
      unit: "op/byte",
      expression: "opsPerElement / (operands * bytesPerValue)",
      source: "Williams, Waterman and Patterson 2009; a float addition has 1/12",
      given: { opsPerElement: 1, operands: 3, bytesPerValue: 4 },
      gives: [1 / 12, 1e-12],
      compute: (x) => arithmeticIntensity(x.opsPerElement, x.operands * x.bytesPerValue),
    }),
    formula({
      name: "matmul-ops",
      meaning: "operations of a matrix product",
      inputs: {
        rows: size("rows of the result"),
        inner: size("columns of the first factor"),
        columns: size("columns of the result"),
      },
      unit: "op",
      expression: "2 * rows * inner * columns",
      source: "definition: one multiplication and one addition a product term",
      given: { rows: 4096, inner: 4096, columns: 4096 },
      gives: [137_438_953_472, 0],
      compute: (x) => 2 * x.rows * x.inner * x.columns,
    }),
    formula({
      name: "matmul-intensity",
      meaning: "intensity of a matrix product that moves every matrix once; N/6 for square floats",
      inputs: {
        rows: size("rows of the result"),
        inner: size("columns of the first factor"),
        columns: size("columns of the result"),
        bytesPerValue: withDefault(bytesPerValue, 4),
      },
      unit: "op/byte",
      expression:
        "2 * rows * inner * columns / (bytesPerValue * (rows * inner + inner * columns + rows * columns))",
      source: "Williams, Waterman and Patterson 2009, compulsory traffic only",
      given: { rows: 96, inner: 96, columns: 96 },
      gives: [16, 1e-12],
      compute: (x) =>
        arithmeticIntensity(
          2 * x.rows * x.inner * x.columns,
          x.bytesPerValue * (x.rows * x.inner + x.inner * x.columns + x.rows * x.columns),
        ),
    }),
    formula({
      name: "fusion-bytes-saved",
      meaning:
        "traffic that fusing a chain of elementwise operations saves; operations stay the same",
      inputs: {
        operations: size("operations fused into one"),
        elements: size("elements that flow through"),
        bytesPerValue,
      },
      unit: "byte",
      expression: "2 * (operations - 1) * elements * bytesPerValue",
      source: "each boundary between two kernels writes the values and reads them again",
      given: { operations: 2, elements: 65_536, bytesPerValue: 2 },
      gives: [262_144, 0],
      compute: (x) => 2 * (x.operations - 1) * x.elements * x.bytesPerValue,
    }),
    formula({
      name: "kernel-fusion-time",
      meaning: "time of fused memory-bound operations: traffic shrinks and launches are saved",
      inputs: {
        bytesMoved: amount("byte", "traffic before fusion"),
        bytesSaved: amount("byte", "traffic that fusion saves, at most bytesMoved"),
        peakBytesPerSecond: positive("byte/s", "bandwidth"),
        kernels: withDefault(count("1", "kernels after fusion"), 1),
        launchSeconds: withDefault(amount("s", "launch of one kernel"), 0),
      },
      unit: "s",
      expression: "(bytesMoved - bytesSaved) / peakBytesPerSecond + kernels * launchSeconds",
      source: "Williams, Waterman and Patterson 2009, on the memory roof, plus launches",
      given: {
        bytesMoved: 524_288,
        bytesSaved: 262_144,
        peakBytesPerSecond: 2039e9,
        launchSeconds: 5e-6,
      },
      gives: [5.12856e-6, 1e-11],
      compute: (x) => {
        if (x.bytesSaved > x.bytesMoved) {
          throw contradiction(
            `bytesSaved ${x.bytesSaved} byte is above bytesMoved ${x.bytesMoved} byte`,
            "fusion cannot save more traffic than there is",
          );
        }
        return (x.bytesMoved - x.bytesSaved) / x.peakBytesPerSecond + x.kernels * x.launchSeconds;
      },
    }),
    formula({
      name: "mac-rate",
      meaning: "multiply-accumulates a second",
      inputs: {
        macs: amount("MAC", "useful multiply-accumulates"),
        seconds: positive("s", "time"),
      },
      unit: "MAC/s",
      expression: "macs / seconds",
      source: "definition; padding is not useful",
      given: { macs: 208_952, seconds: 3281e-6 },
      gives: [63.685e6, 0.0005e6],
      compute: (x) => x.macs / x.seconds,
    }),
    formula({
      name: "cycles-per-mac",
      meaning: "cycles a useful multiply-accumulate",
      inputs: {
        cycles: amount("cycle", "cycles taken"),
        macs: positive("MAC", "useful multiply-accumulates"),
      },
      unit: "cycle/MAC",
      expression: "cycles / macs",
      source: "definition; padding is not useful",
      given: { cycles: 128_778, macs: 32_768 },
      gives: [3.93, 0.005],
      compute: (x) => x.cycles / x.macs,
    }),
  ],
};
