/**
 * Draws the random gaps of a long Server test on a second thread; the first one draws them itself until it is there.
 * The numbers are left to analyze/loadgen/exponential-gaps.ts and are the same wherever they are drawn.
 */
import { Worker } from "node:worker_threads";
import type { GapSource } from "../analyze/loadgen/exponential-gaps.ts";
import { ExponentialGaps } from "../analyze/loadgen/exponential-gaps.ts";
import { Mt19937 } from "../analyze/loadgen/mt19937.ts";
import { createRing, RingReader } from "./draw-ring.ts";
import { VectorWords } from "./vector-words.ts";

/** Sources of gaps, each on a thread of its own until the next one is opened. */
export class DrawThreads {
  #worker: Worker | undefined;

  /** The gaps of a generator with that 32-bit seed, at that rate [1/s]. */
  open(seed: number, qps: number): GapSource {
    this.close();
    const ring = createRing(qps);
    const worker = new Worker(new URL("./draw-worker.mjs", import.meta.url), { workerData: ring });
    worker.unref();
    // Without the thread the first one goes on alone: slower, with the same numbers.
    worker.on("error", () => {});
    this.#worker = worker;
    return new HandedOverGaps(seed, qps, new RingReader(ring));
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}

class HandedOverGaps implements GapSource {
  readonly #random: VectorWords;
  readonly #own: ExponentialGaps;
  readonly #reader: RingReader;
  #handedOver = false;

  constructor(seed: number, qps: number, reader: RingReader) {
    this.#random = new VectorWords(new Mt19937(seed).state);
    this.#own = new ExponentialGaps(qps, this.#random);
    this.#reader = reader;
  }

  next(): Float64Array {
    if (!this.#handedOver) {
      if (!this.#reader.ready) return this.#own.next();
      this.#reader.start(this.#random.state);
      this.#handedOver = true;
    }
    return this.#reader.next();
  }
}
