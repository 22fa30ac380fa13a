/**
 * Decides how an error looks to a person and to a script.
 * Choosing the exit status is left to the error's class.
 */
import type { ToolkitError } from "../../codegen/index.ts";

/** `{"schema": 1, "error": {code, what, why, fix}}` of the command line's contract. */
export function errorDocument(error: ToolkitError): object {
  return { schema: 1, error: { code: error.code, ...error.text } };
}

/** Three lines: what with its code, why, fix; `colour` marks the code and the labels. */
export function errorText(error: ToolkitError, colour: boolean): string {
  if (!colour) return error.message;
  const { what, why, fix } = error.text;
  return `\x1b[31m${what}\x1b[0m [${error.code}]\n  \x1b[2mwhy:\x1b[0m ${why}\n  \x1b[2mfix:\x1b[0m ${fix}`;
}
