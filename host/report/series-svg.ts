/**
 * Decides how several series over one axis look: a line and marks each, whiskers for intervals, names in a legend.
 * What the axes mean is the caller's.
 */
import { formatTick } from "./format.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, linearScale, roundTicks } from "./svg.ts";
import { uprightWhisker } from "./whisker-svg.ts";

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 66;
const RIGHT = WIDTH - 24;
const BOTTOM = HEIGHT - 56;
const LEGEND_TOP = 20;
const LEGEND_ROW = 17;
/** Legend entries side by side. */
const LEGEND_COLUMNS = 4;
/** Room beyond the outermost points, as a share of their range. */
const MARGIN = 1 / 14;

export interface SeriesPoint {
  readonly x: number;
  readonly y: number;
  readonly interval?: readonly [number, number];
  /** Beside the mark. */
  readonly label?: string;
  /** What a pointer sees. */
  readonly words: string;
}

export interface Series {
  readonly name: string;
  readonly points: readonly SeriesPoint[];
  /** Labels stand to the upper left of marks, not to the lower right. */
  readonly labelsAbove?: boolean;
}

export interface SeriesPicture {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

/** Told apart by colour and by dashes; the first is the one to compare with. */
const LOOKS = [
  ["tp-ink", ""],
  ["tp-main", ""],
  ["tp-warm", ""],
  ["tp-good", ""],
  ["tp-bad", "5 3"],
  ["tp-muted", "2 3"],
] as const;

/** @throws RangeError without a point, for more series than looks, and for coordinates that are not finite */
export function seriesPicture(request: SeriesPicture): Picture {
  const { series, id, title, description, xLabel, yLabel } = request;
  if (series.length > LOOKS.length) throw new RangeError(`${series.length} series look alike`);
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) throw new RangeError(`${id} has nothing to show`);
  const rows = Math.ceil(series.length / LEGEND_COLUMNS);
  const top = LEGEND_TOP + rows * LEGEND_ROW + 8;
  const x = linearScale(around(points.map((point) => point.x)), [LEFT, RIGHT]);
  const heights = points.flatMap(({ y, interval }) => [y, ...(interval ?? [])]);
  const y = linearScale(around(heights), [BOTTOM, top]);
  const body = [
    axes(
      { scale: x, ticks: roundTicks(x.domain, 8), label: xLabel, format: formatTick },
      { scale: y, ticks: roundTicks(y.domain), label: yLabel, format: formatTick },
    ),
    ...series.map((one, index) => drawn(one, LOOKS[index] as (typeof LOOKS)[number], x, y)),
    ...series.map((one, index) => legend(one.name, index)),
  ].join("\n");
  return { id, title, description, width: WIDTH, height: HEIGHT, body };
}

function around(values: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || 1) * MARGIN;
  return [least - room, most + room];
}

function drawn(
  { points, labelsAbove }: Series,
  [colour, dashes]: (typeof LOOKS)[number],
  x: (value: number) => number,
  y: ReturnType<typeof linearScale>,
): string {
  const paint = `var(--${colour})`;
  const path = points.map((point) => `${at(x(point.x))} ${at(y(point.y))}`).join("L");
  const line =
    points.length < 2
      ? ""
      : `<path d="M${path}" fill="none" stroke="${paint}" stroke-width="1.6"${dashes === "" ? "" : ` stroke-dasharray="${dashes}"`}/>`;
  const marks = points.map(({ x: px, y: py, interval, label, words }) => {
    const [cx, cy] = [x(px), y(py)];
    const name =
      label === undefined
        ? ""
        : labelsAbove === true
          ? `<text class="tp-note tp-halo" x="${at(cx - 5)}" y="${at(cy - 7)}" text-anchor="end">${escapeXml(label)}</text>`
          : `<text class="tp-note tp-halo" x="${at(cx + 7)}" y="${at(cy + 13)}">${escapeXml(label)}</text>`;
    return `<g>${uprightWhisker(interval, cx, y)}<circle cx="${at(cx)}" cy="${at(cy)}" r="4" fill="${paint}"/>${name}<title>${escapeXml(words)}</title></g>`;
  });
  return [line, ...marks].join("\n");
}

function legend(name: string, index: number): string {
  const [colour, dashes] = LOOKS[index] as (typeof LOOKS)[number];
  const px = LEFT + ((RIGHT - LEFT) / LEGEND_COLUMNS) * (index % LEGEND_COLUMNS);
  const py = LEGEND_TOP + LEGEND_ROW * Math.floor(index / LEGEND_COLUMNS);
  const dash = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
  return `<path d="M${at(px)} ${at(py - 4)}h20" stroke="var(--${colour})" stroke-width="2.4"${dash}/><text class="tp-note" x="${at(px + 26)}" y="${at(py)}">${escapeXml(name)}</text>`;
}
