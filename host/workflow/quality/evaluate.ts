/**
 * Decides what one number a model's quality on a set is: the exact integer twin's, with an interval over the set's parts.
 * Reading the set is left to evaluation-set.ts, hearing a clip to hearing.ts.
 */
import type { FrontEnd, QuantizedModel, StepWork } from "../../../codegen/index.ts";
import {
  createTwin,
  dequantizeValues,
  formatName,
  quantizeValues,
  UsageError,
} from "../../../codegen/index.ts";
import type { Quality } from "../../analyze/sizing/candidate.ts";
import { bootstrap } from "./bootstrap.ts";
import type { EvaluationSet, Sequence, SequenceMetric } from "./evaluation-set.ts";
import { gainOf, openClip, twinDenoiser } from "./hearing.ts";

/** Fewer parts have no interval that means anything. */
const LEAST_FOR_INTERVAL = 5;

const METRICS = {
  "si-sdr-gain": { metric: "SI-SDR gain", unit: "dB" },
  "signal-to-error": { metric: "signal-to-error ratio", unit: "dB" },
  accuracy: { metric: "accuracy", unit: "%" },
} as const;

/**
 * Mean over the set's clips or sequences, each from zero state.
 * @param frontEnd how audio becomes the model's input; null where nobody says
 * @param update is told how many parts are done
 * @param onStep is told what each step did, where steps may leave work out
 * @throws UsageError TP-USE-471 for a set that the model cannot be judged on, what openClip throws
 */
export function evaluateModel(
  model: QuantizedModel,
  frontEnd: FrontEnd | null,
  set: EvaluationSet,
  update: (done: number, total: number) => void,
  onStep?: (work: StepWork) => void,
): Quality {
  if (set.kind === "recordings") {
    if (frontEnd === null) {
      throw refuse(set.name, `it lists recordings, and ${model.name} has no front end for audio`);
    }
    const denoise = twinDenoiser(model, undefined, onStep);
    return qualityOf("si-sdr-gain", model, set.name, "clips", set.clips, update, (clip) =>
      gainOf(openClip(clip, frontEnd), denoise),
    );
  }
  const twin = createTwin(model);
  const { metric, sequences } = set;
  checkSequences(model, set.name, metric, sequences);
  return qualityOf(
    metric,
    model,
    set.name,
    "sequences",
    sequences,
    update,
    ({ inputs, ...rest }) => {
      twin.reset();
      const outputs = inputs.map((frame) => {
        const answer = twin.step(quantizeValues(frame, model.input).values);
        if (onStep !== undefined && twin.lastWork !== undefined) onStep(twin.lastWork());
        return dequantizeValues(answer, model.output);
      });
      return sequenceScore(metric, outputs, rest.targets);
    },
  );
}

/**
 * Every frame has the size the model reads and the metric compares; a class is one of the model's outputs.
 * @throws UsageError TP-USE-471
 */
function checkSequences(
  model: QuantizedModel,
  set: string,
  metric: SequenceMetric,
  sequences: readonly Sequence[],
): void {
  const classes = model.outputSize;
  if (metric === "accuracy" && classes < 2) {
    throw refuse(set, `accuracy takes an output a class, and ${model.name} has one output`);
  }
  for (const { name, inputs, targets } of sequences) {
    const [x, y] = [inputs[0]?.length, targets[0]?.length];
    const wanted = metric === "accuracy" ? 1 : model.outputSize;
    if (x !== model.inputSize || y !== wanted) {
      throw refuse(
        set,
        `${name} has frames of ${x} and ${y} values; ${metric} of ${model.name} takes ${model.inputSize} and ${wanted}`,
      );
    }
    if (metric !== "accuracy") continue;
    const frame = targets.findIndex(([target]) => !isClass(target, classes));
    if (frame >= 0) {
      throw refuse(
        set,
        `${name} has target ${targets[frame]?.[0]} at frame ${frame}; ${model.name} tells classes 0 to ${classes - 1}`,
      );
    }
  }
}

function isClass(value: number | undefined, classes: number): boolean {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value < classes;
}

function refuse(set: string, why: string): UsageError {
  return new UsageError("TP-USE-471", {
    what: `${set} cannot judge this model`,
    why,
    fix: "a list of recordings for a model with a front end, of inputs and targets for any other; for accuracy, classes counted from 0",
  });
}

function qualityOf<Part>(
  metric: keyof typeof METRICS,
  model: QuantizedModel,
  set: string,
  parts: string,
  all: readonly Part[],
  update: (done: number, total: number) => void,
  scoreOf: (part: Part) => number,
): Quality {
  const scores = all.map((part, index) => {
    update(index, all.length);
    return scoreOf(part);
  });
  if (!scores.every(Number.isFinite)) {
    throw refuse(set, `one of its ${parts} has no finite ${METRICS[metric].metric}`);
  }
  const { mean, low, high } = bootstrap(scores);
  return {
    ...METRICS[metric],
    value: mean,
    kind: "measured",
    source: `exact ${formatName(model)} twin on ${all.length} ${parts} of ${set}`,
    ...(all.length < LEAST_FOR_INTERVAL ? {} : { interval: [low, high] as const }),
  };
}

/**
 * signal-to-error: 10 log10(sum of targets^2 / sum of (output - target)^2) [dB]. accuracy: frames whose largest output is the
 * target's class [%].
 */
export function sequenceScore(
  metric: SequenceMetric,
  outputs: readonly Float64Array[],
  targets: Sequence["targets"],
): number {
  if (metric === "accuracy") {
    const right = outputs.filter((output, t) => {
      const best = output.indexOf(Math.max(...output));
      return best === targets[t]?.[0];
    });
    return (100 * right.length) / outputs.length;
  }
  let signal = 0;
  let error = 0;
  outputs.forEach((output, t) => {
    output.forEach((value, i) => {
      const target = targets[t]?.[i] as number;
      signal += target ** 2;
      error += (value - target) ** 2;
    });
  });
  return 10 * Math.log10(signal / error);
}
