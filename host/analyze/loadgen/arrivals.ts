/**
 * Decides when the queries of the Server scenario arrive: a Poisson process, the first query at once.
 * The gaps are left to exponential-gaps.ts, when the process ends to server.ts.
 */
import type { GapSource } from "./exponential-gaps.ts";
import { BLOCK_GAPS } from "./exponential-gaps.ts";

/** Times of arrival [ns], whole, ascending, the first at 0; exact while they stay below 2^53 ns, 104 days. */
export class PoissonArrivals {
  readonly #gaps: GapSource;
  #nextNs = 0;

  constructor(gaps: GapSource) {
    this.#gaps = gaps;
  }

  /** The next BLOCK_GAPS times, for the caller to overwrite; valid until the next call. */
  next(): Float64Array {
    const block = this.#gaps.next();
    let timeNs = this.#nextNs;
    for (let index = 0; index < BLOCK_GAPS; index++) {
      const gapNs = block[index] as number;
      block[index] = timeNs;
      timeNs += gapNs;
    }
    this.#nextNs = timeNs;
    return block;
  }
}
