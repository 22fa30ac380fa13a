/**
 * Decides how a board's own roofs read in a terminal.
 * What they are is left to workflow/bench.
 */
import type { MeasuredBoard } from "../../codegen/index.ts";
import { KIND_MARK } from "./format.ts";
import { textTable } from "./tables.ts";

export function roofsTable({ board, roofs }: MeasuredBoard, path: string): string {
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  const rows = roofs.map(({ name, value, unit, kind, interval }) => [
    name,
    short(value),
    interval === undefined ? "" : `${short(interval[0])} to ${short(interval[1])}`,
    unit,
    `${KIND_MARK[kind]} ${kind}`,
  ]);
  const head = ["roof", "value", "may be", "unit", "kind"];
  return `${board}\n${textTable([head, ...rows])}written    ${path}\n`;
}
