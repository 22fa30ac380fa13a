/**
 * Holds a device's answers against the exact twin's, to the decimals that MLPerf Tiny's dialect carries.
 * Asking the device is left to runner.ts.
 */
import type { Twin } from "../../../codegen/index.ts";
import { createTwin, dequantizeValues, valueArray } from "../../../codegen/index.ts";
import type { Prepared } from "../generate.ts";

/** Half of the last decimal, and what a float32 product of a scale and an integer may be off by, to about 16. */
const TOLERANCE = 0.5e-6 + 2e-6;

export class TwinAnswers {
  readonly #twin: Twin;
  readonly #prepared: Prepared;
  #compared = 0;
  #mismatches = 0;

  constructor(prepared: Prepared) {
    this.#prepared = prepared;
    this.#twin = createTwin(prepared.generated.stages.quantize.model);
  }

  get verified(): {
    readonly bitExact: boolean;
    readonly compared: number;
    readonly mismatches: number;
  } {
    const [compared, mismatches] = [this.#compared, this.#mismatches];
    return { bitExact: compared > 0 && mismatches === 0, compared, mismatches };
  }

  /** @param input raw values of one frame, given `steps` times from the initial state on */
  compare(input: Uint8Array, steps: number, results: readonly number[]): void {
    const { plan } = this.#prepared.generated.stages;
    const values = valueArray(plan.input.type, plan.inputSize);
    new Uint8Array(values.buffer).set(input.subarray(0, values.byteLength));
    this.#twin.reset();
    let output = valueArray(plan.output.type, plan.outputSize);
    for (let step = 0; step < steps; step++) output = this.#twin.step(values);
    const expected = dequantizeValues(output, plan.output);
    const isSame =
      results.length === expected.length &&
      results.every((value, index) => Math.abs(value - (expected[index] ?? 0)) <= TOLERANCE);
    this.#compared++;
    if (!isSame) this.#mismatches++;
  }
}
