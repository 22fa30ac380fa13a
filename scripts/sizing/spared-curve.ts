/**
 * Measures what work left out costs and spares: delta thresholds and skip levels of the shipped model, heard by the exact
 * twin on held-out clips, counted on an emulated core that is fed some of the same clips.
 * Hearing is left to heard.ts, running to host/workflow, what is shown to spared-page.ts.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadBoard, type RealBoard } from "../../codegen/board.ts";
import { canonicalDigest } from "../../codegen/plan/canonical-json.ts";
import type { QuantizedModel } from "../../codegen/quantize/quantized-model.ts";
import { type SparedWork, withSparedWork } from "../../codegen/quantize/spared-work.ts";
import { rulesDigests } from "../../codegen/size/step-costs.ts";
import { boardFactsOf } from "../../host/analyze/board-facts.ts";
import { boardPower, clockHz, dutyCycle } from "../../host/analyze/power.ts";
import { readMono, writeWav } from "../../host/audio/wav-file.ts";
import { createContext } from "../../host/workflow/context.ts";
import { type GenerateRequest, prepare } from "../../host/workflow/generate.ts";
import { writeFileWhole } from "../../host/workflow/output-file.ts";
import { MODELS_DIR, WORK_DIR } from "../../host/workflow/paths.ts";
import { pluginDigest, pluginSources } from "../../host/workflow/plugin-sources.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import { bootstrap, type Estimate } from "../../host/workflow/quality/bootstrap.ts";
import type { Clip, ClipSet } from "../../host/workflow/quality/clip-set.ts";
import { executeRun } from "../../host/workflow/run.ts";
import { heardClips, integersOf, loadDenoiser, meanStoi } from "../evaluation/heard.ts";
import { CLIPS_PER_SNR, clipsOf, RATIOS } from "./resized-quality.ts";

const MODEL = "hearable";
export const EMULATED = "qemu-m4";
export const REAL_BOARD = "nrf52840-dk";

/** A way of leaving work out, and what it is called. */
export interface SparedWay {
  readonly kind: "whole" | "delta" | "skip" | "both";
  readonly label: string;
  readonly work: SparedWork;
}

function way(
  delta: readonly [number, number] | null,
  skip: readonly [number, number] | null,
): SparedWay {
  const words = [
    ...(delta === null ? [] : [`--delta ${delta.join(",")}`]),
    ...(skip === null ? [] : [`--skip=${skip.join(",")}`]),
  ];
  return {
    kind: delta === null ? (skip === null ? "whole" : "skip") : skip === null ? "delta" : "both",
    label: words.length === 0 ? "whole" : words.join(" "),
    work: {
      ...(delta === null ? {} : { delta: { input: delta[0], hidden: delta[1] } }),
      ...(skip === null ? {} : { skip: { level: skip[0], frames: skip[1] } }),
    },
  };
}

export const WAYS: readonly SparedWay[] = [
  way(null, null),
  way([0, 0], null),
  way([4, 2], null),
  way([8, 4], null),
  way([12, 8], null),
  way([16, 16], null),
  way([24, 16], null),
  way([32, 32], null),
  way(null, [-0.5, 5]),
  way(null, [-0.2, 5]),
  way(null, [0, 5]),
  way(null, [0.2, 5]),
  way([12, 8], [-0.5, 5]),
];

export interface SparedPoint {
  readonly way: SparedWay;
  /** SI-SDR gain of the exact twin [dB], over all clips of the set. */
  readonly gainDb: Estimate;
  readonly stoi: number | null;
  /** Of a frame: median, counted; mean, modelled with the real board's memories. */
  readonly instructions: number;
  readonly cycles: number;
  /** Of a frame's period on the real board, sleep included [uJ]; modelled. */
  readonly energyUj: number;
  readonly averageMw: number;
}

export interface SparedCurve {
  readonly set: ClipSet["kind"];
  readonly clipsPerSnr: number;
  /** Frames that were run on the emulated core. */
  readonly frames: number;
  readonly points: readonly SparedPoint[];
}

/** Of a frame: median of the instructions, mean of the cycles. */
export interface Counted {
  readonly frames: number;
  readonly instructions: number;
  readonly cycles: number;
}

