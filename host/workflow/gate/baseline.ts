/**
 * Decides which recording of an earlier gate a board is held against, and refuses a baseline that this gate would overwrite.
 * Comparing the two is left to compare.ts.
 */
import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../../../codegen/index.ts";

export interface BaselineRequest {
  /** Folder that an earlier gate wrote; no comparison without it. */
  readonly baseline?: string;
  /** A board without a recording there is let through. */
  readonly allowMissingBaseline?: boolean;
}

/** What one board is held against. */
export interface Baseline {
  /** Null without a comparison. */
  readonly file: string | null;
  /** Why a comparison that was asked for cannot be made; null where nothing is wrong. */
  readonly error: string | null;
}

/** @throws UsageError TP-USE-472 when the baseline is the folder that the gate writes to */
export function refuseOwnFolder(baseline: string | undefined, out: string): void {
  if (baseline === undefined || wholePath(baseline) !== wholePath(out)) return;
  throw new UsageError("TP-USE-472", {
    what: `"${baseline}" is both the baseline and where the recordings go`,
    why: "each recording would be written over its own baseline and then compared with itself",
    fix: "another --out, or keep the earlier recordings in a folder of their own",
  });
}

/** @param name what the recording is called in both folders */
export function baselineFor(request: BaselineRequest, name: string): Baseline {
  const { baseline, allowMissingBaseline = false } = request;
  if (baseline === undefined) return { file: null, error: null };
  const file = join(baseline, name);
  if (existsSync(file)) return { file, error: null };
  return { file: null, error: allowMissingBaseline ? null : `no baseline: ${file} is not there` };
}

function wholePath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
