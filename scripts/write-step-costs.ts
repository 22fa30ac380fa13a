/**
 * Counts the reference networks on emulated boards and writes codegen/size/steps/CORE.json.
 *
 *   npx tsx scripts/write-step-costs.ts [--boards qemu-m4,qemu-m7] [--formats int8,int8-sparse] [--probe]
 *
 * What is already counted with the same rules and the same plugin is kept, so that a stopped run goes on where it was.
 * With --probe one network of each kind is counted anew in every format that was written down of a core, whatever --formats
 * says: where every count is within 0.5 % of what was written down, all are kept, under the digests of now. For a change that no step can meet, as what an exception costs.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type EmulatedBoard, listBoards } from "../codegen/board.ts";
import { canonicalJson } from "../codegen/plan/canonical-json.ts";
import { targetOf } from "../codegen/plan/target.ts";
import { INTEGER_FORMATS } from "../codegen/quantize/params.ts";
import { footprintOfShape } from "../codegen/size/footprint.ts";
import { bareLstm, type NetworkShape, seededModel } from "../codegen/size/network.ts";
import { sparseFootprint } from "../codegen/size/sparse-footprint.ts";
import {
  type CountedCore,
  type CountedFormat,
  type CountedStep,
  countedCore,
  fitSteps,
  MEASURES,
  type Measure,
  type RulesDigests,
  rulesDigests,
  STEPS_DIRECTORY,
} from "../codegen/size/step-costs.ts";
import { termsOf } from "../codegen/size/terms.ts";
import { countSteps } from "../host/workflow/bench/count-steps.ts";
import { decoderOf } from "../host/workflow/core-table.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { WORK_DIR } from "../host/workflow/paths.ts";
import { pluginDigest, pluginSources } from "../host/workflow/plugin-sources.ts";
import { createProgress } from "../host/workflow/progress.ts";
import { REFERENCE_NETWORKS } from "./sizing/reference-networks.ts";

const { values: options } = parseArgs({
  options: {
    boards: { type: "string" },
    formats: { type: "string", default: "int8" },
    probe: { type: "boolean", default: false },
  },
});
/** What a stopped run has counted so far. */
const PARTIAL_DIR = join(WORK_DIR, "steps");
const progress = createProgress();
const signal = new AbortController().signal;

/** By which a core's counted steps know that they are stale. */
type Digests = RulesDigests & Pick<CountedCore, "pluginDigest">;

interface Counted {
  readonly step: CountedStep;
  readonly variant: string;
  readonly compiler: string;
  readonly flags: string;
}

/** What can be counted. */
const COUNTED_FORMATS: readonly CountedFormat[] = [...INTEGER_FORMATS, "int8-sparse"];
/** Parts of the tiles that are left out, by turns, so that what a tile costs is told from what a block does [%]. */
const LEFT_OUT = [0, 50, 75] as const;

function leftOutOf(shape: NetworkShape, format: CountedFormat): number | undefined {
  if (format !== "int8-sparse") return undefined;
  const key = canonicalJson(shape);
  const index = REFERENCE_NETWORKS.findIndex((one) => canonicalJson(one) === key);
  return LEFT_OUT[index % LEFT_OUT.length];
}

async function count(
  shape: NetworkShape,
  board: EmulatedBoard,
  counted: CountedFormat,
): Promise<Counted> {
  const format = counted === "int8-sparse" ? "int8" : counted;
  const sparse = leftOutOf(shape, counted);
  const left = sparse === undefined ? {} : { sparse };
  const model = seededModel(shape);
  // Laps of 32 columns, which every board can fetch: termsOf counts those.
  const result = await countSteps({
    model,
    board,
    format,
    ...left,
    loopBytes: 0,
    countsFetches: true,
    progress,
    signal,
  });
  if (!result.bitExact) throw new RangeError(`${model.name} on ${board.id} differs from its twin`);
  const footprint =
    sparse === undefined
      ? footprintOfShape(shape, targetOf(board), format)
      : sparseFootprint(shape, targetOf(board, left), sparse);
  const values = MEASURES.map((measure) => {
    const mean = result.mean(measure);
    if (mean === null) throw new RangeError(`${board.id} counts no ${measure}`);
    return [measure, mean] as const;
  });
  return {
    step: {
      shape,
      ...left,
      terms: termsOf(footprint),
      ...(Object.fromEntries(values) as Record<(typeof MEASURES)[number], number>),
      ...(result.fetched === null ? {} : { fetched: result.fetched }),
      stackBytes: result.stackBytes ?? 0,
      programBytes: result.sizes.flashBytes - result.plan.cost.weightBytes - footprint.tableBytes,
    },
    variant: result.plan.schedule.variant,
    compiler: result.compiler,
    flags: result.flags,
  };
}