/** One clip of each ratio after the other, as a device would hear them. */
export function stimulusOf(clips: readonly Clip[], sampleRateHz: number): string {
  const chosen = RATIOS.flatMap((ratio) => clips.find(({ snrDb }) => snrDb === ratio) ?? []);
  const parts = chosen.map(({ noisy }) => readMono(noisy, sampleRateHz));
  const samples = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  const digest = createHash("sha256").update(samples).digest("hex").slice(0, 16);
  const path = join(WORK_DIR, "sizing", `spared-${digest}.wav`);
  mkdirSync(join(WORK_DIR, "sizing"), { recursive: true });
  if (!existsSync(path)) writeWav(path, { sampleRateHz, channels: [samples] });
  return path;
}

/** What is left out, and how many frames are run; all of the sound without a number. */
export type CountedWork = SparedWork &
  Pick<GenerateRequest, "sparse"> & { readonly frames?: number };

/** What was counted before of the same C and sound by the same rules is not again. @throws RangeError where a frame differs from the twin */
export async function countedOn(
  model: string,
  input: string,
  work: CountedWork,
  progress: Progress,
): Promise<Counted> {
  const request = { board: EMULATED, as: REAL_BOARD, format: "int8", ...work } as const;
  const { files } = prepare(model, request).generated;
  const board = loadBoard(REAL_BOARD);
  const rules = rulesDigests(board.core);
  const plugin = pluginDigest(await pluginSources(), "thumb");
  const { frames } = work;
  const length = frames === undefined ? {} : { frames };
  const facts = { files, input: basename(input), board, rules, plugin, ...length };
  const key = canonicalDigest(facts).slice(0, 16);
  const cache = join(WORK_DIR, "sizing", `counted-${key}.json`);
  if (existsSync(cache)) return JSON.parse(readFileSync(cache, "utf8")) as Counted;
  const signal = new AbortController().signal;
  const context = { ...createContext({ json: true, quiet: true, signal }), progress };
  const { report } = await executeRun(context, { ...request, app: "stream", input }, model);
  const { verify, instructions } = report.document;
  if (verify?.bitExact !== true || instructions === null) {
    throw new RangeError(`${JSON.stringify(work)} differs from its twin or was not counted`);
  }
  const { cycles } = report;
  const mean = cycles.reduce((sum, one) => sum + one, 0) / cycles.length;
  const counted = { frames: cycles.length, instructions: instructions.median, cycles: mean };
  writeFileWhole(cache, JSON.stringify(counted));
  return counted;
}

/** Everything of the page's table and picture. */
export async function measureSpared(set: ClipSet, progress: Progress): Promise<SparedCurve> {
  const loaded = loadDenoiser(MODEL, MODELS_DIR);
  const { frontEnd } = loaded.sidecar;
  const clips = clipsOf(set, CLIPS_PER_SNR);
  const input = stimulusOf(clips, frontEnd.sampleRateHz);
  const model = integersOf(loaded, "int8");
  const points: SparedPoint[] = [];
  let frames = 0;
  for (const one of WAYS) {
    const counted = await countedOn(MODEL, input, one.work, progress);
    frames = counted.frames;
    const spared: QuantizedModel = withSparedWork(model, one.work);
    const heard = heardClips(loaded, spared, clips, one.label, progress);
    points.push({
      way: one,
      gainDb: bootstrap(heard.map(({ gainDb }) => gainDb)),
      stoi: meanStoi(heard),
      instructions: counted.instructions,
      cycles: counted.cycles,
      ...energyOf(counted.cycles, (1000 * frontEnd.hopLength) / frontEnd.sampleRateHz),
    });
  }
  return { set: set.kind, clipsPerSnr: clips.length / RATIOS.length, frames, points };
}

/** @throws RangeError where the board's file has no clock or no currents */
export function energyOf(
  cycles: number,
  periodMs: number,
): Pick<SparedPoint, "energyUj" | "averageMw"> {
  const facts = boardFactsOf(loadBoard(REAL_BOARD) as RealBoard);
  const power = boardPower(facts);
  if ("missing" in power || facts.clock === null) {
    throw new RangeError(`${REAL_BOARD} has no power that is known`);
  }
  const duty = dutyCycle((1000 * cycles) / clockHz(facts.clock), periodMs, power);
  return { energyUj: duty.intervalUj, averageMw: duty.averageMw };
}
