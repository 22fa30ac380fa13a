/**
 * The memory through which one thread draws random gaps for another: a ring of batches and a few counters.
 * Who draws is left to draw-thread.ts and draw-worker.ts.
 */
import { BLOCK_GAPS } from "../analyze/loadgen/exponential-gaps.ts";
import { BLOCK_WORDS } from "../analyze/loadgen/mt19937.ts";

/** Blocks of one batch, and batches in the ring: 160 kB each, so that all of them stay in a cache. */
const BATCH_BLOCKS = 64;
const BATCHES = 4;

/** Counters: whether the worker waits for the state, whether it has it, batches drawn and batches used up. */
const READY = 0;
const STARTED = 1;
const DRAWN = 2;
const USED = 3;

/** A worker that draws nothing for so long has died [ms]. */
const PATIENCE_MS = 20_000;

export interface DrawRing {
  readonly counters: Int32Array<SharedArrayBuffer>;
  /** Where the worker goes on from: the state of the generator so far. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly gaps: SharedArrayBuffer;
  /** Rate of the gaps [1/s]. */
  readonly qps: number;
}

export function createRing(qps: number): DrawRing {
  const gaps = new SharedArrayBuffer(BATCHES * BATCH_BLOCKS * BLOCK_GAPS * 8);
  return {
    counters: new Int32Array(new SharedArrayBuffer(16)),
    state: new Int32Array(new SharedArrayBuffer(BLOCK_WORDS * 4)),
    gaps,
    qps,
  };
}

/** The ring cut into blocks, batch after batch. */
function blocksOf({ gaps }: DrawRing): readonly Float64Array[] {
  return Array.from(
    { length: BATCHES * BATCH_BLOCKS },
    (_, index) => new Float64Array(gaps, index * BLOCK_GAPS * 8, BLOCK_GAPS),
  );
}

/** The worker's end: waits for the state, then fills batches for ever. `fill` makes the next block. */
export function drawForEver(
  ring: DrawRing,
  begin: (state: Int32Array) => (block: Float64Array) => void,
): never {
  const { counters } = ring;
  const blocks = blocksOf(ring);
  Atomics.store(counters, READY, 1);
  Atomics.wait(counters, STARTED, 0);
  const fill = begin(ring.state);
  for (let batch = 0; ; batch++) {
    for (;;) {
      const used = Atomics.load(counters, USED);
      if (batch - used < BATCHES) break;
      Atomics.wait(counters, USED, used);
    }
    const first = (batch % BATCHES) * BATCH_BLOCKS;
    for (let index = first; index < first + BATCH_BLOCKS; index++) {
      fill(blocks[index] as Float64Array);
    }
    Atomics.store(counters, DRAWN, batch + 1);
    Atomics.notify(counters, DRAWN);
  }
}

/** The other end: takes blocks in order. */
export class RingReader {
  readonly #ring: DrawRing;
  readonly #blocks: readonly Float64Array[];
  #batch = 0;
  #index = 0;

  constructor(ring: DrawRing) {
    this.#ring = ring;
    this.#blocks = blocksOf(ring);
  }

  get ready(): boolean {
    return Atomics.load(this.#ring.counters, READY) === 1;
  }

  /** Lets the worker go on from that state. */
  start(state: Int32Array): void {
    this.#ring.state.set(state);
    Atomics.store(this.#ring.counters, STARTED, 1);
    Atomics.notify(this.#ring.counters, STARTED);
  }

  /** The next block; the one before may then be overwritten. */
  next(): Float64Array {
    if (this.#index === BATCH_BLOCKS) {
      this.#index = 0;
      Atomics.store(this.#ring.counters, USED, ++this.#batch);
      Atomics.notify(this.#ring.counters, USED);
    }
    if (this.#index === 0) this.#await();
    const first = (this.#batch % BATCHES) * BATCH_BLOCKS;
    return this.#blocks[first + this.#index++] as Float64Array;
  }

  #await(): void {
    const { counters } = this.#ring;
    for (;;) {
      const drawn = Atomics.load(counters, DRAWN);
      if (drawn > this.#batch) return;
      if (Atomics.wait(counters, DRAWN, drawn, PATIENCE_MS) === "timed-out") {
        throw new Error("the thread that draws random numbers has stopped");
      }
    }
  }
}
