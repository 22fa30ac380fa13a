/**
 * Decides which tiles of weights go: the least important of all layers become zero, what they gave on average goes into biases.
 * The model keeps its size; kernels that leave such tiles out are plan/'s, how it hears is measured elsewhere.
 */
import { PlanError } from "../errors.ts";
import type { Layer, Matrix, RecurrentModel } from "../model/types.ts";
import type { CalibrationData } from "../quantize/calibrate.ts";
import { operatorsOf } from "../quantize/operators.ts";
import { columnsFrom, isFoldable, type Tile, type TiledMatrix, tilesOf } from "./weight-tiles.ts";

/** Most tiles that may go [%]. */
export const MOST_LEFT_OUT = 99;

/** @throws PlanError TP-PLAN-041 */
export function requireLeftOut(percent: number): void {
  if (percent >= 0 && percent <= MOST_LEFT_OUT) return;
  throw new PlanError(
    "TP-PLAN-041",
    {
      what: `${percent} % of a model's weights cannot be left out`,
      why: "without any it computes nothing",
      fix: `--sparse N with N from 0, which leaves out what is zero already, to ${MOST_LEFT_OUT}`,
    },
    { percent },
  );
}

/** A layer whose weights and biases may be written. */
function writable(layer: Layer): Layer {
  const copy = (matrix: Matrix): Matrix => ({ ...matrix, values: matrix.values.slice() });
  if (layer.kind === "dense") {
    return { ...layer, weights: copy(layer.weights), bias: layer.bias.slice() };
  }
  if (layer.kind !== "lstm" && layer.kind !== "gru") return layer;
  const own = {
    inputWeights: copy(layer.inputWeights),
    recurrentWeights: copy(layer.recurrentWeights),
    bias: layer.bias.slice(),
  };
  return layer.kind === "lstm"
    ? { ...layer, ...own }
    : { ...layer, ...own, candidateRecurrentBias: layer.candidateRecurrentBias.slice() };
}

/** Puts what a weight gives on average into the bias of its row. */
function fold(layer: Layer, { part }: TiledMatrix, row: number, value: number): void {
  if (layer.kind === "gru" && part === "recurrentWeights" && row >= 2 * layer.hiddenSize) {
    const unit = row - 2 * layer.hiddenSize;
    layer.candidateRecurrentBias[unit] = (layer.candidateRecurrentBias[unit] as number) + value;
  } else if (layer.kind === "lstm" || layer.kind === "gru" || layer.kind === "dense") {
    layer.bias[row] = (layer.bias[row] as number) + value;
  }
}

function matrixOf(layer: Layer, part: TiledMatrix["part"]): Matrix {
  if (layer.kind === "dense") return layer.weights;
  if (layer.kind !== "lstm" && layer.kind !== "gru")
    throw new RangeError(`${layer.name} has no tiles`);
  return part === "inputWeights" ? layer.inputWeights : layer.recurrentWeights;
}

function clear(layer: Layer, { of, rows, firstColumn }: Tile): void {
  const { values, cols } = matrixOf(layer, of.part);
  for (const row of rows) {
    for (const column of columnsFrom(firstColumn, of)) {
      const weight = values[row * cols + column] as number;
      if (isFoldable(layer, of, row)) fold(layer, of, row, weight * of.reads.mean(column));
      values[row * cols + column] = 0;
    }
  }
}

/**
 * The model with the least important tiles of all its layers zero; what they gave on average is in the biases of their rows.
 * @param percent of all tiles that go, 0..99
 * @throws PlanError TP-PLAN-041, and TP-PLAN-010 for layers that cannot be generated; RangeError without a frame
 */
export function sparsifyModel(
  model: RecurrentModel,
  percent: number,
  data: CalibrationData,
): RecurrentModel {
  requireLeftOut(percent);
  operatorsOf(model);
  if (percent === 0) return model;
  const ranked = tilesOf(model, data)
    .map((tile, index) => ({ tile, index }))
    .sort((a, b) => a.tile.importance - b.tile.importance || a.index - b.index);
  const layers = model.layers.map(writable);
  for (const { tile } of ranked.slice(0, Math.round((percent / 100) * ranked.length))) {
    clear(layers[tile.of.layer] as Layer, tile);
  }
  return { ...model, layers };
}
