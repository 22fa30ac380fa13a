/**
 * Decides which weights of a model make up a tile, and what each tile's taking out moves on calibration data.
 * Which tiles go is left to sparsify.ts, their bytes to plan/rows/sparse-tiles.ts.
 *
 * A tile is eight rows of four columns as kernels read them: of an LSTM four gates of two units, of a GRU eight units of a gate,
 * of a dense layer eight rows; columns of the input and of the hidden state begin anew. Convolutions have none.
 */
import { createFloatModel } from "../model/reference-float.ts";
import { GATES, GRU_GATES, type Layer, type Matrix, type RecurrentModel } from "../model/types.ts";
import { TILE_COLUMNS, TILE_ROWS } from "../plan/rows/sparse-tiles.ts";
import type { CalibrationData } from "../quantize/calibrate.ts";

/** Of each column that a matrix reads: its mean, and its mean square. */
export class Moments {
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #steps = 0;

  constructor(columns: number) {
    this.#sums = new Float64Array(columns);
    this.#squares = new Float64Array(columns);
  }

  add(values: Float64Array): void {
    this.#steps++;
    values.forEach((value, column) => {
      this.#sums[column] = (this.#sums[column] as number) + value;
      this.#squares[column] = (this.#squares[column] as number) + value * value;
    });
  }

  mean(column: number): number {
    return (this.#sums[column] as number) / this.#steps;
  }

  meanSquare(column: number): number {
    return (this.#squares[column] as number) / this.#steps;
  }
}

/** Where one of a layer's matrices lies, and how its rows are grouped. */
export interface TiledMatrix {
  readonly layer: number;
  readonly part: "weights" | "inputWeights" | "recurrentWeights";
  readonly matrix: Matrix;
  readonly reads: Moments;
  /** Rows of a tile, first tile first. */
  readonly rows: readonly (readonly number[])[];
}

export interface Tile {
  readonly of: TiledMatrix;
  readonly rows: readonly number[];
  readonly firstColumn: number;
  /** Mean square of what its taking out moves in the sums of its rows, once their biases hold its mean. */
  readonly importance: number;
}

/** Rows of each tile: `gates` gates of `units` units side by side, units first to last. */
function tileRows(units: number, gates: readonly number[], atOnce: number): number[][] {
  const tiles: number[][] = [];
  for (let first = 0; first < units; first += atOnce) {
    const own = Array.from({ length: Math.min(atOnce, units - first) }, (_, i) => first + i);
    tiles.push(gates.flatMap((gate) => own.map((unit) => gate * units + unit)));
  }
  return tiles;
}

function rowsOf(layer: Layer): readonly (readonly number[])[] {
  if (layer.kind === "lstm") {
    const gates = GATES.map((_, gate) => gate);
    return tileRows(layer.hiddenSize, gates, TILE_ROWS / GATES.length);
  }
  if (layer.kind === "gru") {
    return GRU_GATES.flatMap((_, gate) => tileRows(layer.hiddenSize, [gate], TILE_ROWS));
  }
  return tileRows(layer.outputSize, [0], TILE_ROWS);
}

function matricesOf(model: RecurrentModel, { sequences }: CalibrationData): readonly TiledMatrix[] {
  const found = model.layers.flatMap((layer, index): readonly TiledMatrix[] => {
    const tiled = (part: TiledMatrix["part"], matrix: Matrix): TiledMatrix => {
      return { layer: index, part, matrix, reads: new Moments(matrix.cols), rows: rowsOf(layer) };
    };
    if (layer.kind === "dense") return [tiled("weights", layer.weights)];
    if (layer.kind !== "lstm" && layer.kind !== "gru") return [];
    return [
      tiled("inputWeights", layer.inputWeights),
      tiled("recurrentWeights", layer.recurrentWeights),
    ];
  });
  const run = createFloatModel(model, (index, [input], state) => {
    for (const { layer, part, reads } of found) {
      if (layer !== index) continue;
      reads.add(
        part === "recurrentWeights" ? (state?.hidden as Float64Array) : (input as Float64Array),
      );
    }
  });
  for (const sequence of sequences) {
    run.reset();
    for (const frame of sequence) run.step(frame);
  }
  return found;
}

/** A GRU that resets before its product reads r * h there, whose mean is not the hidden state's. */
export function isFoldable(layer: Layer, { part }: TiledMatrix, row: number): boolean {
  if (layer.kind !== "gru" || layer.resetAfter || part !== "recurrentWeights") return true;
  return row < 2 * layer.hiddenSize;
}

function importanceOf(
  layer: Layer,
  of: TiledMatrix,
  rows: readonly number[],
  columns: readonly number[],
): number {
  const { matrix, reads } = of;
  let sum = 0;
  for (const row of rows) {
    for (const column of columns) {
      const mean = isFoldable(layer, of, row) ? reads.mean(column) : 0;
      const spread = Math.max(0, reads.meanSquare(column) - mean * mean);
      sum += (matrix.values[row * matrix.cols + column] as number) ** 2 * spread;
    }
  }
  return sum;
}

export function columnsFrom(first: number, { matrix }: TiledMatrix): readonly number[] {
  const length = Math.min(TILE_COLUMNS, matrix.cols - first);
  return Array.from({ length }, (_, i) => first + i);
}

function tilesIn(layer: Layer, of: TiledMatrix): readonly Tile[] {
  return of.rows.flatMap((rows) =>
    Array.from({ length: Math.ceil(of.matrix.cols / TILE_COLUMNS) }, (_, tile) => {
      const firstColumn = tile * TILE_COLUMNS;
      const importance = importanceOf(layer, of, rows, columnsFrom(firstColumn, of));
      return { of, rows, firstColumn, importance };
    }),
  );
}

/**
 * All tiles of a model, layer by layer.
 * @throws RangeError without a frame, or with a layer that looks ahead
 */
export function tilesOf(model: RecurrentModel, data: CalibrationData): readonly Tile[] {
  if (!data.sequences.some(({ length }) => length > 0)) {
    throw new RangeError("tiles are judged by at least one frame");
  }
  return matricesOf(model, data).flatMap((of) => tilesIn(model.layers[of.layer] as Layer, of));
}
