/**
 * Shares a campaign's files and time among formats, and runs each batch by batch.
 * What a batch is is left to batches.ts, what is said of the result to fuzz.ts and page.ts.
 */

import { type BatchResult, NOTHING, runBatch, together } from "./batches.ts";

/** Files of one process. */
const BATCH_FILES = 25_000;

export interface FormatResult extends BatchResult {
  readonly format: string;
}

export interface CampaignRequest {
  readonly formats: readonly string[];
  readonly seed: number;
  /** All formats together; each reads its own from number 0 on. */
  readonly files: number;
  /** Processor time of all together, after which no file is begun [ms]. */
  readonly milliseconds: number;
  /** Gets a line of progress a batch. */
  tell(line: string): void;
}

export async function runFormats({
  formats,
  seed,
  files,
  milliseconds,
  tell,
}: CampaignRequest): Promise<readonly FormatResult[]> {
  const results: FormatResult[] = [];
  for (const [index, format] of formats.entries()) {
    const share = Math.floor((files + formats.length - 1 - index) / formats.length);
    const time = milliseconds / formats.length;
    let result = NOTHING;
    while (result.files < share && result.cpuMs < time) {
      const first = result.files;
      const count = Math.min(BATCH_FILES, share - first);
      const rest = time - result.cpuMs;
      result = together(result, await runBatch({ format, seed, first, count, milliseconds: rest }));
      tell(`${format}: ${result.files} of ${share} files`);
    }
    results.push({ format, ...result });
  }
  return results;
}
