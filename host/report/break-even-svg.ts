/**
 * Decides how break-even points look: energy a frame over the streams of a call, delay over the distance of a server.
 * Where they lie is left to the analyzer.
 */
import type { BatchCurve, NetworkReach } from "../analyze/break-even.ts";
import type { OffloadAnswer } from "../analyze/edge-or-cloud.ts";
import { lightRoundTripMs } from "../analyze/network.ts";
import { formatNumber, formatTick, formatValue } from "./format.ts";
import { lineLabels } from "./line-labels.ts";
import { MACHINE_STYLES } from "./machine-style.ts";
import { kindShape } from "./machines-roofline-svg.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";

const WIDTH = 760;
const HEIGHT = 380;
const LEFT = 82;
const RIGHT = WIDTH - 212;
const TOP = 18;
const BOTTOM = HEIGHT - 54;
const LONGEST_NAME = 25;
/** Distances drawn [km]; half of the earth's girth is the farthest there is. */
const DISTANCES = [1, 20_000] as const;

/** Null without a wearable's energy, or without a platform. */
export function batchPicture({ places, breakEven }: OffloadAnswer): Picture | null {
  const [own] = places;
  const limit = own?.wearableUj ?? null;
  const { curves } = breakEven;
  if (own === undefined || limit === null || !(limit.value > 0) || curves.length === 0) return null;
  const all = [limit.value, ...curves.flatMap(({ frameUj }) => frameUj)];
  const most = Math.max(...curves.flatMap(({ batches }) => batches));
  const x = logScale([1, most], [LEFT, RIGHT]);
  const y = logScale([Math.min(...all) / 1.6, Math.max(...all) * 1.6], [BOTTOM, TOP]);
  const even = (curve: BatchCurve) =>
    breakEven.batches.find(
      ({ platform, metric }) => platform === curve.platform && metric === "energy",
    )?.call?.batch ?? null;
  // As in the table of places.
  const styleOf = (curve: BatchCurve) =>
    Math.max(
      0,
      places.findIndex(({ id }) => id === curve.platform),
    ) % MACHINE_STYLES;
  const lines = curves.map((curve) => {
    const style = styleOf(curve);
    const points = curve.batches.map(
      (batch, step) => `${at(x(batch))} ${at(y(curve.frameUj[step] ?? limit.value))}`,
    );
    const batch = even(curve);
    const mark =
      batch === null || batch > most
        ? ""
        : `<g>${kindShape(curve.kind, x(batch), y(limit.value), style)}<title>${escapeXml(`${curve.name}: ${formatNumber(batch)} streams`)}</title></g>`;
    return { line: `<path class="tp-machine-line tp-m${style}" d="M${points.join("L")}"/>`, mark };
  });
  const labels = curves.map((curve) => {
    const batch = even(curve);
    return {
      name: short(curve.name),
      note: batch === null ? "never breaks even" : `even at ${formatNumber(batch)} streams`,
      colour: `tp-t${styleOf(curve)}`,
      lineY: y(curve.frameUj.at(-1) ?? limit.value),
    };
  });
  const body = [
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
        label: "streams that share a call",
        format: formatTick,
      },
      {
        scale: y,
        ticks: logTicks(y.domain),
        label: "energy a frame [µJ]",
        format: formatTick,
      },
    ),
    ceiling(y(limit.value), `${own.name}: ${formatValue(limit.value, limit.unit)}`, "right"),
    ...lines.map(({ line }) => line),
    ...lines.map(({ mark }) => mark),
    ...lineLabels(labels, RIGHT, [TOP, BOTTOM]),
  ].join("\n");
  const words = labels.map(({ name, note }) => `${name} ${note}`);
  return {
    id: "break-even-batch",
    title: "Energy a frame over the streams that share a call",
    description: `Against the wearable's ${formatValue(limit.value, limit.unit)}: ${words.join("; ")}.`,
    width: WIDTH,
    height: HEIGHT,
    body,
  };
}

