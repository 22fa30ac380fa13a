/**
 * Decides how the interval of a number is drawn: a line between its ends, each closed by a short cap.
 * Where the number itself stands is left to the plot.
 */
import type { Scale } from "./svg.ts";
import { at } from "./svg.ts";

/** Half the length of a cap [px]. */
const CAP = 4;
/** Intervals narrower than a mark would be hidden by it [px]. */
const LEAST = 2;

/** Along the upright axis at `px`; empty without an interval, or for one too narrow to be seen. */
export function uprightWhisker(
  interval: readonly [number, number] | undefined,
  px: number,
  y: Scale,
): string {
  const [bottom, top] = ends(interval, y);
  if (bottom - top < LEAST) return "";
  return `<path class="tp-range" d="M${at(px)} ${at(bottom)}V${at(top)}M${at(px - CAP)} ${at(bottom)}h${2 * CAP}M${at(px - CAP)} ${at(top)}h${2 * CAP}"/>\n`;
}

/** Along the level axis at `py`. */
export function levelWhisker(
  interval: readonly [number, number] | undefined,
  py: number,
  x: Scale,
): string {
  const [right, left] = ends(interval, x);
  if (right - left < LEAST) return "";
  return `<path class="tp-range" d="M${at(left)} ${at(py)}H${at(right)}M${at(left)} ${at(py - CAP)}v${2 * CAP}M${at(right)} ${at(py - CAP)}v${2 * CAP}"/>\n`;
}

/** Larger coordinate first, both inside the axis. */
function ends(interval: readonly [number, number] | undefined, scale: Scale): [number, number] {
  if (interval === undefined || !interval.every(Number.isFinite)) return [0, 0];
  const [least, most] = scale.domain;
  const places = interval.map((value) => scale(Math.min(most, Math.max(least, value))));
  return [Math.max(...places), Math.min(...places)];
}
