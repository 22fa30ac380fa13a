/**
 * Decides the course of a challenge: baseline trials, climb, final trials, proof, formats, this computer's cores.
 * Building and running one variant is left to variant-runs.ts, every judgement to analyze/challenge.
 */
import { join } from "node:path";
import type { EmulatedBoard } from "../../../codegen/index.ts";
import { FORMATS, formatName, UsageError } from "../../../codegen/index.ts";
import { climb } from "../../analyze/challenge/climb.ts";
import type { ChallengeDocument, Trials } from "../../analyze/challenge/document.ts";
import { challengeDocument, trialsOf } from "../../analyze/challenge/document.ts";
import type { FormatResult } from "../../analyze/challenge/formats.ts";
import { formatResult } from "../../analyze/challenge/formats.ts";
import type { Measurement } from "../../analyze/challenge/measurement.ts";
import type { OptimisationLevel, Variant } from "../../analyze/challenge/variant.ts";
import { naive } from "../../analyze/challenge/variant.ts";
import { BuildError } from "../build.ts";
import type { VerbContext } from "../context.ts";
import type { GenerateRequest } from "../generate.ts";
import { prepare } from "../generate.ts";
import { streamStimulus } from "../stimulus.ts";
import { timeHostThreads } from "./host-threads.ts";
import { proveSimd } from "./prove-simd.ts";
import { absentCores, absentCounters, describeSystem } from "./system.ts";
import type { FinishedVariant, Program, Work } from "./variant-runs.ts";
import { kernelMacro, VariantRuns, WARM_UP_FRAMES } from "./variant-runs.ts";

export interface ChallengeOptions extends GenerateRequest {
  /** OptimisationLevel of the portable build that the others are held against. */
  readonly baseline: OptimisationLevel;
  readonly input?: string;
  /** Counted frames of a run; the warm-up comes before. */
  readonly frames?: number;
  readonly trials?: number;
  readonly out?: string;
}

const DEFAULT_FRAMES = 20;
const DEFAULT_TRIALS = 5;

export interface Course {
  readonly context: VerbContext;
  readonly options: ChallengeOptions;
  readonly modelName: string;
  readonly board: EmulatedBoard;
  /** For files that are gone when the course is over. */
  readonly folder: string;
}

/** Every measurement of the challenge. @throws UsageError TP-USE-351, BuildError TP-BUILD-002 without a baseline */
export async function runCourse(course: Course): Promise<ChallengeDocument> {
  const { context, options, modelName, board, folder } = course;
  context.progress.step(`generating ${modelName} for ${options.as ?? options.board}`);
  const work = workOf(modelName, options);
  const { prepared } = work;
  const { plan } = prepared.generated.stages;
  for (const warning of prepared.generated.warnings) context.progress.note(`warning: ${warning}`);
  const runs = new VariantRuns(context, work, folder);

  const start = naive(options.baseline);
  const first = await runs.measure(start);
  const baseline = await trials(course, runs, start, "baseline");
  const { steps, final } = await climb(
    start,
    baseline.measurement.counters.cost.value,
    work.kernelMacro !== null,
    async (variant) => {
      const { outcome } = await runs.measure(variant);
      return outcome.state === "measured" ? outcome.counters.cost.value : null;
    },
  );
  const last = await runs.measure(final);
  const optimised = await trials(course, runs, final, "optimised");

  context.progress.step("proving the packed instructions");
  const proof = await proveSimd({
    board,
    runs,
    baselineProgram: programOf(first),
    optimised: optimised.measurement,
    optimisedProgram: programOf(last),
    prefix: prefixOf(prepared.generated.files.map(({ name }) => name)),
    frames: work.stimulus.inputs.length,
    paddedMacs: plan.cost.paddedMacs,
    folder,
    signal: context.signal,
  });
  const formats = await compareFormats(course, runs, work, [start, final]);
  const host = await timeHostThreads(context, prepared, folder);
  context.progress.step("describing the system");
  const rated = prepared.as ?? board;
  return challengeDocument({
    model: { name: plan.name, digest: plan.digest.slice(0, 16), macs: plan.cost.macs },
    board: board.id,
    as: prepared.as?.id ?? null,
    format: formatName(plan),
    warmUpFrames: WARM_UP_FRAMES,
    system: await describeSystem(board, prepared.as, optimised.measurement, context.signal),
    baseline,
    optimised,
    steps,
    outcomes: runs.outcomes,
    proof,
    formats,
    absentCounters: absentCounters(rated),
    hostCounters: host.counters,
    scaling: { host: host.scaling, absent: [...host.absent, ...absentCores(plan.name)] },
  });
}

