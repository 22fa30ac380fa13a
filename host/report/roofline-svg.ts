/**
 * Decides how a roofline looks: roofs, ceilings, ridge points, dots and arrows of what-ifs on two log axes.
 * Which roofs there are and which one binds is left to the analyzer.
 */
import type { Dot, Roof, RooflineDocument } from "../analyze/board-roofline.ts";
import { whatIfArrows } from "./arrows-svg.ts";
import { formatNumber, formatTick, formatTickValue, formatValue, KIND_MARK } from "./format.ts";
import { LabelSpace, spread } from "./label-space.ts";
import type { Picture, Scale } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";
import { uprightWhisker } from "./whisker-svg.ts";

const WIDTH = 760;
const HEIGHT = 470;
const LEFT = 96;
const RIGHT = WIDTH - 172;
/** Two lines a roof right of the plot. */
const LABEL_HEIGHT = 27;
const TOP = 22;
const BOTTOM = HEIGHT - 54;

/** A roofline of one run on one board. */
export function rooflinePicture(roofline: RooflineDocument, subject: string): Picture {
  const { x, y } = scalesOf(roofline);
  const memories = grouped(roofline.roofs.filter((roof) => roof.limits === "memory"));
  const flat = roofline.roofs.filter((roof) => roof.limits !== "memory");
  const computes = flat.filter((roof) => roof.limits === "compute");
  const peak = Math.max(...computes.map((roof) => roof.peak.value));
  const labels = new LabelSpace(LEFT, RIGHT, TOP, BOTTOM);
  const marks = [
    ...memories.map((roof) => ridge(peak / roof.peak.value, y(peak), x, labels)),
    dots(roofline, x, y, labels),
    whatIfArrows(roofline.whatIfs, x, y, labels),
  ];
  const body = [
    underRoof(memories[0], peak, x, y),
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
        label: "arithmetic intensity [op/byte], at the memory that holds the weights",
        format: formatTick,
      },
      {
        scale: y,
        ticks: logTicks(y.domain),
        label: `rate [${roofline.rateUnit}]`,
        format: (value) => formatTickValue(value, roofline.rateUnit),
      },
    ),
    sides(roofline.ridgePoint.value, y(peak), x),
    ...memories.map((roof, index) => memoryRoof(roof, peak, index, x, y)),
    ...flat.map((roof) => flatRoof(roof, roof.peak.value === peak, memories, x, y)),
    flatLabels(flat, y),
    ...marks,
  ].join("\n");
  return {
    id: "roofline",
    title: `Roofline of ${subject}`,
    description: `${roofline.bound}-bound by ${roofline.roof}. ${roofline.explanation}. ${roofline.dots.map(inWords).join("; ")}.`,
    width: WIDTH,
    height: HEIGHT,
    body,
  };
}

/** Memories of one bandwidth are one line with both names. */
function grouped(memories: readonly Roof[]): readonly Roof[] {
  const byPeak = new Map<number, Roof>();
  for (const roof of memories) {
    const same = byPeak.get(roof.peak.value);
    byPeak.set(
      roof.peak.value,
      same === undefined ? roof : { ...same, name: `${same.name} = ${roof.name}` },
    );
  }
  return [...byPeak.values()];
}

function scalesOf(roofline: RooflineDocument): { readonly x: Scale; readonly y: Scale } {
  const intensities = [
    roofline.ridgePoint.value,
    ...roofline.dots.map((dot) => dot.arithmeticIntensity.value),
    ...roofline.whatIfs.map(({ to }) => to.arithmeticIntensity / 4),
  ];
  const operations = roofline.roofs.filter((roof) => roof.limits !== "memory");
  const rates = [
    ...operations.map((roof) => roof.peak.value),
    ...roofline.dots.map((dot) => dot.rate.value),
    ...roofline.whatIfs.map(({ to }) => to.attainable),
  ];
  const low = roundOutwards(Math.min(...intensities) / 12, "down");
  const high = roundOutwards(Math.max(...intensities) * 6, "up");
  const least = Math.min(...rates);
  return {
    x: logScale([low, high], [LEFT, RIGHT]),
    y: logScale([roundOutwards(least / 5, "down"), Math.max(...rates) * 2.2], [BOTTOM, TOP]),
  };
}

