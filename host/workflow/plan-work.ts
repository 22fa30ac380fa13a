/**
 * Takes a plan's work apart for the analyzer: each kernel's bytes by what they hold.
 * The whole is the plan's own cost, which a test compares; what follows from it is left to analyze/.
 */
import type { Plan } from "../../codegen/index.ts";
import {
  lookUpsOf,
  movedWork,
  NORM_BYTES,
  NORM_PASSES,
  powerBytes,
  ROW_RESULT_BYTES,
  SOFTMAX_PASSES,
  valueBytes,
  workOfStream,
} from "../../codegen/index.ts";
import type { KernelWork, TrafficParts } from "../analyze/kernel-work.ts";
import type { SparedFacts } from "../analyze/spared-work.ts";

const LSTM_GATES = 4;

/** @param taken columns that every LSTM that keeps its sums takes in; absent: all of them */
export function planWork(plan: Plan, taken?: number): readonly KernelWork[] {
  const bytes = valueBytes(plan, plan.schedule);
  const { edge, line } = bytes;
  return plan.kernels.map((kernel) => {
    if (kernel.kind === "load-input" || kernel.kind === "store-output") {
      return moveOnly(kernel.name, kernel.size * (edge + line));
    }
    if (kernel.kind === "window") {
      return moveOnly(kernel.name, 2 * kernel.layer.taps * kernel.layer.inputSize * line);
    }
    if (kernel.kind === "layer-norm") {
      const { size } = kernel.layer;
      const result = kernel.to === "output" ? edge : line;
      const work = moveOnly(kernel.name, size * (NORM_PASSES * line + result));
      return { ...work, traffic: { ...work.traffic, weights: size * NORM_BYTES } };
    }
    if (kernel.kind === "softmax") {
      const { size } = kernel.layer;
      const result = kernel.to === "output" ? edge : line;
      const work = moveOnly(kernel.name, size * (SOFTMAX_PASSES * line + result));
      return { ...work, traffic: { ...work.traffic, tables: powerBytes(kernel) } };
    }
    const streams = plan.streams.filter((stream) => stream.kernel === kernel.name);
    const total = (count: (stream: (typeof streams)[number]) => number): number =>
      streams.reduce((sum, stream) => sum + count(stream), 0);
    const rows = total(({ paddedRows }) => paddedRows);
    const passBytes = plan.cost.kernels.find((cost) => cost.kernel === kernel.name)?.passBytes ?? 0;
    const own = elementwise(kernel, rows, bytes);
    const [stream] = streams;
    if (stream?.part === "columns") {
      const sums = movedWork(stream, line, taken ?? stream.columns);
      return {
        name: kernel.name,
        macs: sums.macs,
        paddedMacs: sums.paddedMacs,
        rows,
        traffic: {
          weights: sums.weights,
          activations: sums.activations + own.activations,
          state: own.state,
          tables: lookUpsOf(kernel, plan.streams) * bytes.tableRow,
          sums: sums.sums,
        },
      };
    }
    const traffic: TrafficParts = {
      weights: total(({ words }) => words.byteLength),
      activations: total((stream) => workOfStream(stream).activations * line) + own.activations,
      state: own.state,
      tables: lookUpsOf(kernel, plan.streams) * bytes.tableRow,
      sums: 2 * rows * ROW_RESULT_BYTES + passBytes,
    };
    return {
      name: kernel.name,
      macs: total((stream) => workOfStream(stream).macs),
      paddedMacs: total((stream) => workOfStream(stream).paddedMacs),
      rows,
      traffic,
    };
  });
}

/** What a frame's work is made of where steps leave some out. */
export function sparedWork(plan: Plan): Pick<SparedFacts, "kept" | "silence"> {
  const [none, one, two] = [0, 1, 2].map((columns) => planWork(plan, columns));
  const streams = plan.streams.filter(({ part }) => part === "columns");
  const workIn = (all: readonly KernelWork[] | undefined, name: string): KernelWork =>
    all?.find((work) => work.name === name) as KernelWork;
  const { edge } = valueBytes(plan, plan.schedule);
  return {
    kept: streams.map(({ kernel: name, columns }) => ({
      ...{ name, columns },
      work: [workIn(none, name), workIn(one, name), workIn(two, name)],
    })),
    // The inputs are added up; a result is put aside, or given again.
    silence:
      plan.skip === undefined
        ? null
        : moveOnly("silence", (plan.inputSize + 2 * plan.outputSize) * edge),
  };
}

type LayerKernel = Extract<Plan["kernels"][number], { readonly kind: "lstm" | "gru" | "dense" }>;

/** What the part behind the sums moves besides tables: activations and state [byte]. */
function elementwise(
  kernel: LayerKernel,
  paddedRows: number,
  { edge, line, state }: ReturnType<typeof valueBytes>,
): Pick<TrafficParts, "activations" | "state"> {
  if (kernel.kind === "dense") {
    return {
      activations: kernel.layer.outputSize * (kernel.to === "output" ? edge : line),
      state: 0,
    };
  }
  if (kernel.kind === "lstm") {
    const units = paddedRows / LSTM_GATES;
    return { activations: units * line, state: 2 * units * state };
  }
  const { hiddenSize: units, resetAfter } = kernel.layer;
  // One state read and, beside an int8 line, written; before the product a second read, a gate and a product kept.
  const states = (edge === 1 ? 2 : 1) + (resetAfter ? 0 : 3);
  return { activations: units * line * (resetAfter ? 1 : 2), state: units * states * state };
}

function moveOnly(name: string, activations: number): KernelWork {
  const traffic = { weights: 0, activations, state: 0, tables: 0, sums: 0 };
  return { name, macs: 0, paddedMacs: 0, rows: 0, traffic };
}
