/**
 * Decides the document of a run: the JSON that scripts rely on (schema 1), every number with its kind and source.
 * Collecting the facts is left to workflow/, showing the document to report/.
 */

import type { BoardVerdict } from "./across-boards.ts";
import { acrossBoards } from "./across-boards.ts";
import type { RooflineDocument } from "./board-roofline.ts";
import { analyzeRoofline } from "./board-roofline.ts";
import type { BudgetVerdict } from "./budgets.ts";
import { judgeLatency, judgePower } from "./budgets.ts";
import type { Column } from "./compare.ts";
import { comparisonOf } from "./compare.ts";
import type { CountFamily, CycleFamily, Family } from "./counts.ts";
import { classesOf, cyclesOf, frameCount, instructionsOf, medianOf } from "./counts.ts";
import type { ClockError } from "./device-clock.ts";
import type { EnergyFamily, PowerFamily } from "./energy.ts";
import { powerOf } from "./energy.ts";
import type {
  BoardFacts,
  BuildFacts,
  LinkFacts,
  MemoryUse,
  ModelFacts,
  RunFacts,
  VerifyFacts,
} from "./facts.ts";
import { quantityOf, ratedBoard } from "./facts.ts";
import { type FieldDocument, fieldDocument } from "./field-curve.ts";
import { type HearableDocument, hearableOf } from "./hearable.ts";
import { voidByLosses } from "./link-loss.ts";
import { windowOf } from "./measured-window.ts";
import { requireFiniteIn } from "./number-limits.ts";
import { optimisationWaterfall } from "./optimisation-waterfall.ts";
import type { Profile } from "./profile/profile.ts";
import type { Quantity } from "./quantity.ts";
import { derive, measured } from "./quantity.ts";
import { medianWork, type WorkDone } from "./spared-work.ts";
import { type SustainedDocument, sustainedOf } from "./sustained.ts";
import type { Tail } from "./tail.ts";
import type { IronLaw, Timing } from "./timing.ts";
import { ironLawOf, latencyOf, timingOf } from "./timing.ts";
import { trafficWaterfall } from "./traffic-waterfall.ts";
import type { Waterfall } from "./waterfall.ts";

/** Version of the document; a renamed field raises it. */
export const SCHEMA = 1;

export interface RunDocument {
  readonly schema: typeof SCHEMA;
  readonly board: string;
  /** Id of the real board whose clock, memories and current apply; null when the run's own board is rated, or none. */
  readonly as: string | null;
  readonly app: string;
  readonly format: string;
  readonly model: ModelFacts;
  /** Of the plan's work, what the frames did; absent where they do all of it, or nobody counted. */
  readonly done?: WorkDone;
  readonly frames: number;
  readonly frameIntervalMs: number;
  readonly verify: VerifyFacts | null;
  readonly instructions: CountFamily | null;
  readonly cycles: CycleFamily | null;
  /** What those cycles hold beside the step, in words; absent without cycles or a rated board. */
  readonly window?: string;
  /** Instructions of the median frame by class. */
  readonly classes: Readonly<Record<string, number>> | null;
  /** Median a frame [byte]. */
  readonly bytesLoaded: number | null;
  readonly bytesStored: number | null;
  readonly latencyMs: (Family & Tail) | null;
  readonly energyUj: EnergyFamily | null;
  readonly powerMw: PowerFamily | null;
  readonly memory: MemoryUse;
  readonly link: LinkFacts | null;
  /** Why the run says nothing: so much of it was lost. Absent where it was not. */
  readonly void?: string;
  /** The device's clock against this computer's; absent for an emulator. */
  readonly clock?: ClockError;
  /** Why the chip started, in words, and its own register of it in hex; absent for a board that does not tell. */
  readonly boot?: { readonly cause: string; readonly status: string };
  readonly ironLaw: IronLaw | null;
  readonly roofline: RooflineDocument | null;
  /** Bytes of the median frame by what they hold, beside those counted. */
  readonly traffic: Waterfall | null;
  /** Precision, fusion and algorithm by formula, down to the run itself. */
  readonly optimisation: Waterfall | null;
  readonly budgets: readonly BudgetVerdict[] | null;
  /** Every real board with this core, the rated one first; null without a rated board. */
  readonly boards: readonly BoardVerdict[] | null;
  /** Where the step's instructions and cycles went; absent unless the run was profiled. */
  readonly profile?: Profile;
  readonly audio: {
    readonly clip: string;
    readonly siSdrIn: Quantity;
    readonly siSdrOut: Quantity;
    readonly siSdrGain: Quantity;
  } | null;
  /** Drift and throttling of a run at the pace of real time; absent for any other. */
  readonly sustained?: SustainedDocument;
  /** Quality in noise; absent unless it was asked for. */
  readonly field?: FieldDocument;
  /** Parts, deadline and latency of a program that takes and gives sound; absent for any other. */
  readonly hearable?: HearableDocument;
  readonly comparison: readonly Column[];
  readonly provenance: BuildFacts & {
    readonly boardName: string;
    readonly asName: string | null;
    readonly clock: Quantity | null;
    readonly flash: Quantity | null;
    readonly ram: Quantity | null;
    readonly counter: string;
    readonly cycleSource: string | null;
  };
  readonly files: Readonly<Record<string, string>>;
  /** Why a field is null, by field. */
  readonly why: Readonly<Record<string, string>>;
}

