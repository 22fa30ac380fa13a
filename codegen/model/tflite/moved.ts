/**
 * Follows single elements through the operators that only move them: slices, joins and reshapes of one batch.
 * What the elements mean is left to unrolled.ts.
 */
import type { TfliteFile, TfliteOperator, TfliteTensor } from "./schema.ts";
import { elementCount, rawValues } from "./tensor.ts";

/** Where each element of a tensor comes from: element[k] of tensor[k], none of which is moved itself. */
export interface Moved {
  readonly tensor: Int32Array;
  readonly element: Int32Array;
}

/** More elements than any state of a network here has, and all that are followed in one file. */
const MOST_ELEMENTS = 65_536;
const ALL_ELEMENTS = 2 * 1024 * 1024;
/** Operators between a state and where it is kept; deeper chains are not followed, so that none exhausts the stack. */
const MOST_MOVES = 32;

const SLICE_MASK = { begin: 0, end: 1, ellipsis: 2, newAxis: 3, shrink: 4 } as const;
const PACK_AXIS = 1;

const MOVING = ["RESHAPE", "SQUEEZE", "EXPAND_DIMS", "PACK", "STRIDED_SLICE"];

/** Follows the elements of one graph. */
export class Mover {
  readonly #graph: TfliteFile;
  readonly #file: string;
  readonly #makers = new Map<number, TfliteOperator>();
  readonly #known = new Map<number, Moved | undefined>();
  #left = ALL_ELEMENTS;

  constructor(graph: TfliteFile, file: string) {
    this.#graph = graph;
    this.#file = file;
    // The last maker of a tensor that two make is refused by graph.ts.
    for (const operator of graph.operators) {
      for (const output of operator.outputs) this.#makers.set(output, operator);
    }
  }

  /** The operator that makes a tensor. */
  maker(tensor: number): TfliteOperator | undefined {
    return this.#makers.get(tensor);
  }

  /** undefined for a tensor that is too large, or too far from where it is made. */
  follow(index: number, moves = 0): Moved | undefined {
    if (!this.#known.has(index)) {
      // A graph that makes a tensor of itself is refused by graph.ts.
      this.#known.set(index, undefined);
      this.#known.set(index, this.#followOnce(index, moves));
    }
    return this.#known.get(index);
  }

  #followOnce(index: number, moves: number): Moved | undefined {
    const tensor = this.#graph.tensors[index] as TfliteTensor;
    const count = elementCount(tensor, this.#file);
    this.#left -= count;
    if (count > MOST_ELEMENTS || this.#left < 0 || moves > MOST_MOVES) return undefined;
    const maker = this.#makers.get(index);
    const moved = maker && this.#throughOperator(maker, tensor, count, moves);
    if (moved) return moved;
    return {
      tensor: new Int32Array(count).fill(index),
      element: Int32Array.from({ length: count }, (_, k) => k),
    };
  }

  #throughOperator(
    operator: TfliteOperator,
    out: TfliteTensor,
    count: number,
    moves: number,
  ): Moved | undefined {
    if (!MOVING.includes(operator.operator)) return undefined;
    const sources = operator.operator === "PACK" ? operator.inputs : operator.inputs.slice(0, 1);
    const moved = sources.map((source) =>
      source < 0 ? undefined : this.follow(source, moves + 1),
    );
    if (moved.some((one) => one === undefined)) return undefined;
    const picks = this.#picks(operator, out, count);
    if (!picks) return undefined;
    const pick = (part: keyof Moved): Int32Array =>
      Int32Array.from(picks, ([from, element]) => moved[from]?.[part][element] ?? -1);
    return { tensor: pick("tensor"), element: pick("element") };
  }

  /** [input, element] of each output element; undefined for an operator that does more than move. */
  #picks(
    operator: TfliteOperator,
    out: TfliteTensor,
    count: number,
  ): readonly (readonly [number, number])[] | undefined {
    const source = this.#graph.tensors[operator.inputs[0] ?? -1];
    if (!source) return undefined;
    switch (operator.operator) {
      case "RESHAPE":
      case "SQUEEZE":
      case "EXPAND_DIMS":
        return elementCount(source, this.#file) === count
          ? Array.from({ length: count }, (_, k) => [0, k] as const)
          : undefined;
      case "PACK":
        return packPicks(operator, out, count);
      case "STRIDED_SLICE":
        return this.#slicePicks(operator, source, count);
      default:
        return undefined;
    }
  }

  #slicePicks(operator: TfliteOperator, source: TfliteTensor, count: number) {
    const options = operator.options;
    const constants = [1, 2, 3].map((input) => this.#graph.tensors[operator.inputs[input] ?? -1]);
    if (!options || constants.some((tensor) => !tensor?.data || tensor.type !== "int32")) {
      return undefined;
    }
    if (options.int32(SLICE_MASK.ellipsis) !== 0 || options.int32(SLICE_MASK.newAxis) !== 0) {
      return undefined;
    }
    const [begins, ends, strides] = constants.map((tensor) =>
      rawValues(tensor as TfliteTensor, this.#file),
    ) as [Float64Array, Float64Array, Float64Array];
    const { shape } = source;
    if (![begins, ends, strides].every(({ length }) => length === shape.length)) return undefined;
    // A dimension beside one of size 0 may be of any size.
    if (shape.some((size) => size > MOST_ELEMENTS)) return undefined;
    let picked: number[] = [0];
    source.shape.forEach((size, axis) => {
      const bit = 1 << axis;
      const wrap = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
      const begin = options.int32(SLICE_MASK.begin) & bit ? 0 : wrap(begins[axis] as number);
      const open = (options.int32(SLICE_MASK.end) & bit) !== 0;
      const shrink = (options.int32(SLICE_MASK.shrink) & bit) !== 0;
      const end = shrink ? Math.min(begin + 1, size) : open ? size : wrap(ends[axis] as number);
      const stride = shrink ? 1 : (strides[axis] as number);
      const places: number[] = [];
      if (stride > 0) for (let at = begin; at < end; at += stride) places.push(at);
      if (picked.length * places.length > MOST_ELEMENTS) picked = [];
      picked = picked.flatMap((before) => places.map((at) => before * size + at));
    });
    return picked.length === count ? picked.map((element) => [0, element] as const) : undefined;
  }
}

/** Inputs side by side along a new dimension. */
function packPicks({ inputs, options }: TfliteOperator, { shape }: TfliteTensor, count: number) {
  const given = options?.int32(PACK_AXIS) ?? 0;
  const axis = given < 0 ? given + shape.length : given;
  if (shape[axis] !== inputs.length) return undefined;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, k) => {
    const outer = Math.floor(k / (inner * inputs.length));
    return [Math.floor(k / inner) % inputs.length, outer * inner + (k % inner)] as const;
  });
}
