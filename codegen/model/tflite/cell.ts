/**
 * Makes an LSTM layer of a cell that was spelled out in small operators.
 * Finding cells is left to unrolled.ts.
 */
import type { LstmLayer, Matrix } from "../types.ts";
import type { TfliteOperator, TfliteTensor } from "./schema.ts";
import { realValues } from "./tensor.ts";
import type { Cell } from "./unrolled.ts";
import {
  type ImportContext,
  layerSteps,
  pushInteger,
  refuse,
  type Steps,
  shapeError,
} from "./values.ts";

/** Four blocks of rows in the order of the gates. */
function gateBlocks(values: Float64Array, blocks: readonly number[]): Float64Array {
  const size = values.length / 4;
  const ordered = new Float64Array(values.length);
  blocks.forEach((block, gate) => {
    ordered.set(values.subarray(block * size, (block + 1) * size), gate * size);
  });
  return ordered;
}

/**
 * @param operator the one that makes the hidden state
 * @returns the hidden state; undefined when something was refused
 */
export function importCell(
  operator: TfliteOperator,
  cell: Cell,
  context: ImportContext,
): Steps | undefined {
  const { file, graph } = context;
  const tensor = (index: number): TfliteTensor => graph.tensors[index] as TfliteTensor;
  const from = context.values.get(cell.x);
  const hiddenSize = tensor(cell.hidden).shape.at(-1) ?? 0;
  if (from?.kind !== "steps") {
    if (from?.kind !== "unsupported") {
      refuse(context, operator, "the cell's input is no step", "convert a chain of layers");
    }
    return undefined;
  }
  if (from.steps !== 1) {
    refuse(context, operator, "the cell reads one of several steps", "convert with one time step");
    return undefined;
  }
  const rows = 4 * hiddenSize;
  const matrix = (index: number, cols: number): Matrix => {
    const weights = tensor(index);
    if (weights.shape.length !== 2 || weights.shape[0] !== rows || weights.shape[1] !== cols) {
      throw shapeError(
        context,
        operator,
        `weights "${weights.name}" are [${weights.shape}], not [${rows},${cols}]`,
      );
    }
    return { rows, cols, values: gateBlocks(realValues(weights, file), cell.blocks) };
  };
  const bias = new Float64Array(rows);
  for (const index of cell.biases) {
    const values = realValues(tensor(index), file);
    if (values.length !== rows) {
      throw shapeError(
        context,
        operator,
        `bias "${tensor(index).name}" has ${values.length} values, not ${rows}`,
      );
    }
    gateBlocks(values, cell.blocks).forEach((value, row) => {
      bias[row] = (bias[row] as number) + value;
    });
  }
  const output = layerSteps(context, operator, from, hiddenSize);
  const layer: LstmLayer = {
    kind: "lstm",
    name: output.source,
    input: from.source,
    output: output.source,
    inputSize: from.size,
    outputSize: hiddenSize,
    hiddenSize,
    inputWeights: matrix(cell.inputWeights, from.size),
    recurrentWeights: matrix(cell.recurrentWeights, hiddenSize),
    bias,
    initialHidden: new Float64Array(hiddenSize),
    initialCell: new Float64Array(hiddenSize),
  };
  context.layers.push(layer);
  pushInteger(context, undefined);
  return output;
}
