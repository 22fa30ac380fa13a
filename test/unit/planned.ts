/** Plans of random models for tests, on a Cortex-M4 with a line of 16 bytes. */
import { lower } from "../../codegen/lower/kernel-ir.ts";
import { type Plan, plan } from "../../codegen/plan/plan.ts";
import type { Target } from "../../codegen/plan/target.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import type { IntegerFormat } from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { createRandom, type ModelShape, randomModel } from "../random-model.ts";

export const target: Target = {
  id: "test-board",
  core: "cortex-m4",
  instructions: "thumb-dsp",
  floatUnit: true,
  storage: "narrow",
  fusion: "full",
  steps: 1,
  wideMultiply: true,
  lineBytes: 16,
  lineRule: "flash-line",
  lineWhy: "a flash access delivers 16 bytes",
  weightsSection: "",
  loopBytes: 1024,
};

export function planOf(shape: ModelShape, format: IntegerFormat, on: Target = target): Plan {
  const model = randomModel(createRandom(21), shape);
  return plan(lower(quantizeModel(model, calibrate(model, null), format)), on);
}
