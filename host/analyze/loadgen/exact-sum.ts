/**
 * Decides the exact sum of whole numbers that doubles alone would round.
 * What is summed is left to latencies.ts.
 */

const CARRY = 2 ** 52;

export class ExactSum {
  #small = 0;
  #carried = 0n;

  /** Range: whole, 0 <= value < 2^52. */
  add(value: number): void {
    this.#small += value;
    // Both terms were below 2^52, so nothing has been rounded yet.
    if (this.#small >= CARRY) {
      this.#carried += BigInt(this.#small);
      this.#small = 0;
    }
  }

  /** Adds `value` so many times. Range: both whole and below 2^52. */
  addTimes(value: number, times: number): void {
    const product = value * times;
    if (product < CARRY) this.add(product);
    else this.#carried += BigInt(value) * BigInt(times);
  }

  /** The sum over `count`, truncated. */
  over(count: number): number {
    return Number((this.#carried + BigInt(this.#small)) / BigInt(count));
  }
}
