/**
 * The one error the analyzer throws for numbers it cannot work with: a stable code and three lines.
 * Turning it into an exit status is left to the command line.
 */

/** One line each: what happened with the numbers, why, and what to do. */
export interface AnalysisText {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Input is empty, not finite, out of range or contradicts itself. Codes TP-USE-nnn, as the command line prints them. */
export class AnalysisError extends RangeError {
  override readonly name = "AnalysisError";
  readonly code: `TP-USE-${number}`;
  readonly text: AnalysisText;
  /** The facts behind the message, for scripts and tests. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: `TP-USE-${number}`,
    text: AnalysisText,
    facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${text.what} [${code}]\n  why: ${text.why}\n  fix: ${text.fix}`);
    this.code = code;
    this.text = text;
    this.facts = facts;
  }
}
