/**
 * Runs a SingleStream or MultiStream test on a device: each sample goes over the link as LoadGen would issue it.
 * When the test ends and what it shows is left to analyze/loadgen, holding the link to link/session.ts.
 */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatName, UsageError } from "../../codegen/index.ts";
import type { RunFacts } from "../analyze/facts.ts";
import { ratedBoard } from "../analyze/facts.ts";
import type {
  DeviceLatency,
  LatencyOrigin,
  ScenarioDocument,
} from "../analyze/loadgen/document.ts";
import { scenarioDocument } from "../analyze/loadgen/document.ts";
import { bringAll, latencyStatistics } from "../analyze/loadgen/latencies.ts";
import type { Scenario, TestSettings } from "../analyze/loadgen/settings.ts";
import { finish } from "../analyze/loadgen/steps.ts";
import { StreamTest } from "../analyze/loadgen/stream-test.ts";
import { timingOf } from "../analyze/timing.ts";
import { loadCapture } from "../capture/file.ts";
import type { LinkEvent } from "../decode/frames.ts";
import { explainEnding } from "../link/outcome.ts";
import type { Session } from "../link/session.ts";
import type { VerbContext } from "./context.ts";
import type { Device } from "./device.ts";
import { prepareDevice } from "./device.ts";
import type { GenerateRequest, Prepared } from "./generate.ts";
import { prepare, standsForOf, writePrepared } from "./generate.ts";
import { judgeRecording } from "./judge.ts";
import { WORK_DIR } from "./paths.ts";
import type { Conversation } from "./record-run.ts";
import { recordRun } from "./record-run.ts";
import { liveSettings, type ScenarioOptions } from "./scenario-request.ts";
import type { Stimulus } from "./stimulus.ts";
import { streamStimulus } from "./stimulus.ts";
import { functionAt } from "./symbols.ts";

/** Where the model, the board and the samples come from. */
export interface LiveOptions extends ScenarioOptions, GenerateRequest {
  readonly model: string;
  readonly input?: string;
  readonly port?: string;
  readonly record?: string;
}

/**
 * @throws UsageError TP-USE-415 for more samples in a query than frames to play; AnalysisError TP-USE-414 for another
 *   scenario; LinkError when the device or the link failed; whatever stops generating and building
 */
