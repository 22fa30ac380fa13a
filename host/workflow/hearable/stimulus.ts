/**
 * Decides what a run of the program hearable feeds the device, hop by hop, and what its twin answers.
 * Sending it is left to record-run.ts, comparing to judge.ts.
 */
import { UsageError } from "../../../codegen/index.ts";
import { frontEndOf, type Prepared } from "../generate.ts";
import {
  MAX_FRAMES,
  type Stimulus,
  type StimulusAudio,
  type StimulusRequest,
  soundOf,
  tooLongError,
} from "../stimulus.ts";
import { bytesOfHop, hopsOf } from "./hops.ts";
import { HearableTwin } from "./twin.ts";

/** When the twin put its model's state back, as the device must tell. */
export interface ExpectedRecovery {
  readonly frame: number;
  readonly cause: number;
}

export interface HearableStimulus extends Stimulus {
  readonly recoveries: readonly ExpectedRecovery[];
  readonly sampleRateHz: number;
  /** [samples] */
  readonly hopSamples: number;
  readonly delaySamples: number;
}

export function isHearable(stimulus: Stimulus): stimulus is HearableStimulus {
  return "hopSamples" in stimulus;
}

/**
 * The hops of a recording, or of the model's own first clip; with `repeatFrames` over and over.
 * @param warn is told what was made of the recording that it did not ask for
 * @throws UsageError TP-USE-165 for a golden file, which holds frames of the model and no sound; TP-USE-166 for
 * more than MAX_FRAMES hops; what `soundOf` throws
 */
export function hearableStimulus(
  prepared: Prepared,
  request: StimulusRequest,
  warn: (words: string) => void = () => {},
): HearableStimulus {
  if (request.golden !== undefined) {
    throw new UsageError("TP-USE-165", {
      what: "--golden cannot be used with --app hearable",
      why: "golden values are frames of the model; this program takes sound",
      fix: "--app stream, or --input FILE with a WAV",
    });
  }
  const audio = soundOf(prepared, request, warn);
  if (audio === null) throw noSoundError(request);
  const frontEnd = frontEndOf(prepared.loaded);
  const twin = new HearableTwin(prepared);
  const hops = hopsOf(audio.noisy, frontEnd.hopLength, twin.delaySamples);
  const repeats = request.repeatFrames !== undefined;
  const wanted = Math.min(
    request.repeatFrames ?? request.frames ?? hops.length,
    repeats ? MAX_FRAMES : hops.length,
  );
  if (wanted > MAX_FRAMES) throw tooLongError(wanted);
  const inputs: Uint8Array[] = [];
  const expected: Uint8Array[] = [];
  const recoveries: ExpectedRecovery[] = [];
  for (let frame = 0; frame < wanted; frame++) {
    const hop = hops[frame % hops.length] as Int16Array;
    const { samples, recovered } = twin.clean(hop);
    inputs.push(bytesOfHop(hop));
    expected.push(bytesOfHop(samples));
    if (recovered !== null) recoveries.push({ frame, cause: recovered });
  }
  return {
    inputs,
    expected,
    states: [],
    reference: null,
    clippedValues: 0,
    audio: repeats ? null : playedPart(audio, wanted * frontEnd.hopLength - twin.delaySamples),
    recoveries,
    sampleRateHz: frontEnd.sampleRateHz,
    hopSamples: frontEnd.hopLength,
    delaySamples: twin.delaySamples,
  };
}

/** As much of a recording as comes out again; null for nothing. */
export function playedPart(audio: StimulusAudio, samples: number): StimulusAudio | null {
  if (samples <= 0) return null;
  const { noisy, clean } = audio;
  return { ...audio, noisy: noisy.slice(0, samples), clean: clean?.slice(0, samples) ?? null };
}

function noSoundError({ input }: StimulusRequest): UsageError {
  return new UsageError("TP-USE-165", {
    what: input === undefined ? "the model brings no clip to play" : `${input} holds no sound`,
    why: "the program hearable takes sound: a WAV file, or standard input",
    fix: "--input FILE.wav, or --app stream for feature frames",
  });
}
