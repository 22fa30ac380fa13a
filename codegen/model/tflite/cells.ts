/**
 * Finds single LSTM and GRU cells that a converter spelled out in small operators.
 *   LSTM: c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c')
 *   GRU:  h' = z h + (1 - z) tanh(n), z and r sigmoids, the reset before or after n's recurrent product
 * every gate a sum of W x, R h and constants; of the first step, whose state is zero, only what is left of these.
 * Which of them belong together, one a time step, is left to sequences.ts.
 */

import type { Affine, Sums } from "./affine.ts";
import type { TfliteOperator, TfliteTensor } from "./schema.ts";
import type { Spelling } from "./spelling.ts";

/** Rows of the weights that one gate reads, as values of a step. */
export interface Gate {
  /** Rows of inputWeights. */
  readonly input: readonly number[];
  /** Rows of recurrentWeights; absent in a first step. */
  readonly recurrent?: readonly number[];
  readonly bias: readonly number[];
}

/** Tensor indices of one cell. */
export interface Cell {
  readonly kind: "lstm" | "gru";
  readonly x: number;
  readonly inputWeights: number;
  /** Absent in a first step, as the states before it. */
  readonly recurrentWeights?: number;
  /** Of a GRU's candidate where it is a matrix of its own. */
  readonly candidateWeights?: number;
  readonly lastHidden?: number;
  readonly lastCell?: number;
  readonly hidden: number;
  /** Of an LSTM. */
  readonly cell?: number;
  /** input, output, forget, cell of an LSTM; update, reset, candidate of a GRU: ONNX's order. */
  readonly gates: readonly Gate[];
  /** Of a GRU: rb where it resets after the product; undefined where it resets before. */
  readonly candidateRecurrentBias?: readonly number[];
  /** The operators it is made of. */
  readonly operators: readonly TfliteOperator[];
}

interface Taken<V> {
  readonly value: V;
  readonly operators: readonly TfliteOperator[];
}

class Finder {
  readonly sums: Sums;
  readonly graph: Spelling["graph"];

  constructor(sums: Sums, { graph }: Spelling) {
    this.sums = sums;
    this.graph = graph;
  }

  /** What LOGISTIC or TANH reads. */
  squashed(name: "LOGISTIC" | "TANH", tensor: number | undefined): Taken<number> | undefined {
    const operator = this.sums.maker(tensor);
    const [from] = operator?.inputs ?? [];
    if (operator?.operator !== name || from === undefined) return undefined;
    return { value: from, operators: [operator] };
  }

  /** A gate's sum behind its activation. */
  gate(name: "LOGISTIC" | "TANH", tensor: number | undefined): Taken<Affine> | undefined {
    const squashed = this.squashed(name, tensor);
    const sum = this.sums.of(squashed?.value);
    if (!squashed || !sum || sum.products.length === 0) return undefined;
    return { value: sum, operators: [...squashed.operators, ...sum.operators] };
  }

  /** The two inputs of a plain operator, in the order in which `first` and `second` accept them. */
  pair<A, B>(
    tensor: number | undefined,
    name: "ADD" | "MUL",
    first: (tensor: number) => Taken<A> | undefined,
    second: (tensor: number) => Taken<B> | undefined,
  ): Taken<readonly [A, B]> | undefined {
    const operator = this.sums.plain(tensor, name);
    const [left = -1, right = -1] = operator?.inputs ?? [];
    if (!operator || left < 0 || right < 0) return undefined;
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const a = first(one);
      const b = a && second(other);
      if (!a || !b) continue;
      const operators = [...a.operators, ...b.operators, operator];
      return { value: [a.value, b.value], operators };
    }
    return undefined;
  }

  size(tensor: number): number {
    const { shape } = this.graph.tensors[tensor] as TfliteTensor;
    return shape.reduce((product, size) => product * size, 1);
  }
}

const any = (tensor: number): Taken<number> => ({ value: tensor, operators: [] });

/** The cell whose hidden state an operator makes, if it is one. */
export function cellAt(sums: Sums, spelling: Spelling, hidden: number): Cell | undefined {
  const find = new Finder(sums, spelling);
  return lstmAt(find, hidden) ?? gruAt(find, hidden);
}

function lstmAt(find: Finder, hidden: number): Cell | undefined {
  const sigmoid = (tensor: number) => find.gate("LOGISTIC", tensor);
  const tanh = (tensor: number) => find.gate("TANH", tensor);
  const made = find.pair(hidden, "MUL", sigmoid, (tensor) => find.squashed("TANH", tensor));
  if (!made) return undefined;
  const [output, cell] = made.value;
  const fresh = (tensor: number | undefined) => find.pair(tensor, "MUL", sigmoid, tanh);
  const kept = (tensor: number) => find.pair(tensor, "MUL", sigmoid, any);
  const parts = find.pair(cell, "ADD", fresh, kept);
  const first = parts ? undefined : fresh(cell);
  const [input, candidate] = parts?.value[0] ?? first?.value ?? [];
  const [forget, lastCell] = parts?.value[1] ?? [];
  if (!input || !candidate) return undefined;
  const products = sortedProducts([input, output, forget, candidate], (lists) =>
    lastCell === undefined ? undefined : recurrentOf(find, lists, lastCell),
  );
  if (!products) return undefined;
  return {
    kind: "lstm",
    ...products,
    hidden,
    cell,
    ...(lastCell === undefined ? {} : { lastCell }),
    operators: [...new Set([...made.operators, ...((parts ?? first)?.operators ?? [])])],
  };
}

