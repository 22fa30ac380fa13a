/**
 * Turns a recording of the program hearable into facts: whole hops from their marked parts, deadlines, recoveries, sound.
 * What every recording has is left to ../judge.ts, what follows to analyze/hearable.ts.
 */
import type { FrameCounts } from "../../analyze/facts.ts";
import { wholeFrame } from "../../analyze/frame-parts.ts";
import {
  type HearableFacts,
  HOP_PARTS,
  type HopPartName,
  type HopTimes,
} from "../../analyze/hearable.ts";
import type { Capture } from "../../capture/format.ts";
import type { DeviceRun } from "../../decode/device-run.ts";
import type { HopRecord } from "../../decode/records.gen.ts";
import type { RegionCounts } from "../counts.ts";
import {
  ATTACHMENTS,
  type HearableManifest,
  type RunManifest,
  recordingError,
} from "../recording.ts";
import { hopOfBytes, samplesOf } from "./hops.ts";
import type { ExpectedRecovery } from "./stimulus.ts";

/** The regions that the program marks, by part (firmware/apps/region.h). */
const REGIONS: Readonly<Record<HopPartName, number>> = {
  analyse: 1,
  step: 0,
  synthesise: 2,
  watch: 3,
};
/** Passes of regions in one hop. */
export const HOP_REGIONS = HOP_PARTS.length;

const CYCLES_OF: Readonly<Record<HopPartName, keyof HopRecord>> = {
  analyse: "analyseCycles",
  step: "stepCycles",
  synthesise: "synthesiseCycles",
  watch: "watchCycles",
};

/** Each part's passes in order. */
export type HopCounts = Readonly<Record<HopPartName, readonly FrameCounts[]>>;

export function hopCounts(regions: readonly RegionCounts[]): HopCounts {
  const passes = (name: HopPartName) => regions.filter(({ region }) => region === REGIONS[name]);
  return {
    analyse: passes("analyse"),
    step: passes("step"),
    synthesise: passes("synthesise"),
    watch: passes("watch"),
  };
}

/** The counts of whole hops. @throws UsageError TP-USE-151 when a part was marked more often than another */
export function wholeHops(counts: HopCounts): readonly FrameCounts[] {
  const { analyse, ...others } = counts;
  const rest = Object.values(others);
  if (rest.some(({ length }) => length !== analyse.length)) {
    throw recordingError("its counts do not hold every part of every hop");
  }
  return analyse.map((first, hop) =>
    wholeFrame([first, ...rest.map((part) => part[hop] as FrameCounts)]),
  );
}

export function hearableFacts(
  manifest: RunManifest,
  hearable: HearableManifest,
  run: DeviceRun,
  counts: HopCounts,
): HearableFacts {
  const hasCounter = run.hello?.counterKind === 1;
  const heard = { ...hearable, sampleRateHz: heardRateHz(hearable, run) };
  return {
    parts: HOP_PARTS.map((name) => ({
      name,
      frames: counts[name],
      deviceCycles: hasCounter ? run.hops.map((hop) => hop[CYCLES_OF[name]] as number) : null,
    })),
    times: timesOf(manifest, heard, run),
    sampleRateHz: heard.sampleRateHz,
    hopSamples: hearable.hopSamples,
    delaySamples: hearable.delaySamples,
    recoveries: run.recoveries.map(({ frame, cause }) => ({ frame, cause })),
    ...(run.sound && {
      sound: {
        lostHops: run.sound.lostHops,
        gaps: run.sound.gaps,
        queuedHops: run.sound.queuedHops,
      },
    }),
  };
}

/** What a microphone's clock makes of the model's rate [Hz]; the model's own for sound over the line. */
export function heardRateHz({ sampleRateHz }: HearableManifest, { sound }: DeviceRun): number {
  return sound === undefined || sound.rateMillihertz === 0
    ? sampleRateHz
    : sound.rateMillihertz / 1000;
}

/** From the hops one by one: the device's own totals begin anew with every Reset, as after a cable that was unplugged. */
function timesOf(
  { board }: RunManifest,
  { virtualTime, hopSamples, sampleRateHz }: HearableManifest,
  { hops }: DeviceRun,
): HopTimes | null {
  const [first] = hops;
  if (first === undefined) return null;
  const hopUs = (1e6 * hopSamples) / sampleRateHz;
  const worst = hops.reduce((most, hop) => (hop.computeUs > most.computeUs ? hop : most), first);
  return {
    computeUs: hops.map(({ computeUs }) => computeUs),
    overruns: hops.filter(({ computeUs }) => computeUs > hopUs).length,
    worstUs: worst.computeUs,
    worstFrame: worst.frame,
    kind: board.emulated ? "modelled" : "measured",
    source: `the deadline monitor of ${board.id}, by ${virtualTime ?? "its own clock"}`,
  };
}

/** Recoveries that the twin and the device do not share. */
export function differingRecoveries({ attachments }: Capture, { recoveries }: DeviceRun): number {
  const bytes = attachments.get(ATTACHMENTS.recoveries);
  const expected: readonly ExpectedRecovery[] =
    bytes === undefined ? [] : JSON.parse(new TextDecoder().decode(bytes));
  const key = ({ frame, cause }: ExpectedRecovery) => `${frame} ${cause}`;
  const wanted = new Set(expected.map(key));
  const arrived = new Set(recoveries.map(key));
  return (
    [...wanted].filter((one) => !arrived.has(one)).length +
    [...arrived].filter((one) => !wanted.has(one)).length
  );
}

/** The device's sound in time with the recording that was played, [length]. */
export function cleanedSound(
  outputs: readonly Uint8Array[],
  { delaySamples }: HearableManifest,
  length: number,
): Int16Array {
  return samplesOf(outputs.map(hopOfBytes), length, delaySamples);
}
