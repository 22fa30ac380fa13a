/**
 * The typed form of models/NAME.json: how audio becomes the model's input and its output audio again.
 * Computing that is left to frontend/; fields that only people or training read are passed by.
 */

import { ModelFileError } from "../errors.ts";
import type { RecurrentModel } from "./types.ts";

/** Triangular bands spaced equally on the mel scale. */
export interface BandPlan {
  readonly count: number;
  readonly scale: "mel";
  /** Centre of the first band [Hz]. */
  readonly lowHz: number;
  /** Centre of the last band [Hz]. */
  readonly highHz: number;
}

/** Short-time analysis and synthesis, and the features the model was trained on. */
export interface FrontEnd {
  readonly sampleRateHz: number;
  /** Samples of a frame; twice the hop, so that squared windows sum to 1. */
  readonly windowLength: number;
  /** Samples from frame to frame. */
  readonly hopLength: number;
  /** Points of the transform: 2^n or 5 * 2^n; zero-padded at the end where it is longer than a window. */
  readonly fftSize: number;
  readonly window: "sqrt-hann-periodic";
  readonly bands: BandPlan;
  /** (log2(band power + epsilon) - mean) / deviation, a band. */
  readonly features: {
    readonly kind: "log2-band-power";
    readonly epsilon: number;
    /** [bands.count] */
    readonly mean: Float64Array;
    /** [bands.count], > 0 */
    readonly deviation: Float64Array;
  };
  /** The model answers one gain a band, 0 to 1. */
  readonly gains: { readonly kind: "band-gain" };
}

export interface Sidecar {
  readonly schema: 1;
  readonly name: string;
  /** File name of the model beside it. */
  readonly model: string;
  /** Licence of the weights. */
  readonly license: string;
  readonly task: "speech-denoising";
  readonly frontEnd: FrontEnd;
  /** Folder or file of calibration audio, relative to the sidecar. */
  readonly calibration: string;
  /** Folder of demonstration clips, relative to the sidecar. */
  readonly clips: string;
}

const MAX_TEXT = 1024;
const MAX_BANDS = 512;
const MAX_FFT_SIZE = 8192;

