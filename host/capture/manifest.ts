/**
 * What a capture says about the run it recorded: enough to judge it again on another computer.
 * The bytes of the run are left to format.ts.
 */

/** Raised when a field changes its meaning; fields may be added without. */
export const MANIFEST_SCHEMA = 1;

export interface CaptureManifest {
  readonly schema: typeof MANIFEST_SCHEMA;
  /** Version of the program that recorded. */
  readonly toolVersion: string;
  /** Id of the board that ran. */
  readonly board: string;
  /** Id of the board it stood for; null when for itself. */
  readonly as: string | null;
  /** Firmware program: "check", "speed", "stream". */
  readonly app: string;
  /** Numeric format: "int8", "int16x8", "int4", "float32". */
  readonly format: string;
  readonly model: { readonly name: string; readonly digest: string };
  readonly wireVersion: number;
  /** Name of the link the bytes came over. */
  readonly link: string;
  /** When it was recorded, ISO 8601. */
  readonly startedAt?: string;
  /** State of the program's sources; null where it is not known. */
  readonly git?: { readonly commit: string; readonly changed: boolean } | null;
  /** Power monitor that measured at the same time; null without one. */
  readonly monitor?: string | null;
  /** Whatever else the report needs, such as the build's flags. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** The manifest of its JSON text, or why it is none. */
export function parseManifest(text: string): CaptureManifest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "its manifest is not JSON";
  }
  if (typeof value !== "object" || value === null) return "its manifest is not an object";
  const fields = value as Record<string, unknown>;
  if (fields.schema !== MANIFEST_SCHEMA) {
    return `its manifest has schema ${String(fields.schema)}; this program reads ${MANIFEST_SCHEMA}`;
  }
  for (const name of ["toolVersion", "board", "app", "format", "link"]) {
    if (typeof fields[name] !== "string") return `its manifest has no ${name}`;
  }
  if (typeof fields.wireVersion !== "number") return "its manifest has no wireVersion";
  const model = fields.model as Record<string, unknown> | null | undefined;
  if (typeof model?.name !== "string" || typeof model.digest !== "string") {
    return "its manifest has no model";
  }
  return { ...fields, as: fields.as ?? null } as unknown as CaptureManifest;
}
