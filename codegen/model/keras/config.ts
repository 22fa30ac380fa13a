/**
 * Typed reading of a Keras layer's options.
 * What the options mean is left to the layers' own files.
 */
import { isObject, type Json, type JsonObject, parseJson, shownJson } from "../json.ts";
import { KERAS, KERAS_LIMITS } from "./limits.ts";

/** @throws ModelFileError TP-MODEL-002 for text that is no JSON object, TP-MODEL-003 beyond the bounds */
export function parseConfig(text: string, file: string): JsonObject {
  return parseJson(text, file, KERAS, KERAS_LIMITS.configCharacters);
}

/** Options that change nothing once a network is trained, or that say only how it was trained or split up. */
const INERT = new Set([
  ...["name", "trainable", "dtype", "seed", "implementation", "unroll", "build_input_shape"],
  ...["batch_input_shape", "batch_shape", "input_shape", "rate", "noise_shape", "noise_stddev"],
  ...["dropout", "recurrent_dropout", "unit_forget_bias", "momentum", "zero_output_for_mask"],
  ...["synchronized", "renorm_momentum", "virtual_batch_size", "supports_masking", "autocast"],
  ...["stddev", "l1", "l2", "ragged", "sparse", "optional", "batch_size"],
]);

/** The options of one layer. */
export class Options {
  readonly #values: JsonObject;
  readonly #file: string;
  /** The layer's name, for messages. */
  readonly #layer: string;
  readonly #read = new Set<string>();

  constructor(values: JsonObject, file: string, layer: string) {
    this.#values = values;
    this.#file = file;
    this.#layer = layer;
  }

  raw(key: string): Json | undefined {
    this.#read.add(key);
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
  }

  /** What is set and neither read so far nor known to change nothing. */
  get unread(): readonly string[] {
    return Object.keys(this.#values).filter((key) => {
      const value = this.#values[key];
      if (this.#read.has(key) || INERT.has(key)) return false;
      if (/_(initializer|regularizer|constraint)$/.test(key)) return false;
      return value !== null && value !== false && value !== undefined;
    });
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.raw(key) ?? absent;
    return typeof value === "boolean" ? value : this.#wrong(key, "true or false");
  }

  integer(key: string, low: number, high: number, absent?: number): number {
    const value = this.raw(key) ?? absent;
    const fits = Number.isInteger(value) && Number(value) >= low && Number(value) <= high;
    return fits ? Number(value) : this.#wrong(key, `a whole number from ${low} to ${high}`);
  }

  /** A number, or a list of just one. */
  single(key: string, low: number, high: number, absent: number): number {
    const value = this.raw(key) ?? absent;
    const one = Array.isArray(value) && value.length === 1 ? (value[0] as Json) : value;
    const fits = Number.isInteger(one) && Number(one) >= low && Number(one) <= high;
    return fits ? Number(one) : this.#wrong(key, `a whole number from ${low} to ${high}`);
  }

  number(key: string, absent: number): number {
    const value = this.raw(key) ?? absent;
    const fits = typeof value === "number" && Number.isFinite(value);
    return fits ? value : this.#wrong(key, "a number");
  }

  text(key: string, absent: string): string {
    const value = this.raw(key) ?? absent;
    return typeof value === "string" ? value : this.#wrong(key, "a text");
  }

  object(key: string): JsonObject {
    const value = this.raw(key);
    return isObject(value) ? value : this.#wrong(key, "an object");
  }

  /** Whole numbers or null, as a shape has them. */
  shape(key: string): readonly (number | null)[] {
    const value = this.raw(key);
    const good = (item: Json) => item === null || Number.isSafeInteger(item);
    if (Array.isArray(value) && value.length <= 8 && value.every(good)) {
      return value as readonly (number | null)[];
    }
    return this.#wrong(key, "a shape");
  }

  #wrong(key: string, expected: string): never {
    const why = `its ${key} is ${shownJson(this.raw(key))}, not ${expected}`;
    throw KERAS.graph(this.#file, this.#layer, why);
  }
}