/** The next 1, 2 or 5 times a power of ten below or above a value. */
function roundOutwards(value: number, direction: "down" | "up"): number {
  const power = Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10].map((factor) => Number(`${factor}e${power}`));
  const beyond =
    direction === "up"
      ? steps.find((step) => step >= value)
      : steps.findLast((step) => step <= value);
  return beyond ?? value;
}

/** The area under the lowest memory roof and the peak: where runs can lie. */
function underRoof(roof: Roof | undefined, peak: number, x: Scale, y: Scale): string {
  if (roof === undefined) return "";
  const { startX, startY } = entry(roof.peak.value, x, y);
  const ridgeX = x(peak / roof.peak.value);
  return `<path class="tp-under" d="M${at(startX)} ${at(BOTTOM)}V${at(startY)}L${at(ridgeX)} ${at(y(peak))}H${at(RIGHT)}V${at(BOTTOM)}Z"/>`;
}

/** Where the line rate = intensity x bandwidth enters the plot: at its left edge or its bottom. */
function entry(bandwidth: number, x: Scale, y: Scale): { startX: number; startY: number } {
  const [lowX] = x.domain;
  const [lowY] = y.domain;
  return lowX * bandwidth >= lowY
    ? { startX: LEFT, startY: y(lowX * bandwidth) }
    : { startX: x(lowY / bandwidth), startY: BOTTOM };
}

function memoryRoof(roof: Roof, peak: number, index: number, x: Scale, y: Scale): string {
  const main = index === 0;
  const { startX, startY } = entry(roof.peak.value, x, y);
  const endX = x(peak / roof.peak.value);
  const endY = y(peak);
  const line = `<path class="${main ? "tp-roof" : "tp-thin"}" d="M${at(startX)} ${at(startY)}L${at(endX)} ${at(endY)}"/>`;
  const angle = (Math.atan2(endY - startY, endX - startX) * 180) / Math.PI;
  // The roof of the weights is named below its line, the others above, each a little further along.
  const along = main ? 0.3 : 0.34 + 0.12 * ((index - 1) % 3);
  const middleX = startX + (endX - startX) * along;
  const middleY = startY + (endY - startY) * along;
  const shift = main ? 16 : -7;
  return `${line}\n<text class="tp-note tp-halo" text-anchor="middle" transform="translate(${at(middleX)} ${at(middleY)}) rotate(${at(angle)})" y="${shift}">${escapeXml(`${roof.name}, ${formatValue(roof.peak.value, roof.peak.unit)} ${KIND_MARK[roof.peak.kind]} ${roof.peak.kind}`)}</text>`;
}

/** A rate of arithmetic, or dashed what instruction issue allows. */
function flatRoof(
  roof: Roof,
  main: boolean,
  memories: readonly Roof[],
  x: Scale,
  y: Scale,
): string {
  const look = roof.limits === "issue" ? "tp-ceiling" : main ? "tp-roof" : "tp-thin";
  return `<path class="${look}" d="M${at(meeting(roof, memories, x))} ${at(y(roof.peak.value))}H${at(RIGHT)}"/>`;
}

/** Names and rates right of the plot, pushed apart where roofs are close, each led to its line. */
function flatLabels(roofs: readonly Roof[], y: Scale): string {
  const lines = roofs.map((roof) => y(roof.peak.value));
  const places = spread(lines, LABEL_HEIGHT, TOP + 6, BOTTOM - 14);
  return roofs
    .map((roof, index) => {
      const labelY = places[index] ?? 0;
      const warm = roof.limits === "issue" ? " tp-warm" : "";
      const name = roof.limits === "issue" ? "issue ceiling" : roof.name;
      return `<path class="tp-lead" d="M${RIGHT} ${at(lines[index] ?? 0)}L${RIGHT + 10} ${at(labelY)}"/>
<text class="tp-strong tp-small${warm}" x="${RIGHT + 14}" y="${at(labelY + 2)}">${escapeXml(name)}</text>
<text class="tp-note" x="${RIGHT + 14}" y="${at(labelY + 14)}">${escapeXml(formatValue(roof.peak.value, roof.peak.unit))} ${KIND_MARK[roof.peak.kind]} ${roof.peak.kind}</text>`;
    })
    .join("\n");
}

