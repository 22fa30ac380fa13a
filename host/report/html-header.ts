/**
 * Decides the top of the HTML report: what ran, the verdict, the headline numbers and what the kinds mean.
 * The sections below are left to html-sections.ts.
 */
import type { RunDocument } from "../analyze/document.ts";
import { formatNumber } from "./format.ts";
import { kindLegend } from "./html-page.ts";
import type { Html } from "./html-parts.ts";
import { kindChip, reference, tile } from "./html-parts.ts";
import { subjectOf, verdictOf } from "./report-input.ts";
import { signedDecibels } from "./rows.ts";
import type { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";

export function header(document: RunDocument, sources: Sources): Html {
  const { latencyMs, powerMw, instructions, audio, verify } = document;
  const tiles: Html[] = [];
  if (audio !== null) {
    const gain = audio.siSdrGain;
    tiles.push(
      tile(
        "cleaner speech, SI-SDR",
        signedDecibels(gain.value).replace(" dB", ""),
        "dB",
        kindChip(gain.kind) + reference(gain, sources),
      ),
    );
  }
  if (latencyMs !== null) {
    const held = document.budgets?.find((budget) => budget.name === "latencyMs")?.met;
    tiles.push(
      tile(
        "worst frame",
        formatNumber(latencyMs.max),
        "ms",
        `${kindChip(latencyMs.kind)}${reference(latencyMs, sources)} of ${formatNumber(document.frameIntervalMs)} ms`,
        held === false ? "bad" : "",
      ),
    );
  } else if (instructions !== null) {
    tiles.push(
      tile(
        "a frame",
        formatNumber(instructions.median),
        "instructions",
        kindChip(instructions.kind) + reference(instructions, sources),
      ),
    );
  }
  if (powerMw !== null) {
    const held = document.budgets?.find((budget) => budget.name === "powerMw")?.met;
    tiles.push(
      tile(
        "average power",
        formatNumber(powerMw.average),
        "mW",
        kindChip(powerMw.kind) + reference(powerMw, sources),
        held === false ? "bad" : "",
      ),
    );
  }
  if (verify !== null) {
    const origin = {
      kind: "counted",
      source: "device output against the exact integer twin",
    } as const;
    tiles.push(
      tile(
        "equal to the host twin",
        verify.bitExact ? "all" : formatNumber(verify.comparedValues - verify.mismatches),
        "values",
        `${kindChip("counted")}${reference(origin, sources)} of ${formatNumber(verify.comparedValues)}`,
        verify.bitExact ? "" : "bad",
      ),
    );
  }
  return `<header>
<h1>${escapeXml(subjectOf(document))}</h1>
<p class="quiet">${escapeXml(`${document.format} weights and activations, program "${document.app}", ${formatNumber(document.frames)} frames of ${formatNumber(document.frameIntervalMs)} ms, model digest ${document.model.digest.slice(0, 16)}`)}</p>
<p class="verdict">${escapeXml(verdictOf(document))}</p>
<div class="tiles">
${tiles.join("\n")}
</div>
${kindLegend()}
</header>`;
}
