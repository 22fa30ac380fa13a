/**
 * Decides how several machines share one roofline: a roof a machine, a numbered dot a workload, kinds told by shape,
 * small rings for its kernels, and arrows for the what-ifs of the first.
 * Which roofs and dots there are is left to the analyzer.
 */
import type { Roof } from "../analyze/board-roofline.ts";
import { bindingRoofs } from "../analyze/machine-analysis.ts";
import type { MachineRow } from "../analyze/machines-document.ts";
import type { Kind } from "../analyze/quantity.ts";
import type { RoofPoint } from "../analyze/what-if.ts";
import { whatIfArrows } from "./arrows-svg.ts";
import { formatTick, formatTickValue, formatValue } from "./format.ts";
import { LabelSpace, spread } from "./label-space.ts";
import { rateQuantity } from "./machine-cells.ts";
import { MACHINE_PLOT_CSS, MACHINE_STYLES } from "./machine-style.ts";
import type { Picture, Scale } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";
import { uprightWhisker } from "./whisker-svg.ts";

const WIDTH = 760;
const HEIGHT = 560;
const LEFT = 78;
const RIGHT = WIDTH - 192;
const TOP = 18;
const BOTTOM = HEIGHT - 54;
const LABEL_HEIGHT = 28;
const KINDS = ["measured", "counted", "modelled", "stated"] as const;
/** Between two kinds in the legend. */
const LEGEND_COLUMN = 84;
/** Fits right of the roofs [characters]. */
const LONGEST_NAME = 21;

/** The style of a machine: the same in every plot and in the table. */
export function machineStyles(rows: readonly MachineRow[]): ReadonlyMap<string, number> {
  const names = [...new Set(rows.map(({ machine }) => machine))];
  return new Map(names.map((name, index) => [name, index % MACHINE_STYLES]));
}

interface MachineRoof {
  readonly machine: string;
  readonly style: number;
  /** [op/s], [byte/s] */
  readonly peakOps: number;
  readonly peakBytes: number;
  /** Its other number types and memories. */
  readonly others: readonly Roof[];
}

interface Dot {
  /** The row's number in the table, from 1. */
  readonly number: number;
  readonly style: number;
  readonly kind: Kind;
  readonly intensity: number;
  readonly rate: number;
  readonly interval: readonly [number, number] | undefined;
  readonly words: string;
  /** A kernel that a file gave as a row of its own. */
  readonly part: boolean;
}

/** A kernel of a row. */
interface Part {
  readonly name: string;
  readonly style: number;
  readonly intensity: number;
  readonly rate: number;
  readonly words: string;
}

/** Null when no row has an intensity and a rate. */
export function machinesRoofline(rows: readonly MachineRow[]): Picture | null {
  const styles = machineStyles(rows);
  const roofs = roofsOf(rows, styles);
  const dots = dotsOf(rows, styles);
  if (dots.length === 0) return null;
  const parts = partsOf(rows, styles);
  const changed = rows.find(
    ({ analysis }) => analysis.rate !== null && analysis.whatIfs.length > 0,
  );
  const whatIfs = changed?.analysis.whatIfs ?? [];
  const { x, y } = scalesOf(roofs, [
    ...dots,
    ...parts,
    ...whatIfs.map(({ to }) => to).map(pointOf),
  ]);
  const labels = new LabelSpace(LEFT, RIGHT, TOP, BOTTOM);
  const marks = dotMarks(dots, parts, x, y, labels);
  const body = [
    axes(
      {
        scale: x,
        ticks: everyOther(logTicks(x.domain)),
        label: "arithmetic intensity [op/byte], at the memory that holds the data",
        format: formatTick,
      },
      {
        scale: y,
        ticks: everyOther(logTicks(y.domain)),
        label: "rate",
        format: (value) => formatTickValue(value, "op/s"),
      },
    ),
    ...roofs.flatMap((roof) => otherRoofs(roof, x, y)),
    ...roofs.map((roof) => roofLine(roof, x, y)),
    ...roofLabels(roofs, y),
    whatIfArrows(whatIfs, x, y, labels),
    marks,
    kindLegend(dots.map(({ kind }) => kind)),
  ].join("\n");
  const drawn = roofs.map(({ machine }) => machine).join(", ");
  return {
    id: "machines-roofline",
    title: "Roofline of all machines",
    description: `${[...dots, ...parts].map(({ words }) => words).join("; ")}. Roofs: ${drawn === "" ? "none" : drawn}.`,
    width: WIDTH,
    height: HEIGHT,
    body,
    css: MACHINE_PLOT_CSS,
  };
}

/** The row whose what-ifs are drawn, the first that has a dot and some; -1 without one. */
export function changedRow(rows: readonly MachineRow[]): number {
  return rows.findIndex(({ analysis }) => analysis.rate !== null && analysis.whatIfs.length > 0);
}

