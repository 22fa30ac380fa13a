/**
 * Puts cells together that a converter spelled out one a time step, and spells each as ONNX's LSTM or GRU.
 * Finding the cells is left to cells.ts; what their states are fed with to ../onnx/connections.ts.
 */

import { Sums } from "./affine.ts";
import { type Cell, cellAt, type Gate } from "./cells.ts";
import type { TfliteOperator, TfliteTensor } from "./schema.ts";
import type { Spelling } from "./spelling.ts";
import { realValues } from "./tensor.ts";

/** The cells of one layer, one a time step. */
interface Chain {
  readonly cells: readonly Cell[];
  /** Everything that the layer's nodes stand for. */
  readonly taken: Set<TfliteOperator>;
  /** What holds the inputs of all steps: a tensor, or the chain that makes them; of one step, x itself. */
  readonly source: number | Chain;
  /** PACK of all hidden states, where there is one. */
  readonly packed?: number;
}

export interface Sequences {
  /** Operators that are spelled by their chain; the last of each chain spells it. */
  readonly taken: ReadonlySet<TfliteOperator>;
  readonly spell: ReadonlyMap<TfliteOperator, () => void>;
  /** Time steps of the chains; 1 where a call is a step. */
  readonly steps: number;
}

/** Cells of one file. */
const MOST_CELLS = 4096;
/** Constants that a converter computed in another order may differ by, relative to the largest of them. */
const SAME = 1e-5;

/** Finds all chains of a graph whose values nothing else reads. */
export function findSequences(spelling: Spelling): Sequences {
  const sums = new Sums(spelling);
  const cells = new Map<number, Cell>();
  for (const { operator, outputs } of spelling.graph.operators) {
    if ((operator !== "MUL" && operator !== "ADD") || cells.size === MOST_CELLS) continue;
    const [hidden = -1] = outputs;
    const cell = hidden >= 0 ? cellAt(sums, spelling, hidden) : undefined;
    if (cell) cells.set(hidden, cell);
  }
  const readers = readersOf(spelling);
  const found: Chain[] = [];
  for (const list of linked(cells, sums)) {
    const chain = chainOf(list, found, { spelling, sums, readers });
    if (chain) found.push(chain);
  }
  const { chains, taken } = closed(found, spelling, readers);
  const spell = new Map<TfliteOperator, () => void>();
  for (const chain of chains) {
    const last = sums.maker(chain.cells.at(-1)?.hidden) as TfliteOperator;
    spell.set(last, () => spellChain(last, chain, spelling));
  }
  const steps = Math.max(1, ...chains.map((chain) => chain.cells.length));
  return { taken, spell, steps };
}

function readersOf({ graph }: Spelling): ReadonlyMap<number, readonly TfliteOperator[]> {
  const readers = new Map<number, TfliteOperator[]>();
  for (const operator of graph.operators) {
    for (const input of operator.inputs) {
      const known = readers.get(input);
      if (known) known.push(operator);
      else readers.set(input, [operator]);
    }
  }
  return readers;
}

/** Cells in order of time, each the one before's successor in hidden state, cell and weights. */
function linked(cells: ReadonlyMap<number, Cell>, sums: Sums): readonly (readonly Cell[])[] {
  const next = new Map<Cell, Cell>();
  const later = new Set<Cell>();
  for (const cell of cells.values()) {
    const { lastHidden, lastCell } = cell;
    const before = lastHidden === undefined ? undefined : cells.get(sums.origin(lastHidden));
    if (!before || !sameWeights(before, cell) || next.has(before)) continue;
    if (cell.kind === "lstm" && before.cell !== sums.origin(lastCell ?? -1)) continue;
    next.set(before, cell);
    later.add(cell);
  }
  return [...cells.values()]
    .filter((cell) => !later.has(cell))
    .map((first) => {
      const list = [first];
      for (let at = next.get(first); at && list.length < MOST_CELLS; at = next.get(at)) {
        list.push(at);
      }
      return list;
    });
}

function sameWeights(before: Cell, cell: Cell): boolean {
  const first = before.recurrentWeights === undefined;
  return (
    before.kind === cell.kind &&
    before.inputWeights === cell.inputWeights &&
    (first || before.recurrentWeights === cell.recurrentWeights) &&
    (first || before.candidateWeights === cell.candidateWeights) &&
    before.gates.every((gate, at) => sameGate(gate, cell.gates[at])) &&
    sameRecurrentBias(before, cell)
  );
}

/** A first step without one either resets before, or its bias was zero and left out. */
function sameRecurrentBias(before: Cell, cell: Cell): boolean {
  const full = cell.candidateRecurrentBias ?? [];
  const isFirst = before.recurrentWeights === undefined;
  const zeros = new Array<number>(full.length).fill(0);
  return sameValues(before.candidateRecurrentBias ?? (isFirst ? zeros : []), full);
}

