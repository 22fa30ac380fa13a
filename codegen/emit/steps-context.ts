/**
 * Decides the calls of NAME_steps: layer by layer, the input half of an LSTM for all steps, then what follows step by step.
 * What its buffers hold is left to plan/steps.ts, the kernels' text to the templates.
 */
import type { Kernel, LstmKernel } from "../lower/kernel-ir.ts";
import { columnsRead } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import type { Arithmetic } from "../quantize/params.ts";
import type { StepsContext, StepsSection } from "./context-types.ts";
import type { KernelContext } from "./kernel-context-types.ts";
import { rowsOf } from "./lstm-context.ts";
import { placeExpression } from "./state-context.ts";
import { VARIANT_TEXT, type VariantText } from "./variant-text.ts";

function keptFor(plan: Plan, kernel: LstmKernel): StepsSection["keeps"] {
  return {
    from: placeExpression(plan, kernel.from),
    columns: columnsRead(kernel, "input", plan.lines),
  };
}

/** One kernel's call within a step; of an LSTM what its input half leaves to do. */
function callOf(
  kernel: Kernel,
  { name, arguments: passed }: KernelContext,
  prefix: string,
): string {
  if (kernel.kind === "lstm") return `${name}_hidden(state, state->steps_z[step])`;
  const ofStep = (edge: string): string => `${edge} + step * ${prefix}_${edge.toUpperCase()}_SIZE`;
  return `${name}(${passed.replace(/input|output/, ofStep)})`;
}

/** The kernels up to each LSTM, which starts the next section. */
function sectionsOf(
  plan: Plan,
  contexts: readonly KernelContext[],
  prefix: string,
): readonly StepsSection[] {
  const sections: {
    ahead: StepsSection["ahead"];
    calls: string[];
    keeps: StepsSection["keeps"];
  }[] = [{ ahead: false, calls: [], keeps: false }];
  plan.kernels.forEach((kernel, index) => {
    let open = sections.at(-1) as (typeof sections)[number];
    if (kernel.kind === "lstm") {
      const keeps = keptFor(plan, kernel);
      open.keeps = keeps;
      const { rows } = rowsOf(plan, kernel.name, "input");
      open = {
        ahead: { name: kernel.name, columns: columnsRead(kernel, "input", plan.lines), rows },
        calls: [],
        keeps: false,
      };
      sections.push(open);
    }
    open.calls.push(callOf(kernel, contexts[index] as KernelContext, prefix));
  });
  return sections;
}

/** What those rows are made of: four rows' sums over two steps, and their pre-activations. */
function sumsOf(
  rows: VariantText["steps"],
  format: Exclude<Arithmetic, "float32">,
): Partial<StepsContext["partials"]> {
  if (rows === "rows-of-steps") return {};
  return rows === "rows-of-steps-mve"
    ? { sums: `sum-two-steps-mve-${format}` }
    : {
        sums: `sum-two-steps-${format}`,
        sumsPortable: `sum-two-steps-portable-${format}`,
        scaled: `scaled-pair-${format}`,
      };
}

/**
 * Everything the templates print for it; false where it is not asked for.
 * @param prefix of macros
 */
export function stepsContext(
  plan: Plan,
  contexts: readonly KernelContext[],
  prefix: string,
): StepsContext | false {
  const { steps } = plan;
  if (steps === null) return false;
  const { variant, block, activation } = plan.schedule;
  const { steps: rows, lstm, blocks } = VARIANT_TEXT[variant];
  return {
    count: steps.count,
    columns: steps.columns,
    values: steps.count * steps.columns,
    rows: steps.rows,
    vectorBits: Math.log2(block.columns),
    wideValues: activation === "int16",
    partials: {
      rows,
      ...sumsOf(rows, plan.format === "int8" ? "int8" : "int16x8"),
      lstm: `${lstm}-steps`,
      add: blocks ? "add-input-high" : lstm === "lstm-eight-units" ? false : "add-input",
    },
    sections: sectionsOf(plan, contexts, prefix),
  };
}
