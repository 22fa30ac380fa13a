/**
 * Decides what a run feeds the model, frame by frame, and what its twin and the float64 reference answer.
 * Sending it is left to run.ts, comparing to judge.ts.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { ActivationArray, Quantization, StepWork, Twin } from "../../codegen/index.ts";
import {
  analyse,
  createFloatModel,
  createTwin,
  noiseFrames,
  quantizeValues,
  UsageError,
  valueArray,
} from "../../codegen/index.ts";
import { readMono, STDIN, stdinMono } from "../audio/wav-file.ts";
import { npyFrames } from "./calibration.ts";
import { frontEndOf, type Prepared } from "./generate.ts";

/** Frames that `speed` and models without audio run when nobody says how many. */
const DEFAULT_FRAMES = 100;
/** MAX_FRAMES of firmware/apps/speed.c. */
const MAX_SPEED_FRAMES = 4096;
/** Longest stream of one run: an hour of 10 ms frames. */
export const MAX_FRAMES = 360_000;

export interface StimulusAudio {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly noisy: Int16Array;
  /** The same speech without noise; null when nobody gave it. */
  readonly clean: Int16Array | null;
}

export interface Stimulus {
  /** What the device is fed, raw values of one frame each. */
  readonly inputs: readonly Uint8Array[];
  /** What it must answer, raw values of one frame each. */
  readonly expected: readonly Uint8Array[];
  /** The persistent state after each frame, as model_read_state writes it. */
  readonly states: readonly Uint8Array[];
  /** What each step did, where steps may leave work out. */
  readonly work?: readonly StepWork[];
  /** The float64 reference on the unquantized input, [outputSize] a frame; null where only raw values are known. */
  readonly reference: readonly Float64Array[] | null;
  /** Input values that lay outside the calibrated range and were clipped. */
  readonly clippedValues: number;
  readonly audio: StimulusAudio | null;
  /** How many frames there were, where nobody here fed them and `inputs` may be empty. */
  readonly frames?: number;
  /** Frames after which the state is put back: those of a sequence. Absent for a stream that has no end. */
  readonly sequenceFrames?: number;
}

export interface StimulusRequest {
  readonly input?: string;
  readonly reference?: string;
  readonly golden?: string;
  readonly frames?: number;
  /** Play it over and over until there are so many frames, the state living on; without the float64 reference. */
  readonly repeatFrames?: number;
}

/**
 * Frames from a recording, a feature file, the model's own first clip, or seeded noise; in that order.
 * @param warn is told what was made of the recording that it did not ask for
 * @throws UsageError TP-USE-166 for a recording of more than MAX_FRAMES; what reading the recording throws
 */
export function streamStimulus(
  prepared: Prepared,
  request: StimulusRequest,
  warn: (words: string) => void = () => {},
): Stimulus {
  if (request.golden !== undefined) return goldenStimulus(prepared, request.golden);
  const audio = soundOf(prepared, request, warn);
  const features = audio
    ? analyse(audio.noisy, frontEndOf(prepared.loaded)).features
    : featuresOf(prepared, request);
  const repeats = request.repeatFrames !== undefined;
  // A recording ends where it ends, unless it is to be repeated; feature frames and noise are.
  const most = audio && !repeats ? features.length : MAX_FRAMES;
  const wanted = Math.min(request.repeatFrames ?? request.frames ?? features.length, most);
  if (wanted > MAX_FRAMES) throw tooLongError(wanted);
  const frames = Array.from(
    { length: wanted },
    (_, i) => features[i % features.length] as Float64Array,
  );
  const { stages } = prepared.generated;
  const float = createFloatModel(stages.model);
  const sequenceFrames = sequenceFramesOf(prepared);
  let clippedValues = 0;
  const inputs = frames.map((frame) => {
    const { values, clipped } = quantizeValues(frame, stages.plan.input);
    clippedValues += clipped;
    return values;
  });
  return {
    ...answersOf(prepared, inputs, sequenceFrames),
    reference: repeats
      ? null
      : frames.map((frame, index) => {
          if (startsSequence(index, sequenceFrames)) float.reset();
          return float.step(frame);
        }),
    clippedValues,
    audio: audio && !repeats && wanted >= features.length ? audio : null,
  };
}

/** More frames than a run keeps, of a recording that nobody cut. */
export function tooLongError(frames: number): UsageError {
  return new UsageError(
    "TP-USE-166",
    {
      what: `the recording has ${frames} frames`,
      why: `a run keeps ${MAX_FRAMES} at most, an hour of 10 ms each`,
      fix: `--frames ${MAX_FRAMES} plays its beginning`,
    },
    { frames, limit: MAX_FRAMES },
  );
}

