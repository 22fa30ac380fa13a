/**
 * Numbers every single value that a step computes, so that a tensor of the graph is a list of those numbers.
 * Shape operators then only pick from the list; which numbers an operator reads is left to values.ts.
 */

import type { ValueName } from "../types.ts";

/** A vector whose values were numbered: a graph input, what a layer writes, or a state after the last step. */
export interface Source {
  readonly kind: "input" | "layer" | "hidden" | "cell";
  /** The graph input, or the output of the layer, also where a state of it is meant. */
  readonly name: ValueName;
  /** Number of its first value. */
  readonly first: number;
  readonly size: number;
}

/** All vectors of one import, in the order they were made. */
export class Sources {
  readonly #list: Source[] = [];
  /** Inputs and layers; states share their layer's name. */
  readonly #named = new Map<ValueName, Source>();

  /** Numbers the values of a vector. */
  add(kind: Source["kind"], name: ValueName, size: number): Source {
    const last = this.#list.at(-1);
    const source = { kind, name, size, first: last ? last.first + last.size : 0 };
    this.#list.push(source);
    if (kind === "input" || kind === "layer") this.#named.set(name, source);
    return source;
  }

  /** How many values have numbers. */
  get count(): number {
    const last = this.#list.at(-1);
    return last ? last.first + last.size : 0;
  }

  /** Whose value has this number; numbers ascend with the list, so that halving finds it. */
  of(element: number): Source {
    let low = 0;
    let high = this.#list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#list[middle] as Source).first <= element) low = middle;
      else high = middle - 1;
    }
    return this.#list[low] as Source;
  }

  /** Whether a graph input or a layer's output has this name. */
  has(name: ValueName): boolean {
    return this.#named.has(name);
  }

  /** A graph input, or what a layer writes. @throws RangeError where there is none of this name */
  named(name: ValueName): Source {
    const source = this.#named.get(name);
    if (!source) throw new RangeError(`nothing writes "${name}"`);
    return source;
  }
}

/** The numbers of all values of a source, in order. */
export function elementsOf({ first, size }: Source): Int32Array {
  return Int32Array.from({ length: size }, (_, index) => first + index);
}
