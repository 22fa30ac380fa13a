/**
 * Decides how the builds of a challenge look side by side: one bar each, baseline, steps and goal told apart.
 * The numbers are left to analyze/challenge.
 */
import type { ChallengeDocument } from "../analyze/challenge/document.ts";
import type { Measurement } from "../analyze/challenge/measurement.ts";
import { formatNumber, KIND_MARK } from "./format.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, linearScale, roundTicks } from "./svg.ts";

const WIDTH = 760;
const LEFT = 250;
const RIGHT = WIDTH - 130;
const ROW = 26;
const TOP = 26;

/** The baseline, every step of the log, and the line at which the goal is met. */
export function challengePicture(document: ChallengeDocument): Picture {
  const start = document.baseline.measurement.counters.cost;
  const bars = [
    { name: document.baseline.measurement.name, cost: start.value, colour: "tp-quiet" },
    ...document.log.map(({ change, after }) => ({
      name: change,
      cost: after,
      colour: "tp-main",
    })),
  ];
  const goal = start.value * (1 - document.verdict.goal);
  const x = linearScale([0, start.value], [LEFT, RIGHT]);
  const rows = bars.map(({ name, cost, colour }, index) => {
    const top = TOP + index * ROW;
    return `<text x="${LEFT - 10}" y="${top + 15}" text-anchor="end">${escapeXml(name)}</text>
<rect class="${colour}" x="${LEFT}" y="${top + 3}" width="${at(Math.max(1, x(cost) - LEFT))}" height="${ROW - 8}" rx="3"/>
<text class="tp-note" x="${at(x(cost) + 8)}" y="${top + 16}">${KIND_MARK[start.kind]} ${formatNumber(cost)}</text>`;
  });
  const bottom = TOP + bars.length * ROW;
  return {
    id: "challenge",
    title: "Cost of a frame after each step",
    description: bars
      .map(({ name, cost }) => `${name}: ${formatNumber(cost)} ${start.unit}s.`)
      .join(" "),
    width: WIDTH,
    height: bottom + 10,
    body: `${rows.join("\n")}
<path class="tp-limit" d="M${at(x(goal))} ${TOP - 8}V${bottom}"/>
<text class="tp-note" x="${at(x(goal))}" y="${TOP - 12}" text-anchor="middle">goal ${formatNumber(goal)}</text>`,
  };
}

/** Cost against flash of every build that counts, the optimised one marked. */
export function tradePicture(document: ChallengeDocument): Picture | null {
  const builds = document.rows.filter(
    (row): row is Measurement => row.state === "measured" && row.memory.flashBytes !== null,
  );
  if (builds.length < 2) return null;
  const best = document.optimised.measurement.id;
  const { unit } = document.baseline.measurement.counters.cost;
  const costOf = ({ counters }: Measurement): number => counters.cost.value;
  const flashOf = ({ memory }: Measurement): number => memory.flashBytes ?? 0;
  const bottom = 250;
  const x = linearScale(padded(builds.map(flashOf)), [80, WIDTH - 30]);
  const y = linearScale([0, Math.max(...builds.map(costOf)) * 1.08], [bottom, 16]);
  const frame = axes(
    { scale: x, ticks: roundTicks(x.domain), label: "flash [B]", format: formatNumber },
    { scale: y, ticks: roundTicks(y.domain), label: `${unit}s a frame`, format: formatNumber },
  );
  const dots = builds.map((build) => {
    const own = build.id === best;
    const label = own
      ? `<text class="tp-strong" x="${at(x(flashOf(build)) + 9)}" y="${at(y(costOf(build)) + 4)}">${escapeXml(build.name)}</text>`
      : "";
    return `<circle class="${own ? "tp-good" : "tp-main"}" cx="${at(x(flashOf(build)))}" cy="${at(y(costOf(build)))}" r="${own ? 6 : 4}"><title>${escapeXml(`${build.name}: ${formatNumber(costOf(build))} ${unit}s, ${formatNumber(flashOf(build))} B`)}</title></circle>${label}`;
  });
  return {
    id: "trade",
    title: "Cost and flash of every build",
    description: builds
      .map(
        (build) =>
          `${build.name}: ${formatNumber(costOf(build))} ${unit}s, ${formatNumber(flashOf(build))} bytes.`,
      )
      .join(" "),
    width: WIDTH,
    height: bottom + 50,
    body: [frame, ...dots].join("\n"),
  };
}

/** The range of the values with a tenth of it on both sides. */
function padded(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || high) / 10;
  return [low - margin, high + margin];
}
