/**
 * Decides the models that kernels are measured with: one recurrent layer with seeded weights and nothing behind it.
 * What is measured on them is left to the host.
 */
import { createHash } from "node:crypto";
import { seededUniform } from "../quantize/calibrate.ts";
import type { Layer, LstmLayer, Matrix, RecurrentModel } from "./types.ts";

/** Sizes beyond these are no benchmark but a mistake [unit]. */
export const BENCHMARK_SIZE_LIMIT = 1024;

const SEED = 1;

export const BENCHMARK_KERNELS = ["lstm", "gru"] as const;
export type BenchmarkKernel = (typeof BENCHMARK_KERNELS)[number];

/**
 * One layer, inputSize values a step, weights and biases uniform in +-1/sqrt(hiddenSize) as PyTorch starts them; a GRU
 * resets after its product, as PyTorch's and Keras' do. Equal sizes give equal weights.
 */
export function benchmarkModel(
  kernel: BenchmarkKernel,
  inputSize: number,
  hiddenSize: number,
): RecurrentModel {
  return kernel === "lstm"
    ? lstmBenchmark(inputSize, hiddenSize)
    : gruBenchmark(inputSize, hiddenSize);
}

/** An LSTM; see benchmarkModel. */
export function lstmBenchmark(inputSize: number, hiddenSize: number): RecurrentModel {
  const { draw, matrix } = weightSource(hiddenSize);
  return oneLayer(`lstm_${inputSize}_${hiddenSize}`, inputSize, hiddenSize, (edge) => ({
    ...edge,
    kind: "lstm",
    hiddenSize,
    inputWeights: matrix(4 * hiddenSize, inputSize),
    recurrentWeights: matrix(4 * hiddenSize, hiddenSize),
    bias: draw(4 * hiddenSize),
    initialHidden: new Float64Array(hiddenSize),
    initialCell: new Float64Array(hiddenSize),
  }));
}

/** A GRU; see benchmarkModel. */
export function gruBenchmark(inputSize: number, hiddenSize: number): RecurrentModel {
  const { draw, matrix } = weightSource(hiddenSize);
  return oneLayer(`gru_${inputSize}_${hiddenSize}`, inputSize, hiddenSize, (edge) => ({
    ...edge,
    kind: "gru",
    hiddenSize,
    inputWeights: matrix(3 * hiddenSize, inputSize),
    recurrentWeights: matrix(3 * hiddenSize, hiddenSize),
    bias: draw(3 * hiddenSize),
    resetAfter: true,
    candidateRecurrentBias: draw(hiddenSize),
    initialHidden: new Float64Array(hiddenSize),
  }));
}

function weightSource(hiddenSize: number) {
  const uniform = seededUniform(SEED);
  const reach = 1 / Math.sqrt(hiddenSize);
  const draw = (length: number): Float64Array =>
    Float64Array.from({ length }, () => (2 * uniform() - 1) * reach);
  const matrix = (rows: number, cols: number): Matrix => ({
    rows,
    cols,
    values: draw(rows * cols),
  });
  return { draw, matrix };
}

type LayerEdge = Pick<LstmLayer, "name" | "input" | "output" | "inputSize" | "outputSize">;

function oneLayer(
  name: string,
  inputSize: number,
  hiddenSize: number,
  layer: (edge: LayerEdge) => Layer,
): RecurrentModel {
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
      layer({ name, input: "features", output: "hidden", inputSize, outputSize: hiddenSize }),
    ],
    streaming: "stateful-step",
  };
}