function workOf(modelName: string, options: ChallengeOptions): Work {
  const prepared = prepare(modelName, options);
  const frames = (options.frames ?? DEFAULT_FRAMES) + WARM_UP_FRAMES;
  const stimulus = streamStimulus(prepared, {
    frames,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  if (stimulus.inputs.length === frames) {
    const source = prepared.generated.files.find(({ name }) => name.endsWith(".c"));
    return { prepared, stimulus, kernelMacro: kernelMacro(source?.text ?? "") };
  }
  throw new UsageError("TP-USE-351", {
    what: `the recording has ${stimulus.inputs.length} frames, ${frames} are needed`,
    why: `${WARM_UP_FRAMES} frames warm up before the others are counted`,
    fix: "give a longer recording with --input, or a smaller --frames",
  });
}

/** One variant from fresh starts; the first one's recording is kept beside the reports. */
async function trials(
  { options }: Course,
  runs: VariantRuns,
  variant: Variant,
  name: string,
): Promise<Trials> {
  const all: Measurement[] = [];
  for (let trial = 0; trial < (options.trials ?? DEFAULT_TRIALS); trial++) {
    const keep =
      trial === 0 && options.out !== undefined ? join(options.out, `${name}.tpcap`) : undefined;
    const { outcome } = await runs.run(variant, keep);
    if (outcome.state === "excluded") throw cannotCompare(outcome.name, outcome.why);
    all.push(outcome);
  }
  return trialsOf(all[0] as Measurement, all);
}

/** Both ends of the climb in every format; those of the challenge's own are known already. */
async function compareFormats(
  { context, options, modelName, folder }: Course,
  ownRuns: VariantRuns,
  ownWork: Work,
  [start, final]: readonly [Variant, Variant],
): Promise<readonly FormatResult[]> {
  const results: FormatResult[] = [];
  for (const format of FORMATS) {
    const own = format === options.format;
    const work = own ? ownWork : workOf(modelName, { ...options, format });
    const runs = own ? ownRuns : new VariantRuns(context, work, folder);
    const { plan } = work.prepared.generated.stages;
    const sizes = { weightBytes: plan.cost.weightBytes, stateBytes: plan.stateBytes };
    const [before, after] = [await runs.measure(start), await runs.measure(final)];
    results.push(formatResult(format, sizes, before.outcome, after.outcome));
  }
  return results;
}

function programOf({ outcome, program }: FinishedVariant): Program {
  if (program !== null) return program;
  throw cannotCompare(outcome.name, outcome.state === "excluded" ? outcome.why : "no program file");
}

/** The model's C prefix is the name of its own header. */
function prefixOf(files: readonly string[]): string {
  const header = files.find((file) => file.endsWith(".h") && file !== "pioneer_model.h");
  return header?.slice(0, -".h".length) ?? "";
}

function cannotCompare(name: string, why: string): BuildError {
  return new BuildError("TP-BUILD-002", 1, {
    what: `${name} cannot be measured, and nothing can be held against it`,
    why,
    fix: "another level: --baseline O1; pioneer run MODEL --board ID --app check shows the whole run",
  });
}
