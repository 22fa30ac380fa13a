/**
 * Decides how sizes look against each other: quality, or work where none is known, over energy; budgets as lines.
 * What they cost and which is chosen is the analyzer's.
 */
import type { SizeLimits } from "../analyze/sizing/candidate.ts";
import type { JudgedSize } from "../analyze/sizing/judge.ts";
import { formatNumber, formatTick } from "./format.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, linearScale, logScale, logTicks, roundTicks } from "./svg.ts";

const WIDTH = 760;
const HEIGHT = 400;
const LEFT = 82;
const RIGHT = WIDTH - 30;
const TOP = 26;
const BOTTOM = HEIGHT - 56;
/** Room for the points at the ends of an axis. */
const MARGIN = 1.3;

export interface SizePicture {
  readonly board: string;
  readonly model: string;
  readonly sizes: readonly JudgedSize[];
  readonly limits: SizeLimits;
  readonly periodMs: number;
  /** Computing [mW]: turns a deadline into energy. */
  readonly activeMw: number;
  readonly sleepMw: number;
  /** The sentence. */
  readonly why: string;
}

interface Point {
  readonly size: JudgedSize;
  /** Of a whole period, sleep included [uJ]. */
  readonly uj: number;
  readonly worth: number;
}

/** Null where no size has a power. */
export function sizePicture(request: SizePicture): Picture | null {
  const { sizes, limits, periodMs, activeMw, sleepMw } = request;
  const known = sizes.filter(({ powerMw }) => powerMw !== null);
  const byQuality = known.some(({ quality }) => quality !== null);
  const points = known.flatMap((size): readonly Point[] => {
    const worth = byQuality ? (size.quality?.value ?? null) : size.macs;
    if (worth === null || size.latencyMs === null || size.powerMw === null) return [];
    // Work longer than a period runs back to back.
    return [{ size, uj: size.powerMw * Math.max(periodMs, size.latencyMs), worth }];
  });
  if (points.length < 2) return null;
  const deadlineUj =
    activeMw * limits.latencyMs + sleepMw * Math.max(0, periodMs - limits.latencyMs);
  const budgets = [
    ...(limits.powerMw === null
      ? []
      : [{ uj: limits.powerMw * periodMs, text: `${formatNumber(limits.powerMw)} mW` }]),
    { uj: deadlineUj, text: `${formatNumber(limits.latencyMs)} ms` },
  ];
  const energies = points.map(({ uj }) => uj);
  const [least, most] = [Math.min(...energies), Math.max(...energies)];
  const drawn = budgets.filter(({ uj }) => uj > least / 4 && uj < most * 4);
  const all = [...energies, ...drawn.map(({ uj }) => uj)];
  const x = logScale([Math.min(...all) / MARGIN, Math.max(...all) * MARGIN], [LEFT, RIGHT]);
  const worths = points.map(({ worth }) => worth);
  const span = Math.max(...worths) - Math.min(...worths) || 1;
  const low = byQuality ? Math.min(...worths) - span / 6 : 0;
  const y = linearScale([low, Math.max(...worths) + span / 6], [BOTTOM, TOP]);
  const unit = points.find(({ size }) => size.quality !== null)?.size.quality;
  const body = [
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
        label: "energy of a frame's period, sleep included [µJ] (modelled)",
        format: formatTick,
      },
      {
        scale: y,
        ticks: roundTicks(y.domain),
        label: unit ? `${unit.metric} [${unit.unit}]` : "multiply-accumulates a frame",
        format: formatTick,
      },
    ),
    ...drawn.map(({ uj, text }) => budgetLine(x(uj), text)),
    frontLine(points, x, y),
    ...dots(points, x, y),
  ].join("\n");
  return {
    id: "hidden-size",
    title: `Hidden sizes of ${request.model} on ${request.board}`,
    description: request.why,
    width: WIDTH,
    height: HEIGHT,
    body,
  };
}

function budgetLine(px: number, text: string): string {
  return `<path class="tp-ceiling" d="M${at(px)} ${TOP}V${BOTTOM}"/><text class="tp-note tp-halo" x="${at(px - 4)}" y="${TOP - 8}" text-anchor="end">${escapeXml(text)}</text>`;
}

/** Through the sizes that no other beats: each with more worth than all of less energy. */
function frontLine(
  points: readonly Point[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  let best = Number.NEGATIVE_INFINITY;
  const front = [...points]
    .sort((a, b) => a.uj - b.uj || b.worth - a.worth)
    .filter(({ worth }) => {
      if (worth <= best) return false;
      best = worth;
      return true;
    });
  const path = front.map(({ uj, worth }) => `${at(x(uj))} ${at(y(worth))}`);
  return `<path class="tp-line" d="M${path.join("L")}"/>`;
}

const CLASSES = {
  chosen: "tp-good",
  fits: "tp-main",
  dominated: "tp-quiet",
  over: "tp-bad",
  unknown: "tp-quiet",
} as const;

/** More small dots than this lie over each other: of those in one place the first is drawn, which is the best. */
const MOST_DOTS = 1000;
/** Side of a place [px]. */
const PLACE = 3;

function dots(
  points: readonly Point[],
  x: (value: number) => number,
  y: (value: number) => number,
): readonly string[] {
  if (points.length <= MOST_DOTS) {
    return points.map((point) => dot(point, x(point.uj), y(point.worth)));
  }
  const taken = new Set<number>();
  return points.flatMap((point) => {
    const [px, py] = [x(point.uj), y(point.worth)];
    const place = Math.round(px / PLACE) * HEIGHT + Math.round(py / PLACE);
    if (taken.has(place) && !isNamed(point.size)) return [];
    taken.add(place);
    return [dot(point, px, py)];
  });
}

/** The chosen size and those that were trained. */
function isNamed({ verdict, quality, method }: JudgedSize): boolean {
  return verdict === "chosen" || (quality?.kind === "measured" && method !== "pad");
}

function dot({ size, worth }: Point, px: number, py: number): string {
  const { hiddenSizes, verdict, quality, powerMw, leftOut } = size;
  const named = isNamed(size);
  const units = hiddenSizes.join(", ");
  const name = leftOut === undefined ? units : `${units} ${leftOut.option}`;
  const radius = verdict === "chosen" ? 7 : named ? 4.5 : 2;
  const words = `${name}: ${formatNumber(powerMw ?? 0)} mW, ${formatNumber(worth)} ${quality?.unit ?? "MACs"}, ${verdict}`;
  const label = named
    ? `<text class="tp-note tp-halo${verdict === "chosen" ? " tp-strong" : ""}" x="${at(px)}" y="${at(py - radius - 4)}" text-anchor="middle">${escapeXml(name)}</text>`
    : "";
  return `<g><circle class="${CLASSES[verdict]}" cx="${at(px)}" cy="${at(py)}" r="${radius}"/>${label}<title>${escapeXml(words)}</title></g>`;
}
