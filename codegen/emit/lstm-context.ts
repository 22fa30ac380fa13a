/**
 * Decides what the templates print of an LSTM, its rows in one stream or in two halves.
 * What the fields mean is declared in context-types.ts; the order of the C text is left to the templates.
 */
import type { Kernel, LstmKernel } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import { columnsRead, type StreamLayout } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { deltaOf, hasHalves } from "../quantize/quantized-model.ts";
import { isTfliteLstm } from "../quantize/tflite/layers.ts";
import { commentText, hexadecimalFloat } from "./c-literal.ts";
import type { CContext } from "./context-types.ts";
import { lstmDelta } from "./delta-context.ts";
import type { KernelContext, LstmKernelContext, RowsContext } from "./kernel-context-types.ts";
import { placeExpression } from "./state-context.ts";
import { tfliteLstmContext } from "./tflite-context.ts";
import { VARIANT_TEXT } from "./variant-text.ts";

/** The rows of a kernel, padding included, and the blocks they are made in; of one of its streams where it has several. */
export function rowsOf(
  { streams }: Plan,
  kernel: string,
  part?: StreamLayout["part"],
): { readonly rows: number; readonly blocks: number } {
  const stream = streams.find((one) => one.kernel === kernel && one.part === part) as StreamLayout;
  return { rows: stream.paddedRows, blocks: stream.blocks };
}

/** What makes the rows of a kernel: 4-bit weights beside bytes have functions of their own. */
export function rowsContext(
  { schedule, streams }: Plan,
  prefix: string,
  kernel: string,
): RowsContext {
  const own = streams.find((stream) => stream.kernel === kernel);
  return own?.fourBits
    ? { rowsPrefix: nibblePrefix(prefix), takesOffset: false }
    : { rowsPrefix: prefix, takesOffset: VARIANT_TEXT[schedule.variant].takesOffset };
}

/** Before the names of what makes rows of 4-bit weights beside bytes. */
export function nibblePrefix(prefix: string): string {
  return `${prefix}_nibble`;
}

/** What an LSTM in halves prints besides. */
function halvesContext(
  plan: Plan,
  kernel: LstmKernel,
): Pick<LstmKernelContext, "inputColumns" | "hiddenColumns" | "halfFractionBits" | "rows"> {
  const { layer, name } = kernel;
  if (!hasHalves(layer)) return {};
  return {
    inputColumns: columnsRead(kernel, "input", plan.lines),
    hiddenColumns: columnsRead(kernel, "hidden", plan.lines),
    halfFractionBits: layer.halfFractionBits,
    rows: rowsOf(plan, name, "hidden").rows,
  };
}

/** No cell reaches it: each of its steps adds less than 1, which float32 stops to take in there. */
const CELL_LIMIT = 2 ** 24;

/** Where single precision clips an LSTM's cell; undefined where it does not. */
function clipOf({ layer }: LstmKernel): number | undefined {
  return layer.output.type === "float32" && "cellClip" in layer ? layer.cellClip : undefined;
}

/** Some LSTM does. */
export function clipsCells({ kernels }: Plan): boolean {
  return kernels.some((kernel) => kernel.kind === "lstm" && clipOf(kernel) !== undefined);
}

export function lstmContext(plan: Plan, prefix: string, kernel: LstmKernel): KernelContext {
  const { name, layer } = kernel;
  if (isTfliteLstm(layer)) return tfliteLstmContext(plan, kernel, layer);
  const { variant, fusion } = plan.schedule;
  const inHalves = hasHalves(layer);
  const keepsSums = deltaOf(layer) !== null;
  const { rows, blocks } = rowsOf(
    plan,
    name,
    inHalves ? "input" : keepsSums ? "columns" : undefined,
  );
  const fused = keepsSums ? "lstm-delta" : VARIANT_TEXT[variant].lstm;
  const partial = fusion === "full" ? fused : `lstm-${fusion}`;
  return {
    ...rowsContext(plan, prefix, name),
    kind: "lstm",
    partial: inHalves ? `${partial}-halves` : partial,
    name,
    arguments: "state",
    layer: commentText(layer.name),
    inputSize: layer.inputSize,
    hiddenSize: layer.hiddenSize,
    units: rows / GATES.length,
    blocks,
    oddBlocks: blocks % 2 === 1,
    columns: columnsRead(kernel, "joined", plan.lines),
    ...("cellFractionBits" in layer ? { cellFractionBits: layer.cellFractionBits } : {}),
    ...(clipsCells(plan) ? { cellLimit: hexadecimalFloat(clipOf(kernel) ?? CELL_LIMIT) } : {}),
    ...halvesContext(plan, kernel),
    ...lstmDelta(plan, kernel),
    from: placeExpression(plan, kernel.from),
    to: placeExpression(plan, kernel.to),
  };
}

/** Whether pre-activations of a kernel are sums of halves that a function of their own adds. */
function addsHalves({ schedule }: Plan, kernel: Kernel): boolean {
  if (kernel.kind === "lstm") return hasHalves(kernel.layer);
  // Elsewhere a GRU's units add them.
  return kernel.kind === "gru" && !kernel.layer.resetAfter && schedule.fusion === "none";
}

/** The template of that function; false where no kernel calls it. */
export function addHalvesPartial(plan: Plan): CContext["addHalves"] {
  if (!plan.kernels.some((kernel) => addsHalves(plan, kernel))) return false;
  const { fusion, variant } = plan.schedule;
  const { units, blocks } = VARIANT_TEXT[variant];
  if (units) return "add-halves-mve";
  return blocks && fusion !== "none" ? "add-halves-high" : "add-halves";
}
