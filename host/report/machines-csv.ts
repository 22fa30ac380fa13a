/**
 * Writes machine records as CSV that `analyze` reads back: units in the heads, one row a record.
 * Which numbers there are is left to analyze/machines-document.ts; docs/importers.md documents the heads.
 */
import { bindingRoofs } from "../analyze/machine-analysis.ts";
import type { MachineRow, MachinesDocument } from "../analyze/machines-document.ts";
import type { Quantity } from "../analyze/quantity.ts";

type Cell = string | number | null | undefined;

type Column = readonly [string, (row: MachineRow) => Cell];

const TEXTS: readonly Column[] = [
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
];

const BOUND: Column = ["bound", (row) => row.analysis.bound];

/** Each is followed by a column that names its kind. */
const QUANTITIES: readonly (readonly [string, (row: MachineRow) => Quantity | null | undefined])[] =
  [
    ["ops [op]", (row) => row.workload.ops],
    ["bytes [byte]", (row) => row.workload.bytesMoved],
    ["peak compute [op/s]", (row) => bindingRoofs(row.roofs).compute?.peak],
    ["peak memory [byte/s]", (row) => bindingRoofs(row.roofs).memory?.peak],
    ["rate [op/s]", (row) => row.analysis.rate],
    ["intensity [op/byte]", (row) => row.analysis.arithmeticIntensity],
    ["ridge point [op/byte]", (row) => row.analysis.ridgePoint],
    ["mfu [1]", (row) => row.analysis.mfu],
    ["mbu [1]", (row) => row.analysis.mbu],
  ];

/** RFC 4180 with LF; metrics follow the fixed columns in order of first use. */
export function machinesCsv({ rows }: MachinesDocument): string {
  const columns = [...TEXTS, ...QUANTITIES.flatMap(withKind), BOUND, ...metricsOf(rows)];
  const lines = [
    columns.map(([head]) => quoted(head)),
    ...rows.map((row) => columns.map(([, cell]) => quoted(cell(row)))),
  ];
  return `${lines.map((line) => line.join(",")).join("\n")}\n`;
}

function withKind([head, quantity]: (typeof QUANTITIES)[number]): readonly Column[] {
  return [[head, (row) => quantity(row)?.value], kindColumn(head, quantity)];
}

/** "mfu [1]" has its kind under "mfu kind". */
function kindColumn(
  head: string,
  quantity: (row: MachineRow) => Quantity | null | undefined,
): Column {
  return [`${head.replace(/ \[[^\]]*\]$/, "")} kind`, (row) => quantity(row)?.kind];
}

/** A column a unit, as a name can have two; a row has one of them, so its kind has one column. */
function metricsOf(rows: readonly MachineRow[]): Iterable<Column> {
  const columns = new Map<string, Column>();
  const add = (column: Column) => columns.set(column[0], column);
  for (const row of rows) {
    for (const [name, { unit }] of Object.entries(row.metrics)) {
      const head = `${name} [${unit}]`;
      const found = ({ metrics: { [name]: metric } }: MachineRow) => metric;
      add([head, (each) => (found(each)?.unit === unit ? found(each)?.value : null)]);
      add(kindColumn(head, found));
    }
  }
  return columns.values();
}

/** A leading = + - @ of a text would run as a formula in a spreadsheet: a space keeps it text. */
function quoted(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const safe = /^[=+\-@\t]/.test(cell) ? ` ${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
