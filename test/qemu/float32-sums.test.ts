/** Sums far beyond the activations' tables, on boards that compute float32 with instructions of their own: exact. */
import { describe, expect, test } from "vitest";
import { loadBoard, type RecurrentModel } from "../../codegen/index.ts";
import { lstmBenchmark } from "../../codegen/model/benchmark-model.ts";
import { countSteps } from "../../host/workflow/bench/count-steps.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 120_000;

/** An LSTM whose gates' sums reach some tens and hundreds, where tanh and sigmoid end at 8 and 16. */
function loud(): RecurrentModel {
  const model = lstmBenchmark(14, 9);
  const layers = model.layers.map((layer) => {
    if (layer.kind !== "lstm") return layer;
    const { values } = layer.inputWeights;
    return {
      ...layer,
      inputWeights: { ...layer.inputWeights, values: values.map((w) => w * 500) },
    };
  });
  return { ...model, name: "loud_14_9", layers };
}

describe.each(["qemu-m4", "qemu-m55"])("%s", (id) => {
  test.skipIf(missingFor(id).length > 0)(
    "the last answer of ten is the twin's",
    async () => {
      const { bitExact } = await countSteps({
        model: loud(),
        board: requireEmulated(loadBoard(id)),
        format: "float32",
        progress: silentProgress,
        signal: new AbortController().signal,
      });
      expect(bitExact).toBe(true);
    },
    TIMEOUT_MS,
  );
});
