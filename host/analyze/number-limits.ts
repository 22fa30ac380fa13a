/**
 * Decides which single numbers the analyzer works with, and refuses the others before they spread.
 * Lists of samples are left to statistics/samples.ts, the inputs of formulas to formulas/evaluate.ts.
 */
import { AnalysisError } from "./analysis-error.ts";

/** A number that is outside its range. */
export function outOfRange(name: string, value: number | bigint, allowed: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-242",
    {
      what: `${name} is ${value}`,
      why: `it has to be ${allowed}`,
      fix: "give a number in that range",
    },
    { name, value },
  );
}

/** A list with nothing in it. */
export function nothingGiven(name: string, needed: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-240",
    { what: `${name} has nothing to work on`, why: `it needs ${needed}`, fix: "give one or more" },
    { name, count: 0, atLeast: 1 },
  );
}

/** A name that stands for nothing: a unit, a source, a value that its file lacks. */
export function notListed(what: string, why: string): AnalysisError {
  return new AnalysisError("TP-USE-243", { what, why, fix: "correct the file that names it" });
}

/** @returns the value @throws AnalysisError TP-USE-242 unless finite */
export function requireFinite(name: string, value: number): number {
  if (!Number.isFinite(value)) throw outOfRange(name, value, "finite");
  return value;
}

/** @returns the value @throws AnalysisError TP-USE-242 unless finite and at least 0 */
export function requireAtLeast0(name: string, value: number): number {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw outOfRange(name, value, "finite and at least 0");
  }
  return value;
}

/** @returns the value @throws AnalysisError TP-USE-242 unless finite and above 0 */
export function requirePositive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw outOfRange(name, value, "finite and above 0");
  return value;
}

/** @returns the value @throws AnalysisError TP-USE-242 unless 0 < value < 1 */
export function requireShare(name: string, value: number): number {
  if (!(value > 0 && value < 1)) throw outOfRange(name, value, "above 0 and below 1");
  return value;
}

/** @returns the value @throws AnalysisError TP-USE-242 unless whole, safe and at least `least` */
export function requireCount(name: string, value: number, least = 1): number {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw outOfRange(name, value, `a whole number of at least ${least}`);
  }
  return value;
}

/**
 * Refuses a record that holds a number which is not finite, wherever it lies in it: such a number would pass through
 * into a report.
 * @param name of the record; the path to the number is put behind it
 * @throws AnalysisError TP-USE-242
 */
export function requireFiniteIn(name: string, record: unknown): void {
  if (typeof record === "number") {
    if (!Number.isFinite(record)) throw outOfRange(name, record, "finite");
  } else if (Array.isArray(record)) {
    for (let index = 0; index < record.length; index++) {
      const value: unknown = record[index];
      // Most lists are long ones of numbers: no name is made for those that pass.
      if (typeof value !== "number" || !Number.isFinite(value)) {
        requireFiniteIn(`${name}.${index}`, value);
      }
    }
  } else if (typeof record === "object" && record !== null) {
    for (const [key, value] of Object.entries(record)) requireFiniteIn(`${name}.${key}`, value);
  }
}
