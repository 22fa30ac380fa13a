/**
 * `npm run fuzz -- link`: one campaign over a damaged stream and one over the same frames undamaged, for their speed.
 * What is found is left to campaign.ts, the page to page.ts.
 */
import { makeFrames, runLinkCampaign } from "./campaign.ts";
import { speedText, writeLinkPage } from "./page.ts";

/** As much of the undamaged stream as gives a steady speed [byte]. */
const CLEAN_BYTES = 200e6;

export interface LinkOptions {
  readonly bytes: number;
  readonly seed: number;
  readonly page?: boolean;
}

export function fuzzLink({ bytes, seed, page }: LinkOptions): void {
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const frames = makeFrames();
  const damaged = runLinkCampaign(frames, { seed, bytes, damage: true, tell });
  const clean = runLinkCampaign(frames, {
    ...{ seed, bytes: Math.min(bytes, CLEAN_BYTES), damage: false },
    tell: () => undefined,
  });
  const totals = { version: process.version, damaged, clean };
  if (page) writeLinkPage(totals);
  tell(`undamaged: ${speedText(clean)}; damaged: ${speedText(damaged)}`);
  process.stdout.write(`${JSON.stringify(totals, null, 2)}\n`);
  const findings = [...damaged.findings, ...clean.findings];
  for (const why of findings) {
    tell(`${why}\n  again: npm run fuzz -- link --seed ${seed} --bytes ${bytes}`);
  }
  process.exitCode = findings.length > 0 ? 1 : 0;
}
