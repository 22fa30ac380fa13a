/**
 * An LSTM with its rows in halves, and several of its steps in a call, on the Cortex-M4 and M55: exact, no more
 * instructions than recorded, and fewer bytes loaded a step than one by one.
 */
import { describe, expect, test } from "vitest";
import { type Format, loadBoard, type RecurrentModel } from "../../codegen/index.ts";
import { lstmBenchmark } from "../../codegen/model/benchmark-model.ts";
import { countSteps } from "../../host/workflow/bench/count-steps.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 240_000;
/** A rise beyond this is a regression; another compiler of the same series stays below it. */
const MOST_RISE = 1.01;

/** The benchmark's LSTM with recurrent weights a hundredth as large. */
function apart(size: number): RecurrentModel {
  const model = lstmBenchmark(size, size);
  const layers = model.layers.map((layer) => {
    if (layer.kind !== "lstm") return layer;
    const { values } = layer.recurrentWeights;
    const recurrentWeights = { ...layer.recurrentWeights, values: values.map((w) => w / 100) };
    return { ...layer, recurrentWeights };
  });
  return { ...model, name: `halves_${size}_${size}`, layers };
}

async function count(board: string, model: RecurrentModel, format: Format, steps: number) {
  const counted = await countSteps({
    model,
    board: requireEmulated(loadBoard(board)),
    format,
    steps,
    progress: silentProgress,
    signal: new AbortController().signal,
  });
  expect(counted.bitExact).toBe(true);
  return {
    instructions: counted.mean("instructions") ?? Number.NaN,
    bytesLoaded: counted.mean("bytesLoaded") ?? Number.NaN,
  };
}

/** Instructions a step at 64/64 with -O3: halves step by step, four steps a call. */
const RECORDED = [
  { board: "qemu-m4", format: "int8", halves: 38807, ahead: 37261 },
  { board: "qemu-m55", format: "int8", halves: 8110, ahead: 8346 },
] as const;

describe.each(RECORDED)("$board $format", ({ board, format, halves, ahead }) => {
  const missing = missingFor(board);
  test.skipIf(missing.length > 0)(
    "halves and steps",
    async () => {
      const single = await count(board, apart(64), format, 1);
      const four = await count(board, apart(64), format, 4);
      expect(single.instructions).toBeLessThan(halves * MOST_RISE);
      expect(four.instructions).toBeLessThan(ahead * MOST_RISE);
      expect(four.bytesLoaded).toBeLessThan(single.bytesLoaded);
    },
    TIMEOUT_MS,
  );
});
