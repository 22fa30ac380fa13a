/**
 * Runs one benchmark kernel on an emulated board and counts it; the answers are compared with the integer twin.
 * Which kernels and boards is left to kernels.ts.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { EmulatedBoard, Format } from "../../../codegen/index.ts";
import {
  createTwin,
  generate,
  lstmBenchmark,
  noiseFrames,
  writeFiles,
} from "../../../codegen/index.ts";
import type { Quantity } from "../../analyze/quantity.ts";
import { explainEnding } from "../../link/outcome.ts";
import { Session } from "../../link/session.ts";
import { parseCounts } from "../counts.ts";
import { prepareDevice } from "../device.ts";
import { compilerVersion } from "../elf-compiler.ts";
import { GENERATED_DIR } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { xorshiftFrames } from "../stimulus.ts";

/** Steps that the counts are averaged over; the state is no longer all zeros after the first. */
const STEPS = 10;
const STIMULUS_SEED = 7;

export interface KernelShape {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

/** One row of the kernel table; counts are averages a step. */
export interface KernelRow {
  readonly board: string;
  readonly kernel: "lstm";
  readonly format: Format;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** 4 * hiddenSize * (inputSize + hiddenSize). */
  readonly macs: number;
  /** At rest, biases, multipliers and padding included. */
  readonly weightBytes: number;
  readonly stateBytes: number;
  /** narrow: a byte a weight; wide: two. */
  readonly storage: "narrow" | "wide";
  /** The variant that the plan chose, and why. */
  readonly variant: string;
  readonly why: string;
  readonly instructions: number;
  readonly instructionsPerMac: number;
  /** Null where no timing table describes the core. */
  readonly cyclesPerMac: Quantity<"modelled", "cycle/MAC"> | null;
  readonly cyclesPerMacSimpleM4: Quantity<"modelled", "cycle/MAC"> | null;
  readonly bytesLoaded: number;
  readonly bytesStored: number;
  readonly bitExact: boolean;
  readonly compiler: string;
  readonly flags: string;
}

export interface KernelRequest extends KernelShape {
  readonly board: EmulatedBoard;
  readonly format: Format;
  /** Plain C instead of the core's own instructions. */
  readonly plain?: boolean;
  /** Two bytes a weight where a kernel is faster for it. */
  readonly wide?: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Throws what prepareDevice and the session throw. */
export async function runKernel(request: KernelRequest): Promise<KernelRow> {
  const { board, format, inputSize, hiddenSize, progress, signal } = request;
  const model = lstmBenchmark(inputSize, hiddenSize);
  const plain = request.plain === true;
  const { files, stages } = generate({
    model,
    board,
    format,
    calibration: noiseFrames(inputSize),
    ...(plain ? { instructions: "c11" } : {}),
    ...(request.wide === true ? { storage: "wide" } : {}),
  });
  // Equal C shares a folder; other C must not overwrite what an emulator is about to load.
  const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
  const key = `bench-${model.name}-${format}-${board.id}-${digest}`;
  const modelDir = join(GENERATED_DIR, key);
  writeFiles(modelDir, files);
  const device = await prepareDevice({ board, app: "speed", modelDir, key, progress, signal });
  const session = new Session(device.link);
  try {
    await session.open();
    progress.step(`counting ${model.name} ${format} on ${board.id}`);
    await session.measure(STEPS, STIMULUS_SEED);
    const result = await session.finish();
    const failure = explainEnding(result);
    if (failure) throw failure;
    const text = new TextDecoder().decode((await device.readCounts()) ?? new Uint8Array());
    const { regions, problems } = parseCounts(text);
    if (problems.length > 0 || regions.length !== STEPS) {
      throw new RangeError(`${regions.length} of ${STEPS} steps were counted for ${key}`);
    }
    const { plan, quantize } = stages;
    const twin = createTwin(quantize.model);
    const answers = xorshiftFrames(plan.input, inputSize, STIMULUS_SEED, STEPS).map((frame) =>
      twin.step(frame),
    );
    const last = answers.at(-1) as Int8Array | Int16Array;
    const expected = Buffer.from(last.buffer, last.byteOffset, last.byteLength);
    const given = result.run.outputs.at(-1)?.record.values ?? new Uint8Array();
    const mean = (counts: readonly number[]): number =>
      counts.reduce((sum, count) => sum + count, 0) / STEPS;
    const { macs, weightBytes } = plan.cost;
    const cyclesPerMac = (field: "cycles" | "cyclesSimple", source: string) => {
      const cycles = regions.map((region) => region[field]);
      return cycles.some((count) => count === null)
        ? null
        : ({
            value: mean(cycles as number[]) / macs,
            unit: "cycle/MAC",
            kind: "modelled",
            source,
          } as const);
    };
    return {
      board: board.id,
      kernel: "lstm",
      format,
      inputSize,
      hiddenSize,
      macs,
      weightBytes,
      stateBytes: plan.stateBytes,
      storage: plan.schedule.block.weightBytes === 2 ? "wide" : "narrow",
      variant: plan.schedule.variant,
      why: plan.schedule.why,
      instructions: mean(regions.map(({ instructions }) => instructions)),
      instructionsPerMac: mean(regions.map(({ instructions }) => instructions)) / macs,
      cyclesPerMac: cyclesPerMac("cycles", device.cycleModel),
      cyclesPerMacSimpleM4: cyclesPerMac("cyclesSimple", "simple-m4: zero wait states"),
      bytesLoaded: mean(regions.map(({ bytesLoaded }) => bytesLoaded)),
      bytesStored: mean(regions.map(({ bytesStored }) => bytesStored)),
      bitExact: Buffer.from(given).equals(expected),
      compiler: device.firmware ? compilerVersion(device.firmware.elf) : "unknown",
      flags: device.flags,
    };
  } finally {
    await session.close();
    await device.dispose();
  }
}