export async function runLive(
  context: VerbContext,
  options: LiveOptions,
  scenario: Scenario,
): Promise<ScenarioDocument> {
  const { progress, signal } = context;
  const settings = liveSettings(scenario, options);
  const test = new StreamTest(settings);
  progress.step(`generating ${options.model} for ${options.as ?? options.board}`);
  const prepared = prepare(options.model, options);
  for (const warning of prepared.generated.warnings) progress.note(`warning: ${warning}`);
  const stimulus = wholeQueries(test, {
    ...streamStimulus(
      prepared,
      {
        frames: test.leastSamples,
        ...(options.input === undefined ? {} : { input: options.input }),
      },
      (words) => progress.note(`warning: ${words}`),
    ),
    audio: null,
  });
  const kept = options.record ?? join(WORK_DIR, "runs", `${prepared.folder}-${scenario}.tpcap`);
  // Tests at the same time must not write into one file; the last one that ends is kept.
  const recording = options.record ?? `${kept}.${process.pid}`;
  const device = await prepareDevice({
    board: prepared.board,
    app: "stream",
    modelDir: writePrepared(prepared),
    key: prepared.folder,
    standsFor: standsForOf(prepared),
    progress,
    signal,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  try {
    mkdirSync(dirname(recording), { recursive: true });
    const queries = new Queries(test, stimulus, (elapsedMs) =>
      progress.update(test.queryCount, expectedQueries(test, settings, elapsedMs)),
    );
    progress.step(`issuing ${scenario} queries to ${device.link.name}`);
    const result = await recordRun({
      context,
      request: {},
      app: "stream",
      prepared,
      stimulus,
      device,
      host: null,
      recording,
      converse: queries,
    });
    const symbols = device.firmware?.symbols ?? [];
    const broken = explainEnding(result, (address) => functionAt(symbols, address));
    if (broken) throw broken;
    progress.step("judging the test");
    const { facts } = judgeRecording(await loadCapture(recording), { recording: kept });
    return liveDocument({ settings, prepared, device, queries, facts, recording: kept });
  } finally {
    if (recording !== kept && existsSync(recording)) renameSync(recording, kept);
    await device.dispose();
  }
}

/** Frames that fill whole queries, so that the clip ends with one. @throws UsageError TP-USE-415 when there is none */
function wholeQueries({ querySamples }: StreamTest, stimulus: Stimulus): Stimulus {
  const frames = stimulus.inputs.length - (stimulus.inputs.length % querySamples);
  if (frames > 0) {
    const { inputs, expected, states } = stimulus;
    const cut = <T>(values: readonly T[]) => values.slice(0, frames);
    return { ...stimulus, inputs: cut(inputs), expected: cut(expected), states: cut(states) };
  }
  throw new UsageError("TP-USE-415", {
    what: `a query has ${querySamples} samples, the input ${stimulus.inputs.length} frames`,
    why: "the samples of a query are frames of the input, one after the other",
    fix: "a longer --input, or fewer --samples-per-query",
  });
}

/** Issues the queries of one test, one after the other, and holds the answers against the twin's. */
class Queries implements Conversation {
  readonly test: StreamTest;
  readonly #stimulus: Stimulus;
  /** Is told after each query how long the test has run [ms]. */
  readonly #tell: (elapsedMs: number) => void;
  /** When each answer of the query at hand arrived [ns]. */
  readonly #arrivedNs: number[] = [];
  #startNs = 0n;
  #next = 0;
  #differing = 0;
  #compared = 0;

  constructor(test: StreamTest, stimulus: Stimulus, tell: (elapsedMs: number) => void) {
    this.test = test;
    this.#stimulus = stimulus;
    this.#tell = tell;
  }

  /** Frames that were compared with the twin's, and how many differ. */
  get verified(): { readonly frames: number; readonly differing: number } {
    return { frames: this.#compared, differing: this.#differing };
  }

  async hold(session: Session): Promise<void> {
    const { hello } = session.run;
    if (!hello) return;
    this.#startNs = process.hrtime.bigint();
    while (!this.test.ended) {
      const frames = await this.#nextFrames(session);
      this.#arrivedNs.length = 0;
      const issuedNs = this.#nowNs();
      this.test.issue(issuedNs);
      await session.stream(frames);
      // A device that fell silent or crashed: finish says how.
      if (this.#arrivedNs.length < frames.length) return;
      this.test.complete(this.#arrivedNs.map((arrivedNs) => arrivedNs - issuedNs));
      // A long test must not keep every answer in memory; the recording has them.
      session.run.outputs.length = 0;
      this.#tell(this.#nowNs() / 1e6);
    }
  }

  onEvent(event: LinkEvent): void {
    if (event.kind !== "record" || event.record.type !== "output") return;
    this.#arrivedNs.push(this.#nowNs());
    const { frame, values } = event.record;
    const { expected } = this.#stimulus;
    const wanted = expected[frame % expected.length] as Uint8Array;
    this.#compared++;
    if (Buffer.compare(wanted, values) !== 0) this.#differing++;
  }

  /** The samples of the next query. The clip starts again from the model's first state. */
  async #nextFrames(session: Session): Promise<readonly Uint8Array[]> {
    const { inputs } = this.#stimulus;
    if (this.#next > 0 && this.#next % inputs.length === 0) await session.reset();
    const frames = Array.from(
      { length: this.test.querySamples },
      (_, sample) => inputs[(this.#next + sample) % inputs.length] as Uint8Array,
    );
    this.#next += frames.length;
    return frames;
  }

  #nowNs(): number {
    return Number(process.hrtime.bigint() - this.#startNs);
  }
}

/** How many queries the test will have at the pace so far. */
function expectedQueries(test: StreamTest, settings: TestSettings, elapsedMs: number): number {
  const { queryCount } = test;
  const inTime = Math.round((queryCount * settings.minDurationMs) / elapsedMs);
  return Math.max(settings.minQueryCount, queryCount, inTime);
}

interface FinishedTest {
  readonly settings: TestSettings;
  readonly prepared: Prepared;
  readonly device: Device;
  readonly queries: Queries;
  readonly facts: RunFacts;
  readonly recording: string;
}

function liveDocument(finished: FinishedTest): ScenarioDocument {
  const { settings, prepared, device, queries, facts, recording } = finished;
  const { board, as, generated } = prepared;
  const simulated = board.kind === "emulated";
  const { frames, differing } = queries.verified;
  const through = simulated
    ? `through the emulator ${device.link.name}: its speed, not the board's`
    : `over ${device.link.name}`;
  const origin: LatencyOrigin = {
    kind: "measured",
    source: `this computer's monotonic clock, from the issue of a query until its last answer was decoded, ${through}`,
  };
  return scenarioDocument(settings, queries.test.result(), origin, {
    live: {
      model: generated.stages.plan.name,
      format: formatName(generated.stages.plan),
      board: board.id,
      as: as?.id ?? null,
      link: device.link.name,
      verify: { bitExact: differing === 0, comparedFrames: frames, differingFrames: differing },
      ...deviceLatency(facts, queries.test.querySamples),
      files: { recording },
    },
    ...(simulated ? { simulated } : {}),
  });
}

/** What the same queries took on the device alone: its samples one after the other, without the link. */
function deviceLatency(
  facts: RunFacts,
  querySamples: number,
): { readonly device: DeviceLatency | null; readonly why?: string } {
  const why: Record<string, string> = {};
  const timing = timingOf(facts, ratedBoard(facts), why);
  if (timing === null) return { device: null, why: why.latencyMs ?? "nothing counted" };
  const { perFrameMs } = timing;
  const queries = Math.floor(perFrameMs.length / querySamples);
  const latenciesNs = Float64Array.from({ length: queries }, (_, query) => {
    const samples = perFrameMs.slice(query * querySamples, (query + 1) * querySamples);
    return Math.round(samples.reduce((sum, ms) => sum + ms * 1e6, 0));
  });
  if (queries === 0) return { device: null, why: "no query was counted whole" };
  const { summary } = finish(latencyStatistics(bringAll(latenciesNs)));
  const kind = facts.deviceCycles?.kind ?? "modelled";
  return { device: { latencyNs: { kind, source: timing.source, ...summary } } };
}

/** The options of a live test; null for another one. @throws UsageError TP-USE-410 for a model without a board, or the reverse */
export function liveOptions(options: ScenarioOptions & Partial<LiveOptions>): LiveOptions | null {
  const { model, board } = options;
  if (model !== undefined && board !== undefined)
    return { ...options, model, board, format: options.format ?? "int8" };
  const alone = (["board", "as", "port", "input", "record"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (model === undefined && alone === undefined) return null;
  throw new UsageError("TP-USE-410", {
    what: model === undefined ? `--${alone} needs a model` : "the model needs a board",
    why: "a live test generates the model's C and runs it on the board",
    fix: "pioneer scenario single-stream --model hearable --board qemu-m4 --seconds 10",
  });
}
