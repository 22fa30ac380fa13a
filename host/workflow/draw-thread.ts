/**
 * Draws the random numbers of a long Server test on a second thread; the first one draws them itself until it is there.
 * The numbers are left to analyze/loadgen/arrivals.ts and are the same wherever they are drawn.
 */
import { Worker } from "node:worker_threads";
import type { DrawSource } from "../analyze/loadgen/arrivals.ts";
import { Draws } from "../analyze/loadgen/arrivals.ts";
import { Mt19937 } from "../analyze/loadgen/mt19937.ts";
import { createRing, RingReader } from "./draw-ring.ts";

/** Sources of draws, each on a thread of its own until the next one is opened. */
export class DrawThreads {
  #worker: Worker | undefined;

  /** The draws of a generator with that 32-bit seed. */
  open(seed: number): DrawSource {
    this.close();
    const ring = createRing();
    const worker = new Worker(new URL("./draw-worker.mjs", import.meta.url), { workerData: ring });
    worker.unref();
    // Without the thread the first one goes on alone: slower, with the same numbers.
    worker.on("error", () => {});
    this.#worker = worker;
    return new HandedOverDraws(seed, new RingReader(ring));
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}

class HandedOverDraws implements DrawSource {
  readonly #own: Draws;
  readonly #reader: RingReader;
  #handedOver = false;

  constructor(seed: number, reader: RingReader) {
    this.#own = new Draws(new Mt19937(seed));
    this.#reader = reader;
  }

  next(): Float64Array {
    if (!this.#handedOver) {
      if (!this.#reader.ready) return this.#own.next();
      this.#reader.start(this.#own.random.state);
      this.#handedOver = true;
    }
    return this.#reader.next();
  }
}
