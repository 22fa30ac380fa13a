/**
 * Runs a model's first steps on an emulated board, counts them and compares the last answer with the integer twin's.
 * Which model, and what the counts are divided by, is left to the callers.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type {
  DeltaThresholds,
  EmulatedBoard,
  FetchedLines,
  Format,
  Fusion,
  PlacementRequest,
  Plan,
  RecurrentModel,
  StepWork,
} from "../../../codegen/index.ts";
import {
  createTwin,
  fetchCaches,
  fetchedLines,
  generate,
  noiseFrames,
  writeFiles,
} from "../../../codegen/index.ts";
import { explainEnding } from "../../link/outcome.ts";
import { Session } from "../../link/session.ts";
import { parseCounts, type RegionCounts } from "../counts.ts";
import { prepareDevice } from "../device.ts";
import { compilerVersion } from "../elf-compiler.ts";
import { GENERATED_DIR } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { xorshiftFrames } from "../stimulus.ts";
import type { FirmwareSizes } from "../symbols.ts";

/** Steps that the counts are averaged over; the state is no longer all zeros after the first. */
const STEPS = 10;
const STIMULUS_SEED = 7;

export interface CountRequest {
  readonly model: RecurrentModel;
  readonly board: EmulatedBoard;
  readonly format: Format;
  /** Of int8: layers whose weights have 4 bits, by name. */
  readonly fourBits?: readonly string[];
  /** Plain C instead of the core's own instructions. */
  readonly plain?: boolean;
  /** Two bytes a weight where a kernel is faster for it. */
  readonly wide?: boolean;
  /** What the memory of the code gives a loop without waits, where it is not the emulated board's [byte]. */
  readonly loopBytes?: number;
  /** Full where it is not given. */
  readonly fusion?: Fusion;
  /** Time steps of a call of NAME_steps; one by one where it is not given. */
  readonly steps?: number;
  /** LSTMs keep their sums, and take in what moved by more. */
  readonly delta?: DeltaThresholds;
  /** Part of the tiles of int8 weights that is left out [%]; all are stored where it is not given. */
  readonly sparse?: number;
  /** Memories for weights, tables and code. */
  readonly placement?: PlacementRequest;
  /** Also count the lines of code that a step fetches through caches of many sizes. */
  readonly countsFetches?: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** multiplyAccumulates: instructions of the class mac. */
export type MeanField =
  | "instructions"
  | "cycles"
  | "cyclesSimple"
  | "cyclesLow"
  | "cyclesHigh"
  | "bytesLoaded"
  | "bytesStored"
  | "multiplyAccumulates";

export interface CountedSteps {
  readonly plan: Plan;
  /** Averages a time step; null where no timing table describes the core, multiplyAccumulates where nothing decodes it. */
  readonly mean: (field: MeanField) => number | null;
  /** Of the last step, when everything that stays in a cache is there; null unless asked for. */
  readonly fetched: FetchedLines | null;
  readonly bitExact: boolean;
  /** Call by call. */
  readonly regions: readonly RegionCounts[];
  /** What the twin did of each step; empty where steps do all of their work. */
  readonly work: readonly StepWork[];
  /** What charges cycles. */
  readonly cycleModel: string;
  readonly sizes: FirmwareSizes;
  /** Deepest use of the stack; null when the device did not say [byte]. */
  readonly stackBytes: number | null;
  readonly compiler: string;
  readonly flags: string;
}

/** Throws what prepareDevice and the session throw. */
export async function countSteps(request: CountRequest): Promise<CountedSteps> {
  const { model, board, format, progress, signal } = request;
  const { files, stages } = generate({
    model,
    board,
    format,
    calibration: noiseFrames(model.inputSize),
    ...(request.fourBits === undefined ? {} : { fourBits: request.fourBits }),
    ...(request.plain === true ? { instructions: "c11" } : {}),
    ...(request.wide === true ? { storage: "wide" } : {}),
    ...(request.loopBytes === undefined ? {} : { loopBytes: request.loopBytes }),
    ...(request.fusion === undefined ? {} : { fusion: request.fusion }),
    ...(request.steps === undefined ? {} : { steps: request.steps }),
    ...(request.delta === undefined ? {} : { delta: request.delta }),
    ...(request.sparse === undefined ? {} : { sparse: request.sparse }),
    ...(request.placement === undefined ? {} : { placement: request.placement }),
  });
  // Equal C shares a folder; other C must not overwrite what an emulator is about to load.
  const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
  const key = `bench-${model.name}-${format}-${board.id}-${digest}`;
  const modelDir = join(GENERATED_DIR, key);
  writeFiles(modelDir, files);
  const caches = request.countsFetches ? { fetchCaches: fetchCaches(board) } : {};
  const device = await prepareDevice({
    ...{ board, app: "speed", modelDir, key, progress, signal },
    ...caches,
  });
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
    if (problems.length > 0 || regions.length !== STEPS || device.firmware === null) {
      throw new RangeError(`${regions.length} of ${STEPS} steps were counted for ${key}`);
    }
    const { elf, sizes } = device.firmware;
    const twin = createTwin(stages.quantize.model);
    const { inputSize } = model;
    const { steps } = stages.plan.target;
    const calls = xorshiftFrames(stages.plan.input, steps * inputSize, STIMULUS_SEED, STEPS);
    const work: StepWork[] = [];
    const answers = calls.map((call) =>
      Array.from({ length: steps }, (_, step) => {
        const values = twin.step(call.slice(step * inputSize, (step + 1) * inputSize));
        if (twin.lastWork !== undefined) work.push(twin.lastWork());
        return Buffer.from(values.slice().buffer);
      }),
    );
    const expected = Buffer.concat(answers.at(-1) ?? []);
    const given = result.run.outputs.at(-1)?.record.values ?? new Uint8Array();
    return {
      plan: stages.plan,
      mean: (field) => meanOf(regions, field, steps),
      fetched: request.countsFetches ? fetchedLines(regions.at(-1)?.memory?.variants ?? {}) : null,
      bitExact: expected.equals(given),
      regions,
      work,
      cycleModel: device.cycleModel,
      sizes,
      stackBytes: result.run.summary?.stackBytes ?? null,
      compiler: compilerVersion(elf),
      flags: device.flags,
    };
  } finally {
    await session.close();
    await device.dispose();
  }
}

/** A region is one call of `steps` time steps. */
function meanOf(regions: readonly RegionCounts[], field: MeanField, steps: number): number | null {
  let sum = 0;
  for (const region of regions) {
    const count =
      field === "multiplyAccumulates" ? (region.classes?.mac ?? null) : (region[field] ?? null);
    if (count === null) return null;
    sum += count;
  }
  return sum / (steps * regions.length);
}
