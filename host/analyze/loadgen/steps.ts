/**
 * Decides how long work pauses: it yields now and then, so that whoever drives it can show progress or stop it.
 * Driving it with a clock is left to workflow/.
 */

/** Work that yields how many queries it has come to, and gives its result at the end. */
export type Steps<T> = Generator<number, T, void>;

/** Drives the work to its end at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
