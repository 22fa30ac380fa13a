/**
 * Decides how what-ifs look on a roofline: an arrow a change with its letter, none where nothing that binds moves.
 * Where its ends lie is left to analyze/what-if.ts, the rows beside the plot to what-if-rows.ts.
 */
import type { WhatIfRow } from "../analyze/time-terms.ts";
import type { LabelSpace } from "./label-space.ts";
import type { Scale } from "./svg.ts";
import { at, escapeXml } from "./svg.ts";
import { hasArrow, letterOf } from "./what-if-rows.ts";

/** Between upright arrows that begin at one point [pixel]. */
const FAN = 9;
const HEAD = 8;

/** From where the roofs allow the work today to where each change would. */
export function whatIfArrows(
  rows: readonly WhatIfRow[],
  x: Scale,
  y: Scale,
  labels: LabelSpace,
): string {
  let upright = 0;
  return rows
    .flatMap((row, index) => {
      if (!hasArrow(row)) return [];
      const { from, to } = row;
      const straight = x(to.arithmeticIntensity) - x(from.arithmeticIntensity) < FAN / 2;
      const shift = straight ? FAN * upright++ : 0;
      const [fromX, fromY] = [x(from.arithmeticIntensity) + shift, y(from.attainable)];
      const [toX, toY] = [x(to.arithmeticIntensity) + shift, y(to.attainable)];
      const letter = letterOf(index);
      const place = labels.place(toX, toY, letter, { above: true });
      return [
        `<path class="tp-arrow" d="M${at(fromX)} ${at(fromY)}L${at(toX)} ${at(toY)}${head(fromX, fromY, toX, toY)}"><title>${escapeXml(`${letter}: ${row.change}`)}</title></path>`,
        `<text class="tp-strong tp-halo" x="${at(place.x)}" y="${at(place.y)}" text-anchor="${place.anchor}">${letter}</text>`,
      ];
    })
    .join("\n");
}

/** Two short strokes back from the tip. */
function head(fromX: number, fromY: number, toX: number, toY: number): string {
  const angle = Math.atan2(toY - fromY, toX - fromX);
  const stroke = (turn: number) =>
    `M${at(toX)} ${at(toY)}L${at(toX - HEAD * Math.cos(angle + turn))} ${at(toY - HEAD * Math.sin(angle + turn))}`;
  return stroke(0.45) + stroke(-0.45);
}

/** Which changes have no arrow, and why, for a caption. */
export function arrowWords(rows: readonly WhatIfRow[]): string {
  if (rows.length === 0) return "";
  const without = rows.flatMap((row, index) => (hasArrow(row) ? [] : [letterOf(index)]));
  const verb = without.length === 1 ? "moves" : "move";
  const none = without.length === 0 ? "" : `; ${without.join(", ")} ${verb} nothing that binds`;
  return `Arrows: what the changes below do to the roof over the run${none}.`;
}
