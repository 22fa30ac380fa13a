/**
 * Draws a roofline in characters, for places that show text alone, such as the summary of a job.
 * The numbers are analyze/roofline's, the picture for everything else is roofline-svg.ts.
 */
import type { RooflineDocument } from "../analyze/board-roofline.ts";
import { formatNumber, formatTickValue, KIND_MARK } from "./format.ts";

const COLUMNS = 56;
const ROWS = 12;
/** How far the axis reaches beyond the run and the ridge, as a factor. */
const MARGIN = 8;

/**
 * Both axes are logarithmic: operations a byte to the right, the rate upwards. `/` and `_` are the roof of the memory that
 * holds the weights and the one of the arithmetic, `o` is the run. Null where a number is not above 0.
 */
export function rooflineText(roofline: RooflineDocument): string | null {
  const { roofs, dots, ridgePoint, rateUnit } = roofline;
  const [dot] = dots;
  const compute = roofs.find(({ limits }) => limits === "compute");
  const memory = roofs.find(({ limits }) => limits === "memory");
  if (!dot || !compute || !memory) return null;
  const intensity = dot.arithmeticIntensity.value;
  const numbers = [intensity, dot.rate.value, compute.peak.value, memory.peak.value];
  if (!numbers.every((value) => value > 0 && Number.isFinite(value))) return null;

  const left = Math.min(intensity, ridgePoint.value) / MARGIN;
  const right = Math.max(intensity, ridgePoint.value) * MARGIN;
  const roofAt = (x: number) => Math.min(compute.peak.value, x * memory.peak.value);
  const bottom = Math.min(roofAt(left), dot.rate.value / 2);
  const top = compute.peak.value * 1.5;
  const position = (value: number, from: number, to: number, cells: number) =>
    Math.min(
      cells - 1,
      Math.max(0, Math.round((Math.log(value / from) / Math.log(to / from)) * (cells - 1))),
    );

  const grid = Array.from({ length: ROWS }, () => new Array<string>(COLUMNS).fill(" "));
  const put = (column: number, rate: number, mark: string) => {
    (grid[position(rate, bottom, top, ROWS)] as string[])[column] = mark;
  };
  for (let column = 0; column < COLUMNS; column++) {
    const x = left * (right / left) ** (column / (COLUMNS - 1));
    put(column, roofAt(x), x < ridgePoint.value ? "/" : "_");
  }
  put(position(intensity, left, right, COLUMNS), dot.rate.value, "o");

  const labels = grid.map((_, row) =>
    row === position(compute.peak.value, bottom, top, ROWS)
      ? formatTickValue(compute.peak.value, rateUnit)
      : row === position(dot.rate.value, bottom, top, ROWS)
        ? `${formatTickValue(Number(dot.rate.value.toPrecision(3)), rateUnit)} ${KIND_MARK[dot.rate.kind]}`
        : "",
  );
  const width = Math.max(...labels.map((label) => label.length));
  const lines = grid.map((row, at) => `${(labels[at] ?? "").padStart(width)} |${row.join("")}`);
  const axis = `${"".padStart(width)} +${"-".repeat(COLUMNS)}`;
  const ends = [left, right].map((value) => `${formatNumber(value, 2)} op/B`);
  const gap = COLUMNS - (ends[0] ?? "").length - (ends[1] ?? "").length;
  const ticks = `${"".padStart(width)}  ${ends[0]}${" ".repeat(Math.max(1, gap))}${ends[1]}`;
  const key = `o ${dot.name} at ${formatNumber(intensity)} op/B;  / ${memory.name};  _ ${compute.name}`;
  const drawn = [...lines.toReversed(), axis, ticks, key];
  return `${drawn.map((line) => line.trimEnd()).join("\n")}\n`;
}