/** The inputs that the program `speed` makes itself, and their answers. */
export function speedStimulus(
  prepared: Prepared,
  seed: number,
  frames: number = DEFAULT_FRAMES,
): Stimulus {
  if (frames > MAX_SPEED_FRAMES) {
    throw new UsageError("TP-USE-129", {
      what: `${frames} frames are more than the program "speed" can time`,
      why: `it keeps every frame's cycles in RAM, ${MAX_SPEED_FRAMES} at most`,
      fix: `--frames ${MAX_SPEED_FRAMES}, or --app stream`,
    });
  }
  const { plan } = prepared.generated.stages;
  const inputs = xorshiftFrames(plan.input, plan.inputSize, seed, frames);
  return { ...answersOf(prepared, inputs), reference: null, clippedValues: 0, audio: null };
}

/**
 * Marsaglia's xorshift32 (13, 17, 5): words little-endian, the last one of a frame cut where it must be. For a float32
 * each word is an integer, of which the value is 2^-31 times; as firmware/apps/speed.c makes them.
 */
export function xorshiftFrames(
  input: Quantization,
  inputSize: number,
  seed: number,
  frames: number,
): readonly ActivationArray[] {
  let random = seed;
  return Array.from({ length: frames }, () => {
    if (input.type === "float32") {
      return Float32Array.from({ length: inputSize }, () => {
        random = xorshift32(random);
        return (random | 0) / 2 ** 31;
      });
    }
    const values = valueArray(input.type, inputSize);
    const bytes = new Uint8Array(values.buffer);
    for (let i = 0; i < bytes.length; i++) {
      if (i % 4 === 0) random = xorshift32(random);
      bytes[i] = random >>> (8 * (i % 4));
    }
    return values;
  });
}

function xorshift32(state: number): number {
  let x = state ^ (state << 13);
  x ^= x >>> 17;
  return (x ^ (x << 5)) >>> 0;
}

/** Of a model that takes sequences of a length that its file fixes, which start anew each. */
function sequenceFramesOf({ loaded }: Prepared): number | undefined {
  const { streaming, sequenceSteps } = loaded.model;
  return streaming === "stateful-step" ? undefined : sequenceSteps;
}

function startsSequence(index: number, sequenceFrames: number | undefined): boolean {
  return sequenceFrames !== undefined && index % sequenceFrames === 0;
}

function answersOf(
  prepared: Prepared,
  inputs: readonly ActivationArray[],
  sequenceFrames?: number,
): Pick<Stimulus, "inputs" | "expected" | "states" | "work" | "sequenceFrames"> {
  const twin: Twin = createTwin(prepared.generated.stages.quantize.model);
  const expected: Uint8Array[] = [];
  const states: Uint8Array[] = [];
  const work: StepWork[] = [];
  inputs.forEach((input, index) => {
    if (startsSequence(index, sequenceFrames)) twin.reset();
    expected.push(bytesOf(twin.step(input)));
    states.push(twin.readState());
    if (twin.lastWork !== undefined) work.push(twin.lastWork());
  });
  return {
    inputs: inputs.map(bytesOf),
    expected,
    states,
    ...(work.length === 0 ? {} : { work }),
    ...(sequenceFrames === undefined ? {} : { sequenceFrames }),
  };
}

/** A copy, little-endian: typed arrays are so on every machine that Node runs on. */
function bytesOf(values: ActivationArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}

/** The sound to play and, where it is there, the same without noise; null where there is none. */
export function soundOf(
  prepared: Prepared,
  request: StimulusRequest,
  warn: (words: string) => void,
): StimulusAudio | null {
  const noisy = request.input ?? firstClip(prepared);
  if (noisy === undefined || extname(noisy).toLowerCase() === ".npy") return null;
  const { sampleRateHz } = frontEndOf(prepared.loaded);
  const clean = request.reference ?? cleanBeside(noisy);
  const fromInput = noisy === STDIN;
  const audio = {
    name: fromInput ? "standard input" : basename(noisy).replace(/(\.noisy)?\.wav$/i, ""),
    sampleRateHz,
    noisy: fromInput ? stdinMono(sampleRateHz, warn) : readMono(noisy, sampleRateHz, warn),
    clean: clean === undefined ? null : readMono(clean, sampleRateHz, warn),
  };
  if (audio.noisy.length === 0) {
    throw new UsageError("TP-USE-124", {
      what: `${audio.name} holds no samples`,
      why: "there is nothing to play",
      fix: "give a recording of at least one frame",
    });
  }
  if (audio.clean && audio.clean.length !== audio.noisy.length) {
    throw new UsageError("TP-USE-124", {
      what: `${basename(clean as string)} has ${audio.clean.length} samples, the input ${audio.noisy.length}`,
      why: "SI-SDR compares sample by sample",
      fix: "give a reference of the same length, or none",
    });
  }
  return audio;
}