/** A first step has no recurrent rows, and no forget or reset gate where these have nothing to do. */
function sameGate(first: Gate, full: Gate | undefined): boolean {
  if (!full) return false;
  if (first.input.length === 0) return true;
  const same = (a: readonly number[] | undefined, b: readonly number[] | undefined) =>
    a === undefined || (b !== undefined && a.length === b.length && a.every((v, i) => v === b[i]));
  return (
    same(first.input, full.input) &&
    same(first.recurrent, full.recurrent) &&
    sameValues(first.bias, full.bias)
  );
}

function sameValues(a: readonly number[], b: readonly number[]): boolean {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return (
    a.length === b.length &&
    a.every((value, at) => Math.abs(value - (b[at] ?? 0)) <= SAME * largest)
  );
}

interface Around {
  readonly spelling: Spelling;
  readonly sums: Sums;
  readonly readers: ReadonlyMap<number, readonly TfliteOperator[]>;
}

/** Whether all gates have as many rows as the state has values. */
function isLayer(cell: Cell, { graph }: Spelling): boolean {
  const { gates, recurrentWeights, candidateWeights, candidateRecurrentBias } = cell;
  const size = gates[0]?.bias.length ?? 0;
  if (recurrentWeights === undefined) return false;
  const matrices = [recurrentWeights, candidateWeights ?? recurrentWeights];
  return (
    matrices.every((index) => graph.tensors[index]?.shape[1] === size) &&
    (candidateRecurrentBias ?? gates[0]?.bias)?.length === size &&
    gates.every((gate) =>
      [gate.input, gate.recurrent, gate.bias].every((rows) => rows?.length === size),
    )
  );
}

/** The chain of such cells; undefined where its inputs lie apart, or something reads a value inside it. */
function chainOf(
  cells: readonly Cell[],
  before: readonly Chain[],
  { spelling, sums, readers }: Around,
): Chain | undefined {
  const last = cells.at(-1);
  if (!last || !isLayer(last, spelling)) return undefined;
  const taken = new Set(cells.flatMap((cell) => [...cell.operators]));
  let source: number | Chain = last.x;
  let packed: number | undefined;
  if (cells.length > 1) {
    const inputs = cells.map(({ x }) => sums.origin(x));
    const unpack = sums.maker(inputs[0]);
    const chain = before.find((one) => sameList(hiddens(one.cells), inputs));
    if (unpack?.operator === "UNPACK" && sameList(unpack.outputs, inputs)) {
      const axis = unpack.options?.int32(1) ?? 0;
      const { shape } = spelling.input(unpack, 0);
      if (shape.slice(0, axis).some((size) => size !== 1)) return undefined;
      taken.add(unpack);
      source = unpack.inputs[0] ?? -1;
    } else if (chain) source = chain;
    else return undefined;
    const pack = readers
      .get(last.hidden)
      ?.find(({ operator, inputs }) => operator === "PACK" && sameList(inputs, hiddens(cells)));
    packed = pack?.outputs[0];
    if (pack && packed !== undefined) {
      const { shape } = spelling.output(pack);
      const axis = pack.options?.int32(1) ?? 0;
      if (shape.slice(0, axis < 0 ? axis + shape.length : axis).some((size) => size !== 1)) {
        return undefined;
      }
      taken.add(pack);
    }
  }
  return { cells, taken, source, ...(packed === undefined ? {} : { packed }) };
}

const hiddens = (cells: readonly Cell[]) => cells.map(({ hidden }) => hidden);

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

const RESHAPING: readonly string[] = ["RESHAPE", "SQUEEZE", "EXPAND_DIMS"];

/** The chains of which nothing outside reads a value that no layer has: a gate, or a state in the middle. */
function closed(
  found: readonly Chain[],
  { graph }: Spelling,
  readers: Around["readers"],
): { readonly chains: readonly Chain[]; readonly taken: ReadonlySet<TfliteOperator> } {
  let chains = found;
  for (;;) {
    const taken = new Set(chains.flatMap((chain) => [...chain.taken]));
    const given = new Set(
      chains.flatMap(({ cells, packed }) => [cells.at(-1)?.hidden, cells.at(-1)?.cell, packed]),
    );
    takeReshapes(graph.operators, taken, given, readers);
    const isRead = (output: number): boolean =>
      !given.has(output) &&
      (graph.outputs.includes(output) ||
        (readers.get(output) ?? []).some((reader) => !taken.has(reader)));
    const open = chains.filter((chain) =>
      [...chain.taken].some((operator) => operator.outputs.some(isRead)),
    );
    if (open.length === 0) return { chains, taken };
    const isOpen = ({ source }: Chain): boolean =>
      typeof source !== "number" && (open.includes(source) || isOpen(source));
    chains = chains.filter((chain) => !open.includes(chain) && !isOpen(chain));
  }
}