/** Null without a platform whose time is known. */
export function distancePicture({
  breakEven,
  deadlineMs,
  transport,
}: OffloadAnswer): Picture | null {
  const { reach } = breakEven;
  if (reach.length === 0) return null;
  const lightMs = (km: number) => lightRoundTripMs(km).value;
  const all = [
    deadlineMs,
    ...reach.flatMap(({ nearMs }) => [nearMs.value, ...(nearMs.interval ?? [])]),
  ];
  const x = logScale(DISTANCES, [LEFT, RIGHT]);
  const y = logScale(
    [Math.min(...all.filter((ms) => ms > 0)) / 1.6, Math.max(...all, lightMs(DISTANCES[1])) * 1.6],
    [BOTTOM, TOP],
  );
  const steps = Array.from({ length: 49 }, (_, step) => DISTANCES[1] ** (step / 48));
  const curve = (nearMs: number) =>
    steps.map((km) => `${at(x(km))} ${at(y(Math.max(nearMs + lightMs(km), y.domain[0])))}`);
  const chosen = reach.find(({ network }) => network === transport.network);
  const lines = reach.map(({ nearMs, distance, name }, index) => {
    const style = index % MACHINE_STYLES;
    const km = distance.km?.value ?? null;
    const drawn = km !== null && km >= DISTANCES[0] && km <= DISTANCES[1];
    return {
      line: `<path class="tp-machine-line tp-m${style}" d="M${curve(nearMs.value).join("L")}"/>`,
      mark: drawn
        ? `<g>${kindShape(nearMs.kind, x(km), y(deadlineMs), style)}<title>${escapeXml(`${name}: ${formatValue(km, "km")}`)}</title></g>`
        : "",
    };
  });
  const labels = reach.map((each, index) => ({
    name: each.network === transport.network ? `${each.network} (chosen)` : each.network,
    note: reachNote(each),
    colour: `tp-t${index % MACHINE_STYLES}`,
    lineY: y(each.nearMs.value + lightMs(DISTANCES[1])),
  }));
  const body = [
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
        label: "fibre between a region nearby and the server [km]",
        format: formatTick,
      },
      { scale: y, ticks: logTicks(y.domain), label: "P99 of a frame [ms]", format: formatTick },
    ),
    chosen === undefined ? "" : band(chosen, curve),
    ceiling(y(deadlineMs), `deadline ${formatValue(deadlineMs, "ms")}`, "left"),
    ...lines.map(({ line }) => line),
    ...lines.map(({ mark }) => mark),
    ...lineLabels(labels, RIGHT, [TOP, BOTTOM]),
  ].join("\n");
  return {
    id: "break-even-distance",
    title: "P99 of a frame over the distance of the server",
    description: `Deadline ${formatValue(deadlineMs, "ms")}: ${reach.map((each) => `${each.name} ${reachNote(each)}`).join("; ")}.`,
    width: WIDTH,
    height: HEIGHT,
    body,
  };
}

function reachNote({ distance, nearMs }: NetworkReach): string {
  return distance.km === null
    ? `${formatValue(nearMs.value, "ms")} nearby: too late`
    : `in time up to ${formatValue(distance.km.value, "km")}`;
}

function band({ nearMs }: NetworkReach, curve: (nearMs: number) => readonly string[]): string {
  const [low, high] = nearMs.interval ?? [];
  if (low === undefined || high === undefined) return "";
  return `<path class="tp-soft" d="M${curve(low).join("L")}L${curve(high).toReversed().join("L")}Z"/>`;
}

/** A limit across the plot, named where no line crosses it. */
function ceiling(y: number, text: string, side: "left" | "right"): string {
  const [x, anchor] = side === "left" ? [LEFT + 6, "start"] : [RIGHT - 4, "end"];
  return `<path class="tp-ceiling" d="M${LEFT} ${at(y)}H${RIGHT}"/><text class="tp-note tp-halo" x="${x}" y="${at(y - 5)}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

function short(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
