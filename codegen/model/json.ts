/**
 * JSON that is not trusted: its size and depth are bounded before it is parsed.
 * What a document says is left to those who read it.
 */
import type { Refusals } from "./refusals.ts";

/** Objects in objects. */
const MAX_DEPTH = 100;

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The beginning of a value, for messages. */
export function shownJson(value: Json | undefined): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 60);
}

/**
 * @param file name of the file, for messages
 * @param characters that the text may have at most; parsed it takes some ten times as much
 * @throws ModelFileError TP-MODEL-002 for text that is no JSON object, TP-MODEL-003 beyond the bounds
 */
export function parseJson(
  text: string,
  file: string,
  refusals: Refusals,
  characters: number,
): JsonObject {
  if (text.length > characters) {
    throw refusals.limit(file, `JSON of ${text.length} characters`, characters);
  }
  if (isTooDeep(text)) throw refusals.limit(file, "objects in objects in its JSON", MAX_DEPTH);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = String(error).replaceAll(/\s+/g, " ").slice(0, 120);
    throw refusals.damaged(file, `its JSON cannot be parsed: ${why}`);
  }
  if (isObject(value)) return value;
  throw refusals.damaged(file, "its JSON is no object");
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length && depth <= MAX_DEPTH; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === "\\") at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "{" || letter === "[") depth++;
    else if (letter === "}" || letter === "]") depth--;
  }
  return depth > MAX_DEPTH;
}