/** Takes reshapes between taken operators, last to first. */
function takeReshapes(
  operators: readonly TfliteOperator[],
  taken: Set<TfliteOperator>,
  given: ReadonlySet<number | undefined>,
  readers: Around["readers"],
): void {
  const made = new Set([...taken].flatMap(({ outputs }) => outputs));
  for (const operator of [...operators].reverse()) {
    const [input = -1] = operator.inputs;
    const [output = -1] = operator.outputs;
    if (!RESHAPING.includes(operator.operator) || given.has(input) || !made.has(input)) continue;
    const all = readers.get(output) ?? [];
    if (all.length > 0 && all.every((reader) => taken.has(reader))) taken.add(operator);
  }
}

/** The value of all steps' hidden states, as its LSTM or GRU makes it. */
function sequenceName({ cells }: Chain, spelling: Spelling): string {
  return `${spelling.name(cells.at(-1)?.hidden)} (all steps)`;
}

/** Rows of matrices under each other. */
function joinedRows(
  parts: readonly { readonly values: Float64Array; readonly rows: readonly number[] }[],
  cols: number,
): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, { rows }) => sum + rows.length * cols, 0));
  let to = 0;
  for (const { values, rows } of parts) {
    for (const row of rows) {
      joined.set(values.subarray(row * cols, (row + 1) * cols), to);
      to += cols;
    }
  }
  return joined;
}

/** Reshapes, and the recurrent node between them. */
function spellChain(at: TfliteOperator, chain: Chain, spelling: Spelling): void {
  const { cells, source, packed } = chain;
  const { graph, file } = spelling;
  const last = cells.at(-1) as Cell;
  const [first] = cells;
  const tensor = (index: number) => graph.tensors[index] as TfliteTensor;
  const hiddenSize = last.gates[0]?.bias.length ?? 0;
  const inputSize = tensor(last.inputWeights).shape[1] ?? 0;
  const from = typeof source === "number" ? spelling.name(source) : sequenceName(source, spelling);
  const x = spelling.through(at, "Reshape", from, { shape: [cells.length, 1, inputSize] });
  const label = spelling.label(at);
  const gateRows = last.gates.length * hiddenSize;
  const w = spelling.constant(`${label} (W)`, [1, gateRows, inputSize], () => {
    const values = realValues(tensor(last.inputWeights), file);
    return joinedRows(
      last.gates.map(({ input }) => ({ values, rows: input })),
      inputSize,
    );
  });
  const r = spelling.constant(`${label} (R)`, [1, gateRows, hiddenSize], () => {
    const values = realValues(tensor(last.recurrentWeights as number), file);
    const own = last.candidateWeights;
    const candidate = own === undefined ? values : realValues(tensor(own), file);
    return joinedRows(
      last.gates.map(({ recurrent = [] }, gate) => ({
        values: last.kind === "gru" && gate === 2 ? candidate : values,
        rows: recurrent,
      })),
      hiddenSize,
    );
  });
  // B = [Wb, Rb]; the second half is zero but for a candidate's whose reset comes after its product.
  const bias = new Float64Array(2 * gateRows);
  bias.set(last.gates.flatMap((gate) => gate.bias));
  if (last.candidateRecurrentBias) {
    bias.set(last.candidateRecurrentBias, gateRows + 2 * hiddenSize);
  }
  const b = spelling.constant(`${label} (B)`, [1, 2 * gateRows], () => bias);
  const state = (index: number | undefined) =>
    index === undefined
      ? ""
      : spelling.through(at, "Reshape", spelling.name(index), { shape: [1, 1, hiddenSize] });
  const inputs = [x, w, r, b, "", state(first?.lastHidden)];
  const [all, hidden] = [sequenceName(chain, spelling), `${label} (hidden)`];
  const outputs = [all, hidden];
  const cell = last.cell === undefined ? undefined : `${label} (cell)`;
  if (cell !== undefined) {
    inputs.push(state(first?.lastCell));
    outputs.push(cell);
  }
  const attributes = {
    hidden_size: hiddenSize,
    linear_before_reset: last.candidateRecurrentBias === undefined ? 0 : 1,
  };
  spelling.node(at, cell === undefined ? "GRU" : "LSTM", inputs, outputs, attributes);
  const give = (value: string, index: number) => {
    const { shape } = tensor(index);
    spelling.node(at, "Reshape", [value], [spelling.name(index)], { shape, allowzero: 1 });
  };
  give(hidden, last.hidden);
  if (cell !== undefined && last.cell !== undefined) give(cell, last.cell);
  if (packed !== undefined) give(all, packed);
}
