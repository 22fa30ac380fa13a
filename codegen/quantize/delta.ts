/**
 * Decides the arithmetic of a delta LSTM: sums that are kept from step to step, and which columns they take in again.
 * What becomes of the sums is left to reference-int8.ts, the order of the weights to plan/rows/moved-columns.ts.
 *
 * Method: Neil, Lee, Delbruck, Liu: "Delta Networks for Optimized Recurrent Network Computation", 2016, eq. 4 to 9, in
 * integers, where a kept sum is exact: it is always bias + W * (what each column was when it was last taken in).
 */
import { PlanError } from "../errors.ts";
import { FORMAT_FACTS } from "./params.ts";
import { hasHalves, type QuantizedModel, type QuantizedRows } from "./quantized-model.ts";
import { requantize } from "./requantize.ts";

/** How far a value may move before the sums take it in, in steps of its int8, 0..255; 0: any change counts. */
export interface DeltaThresholds {
  /** Of what an LSTM reads from the layer before it. */
  readonly input: number;
  /** Of its own hidden state. */
  readonly hidden: number;
}

/** No int8 value moves further. */
const LARGEST_THRESHOLD = 255;
/** A column's place in a block of eight rows, 8 * column [byte], must fit 16 bits; padding counts. */
const MOST_COLUMNS = 8192;

/** What a step makes of its joined vector, with the sums of the steps before it. */
export interface KeptSums {
  reset(): void;
  /** z of every row. */
  multiply(joined: Int16Array, z: Int32Array): void;
  /** Columns that were taken in by the last step, and so far, of all that came by. */
  readonly columns: { last: number; moved: number; all: number };
}

export function keptSums(
  { rows, columns, weights, bias, multipliers }: QuantizedRows,
  inputSize: number,
  thresholds: DeltaThresholds,
): KeptSums {
  const seen = new Int16Array(columns);
  const sums = new Int32Array(rows);
  const counts = { last: 0, moved: 0, all: 0 };
  const { accumulatorShift } = FORMAT_FACTS.int8;
  return {
    columns: counts,
    reset() {
      counts.last = 0;
      seen.fill(0);
      sums.set(bias);
    },
    multiply(joined, z) {
      counts.all += columns;
      counts.last = 0;
      for (let k = 0; k < columns; k++) {
        const difference = (joined[k] as number) - (seen[k] as number);
        const threshold = k < inputSize ? thresholds.input : thresholds.hidden;
        if (Math.abs(difference) <= threshold) continue;
        counts.last++;
        seen[k] = joined[k] as number;
        for (let row = 0; row < rows; row++) {
          const product = (weights[row * columns + k] as number) * difference;
          sums[row] = (sums[row] as number) + product;
        }
      }
      counts.moved += counts.last;
      for (let row = 0; row < rows; row++) {
        z[row] = requantize(sums[row] as number, accumulatorShift, multipliers[row] as number);
      }
    },
  };
}

/**
 * The model with delta LSTMs.
 * @throws PlanError TP-PLAN-030 for thresholds outside 0..255, another format than int8, and LSTMs that have no kept sums
 */
export function withDelta(model: QuantizedModel, thresholds: DeltaThresholds): QuantizedModel {
  const refuse = (why: string, fix: string): never => {
    throw new PlanError(
      "TP-PLAN-030",
      { what: `${model.name} cannot be made with --delta`, why, fix },
      { ...thresholds, format: model.format },
    );
  };
  const legal = (value: number): boolean =>
    Number.isInteger(value) && value >= 0 && value <= LARGEST_THRESHOLD;
  if (!legal(thresholds.input) || !legal(thresholds.hidden)) {
    refuse(
      `a threshold counts steps of int8, 0 to ${LARGEST_THRESHOLD}, not ${thresholds.input} and ${thresholds.hidden}`,
      "--delta 8, or --delta 8,4 for inputs and hidden states",
    );
  }
  if (model.format !== "int8") {
    refuse(
      model.format === "int4"
        ? "columns are taken in one by one, and 4-bit weights lie in groups that share a scale and a word"
        : `differences of ${model.format} activations are not made`,
      "--format int8",
    );
  }
  if (!model.layers.some(({ kind }) => kind === "lstm")) {
    refuse("it has no LSTM, and only an LSTM keeps its sums", "leave --delta out");
  }
  return {
    ...model,
    layers: model.layers.map((layer) => {
      if (layer.kind !== "lstm") return layer;
      if (hasHalves(layer)) {
        return refuse(
          `${layer.name} has its rows in halves, as one scale would starve one of them`,
          "scale its weights, or leave --delta out",
        );
      }
      return { ...layer, delta: thresholds };
    }),
  };
}

/**
 * Holds the list of moved columns to the columns that have a place in it.
 * @param columns of the joined vector as it lies in memory, padding included
 * @throws PlanError TP-PLAN-034
 */
export function checkMovedColumns(name: string, columns: number): void {
  if (columns <= MOST_COLUMNS) return;
  throw new PlanError(
    "TP-PLAN-034",
    {
      what: `${name} cannot be made with --delta`,
      why: `it reads ${columns} columns, padding included, and ${MOST_COLUMNS} have a place in its list`,
      fix: "leave --delta out, or fewer inputs or hidden units",
    },
    { columns, most: MOST_COLUMNS },
  );
}