/** The smallest with each kind of layer. */
const PROBES = [
  bareLstm(8, 16),
  REFERENCE_NETWORKS.find(({ layers }) => layers.some(({ kind }) => kind === "gru")),
  REFERENCE_NETWORKS.find(({ layers }) => layers.some(({ kind }) => kind === "dense")),
].filter((shape) => shape !== undefined);

/** A word more or less of the programs around a step changes a small network's counts by less. */
const PROBE_TOLERANCE = 0.005;

/** Whether what was written down of a core still holds, in each of its formats, as far as the probes tell. */
async function holds(board: EmulatedBoard, { formats }: CountedCore): Promise<boolean> {
  for (const format of COUNTED_FORMATS) {
    const steps = formats[format]?.steps;
    if (steps !== undefined && !(await stepsHold(board, format, steps))) return false;
  }
  return true;
}

async function stepsHold(
  board: EmulatedBoard,
  format: CountedFormat,
  steps: readonly CountedStep[],
): Promise<boolean> {
  for (const shape of PROBES) {
    const written = steps.find((step) => canonicalJson(step.shape) === canonicalJson(shape));
    const { step } = await count(shape, board, format);
    if (written === undefined || canonicalJson(step.terms) !== canonicalJson(written.terms))
      return false;
    const isFar = (measure: Measure) =>
      Math.abs(step[measure] / written[measure] - 1) > PROBE_TOLERANCE;
    if (MEASURES.some(isFar)) return false;
  }
  return true;
}

/** Puts the digests of now on all that was written down of a core, where it holds: they stand for every format in it. */
async function stamp(board: EmulatedBoard, digests: Digests): Promise<void> {
  const written = countedCore(board.core);
  if (written !== null && (await holds(board, written))) {
    write(PARTIAL_DIR, { ...written, ...digests });
  }
}

async function countBoard(
  board: EmulatedBoard,
  digests: Digests,
  format: CountedFormat,
): Promise<void> {
  for (const shape of REFERENCE_NETWORKS) {
    const before = countedCore(board.core, PARTIAL_DIR) ?? countedCore(board.core);
    const isFresh = (Object.keys(digests) as (keyof Digests)[]).every(
      (name) => before?.[name] === digests[name],
    );
    const fresh = isFresh ? before : null;
    const kept = fresh?.formats[format]?.steps ?? [];
    const isOf = (step: CountedStep) => canonicalJson(step.shape) === canonicalJson(shape);
    if (kept.some((step) => isOf(step) && step.fetched !== undefined)) continue;
    const { step, variant, compiler, flags } = await count(shape, board, format);
    const document: CountedCore = {
      schema: 1,
      core: board.core,
      ...digests,
      compiler,
      flags,
      formats: {
        ...fresh?.formats,
        [format]: { variant, steps: [...kept.filter((step) => !isOf(step)), step] },
      },
    };
    write(PARTIAL_DIR, document);
  }
  const whole = countedCore(board.core, PARTIAL_DIR) ?? countedCore(board.core);
  const steps = whole?.formats[format]?.steps ?? [];
  if (whole === null) return;
  write(STEPS_DIRECTORY, whole);
  const { worstError } = fitSteps(whole, format, steps);
  progress.note(
    `${board.core} ${format}: ${steps.length} networks, worst ${(100 * worstError).toFixed(2)} % off the fit`,
  );
}

/** A step a line, keys in order. */
function write(directory: string, { formats, ...facts }: CountedCore): void {
  const lines = Object.entries(formats).map(([format, { variant, steps }]) => {
    const list = steps.map((step) => canonicalJson(step)).join(",\n");
    return `"${format}":{"variant":"${variant}","steps":[\n${list}\n]}`;
  });
  const head = canonicalJson(facts).slice(0, -1);
  const text = `${head},\n"formats":{${lines.join(",\n")}}}\n`;
  writeFileWhole(join(directory, `${facts.core}.json`), text);
}

const sources = await pluginSources();
const wanted = options.boards?.split(",");
const formats = COUNTED_FORMATS.filter((format) => options.formats.split(",").includes(format));
for (const board of listBoards()) {
  if (board.kind !== "emulated" || (wanted !== undefined && !wanted.includes(board.id))) continue;
  const rules = rulesDigests(board.core);
  const decoder = decoderOf(board.core);
  if (rules === null || decoder === null) continue;
  const digests = { ...rules, pluginDigest: pluginDigest(sources, decoder) };
  if (options.probe) await stamp(board, digests);
  for (const format of formats) await countBoard(board, digests, format);
}
progress.end();
