/**
 * Decides from sizes alone what a network takes whose tiles of weights are partly left out: as many as are asked for go, from every
 * block alike. Which tiles go, and so how long each block's list is, a model's own weights decide: sparsify.ts.
 */
import { SPARSE_BLOCK, TILE_COLUMNS, TILE_ROWS } from "../plan/rows/sparse-tiles.ts";
import type { Target } from "../plan/target.ts";
import { footprintOfShape, type NetworkFootprint, type StreamFootprint } from "./footprint.ts";
import type { NetworkShape } from "./network.ts";

const WORD_BYTES = 4;
/** Its length, and its end. */
const LIST_BYTES = 3;

/** The list of a block with so many tiles, up to a whole word [byte]. */
function listBytes(tiles: number): number {
  return WORD_BYTES * Math.ceil((LIST_BYTES + Math.round(tiles)) / WORD_BYTES);
}

function tilesOf({ blocks, paddedColumns }: StreamFootprint): number {
  return (blocks * paddedColumns) / TILE_COLUMNS;
}

/**
 * The footprint in int8 with `percent` of the tiles left out; columns of a stream are those that its blocks read in the mean.
 * @param target with sparse weights
 * @param percent 0..99
 */
export function sparseFootprint(
  shape: NetworkShape,
  target: Target,
  percent: number,
): NetworkFootprint {
  const whole = footprintOfShape(shape, target, "int8");
  const streams = whole.layers.flatMap((layer) => layer.streams);
  const all = streams.reduce((sum, stream) => sum + tilesOf(stream), 0);
  const share = 1 - Math.round((percent / 100) * all) / all;
  const thinned = (stream: StreamFootprint): StreamFootprint => {
    const paddedColumns = share * stream.paddedColumns;
    const tiles = paddedColumns / TILE_COLUMNS;
    const list = listBytes(tiles);
    const rowBytes = (SPARSE_BLOCK.extraBytes + list) / TILE_ROWS;
    return {
      ...stream,
      columns: share * stream.columns,
      paddedColumns,
      laps: 0,
      bytes:
        stream.blocks *
        (SPARSE_BLOCK.extraBytes +
          list +
          tiles * TILE_ROWS * TILE_COLUMNS * SPARSE_BLOCK.weightBytes),
      usefulBytes: stream.rows * (share * stream.columns * SPARSE_BLOCK.weightBytes + rowBytes),
    };
  };
  const layers = whole.layers.map((one) => ({ ...one, streams: one.streams.map(thinned) }));
  const sum = (of: (stream: StreamFootprint) => number): number =>
    Math.round(
      layers.reduce(
        (total, one) => total + one.streams.reduce((own, stream) => own + of(stream), 0),
        0,
      ),
    );
  const weightBytes = sum(({ bytes }) => bytes);
  return {
    ...whole,
    layers,
    macs: sum(({ rows, columns }) => rows * columns),
    paddedMacs: sum(({ paddedRows, paddedColumns }) => paddedRows * paddedColumns),
    weightBytes,
    lostBytes: weightBytes - sum(({ usefulBytes }) => usefulBytes),
  };
}
