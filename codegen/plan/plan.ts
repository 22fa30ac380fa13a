/**
 * Decides everything about the C except its text: schedule, layout, memory, cost, and the digest that names it.
 * The text is left to emit/.
 */
import type { Kernel, Program } from "../lower/kernel-ir.ts";
import type { AnyFormat, Quantization } from "../quantize/params.ts";
import type { SkipRule } from "../quantize/skip.ts";
import { canonicalDigest } from "./canonical-json.ts";
import { type PlanCost, planCost, valueBytes } from "./cost.ts";
import { type LapColumns, lapOf } from "./laps.ts";
import {
  type LineLayout,
  layOut,
  layOutScratch,
  type Scratch,
  type StreamLayout,
} from "./layout.ts";
import { productsOf, type Schedule, schedule } from "./schedule.ts";
import { layOutSteps, type StepsLayout } from "./steps.ts";
import type { Target } from "./target.ts";

export interface Plan {
  readonly name: string;
  readonly format: AnyFormat;
  /** Of int8: layers whose weights have 4 bits, by name; absent: none. */
  readonly fourBits?: readonly string[];
  readonly target: Target;
  readonly schedule: Schedule;
  /** Columns of a lap of the loop over them, where its kernel has a choice. */
  readonly lapColumns: LapColumns;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Quantization;
  readonly output: Quantization;
  readonly lines: readonly LineLayout[];
  readonly streams: readonly StreamLayout[];
  readonly scratch: Scratch;
  /** What several steps in a call need besides; null where there is no such function. */
  readonly steps: StepsLayout | null;
  readonly kernels: readonly Kernel[];
  /** When a step repeats the result of the one before it; absent: never. */
  readonly skip?: SkipRule;
  /** What model_read_state writes [byte]. */
  readonly stateBytes: number;
  readonly cost: PlanCost;
  /**
   * SHA-256 of the arithmetic and the layout, hex: the same digest means the same bits on the wire. The code that computes
   * them is not in it, neither templates nor fusion nor compiler: a firmware's own SHA-256 names that.
   */
  readonly digest: string;
}

export function plan(program: Program, target: Target): Plan {
  const scheduled = schedule(program.format, target, program.fourBits !== undefined);
  const { lines, streams } = layOut(program, target, scheduled);
  const { name, format, inputSize, outputSize, input, output, kernels } = program;
  // An LSTM's hidden state as the model's output is, and its cell; a GRU's hidden state.
  const { edge, state } = valueBytes(program, scheduled);
  const unitBytes = { lstm: edge + state, gru: state } as const;
  const stateOf = (kernel: Kernel): number => {
    if (kernel.kind === "lstm" || kernel.kind === "gru") {
      return kernel.layer.hiddenSize * unitBytes[kernel.kind];
    }
    return kernel.kind === "window" ? (kernel.layer.taps - 1) * kernel.layer.inputSize * edge : 0;
  };
  const stateBytes = kernels.reduce((bytes, kernel) => bytes + stateOf(kernel), 0);
  const edges = { inputSize, outputSize, input, output };
  const fused = productsOf(scheduled) === "fused" ? { products: "fused" } : {};
  const { skip } = program;
  const repeats = skip === undefined ? {} : { skip };
  const { fourBits } = program;
  const facts = { name, format, ...edges, lines, streams, kernels, ...repeats };
  return {
    ...facts,
    ...(fourBits === undefined ? {} : { fourBits }),
    target,
    schedule: scheduled,
    lapColumns: lapOf(scheduled, streams, target),
    scratch: layOutScratch(program, lines, streams, scheduled),
    steps: layOutSteps(program, lines, streams, target, scheduled),
    stateBytes,
    cost: planCost(program, streams, scheduled),
    digest: canonicalDigest({ ...facts, ...fused }),
  };
}
