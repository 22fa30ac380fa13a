/**
 * The errors of files that cannot be imported.
 * Which one applies is left to the importers.
 */
import { AnalysisError } from "../analysis-error.ts";

/** The text breaks its own format, or ends before it should. */
export function malformed(file: string, where: string, why: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-282",
    {
      what: `${file} cannot be read at ${where}`,
      why,
      fix: "let the tool that wrote the file finish, and name the file it wrote",
    },
    { file, where },
  );
}

/** A well-formed file without a record. */
export function nothingIn(file: string, format: string, expected: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-283",
    {
      what: `${file} holds nothing to import`,
      why: `as ${format} it has no ${expected}`,
      fix: "docs/importers.md lists what each format must hold",
    },
    { file, format },
  );
}

/** A number that no analysis can use. */
export function unusable(file: string, where: string, value: unknown, needed: string) {
  return new AnalysisError(
    "TP-USE-284",
    {
      what: `${where} of ${file} is ${typeof value === "string" ? `"${value.slice(0, 80)}"` : String(value)}`,
      why: `it must be ${needed}`,
      fix: "correct that value, or run the tool again",
    },
    { file, where, value },
  );
}

/** More in one place than bounded memory allows. */
export function tooLarge(file: string, what: string, limit: number): AnalysisError {
  return new AnalysisError(
    "TP-USE-288",
    {
      what: `${file} has ${what}`,
      why: `at most ${limit} are read, so that a file of any length fits in memory`,
      fix: "split the file, or let its tool write fewer names",
    },
    { file, limit },
  );
}
