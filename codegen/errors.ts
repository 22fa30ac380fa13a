/**
 * The one error type a user of this project meets, and the registry of its stable codes.
 * Printing it (terminal or JSON) and choosing the exit status are left to the command line.
 */

/** Exit statuses of the command line: done, judged and failed, wrong use, something missing, device or link. */
export type ExitStatus = 0 | 1 | 2 | 3 | 4;

export interface ErrorText {
  /** One line: what happened, with the numbers. */
  readonly what: string;
  /** One line: why. */
  readonly why: string;
  /** One line: what to do, with the command where there is one. */
  readonly fix: string;
}

/** An error with a stable code and three lines: what, why, fix. */
export class ToolkitError extends Error {
  readonly code: string;
  readonly exitStatus: ExitStatus;
  readonly text: ErrorText;
  /** The facts behind the message, for scripts and tests. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    exitStatus: ExitStatus,
    text: ErrorText,
    facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${text.what} [${code}]\n  why: ${text.why}\n  fix: ${text.fix}`);
    this.name = new.target.name;
    this.code = code;
    this.exitStatus = exitStatus;
    this.text = text;
    this.facts = facts;
  }
}

/** The command was typed wrongly, or names something that does not exist. Exit 2; codes TP-USE-nnn. */
export class UsageError extends ToolkitError {
  constructor(
    code: `TP-USE-${number}`,
    text: ErrorText,
    facts?: Readonly<Record<string, unknown>>,
  ) {
    super(code, 2, text, facts);
  }
}

/** A model file cannot be read safely. Exit 2; codes TP-MODEL-nnn. */
export class ModelFileError extends ToolkitError {
  constructor(
    code: `TP-MODEL-${number}`,
    text: ErrorText,
    facts?: Readonly<Record<string, unknown>>,
  ) {
    super(code, 2, text, facts);
  }
}

/** A model is readable but cannot be generated, all reasons at once. Exit 2; codes TP-PLAN-nnn. */
export class PlanError extends ToolkitError {
  constructor(
    code: `TP-PLAN-${number}`,
    text: ErrorText,
    facts?: Readonly<Record<string, unknown>>,
  ) {
    super(code, 2, text, facts);
  }
}

/** A program, package or file that the work needs is not there. Exit 3; codes TP-NEED-nnn. */
export class MissingToolError extends ToolkitError {
  constructor(
    code: `TP-NEED-${number}`,
    text: ErrorText,
    facts?: Readonly<Record<string, unknown>>,
  ) {
    super(code, 3, text, facts);
  }
}

/** The board or the link to it failed. Exit 4; codes TP-LINK-nnn. */
export class LinkError extends ToolkitError {
  constructor(
    code: `TP-LINK-${number}`,
    text: ErrorText,
    facts?: Readonly<Record<string, unknown>>,
  ) {
    super(code, 4, text, facts);
  }
}
