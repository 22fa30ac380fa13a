/**
 * Decides how the buyer's case looks: the roofs of both systems, and what each allows the student's model.
 * The numbers are left to analyze/buyers-case.ts.
 */
import type { BuyersCase } from "../analyze/buyers-case.ts";
import { formatTick, formatTickValue, formatValue } from "./format.ts";
import { lineLabels } from "./line-labels.ts";
import { kindShape } from "./machines-roofline-svg.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";

const WIDTH = 760;
const HEIGHT = 380;
const LEFT = 82;
const RIGHT = WIDTH - 212;
const TOP = 18;
const BOTTOM = HEIGHT - 54;

/** A and B in one roofline. */
export function buyersPicture({ workload, intensity, runs, evenAt, words }: BuyersCase): Picture {
  const across = [intensity, ...runs.map(({ ridgePoint }) => ridgePoint)].map(({ value }) => value);
  const up = runs.flatMap(({ attainable, system }) => [attainable.value, system.peak.value]);
  const x = logScale([Math.min(...across) / 10, Math.max(...across) * 4], [LEFT, RIGHT]);
  const y = logScale([Math.min(...up) / 4, Math.max(...up) * 2], [BOTTOM, TOP]);
  const roofs = runs.map(({ system, ridgePoint }, index) => {
    const [low] = x.domain;
    const start = Math.max(low, y.domain[0] / system.bandwidth.value);
    return `<path class="tp-machine-line tp-m${index}" d="M${at(x(start))} ${at(y(start * system.bandwidth.value))}L${at(x(ridgePoint.value))} ${at(y(system.peak.value))}H${RIGHT}"/>`;
  });
  const dots = runs.map(
    ({ attainable, system }, index) =>
      `<g>${kindShape(attainable.kind, x(intensity.value), y(attainable.value), index)}<title>${escapeXml(`${workload} on ${system.name}: ${formatValue(attainable.value, attainable.unit)}`)}</title></g>
<text class="tp-strong tp-halo" x="${at(x(intensity.value) + (index === 0 ? 12 : -12))}" y="${at(y(attainable.value) + (index === 0 ? 14 : -8))}" text-anchor="${index === 0 ? "start" : "end"}">${index === 0 ? "A" : "B"} ${escapeXml(formatValue(attainable.value, attainable.unit))}</text>`,
  );
  const labels = runs.map(({ system }, index) => ({
    name: system.name,
    note: `${formatValue(system.peak.value, "op/s")}, ${formatValue(system.bandwidth.value, "byte/s")}`,
    colour: `tp-t${index}`,
    lineY: y(system.peak.value),
  }));
  const crossing =
    evenAt === null
      ? ""
      : `<path class="tp-drop" d="M${at(x(evenAt.value))} ${TOP}V${BOTTOM}"/><text class="tp-note tp-halo" x="${at(x(evenAt.value) + 5)}" y="${BOTTOM - 8}">even at ${escapeXml(formatValue(evenAt.value, evenAt.unit))}</text>`;
  return {
    id: "buyers-case-roofline",
    title: `Roofs of both systems, and ${workload}`,
    description: words.join(" "),
    width: WIDTH,
    height: HEIGHT,
    body: [
      axes(
        {
          scale: x,
          ticks: logTicks(x.domain),
          label: "arithmetic intensity [op/byte]",
          format: formatTick,
        },
        {
          scale: y,
          ticks: logTicks(y.domain),
          label: "rate",
          format: (value) => formatTickValue(value, "op/s"),
        },
      ),
      crossing,
      `<path class="tp-drop" d="M${at(x(intensity.value))} ${TOP}V${BOTTOM}"/><text class="tp-note tp-halo" x="${at(x(intensity.value) + 5)}" y="${TOP + 10}">${escapeXml(workload)}</text>`,
      ...roofs,
      ...dots,
      ...lineLabels(labels, RIGHT, [TOP, BOTTOM]),
    ].join("\n"),
  };
}