/** Where a horizontal roof meets the memory roof of the weights, inside the plot. */
function meeting(roof: Roof, memories: readonly Roof[], x: Scale): number {
  const weights = memories[0];
  return weights === undefined ? LEFT : Math.max(LEFT, x(roof.peak.value / weights.peak.value));
}

function sides(ridgePoint: number, peakY: number, x: Scale): string {
  const px = x(ridgePoint);
  const line = `<path class="tp-drop" d="M${at(px)} ${at(peakY)}V${at(BOTTOM)}"/>`;
  return `${line}
<text class="tp-note" x="${at(px - 10)}" y="${at(BOTTOM - 9)}" text-anchor="end">memory-bound ←</text>
<text class="tp-note" x="${at(px + 10)}" y="${at(BOTTOM - 9)}">→ compute-bound</text>`;
}

function ridge(ridgePoint: number, peakY: number, x: Scale, labels: LabelSpace): string {
  const px = x(ridgePoint);
  const text = `ridge ${formatTick(Number(ridgePoint.toPrecision(3)))}`;
  labels.mark(px, peakY, 4);
  const place = labels.place(px, peakY, text, { above: true });
  return `<circle class="tp-main" cx="${at(px)}" cy="${at(peakY)}" r="3.5"/>
<text class="tp-note tp-halo" x="${at(place.x)}" y="${at(place.y)}" text-anchor="${place.anchor}">${escapeXml(text)}</text>`;
}

function inWords({ name, rate, arithmeticIntensity: intensity }: Dot): string {
  return `${name}: ${formatValue(rate.value, rate.unit)} at ${formatNumber(intensity.value)} op/byte, ${rate.kind}`;
}

/** The run as a filled dot below its roof, its kernels as rings. */
function dots(roofline: RooflineDocument, x: Scale, y: Scale, labels: LabelSpace): string {
  const placed = roofline.dots.map((dot) => ({
    dot,
    px: x(dot.arithmeticIntensity.value),
    py: y(dot.rate.value),
  }));
  for (const { px, py } of placed) labels.mark(px, py, 8);
  const drawn = placed.map(({ dot, px, py }) => {
    const title = `<title>${escapeXml(inWords(dot))}</title>`;
    if (dot.partOf !== undefined) {
      const { x: tx, y: ty, anchor } = labels.place(px, py, dot.name);
      return {
        mark: `<circle class="tp-part" cx="${at(px)}" cy="${at(py)}" r="4.5">${title}</circle>`,
        text: `<text class="tp-note tp-halo" x="${at(tx)}" y="${at(ty)}" text-anchor="${anchor}">${escapeXml(dot.name)}</text>`,
      };
    }
    const numbers = `${formatValue(dot.rate.value, dot.rate.unit)} at ${formatNumber(dot.arithmeticIntensity.value)} op/byte`;
    const roofY = y(roofline.attainable.value);
    const { x: tx, y: ty, anchor } = labels.place(px, py + 12, numbers, { lines: 2 });
    return {
      mark: `<path class="tp-drop" d="M${at(px)} ${at(py)}V${at(roofY)}"/>
${uprightWhisker(dot.rate.interval, px, y)}<circle class="tp-warm tp-halo" cx="${at(px)}" cy="${at(py)}" r="7">${title}</circle>`,
      text: `<text class="tp-strong tp-halo" x="${at(tx)}" y="${at(ty)}" text-anchor="${anchor}">${escapeXml(dot.name)} <tspan class="tp-note">${KIND_MARK[dot.rate.kind]} ${dot.rate.kind}</tspan></text>
<text class="tp-note tp-halo" x="${at(tx)}" y="${at(ty + 14)}" text-anchor="${anchor}">${escapeXml(numbers)}</text>`,
    };
  });
  return [...drawn.map(({ text }) => text), ...drawn.map(({ mark }) => mark)].join("\n");
}
