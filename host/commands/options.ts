/**
 * Options that several verbs have, and how their numbers are read.
 * Which verb has which is left to the verbs' own files.
 */
import { InvalidArgumentError, Option } from "commander";
import {
  ALL_FORMATS,
  type DeltaThresholds,
  FORMATS,
  type FormatText,
  FRONT_END_ARITHMETICS,
  FUSIONS,
  isFormatText,
  MOST_LEFT_OUT,
  type SkipRequest,
  UsageError,
} from "../../codegen/index.ts";
import { AUDIO_OUTPUTS, AUDIO_SOURCES } from "../workflow/hearable/sound-names.ts";

export const budget = (flags: string, what: string) =>
  new Option(flags, what).argParser((text) => positive(text, flags));
export const count = (flags: string, what: string) =>
  new Option(flags, what).argParser((text) => wholeNumber(text, flags));
export const format = () =>
  new Option("--format <mode>", "number format").choices([...FORMATS]).default("int8");
export const fusion = (choices: readonly string[] = FUSIONS) =>
  new Option("--fusion <level>", "what one pass over a layer's rows does")
    .choices(choices)
    .default("full");
export const steps = () =>
  count("--steps <n>", "time steps in a call, where a sequence is known ahead: an even number");
export const anyFormat = () =>
  new Option(
    "--format <mode>",
    "number format (default: that of a quantized TFLite file, else int8)",
  ).choices([...ALL_FORMATS]);
/** Where the C is made: layer by layer, too. */
export const formatByLayer = () =>
  new Option(
    "--format <mode>",
    `number format: ${ALL_FORMATS.join(", ")}, or int8,LAYER=int4 for 4-bit weights in some layers (default: that of a quantized TFLite file, else int8)`,
  ).argParser(formatText);
export const weights = () =>
  new Option("--weights <place>", "memory for weights, by name or role: see pioneer boards ID");
export const tables = () =>
  new Option("--tables <place>", "memory for tables; without it beside the weights");
export const code = () => new Option("--code <place>", "memory for the functions of a step");
export const framework = () =>
  new Option("--framework", "Arduino or ESP-IDF, on a board that needs none, too");
export const calibrate = () =>
  new Option(
    "--calibrate <file>",
    "WAV file or folder of them, channels averaged; without it the model's own clips, else noise",
  );

export const delta = () =>
  new Option(
    "--delta <steps>",
    "int8 LSTMs take in again only what moved by more: steps of inputs and states, as 8 or 8,4",
  ).argParser(deltaThresholds);
/** Of `size`: without a value, the thresholds that it tries by itself. */
export const deltas = () =>
  new Option(
    "--delta [steps...]",
    "with --evaluate: try the model with --delta 4,2, 8,4, 12,8 and 16,16, or with these, too",
  ).argParser<readonly DeltaThresholds[]>((text, before) => [
    ...(Array.isArray(before) ? before : []),
    deltaThresholds(text),
  ]);
export const skip = () =>
  new Option(
    "--skip <rule>",
    "LEVEL,FRAMES: repeat the last result in silence, inputs of mean LEVEL or less, after FRAMES such frames",
  ).argParser(skipRule);
export const sparse = () =>
  new Option(
    "--sparse <percent>",
    "int8: leave out that part of the tiles of 8 x 4 weights, those that matter least; 0: what is zero already",
  ).argParser(leftOut);
export const frontEnd = () =>
  new Option(
    "--front-end <mode>",
    "hearable: arithmetic of the front end (default: fixed, which is faster on every core that was counted)",
  ).choices([...FRONT_END_ARITHMETICS]);
export const stamps = () =>
  new Option(
    "--stamps",
    "the device's own counter stamps the end of every layer: --trace shows them",
  );

function formatText(text: string): FormatText {
  if (isFormatText(text)) return text;
  throw new InvalidArgumentError(
    `Allowed choices are ${ALL_FORMATS.join(", ")}, or int8,LAYER=int4.`,
  );
}

/** @throws UsageError TP-USE-002 */
function deltaThresholds(text: string): DeltaThresholds {
  const [input = Number.NaN, hidden = input, ...more] = numbers(text);
  if (
    more.length === 0 &&
    [input, hidden].every((value) => Number.isInteger(value) && value >= 0)
  ) {
    return { input, hidden };
  }
  throw badNumber(text, "--delta", "one or two whole numbers from 0: --delta 8,4");
}

/** @throws UsageError TP-USE-002 */
function leftOut(text: string): number {
  const percent = text.trim() === "" ? Number.NaN : Number(text);
  if (percent >= 0 && percent <= MOST_LEFT_OUT) return percent;
  throw badNumber(text, "--sparse", `a number from 0 to ${MOST_LEFT_OUT}: --sparse 50`);
}

/** @throws UsageError TP-USE-002 */
function skipRule(text: string): SkipRequest {
  const [level = Number.NaN, frames = Number.NaN, ...more] = numbers(text);
  if (more.length === 0 && Number.isFinite(level) && Number.isInteger(frames) && frames > 0) {
    return { level, frames };
  }
  throw badNumber(text, "--skip", "a number and a whole number above 0: --skip=-0.5,8");
}

function numbers(list: string): readonly number[] {
  return list.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
}

/** @throws UsageError TP-USE-002 */
export function positive(text: string, flags: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw badNumber(text, flags, "a number above 0");
}

function wholeNumber(text: string, flags: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw badNumber(text, flags, "a whole number above 0");
}

function badNumber(text: string, flags: string, expected: string): UsageError {
  return new UsageError("TP-USE-002", {
    what: `${flags.split(" ")[0]} was given "${text}"`,
    why: `it takes ${expected}`,
    fix: "pioneer run --help",
  });
}
export const audio = () =>
  new Option("--audio <source>", "hearable: where its sound comes from (serial)").choices([
    ...AUDIO_SOURCES,
  ]);
export const output = () =>
  new Option(
    "--output <sink>",
    "hearable by microphone: where its sound goes beside the records (none: serial)",
  ).choices([...AUDIO_OUTPUTS]);