/** Which of two products' inputs is the state: the later one, where the file does not say. */
function recurrentOf(
  find: Finder,
  inputs: readonly number[],
  lastCell: number,
): number | undefined {
  const roots = inputs.map((tensor) => rootOf(find, tensor));
  const cellRoot = rootOf(find, lastCell);
  const sharing = roots.indexOf(cellRoot);
  if (sharing >= 0) return inputs[sharing];
  const given = roots.map((root) => find.sums.maker(root) === undefined);
  const madeByCell = find.sums.maker(cellRoot);
  if (madeByCell) {
    // The same step made both: h' = sigmoid(o) tanh(c').
    const hidden = roots.findIndex((root) => readsThroughTanh(find, root, cellRoot));
    if (hidden >= 0) return inputs[hidden];
  }
  if (given[0] !== given[1]) return inputs[given[0] ? 0 : 1];
  return inputs[1];
}

function readsThroughTanh(find: Finder, hidden: number, cell: number): boolean {
  const inputs = find.sums.plain(hidden, "MUL")?.inputs ?? [];
  return inputs.some((input) => find.squashed("TANH", input)?.value === cell);
}

const MOVES: readonly string[] = ["STRIDED_SLICE", "SLICE", "UNPACK", "SQUEEZE", "EXPAND_DIMS"];
const MOST_MOVES = 32;

/** The tensor that a value was cut out of. */
function rootOf({ sums }: Finder, tensor: number): number {
  let at = sums.origin(tensor);
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const maker = sums.maker(at);
    const source = maker?.operator === "SPLIT" ? maker.inputs[1] : maker?.inputs[0];
    const moving = maker && (maker.operator === "SPLIT" || MOVES.includes(maker.operator));
    if (!moving || source === undefined || source < 0) break;
    at = sums.origin(source);
  }
  return at;
}

/** The products of all gates, told apart: what x is, what the state is. */
function sortedProducts(
  gates: readonly (Affine | undefined)[],
  choose: (inputs: readonly number[]) => number | undefined,
): Pick<Cell, "x" | "inputWeights" | "recurrentWeights" | "lastHidden" | "gates"> | undefined {
  const [first] = gates;
  const inputs = first?.products.map(({ x }) => x) ?? [];
  const lastHidden = inputs.length === 2 ? choose(inputs) : undefined;
  const x = inputs.find((input) => input !== lastHidden);
  if (x === undefined || inputs.length > 2 || (inputs.length === 2 && lastHidden === undefined)) {
    return undefined;
  }
  const of = (gate: Affine | undefined, input: number | undefined) =>
    gate?.products.find((product) => product.x === input);
  const inputWeights = of(first, x)?.weights;
  const recurrentWeights = of(first, lastHidden)?.weights;
  const size = first?.constants.length ?? 0;
  const empty = new Array<number>(size).fill(0);
  const sorted = gates.map((gate): Gate | undefined => {
    // A forget gate has nothing to do in a first step.
    if (!gate) return inputs.length === 1 ? { input: [], bias: empty } : undefined;
    const [own, back] = [of(gate, x), of(gate, lastHidden)];
    if (gate.products.length !== inputs.length || gate.constants.length !== size || !own) {
      return undefined;
    }
    if (own.weights !== inputWeights || back?.weights !== recurrentWeights) return undefined;
    const recurrent = back ? { recurrent: back.rows } : {};
    return { input: own.rows, ...recurrent, bias: gate.constants };
  });
  if (inputWeights === undefined || !sorted.every((gate) => gate !== undefined)) return undefined;
  return {
    x,
    inputWeights,
    gates: sorted,
    ...(lastHidden === undefined || recurrentWeights === undefined
      ? {}
      : { lastHidden, recurrentWeights }),
  };
}

/** 1 - z, by the tensor of z. */
function complement(find: Finder, tensor: number): Taken<number> | undefined {
  const operator = find.sums.plain(tensor, "SUB");
  const [one = -1, z = -1] = operator?.inputs ?? [];
  const constant = find.graph.tensors[one]?.data ? find.sums.of(one) : undefined;
  if (!operator || !constant?.constants.every((value) => value === 1)) return undefined;
  return { value: z, operators: [operator] };
}

