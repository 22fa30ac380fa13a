/**
 * Decides how a series of numbers looks in one line of a terminal.
 * Whether the terminal can show it is left to workflow/context.ts.
 */

/** From the least to the largest value. */
const STEPS = "▁▂▃▄▅▆▇█";

/**
 * At most `cells` characters in the order of the values; a cell of several values shows the largest of them, so that one
 * slow frame among many is seen. Equal values make a line at the bottom; no values, or one not finite, make no line.
 */
export function sparkline(values: readonly number[], cells = 40): string {
  if (values.length === 0 || values.some((value) => !Number.isFinite(value))) return "";
  const count = Math.min(cells, values.length);
  const largest = Array.from({ length: count }, (_, cell) => {
    const from = Math.floor((cell * values.length) / count);
    const until = Math.floor(((cell + 1) * values.length) / count);
    let most = values[from] as number;
    for (let index = from + 1; index < until; index++) {
      most = Math.max(most, values[index] as number);
    }
    return most;
  });
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = largest.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const scale = (STEPS.length - 1) / (most - least || 1);
  return largest.map((value) => STEPS[Math.round((value - least) * scale)]).join("");
}