/** Reads fields of one JSON object, naming the path of whatever is wrong. */
class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #file: string;

  constructor(value: unknown, path: string, file: string) {
    this.#path = path;
    this.#file = file;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.wrong("", "an object", value);
    }
    this.#values = value as Record<string, unknown>;
  }

  wrong(key: string, expected: string, actual: unknown): ModelFileError {
    const field = [this.#path, key].filter((part) => part !== "").join(".") || "the document";
    return new ModelFileError(
      "TP-MODEL-010",
      {
        what: `${this.#file}: ${field} is ${JSON.stringify(actual)?.slice(0, 60) ?? "missing"}`,
        why: `it has to be ${expected}`,
        fix: "correct the field, or let training write the file again: npm run train",
      },
      { file: this.#file, field },
    );
  }

  object(key: string): Fields {
    return new Fields(this.#values[key], [this.#path, key].filter(Boolean).join("."), this.#file);
  }

  text(key: string): string {
    const value = this.#values[key];
    if (typeof value === "string" && value.length > 0 && value.length <= MAX_TEXT) return value;
    throw this.wrong(key, `a text of 1 to ${MAX_TEXT} characters`, value);
  }

  /** A relative path that stays in the sidecar's folder. */
  path(key: string): string {
    const value = this.text(key);
    const escapes = value.startsWith("/") || /(^|[\\/])\.\.([\\/]|$)|\\|:/.test(value);
    if (escapes) throw this.wrong(key, "a path inside the sidecar's folder, with /", value);
    return value;
  }

  literal<T extends string | number>(key: string, expected: T): T {
    if (this.#values[key] === expected) return expected;
    throw this.wrong(key, JSON.stringify(expected), this.#values[key]);
  }

  integer(key: string, low: number, high: number): number {
    const value = this.#values[key];
    if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) {
      return Number(value);
    }
    throw this.wrong(key, `an integer from ${low} to ${high}`, value);
  }

  number(key: string, low: number, high: number): number {
    const value = this.#values[key];
    if (typeof value === "number" && value >= low && value <= high) return value;
    throw this.wrong(key, `a number from ${low} to ${high}`, value);
  }

  numbers(key: string, length: number, low: number, high: number): Float64Array {
    const value = this.#values[key];
    const good = (item: unknown) => typeof item === "number" && item >= low && item <= high;
    if (Array.isArray(value) && value.length === length && value.every(good)) {
      return Float64Array.from(value as number[]);
    }
    throw this.wrong(key, `${length} numbers from ${low} to ${high}`, value);
  }
}

/**
 * Reads and checks a sidecar's JSON text; unknown fields are allowed.
 * @param file name for messages
 * @throws ModelFileError TP-MODEL-010 naming the first wrong field
 */
export function parseSidecar(text: string, file: string): Sidecar {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ModelFileError(
      "TP-MODEL-010",
      {
        what: `${file} is not JSON`,
        why: error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error),
        fix: "correct the file, or let training write it again: npm run train",
      },
      { file },
    );
  }
  const fields = new Fields(document, "", file);
  return {
    schema: fields.literal("schema", 1),
    name: fields.text("name"),
    model: fields.path("model"),
    license: fields.text("license"),
    task: fields.literal("task", "speech-denoising"),
    frontEnd: readFrontEnd(fields.object("frontEnd")),
    calibration: fields.path("calibration"),
    clips: fields.path("clips"),
  };
}

function readFrontEnd(fields: Fields): FrontEnd {
  const sampleRateHz = fields.integer("sampleRateHz", 1000, 192_000);
  const hopLength = fields.integer("hopLength", 1, MAX_FFT_SIZE / 2);
  const windowLength = fields.integer("windowLength", 2, MAX_FFT_SIZE);
  const fftSize = fields.integer("fftSize", windowLength, MAX_FFT_SIZE);
  if (windowLength !== 2 * hopLength) {
    throw fields.wrong("windowLength", `twice hopLength, ${2 * hopLength}`, windowLength);
  }
  if (
    !Number.isInteger(Math.log2(fftSize % 5 === 0 ? fftSize / 5 : fftSize)) ||
    fftSize % 2 !== 0
  ) {
    throw fields.wrong("fftSize", "2^n or 5 * 2^n, n at least 1", fftSize);
  }
  return {
    sampleRateHz,
    windowLength,
    hopLength,
    fftSize,
    window: fields.literal("window", "sqrt-hann-periodic"),
    ...readBands(fields, sampleRateHz),
    gains: { kind: fields.object("gains").literal("kind", "band-gain") },
  };
}

function readBands(fields: Fields, sampleRateHz: number): Pick<FrontEnd, "bands" | "features"> {
  const bands = fields.object("bands");
  const features = fields.object("features");
  const count = bands.integer("count", 2, MAX_BANDS);
  const lowHz = bands.number("lowHz", 0, sampleRateHz / 2);
  const highHz = bands.number("highHz", 0, sampleRateHz / 2);
  if (highHz <= lowHz) throw bands.wrong("highHz", `above lowHz, ${lowHz}`, highHz);
  return {
    bands: { count, scale: bands.literal("scale", "mel"), lowHz, highHz },
    features: {
      kind: features.literal("kind", "log2-band-power"),
      epsilon: features.number("epsilon", Number.MIN_VALUE, 1),
      mean: features.numbers("mean", count, -1e6, 1e6),
      deviation: features.numbers("deviation", count, 1e-6, 1e6),
    },
  };
}

/**
 * Checks that the sidecar's bands fit the model.
 * @throws ModelFileError TP-MODEL-011
 */
export function checkSidecarFits(sidecar: Sidecar, model: RecurrentModel, file: string): void {
  const { count } = sidecar.frontEnd.bands;
  if (model.inputSize === count && model.outputSize === count) return;
  throw new ModelFileError(
    "TP-MODEL-011",
    {
      what: `${file} has ${count} bands; ${model.name} takes ${model.inputSize} values and answers ${model.outputSize}`,
      why: "the front end makes one feature a band and takes one gain a band",
      fix: "put the sidecar that was written with this model beside it",
    },
    { file, bands: count, inputSize: model.inputSize, outputSize: model.outputSize },
  );
}
