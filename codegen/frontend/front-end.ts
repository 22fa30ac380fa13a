/**
 * Decides in which arithmetic a generated front end computes, and gives the plan, the twin and the memory of either.
 * What each computes is left to fixed-*.ts and float-*.ts.
 */
import type { FrontEnd } from "../model/sidecar.ts";
import type { Quantization } from "../quantize/params.ts";
import {
  type FrontEndPlan as FixedFrontEndPlan,
  frontEndMemory,
  planFrontEnd,
} from "./fixed-plan.ts";
import { createFrontEndTwin, type FrontEndTwin } from "./fixed-twin.ts";
import { type FloatFrontEndPlan, floatFrontEndMemory, planFloatFrontEnd } from "./float-plan.ts";
import { createFloatFrontEndTwin } from "./float-twin.ts";

/** fixed: 16-bit numbers with an exponent for each frame. float32: single precision, for cores with a unit. */
export const FRONT_END_ARITHMETICS = ["fixed", "float32"] as const;
export type FrontEndArithmetic = (typeof FRONT_END_ARITHMETICS)[number];

export type AnyFrontEndPlan = FixedFrontEndPlan | FloatFrontEndPlan;

/**
 * @param input the model's, of bands.count values, as @param output
 * @throws PlanError TP-PLAN-024 for a transform that has no stages, and in fixed point for an odd hop and a window of less
 *   than a quarter of a transform that begins with radix 4
 */
export function planAnyFrontEnd(
  frontEnd: FrontEnd,
  input: Quantization,
  output: Quantization,
  arithmetic: FrontEndArithmetic = "fixed",
): AnyFrontEndPlan {
  return arithmetic === "fixed"
    ? planFrontEnd(frontEnd, input, output)
    : planFloatFrontEnd(frontEnd, input, output);
}

/** What the generated C computes, bit for bit. */
export function createAnyFrontEndTwin(plan: AnyFrontEndPlan): FrontEndTwin {
  return plan.arithmetic === "fixed" ? createFrontEndTwin(plan) : createFloatFrontEndTwin(plan);
}

/** RAM of the generated C [byte]: of its state, and of its arrays on the stack while a hop is computed. */
export function anyFrontEndMemory(plan: AnyFrontEndPlan): {
  readonly stateBytes: number;
  readonly stackBytes: number;
} {
  return plan.arithmetic === "fixed" ? frontEndMemory(plan) : floatFrontEndMemory(plan);
}
