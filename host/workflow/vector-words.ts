/**
 * Draws random words four at a time, the same as analyze/loadgen/mt19937.ts does one by one.
 * The arithmetic is left to draw-module.ts, what the words mean to analyze/loadgen/exponential-gaps.ts.
 */

import type { RandomWords } from "../analyze/loadgen/exponential-gaps.ts";
import { BLOCK_WORDS } from "../analyze/loadgen/mt19937.ts";
import { drawModule, OUTPUT_BYTE } from "./draw-module.ts";

export class VectorWords implements RandomWords {
  /** Where the generator is between two blocks: another one goes on from a copy of it. */
  readonly state: Int32Array;
  readonly #block: () => void;
  readonly #output: Int32Array;

  /** @param state of a generator that this one goes on from */
  constructor(state: Int32Array) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WebAssembly.Module(drawModule());
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.state = new Int32Array(memory.buffer, 0, BLOCK_WORDS);
    this.state.set(state);
    this.#block = exports.block as () => void;
    this.#output = new Int32Array(memory.buffer, OUTPUT_BYTE, BLOCK_WORDS);
  }

  nextBlock(words: Int32Array): void {
    this.#block();
    words.set(this.#output);
  }
}
