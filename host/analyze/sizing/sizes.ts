/**
 * Decides which hidden sizes are asked about: every one between bounds, or for stacks a grid that stays within a number.
 * Predicting and judging them are left to others.
 */
import { AnalysisError } from "../analysis-error.ts";

export interface SizeBounds {
  /** Of each recurrent layer. */
  readonly lowest: number;
  readonly highest: number;
  /** Stacks step by multiples of it, which pad nothing. */
  readonly granule: number;
}

/** No matrix in here has a longer side. */
export const HIDDEN_LIMIT = 4096;
const MOST_CANDIDATES = 5000;

/**
 * Lists of one hidden size a layer; `own` is among them whatever the bounds.
 * @param own the model's sizes; null where there is no model, then one layer
 * @throws AnalysisError TP-USE-270 for bounds that are no whole numbers, 1..4096, in order
 */
export function sizesBetween(
  own: readonly number[] | null,
  { lowest, highest, granule }: SizeBounds,
): readonly (readonly number[])[] {
  const sound = (size: number): boolean =>
    Number.isInteger(size) && size >= 1 && size <= HIDDEN_LIMIT;
  if (!sound(lowest) || !sound(highest) || lowest > highest) {
    throw new AnalysisError("TP-USE-270", {
      what: `${lowest} to ${highest} are no bounds of a hidden size`,
      why: `they are whole numbers from 1 to ${HIDDEN_LIMIT}, the smaller first`,
      fix: "--min-hidden 16 --max-hidden 128",
    });
  }
  const layers = own?.length ?? 1;
  const axis = layers === 1 ? range(lowest, highest, 1) : coarse(lowest, highest, granule, layers);
  const grid = Array.from({ length: layers }).reduce<readonly (readonly number[])[]>(
    (lists) => lists.flatMap((list) => axis.map((size) => [...list, size])),
    [[]],
  );
  const isOwn = (sizes: readonly number[]): boolean =>
    own !== null && sizes.every((size, layer) => size === own[layer]);
  return own === null || grid.some(isOwn) ? grid : [...grid, own];
}

function range(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
}

/** Multiples of a multiple of the granule, as many as leave the grid within its number; the ends if none lies between. */
function coarse(
  lowest: number,
  highest: number,
  granule: number,
  layers: number,
): readonly number[] {
  const most = Math.max(1, Math.floor(MOST_CANDIDATES ** (1 / layers)));
  let step = granule;
  while (Math.floor(highest / step) - Math.ceil(lowest / step) + 1 > most) step += granule;
  const first = Math.ceil(lowest / step) * step;
  return first > highest ? [lowest] : range(first, highest, step);
}
