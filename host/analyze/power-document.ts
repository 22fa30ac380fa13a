/**
 * The document of one measurement with a power monitor: every number with unit and kind, losses, verdicts.
 * Energy of windows is left to frame-energy.ts, printing to report/power.ts.
 */
import type { MonitorFacts, SampleTotals } from "../power/monitor.ts";
import type { AlignedEnergy } from "./aligned-energy.ts";
import { BATTERIES } from "./batteries.ts";
import type { FrameEnergy, Mean } from "./frame-energy.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, measured, modelled, stated } from "./quantity.ts";
import { digits } from "./wording.ts";

/** Judged over whole periods, sleep included. */
export interface PowerBudget {
  readonly name: "powerMw";
  readonly limit: Quantity;
  readonly value: Quantity | null;
  /** null when nothing may be said: simulated, void, or no whole period. */
  readonly met: boolean | null;
  readonly why: string;
}

export interface PowerDocument {
  readonly schema: 1;
  readonly monitor: MonitorFacts;
  readonly simulated: boolean;
  readonly samples: Quantity;
  readonly lostSamples: Quantity;
  /** Share of all samples that are missing [%]. */
  readonly lostShare: Quantity;
  readonly discardedBytes: Quantity;
  readonly clippedSamples: Quantity;
  /** Too much is missing: no number here may be used. */
  readonly void: boolean;
  readonly measured: Quantity | null;
  readonly averageCurrent: Quantity | null;
  readonly peakCurrent: Quantity | null;
  readonly charge: Quantity | null;
  readonly averagePower: Quantity | null;
  readonly peakPower: Quantity | null;
  /** What the digital input marks; null with a reason in `why` without it. */
  readonly frames: FrameNumbers | null;
  /** How frames were told apart: by the digital input, or by correlation with a recording's own windows. */
  readonly alignment: AlignmentNumbers | null;
  readonly batteryLife: Quantity | null;
  readonly budgets: readonly PowerBudget[];
  /** Why a number is null, by its name. */
  readonly why: Readonly<Record<string, string>>;
}

export interface FrameNumbers {
  readonly whole: Quantity;
  readonly void: Quantity;
  /** Input high; nothing subtracted. */
  readonly energy: Quantity | null;
  /** The same less the baseline, which is the average current while the input is low. */
  readonly energyAboveBaseline: Quantity | null;
  readonly baselineCurrent: Quantity;
  readonly active: Quantity | null;
  readonly period: Quantity | null;
  /** Over whole periods, sleep included. */
  readonly averagePower: Quantity | null;
  /** How far each edge may lie from the true one. */
  readonly edgeUncertainty: Quantity;
}

/** Monitor's time less device's time, as the currents themselves show it. */
export interface AlignmentNumbers {
  readonly method: "pin" | "correlation";
  readonly offset: Quantity | null;
  /** True offset within it, 95 %. */
  readonly uncertainty: Quantity;
  /** A shift by a whole period explains the currents as well. */
  readonly ambiguous: boolean;
}

export interface PowerQuestion {
  /** Average power that is allowed [mW]. */
  readonly budgetMw?: number;
  /** Share of samples that may be missing [%]. */
  readonly maxLostPercent: number;
  readonly battery?: { readonly milliampHours: number } | { readonly name: string };
  /** What windows of the device's own clock gave, in place of the digital input. */
  readonly aligned?: AlignedEnergy;
  /** Digital input that marks frames, for the reasons. */
  readonly pin: number;
}

