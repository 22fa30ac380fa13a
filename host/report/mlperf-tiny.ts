/**
 * Decides how a test of MLPerf Tiny reads in a terminal: the verdict, the loops, what the times are.
 * The numbers are left to analyze/mlperf.
 */
import type { MlperfDocument } from "../analyze/mlperf/document.ts";
import type { Quantity } from "../analyze/quantity.ts";
import { formatNumber, formatValue, KIND_MARK } from "./format.ts";
import { textTable } from "./tables.ts";

export function mlperfText(document: MlperfDocument): string {
  const { device, verify, accuracy, clock, energy } = document;
  const rows: string[][] = [];
  const row = (name: string, quantity: Quantity | null | undefined, digits = 4) => {
    if (!quantity) return;
    const { kind, value, unit, simulated } = quantity;
    const how = simulated ? "simulated" : `${KIND_MARK[kind]} ${kind}`;
    rows.push([name, formatValue(value, unit, digits), how]);
  };
  row("throughput, median", document.throughput);
  row("latency", document.latency);
  for (const [index, loop] of document.loops.entries()) {
    row(`loop ${index + 1}, ${formatNumber(loop.inferences.value, 9)} inferences`, loop.elapsed);
  }
  row("energy of an inference, median", energy?.perInference);
  row("average power, median", energy?.averagePower);
  for (const [index, trial] of (energy?.trials ?? []).entries()) {
    const name = `trial ${index + 1}, ${formatNumber(trial.inferences.value, 9)} inferences`;
    row(name, trial.perInference);
  }
  row("lost samples", energy?.lostSamples, 9);
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
    ...(energy === null ? clockLines(clock) : monitorLines(energy)),
    "",
    textTable(rows).trimEnd(),
    ...(energy?.budgets ?? []).map(
      ({ met, limit, why }) =>
        `${met === null ? "not judged" : met ? "met" : "MISSED"}: at most ${formatValue(limit.value, limit.unit)}: ${why}`,
    ),
    ...Object.values(document.files).map((path) => `written    ${path}`),
    "",
  ].join("\n");
}

function clockLines({ kind, source }: MlperfDocument["clock"]): readonly string[] {
  const warning = kind === "modelled" ? ["  times are MODELLED, no board measured them:"] : [];
  return [...warning, `  ${source}`];
}

function monitorLines({ monitor, simulated }: NonNullable<MlperfDocument["energy"]>) {
  const warning = simulated ? ["  energies are SIMULATED, nothing was measured:"] : [];
  return [...warning, ...monitor.warnings.map((line) => `  warning: ${line}`), `  ${monitor.name}`];
}