/**
 * Analyses one run.
 * @throws AnalysisError TP-USE-240 for nothing to count, -242 when a fact is not finite or out of range, -243 for a unit
 * that is not known
 */
export function analyzeRun(facts: RunFacts): RunDocument {
  requireFiniteIn("the run", facts);
  const rated = ratedBoard(facts);
  const why: Record<string, string> = {};
  const instructions = instructionsOf(facts);
  const cycles = cyclesOf(facts);
  const uncounted = /^none: (.+)$/.exec(facts.counter)?.[1];
  if (instructions === null) {
    why.instructions = uncounted ?? "nothing on this board counts instructions";
  }
  if (cycles === null) {
    const counts = facts.frames.length > 0;
    const missing = uncounted ?? "neither the device nor a model gave cycles";
    why.cycles = counts ? facts.cycleModel : missing;
  }

  const timing = timingOf(facts, rated, why);
  const latencyMs = timing === null ? null : latencyOf(facts, timing);
  const power = timing === null || rated === null ? null : powerOf(timing, rated, why);
  if (timing === null) {
    why.energyUj = why.latencyMs ?? "";
    why.powerMw = why.latencyMs ?? "";
  }
  const other = otherWork(facts);
  const part = facts.model.leavesWorkOut ? medianWork(facts, cycles) : null;
  const unknown = other ?? (part?.missing === undefined ? null : { missing: part.missing });
  const judged = part?.alone ?? facts;
  const roofline =
    unknown ??
    analyzeRoofline(judged, part?.instructions ?? instructions?.median ?? null, cycles, rated);
  if ("missing" in roofline) why.roofline = roofline.missing;
  const traffic = unknown === null ? trafficWaterfall(judged) : null;
  if (traffic === null) {
    why.traffic = unknown?.missing ?? "the recording does not keep the plan's work";
  }
  const elsewhere = other ?? (part === null ? null : WHOLE_ELSEWHERE);
  const optimisation =
    elsewhere ??
    optimisationWaterfall(facts, { instructions, cycles, board: rated ?? facts.board });
  if ("missing" in optimisation) why.optimisation = optimisation.missing;
  if (elsewhere !== null) why.comparison = elsewhere.missing;
  if (facts.verify === null)
    why.verify = `the program "${facts.app}" was not compared with the twin`;
  if (timing === null) why.budgets = why.latencyMs ?? "";

  const window = windowOf(facts);
  const lost = facts.link === null ? null : voidByLosses(facts.link);
  return {
    schema: SCHEMA,
    board: facts.board.id,
    as: facts.as?.id ?? null,
    app: facts.app,
    format: facts.format,
    model: facts.model,
    ...(part?.done === undefined || other !== null ? {} : { done: part.done }),
    frames: frameCount(facts),
    frameIntervalMs: facts.frameIntervalMs,
    verify: facts.verify,
    instructions,
    cycles,
    ...(cycles === null || window === null ? {} : { window }),
    classes: classesOf(facts),
    bytesLoaded: medianOf(facts, (frame) => frame.bytesLoaded),
    bytesStored: medianOf(facts, (frame) => frame.bytesStored),
    latencyMs,
    energyUj: power?.energyUj ?? null,
    powerMw: power?.powerMw ?? null,
    memory: facts.memory,
    link: facts.link,
    ...(lost === null ? {} : { void: lost }),
    ...(facts.clock === undefined ? {} : { clock: facts.clock }),
    ...(facts.boot === undefined ? {} : { boot: facts.boot }),
    ironLaw: ironLawOf(instructions, cycles, rated),
    roofline: "missing" in roofline ? null : roofline,
    traffic,
    optimisation: "missing" in optimisation ? null : optimisation,
    budgets: timing === null || rated === null ? null : budgetsOf(facts, timing, rated, lost),
    boards: timing === null || rated === null ? null : acrossBoards(facts, timing, rated),
    audio: audioOf(facts),
    ...(facts.sustained ? { sustained: sustainedOf(facts.sustained, facts.frameIntervalMs) } : {}),
    ...(facts.field ? { field: fieldDocument(facts.field) } : {}),
    ...(facts.hearable ? { hearable: hearableOf(facts, facts.hearable, timing, rated) } : {}),
    comparison:
      elsewhere === null ? comparisonOf(facts, rated, latencyMs, power?.energyUj ?? null) : [],
    provenance: {
      ...facts.build,
      boardName: facts.board.name,
      asName: facts.as?.name ?? null,
      clock: rated?.clock ? quantityOf(rated.clock) : null,
      flash: rated?.flashBytes ? quantityOf(rated.flashBytes) : null,
      ram: rated?.ramBytes ? quantityOf(rated.ramBytes) : null,
      counter: facts.counter,
      cycleSource: cycles?.source ?? null,
    },
    files: facts.files,
    why,
  };
}

