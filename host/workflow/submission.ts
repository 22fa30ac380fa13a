/**
 * Decides what a submission is: a recording, what was concluded from it, and digests of both, in one text file.
 * Concluding again is left to submit.ts.
 *
 * JSON in one canonical form, then a line with the SHA-256 of all before it: the same submission has the same bytes, so
 * that any changed byte shows. It proves that nothing changed since it was packed, not who packed it.
 */
import { createHash } from "node:crypto";
import { UsageError } from "../../codegen/index.ts";

/** Raised when a field changes its meaning. */
export const SUBMISSION_SCHEMA = 1;
/** Largest file that is read [byte]. */
export const MAX_SUBMISSION_BYTES = 256 << 20;

const TRAILER = "sha256 ";

export interface Submission {
  readonly schema: typeof SUBMISSION_SCHEMA;
  /** Version of the program that packed it. */
  readonly toolVersion: string;
  readonly board: string;
  readonly as: string | null;
  readonly model: { readonly name: string; readonly digest: string };
  /** SHA-256 of the firmware that ran; null when the recording does not say. */
  readonly firmwareSha256: string | null;
  readonly captureSha256: string;
  /** The report's document, as `pioneer analyze --json` gives it, without the names of files. */
  readonly document: unknown;
  /** The recording, base64. */
  readonly capture: string;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function packSubmission(submission: Submission): string {
  const body = `${JSON.stringify(submission, null, 1)}\n`;
  return `${body}${TRAILER}${sha256(body)}\n`;
}

/** @throws UsageError TP-USE-450 for a file that is no submission or was changed, saying what does not hold */
export function unpackSubmission(bytes: Uint8Array, path: string): Submission {
  const refuse = (why: string) => notWhole(path, why);
  if (bytes.length > MAX_SUBMISSION_BYTES) throw refuse("it is larger than 256 MiB");
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const at = text.lastIndexOf(`\n${TRAILER}`) + 1;
  if (at === 0) throw refuse("its last line holds no digest");
  const body = text.slice(0, at);
  if (text.slice(at) !== `${TRAILER}${sha256(body)}\n`) throw refuse("its digest is another one");
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw refuse("it is not JSON");
  }
  if (!isSubmission(parsed)) throw refuse("fields are missing, or it is of another schema");
  // Bytes that decode to the same text, or JSON that means the same, are changes too.
  if (Buffer.compare(Buffer.from(packSubmission(parsed)), bytes) !== 0) {
    throw refuse("it is not written as this program writes it");
  }
  if (sha256(captureBytes(parsed)) !== parsed.captureSha256) {
    throw refuse("its recording has another digest");
  }
  return parsed;
}

export function captureBytes(submission: Submission): Uint8Array {
  return Buffer.from(submission.capture, "base64");
}

function isSubmission(value: unknown): value is Submission {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  const model = fields.model as Record<string, unknown> | null | undefined;
  return (
    fields.schema === SUBMISSION_SCHEMA &&
    ["toolVersion", "board", "captureSha256", "capture"].every(
      (name) => typeof fields[name] === "string",
    ) &&
    (fields.as === null || typeof fields.as === "string") &&
    (fields.firmwareSha256 === null || typeof fields.firmwareSha256 === "string") &&
    typeof model?.name === "string" &&
    typeof model.digest === "string" &&
    typeof fields.document === "object"
  );
}

/** Paths of the fields in which two documents differ, at most `limit`: "cycles.median: 52902, now 52903". */
export function differences(before: unknown, after: unknown, limit: number, path = ""): string[] {
  if (Object.is(before, after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    const found: string[] = [];
    for (const name of names) {
      if (found.length >= limit) break;
      const inner = path === "" ? name : `${path}.${name}`;
      found.push(...differences(before[name], after[name], limit - found.length, inner));
    }
    return found;
  }
  return [`${path}: ${shown(before)}, now ${shown(after)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "absent").slice(0, 80);
}

function notWhole(path: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-450",
    {
      what: `${path} is not a whole submission`,
      why,
      fix: "ask for the file again; it is made by: pioneer submit RECORDING",
    },
    { path },
  );
}
