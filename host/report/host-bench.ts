/**
 * Decides how a measurement of this computer reads in a terminal.
 * The numbers are left to workflow/bench.
 */
import type { MachineRecord } from "../analyze/machine-record.ts";
import type { HostBenchDocument } from "../workflow/bench/host.ts";
import { formatBytes, formatNumber, formatValue } from "./format.ts";
import { textTable } from "./tables.ts";

/** @param out the file that was written, if one was */
export function hostBenchText(document: HostBenchDocument, out: string | undefined): string {
  const { computer, runtime, model, roofs, emptyCall, fit, idlePower, why, rows } = document;
  const caches = computer.caches.map(({ level, bytes }) => `L${level} ${formatBytes(bytes)}`);
  const warnings = [...new Set(rows.flatMap((row) => row.warnings))];
  const reasons = Object.entries(why).map(([what, reason]) => `${what}: ${reason}`);
  return [
    `${computer.cpu}, ${computer.usableCores} of ${computer.logicalCores} cores${caches.length === 0 ? "" : `, ${caches.join(", ")}`}; ${runtime}`,
    "",
    textTable(roofRows(roofs)),
    textTable([
      ["workload", "threads", "p50", "p99", "frames/s", "power", "energy a call", "calls"],
      ...rows.map(cells),
    ]),
    `${model}, one thread: ${fit.why}.`,
    `A call with nothing in it takes ${formatValue(emptyCall.value, emptyCall.unit)}.`,
    ...(idlePower === null ? [] : [`Idle: ${formatValue(idlePower.value, idlePower.unit)}.`]),
    ...reasons,
    ...warnings.map((warning) => `warning: ${warning}`),
    out === undefined
      ? "pioneer bench host --out host.json keeps it; pioneer analyze host.json run.tpcap puts it beside a board"
      : `pioneer analyze ${out} run.tpcap puts it beside a board`,
    "",
  ].join("\n");
}

/** A line a roof, a column a number of threads. */
function roofRows(roofs: HostBenchDocument["roofs"]): readonly (readonly string[])[] {
  const [first] = roofs;
  const head = [
    "measured roof",
    ...roofs.map(({ threads }) => `${threads} thread${threads === 1 ? "" : "s"}`),
  ];
  const body = (first?.roofs ?? []).map(({ name }, index) => [
    name,
    ...roofs.map(({ roofs: own }) => {
      const peak = own[index]?.peak;
      return peak === undefined ? "-" : formatValue(peak.value, peak.unit);
    }),
  ]);
  return [head, ...body];
}

function cells({ workload, setup, time, metrics }: MachineRecord): readonly string[] {
  const shown = (value: number | null | undefined, unit: string) =>
    value === null || value === undefined ? "-" : formatValue(value, unit);
  return [
    workload.name,
    setup.threads ?? "-",
    shown(time?.p50, "s"),
    shown(time?.p99, "s"),
    metrics.throughput === undefined ? "-" : formatNumber(Math.round(metrics.throughput.value)),
    shown(metrics.power?.value, "W"),
    shown(metrics.energyPerRun?.value, "uJ"),
    formatNumber(time?.count ?? 0),
  ];
}