function roofsOf(
  rows: readonly MachineRow[],
  styles: ReadonlyMap<string, number>,
): readonly MachineRoof[] {
  const found = new Map<string, MachineRoof>();
  for (const { machine, roofs } of rows) {
    const { compute, memory } = bindingRoofs(roofs);
    if (compute === undefined || memory === undefined || found.has(machine)) continue;
    found.set(machine, {
      machine,
      style: styles.get(machine) ?? 0,
      peakOps: compute.peak.value,
      peakBytes: memory.peak.value,
      others: roofs.filter(
        (roof) => roof !== compute && roof !== memory && roof.limits !== "issue",
      ),
    });
  }
  return [...found.values()];
}

function dotsOf(rows: readonly MachineRow[], styles: ReadonlyMap<string, number>): readonly Dot[] {
  return rows.flatMap((row, index) => {
    const { machine, workload, analysis } = row;
    const { arithmeticIntensity } = analysis;
    const rate = rateQuantity(row);
    if (rate === null || arithmeticIntensity === null) return [];
    const words = `${index + 1}: ${workload.name} on ${machine}, ${formatValue(rate.value, rate.unit)} at ${formatValue(arithmeticIntensity.value, arithmeticIntensity.unit)}, ${rate.kind}`;
    return [
      {
        number: index + 1,
        style: styles.get(machine) ?? 0,
        kind: rate.kind,
        intensity: arithmeticIntensity.value,
        rate: rate.value,
        interval: rate.interval,
        words,
        part: workload.partOf !== undefined,
      },
    ];
  });
}

function partsOf(
  rows: readonly MachineRow[],
  styles: ReadonlyMap<string, number>,
): readonly Part[] {
  return rows.flatMap(({ machine, detail }, index) =>
    (detail?.parts ?? []).map(({ name, rate, arithmeticIntensity }) => ({
      name,
      style: styles.get(machine) ?? 0,
      intensity: arithmeticIntensity.value,
      rate: rate.value,
      words: `${index + 1}, ${name}: ${formatValue(rate.value, rate.unit)} at ${formatValue(arithmeticIntensity.value, "op/byte")}, ${rate.kind}`,
    })),
  );
}

function pointOf({ arithmeticIntensity, attainable }: RoofPoint) {
  return { intensity: arithmeticIntensity, rate: attainable };
}

function scalesOf(
  roofs: readonly MachineRoof[],
  dots: readonly Pick<Dot, "intensity" | "rate">[],
): { readonly x: Scale; readonly y: Scale } {
  const intensities = [
    ...roofs.map(({ peakOps, peakBytes }) => peakOps / peakBytes),
    ...dots.map(({ intensity }) => intensity),
  ];
  const rates = [...roofs.map(({ peakOps }) => peakOps), ...dots.map(({ rate }) => rate)];
  const decade = (value: number, up: boolean) =>
    10 ** (up ? Math.ceil(Math.log10(value)) : Math.floor(Math.log10(value)));
  return {
    x: logScale(
      [decade(Math.min(...intensities) / 2, false), decade(Math.max(...intensities) * 2, true)],
      [LEFT, RIGHT],
    ),
    y: logScale(
      [decade(Math.min(...rates) / 2, false), decade(Math.max(...rates) * 1.5, true)],
      [BOTTOM, TOP],
    ),
  };
}

/** Many decades: a tick at every second one. */
function everyOther(ticks: readonly number[]): readonly number[] {
  return ticks.length <= 9 ? ticks : ticks.filter((_, index) => index % 2 === 0);
}

function roofLine({ style, peakOps, peakBytes }: MachineRoof, x: Scale, y: Scale): string {
  return `<path class="tp-machine-line tp-m${style}" d="${slope(peakBytes, peakOps, x, y)}H${at(RIGHT)}"/>`;
}

/** From where a bandwidth enters the plot, at its left edge or its bottom, to where it meets a rate. */
function slope(peakBytes: number, peakOps: number, x: Scale, y: Scale): string {
  const [lowX] = x.domain;
  const [lowY] = y.domain;
  const enters = lowX * peakBytes >= lowY;
  const startX = enters ? LEFT : x(lowY / peakBytes);
  const startY = enters ? y(Math.min(lowX * peakBytes, peakOps)) : BOTTOM;
  const endX = Math.max(LEFT, x(peakOps / peakBytes));
  return `M${at(startX)} ${at(startY)}L${at(endX)} ${at(y(peakOps))}`;
}

