/**
 * Takes a plan's work apart for the analyzer: each kernel's bytes by what they hold.
 * The whole is the plan's own cost, which a test compares; what follows from it is left to analyze/.
 */
import type { Plan } from "../../codegen/index.ts";
import { valueBytes } from "../../codegen/index.ts";
import type { KernelWork, TrafficParts } from "../analyze/kernel-work.ts";

/** As codegen/plan/cost.ts counts them: a normalized value's gain and bias, and how often it is read: for the mean, the variance and the result. */
const NORM_BYTES = 8;
const NORM_PASSES = 3;
/** A row's sum on its way to the elementwise part [byte]. */
const SUM_BYTES = 4;
const LSTM_GATES = 4;
/** LSTM: sigmoid of three gates, tanh of the candidate and of the cell. GRU: sigmoid of two, tanh of the candidate. */
const LOOKUPS_PER_UNIT = { lstm: 5, gru: 3 } as const;

export function planWork(plan: Plan): readonly KernelWork[] {
  const bytes = valueBytes(plan, plan.schedule);
  const { edge, line } = bytes;
  return plan.kernels.map((kernel) => {
    if (kernel.kind === "load-input" || kernel.kind === "store-output") {
      return moved(kernel.name, kernel.size * (edge + line));
    }
    if (kernel.kind === "window") {
      return moved(kernel.name, 2 * kernel.layer.taps * kernel.layer.inputSize * line);
    }
    if (kernel.kind === "layer-norm") {
      const { size } = kernel.layer;
      const result = kernel.to === "output" ? edge : line;
      const work = moved(kernel.name, size * (NORM_PASSES * line + result));
      return { ...work, traffic: { ...work.traffic, weights: size * NORM_BYTES } };
    }
    const streams = plan.streams.filter((stream) => stream.kernel === kernel.name);
    const total = (count: (stream: (typeof streams)[number]) => number): number =>
      streams.reduce((sum, stream) => sum + count(stream), 0);
    const rows = total(({ paddedRows }) => paddedRows);
    const passBytes = plan.cost.kernels.find((cost) => cost.kernel === kernel.name)?.passBytes ?? 0;
    const own = elementwise(kernel, rows, bytes);
    const traffic: TrafficParts = {
      weights: total(({ words }) => words.byteLength),
      activations:
        total(({ blocks, paddedColumns }) => blocks * paddedColumns * line) + own.activations,
      state: own.state,
      tables: own.lookUps * bytes.tableRow,
      sums: 2 * rows * SUM_BYTES + passBytes,
    };
    return {
      name: kernel.name,
      macs: total((stream) => stream.rows * stream.columns),
      paddedMacs: total(({ paddedRows, paddedColumns }) => paddedRows * paddedColumns),
      rows,
      traffic,
    };
  });
}

type LayerKernel = Extract<Plan["kernels"][number], { readonly kind: "lstm" | "gru" | "dense" }>;

/** What the part behind the sums moves: activations and state [byte], rows of tables. */
function elementwise(
  kernel: LayerKernel,
  paddedRows: number,
  { edge, line, state }: ReturnType<typeof valueBytes>,
): { readonly activations: number; readonly state: number; readonly lookUps: number } {
  if (kernel.kind === "dense") {
    const { activation, outputSize } = kernel.layer;
    const byTable = activation === "sigmoid" || activation === "tanh";
    return {
      activations: outputSize * (kernel.to === "output" ? edge : line),
      state: 0,
      lookUps: byTable ? outputSize : 0,
    };
  }
  if (kernel.kind === "lstm") {
    const units = paddedRows / LSTM_GATES;
    return {
      activations: units * line,
      state: 2 * units * state,
      lookUps: units * LOOKUPS_PER_UNIT.lstm,
    };
  }
  const { hiddenSize: units, resetAfter } = kernel.layer;
  // One state read and, beside an int8 line, written; before the product a second read, a gate and a product kept.
  const states = (edge === 1 ? 2 : 1) + (resetAfter ? 0 : 3);
  return {
    activations: units * line * (resetAfter ? 1 : 2),
    state: units * states * state,
    lookUps: units * LOOKUPS_PER_UNIT.gru,
  };
}

function moved(name: string, activations: number): KernelWork {
  const traffic = { weights: 0, activations, state: 0, tables: 0, sums: 0 };
  return { name, macs: 0, paddedMacs: 0, rows: 0, traffic };
}
