/**
 * Energy mode: a power monitor runs beside the device, each trial lies between two pulses that the monitor sees.
 * What a trial is worth is left to analyze/mlperf/energy.ts, the conversation to host/mlperf.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { LinkError, UsageError } from "../../../codegen/index.ts";
import type { EnergyTrial } from "../../analyze/mlperf/energy.ts";
import { TrialMeter } from "../../analyze/mlperf/energy.ts";
import { LOOP_SECONDS, LOOPS } from "../../analyze/mlperf/score.ts";
import type { DeviceUnderTest } from "../../mlperf/device.ts";
import type { Inference } from "../../mlperf/replies.ts";
import type { PowerMonitor } from "../../power/monitor.ts";
import type { MonitorName } from "../../power/monitor-names.ts";
import { startMonitor } from "../../power/monitors.ts";
import type { SimulatedLoad } from "../../power/simulated/load.ts";
import { requireSupply } from "../power.ts";
import type { Progress } from "../progress.ts";

/** Monitors that see a pulse. */
const SEEING: readonly MonitorName[] = ["ppk2", "lpm01a", "sim-ppk2", "sim-lpm01a"];

export interface EnergyRequest {
  readonly monitor?: MonitorName;
  readonly monitorPort?: string;
  readonly supplyMv?: number;
  readonly ammeter?: boolean;
  /** Digital input of the monitor, D0 to D7. */
  readonly pin?: string;
  readonly loops?: number;
  readonly loopSeconds?: number;
}

const DEFAULT_SUPPLY_MV = 3000;
/** Samples of the last pulse reach this program so long after the device's answer at the most [s]. */
const LATE_S = 0.3;
const LATE_LIMIT_MS = 10_000;
/** Inferences that tell how many a trial needs: more and more until they take so long. */
const FIRST = { inferences: 20, longS: 0.2, growth: 4, most: 100_000 };
const WARM_UP = 2;
/** Trials are made longer than asked for by so much, as the first is short. */
const MARGIN = 1.05;
const TRIAL_LIMIT_MS = 30 * 60_000;

/**
 * The monitor that is asked for. A simulated one measures `load`.
 * @throws UsageError TP-USE-161 without a monitor that sees pulses, or for a real one beside an emulated board
 */
export async function startEnergyMonitor(
  request: EnergyRequest,
  isEmulated: boolean,
  load: SimulatedLoad,
  signal: AbortSignal,
): Promise<PowerMonitor> {
  const { monitor, monitorPort, supplyMv = DEFAULT_SUPPLY_MV } = request;
  if (monitor === undefined || !SEEING.includes(monitor)) {
    throw refusal(
      monitor === undefined ? "energy mode has no power monitor" : `${monitor} sees no timestamp`,
      "energy is what a monitor measures between two pulses of a pin",
      `--monitor ${SEEING.join(", ")}; or --serve, for another runner`,
    );
  }
  if (isEmulated && !monitor.startsWith("sim-")) {
    throw refusal(
      `${monitor} measures no emulated board`,
      "an emulated board draws no current and has no pin to wire",
      "--monitor sim-ppk2, or --port with a board on the monitor",
    );
  }
  requireSupply(monitor, supplyMv);
  return startMonitor(monitor, {
    supplyMv,
    mode: request.ammeter ? "ammeter" : "source",
    load,
    signal,
    ...(monitorPort === undefined ? {} : { port: monitorPort }),
  });
}

function refusal(what: string, why: string, fix: string): UsageError {
  return new UsageError("TP-USE-161", { what, why, fix });
}

/** The monitor's samples on their way into the meter, as long as it gives any. */
export class MonitorPump {
  readonly meter: TrialMeter;
  readonly monitor: PowerMonitor;
  readonly #done: Promise<void>;
  #hasEnded = false;
  #failure: unknown;

  /** @param pin digital input, 0..7 */
  constructor(monitor: PowerMonitor, pin: number) {
    const { sampleRateHz, supplyV } = monitor.facts;
    this.meter = new TrialMeter({ supplyV: supplyV ?? 0, sampleRateHz, pin });
    this.monitor = monitor;
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    try {
      for await (const block of this.monitor.blocks) this.meter.add(block);
    } catch (error) {
      this.#failure = error;
    }
    this.#hasEnded = true;
  }

  /** Waits until the monitor's time has gone on by so much. @throws LinkError TP-LINK-033 when it stopped measuring */
  async goOn(seconds: number, signal: AbortSignal): Promise<void> {
    const wanted = this.meter.seconds + seconds;
    const endMs = performance.now() + LATE_LIMIT_MS;
    while (this.meter.seconds < wanted) {
      signal.throwIfAborted();
      if (this.#failure) throw this.#failure;
      if (this.#hasEnded || performance.now() > endMs) throw this.#silent();
      await sleep(10);
    }
  }

  async stop() {
    const totals = await this.monitor.stop();
    await this.#done;
    return totals;
  }

  #silent(): LinkError {
    return new LinkError("TP-LINK-033", {
      what: `${this.monitor.facts.name} stopped measuring`,
      why: "no sample came for a while",
      fix: "check its cable and its supply, then run again",
    });
  }
}

export interface EnergyTest {
  readonly device: DeviceUnderTest;
  readonly pump: MonitorPump;
  readonly request: EnergyRequest;
  readonly input: Uint8Array;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A trial with what the device answered in it. */
export interface RunTrial extends EnergyTrial {
  readonly answer: Inference;
}

/** Trials of equal length on one input. */
export async function runTrials(test: EnergyTest): Promise<readonly RunTrial[]> {
  const { device, request, input, progress } = test;
  const { loops = LOOPS, loopSeconds = LOOP_SECONDS } = request;
  await device.load(input);
  const inferences = Math.ceil((MARGIN * loopSeconds) / (await secondsEach(test)));
  const trials: RunTrial[] = [];
  for (let index = 0; index < loops; index++) {
    progress.step(`trial ${index + 1} of ${loops}: ${inferences} inferences`);
    await device.load(input);
    trials.push(await trial(test, inferences));
  }
  return trials;
}

/** Time of an inference by the monitor's clock [s]. @throws UsageError TP-USE-161 when it sees no timestamps */
async function secondsEach(test: EnergyTest): Promise<number> {
  for (let inferences = FIRST.inferences; ; inferences *= FIRST.growth) {
    const { window } = await trial(test, inferences);
    if ("why" in window) {
      throw refusal(
        "the monitor sees no timestamps",
        window.why,
        "wire the board's pin (docs/power.md) to the monitor's input, and name that: --pin D0",
      );
    }
    const isEnough = window.elapsedS >= FIRST.longS || inferences >= FIRST.most;
    if (isEnough) return Math.max(1e-6, window.elapsedS) / inferences;
  }
}

async function trial({ device, pump, signal }: EnergyTest, inferences: number): Promise<RunTrial> {
  // A pulse of before may still be on its way.
  await pump.goOn(LATE_S, signal);
  pump.meter.begin();
  const answer = await device.infer(inferences, WARM_UP, TRIAL_LIMIT_MS);
  await pump.goOn(LATE_S, signal);
  return { inferences, answer, window: pump.meter.end() };
}
