/**
 * Finds one number of a document by its path and tells value, unit, kind, source, arithmetic and records behind it.
 * Which arithmetic belongs to which field is left to explain-rules.ts, printing to report/.
 */
import { AnalysisError } from "./analysis-error.ts";
import type { Rule } from "./explain-rules.ts";
import { RULES } from "./explain-rules.ts";
import type { Fields } from "./import/fields.ts";
import { isFields } from "./import/fields.ts";
import { requireFiniteIn } from "./number-limits.ts";

/** One number, or text, of a document. */
export interface ExplainedField {
  /** As it was found: indices in place of names. */
  readonly path: string;
  readonly value: number | string | boolean;
  /** Null for a text, and for plain counting. */
  readonly unit: string | null;
  readonly kind: string | null;
  readonly source: string | null;
  /** [low, high]; an end that the samples do not bound is null. */
  readonly interval: readonly (number | null)[] | null;
}

export interface Explanation extends ExplainedField {
  /** How it was computed; null for a value that stands as it was given. */
  readonly expression: string | null;
  /** The value once more from the inputs; null where it cannot be. */
  readonly again: number | null;
  readonly inputs: readonly ExplainedField[];
  /** The file's records it rests on; null where the document does not say. */
  readonly records: string | null;
}

/** Units that a field's name carries, or that plain counts of the documents have. */
const NAMED_UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms(\.|$)/, "ms"],
  [/Ns(\.|$)/, "ns"],
  [/Uj(\.|$)/, "uJ"],
  [/dutyPercent$/, "%"],
  [/Mw(\.|$)/, "mW"],
  [/perMac$/, "a MAC"],
  [/[bB]ytes([A-Z][a-z]+)?$/, "byte"],
  [/^instructions\./, "instruction"],
  [/^(cycles\.|cycles$)/, "cycle"],
];

/**
 * @param path steps joined by "."; a step into a list is an index, or the id, name or `limits` of an element
 * @throws AnalysisError TP-USE-242 for a number that is not finite, -287 when there is no such field, naming those that are there
 */
export function explainField(document: object, path: string): Explanation {
  requireFiniteIn("the document", document);
  const steps = path.split(".").filter((step) => step !== "");
  const found = walk(document, steps);
  if ("missing" in found) throw noSuchField(path, found.missing, found.near);
  const field = fieldOf(document, found.steps);
  if (field === null) {
    throw noSuchField(path, `${path} is not one number`, Object.keys(found.value as object));
  }
  const [rule, kept] = ruleOf(found.steps);
  const inputs = (rule?.inputs ?? []).flatMap(
    (input) => inputOf(document, workIn(document, found.steps, input), kept) ?? [],
  );
  const numbers = inputs.map(({ value, unit }) => inBaseUnit(value, unit));
  const complete = rule !== undefined && numbers.length === rule.inputs.length;
  const again = complete && rule.again !== undefined ? rule.again(...numbers) : null;
  return {
    ...field,
    expression: rule?.expression ?? null,
    again: again !== null && Number.isFinite(again) ? again : null,
    inputs,
    records: recordsOf(document, found.steps),
  };
}

interface Found {
  readonly steps: readonly string[];
  readonly value: unknown;
}

function walk(
  document: object,
  steps: readonly string[],
): Found | { readonly missing: string; readonly near: readonly string[] } {
  let value: unknown = document;
  const taken: string[] = [];
  for (const step of steps) {
    const key = Array.isArray(value) ? elementOf(value, step) : step;
    const there = isFields(value) || Array.isArray(value);
    if (!there || key === undefined || !Object.hasOwn(value as object, key)) {
      const at = taken.length === 0 ? "the document" : taken.join(".");
      const why = isFields(document) && isFields(document.why) ? document.why : {};
      const reason = why[taken.at(-1) ?? step];
      const missing =
        value === null && typeof reason === "string"
          ? `${at} is null: ${reason}`
          : `${at} has no "${step}"`;
      return { missing, near: there ? namesIn(value as object) : [] };
    }
    taken.push(key);
    value = (value as Fields)[key];
  }
  return { steps: taken, value };
}

/** The index of an element by index, id, name or what it limits. */
function elementOf(list: readonly unknown[], step: string): string | undefined {
  if (/^\d+$/.test(step)) return step;
  const index = list.findIndex(
    (element) => isFields(element) && [element.id, element.name, element.limits].includes(step),
  );
  return index < 0 ? undefined : String(index);
}

