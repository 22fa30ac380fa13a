/**
 * Decides how several machines share one roofline: a roof a machine, a numbered dot a workload, kinds told by shape.
 * Which roofs and dots there are is left to the analyzer.
 */
import { bindingRoofs } from "../analyze/machine-analysis.ts";
import type { MachineRow } from "../analyze/machines-document.ts";
import type { Kind } from "../analyze/quantity.ts";
import { formatTick, formatTickValue, formatValue } from "./format.ts";
import type { Picture, Scale } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";

const WIDTH = 760;
const HEIGHT = 470;
const LEFT = 78;
const RIGHT = WIDTH - 192;
const TOP = 18;
const BOTTOM = HEIGHT - 54;
/** Colours and dash patterns there are: machine-style.ts has a rule for each. */
export const MACHINE_STYLES = 6;
const LABEL_HEIGHT = 28;
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
}

interface Dot {
  /** The row's number in the table, from 1. */
  readonly number: number;
  readonly style: number;
  readonly kind: Kind;
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
  const { x, y } = scalesOf(roofs, dots);
  const body = [
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
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
    ...roofs.map((roof) => roofLine(roof, x, y)),
    ...roofLabels(roofs, y),
    dotMarks(dots, x, y),
  ].join("\n");
  const drawn = roofs.map(({ machine }) => machine).join(", ");
  return {
    id: "machines-roofline",
    title: "Roofline of all machines",
    description: `${dots.map(({ words }) => words).join("; ")}. Roofs: ${drawn === "" ? "none" : drawn}.`,
    width: WIDTH,
    height: HEIGHT,
    body,
  };
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
    });
  }
  return [...found.values()];
}

function dotsOf(rows: readonly MachineRow[], styles: ReadonlyMap<string, number>): readonly Dot[] {
  return rows.flatMap(({ machine, workload, analysis }, index) => {
    const { rate, arithmeticIntensity } = analysis;
    if (rate === null || arithmeticIntensity === null) return [];
    const words = `${index + 1}: ${workload.name} on ${machine}, ${formatValue(rate.value, rate.unit)} at ${formatValue(arithmeticIntensity.value, arithmeticIntensity.unit)}, ${rate.kind}`;
    return [
      {
        number: index + 1,
        style: styles.get(machine) ?? 0,
        kind: rate.kind,
        intensity: arithmeticIntensity.value,
        rate: rate.value,
        words,
      },
    ];
  });
}

function scalesOf(
  roofs: readonly MachineRoof[],
  dots: readonly Dot[],
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
  const [lowX] = x.domain;
  const [lowY] = y.domain;
  const enters = lowX * peakBytes >= lowY;
  const startX = enters ? LEFT : x(lowY / peakBytes);
  const startY = enters ? y(lowX * peakBytes) : BOTTOM;
  return `<path class="tp-machine-line tp-m${style}" d="M${at(startX)} ${at(startY)}L${at(x(peakOps / peakBytes))} ${at(y(peakOps))}H${at(RIGHT)}"/>`;
}

/** Names to the right of the roofs, pushed apart where roofs are close, each led to its line. */
function roofLabels(roofs: readonly MachineRoof[], y: Scale): readonly string[] {
  const wanted = roofs
    .map((roof) => ({ roof, lineY: y(roof.peakOps), labelY: y(roof.peakOps) }))
    .sort((a, b) => a.lineY - b.lineY);
  let free = TOP + 4;
  for (const label of wanted) {
    label.labelY = Math.max(label.labelY, free);
    free = label.labelY + LABEL_HEIGHT;
  }
  // What was pushed below the axis moves up again.
  let lowest = BOTTOM - 14;
  for (const label of wanted.toReversed()) {
    label.labelY = Math.min(label.labelY, lowest);
    lowest = label.labelY - LABEL_HEIGHT;
  }
  return wanted.map(({ roof, lineY, labelY }) => {
    const numbers = `${formatValue(roof.peakOps, "op/s")}, ${formatValue(roof.peakBytes, "byte/s")}`;
    return `<path class="tp-lead" d="M${RIGHT} ${at(lineY)}L${RIGHT + 10} ${at(labelY)}"/>
<text class="tp-machine-name tp-t${roof.style}" x="${RIGHT + 14}" y="${at(labelY + 3)}">${escapeXml(shortName(roof.machine))}<title>${escapeXml(roof.machine)}</title></text>
<text class="tp-note" x="${RIGHT + 14}" y="${at(labelY + 15)}">${escapeXml(numbers)}</text>`;
  });
}

function shortName(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

/** A number beside each dot, where it covers neither a dot nor another number. */
function dotMarks(dots: readonly Dot[], x: Scale, y: Scale): string {
  const places = dots.map((dot) => ({ dot, px: x(dot.intensity), py: y(dot.rate) }));
  const taken: { readonly px: number; readonly py: number }[] = places.map(({ px, py }) => ({
    px,
    py,
  }));
  const offsets = [
    [15, 4],
    [-15, 4],
    [0, -12],
    [0, 20],
    [14, -9],
    [-14, -9],
    [14, 17],
    [-14, 17],
    [29, 4],
    [-29, 4],
  ] as const;
  const marks = places.map(({ dot, px, py }) => {
    const [dx, dy] =
      offsets.find(([ox, oy]) =>
        taken.every((other) => Math.hypot(other.px - px - ox, other.py - py - oy + 4) > 14),
      ) ?? offsets[0];
    taken.push({ px: px + dx, py: py + dy - 4 });
    const text = `<text class="tp-strong tp-halo" x="${at(px + dx)}" y="${at(py + dy)}" text-anchor="middle">${dot.number}</text>`;
    const mark = `<g>${kindShape(dot.kind, px, py, dot.style)}<title>${escapeXml(dot.words)}</title></g>`;
    return { text, mark };
  });
  // Numbers first: their halo must not cut into dots.
  return [...marks.map(({ text }) => text), ...marks.map(({ mark }) => mark)].join("\n");
}

/** Filled circle: measured. Square: counted. Ring: modelled. Diamond: stated. */
export function kindShape(kind: Kind, px: number, py: number, style: number): string {
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
