/**
 * Finds LSTM cells that a converter spelled out in small operators, and the states that a graph takes and gives back.
 * Turning a cell into a layer is left to cell.ts.
 *
 *   z = W x + R h + b, split into i, f, g, o in any order
 *   c' = sigmoid(f) * c + sigmoid(i) * tanh(g), h' = sigmoid(o) * tanh(c')
 */
import { Mover } from "./moved.ts";
import type { TfliteFile, TfliteOperator, TfliteTensor } from "./schema.ts";

/** Tensor indices of one cell. */
export interface Cell {
  readonly x: number;
  readonly inputWeights: number;
  readonly recurrentWeights: number;
  /** Constants that are added, each [4 * hiddenSize]. */
  readonly biases: readonly number[];
  /** Which of the four blocks of rows is the gate's, in the order input, forget, cell, output. */
  readonly blocks: readonly number[];
  readonly lastHidden: number;
  readonly lastCell: number;
  readonly hidden: number;
  readonly cell: number;
  /** The operators it is made of. */
  readonly operators: readonly TfliteOperator[];
}

export interface Unrolled {
  /** By the index of the hidden state's tensor, in order of execution. */
  readonly cells: ReadonlyMap<number, Cell>;
  /** Operators that belong to cells or move states. */
  readonly taken: ReadonlySet<TfliteOperator>;
  readonly stateInputs: ReadonlySet<number>;
  readonly stateOutputs: ReadonlySet<number>;
}

/** Operators of a cell found while it is taken apart. */
class Finder {
  readonly graph: TfliteFile;
  readonly mover: Mover;
  readonly used: TfliteOperator[] = [];

  constructor(graph: TfliteFile, mover: Mover) {
    this.graph = graph;
    this.mover = mover;
  }

  /** The operator of that name, without an activation in it, that makes a tensor. */
  made(tensor: number | undefined, name: string): TfliteOperator | undefined {
    const operator = tensor === undefined ? undefined : this.mover.maker(tensor);
    if (operator?.operator !== name || (operator.options?.int8(0) ?? 0) !== 0) return undefined;
    this.used.push(operator);
    return operator;
  }

  /** The two inputs of an operator, in the order in which `first` and `second` accept them. */
  pair<A, B>(
    tensor: number | undefined,
    name: "ADD" | "MUL",
    first: (tensor: number) => A | undefined,
    second: (tensor: number) => B | undefined,
  ): readonly [A, B] | undefined {
    const inputs = this.made(tensor, name)?.inputs ?? [];
    const kept = this.used.length;
    for (const [left, right] of [inputs, [...inputs].reverse()]) {
      if (left === undefined || right === undefined || left < 0 || right < 0) continue;
      this.used.length = kept;
      const a = first(left);
      const b = a === undefined ? undefined : second(right);
      if (a !== undefined && b !== undefined) return [a, b];
    }
    return undefined;
  }

  unary(name: "LOGISTIC" | "TANH"): (tensor: number) => number | undefined {
    return (tensor) => {
      const operator = this.mover.maker(tensor);
      if (operator?.operator !== name) return undefined;
      this.used.push(operator);
      return operator.inputs[0];
    };
  }
}

function isConstant(tensor: TfliteTensor | undefined): tensor is TfliteTensor {
  return tensor?.data !== undefined;
}

/** The cell whose hidden state an operator makes, if it is one. */
function cellAt(graph: TfliteFile, mover: Mover, hidden: number): Cell | undefined {
  const find = new Finder(graph, mover);
  const sigmoid = find.unary("LOGISTIC");
  const tanh = find.unary("TANH");
  const any = (tensor: number): number => tensor;
  const outputs = find.pair(hidden, "MUL", sigmoid, tanh);
  const cell = outputs?.[1];
  const parts = find.pair(
    cell,
    "ADD",
    (tensor) => find.pair(tensor, "MUL", sigmoid, any),
    (tensor) => find.pair(tensor, "MUL", sigmoid, tanh),
  );
  if (!outputs || cell === undefined || !parts) return undefined;
  const [[forget, lastCell], [input, candidate]] = parts;
  const gates = [input, forget, candidate, outputs[0]];
  const split = mover.maker(input);
  if (split?.operator !== "SPLIT" || split.outputs.length !== 4) return undefined;
  const blocks = gates.map((gate) => split.outputs.indexOf(gate));
  if (new Set(blocks).size !== 4 || blocks.includes(-1)) return undefined;
  find.used.push(split);
  const products = productsOf(find, split.inputs[1]);
  if (!products) return undefined;
  const facts = { blocks, lastCell, hidden, cell, biases: products.biases, operators: find.used };
  const [first, second] = products.dense;
  const [x, w] = first?.inputs ?? [];
  const [h, r] = second?.inputs ?? [];
  if (x === undefined || w === undefined || h === undefined || r === undefined) return undefined;
  return { x, inputWeights: w, lastHidden: h, recurrentWeights: r, ...facts };
}

/** Terms of a sum of two products and their biases; more are no cell, and a sum of itself grows without end. */
const MOST_TERMS = 16;
/** Stacked cells, and graph outputs, of one file. */
const MOST_CELLS = 64;

