/**
 * Decides how a measurement with a power monitor reads in a terminal.
 * The numbers are left to analyze/power-document.ts.
 */
import type { PowerDocument } from "../analyze/power-document.ts";
import type { Quantity } from "../analyze/quantity.ts";
import { formatValue, KIND_MARK } from "./format.ts";
import { textTable } from "./tables.ts";

export function powerText(document: PowerDocument): string {
  const { monitor, frames } = document;
  const rows: string[][] = [];
  const row = (name: string, quantity: Quantity | null | undefined) => {
    if (!quantity) return;
    const { value, unit, kind, interval, simulated } = quantity;
    const range = interval
      ? `${formatValue(interval[0], unit)} to ${formatValue(interval[1], unit)}`
      : "";
    const how = simulated ? "simulated" : `${KIND_MARK[kind]} ${kind}`;
    rows.push([name, formatValue(value, unit), range, how]);
  };
  row("samples", document.samples);
  row("lost", document.lostSamples);
  row("lost share", document.lostShare);
  row("clipped", document.clippedSamples);
  row("time measured", document.measured);
  row("average current", document.averageCurrent);
  row("peak current", document.peakCurrent);
  row("average power", document.averagePower);
  row("peak power", document.peakPower);
  row("charge", document.charge);
  row("frames", frames?.whole);
  row("void frames", frames?.void);
  row("energy of a frame", frames?.energy);
  row("  above the baseline", frames?.energyAboveBaseline);
  row("baseline current", frames?.baselineCurrent);
  row("computing", frames?.active);
  row("period", frames?.period);
  row("average power, whole periods", frames?.averagePower);
  row("an edge is known to", frames?.edgeUncertainty);
  row("monitor's time less device's", document.alignment?.offset);
  row("battery life", document.batteryLife);
  const lines = [
    `${monitor.name}${document.simulated ? ": SIMULATED, nothing here was measured" : ""}`,
    ...monitor.warnings.map((warning) => `warning: ${warning}`),
    ...(document.void ? ["VOID: too many samples are missing, no number may be used"] : []),
    textTable(rows),
    ...document.budgets.map(
      ({ met, limit, why }) =>
        `${met === null ? "not judged" : met ? "met" : "MISSED"}: at most ${formatValue(limit.value, limit.unit)}: ${why}`,
    ),
    ...(document.alignment?.ambiguous
      ? ["warning: a shift by a whole period explains the currents as well"]
      : []),
    ...(document.why.frames ? [`no frames: ${document.why.frames}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}
