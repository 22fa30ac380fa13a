/**
 * Decides what precision, fusion and algorithm brought: naive float32, int8, rows together, packed, as emitted.
 * What each form costs is left to kernel-instructions.ts, waits to memory-stalls.ts, recorded steps to
 * recorded-waterfall.ts.
 */
import type { CountFamily, CycleFamily } from "./counts.ts";
import type { BoardFacts, RunFacts } from "./facts.ts";
import type { FormName } from "./kernel-instructions.ts";
import { FORM_SOURCE, formInstructions, kernelForm } from "./kernel-instructions.ts";
import { weightStalls } from "./memory-stalls.ts";
import { clockHz } from "./power.ts";
import type { Quantity } from "./quantity.ts";
import { derive, modelled } from "./quantity.ts";
import type { Waterfall, WaterfallPart } from "./waterfall.ts";
import { stacked } from "./waterfall.ts";
import { digits } from "./wording.ts";

const STAGES: readonly {
  readonly form: FormName;
  readonly name: string;
  readonly words: string;
  /** Bytes of weights [byte]. */
  readonly weightBytes: (facts: RunFacts) => number;
}[] = [
  {
    form: "naiveFloat",
    name: "naive float32",
    words: "C loops, a gate after the other, 4 byte a weight",
    weightBytes: ({ model }) => 4 * model.parameters,
  },
  {
    form: "naiveInt8",
    name: "precision: int8",
    words: "the same loops in integers: a quarter of the bytes, as many instructions",
    weightBytes: ({ model }) => model.parameters,
  },
  {
    form: "rows",
    name: "fusion: rows together",
    words: "rows share the loads of their inputs, as in CMSIS-NN",
    weightBytes: ({ model }) => model.parameters,
  },
  {
    form: "packed",
    name: "algorithm: packed",
    words: "several rows in one word, one stream of weights",
    weightBytes: ({ model }) => model.weightBytes,
  },
];

interface Emitted {
  readonly instructions: CountFamily | null;
  readonly cycles: CycleFamily | null;
  /** The board whose clock and waits apply. */
  readonly board: BoardFacts;
}

/** Null with what is missing. */
export function optimisationWaterfall(
  facts: RunFacts,
  { instructions, cycles, board }: Emitted,
): Waterfall | { readonly missing: string } {
  if (facts.work === undefined) return { missing: "the recording does not keep the plan's work" };
  if (instructions === null) return { missing: "nothing counted this program's instructions" };
  const stages = STAGES.flatMap((stage) => {
    const form = kernelForm(board.core, stage.form);
    return form === null ? [] : [{ ...stage, form }];
  });
  if (stages.length < 2) return { missing: `nobody counted other forms on a ${board.core}` };
  const macs = facts.model.macs;
  const rows = facts.work.reduce((sum, kernel) => sum + kernel.rows, 0);
  const { unit, ofCount, emitted, source } = measureOf(instructions, cycles, board);
  const values = stages.map(({ form, weightBytes }) =>
    ofCount(formInstructions(form, macs, rows), weightBytes(facts)),
  );
  // Where nobody counted floats the way begins with the same loops in integers.
  const naive = (stages[0]?.name ?? "").replace(/^\w+: /, "naive ");
  const parts = stages.map(({ name, words }, index): WaterfallPart => {
    const before = index === 0 ? 0 : (values[index - 1] ?? 0);
    const amount = modelled((values[index] ?? 0) - before, unit, source);
    if (index === 0) return { name: naive, role: "total", amount, words };
    return { name, role: "step", amount, words };
  });
  const last = values.at(-1) ?? 0;
  parts.push(
    {
      name: "this program",
      role: "rest",
      amount: derive(emitted.value - last, unit, "as emitted - packed by the formula", [
        emitted,
        modelled(last, unit, source),
      ]),
      words: "what the formula does not know of this model and kernel",
    },
    { name: "as emitted", role: "total", amount: emitted, words: emitted.source },
  );
  const first = values[0] ?? 0;
  return {
    id: "optimisation",
    title: "What precision, fusion and algorithm bring",
    unit,
    bars: stacked(parts),
    explanation: `${digits(first)} ${unit} in ${naive} by formula, ${digits(emitted.value)} ${unit} as emitted, ${emitted.kind}: ${digits(first / emitted.value)}x`,
  };
}

interface Measure {
  readonly unit: "ms" | "cycle" | "instruction";
  /** Instructions and bytes of weights in that unit. */
  readonly ofCount: (instructions: number, weightBytes: number) => number;
  readonly emitted: Quantity;
  readonly source: string;
}

/** Milliseconds where a clock is known, else cycles, else instructions. */
function measureOf(
  instructions: CountFamily,
  cycles: CycleFamily | null,
  board: BoardFacts,
): Measure {
  if (cycles === null) {
    const { median: value, kind, source } = instructions;
    return {
      unit: "instruction",
      ofCount: (count) => count,
      emitted: { value, unit: "instruction", kind, source },
      source: FORM_SOURCE,
    };
  }
  const cpi = (cycles.median - cycles.weightStalls) / instructions.median;
  const unit = board.clock === null ? "cycle" : "ms";
  const scale = board.clock === null ? 1 : 1e3 / clockHz(board.clock);
  return {
    unit,
    ofCount: (count, bytes) => (count * cpi + weightStalls(bytes, board).cycles) * scale,
    emitted: { value: cycles.median * scale, unit, kind: cycles.kind, source: cycles.source },
    source: `${FORM_SOURCE}, at this run's ${digits(cpi)} cycles an instruction, and the board's waits for the weights`,
  };
}
