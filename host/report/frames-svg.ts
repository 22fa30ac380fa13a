/**
 * Decides how the cycles of a run's frames look: every frame in order, its median and its tail.
 * What the cycles are is left to the analyzer.
 */
import { tailOf } from "../analyze/tail.ts";
import { formatNumber, formatTick } from "./format.ts";
import type { Picture } from "./svg.ts";
import { at, axes, linearScale, roundTicks } from "./svg.ts";

const WIDTH = 760;
const HEIGHT = 240;
const LEFT = 78;
const RIGHT = WIDTH - 92;
const TOP = 16;
const BOTTOM = HEIGHT - 54;

/**
 * Cycles of each frame.
 * @param cycles one a frame, at least one [cycle]
 * @param kind written on the axis: the reader must see what was measured
 */
export function framesPicture(cycles: readonly number[], kind: string): Picture {
  const { p50, p99, max } = tailOf(cycles);
  const min = cycles.reduce((least, value) => Math.min(least, value), max);
  const pad = Math.max((max - min) * 0.12, max * 0.005);
  const y = linearScale([Math.max(0, min - pad), max + pad], [BOTTOM, TOP]);
  const x = linearScale([0, Math.max(1, cycles.length - 1)], [LEFT, RIGHT]);
  const body = [
    axes(
      {
        scale: x,
        ticks: roundTicks(x.domain, 8).filter(Number.isInteger),
        label: "frame",
        format: formatTick,
      },
      {
        scale: y,
        ticks: roundTicks(y.domain, 4),
        label: `cycles a frame, ${kind}`,
        format: formatTick,
      },
    ),
    `<path class="tp-line" d="${envelope(cycles, x, y)}"/>`,
    ...levels([
      { name: "max", value: max },
      { name: "P99", value: p99 },
      { name: "median", value: p50 },
    ]),
  ].join("\n");
  return {
    id: "frames",
    title: "Cycles of every frame",
    description: `${cycles.length} frames: median ${p50}, P99 ${p99}, largest ${max} cycles, ${kind}. The axis starts at ${Math.round(y.domain[0])}, not at zero.`,
    width: WIDTH,
    height: HEIGHT,
    body,
  };

  /** Lines with their names at the right edge, pushed apart where they would overlap. */
  function levels(lines: readonly { readonly name: string; readonly value: number }[]): string[] {
    let lastY = TOP - 14;
    return lines.map(({ name, value }) => {
      const py = y(value);
      const textY = Math.max(py + 4, lastY + 14);
      lastY = textY;
      return `<path class="tp-drop" d="M${LEFT} ${at(py)}H${RIGHT}"/>
<text class="tp-note" x="${RIGHT + 6}" y="${at(textY)}">${name} ${formatNumber(value)}</text>`;
    });
  }
}

/** A path through all frames; where several share a pixel, from their least to their largest. */
function envelope(
  values: readonly number[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const columns = RIGHT - LEFT;
  if (values.length <= columns) {
    return values.map((value, i) => `${i === 0 ? "M" : "L"}${at(x(i))} ${at(y(value))}`).join("");
  }
  const parts: string[] = [];
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    const inside = values.slice(from, to);
    const low = Math.min(...inside);
    const high = Math.max(...inside);
    parts.push(`${column === 0 ? "M" : "L"}${at(x(from))} ${at(y(low))}V${at(y(high))}`);
  }
  return parts.join("");
}
