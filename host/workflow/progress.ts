/**
 * Tells a waiting person what is going on: a line that redraws itself on a terminal, plain lines elsewhere.
 * Results never go through here; they belong to stdout.
 */

/** Shortest time between two redraws [ms]. */
const REDRAW_MS = 80;
const BAR_CELLS = 24;

export interface Progress {
  /** Starts a step and ends the one before. */
  step(label: string): void;
  /** How far the step is; cheap enough to call for every frame. */
  update(done: number, total: number): void;
  /** A line that stays. */
  note(text: string): void;
  /** Ends the last step. */
  end(): void;
}

export const silentProgress: Progress = { step() {}, update() {}, note() {}, end() {} };

/** Progress on stderr; `now` gives milliseconds. */
export function createProgress(
  stream: NodeJS.WriteStream = process.stderr,
  now: () => number = performance.now.bind(performance),
): Progress {
  const redraws = stream.isTTY === true && process.env.TERM !== "dumb";
  let label = "";
  let drawn = -Infinity;
  const clear = (): void => {
    if (redraws && label) stream.write("\r\x1b[2K");
  };
  return {
    step(next) {
      this.end();
      label = next;
      stream.write(redraws ? `${next} ...` : `${next}\n`);
    },
    update(done, total) {
      if (!redraws || now() - drawn < REDRAW_MS) return;
      drawn = now();
      stream.write(`\r\x1b[2K${label} ${bar(done, total)} ${done}/${total}`);
    },
    note(text) {
      clear();
      stream.write(`${text}\n`);
    },
    end() {
      clear();
      if (redraws && label) stream.write(`${label}\n`);
      label = "";
    },
  };
}

function bar(done: number, total: number): string {
  const filled = Math.round((BAR_CELLS * Math.min(done, total)) / Math.max(total, 1));
  return `[${"#".repeat(filled)}${"-".repeat(BAR_CELLS - filled)}]`;
}
