/**
 * Decides how contenders look over two metrics: a numbered mark each, its range as a bar, the Pareto front as steps.
 * Which metrics and who is on the front is left to the analyzer.
 */
import type { Contender, Metric, ParetoIds } from "../analyze/metrics.ts";
import { METRICS } from "../analyze/metrics.ts";
import type { Quantity } from "../analyze/quantity.ts";
import { formatTick, formatValue } from "./format.ts";
import { MACHINE_STYLES } from "./machine-style.ts";
import { kindShape } from "./machines-roofline-svg.ts";
import type { Axis, Picture, Scale } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";

const WIDTH = 760;
const HEIGHT = 400;
const LEFT = 82;
const RIGHT = WIDTH - 24;
const TOP = 22;
const BOTTOM = HEIGHT - 54;
/** From the frame to where 0 stands, and from there to the logarithmic part [px]. */
const ZERO_STRIP = 16;
const ZERO_GAP = 24;
/** Marks nearer to each other than this share one label [px]. */
const TOGETHER = 13;

/** Where a number may stand beside its mark, the first free one wins [px]. */
const SPOTS = [
  [0, -12],
  [0, 22],
  [18, 4],
  [-18, 4],
  [16, -10],
  [-16, -10],
  [16, 18],
  [-16, 18],
  [34, 4],
  [-34, 4],
] as const;

interface Mark {
  /** Place in the table, from 1. */
  readonly number: number;
  readonly name: string;
  readonly style: number;
  readonly x: Quantity;
  readonly y: Quantity;
  readonly onFront: boolean;
}

/**
 * Null when fewer than two contenders have both metrics.
 * @param id unique in the page
 * @param deadlineMs drawn where a metric is a time
 */
export function paretoPicture(
  id: string,
  contenders: readonly Contender[],
  pareto: ParetoIds,
  deadlineMs: number | null,
): Picture | null {
  const [xAxis, yAxis] = pareto.by.map((metric) => METRICS[metric]);
  if (xAxis === undefined || yAxis === undefined) return null;
  const marks = contenders.flatMap((contender, index): readonly Mark[] => {
    const [x, y] = [xAxis.quantity(contender), yAxis.quantity(contender)];
    if (x === null || y === null) return [];
    const { name } = contender;
    const onFront = pareto.front.includes(contender.id);
    return [{ number: index + 1, name, style: index % MACHINE_STYLES, x, y, onFront }];
  });
  if (marks.length < 2) return null;
  const limits = (metric: Metric) =>
    deadlineMs !== null && (metric === "latency" || metric === "p99") ? [deadlineMs] : [];
  const x = scaleOf(
    [...marks.flatMap((mark) => ends(mark.x)), ...limits(pareto.by[0])],
    [LEFT, RIGHT],
  );
  const y = scaleOf(
    [...marks.flatMap((mark) => ends(mark.y)), ...limits(pareto.by[1])],
    [BOTTOM, TOP],
  );
  const front = pareto.front.flatMap((ofFront) =>
    marks.filter(({ number }) => contenders[number - 1]?.id === ofFront),
  );
  const body = [
    axes(axisOf(x, pareto.by[0]), axisOf(y, pareto.by[1])),
    ...limits(pareto.by[0]).map(
      (ms) =>
        `<path class="tp-ceiling" d="M${at(x(ms))} ${TOP}V${BOTTOM}"/><text class="tp-note tp-halo" x="${at(x(ms) + 5)}" y="${TOP + 10}">deadline ${escapeXml(formatValue(ms, "ms"))}</text>`,
    ),
    ...limits(pareto.by[1]).map(
      (ms) =>
        `<path class="tp-ceiling" d="M${LEFT} ${at(y(ms))}H${RIGHT}"/><text class="tp-note tp-halo" x="${RIGHT}" y="${at(y(ms) - 5)}" text-anchor="end">deadline ${escapeXml(formatValue(ms, "ms"))}</text>`,
    ),
    steps(front, x, y),
    ...marks.map((mark) => bars(mark, x, y)),
    ...labels(marks, x, y),
    ...marks.map((mark) => shape(mark, x, y)),
  ].join("\n");
  const words = marks.map(
    ({ number, name, x: across, y: up, onFront }) =>
      `${number}: ${name}, ${xAxis.name} ${formatValue(across.value, across.unit)} (${across.kind}), ${yAxis.name} ${formatValue(up.value, up.unit)} (${up.kind})${onFront ? ", on the front" : ""}`,
  );
  return {
    id,
    title: `${xAxis.name} against ${yAxis.name}`,
    description: `${words.join("; ")}.`,
    width: WIDTH,
    height: HEIGHT,
    body,
  };
}

function ends({ value, interval }: Quantity): readonly number[] {
  return [value, ...(interval ?? [])];
}

