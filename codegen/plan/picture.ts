/**
 * Decides how the order and the padding of the weight streams are drawn in the generated header.
 * The order itself is left to rows/ and layout.ts.
 */
import { isLayerKernel, type Kernel, kernelRows, type LayerKernel } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import {
  type LineLayout,
  type SegmentLayout,
  type StreamLayout,
  segmentsRead,
  unitsSideBySide,
} from "./layout.ts";
import { MOVED_PICTURE } from "./rows/moved-columns.ts";
import { ROW_LAYOUTS, type Schedule } from "./schedule.ts";

/** What is drawn of a plan. */
export interface Drawn {
  readonly kernels: readonly Kernel[];
  readonly lines: readonly LineLayout[];
  readonly streams: readonly StreamLayout[];
  readonly schedule: Schedule;
}

/** Numbers first..end - 1. */
function span(first: number, end: number): string {
  return end - first === 1 ? String(first) : `${first}-${end - 1}`;
}

function cells(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

/** Columns by their number in the row, from 0. */
function columnCells(segments: readonly SegmentLayout[]): readonly string[] {
  let first = 0;
  return segments.flatMap(({ name, size, paddedSize }) => {
    const start = first;
    const end = start + size;
    first += paddedSize;
    const padding = size === paddedSize ? [] : [`${span(end, first)} padding`];
    return [`${span(start, end)} ${name}`, ...padding];
  });
}

/** What the rows of a kernel's stream are called, gate by gate; one without a name where there are no gates. */
function gateNames(kernel: LayerKernel, gates: number): readonly string[] {
  if (kernel.kind === "lstm") return GATES;
  return gates === 2 ? ["update", "reset"] : [""];
}

/** Units of a gate, with the padding after the last one. */
function unitsText(name: string, first: number, units: number, size: number): string {
  const end = Math.min(first + units, size);
  const padding = first + units - end;
  const text = end > first ? `${name} ${span(first, end)}`.trim() : "";
  return [text, padding > 0 ? `${padding} padding` : ""].filter((part) => part !== "").join(" + ");
}

/** The first units of every gate, and the last ones. */
function rowCells(kernel: LayerKernel, stream: StreamLayout, gates: number, side: number) {
  const names = gateNames(kernel, gates);
  const size = stream.rows / gates;
  const last = stream.paddedRows / gates - side;
  const unitsFrom = (first: number): readonly string[] =>
    names.map((name) => unitsText(name, first, side, size));
  if (last === 0) return unitsFrom(0);
  return [...unitsFrom(0), "...", ...unitsFrom(last).slice(-1)];
}

function sizeText({ blocks, blockBytes, tiles, words }: StreamLayout): string {
  return tiles
    ? `${blocks} blocks, ${tiles.stored} of ${tiles.all} tiles, ${words.byteLength} B`
    : `${blocks} x ${blockBytes} B`;
}

function streamLines(drawn: Drawn, stream: StreamLayout): readonly string[] {
  const { kernels, lines, schedule } = drawn;
  const kernel = kernels.find(({ name }) => name === stream.kernel);
  if (!kernel || !isLayerKernel(kernel)) throw new RangeError(`${stream.kernel} has no rows`);
  const rows = kernelRows(kernel).find(({ part }) => part === stream.part);
  if (!rows) throw new RangeError(`${stream.kernel} has no part ${stream.part}`);
  const { gates, reads } = rows;
  const side = unitsSideBySide(kernel, schedule);
  const name = stream.part ? `${stream.kernel} ${stream.part}` : stream.kernel;
  return [
    `  ${name}: ${sizeText(stream)}${stream.fourBits ? ", weights of 4 bits" : ""}`,
    `    columns ${cells(columnCells(segmentsRead(kernel, reads, lines)))}`,
    `    rows    ${cells(rowCells(kernel, stream, gates, side))}`,
  ];
}

/** The order of the streams as an ASCII picture, at most 96 columns wide; padding is zero weights. */
export function streamPicture(drawn: Drawn): readonly string[] {
  const { variant, block, fourBits } = drawn.schedule;
  const moved = drawn.streams.some(({ part }) => part === "columns");
  const others = drawn.streams.some(({ part }) => part !== "columns");
  return [
    ...(moved
      ? [
          "Weights of sums that are kept: of each block of eight rows the columns that moved are read:",
          ...MOVED_PICTURE,
        ]
      : []),
    ...(others || !moved
      ? [
          `Weights: one stream a layer, read once a step, front to back, in blocks of ${block.rows} rows:`,
          ...ROW_LAYOUTS[variant].picture,
        ]
      : []),
    ...(fourBits
      ? [
          `Weights of 4 bits, where a stream says so${block.rows === 16 ? ", two of these in a block" : ""}:`,
          ...ROW_LAYOUTS[fourBits.variant].picture,
        ]
      : []),
    ...drawn.streams.flatMap((stream) => streamLines(drawn, stream)),
  ];
}
