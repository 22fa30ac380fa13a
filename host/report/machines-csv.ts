/**
 * Writes machine records as CSV that `analyze` reads back: units in the heads, one row a record.
 * Which numbers there are is left to analyze/machines-document.ts; docs/importers.md documents the heads.
 */
import { bindingRoofs } from "../analyze/machine-analysis.ts";
import type { MachineRow, MachinesDocument } from "../analyze/machines-document.ts";

type Cell = string | number | null | undefined;

const COLUMNS: readonly (readonly [string, (row: MachineRow) => Cell])[] = [
  ["id", (row) => row.id],
  ["machine", (row) => row.machine],
  ["class", (row) => row.machineClass],
  ["workload", (row) => row.workload.name],
  ["kind", (row) => row.time?.kind],
  ["source", (row) => row.time?.source],
  ["count", (row) => row.time?.count],
  ["min [s]", (row) => row.time?.min],
  ["mean [s]", (row) => row.time?.mean],
  ["p50 [s]", (row) => row.time?.p50],
  ["p90 [s]", (row) => row.time?.p90],
  ["p99 [s]", (row) => row.time?.p99],
  ["max [s]", (row) => row.time?.max],
  ["ops [op]", (row) => row.workload.ops?.value],
  ["bytes [byte]", (row) => row.workload.bytesMoved?.value],
  ["peak compute [op/s]", (row) => bindingRoofs(row.roofs).compute?.peak.value],
  ["peak memory [byte/s]", (row) => bindingRoofs(row.roofs).memory?.peak.value],
  ["rate [op/s]", (row) => row.analysis.rate?.value],
  ["intensity [op/byte]", (row) => row.analysis.arithmeticIntensity?.value],
  ["ridge point [op/byte]", (row) => row.analysis.ridgePoint?.value],
  ["mfu [1]", (row) => row.analysis.mfu?.value],
  ["mbu [1]", (row) => row.analysis.mbu?.value],
  ["bound", (row) => row.analysis.bound],
];

/** RFC 4180 with LF; metrics follow the fixed columns in order of first use. */
export function machinesCsv({ rows }: MachinesDocument): string {
  const metrics = new Map<string, (row: MachineRow) => Cell>();
  for (const row of rows) {
    for (const [name, { unit }] of Object.entries(row.metrics)) {
      metrics.set(`${name} [${unit}]`, ({ metrics: { [name]: found } }) =>
        found?.unit === unit ? found.value : null,
      );
    }
  }
  const columns = [...COLUMNS, ...metrics];
  const lines = [
    columns.map(([head]) => quoted(head)),
    ...rows.map((row) => columns.map(([, cell]) => quoted(cell(row)))),
  ];
  return `${lines.map((line) => line.join(",")).join("\n")}\n`;
}

/** A leading = + - @ of a text would run as a formula in a spreadsheet: a space keeps it text. */
function quoted(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const safe = /^[=+\-@\t]/.test(cell) ? ` ${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