function gruAt(find: Finder, hidden: number): Cell | undefined {
  const fresh = (tensor: number) =>
    find.pair(
      tensor,
      "MUL",
      (one) => complement(find, one),
      (one) => find.squashed("TANH", one),
    );
  const kept = (tensor: number) => find.pair(tensor, "MUL", (z) => squashedGate(find, z), any);
  const parts = find.pair(hidden, "ADD", fresh, kept);
  const first = parts ? undefined : fresh(hidden);
  const [z, candidate] = parts?.value[0] ?? first?.value ?? [];
  if (z === undefined || candidate === undefined) return undefined;
  const [keptGate, lastHidden] = parts?.value[1] ?? [];
  if (keptGate !== undefined && keptGate !== z) return undefined;
  const update = find.gate("LOGISTIC", z);
  if (!update) return undefined;
  const operators = [...((parts ?? first)?.operators ?? []), ...update.operators];
  const state = lastHidden === undefined ? undefined : find.sums.origin(lastHidden);
  return (
    resetBefore(find, { hidden, update: update.value, candidate, state, operators }) ??
    resetAfter(find, { hidden, update: update.value, candidate, state, operators })
  );
}

function squashedGate(find: Finder, tensor: number): Taken<number> | undefined {
  const squashed = find.squashed("LOGISTIC", tensor);
  return squashed && { value: tensor, operators: squashed.operators };
}

interface GruParts {
  readonly hidden: number;
  readonly update: Affine;
  /** Tensor of n, before tanh. */
  readonly candidate: number;
  /** Tensor of h, before anything reshaped it. */
  readonly state: number | undefined;
  readonly operators: readonly TfliteOperator[];
}

const isState = (find: Finder, state: number | undefined) => (tensor: number) =>
  state !== undefined && find.sums.origin(tensor) === state;

/** The state among the inputs of a sum's products. */
function stateAmong(find: Finder, { products }: Affine, state: number | undefined) {
  return products.find(({ x }) => isState(find, state)(x))?.x;
}

/** n = W x + b + R (r * h); of a first step, W x + b. */
function resetBefore(
  find: Finder,
  { hidden, update, candidate, state, operators }: GruParts,
): Cell | undefined {
  const sum = find.sums.of(candidate);
  if (!sum) return undefined;
  const gated = sum.products
    .map((product) => ({
      product,
      reset: find.pair(
        product.x,
        "MUL",
        (tensor) => find.gate("LOGISTIC", tensor),
        (tensor) => (isState(find, state)(tensor) ? any(tensor) : undefined),
      ),
    }))
    .find(({ reset }) => reset !== undefined);
  const all = [...operators, ...sum.operators];
  if (!gated?.reset) {
    if (state !== undefined || sum.products.length !== 1) return undefined;
    const products = sortedProducts([update, undefined, sum], () => undefined);
    return products && { kind: "gru", ...products, hidden, operators: [...new Set(all)] };
  }
  const [reset] = gated.reset.value;
  const lastHidden = stateAmong(find, update, state);
  const products = sortedProducts([update, reset], () => lastHidden);
  const own = sum.products.find((product) => product !== gated.product);
  if (!products || own?.weights !== products.inputWeights || own.x !== products.x) return undefined;
  if (sum.products.length !== 2) return undefined;
  return {
    kind: "gru",
    ...products,
    candidateWeights: gated.product.weights,
    gates: [
      ...products.gates,
      { input: own.rows, recurrent: gated.product.rows, bias: sum.constants },
    ],
    hidden,
    operators: [...new Set([...all, ...gated.reset.operators])],
  };
}

/** n = W x + b + r * (R h + rb); of a first step, W x + b + r * rb. */
function resetAfter(
  find: Finder,
  { hidden, update, candidate, state, operators }: GruParts,
): Cell | undefined {
  const product = (tensor: number) =>
    find.pair(
      tensor,
      "MUL",
      (one) => find.gate("LOGISTIC", one),
      (one) => sumOf(find, one),
    );
  const parts = find.pair(candidate, "ADD", (one) => sumOf(find, one), product);
  if (!parts) return undefined;
  const [own, [reset, back]] = parts.value;
  const lastHidden = stateAmong(find, update, state);
  if ((lastHidden === undefined) !== (state === undefined)) return undefined;
  const products = sortedProducts([update, reset], () => lastHidden);
  const [ownProduct] = own.products;
  const [backProduct] = back.products;
  if (!products || own.products.length !== 1 || ownProduct?.x !== products.x) return undefined;
  if (ownProduct.weights !== products.inputWeights) return undefined;
  if (backProduct?.weights !== products.recurrentWeights || back.products.length > 1) {
    return undefined;
  }
  if (backProduct && !isState(find, state)(backProduct.x)) return undefined;
  const recurrent = backProduct ? { recurrent: backProduct.rows } : {};
  return {
    kind: "gru",
    ...products,
    gates: [...products.gates, { input: ownProduct.rows, ...recurrent, bias: own.constants }],
    candidateRecurrentBias: back.constants,
    hidden,
    operators: [...new Set([...operators, ...parts.operators])],
  };
}

function sumOf(find: Finder, tensor: number): Taken<Affine> | undefined {
  const sum = find.sums.of(tensor);
  return sum && { value: sum, operators: sum.operators };
}
