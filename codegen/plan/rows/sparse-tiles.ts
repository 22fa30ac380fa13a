/**
 * Decides which tiles of a sparse matrix are stored, and how a block's list names them.
 * What a tile's own bytes are is left to sparse-pairs.ts and sparse-bytes.ts; which weights are zero to size/sparsify.ts.
 *
 * A tile is eight rows of four columns, 32 weights: one pass of the loops, one line of 32 B. A block is eight rows:
 *
 *   8 words  biases
 *   list     2 bytes its own length; a byte a stored tile, how many tiles after the one before it; 0; zeros up to a word
 *   tiles    8 words each, those of the list one after the other
 *   8 words  multipliers
 *
 * A tile whose weights are all zero is left out. Where 255 in a row are, the last of them is stored after all, so that a
 * byte holds every distance.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type Source, weightAt } from "./row-layout.ts";

export const TILE_ROWS = 8;
export const TILE_COLUMNS = 4;
const LENGTH_BYTES = 2;
/** Largest distance between two stored tiles. */
const FARTHEST = 255;

export const SPARSE_BLOCK = {
  rows: TILE_ROWS,
  units: 2,
  columns: TILE_COLUMNS,
  weightBytes: 1,
  extraBytes: TILE_ROWS * 8,
  tiles: true,
} as const;

function isZero(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): boolean {
  return rows.every((row) => columns.every((column) => weightAt(matrix, row, column) === 0));
}

/**
 * First columns of the tiles that a block stores, ascending.
 * @param rows the eight of the block
 * @param columns all in the order of the line, a multiple of four
 */
export function storedTiles(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): readonly number[] {
  const stored: number[] = [];
  let last = -1;
  for (let tile = 0; tile < columns.length / TILE_COLUMNS; tile++) {
    const first = tile * TILE_COLUMNS;
    const isEmpty = isZero(matrix, rows, columns.slice(first, first + TILE_COLUMNS));
    if (isEmpty && tile - last < FARTHEST) continue;
    stored.push(first);
    last = tile;
  }
  // Nothing comes after it that would need the distance.
  while (stored.length > 0) {
    const first = stored.at(-1) as number;
    if (!isZero(matrix, rows, columns.slice(first, first + TILE_COLUMNS))) break;
    stored.pop();
  }
  return stored;
}

/**
 * A block's list as little-endian words.
 * @param stored as storedTiles gives them
 * @throws RangeError for more tiles than its length can say, which is more than 65,000
 */
export function listWords(stored: readonly number[]): readonly number[] {
  let before = -TILE_COLUMNS;
  const gaps = stored.map((first) => {
    const gap = (first - before) / TILE_COLUMNS;
    before = first;
    return gap;
  });
  const length = 4 * Math.ceil((LENGTH_BYTES + gaps.length + 1) / 4);
  if (length > 0xffff) throw new RangeError(`${gaps.length} tiles in a block`);
  const bytes = [length & 0xff, length >> 8, ...gaps];
  return Array.from({ length: length / 4 }, (_, word) =>
    [3, 2, 1, 0].reduce((value, i) => value * 256 + (bytes[4 * word + i] ?? 0), 0),
  );
}

/** What a stream stores of its matrix. */
export interface TileCounts {
  /** Tiles of the whole matrix, and those that are stored. */
  readonly all: number;
  readonly stored: number;
  /** Weights of stored tiles without padding: multiply-accumulates of a step that are not of padding. */
  readonly macs: number;
}

/** Rows and columns as in RowLayout.pack. */
export function countTiles(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): TileCounts {
  const real = (sources: readonly Source[]): number =>
    sources.filter((source) => source !== null).length;
  let stored = 0;
  let macs = 0;
  for (let block = 0; block < rows.length; block += TILE_ROWS) {
    const own = rows.slice(block, block + TILE_ROWS);
    const tiles = storedTiles(matrix, own, columns);
    stored += tiles.length;
    for (const first of tiles) macs += real(own) * real(columns.slice(first, first + TILE_COLUMNS));
  }
  return { all: (rows.length / TILE_ROWS) * (columns.length / TILE_COLUMNS), stored, macs };
}

/**
 * The stream of a matrix: blocks with their lists.
 * @param tileWords the eight words of a tile of a block's rows
 */
export function packTiles(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
  biasWords: (rows: readonly Source[]) => readonly number[],
  tileWords: (rows: readonly Source[], columns: readonly Source[]) => readonly number[],
): Uint32Array {
  const words: number[] = [];
  for (let block = 0; block < rows.length; block += TILE_ROWS) {
    const own = rows.slice(block, block + TILE_ROWS);
    const tiles = storedTiles(matrix, own, columns);
    words.push(...biasWords(own), ...listWords(tiles));
    for (const first of tiles) {
      words.push(...tileWords(own, columns.slice(first, first + TILE_COLUMNS)));
    }
    for (const row of own) {
      words.push(row === null ? 0 : (matrix.multipliers[row] as number));
    }
  }
  // A Uint32Array keeps each word modulo 2^32.
  return Uint32Array.from(words);
}

/** The picture of both layouts, but for a tile's own words. */
export const SPARSE_PICTURE: readonly string[] = [
  "  +----------+-----------------+------------------------------+---------------+",
  "  | 8 biases | list of stored  | stored tiles, each 8 rows of | 8 multipliers |",
  "  |          | tiles, up to a  | 4 columns, in the order of   |               |",
  "  |          | whole word      | the list                     |               |",
  "  +----------+-----------------+------------------------------+---------------+",
  "  A list: its length in bytes, 16 bits; a byte a tile, how many tiles after the one before; 0.",
];
