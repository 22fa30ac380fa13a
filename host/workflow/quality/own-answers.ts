/**
 * Makes what a model is judged on where nobody gives a set: its own answers in float64 to frames that it knows.
 * What the integers make of the same frames is left to evaluate.ts.
 */
import {
  type CalibrationData,
  createFloatModel,
  type RecurrentModel,
} from "../../../codegen/index.ts";
import type { EvaluationSet } from "./evaluation-set.ts";

/** Of all sequences together: more adds time, not knowledge. */
const MOST_FRAMES = 2000;

/** Each sequence from zero state, the first ones whole. */
export function ownAnswers(model: RecurrentModel, data: CalibrationData): EvaluationSet {
  const float = createFloatModel(model);
  let left = MOST_FRAMES;
  const sequences = data.sequences.flatMap((frames, index) => {
    const inputs = frames.slice(0, left);
    left -= inputs.length;
    if (inputs.length === 0) return [];
    float.reset();
    return [
      { name: `sequence ${index}`, inputs, targets: inputs.map((frame) => float.step(frame)) },
    ];
  });
  const name = `its own answers in float64 to ${data.source}`;
  return { kind: "sequences", name, metric: "signal-to-error", sequences };
}