function namesIn(value: object): readonly string[] {
  if (!Array.isArray(value)) return Object.keys(value);
  return value.map((element: unknown, index) =>
    isFields(element) ? String(element.id ?? element.name ?? index) : String(index),
  );
}

/** The number or text at a path, with what its nearest ancestors say of it. */
function fieldOf(document: object, steps: readonly string[]): ExplainedField | null {
  const lineage: unknown[] = [document];
  for (const step of steps) lineage.push((lineage.at(-1) as Fields)[step]);
  const last = lineage.at(-1);
  const value = isFields(last) && "value" in last ? last.value : last;
  if (typeof value !== "number" && typeof value !== "string" && typeof value !== "boolean") {
    return null;
  }
  const nearest = (name: string): unknown =>
    lineage.toReversed().find((part) => isFields(part) && part[name] !== undefined);
  const said = (name: string): string | null => {
    const owner = nearest(name);
    return isFields(owner) && typeof owner[name] === "string" ? owner[name] : null;
  };
  const path = steps.join(".").replace(/\.value$/, "");
  const number = typeof value === "number";
  const named = NAMED_UNITS.find(([pattern]) => pattern.test(path))?.[1];
  const plain = /(^|\.)(count|relativeError)$/.test(path);
  const family = isFields(last) ? last : lineage.at(-2);
  const interval = isFields(family) && Array.isArray(family.interval) ? family.interval : null;
  return {
    path,
    value,
    unit: number && !plain ? (said("unit") ?? named ?? null) : null,
    kind: number ? said("kind") : null,
    source: number ? said("source") : null,
    interval: interval as ExplainedField["interval"],
  };
}

/** The rule of a field, and what its "*" stand for. */
function ruleOf(steps: readonly string[]): readonly [Rule | undefined, readonly string[]] {
  const plain = steps.at(-1) === "value" ? steps.slice(0, -1) : steps;
  for (const rule of RULES) {
    const pattern = rule.field.split(".");
    const fits =
      pattern.length === plain.length &&
      pattern.every((step, index) => step === "*" || step === plain[index]);
    if (fits) return [rule, plain.filter((_, index) => pattern[index] === "*")];
  }
  return [undefined, []];
}

/** The roofline of a run whose steps leave work out is of what the median frame did, not of the whole model. */
function workIn(document: object, steps: readonly string[], input: string): string {
  const partly = isFields(document) && isFields(document.done) && steps[0] === "roofline";
  return partly ? input.replace(/^model\.(?=macs$|weightBytes$)/, "done.") : input;
}

function inputOf(
  document: object,
  input: string,
  kept: readonly string[],
): ExplainedField | undefined {
  let stars = 0;
  const steps = input.split(".").map((step) => (step === "*" ? (kept[stars++] ?? step) : step));
  // The median where there is one, else the mean: as machine-analysis.ts takes it.
  if (steps.at(-1) === "typical") {
    const before = steps.slice(0, -1);
    const median = walk(document, [...before, "p50"]);
    steps[steps.length - 1] = "missing" in median || median.value === null ? "mean" : "p50";
  }
  const found = walk(document, steps);
  return "missing" in found ? undefined : (fieldOf(document, found.steps) ?? undefined);
}

/** Clocks stand in MHz, everything that is multiplied in its base unit. */
function inBaseUnit(value: unknown, unit: string | null): number {
  const factor = unit === "MHz" ? 1e6 : unit === "kHz" ? 1e3 : 1;
  return typeof value === "number" ? value * factor : Number.NaN;
}

function recordsOf(document: object, steps: readonly string[]): string | null {
  const rows = (document as Fields).rows;
  const row: unknown = steps[0] === "rows" && Array.isArray(rows) ? rows[Number(steps[1])] : null;
  if (isFields(row) && isFields(row.origin)) {
    const { records, file, format } = row.origin;
    return `${records}; ${file} (${format})`;
  }
  const files = (document as Fields).files;
  return isFields(files) && typeof files.recording === "string" ? files.recording : null;
}

function noSuchField(path: string, why: string, near: readonly string[]): AnalysisError {
  const listed = near.slice(0, 24).join(", ");
  return new AnalysisError(
    "TP-USE-287",
    {
      what: `there is no field "${path}"`,
      why,
      fix: listed === "" ? "take a shorter path" : `one of: ${listed}`,
    },
    { path, near },
  );
}