/** The first of the clips beside a model; undefined where it has none. */
export function firstClip({ loaded }: Prepared): string | undefined {
  if (!loaded.sidecar) return undefined;
  const folder = join(loaded.directory, loaded.sidecar.clips);
  if (!existsSync(folder)) return undefined;
  const clip = readdirSync(folder)
    .filter((file) => file.endsWith(".noisy.wav"))
    .sort()[0];
  return clip === undefined ? undefined : join(folder, clip);
}

/** NAME.clean.wav beside NAME.noisy.wav, where it is. */
export function cleanBeside(noisy: string): string | undefined {
  const clean = noisy.replace(/\.noisy\.wav$/, ".clean.wav");
  return clean !== noisy && existsSync(clean) ? clean : undefined;
}

function featuresOf(prepared: Prepared, request: StimulusRequest): readonly Float64Array[] {
  const { inputSize } = prepared.loaded.model;
  if (request.input !== undefined) return npyFrames(request.input, inputSize);
  const noise = noiseFrames(inputSize).sequences.flat();
  return noise.slice(0, DEFAULT_FRAMES);
}

/**
 * `{input: [...], expectedOutput: [...]}`: raw values, whole frames, from zero state. Of a model that takes sequences the
 * outputs may be those of each sequence's last frame alone: what its framework answers; the twin's stand for the others.
 */
function goldenStimulus(prepared: Prepared, file: string): Stimulus {
  const { plan } = prepared.generated.stages;
  const golden = parseGolden(file, plan.input.type);
  const rows = golden.input.length / plan.inputSize;
  const sequenceFrames = sequenceFramesOf(prepared);
  const sequences = sequenceFrames === undefined ? 0 : rows / sequenceFrames;
  const answers = golden.expectedOutput.length / plan.outputSize;
  const lastFramesOnly = sequences >= 1 && answers === sequences;
  if (!Number.isInteger(rows) || rows < 1 || (answers !== rows && !lastFramesOnly)) {
    throw goldenError(
      file,
      `${golden.input.length} inputs and ${golden.expectedOutput.length} outputs are not whole frames of ${plan.inputSize} and ${plan.outputSize}`,
    );
  }
  const cut = (values: readonly number[], size: number, type: Quantization["type"]) =>
    Array.from({ length: values.length / size }, (_, row) => {
      const part = valueArray(type, size);
      part.set(values.slice(row * size, (row + 1) * size));
      return part;
    });
  const inputs = cut(golden.input, plan.inputSize, plan.input.type);
  const own = answersOf(prepared, inputs, sequenceFrames);
  const expected = cut(golden.expectedOutput, plan.outputSize, plan.output.type).map(bytesOf);
  return {
    ...own,
    expected: own.expected.map((answer, row) => {
      if (!lastFramesOnly) return expected[row] as Uint8Array;
      const ends = row % (sequenceFrames as number) === (sequenceFrames as number) - 1;
      return ends ? (expected[Math.floor(row / (sequenceFrames as number))] as Uint8Array) : answer;
    }),
    reference: null,
    clippedValues: 0,
    audio: null,
  };
}

function parseGolden(
  file: string,
  type: Quantization["type"],
): { input: number[]; expectedOutput: number[] } {
  const float = type === "float32";
  const isValue = (v: unknown): boolean =>
    float ? Number.isFinite(v) : Number.isInteger(v) && Math.abs(Number(v)) <= 32768;
  const isValues = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every(isValue);
  try {
    const { input, expectedOutput } = JSON.parse(readFileSync(file, "utf8"));
    if (isValues(input) && isValues(expectedOutput)) return { input, expectedOutput };
  } catch (error) {
    throw goldenError(file, error instanceof Error ? error.message : String(error));
  }
  const numbers = float ? "numbers" : "whole numbers";
  throw goldenError(file, `it is not {input: [...], expectedOutput: [...]} of ${numbers}`);
}

function goldenError(file: string, why: string): UsageError {
  return new UsageError("TP-USE-125", {
    what: `${file} cannot be used as golden values`,
    why,
    fix: "give raw values of the model's own input and output types, whole frames, from zero state",
  });
}
