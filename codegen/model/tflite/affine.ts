/**
 * Sums of matrix products and constants behind a tensor, row by row, however an exporter split, joined and added them.
 * Which sums are the gates of a cell is left to cells.ts.
 */

import { SPLIT_INPUTS, slicedPlaces } from "./moving.ts";
import type { TfliteOperator, TfliteTensor } from "./schema.ts";
import type { Spelling } from "./spelling.ts";
import { elementCount, realValues } from "./tensor.ts";

/** Rows of one matrix product. */
export interface Product {
  /** Tensor that is multiplied. */
  readonly x: number;
  /** Tensor of the weights [rows, cols]. */
  readonly weights: number;
  /** The row of the weights behind each value. */
  readonly rows: readonly number[];
}

/** Every value is the sum of its rows of the products and its constant. */
export interface Affine {
  readonly products: readonly Product[];
  readonly constants: readonly number[];
  /** What computes it. */
  readonly operators: readonly TfliteOperator[];
}

/** More values than the gates of any cell here, terms than any exporter adds, and operators between. */
const MOST_VALUES = 65_536;
const MOST_TERMS = 4;
const MOST_DEPTH = 24;
/** Values listed for all tensors of a file together. */
const ALL_VALUES = 4 * 1024 * 1024;

export class Sums {
  readonly #spelling: Spelling;
  readonly #makers = new Map<number, TfliteOperator>();
  readonly #known = new Map<number, Affine | undefined>();
  #left = ALL_VALUES;

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
    for (const operator of spelling.graph.operators) {
      for (const output of operator.outputs) this.#makers.set(output, operator);
    }
  }

  /** The operator that makes a tensor. */
  maker(tensor: number | undefined): TfliteOperator | undefined {
    return tensor === undefined ? undefined : this.#makers.get(tensor);
  }

  /** The operator of that name, without an activation in it, that makes a tensor. */
  plain(tensor: number | undefined, name: string): TfliteOperator | undefined {
    const operator = this.maker(tensor);
    if (operator?.operator !== name) return undefined;
    return (operator.options?.int8(0) ?? 0) === 0 ? operator : undefined;
  }

  /** The tensor that holds the same values in the same order before anything only reshaped it. */
  origin(tensor: number): number {
    let at = tensor;
    for (let depth = 0; depth < MOST_DEPTH; depth++) {
      const maker = this.maker(at);
      const [from] = maker?.inputs ?? [];
      if (!maker || !RESHAPING.includes(maker.operator) || from === undefined || from < 0) break;
      at = from;
    }
    return at;
  }

  /** undefined for a tensor that is no such sum. */
  of(tensor: number | undefined, depth = 0): Affine | undefined {
    if (tensor === undefined || tensor < 0 || depth > MOST_DEPTH) return undefined;
    if (!this.#known.has(tensor)) {
      // A graph that makes a tensor of itself is refused by graph.ts.
      this.#known.set(tensor, undefined);
      const sum = this.#once(tensor, depth);
      this.#left -= sum?.constants.length ?? 0;
      this.#known.set(tensor, this.#left < 0 ? undefined : sum);
    }
    return this.#known.get(tensor);
  }

  #once(tensor: number, depth: number): Affine | undefined {
    const { graph, file } = this.#spelling;
    const { data, shape, type } = graph.tensors[tensor] as TfliteTensor;
    const count = shape.reduce((product, size) => product * size, 1);
    if (count < 1 || count > MOST_VALUES) return undefined;
    if (data) {
      if (!type.startsWith("float")) return undefined;
      const constants = [...realValues(graph.tensors[tensor] as TfliteTensor, file)];
      return { products: [], constants, operators: [] };
    }
    const maker = this.maker(tensor);
    if (!maker) return undefined;
    switch (maker.operator) {
      case "FULLY_CONNECTED":
        return this.#product(maker, tensor, depth);
      case "ADD":
        return this.#sum(maker, tensor, depth);
      case "SPLIT":
      case "SPLIT_V":
        return this.#part(maker, tensor, depth);
      case "STRIDED_SLICE": {
        const places = slicedPlaces(maker, this.#spelling, MOST_VALUES);
        return places && picked(this.of(maker.inputs[0], depth + 1), places, maker);
      }
      default: {
        if (!RESHAPING.includes(maker.operator)) return undefined;
        const whole = this.of(maker.inputs[0], depth + 1);
        return whole?.constants.length === count ? through(whole, maker) : undefined;
      }
    }
  }

  #product(maker: TfliteOperator, tensor: number, depth: number): Affine | undefined {
    const { graph, file } = this.#spelling;
    const [x, weights, bias = -1] = maker.inputs;
    const matrix = graph.tensors[weights ?? -1];
    const [rows = 0, cols = 0] = matrix?.shape ?? [];
    if (x === undefined || x < 0 || weights === undefined || !matrix?.data) return undefined;
    const plain = this.plain(tensor, "FULLY_CONNECTED") && matrix.shape.length === 2;
    const single = elementCount(graph.tensors[x] as TfliteTensor, file) === cols;
    const made = elementCount(graph.tensors[tensor] as TfliteTensor, file);
    if (!plain || !single || made !== rows) return undefined;
    const product = { x, weights, rows: Array.from({ length: rows }, (_, row) => row) };
    const added = bias < 0 ? undefined : this.of(bias, depth + 1);
    if (bias >= 0 && (added?.products.length !== 0 || added.constants.length !== rows)) {
      return undefined;
    }
    const constants = added?.constants ?? new Array<number>(rows).fill(0);
    return { products: [product], constants, operators: [maker] };
  }

  #sum(maker: TfliteOperator, tensor: number, depth: number): Affine | undefined {
    if (!this.plain(tensor, "ADD")) return undefined;
    const [a, b] = maker.inputs.map((input) => this.of(input, depth + 1));
    if (!a || !b) return undefined;
    const products = [...a.products, ...b.products];
    if (a.constants.length !== b.constants.length || products.length > MOST_TERMS) return undefined;
    return {
      products,
      constants: a.constants.map((value, at) => value + (b.constants[at] ?? 0)),
      operators: [...new Set([...a.operators, ...b.operators, maker])],
    };
  }

  #part(maker: TfliteOperator, tensor: number, depth: number): Affine | undefined {
    const { graph } = this.#spelling;
    const whole = this.of(maker.inputs[SPLIT_INPUTS[maker.operator] ?? 0], depth + 1);
    const shapes = maker.outputs.map((index) => (graph.tensors[index] as TfliteTensor).shape);
    // Only along the one dimension that is not 1 do parts lie one after the other.
    if (shapes.some((shape) => shape.filter((size) => size !== 1).length > 1)) return undefined;
    const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
    const at = maker.outputs.indexOf(tensor);
    const first = sizes.slice(0, at).reduce((sum, size) => sum + size, 0);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (whole?.constants.length !== total) return undefined;
    const places = Array.from({ length: sizes[at] ?? 0 }, (_, place) => first + place);
    return picked(whole, places, maker);
  }
}

const RESHAPING: readonly string[] = ["RESHAPE", "SQUEEZE", "EXPAND_DIMS"];

function through(sum: Affine, operator: TfliteOperator): Affine {
  // What only moves constants about stays with them, where others may read it too.
  const operators = sum.products.length === 0 ? [] : [...new Set([...sum.operators, operator])];
  return { ...sum, operators };
}

function picked(
  whole: Affine | undefined,
  places: readonly number[],
  operator: TfliteOperator,
): Affine | undefined {
  if (!whole || places.some((place) => place < 0 || place >= whole.constants.length)) {
    return undefined;
  }
  return through(
    {
      products: whole.products.map(({ x, weights, rows }) => ({
        x,
        weights,
        rows: places.map((place) => rows[place] as number),
      })),
      constants: places.map((place) => whole.constants[place] as number),
      operators: whole.operators,
    },
    operator,
  );
}
