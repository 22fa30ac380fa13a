/**
 * Decides which context the templates print a front end from, by its arithmetic.
 * What is in them is left to audio-context.ts and float-audio-context.ts.
 */
import type { AnyFrontEndPlan } from "../frontend/front-end.ts";
import type { Target } from "../plan/target.ts";
import { type AudioContext, audioContext } from "./audio-context.ts";
import { type FloatAudioContext, floatAudioContext } from "./float-audio-context.ts";

export type FrontEndContext = AudioContext | FloatAudioContext;

/** @param model the C prefix of the model it is for */
export function frontEndContext(
  plan: AnyFrontEndPlan,
  model: string,
  target: Target,
): FrontEndContext {
  return plan.arithmetic === "fixed"
    ? audioContext(plan, model, target)
    : floatAudioContext(plan, model, target);
}
