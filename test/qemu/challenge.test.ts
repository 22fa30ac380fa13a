/** A small challenge on the Cortex-M4: relations that hold whatever the compiler, and SIMD seen by two instruments. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type EmulatedBoard, loadBoard } from "../../codegen/index.ts";
import type { Measurement } from "../../host/analyze/challenge/measurement.ts";
import type { Variant } from "../../host/analyze/challenge/variant.ts";
import { naive } from "../../host/analyze/challenge/variant.ts";
import { proveSimd } from "../../host/workflow/challenge/prove-simd.ts";
import type { Program } from "../../host/workflow/challenge/variant-runs.ts";
import {
  kernelMacro,
  VariantRuns,
  WARM_UP_FRAMES,
} from "../../host/workflow/challenge/variant-runs.ts";
import { createContext } from "../../host/workflow/context.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { streamStimulus } from "../../host/workflow/stimulus.ts";
import { missing } from "./device.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-challenge-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FRAMES = 3;
const { signal } = new AbortController();
const FAST: Variant = { level: "O3", kernel: "native", unroll: false, linkTime: false };

function start() {
  const prepared = prepare("hearable", { board: "qemu-m4", format: "int8" });
  const stimulus = streamStimulus(prepared, { frames: FRAMES + WARM_UP_FRAMES });
  const source = prepared.generated.files.find(({ name }) => name.endsWith(".c"));
  const work = { prepared, stimulus, kernelMacro: kernelMacro(source?.text ?? "") };
  return { work, runs: new VariantRuns(createContext({ quiet: true, signal }), work, folder) };
}

describe.skipIf(missing.length > 0)(`the challenge on the Cortex-M4 ${missing.join(", ")}`, () => {
  test("builds differ in cost, not in bits, and only the native one holds and runs SMLAD", async () => {
    const { work, runs } = start();
    const measured = async (variant: Variant) => {
      const { outcome, program } = await runs.measure(variant);
      expect(outcome).toMatchObject({ state: "measured", frames: FRAMES });
      return { measurement: outcome as Measurement, program: program as Program };
    };
    const slow = await measured(naive("O0"));
    const plain = await measured(naive("O3"));
    const fast = await measured(FAST);

    const instructions = [slow, plain, fast].map(
      ({ measurement }) => measurement.counters.instructions.value,
    );
    expect([...instructions].sort((a, b) => b - a)).toEqual(instructions);
    expect(new Set(instructions).size).toBe(3);
    const again = await runs.run(FAST);
    expect(again.outcome).toEqual(fast.measurement);

    const { plan } = work.prepared.generated.stages;
    const proof = await proveSimd({
      board: loadBoard("qemu-m4") as EmulatedBoard,
      runs,
      baselineProgram: plain.program,
      optimised: fast.measurement,
      optimisedProgram: fast.program,
      prefix: "hearable",
      frames: FRAMES + WARM_UP_FRAMES,
      paddedMacs: plan.cost.paddedMacs,
      folder,
      signal,
    });
    expect(proof).toMatchObject({ proven: true, baselinePacked: 0, countersAgree: true });
    // Two products an SMLAD, and one SXTB16 for two words' low bytes: all of the model's work, no more.
    expect(proof.executedPerFrame.smlad?.value).toBe(plan.cost.paddedMacs / 2);
    expect(proof.executedPerFrame.sxtb16?.value).toBe(plan.cost.paddedMacs / 4);
  });
});