/** Two matrix products and constants, added in any order; the products in the order they are added. */
function productsOf(find: Finder, tensor: number | undefined) {
  const dense: TfliteOperator[] = [];
  const biases: number[] = [];
  const open = [tensor];
  for (let terms = 0; open.length > 0; terms++) {
    if (terms > MOST_TERMS) return undefined;
    const at = open.pop();
    if (at === undefined || at < 0) return undefined;
    if (isConstant(find.graph.tensors[at])) {
      biases.push(at);
      continue;
    }
    const added = find.made(at, "ADD");
    if (added) {
      open.push(...[...added.inputs].reverse());
      continue;
    }
    const product = find.made(at, "FULLY_CONNECTED");
    if (!product || dense.length === 2) return undefined;
    dense.push(product);
    const bias = product.inputs[2] ?? -1;
    if (bias >= 0) biases.push(bias);
  }
  return dense.length === 2 ? { dense, biases } : undefined;
}

/** All of a tensor's elements lie in one graph input. */
function stateOf(graph: TfliteFile, mover: Mover, tensor: number) {
  const moved = mover.follow(tensor);
  const input = moved?.tensor[0];
  if (!moved || input === undefined || !graph.inputs.includes(input)) return undefined;
  return moved.tensor.every((one) => one === input)
    ? { input, elements: moved.element }
    : undefined;
}

/**
 * All cells of a graph whose states are graph inputs that the graph gives back in the same places.
 * @param file name of the file, for messages
 */
export function findUnrolled(graph: TfliteFile, file: string): Unrolled {
  const mover = new Mover(graph, file);
  const cells = new Map<number, Cell>();
  const stateInputs = new Set<number>();
  const stateOutputs = new Set<number>();
  const taken = new Set<TfliteOperator>();
  for (const operator of graph.operators) {
    if (operator.operator !== "MUL" || graph.outputs.length > MOST_CELLS) continue;
    if (cells.size === MOST_CELLS) break;
    const found = cellAt(graph, mover, operator.outputs[0] ?? -1);
    const cell = found && [found, exchanged(found)].find((one) => outputsOf(graph, mover, one));
    const outputs = cell && outputsOf(graph, mover, cell);
    if (!outputs) continue;
    cells.set(cell.hidden, cell);
    for (const output of outputs) stateOutputs.add(output);
    for (const state of [cell.lastHidden, cell.lastCell]) {
      stateInputs.add(stateOf(graph, mover, state)?.input as number);
    }
    for (const used of cell.operators) taken.add(used);
  }
  if (cells.size > 0) takeMoves(graph, { stateInputs, stateOutputs, taken });
  return { cells, taken, stateInputs, stateOutputs };
}

/** The two products may stand in either order: the recurrent one is that whose state comes back. */
function exchanged(cell: Cell): Cell {
  return {
    ...cell,
    x: cell.lastHidden,
    inputWeights: cell.recurrentWeights,
    lastHidden: cell.x,
    recurrentWeights: cell.inputWeights,
  };
}

/** The graph outputs that give the hidden state and the cell back; undefined where either is not. */
function outputsOf(graph: TfliteFile, mover: Mover, cell: Cell): readonly number[] | undefined {
  const hidden = givenBack(graph, mover, cell.lastHidden, cell.hidden);
  const kept = givenBack(graph, mover, cell.lastCell, cell.cell);
  return hidden === undefined || kept === undefined ? undefined : [hidden, kept];
}

/** The graph output that holds `next` where a graph input holds `last`. */
function givenBack(
  graph: TfliteFile,
  mover: Mover,
  last: number,
  next: number,
): number | undefined {
  const state = stateOf(graph, mover, last);
  if (!state) return undefined;
  return graph.outputs.find((output) => {
    const moved = mover.follow(output);
    return (
      moved &&
      state.elements.every((place, k) => moved.tensor[place] === next && moved.element[place] === k)
    );
  });
}

/** Operators that take states apart, and those whose results all end in states that are given back. */
function takeMoves(
  graph: TfliteFile,
  {
    stateInputs,
    stateOutputs,
    taken,
  }: Pick<Unrolled, "stateInputs" | "stateOutputs"> & { readonly taken: Set<TfliteOperator> },
): void {
  const fromStates = new Set(stateInputs);
  for (const operator of graph.operators) {
    const [source] = operator.inputs;
    if (taken.has(operator) || source === undefined || !fromStates.has(source)) continue;
    taken.add(operator);
    for (const output of operator.outputs) fromStates.add(output);
  }
  const toStates = new Set(stateOutputs);
  const readers = new Map<number, TfliteOperator[]>();
  for (const operator of graph.operators) {
    for (const input of operator.inputs) {
      const known = readers.get(input);
      if (known) known.push(operator);
      else readers.set(input, [operator]);
    }
  }
  for (const operator of [...graph.operators].reverse()) {
    const ends = operator.outputs.every(
      (output) =>
        toStates.has(output) ||
        (!graph.outputs.includes(output) &&
          (readers.get(output)?.length ?? 0) > 0 &&
          readers
            .get(output)
            ?.every(
              (reader) => taken.has(reader) && !reader.outputs.some((o) => !toStates.has(o)),
            )),
    );
    if (!ends || taken.has(operator) || operator.outputs.length === 0) continue;
    taken.add(operator);
    for (const output of operator.outputs) toStates.add(output);
  }
}
