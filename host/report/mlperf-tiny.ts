/**
 * Decides how a test of MLPerf Tiny reads in a terminal: the verdict, the loops, what the times are.
 * The numbers are left to analyze/mlperf.
 */
import type { MlperfDocument } from "../analyze/mlperf/document.ts";
import type { Quantity } from "../analyze/quantity.ts";
import { formatNumber, formatValue, KIND_MARK } from "./format.ts";
import { textTable } from "./tables.ts";

export function mlperfText(document: MlperfDocument): string {
  const { device, verify, accuracy, clock } = document;
  const rows: string[][] = [];
  const row = (name: string, quantity: Quantity | null | undefined, digits = 4) => {
    if (!quantity) return;
    const { kind, value, unit } = quantity;
    rows.push([name, formatValue(value, unit, digits), `${KIND_MARK[kind]} ${kind}`]);
  };
  row("throughput, median", document.throughput);
  row("latency", document.latency);
  for (const [index, loop] of document.loops.entries()) {
    row(`loop ${index + 1}, ${formatNumber(loop.inferences.value, 9)} inferences`, loop.elapsed);
  }
  row("top-1 accuracy", accuracy?.topOne);
  row("area under the ROC curve", accuracy?.auc);
  row("files", accuracy?.files, 9);
  const board = document.as === null ? document.board : `${document.board} for ${document.as}`;
  const answers = verify.bitExact
    ? `all ${verify.compared} compared answers equal the host twin`
    : `${verify.mismatches} of ${verify.compared} answers differ from the host twin`;
  return [
    `MLPerf Tiny, ${document.mode} mode: ${document.valid ? "every rule kept" : "INVALID"}`,
    ...document.reasons.map((reason) => `  not valid: ${reason}`),
    `  ${device.model} by ${device.name}, ${document.format}, on ${board}: ${answers}`,
    ...(clock.kind === "modelled" ? ["  times are MODELLED, no board measured them:"] : []),
    `  ${clock.source}`,
    "",
    textTable(rows).trimEnd(),
    ...Object.values(document.files).map((path) => `written    ${path}`),
    "",
  ].join("\n");
}
