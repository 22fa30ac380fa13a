/**
 * Decides the models that kernels are measured with: one recurrent layer with seeded weights and nothing behind it.
 * What is measured on them is left to the host.
 */
import { createHash } from "node:crypto";
import { seededUniform } from "../quantize/calibrate.ts";
import type { Matrix, RecurrentModel } from "./types.ts";

/** Sizes beyond these are no benchmark but a mistake [unit]. */
export const BENCHMARK_SIZE_LIMIT = 1024;

const SEED = 1;

/**
 * An LSTM, inputSize values a step, weights and biases uniform in +-1/sqrt(hiddenSize) as PyTorch starts them.
 * Equal sizes give equal weights.
 */
export function lstmBenchmark(inputSize: number, hiddenSize: number): RecurrentModel {
  const uniform = seededUniform(SEED);
  const reach = 1 / Math.sqrt(hiddenSize);
  const draw = (length: number): Float64Array =>
    Float64Array.from({ length }, () => (2 * uniform() - 1) * reach);
  const matrix = (rows: number, cols: number): Matrix => ({
    rows,
    cols,
    values: draw(rows * cols),
  });
  const name = `lstm_${inputSize}_${hiddenSize}`;
  return {
    name,
    source: {
      format: "generated",
      file: name,
      digest: createHash("sha256").update(`${name}, seed ${SEED}`).digest("hex"),
    },
    inputSize,
    outputSize: hiddenSize,
    layers: [
      {
        kind: "lstm",
        name,
        input: "features",
        output: "hidden",
        inputSize,
        outputSize: hiddenSize,
        hiddenSize,
        inputWeights: matrix(4 * hiddenSize, inputSize),
        recurrentWeights: matrix(4 * hiddenSize, hiddenSize),
        bias: draw(4 * hiddenSize),
        initialHidden: new Float64Array(hiddenSize),
        initialCell: new Float64Array(hiddenSize),
      },
    ],
    streaming: "stateful-step",
  };
}