/** Roofs and other machines are held against the model's work and no more. */
function otherWork(facts: RunFacts): { readonly missing: string } | null {
  if (facts.hearable === undefined) return null;
  const missing =
    "the frames hold the front end beside the model: for the model alone, --app stream";
  return { missing };
}

/** Formulas and other machines know no steps that leave work out. */
const WHOLE_ELSEWHERE = {
  missing:
    "other machines would do the whole of the plan's work, of which these steps leave some out",
} as const;

/** A void run meets no budget and misses none. */
function budgetsOf(
  facts: RunFacts,
  timing: Timing,
  rated: BoardFacts,
  lost: string | null,
): readonly BudgetVerdict[] {
  const { latencyMs, powerMw } = facts.budgets;
  const verdicts = [
    ...(latencyMs === null ? [] : [judgeLatency(latencyMs, timing, rated, facts.otherBoards)]),
    ...(powerMw === null ? [] : [judgePower(powerMw, timing, rated, facts.otherBoards)]),
  ];
  if (lost === null) return verdicts;
  const nothing = { value: null, met: null, margin: null, holdsOn: [] } as const;
  return verdicts.map(({ name, limit }) => ({
    ...{ name, limit, ...nothing },
    why: `the run is void: ${lost}`,
  }));
}

function audioOf(facts: RunFacts): RunDocument["audio"] {
  if (facts.audio === null) return null;
  const { clip, siSdrInDb, siSdrOutDb } = facts.audio;
  const before = measured(siSdrInDb, "dB", "SI-SDR of the noisy clip against the clean one");
  const after = measured(siSdrOutDb, "dB", "SI-SDR of the cleaned clip against the clean one");
  return {
    clip,
    siSdrIn: before,
    siSdrOut: after,
    siSdrGain: derive(siSdrOutDb - siSdrInDb, "dB", "SI-SDR after - before", [before, after]),
  };
}
