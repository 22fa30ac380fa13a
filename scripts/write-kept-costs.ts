/**
 * Counts steps of LSTMs that keep their sums on emulated boards and writes codegen/size/kept/CORE.json.
 *
 *   npx tsx scripts/write-kept-costs.ts [--boards qemu-m4,qemu-m7,qemu-rv32]
 *
 * Random inputs move by a uniform difference, so that the thresholds set how many columns each step takes in.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type EmulatedBoard, loadBoard } from "../codegen/board.ts";
import { canonicalJson } from "../codegen/plan/canonical-json.ts";
import {
  KEPT_DIRECTORY,
  KEPT_MEASURES,
  type KeptCore,
  type KeptStep,
} from "../codegen/size/kept-costs.ts";
import { bareLstm, type NetworkShape, seededModel } from "../codegen/size/network.ts";
import { rulesDigests } from "../codegen/size/step-costs.ts";
import { countSteps } from "../host/workflow/bench/count-steps.ts";
import { decoderOf } from "../host/workflow/core-table.ts";
import { requireEmulated } from "../host/workflow/device.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { pluginDigest, pluginSources } from "../host/workflow/plugin-sources.ts";
import { createProgress } from "../host/workflow/progress.ts";

const { values: options } = parseArgs({
  options: { boards: { type: "string", default: "qemu-m4,qemu-m7,qemu-rv32" } },
});

/** Without another layer, so that as little as can be is not the LSTM's. */
const NETWORKS: readonly NetworkShape[] = [
  bareLstm(8, 16),
  bareLstm(32, 34),
  bareLstm(64, 48),
  bareLstm(40, 96),
  bareLstm(100, 70),
];
const THRESHOLDS = [
  { input: 60, hidden: 4 },
  { input: 150, hidden: 30 },
] as const;

const progress = createProgress();
const signal = new AbortController().signal;

async function countBoard(board: EmulatedBoard, plugin: string): Promise<KeptCore> {
  const rules = rulesDigests(board.core);
  if (rules === null) throw new RangeError(`${board.core} has no timing table`);
  const steps: KeptStep[] = [];
  let facts = { compiler: "", flags: "", stackBytes: 0 };
  for (const shape of NETWORKS) {
    for (const delta of THRESHOLDS) {
      const model = seededModel(shape);
      const counted = await countSteps({ model, board, format: "int8", delta, progress, signal });
      if (!counted.bitExact)
        throw new RangeError(`${model.name} on ${board.id} differs from its twin`);
      const { compiler, flags, stackBytes } = counted;
      facts = { compiler, flags, stackBytes: Math.max(facts.stackBytes, stackBytes ?? 0) };
      counted.regions.forEach((region, at) => {
        const values = KEPT_MEASURES.map((measure) => [measure, region[measure] ?? Number.NaN]);
        if (values.some(([, value]) => Number.isNaN(value))) {
          throw new RangeError(`${board.id} counts not all of a step`);
        }
        const measured = Object.fromEntries(values) as Record<
          (typeof KEPT_MEASURES)[number],
          number
        >;
        steps.push({ shape, moved: counted.work[at]?.moved[0] ?? 0, ...measured });
      });
    }
  }
  const { rulesDigest } = rules;
  return {
    schema: 1,
    core: board.core,
    board: board.id,
    rulesDigest,
    pluginDigest: plugin,
    ...facts,
    steps,
  };
}

/** One step a line, so that a changed count is a changed line. */
function textOf({ steps, ...facts }: KeptCore): string {
  const lines = steps.map((step) => canonicalJson(step).trim()).join(",\n");
  return `${canonicalJson(facts).trim().slice(0, -1)},\n"steps":[\n${lines}\n]}\n`;
}

for (const id of options.boards.split(",")) {
  const board = requireEmulated(loadBoard(id));
  const decoder = decoderOf(board.core);
  if (decoder === null) throw new RangeError(`${board.core} has no timing table`);
  const plugin = pluginDigest(await pluginSources(), decoder);
  writeFileWhole(
    join(KEPT_DIRECTORY, `${board.core}.json`),
    textOf(await countBoard(board, plugin)),
  );
}
progress.end();