/** Thin and without names, which would cover each other over so many decades: a pointer shows them. */
function otherRoofs(
  { machine, style, peakOps, peakBytes, others }: MachineRoof,
  x: Scale,
  y: Scale,
): readonly string[] {
  return others.map(({ name, limits, peak }) => {
    const higher = limits === "compute" && peak.value > peakOps;
    const line =
      limits === "memory"
        ? slope(peak.value, peakOps, x, y)
        : higher
          ? `M${at(x(peakOps / peakBytes))} ${at(y(peakOps))}L${at(x(peak.value / peakBytes))} ${at(y(peak.value))}H${at(RIGHT)}`
          : `M${at(Math.max(LEFT, x(peak.value / peakBytes)))} ${at(y(peak.value))}H${at(RIGHT)}`;
    return `<path class="tp-machine-line tp-other tp-m${style}" d="${line}"><title>${escapeXml(`${machine}: ${name}, ${formatValue(peak.value, peak.unit)}`)}</title></path>`;
  });
}

/** Names to the right of the roofs, pushed apart where roofs are close, each led to its line. */
function roofLabels(roofs: readonly MachineRoof[], y: Scale): readonly string[] {
  const lines = roofs.map(({ peakOps }) => y(peakOps));
  const places = spread(lines, LABEL_HEIGHT, TOP + 4, BOTTOM - 14);
  return roofs.map((roof, index) => {
    const labelY = places[index] ?? 0;
    const numbers = `${formatValue(roof.peakOps, "op/s")}, ${formatValue(roof.peakBytes, "byte/s")}`;
    return `<path class="tp-lead" d="M${RIGHT} ${at(lines[index] ?? 0)}L${RIGHT + 10} ${at(labelY)}"/>
<text class="tp-machine-name tp-t${roof.style}" x="${RIGHT + 14}" y="${at(labelY + 3)}">${escapeXml(shortName(roof.machine))}<title>${escapeXml(roof.machine)}</title></text>
<text class="tp-note" x="${RIGHT + 14}" y="${at(labelY + 15)}">${escapeXml(numbers)}</text>`;
  });
}

function shortName(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

/** A number beside each dot, and a name beside each kernel where there is room. */
function dotMarks(
  dots: readonly Dot[],
  parts: readonly Part[],
  x: Scale,
  y: Scale,
  labels: LabelSpace,
): string {
  const place = <T extends { readonly intensity: number; readonly rate: number }>(point: T) => ({
    point,
    px: x(point.intensity),
    py: y(point.rate),
  });
  const [large, small] = [dots.map(place), parts.map(place)];
  for (const { px, py } of large) labels.mark(px, py, 7);
  const numbers = large.flatMap(({ point, px, py }) => {
    const text = String(point.number);
    const where = point.part ? labels.placeIfFree(px, py, text) : labels.place(px, py, text);
    return where === null ? [] : [label(text, where, "tp-strong tp-halo")];
  });
  for (const { px, py } of small) labels.mark(px, py, 4);
  const names = small.flatMap(({ point, px, py }) => {
    const where = labels.placeIfFree(px, py, point.name);
    return where === null ? [] : [label(point.name, where, "tp-note tp-halo")];
  });
  const shapes = [
    ...large.map(
      ({ point, px, py }) =>
        `<g>${uprightWhisker(point.interval, px, y)}${kindShape(point.kind, px, py, point.style)}<title>${escapeXml(point.words)}</title></g>`,
    ),
    ...small.map(
      ({ point, px, py }) =>
        `<circle class="tp-dot tp-ring tp-kernel tp-s${point.style}" cx="${at(px)}" cy="${at(py)}" r="3"><title>${escapeXml(point.words)}</title></circle>`,
    ),
  ];
  // Text first: its halo must not cut into dots.
  return [...names, ...numbers, ...shapes].join("\n");
}

function label(text: string, { x, y, anchor }: ReturnType<LabelSpace["place"]>, look: string) {
  return `<text class="${look}" x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

/** Shape and word of each kind that has a dot, below the names of the machines, two in a row. */
function kindLegend(drawn: readonly Kind[]): string {
  return KINDS.filter((kind) => drawn.includes(kind))
    .map((kind, index) => {
      const px = RIGHT + 20 + LEGEND_COLUMN * (index % 2);
      const py = BOTTOM + 31 + 16 * Math.floor(index / 2);
      return `${kindShape(kind, px, py, "grey")}<text class="tp-note" x="${at(px + 11)}" y="${at(py + 4)}">${kind}</text>`;
    })
    .join("\n");
}

/** Filled circle: measured. Square: counted. Ring: modelled. Diamond: stated. */
export function kindShape(kind: Kind, px: number, py: number, style: number | "grey"): string {
  const name = `tp-dot tp-f${style}`;
  if (kind === "counted") {
    return `<rect class="${name}" x="${at(px - 5.5)}" y="${at(py - 5.5)}" width="11" height="11"/>`;
  }
  if (kind === "stated") {
    return `<path class="${name}" d="M${at(px)} ${at(py - 7.5)}l7.5 7.5l-7.5 7.5l-7.5 -7.5Z"/>`;
  }
  const ring = kind === "modelled" ? ` tp-ring tp-s${style}` : "";
  return `<circle class="${name}${ring}" cx="${at(px)}" cy="${at(py)}" r="6"/>`;
}
