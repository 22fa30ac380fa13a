/**
 * One process of a campaign: reads a run of mutated files and says what became of them and how much memory it took.
 * Starting it, and what it means when it ends without an answer, is left to batches.ts.
 *   tsx batch.ts FORMAT SEED FIRST COUNT MILLISECONDS
 * It writes a byte to file descriptor 3 before each file, so that a file that ends the process is known.
 */

import { writeSync } from "node:fs";
import type { BatchResult } from "./batches.ts";
import { runCampaign } from "./campaign.ts";
import { FORMATS } from "./formats.ts";

const BEGUN = 3;
const BYTE = Uint8Array.of(1);
/** Files between two collections of garbage. */
const COLLECT_FILES = 1000;
const collect: () => void = globalThis.gc ?? (() => undefined);

const [name = "", ...numbers] = process.argv.slice(2);
const [seed = 0, first = 0, count = 0, milliseconds = 0] = numbers.map(Number);
const format = FORMATS[name];
if (!format) throw new RangeError(`there is no format "${name}"`);

// Every seed once, so that code that is compiled late and tables that are made once are not counted as a file's.
for (const bytes of format.seeds) format.read(bytes);
collect();
const before = process.memoryUsage.rss();
const began = process.cpuUsage();
const result = runCampaign(format, seed, first, (index) => {
  const { user, system } = process.cpuUsage(began);
  if (index - first >= count || (user + system) / 1000 >= milliseconds) return false;
  // Else the garbage of all files before counts as the largest one's memory.
  if ((index - first) % COLLECT_FILES === 0) collect();
  writeSync(BEGUN, BYTE);
  return true;
});
const { user, system } = process.cpuUsage(began);
const answer: BatchResult = {
  ...result,
  cpuMs: (user + system) / 1000,
  // The most that the process ever held, from the kernel [KiB], less what it held before the first file.
  memoryBytes: Math.max(0, process.resourceUsage().maxRSS * 1024 - before),
};
process.stdout.write(JSON.stringify(answer));