export function powerDocument(
  facts: MonitorFacts & { readonly supplyV: number },
  totals: SampleTotals,
  energy: FrameEnergy | null,
  question: PowerQuestion,
): PowerDocument {
  const source = `${facts.name}${facts.simulated ? " (simulated)" : ""}`;
  const mark = <Q extends Quantity>(quantity: Q): Q =>
    facts.simulated ? { ...quantity, simulated: true } : quantity;
  const read = (value: number, unit: string, interval?: readonly [number, number]) =>
    mark(measured(value, unit, source, interval));
  const count = (value: number, unit = "sample") => mark(counted(value, unit, source));
  const of = (spread: Mean | null, unit: string, scale: number): Quantity | null =>
    spread &&
    read(
      spread.mean * scale,
      unit,
      spread.interval ? [spread.interval[0] * scale, spread.interval[1] * scale] : undefined,
    );
  const lost = totals.lost + totals.lostByClock;
  const all = totals.samples + lost;
  const lostPercent = all === 0 ? 100 : (100 * lost) / all;
  const isVoid = lostPercent > question.maxLostPercent;
  const why: Record<string, string> = {};
  if (energy === null) why.measured = "no sample arrived";
  const { aligned } = question;
  const windows = aligned ? aligned.windows : (energy?.windows ?? null);
  if (windows === null) why.frames = noFrames(question);
  const alignment = aligned && !("why" in aligned.alignment) ? aligned.alignment : null;
  const edges = alignment
    ? modelled(alignment.uncertaintyS * 1e6, "us", "95 % by the likelihood of the alignment")
    : windows && stated(windows.edgeUncertaintyS * 1e6, "us", `one sample of ${source}`);
  const frames: FrameNumbers | null = windows && {
    whole: count(windows.whole, "frame"),
    void: count(windows.void, "frame"),
    energy: of(windows.energyJ, "uJ", 1e6),
    energyAboveBaseline: of(windows.aboveBaselineJ, "uJ", 1e6),
    baselineCurrent: read(windows.baselineA * 1e6, "uA"),
    active: of(windows.activeS, "ms", 1e3),
    period: of(windows.periodS, "ms", 1e3),
    averagePower: of(windows.periodPowerW, "mW", 1e3),
    edgeUncertainty: mark(edges as Quantity),
  };
  const averagePower = energy && read(energy.averageA * facts.supplyV * 1e3, "mW");
  const averageCurrent = energy && read(energy.averageA * 1e6, "uA");
  const batteryLife = lifeOf(question.battery, averageCurrent, averagePower);
  if (batteryLife === null) why.batteryLife = "no battery was named, or no current flowed";
  return {
    schema: 1,
    monitor: facts,
    simulated: facts.simulated,
    samples: count(totals.samples),
    lostSamples: count(lost),
    lostShare: mark(counted(lostPercent, "%", source)),
    discardedBytes: count(totals.discardedBytes, "byte"),
    clippedSamples: count(totals.clipped),
    void: isVoid,
    measured: energy && read(energy.measuredS, "s"),
    averageCurrent,
    peakCurrent: energy && read(energy.peakA * 1e6, "uA"),
    charge: energy && read(energy.chargeC * 1e6, "uC"),
    averagePower,
    peakPower: energy && read(energy.peakA * facts.supplyV * 1e3, "mW"),
    frames,
    alignment: edges && {
      method: alignment ? "correlation" : "pin",
      offset: alignment && mark(modelled(alignment.offsetS, "s", "correlation of the currents")),
      uncertainty: mark(edges),
      ambiguous: alignment?.isAmbiguous ?? false,
    },
    batteryLife,
    budgets:
      question.budgetMw === undefined
        ? []
        : [
            judgePower(
              question.budgetMw,
              frames?.averagePower ?? averagePower,
              facts.simulated,
              isVoid,
            ),
          ],
    why,
  };
}

function noFrames({ aligned, pin }: PowerQuestion): string {
  if (!aligned) return `input D${pin} marked no whole period`;
  return "why" in aligned.alignment ? aligned.alignment.why : "no period is whole";
}

/** By charge for a capacity, by energy for a named battery, whose voltage is not the supply's. */
function lifeOf(
  battery: PowerQuestion["battery"],
  current: Quantity | null,
  power: Quantity | null,
): Quantity | null {
  if (!battery || !current || !power || current.value <= 0 || power.value <= 0) return null;
  if ("milliampHours" in battery) {
    const capacity = stated(battery.milliampHours, "mAh", "asked for");
    const formula = "capacity / average current, no self-discharge, all of the capacity usable";
    return derive(capacity.value / (current.value / 1e3), "h", formula, [capacity, current]);
  }
  const named = BATTERIES[battery.name];
  if (!named) return null;
  const maker = `typical ${battery.name}, unverified`;
  const capacity = stated(named.capacityMah, "mAh", maker);
  const voltage = stated(named.nominalV, "V", maker);
  return derive(
    (capacity.value * voltage.value) / power.value,
    "h",
    `${named.capacityMah} mAh x ${named.nominalV} V (${maker}) / average power, no converter's loss, no self-discharge`,
    [capacity, voltage, power],
  );
}

/** Average power against a limit [mW]; neither a simulated monitor nor a void measurement meets one. */
export function judgePower(
  limitMw: number,
  value: Quantity | null,
  simulated: boolean,
  isVoid: boolean,
): PowerBudget {
  const limit = stated(limitMw, "mW", "asked for");
  const verdict = (met: boolean | null, why: string): PowerBudget => ({
    name: "powerMw",
    limit,
    value,
    met,
    why,
  });
  if (value === null) return verdict(null, "nothing was measured");
  const reads = `${digits(value.value)} mW on average`;
  if (simulated) return verdict(null, `${reads}, but a simulated monitor proves nothing`);
  if (isVoid) return verdict(null, `${reads}, but too many samples are missing`);
  return verdict(value.value <= limitMw, reads);
}
