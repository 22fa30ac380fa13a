/**
 * Decides how lists (boards, ports, findings, layers) read in a terminal.
 * Which rows there are is left to workflow/.
 */
import type { BoardDetails, BoardList } from "../workflow/boards.ts";
import type { Diagnosis } from "../workflow/doctor.ts";
import type { PortRows } from "../workflow/ports.ts";
import { formatBytes, formatValue } from "./format.ts";

/**
 * Columns padded to their widest cell, two spaces between; the first row is the head. A sentence that
 * nothing follows in its row widens no column.
 */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    const last = row.findLastIndex((cell) => cell !== "");
    for (const [column, cell] of row.slice(0, last).entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}

export function boardsTable({ rows }: BoardList): string {
  const shown = (quantity: { value: number; unit: string } | null, digits = 3): string =>
    quantity === null ? "-" : formatValue(quantity.value, quantity.unit, digits);
  const head = [
    "board",
    "core",
    "clock",
    "flash",
    "RAM",
    "weights' line",
    "peak",
    "active",
    "runs as",
  ];
  const body = rows.map((row) => [
    row.id,
    row.core,
    shown(row.clockHz),
    formatBytes(row.flashBytes),
    formatBytes(row.ramBytes),
    shown(row.weightsLineBytes),
    shown(row.peakMacsPerSecond),
    shown(row.activeMilliwatts),
    row.emulatedBy ?? "(emulator)",
  ]);
  return `${textTable([head, ...body])}\nEvery value is stated; pioneer boards ID names its source. * = from memory, not yet checked.\n`;
}

/** One board, every stated value on a line with unit, confidence and source. */
export function boardText(board: BoardDetails): string {
  const lines: [string, string, string][] = [];
  const walk = (path: string, node: unknown): void => {
    if (typeof node !== "object" || node === null) {
      if (typeof node !== "object") lines.push([path, String(node), ""]);
      return;
    }
    if ("value" in node && "unit" in node && "source" in node) {
      const { value, unit, source, confidence } = node as {
        value: number;
        unit: string;
        source: string;
        confidence?: string;
      };
      const text =
        unit === "address"
          ? `0x${value.toString(16).padStart(8, "0")}`
          : `${Number(value.toPrecision(12))} ${unit}`;
      lines.push([path, text, `${confidence === "M" ? "* " : ""}${source}`]);
      return;
    }
    for (const [key, child] of Object.entries(node)) walk(path ? `${path}.${key}` : key, child);
  };
  for (const [key, child] of Object.entries(board)) if (key !== "schema") walk(key, child);
  return `${textTable([["value", "", "stated by"], ...lines])}\n* = from memory, not yet checked.\n`;
}

export function portsTable({ rows }: PortRows): string {
  const head = ["port", "made by", "USB id", "serial number", "may be", "may open"];
  const body = rows.map((row) => [
    row.path,
    row.manufacturer ?? "-",
    row.vendorId === null ? "-" : `${row.vendorId}:${row.productId ?? "?"}`,
    row.serialNumber ?? "-",
    row.boards.join(", ") || "-",
    row.accessible ? "yes" : "no: pioneer doctor says why",
  ]);
  return rows.length === 0 ? "no serial devices\n" : textTable([head, ...body]);
}

export function doctorTable({ rows, ready }: Diagnosis): string {
  const body = rows.map((row) => [row.status, row.name, row.version ?? "-", row.neededFor]);
  const fixes = rows.flatMap((row) => (row.fix === null ? [] : [`  ${row.name}: ${row.fix}`]));
  const help = fixes.length === 0 ? "" : `\nto fix:\n${fixes.join("\n")}\n`;
  const verdict = ready
    ? "ready for npm run demo"
    : "not ready: npm run setup installs what it can";
  return `${textTable([["", "what", "version", "needed for"], ...body])}${help}\n${verdict}\n`;
}
