/**
 * The verb `power`: measures with a monitor for a while and reports energy, average and peak power, and losses.
 * Monitors are left to host/power, energy of windows to analyze/frame-energy.ts.
 */
import { UsageError } from "../../codegen/index.ts";
import { FrameEnergyMeter } from "../analyze/frame-energy.ts";
import { powerDocument } from "../analyze/power-document.ts";
import { LPM01A_SUPPLY_MV } from "../power/lpm01a/lpm01a.ts";
import type { MonitorName } from "../power/monitor-names.ts";
import { startMonitor } from "../power/monitors.ts";
import { PPK2_SUPPLY_MV } from "../power/ppk2/ppk2.ts";
import { powerText } from "../report/power.ts";
import type { VerbContext } from "./context.ts";

export interface PowerOptions {
  readonly monitor: MonitorName;
  readonly port?: string;
  readonly from?: string;
  readonly seconds: number;
  readonly supplyMv: number;
  readonly ammeter?: boolean;
  readonly pin: string;
  readonly budgetMw?: number;
  readonly maxLost: number;
  readonly batteryMah?: number;
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
  const bounds = options.monitor.endsWith("lpm01a") ? LPM01A_SUPPLY_MV : PPK2_SUPPLY_MV;
  if (!isFile && (supplyMv < bounds.low || supplyMv > bounds.high)) {
    const why = `${options.monitor} supplies ${bounds.low} to ${bounds.high} mV`;
    throw wrongOption(`--supply-mv ${supplyMv}`, why);
  }
  if (options.monitor.startsWith("sim-") && options.port !== undefined) {
    throw wrongOption(`--port with ${options.monitor}`, "a simulated monitor opens its own port");
  }
  context.progress.step(`opening ${options.monitor}`);
  const monitor = await startMonitor(options.monitor, {
    supplyMv,
    mode: options.ammeter ? "ammeter" : "source",
    signal: context.signal,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.from === undefined ? {} : { from: options.from }),
  });
  const { sampleRateHz } = monitor.facts;
  const supplyV = monitor.facts.supplyV ?? supplyMv / 1000;
  const meter = new FrameEnergyMeter({ supplyV, sampleRateHz, pin });
  // A file is read to its end.
  const wanted = isFile ? Number.POSITIVE_INFINITY : options.seconds * sampleRateHz;
  context.progress.step(isFile ? "reading the file" : `measuring for ${options.seconds} s`);
  try {
    for await (const block of monitor.blocks) {
      meter.add(block);
      // Ctrl-C ends the measurement: what was measured is reported.
      if (context.signal.aborted || block.firstSample + block.currentsA.length >= wanted) break;
    }
  } finally {
    await monitor.stop();
  }
  const document = powerDocument(
    { ...monitor.facts, supplyV },
    await monitor.stop(),
    meter.finish(),
    {
      pin,
      maxLostPercent: options.maxLost,
      ...(options.budgetMw === undefined ? {} : { budgetMw: options.budgetMw }),
      ...(options.batteryMah === undefined
        ? {}
        : { battery: { milliampHours: options.batteryMah } }),
    },
  );
  context.print(document, () => powerText(document));
  context.signal.throwIfAborted();
  const failed = document.void || document.budgets.some((budget) => budget.met !== true);
  return failed ? 1 : 0;
}

function parsePin(text: string): number {
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