/** Logarithmic; 0, which has no logarithm, stands on a strip of its own where it occurs. */
function scaleOf(values: readonly number[], [from, to]: readonly [number, number]): Scale {
  const above = values.filter((value) => value > 0);
  const hasZero = above.length < values.length;
  const sign = Math.sign(to - from);
  const zero = from + sign * ZERO_STRIP;
  const start = hasZero ? zero + sign * ZERO_GAP : from;
  const [least, most] = above.length === 0 ? [1, 10] : [Math.min(...above), Math.max(...above)];
  const log = logScale([least / 1.7, most * 1.7], [start, to]);
  const scale = (value: number) => (value > 0 ? log(value) : zero);
  const domain = [hasZero ? 0 : log.domain[0], log.domain[1]] as const;
  return Object.assign(scale, { domain, range: [from, to] as const, logDomain: log.domain });
}

function axisOf(scale: Scale, metric: Metric): Axis {
  const { name, unit, better } = METRICS[metric];
  const { logDomain } = scale as Scale & { readonly logDomain: readonly [number, number] };
  return {
    scale,
    ticks: [...(scale.domain[0] === 0 ? [0] : []), ...logTicks(logDomain)],
    label: `${name} [${unit === "uJ" ? "µJ" : unit}], ${better} is better`,
    format: formatTick,
  };
}

/** Between two of the front nothing better is to be had than the steps. */
function steps(front: readonly Mark[], x: Scale, y: Scale): string {
  const [first, ...rest] = front;
  if (first === undefined || rest.length === 0) return "";
  const path = rest.map(({ x: across, y: up }) => `H${at(x(across.value))}V${at(y(up.value))}`);
  return `<path class="tp-front" d="M${at(x(first.x.value))} ${at(y(first.y.value))}${path.join("")}"/>`;
}

function bars({ x: across, y: up, style }: Mark, x: Scale, y: Scale): string {
  const [px, py] = [x(across.value), y(up.value)];
  const wide = across.interval?.map((end) => at(x(end)));
  const high = up.interval?.map((end) => at(y(end)));
  return [
    wide === undefined ? "" : `M${wide[0]} ${at(py)}H${wide[1]}`,
    high === undefined ? "" : `M${at(px)} ${high[0]}V${high[1]}`,
  ]
    .filter((path) => path !== "")
    .map((path) => `<path class="tp-span tp-s${style}" d="${path}"/>`)
    .join("");
}

/** One label for marks that lie on each other: "2 to 4". */
function labels(marks: readonly Mark[], x: Scale, y: Scale): readonly string[] {
  const groups: Mark[][] = [];
  const place = (mark: Mark) => [x(mark.x.value), y(mark.y.value)] as const;
  for (const mark of marks) {
    const [px, py] = place(mark);
    const group = groups.find(([head]) => {
      if (head === undefined) return false;
      const [hx, hy] = place(head);
      return Math.hypot(hx - px, hy - py) < TOGETHER;
    });
    if (group === undefined) groups.push([mark]);
    else group.push(mark);
  }
  const taken = marks.map(place);
  return groups.flatMap((group) => {
    const [head] = group;
    if (head === undefined) return [];
    const [px, py] = place(head);
    const text = numbersOf(group.map(({ number }) => number));
    const spot =
      SPOTS.map(([dx, dy]) => [px + dx, py + dy] as const).find(
        ([lx, ly]) =>
          ly > TOP + 8 &&
          ly < BOTTOM - 4 &&
          taken.every(([tx, ty]) => Math.hypot(tx - lx, ty - ly + 4) > TOGETHER),
      ) ?? ([px, py - 12] as const);
    taken.push([spot[0], spot[1] - 4]);
    return [
      `<text class="tp-strong tp-halo" x="${at(spot[0])}" y="${at(spot[1])}" text-anchor="middle">${escapeXml(text)}</text>`,
    ];
  });
}

/** Runs of three and more shortened: 2, 4 to 7. */
function numbersOf(numbers: readonly number[]): string {
  const runs: number[][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else runs.push([number]);
  }
  return runs
    .map((run) => (run.length > 2 ? `${run[0]} to ${run.at(-1)}` : run.join(", ")))
    .join(", ");
}

function shape(mark: Mark, x: Scale, y: Scale): string {
  const { number, name, x: across, y: up, onFront } = mark;
  const words = `${number}: ${name}, ${formatValue(across.value, across.unit)}, ${formatValue(up.value, up.unit)}${onFront ? ", on the front" : ""}`;
  return `<g>${kindShape(weaker(across, up), x(across.value), y(up.value), mark.style)}<title>${escapeXml(words)}</title></g>`;
}

/** A mark is as sure as the less sure of its two numbers. */
function weaker(a: Quantity, b: Quantity): Quantity["kind"] {
  const order = ["modelled", "stated", "measured", "counted"] as const;
  return order.find((kind) => kind === a.kind || kind === b.kind) ?? a.kind;
}
