/**
 * The recordings that models are measured on: the whole held-out set, or the few shipped clips.
 * Making the set is left to training/heldout.py, measuring to hearing.ts.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MissingToolError, UsageError } from "../../../codegen/index.ts";

/** One noisy recording and the speech in it. */
export interface Clip {
  /** Paths of WAV files of one length. */
  readonly noisy: string;
  readonly clean: string;
  readonly snrDb: number;
  /** The kind of noise; absent where the manifest does not say. */
  readonly noise?: string;
}

export interface ClipSet {
  /** held-out: large enough for an interval. shipped-clips: a look only. */
  readonly kind: "held-out" | "shipped-clips";
  readonly clips: readonly Clip[];
}

/**
 * @param manifests in order of preference; the first that exists is read
 * @throws MissingToolError TP-NEED-030 when none exists, UsageError TP-USE-036 for a damaged one
 */
export function readClipSet(
  manifests: readonly { readonly kind: ClipSet["kind"]; readonly path: string }[],
): ClipSet {
  const found = manifests.find(({ path }) => existsSync(path));
  if (found) return { kind: found.kind, clips: readManifest(found.path) };
  throw new MissingToolError(
    "TP-NEED-030",
    {
      what: "there are no recordings to measure on",
      why: `none of these exists: ${manifests.map(({ path }) => path).join(", ")}`,
      fix: "npm run train writes the held-out set before it trains",
    },
    { manifests },
  );
}

function readManifest(path: string): readonly Clip[] {
  const folder = dirname(path);
  const damaged = (why: string) =>
    new UsageError("TP-USE-036", {
      what: `${path} cannot be used as a list of clips`,
      why,
      fix: "remove its folder and let training write it again",
    });
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
  const clips = (document as { clips?: unknown } | null)?.clips;
  if (!Array.isArray(clips) || clips.length === 0) throw damaged("it lists no clips");
  return clips.map((entry: Readonly<Record<string, unknown>> | null, index) => {
    const { noisy, clean, snrDb, noise } = entry ?? {};
    if (typeof noisy !== "string" || typeof clean !== "string" || typeof snrDb !== "number") {
      throw damaged(`clip ${index} lacks noisy, clean or snrDb`);
    }
    return {
      noisy: join(folder, noisy),
      clean: join(folder, clean),
      snrDb,
      ...(typeof noise === "string" ? { noise } : {}),
    };
  });
}
