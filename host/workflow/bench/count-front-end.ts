/**
 * Runs a generated front end alone on an emulated board, counts it by part and compares every hop with the twin's.
 * The comparison is left to front-end-bits.ts, which parameters and boards, and how the counts are shown, is left to the callers.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  benchmarkModel,
  type EmulatedBoard,
  type Format,
  FRONT_END_PARTS,
  type FrontEnd,
  type FrontEndArithmetic,
  type FrontEndPart,
  type FrontEndPlan,
  frontEndParts,
  generate,
  noiseFrames,
  VALUE_BYTES,
  valueArray,
  writeFiles,
} from "../../../codegen/index.ts";
import { layerOf, type ProfileFacts } from "../../analyze/profile/facts.ts";
import { explainEnding } from "../../link/outcome.ts";
import { Session } from "../../link/session.ts";
import { parseCounts } from "../counts.ts";
import { prepareDevice } from "../device.ts";
import { FIRMWARE_DIR, GENERATED_DIR } from "../paths.ts";
import { parseProfile } from "../profile/profile-file.ts";
import type { Progress } from "../progress.ts";
import { xorshiftFrames } from "../stimulus.ts";
import { differingHops, type FrontEndHop } from "./front-end-bits.ts";

/** Hops that the counts are averaged over; the first frames are half silent. */
const HOPS = 10;
const STIMULUS_SEED = 7;
const PREFIX = "counted";

export interface FrontEndRequest {
  readonly frontEnd: FrontEnd;
  readonly board: EmulatedBoard;
  /** Of the model, whose edges the front end makes and reads. */
  readonly format: Format;
  /** Fixed point where it is not given. */
  readonly arithmetic?: FrontEndArithmetic;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Averages a hop. */
export interface FrontEndCounts {
  readonly instructions: number;
  /** Modelled; null where no timing table describes the core. */
  readonly cycles: number | null;
}

export interface CountedFrontEnd {
  readonly whole: FrontEndCounts;
  /** What belongs to no part, calls and loops between them, is in `other`. */
  readonly parts: Readonly<Record<FrontEndPart | "other", FrontEndCounts>>;
  /** Whether every hop that was counted has the twin's bits. */
  readonly bitExact: boolean;
}

/** @throws what prepareDevice and the session throw; RangeError when not every hop was counted */
export async function countFrontEnd(request: FrontEndRequest): Promise<CountedFrontEnd> {
  const { board, frontEnd, progress, signal } = request;
  const { fftSize } = frontEnd;
  const { modelDir, key, plan } = writeFrontEnd(request);
  const parts = frontEndParts(`${PREFIX}_audio`, plan);
  const profile = { parts, tracedSteps: 0 };
  const device = await prepareDevice({
    board,
    app: "speed",
    modelDir,
    key,
    profile,
    progress,
    signal,
  });
  const session = new Session(device.link);
  try {
    await session.open();
    progress.step(`counting the front end of ${fftSize} points on ${board.id}`);
    await session.measure(HOPS, STIMULUS_SEED);
    const result = await session.finish();
    const failure = explainEnding(result);
    if (failure) throw failure;
    const decoder = new TextDecoder();
    const text = decoder.decode((await device.readCounts()) ?? new Uint8Array());
    const { regions, problems } = parseCounts(text);
    const profiled = await device.readProfile();
    if (problems.length > 0 || regions.length !== HOPS || !profiled || !device.firmware) {
      throw new RangeError(`${regions.length} of ${HOPS} hops were counted for ${key}`);
    }
    const facts = parseProfile(decoder.decode(profiled.lines), profiled.names, HOPS);
    const hops = countedHops(plan);
    const differing = await differingHops({ board, modelDir, key, plan, hops, progress, signal });
    return {
      whole: sumOf(facts, () => true),
      parts: Object.fromEntries(
        [...FRONT_END_PARTS, "other"].map((part) => [
          part,
          sumOf(facts, (layer) =>
            part === "other" ? !FRONT_END_PARTS.some((one) => one === layer) : part === layer,
          ),
        ]),
      ) as CountedFrontEnd["parts"],
      bitExact: differing.length === 0,
    };
  } finally {
    await session.close();
    await device.dispose();
  }
}

/** The front end's C without a model's, under a model's names. */
export function writeFrontEnd({
  frontEnd,
  board,
  format,
  arithmetic = "fixed",
}: Pick<FrontEndRequest, "frontEnd" | "board" | "format" | "arithmetic">) {
  const model = benchmarkModel("lstm", frontEnd.bands.count, frontEnd.bands.count);
  const calibration = noiseFrames(model.inputSize);
  const generated = generate({
    ...{ model, board, format, calibration, prefix: PREFIX, frontEnd },
    frontEndArithmetic: arithmetic,
  });
  const alone = generated.files.filter(({ name }) => /audio|^counted\.h$/.test(name));
  const text = readFileSync(join(FIRMWARE_DIR, "front-end", "pioneer_model.h"), "utf8");
  const files = [...alone, { name: "pioneer_model.h", text }];
  // Equal C shares a folder; other C must not overwrite what an emulator is about to load.
  const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
  const key = `front-end-${frontEnd.fftSize}-${arithmetic}-${format}-${board.id}-${digest}`;
  const modelDir = join(GENERATED_DIR, key);
  writeFiles(modelDir, files);
  if (generated.frontEnd === null) throw new RangeError("no front end was generated");
  return { modelDir, key, plan: generated.frontEnd };
}

/** The hops that the program speed makes. @throws RangeError where random bytes are no gains */
function countedHops({ hopLength, bandCount, output }: FrontEndPlan): readonly FrontEndHop[] {
  if (output.type === "float32") {
    throw new RangeError("random bytes are no gains in single precision");
  }
  const hopBytes = 2 * hopLength;
  const bytes = { ...output, type: "int8" } as const;
  const perHop = hopBytes + bandCount * VALUE_BYTES[output.type];
  return xorshiftFrames(bytes, perHop, STIMULUS_SEED, HOPS).map(({ buffer }) => {
    const gains = valueArray(output.type, bandCount);
    new Uint8Array(gains.buffer).set(new Uint8Array(buffer, hopBytes));
    return { samples: new Int16Array(buffer.slice(0, hopBytes)), gains };
  });
}

function sumOf(facts: ProfileFacts, has: (layer: string) => boolean): FrontEndCounts {
  let [instructions, cycles] = [0, 0 as number | null];
  for (const cell of facts.cells) {
    if (!has(layerOf(facts, cell))) continue;
    instructions += cell.counts.instructions;
    cycles = cycles === null || cell.counts.cycles === null ? null : cycles + cell.counts.cycles;
  }
  return { instructions: instructions / HOPS, cycles: cycles === null ? null : cycles / HOPS };
}
