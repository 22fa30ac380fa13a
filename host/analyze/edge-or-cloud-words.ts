/**
 * Decides how the question "on the wearable or elsewhere" is answered in sentences.
 * The numbers are left to edge-or-cloud.ts.
 */
import type { BreakEvenBatch, NetworkReach } from "./break-even.ts";
import type { OffloadAnswer } from "./edge-or-cloud.ts";
import { least } from "./least.ts";
import type { Workload } from "./machine-record.ts";
import type { Place } from "./places.ts";
import { digits } from "./wording.ts";

/** The network that is nothing but fibre (platforms/networks.json). */
const LIGHT_ALONE = "fiber";

type Numbers = Omit<OffloadAnswer, "words">;

/** One sentence each: latency, energy, break-even work, cost, batch, distance, privacy, and what decides. */
export function answerInWords(numbers: Numbers, workload: Workload): readonly string[] {
  const [own] = numbers.places;
  const elsewhere = numbers.places.filter(({ where }) => where !== "on the wearable");
  if (own === undefined) return [];
  return [
    ...latencyWords(own, elsewhere, numbers.deadlineMs),
    ...energyWords(own, elsewhere[0]),
    ...workWords(numbers, workload),
    ...costWords(elsewhere),
    ...batchWords(numbers.breakEven.batches),
    ...distanceWords(numbers),
    ...privacyWords(numbers, elsewhere[0]),
    verdict(own, elsewhere),
  ];
}

function latencyWords(
  own: Place,
  elsewhere: readonly Place[],
  deadlineMs: number,
): readonly string[] {
  const nearest = least(elsewhere, ({ p99Ms }) => p99Ms?.value ?? null);
  const here =
    own.p99Ms === null
      ? "the wearable's time is not known"
      : `the wearable needs ${digits(own.p99Ms.value)} ms at P99`;
  const there =
    nearest === null || nearest.p99Ms === null
      ? ""
      : `, the quickest place elsewhere (${nearest.name}) ${digits(nearest.p99Ms.value)} ms, a typical way there and back alone ${digits(nearest.wayMs?.value ?? 0)} ms`;
  return [`Latency: of ${digits(deadlineMs)} ms ${here}${there}.`];
}

function energyWords(own: Place, other: Place | undefined): readonly string[] {
  const sending = other?.wearableUj ?? null;
  if (own.wearableUj === null || sending === null) return [];
  const [, most] = sending.interval ?? [];
  const range = most === undefined ? "" : ` (up to ${digits(most)} µJ)`;
  const ratio = sending.value / own.wearableUj.value;
  return [
    `Energy on the wearable: computing a frame takes ${digits(own.wearableUj.value)} µJ, sending it and receiving the answer ${digits(sending.value)} µJ${range}, ${ratio >= 1 ? `${digits(ratio)} times as much` : `only ${digits(ratio * 100)} % of it`}.`,
  ];
}

function workWords({ breakEven }: Numbers, { ops }: Workload): readonly string[] {
  if (breakEven.macs === null || ops === null) return [];
  const macs = ops.value / 2;
  const even = breakEven.macs.value;
  return [
    `Break-even work: the radio pays above ${Math.round(even)} MAC a frame; this model has ${macs}, so energy favours ${macs > even ? "the radio" : "the wearable"}.`,
  ];
}

function costWords(elsewhere: readonly Place[]): readonly string[] {
  const cheapest = least(elsewhere, (place) => place.usdPerMillionFrames?.value ?? null);
  const cost = cheapest?.usdPerMillionFrames ?? null;
  if (cheapest === null || cost === null) return [];
  return [
    `Cost: a million frames cost ${digits(cost.value)} USD on the cheapest platform (${cheapest.name}: rent with one stream a call and every moment used, and the answers' way out), and nothing on the wearable.`,
  ];
}

function batchWords(batches: readonly BreakEvenBatch[]): readonly string[] {
  const energy = batches.filter(({ metric }) => metric === "energy");
  if (energy.length === 0) return [];
  const paying = energy.filter(({ call }) => call !== null);
  const first = least(paying, ({ call }) => call?.batch ?? null);
  return [
    first === null
      ? `Break-even batch: no number of streams in one call brings a platform's energy a frame down to the wearable's (${energy[0]?.platform}: ${energy[0]?.why}).`
      : `Break-even batch: ${first.call?.batch} streams must share a call until a platform (${first.platform}) spends no more energy a frame than the wearable: ${first.why}.`,
  ];
}

/** Over the network that was chosen, and by light alone: what no network can beat. */
function distanceWords({ breakEven, transport }: Numbers): readonly string[] {
  const chosen = breakEven.reach.find(({ network }) => network === transport.network);
  const light = breakEven.reach.find(({ network }) => network === LIGHT_ALONE);
  if (chosen === undefined) return [];
  const far = ({ distance }: NetworkReach) =>
    distance.km === null ? "none" : `${digits(distance.km.value)} km`;
  const floor =
    light === undefined || light === chosen
      ? ""
      : `; by light in glass alone, without a radio or a router, ${far(light)}`;
  return [
    `Break-even distance: ${far(chosen)} at P99 by ${chosen.name}; ${chosen.distance.why}${floor}.`,
  ];
}

function privacyWords({ privacy }: Numbers, other: Place | undefined): readonly string[] {
  if (other === undefined) return [];
  const megabytesPerHour = (other.leaves.value * 3600) / 1e6;
  return [
    `Privacy: elsewhere, what leaves is ${privacy}, ${digits(megabytesPerHour)} MB an hour; on the wearable nothing leaves.`,
  ];
}

/** The deadline comes first: energy only chooses among places that are in time. */
function verdict(own: Place, elsewhere: readonly Place[]): string {
  const inTime = elsewhere.filter(({ inTime }) => inTime === "yes");
  const atBest = elsewhere.filter(({ inTime }) => inTime === "at best");
  if (own.inTime === null) return "Answer: none without the wearable's own time.";
  if (inTime.length === 0) {
    const perhaps =
      atBest.length === 0
        ? "no place elsewhere is in time"
        : `elsewhere is in time only at best (${names(atBest)})`;
    return own.inTime === "yes"
      ? `Answer: on the wearable; ${perhaps}, so the deadline decides, whatever the energy.`
      : `Answer: nowhere for certain; the wearable is late, and ${perhaps}.`;
  }
  if (own.inTime === "no") return `Answer: elsewhere (${names(inTime)}); the wearable is late.`;
  const cheapest = least([own, ...inTime], ({ wearableUj }) => wearableUj?.value ?? null);
  return cheapest === null || cheapest === own
    ? "Answer: on the wearable; others are in time too, but cost it no less energy, and the wearer's privacy."
    : `Answer: by energy elsewhere (${cheapest.name}), by privacy on the wearable; both are in time.`;
}

function names(places: readonly Place[]): string {
  return places.map(({ name }) => name).join(", ");
}
