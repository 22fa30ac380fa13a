/**
 * Decides what the work of a step is counted in: the loops of the generated C, and how often each goes round.
 * What one round costs on a core is left to step-costs.ts, sizes and padding to footprint.ts.
 */
import { GATES } from "../model/types.ts";
import type { NetworkFootprint } from "./footprint.ts";
import { type LayerShape, outputSizeOf } from "./network.ts";

/**
 * step: once. input, output: values loaded and stored at the model's edge.
 * columns: blocks times columns, the products; of sparse weights the columns of stored tiles. laps: blocks times whole laps of 32 columns, or times whole groups of 4-bit
 * weights; shortGroups: times groups of fewer. blocks: of rows.
 * lstm, gru, dense, gruBefore (one that resets before its product): once a layer; ...Units: units or rows of its elementwise part; batches: of 16 units.
 */
export const TERMS = [
  "step",
  "input",
  "output",
  "columns",
  "laps",
  "shortGroups",
  "blocks",
  "lstm",
  "lstmUnits",
  "lstmBatches",
  "gru",
  "gruUnits",
  "gruBefore",
  "dense",
  "denseLookUps",
  "denseRows",
] as const;
export type Term = (typeof TERMS)[number];
export type TermCounts = Readonly<Record<Term, number>>;

/** Units whose sums wait on the stack for the elementwise part. */
const BATCH = 16;

const NONE = Object.fromEntries(TERMS.map((term) => [term, 0])) as TermCounts;

export function termsOf({ shape, layers }: NetworkFootprint): TermCounts {
  const counts: Record<Term, number> = { ...NONE };
  counts.step = 1;
  counts.input = shape.inputSize;
  const last = shape.layers.at(-1) as LayerShape;
  // A dense layer at the end writes the output itself.
  if (last.kind !== "dense") counts.output = outputSizeOf(last);
  for (const { layer, streams } of layers) {
    for (const { blocks, paddedColumns, laps, shortGroups } of streams) {
      counts.columns += blocks * paddedColumns;
      counts.laps += blocks * laps;
      counts.shortGroups += blocks * shortGroups;
      counts.blocks += blocks;
    }
    if (layer.kind === "dense") {
      const byTable = layer.activation === "sigmoid" || layer.activation === "tanh";
      counts.dense++;
      counts[byTable ? "denseLookUps" : "denseRows"] += layer.outputSize;
    } else if (layer.kind === "lstm") {
      const units = (streams[0]?.paddedRows ?? 0) / GATES.length;
      counts.lstm++;
      counts.lstmUnits += units;
      counts.lstmBatches += Math.ceil(units / BATCH);
    } else if (layer.resetAfter === false) {
      counts.gruBefore++;
    } else {
      counts.gru++;
      counts.gruUnits += layer.hiddenSize;
    }
  }
  return counts;
}
