/**
 * The verb `power`: measures with a monitor for a while and reports energy, average and peak power, and losses.
 * Monitors are left to host/power, energy of windows to analyze/frame-energy.ts.
 */
import { UsageError } from "../../codegen/index.ts";
import type { AlignedEnergy } from "../analyze/aligned-energy.ts";
import { alignedEnergy, CurrentKeeper, MOST_KEPT_SAMPLES } from "../analyze/aligned-energy.ts";
import { BATTERIES } from "../analyze/batteries.ts";
import { FrameEnergyMeter } from "../analyze/frame-energy.ts";
import type { DeviceWindow } from "../analyze/power-alignment.ts";
import { powerDocument } from "../analyze/power-document.ts";
import { loadCapture } from "../capture/file.ts";
import { replayRun } from "../capture/replay.ts";
import { LPM01A_SUPPLY_MV } from "../power/lpm01a/lpm01a.ts";
import type { MonitorName } from "../power/monitor-names.ts";
import { startMonitor } from "../power/monitors.ts";
import { PPK2_SUPPLY_MV } from "../power/ppk2/ppk2.ts";
import { powerText } from "../report/power.ts";
import type { VerbContext } from "./context.ts";
import { stampedSteps } from "./profile/recorded-profile.ts";

export interface PowerOptions {
  readonly monitor: MonitorName;
  readonly port?: string;
  readonly from?: string;
  readonly shuntOhm?: number;
  readonly seconds: number;
  readonly supplyMv: number;
  readonly ammeter?: boolean;
  readonly pin: string;
  readonly budgetMw?: number;
  readonly maxLost: number;
  readonly batteryMah?: number;
  readonly battery?: string;
  /** Recording of a run at the same time, whose frames are found in the currents. */
  readonly windows?: string;
}

/** Exit 1 when too many samples are lost or a budget is not met; a simulated monitor meets none. @throws UsageError TP-USE-440 */
export async function power(context: VerbContext, options: PowerOptions): Promise<number> {
  const pin = parsePin(options.pin);
  const { supplyMv } = options;
  const isFile = options.monitor === "file";
  if (isFile !== (options.from !== undefined)) {
    throw wrongOption(
      isFile ? "--monitor file alone" : `--from with ${options.monitor}`,
      "a file's name is given by --from, and read by --monitor file",
    );
  }
  requireSupply(options.monitor, supplyMv);
  if (options.monitor.startsWith("sim-") && options.port !== undefined) {
    throw wrongOption(`--port with ${options.monitor}`, "a simulated monitor opens its own port");
  }
  const battery = parseBattery(options);
  context.progress.step(`opening ${options.monitor}`);
  const monitor = await startMonitor(options.monitor, {
    supplyMv,
    mode: options.ammeter ? "ammeter" : "source",
    signal: context.signal,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.shuntOhm === undefined ? {} : { shuntOhm: options.shuntOhm }),
  });
  const { sampleRateHz } = monitor.facts;
  const supplyV = monitor.facts.supplyV ?? supplyMv / 1000;
  const meter = new FrameEnergyMeter({ supplyV, sampleRateHz, pin });
  const keeper = options.windows === undefined ? null : new CurrentKeeper();
  // A file is read to its end.
  const wanted = isFile ? Number.POSITIVE_INFINITY : options.seconds * sampleRateHz;
  context.progress.step(isFile ? "reading the file" : `measuring for ${options.seconds} s`);
  try {
    for await (const block of monitor.blocks) {
      meter.add(block);
      if (keeper && !keeper.add(block)) throw tooLong(sampleRateHz);
      // Ctrl-C ends the measurement: what was measured is reported.
      if (context.signal.aborted || block.firstSample + block.currentsA.length >= wanted) break;
    }
  } finally {
    await monitor.stop();
  }
  const aligned =
    keeper && options.windows !== undefined
      ? await alignedTo(options.windows, keeper, { supplyV, sampleRateHz })
      : null;
  const document = powerDocument(
    { ...monitor.facts, supplyV },
    await monitor.stop(),
    meter.finish(),
    {
      pin,
      maxLostPercent: options.maxLost,
      ...(options.budgetMw === undefined ? {} : { budgetMw: options.budgetMw }),
      ...(battery === null ? {} : { battery }),
      ...(aligned === null ? {} : { aligned }),
    },
  );
  context.print(document, () => powerText(document));
  context.signal.throwIfAborted();
  const failed = document.void || document.budgets.some((budget) => budget.met !== true);
  return failed ? 1 : 0;
}

/** The run's steps by the device's own clock. @throws UsageError TP-USE-442 for a device without one */
async function alignedTo(
  path: string,
  keeper: CurrentKeeper,
  rates: { readonly supplyV: number; readonly sampleRateHz: number },
): Promise<AlignedEnergy> {
  const { run } = replayRun(await loadCapture(path));
  const windows: readonly DeviceWindow[] = stampedSteps(run).map(({ beginUs, lengthUs }) => ({
    beginS: beginUs / 1e6,
    endS: (beginUs + lengthUs) / 1e6,
  }));
  if (windows.length > 0) return alignedEnergy(keeper.currentsA, windows, rates);
  throw new UsageError("TP-USE-442", {
    what: `${path} does not say when its frames were computed`,
    why: "the device has no cycle counter, or it is an emulator's",
    fix: "record a run on a board, or wire its pin to the monitor's digital input",
  });
}

function tooLong(sampleRateHz: number): UsageError {
  const seconds = Math.floor(MOST_KEPT_SAMPLES / sampleRateHz);
  return wrongOption("--windows over so many samples", `at most ${seconds} s are kept in memory`);
}

function parseBattery({ battery, batteryMah }: PowerOptions) {
  if (batteryMah !== undefined) return { milliampHours: batteryMah };
  if (battery === undefined) return null;
  if (Object.hasOwn(BATTERIES, battery)) return { name: battery };
  throw wrongOption(`--battery ${battery}`, `known are ${Object.keys(BATTERIES).join(", ")}`);
}

/** @throws UsageError TP-USE-440 for a supply that the monitor cannot give; those that are told theirs take any */
export function requireSupply(monitor: MonitorName, supplyMv: number): void {
  if (monitor === "file" || monitor.endsWith("ina")) return;
  const { low, high } = monitor.endsWith("lpm01a") ? LPM01A_SUPPLY_MV : PPK2_SUPPLY_MV;
  if (supplyMv >= low && supplyMv <= high) return;
  throw wrongOption(`--supply-mv ${supplyMv}`, `${monitor} supplies ${low} to ${high} mV`);
}

/** @throws UsageError TP-USE-440 for anything but D0 to D7 */
export function parsePin(text: string): number {
  const match = /^[Dd]?([0-7])$/.exec(text);
  if (!match) throw wrongOption(`--pin ${text}`, "the inputs are D0 to D7");
  return Number(match[1]);
}

function wrongOption(what: string, why: string): UsageError {
  return new UsageError("TP-USE-440", {
    what: `${what} is not possible`,
    why,
    fix: "see pioneer power --help",
  });
}
