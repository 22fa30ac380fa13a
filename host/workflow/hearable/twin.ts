/**
 * The whole hearable as the device computes it, bit for bit: front end, model, and the watch over the model's state.
 * Its parts are left to codegen and model-watch.ts, comparing to judge.ts.
 */
import type { ActivationArray, FrontEndTwin, Twin } from "../../../codegen/index.ts";
import { createFrontEndTwin, createTwin, VALUE_BYTES } from "../../../codegen/index.ts";
import type { Prepared } from "../generate.ts";
import { ModelWatch, type WatchCause } from "./model-watch.ts";

/** One cleaned hop. */
export interface CleanedHop {
  /** [AUDIO_HOP] */
  readonly samples: Int16Array;
  /** Why the model's state was put back after it; null when it was not. */
  readonly recovered: WatchCause | null;
}

export class HearableTwin {
  /** By how many samples what comes out lies behind what goes in. */
  readonly delaySamples: number;
  readonly #frontEnd: FrontEndTwin;
  readonly #model: Twin;
  readonly #watch: ModelWatch;

  /** @param prepared with a front end */
  constructor({ generated }: Prepared) {
    const { frontEnd, stages } = generated;
    const { plan, quantize } = stages;
    if (frontEnd === null) throw new RangeError("the C was generated without a front end");
    this.#frontEnd = createFrontEndTwin(frontEnd);
    // Hop t completes frame t, whose first half is hop t - 1 of what comes out.
    this.delaySamples = frontEnd.hopLength;
    this.#model = createTwin(quantize.model);
    this.#watch = new ModelWatch(
      plan.inputSize * VALUE_BYTES[plan.input.type],
      plan.outputSize * VALUE_BYTES[plan.output.type],
    );
  }

  /** Takes one hop of samples; gives the cleaned hop that the device answers with. */
  clean(heard: Int16Array): CleanedHop {
    const input = this.#frontEnd.analyse(heard);
    const output = this.#model.step(input);
    const samples = this.#frontEnd.synthesise(output);
    const recovered = this.#watch.frame(heard, samples, bytesOf(input), bytesOf(output));
    if (recovered !== null) this.#model.reset();
    return { samples, recovered };
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ActivationArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
