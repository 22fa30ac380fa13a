/**
 * Decides which models have a NAME_steps, several time steps in one call, and what its buffers hold.
 * The order of its calls is left to emit/steps-context.ts, the bits to quantize/: they are those of NAME_step.
 */
import { PlanError } from "../errors.ts";
import type { Program } from "../lower/kernel-ir.ts";
import type { RecurrentModel } from "../model/types.ts";
import type { AnyFormat } from "../quantize/params.ts";
import { columnsRead, type LineLayout, type StreamLayout } from "./layout.ts";
import { LINE_VALUES } from "./rows/row-layout.ts";
import type { Schedule } from "./schedule.ts";
import type { Target } from "./target.ts";

/** More keep the weights no longer than the buffers grow. */
const MOST_STEPS = 64;
const Z_BYTES = 2;

/** What NAME_steps keeps within a call; all layers share it. */
export interface StepsLayout {
  /** Time steps of a call, even. */
  readonly count: number;
  /** Activations of a step that the widest layer reads, padding included. */
  readonly columns: number;
  /** Rows of the tallest layer, padding included: int16 pre-activations of its input half. */
  readonly rows: number;
  /** Of all steps [byte]. */
  readonly bytes: number;
}

/** @throws PlanError TP-PLAN-018 where steps cannot be computed ahead */
export function requireSteps(model: RecurrentModel, format: AnyFormat, target: Target): void {
  const { steps, fusion } = target;
  const refuse = (why: string, fix: string): never => {
    throw new PlanError(
      "TP-PLAN-018",
      { what: `${steps} steps in a call cannot be made of ${model.name}`, why, fix },
      { steps, format, fusion },
    );
  };
  if (!Number.isInteger(steps) || steps % 2 !== 0 || steps < 2 || steps > MOST_STEPS) {
    refuse("weights are loaded once for two steps", `an even number, 2 to ${MOST_STEPS}`);
  }
  if (format !== "int8" && format !== "int16x8") {
    refuse(`${format} has no half of a row that is finished by itself`, "--format int8 or int16x8");
  }
  if (fusion !== "full") {
    refuse(`fusion "${fusion}" has passes over a step's buffers instead`, "--fusion full");
  }
  if (!model.layers.some(({ kind }) => kind === "lstm")) {
    refuse("it has no LSTM, whose input half alone is computed ahead", "leave --steps out");
  }
}

/** The buffers for all LSTMs of a program. */
export function layOutSteps(
  { kernels }: Program,
  lines: readonly LineLayout[],
  streams: readonly StreamLayout[],
  { steps: count }: Target,
  { activation }: Schedule,
): StepsLayout | null {
  if (count === 1) return null;
  const lstms = kernels.filter((kernel) => kernel.kind === "lstm");
  const columns = Math.max(...lstms.map((kernel) => columnsRead(kernel, "input", lines)));
  const own = streams.filter(({ kernel }) => lstms.some(({ name }) => name === kernel));
  const rows = Math.max(...own.map(({ paddedRows }) => paddedRows));
  const bytes = count * (columns * LINE_VALUES[activation].bytes + rows * Z_BYTES);
  return { count, columns, rows, bytes };
}
