/**
 * Decides how a waterfall looks: a bar a row from left to right, kinds told by fill, mark and word.
 * Where bars begin and end is left to analyze/waterfall.ts.
 */
import type { Waterfall, WaterfallBar } from "../analyze/waterfall.ts";
import { formatParts, KIND_MARK } from "./format.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, linearScale, roundTicks } from "./svg.ts";

const WIDTH = 760;
const LEFT = 172;
const RIGHT = WIDTH - 176;
const TOP = 12;
const ROW_HEIGHT = 32;
const BAR_HEIGHT = 18;
const LONGEST_NAME = 24;

/** A waterfall of one or more bars. */
export function waterfallPicture(waterfall: Waterfall): Picture {
  const { bars, unit } = waterfall;
  const bottom = TOP + bars.length * ROW_HEIGHT + 4;
  const ends = bars.flatMap(({ from, to }) => [from, to]);
  const most = Math.max(...ends, 0);
  const x = linearScale([Math.min(0, ...ends), most === 0 ? 1 : most * 1.04], [LEFT, RIGHT]);
  const y = linearScale([0, 1], [bottom, TOP]);
  const body = [
    axes(
      {
        scale: x,
        ticks: roundTicks(x.domain),
        label: `a frame [${formatParts(1, unit).unit}]`,
        format: (value) => formatParts(value, unit).number.replace(/\.0+$/, ""),
      },
      { scale: y, ticks: [], label: "", format: String },
    ),
    ...bars.map((bar, row) => drawn(bar, bars[row + 1], row, x)),
  ].join("\n");
  return {
    id: `waterfall-${waterfall.id}`,
    title: waterfall.title,
    description: `${bars.map((bar) => `${bar.name}: ${amountText(bar)}, ${bar.amount.kind}`).join("; ")}. ${waterfall.explanation}.`,
    width: WIDTH,
    height: bottom + 46,
    body,
  };
}

/** "26,624 B" of a total, "-0.12 ms" or "+544 B" of a step. */
export function amountText({ amount, role }: WaterfallBar): string {
  const { number, unit } = formatParts(Math.abs(amount.value), amount.unit);
  const sign = role === "total" ? "" : amount.value < 0 ? "−" : "+";
  return `${sign}${number} ${unit}`;
}

/** Filled: measured or counted. Outlined: modelled or stated. Dashed outline: nothing explains it. */
function drawn(
  bar: WaterfallBar,
  next: WaterfallBar | undefined,
  row: number,
  x: (value: number) => number,
): string {
  const { name, role, from, to, amount, words } = bar;
  const top = TOP + row * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2;
  const [low, high] = [Math.min(x(from), x(to)), Math.max(x(from), x(to))];
  const sure = amount.kind === "measured" || amount.kind === "counted";
  const tone = role === "total" ? "total" : role === "rest" ? "rest" : to < from ? "less" : "more";
  const lead =
    next === undefined
      ? ""
      : `\n<path class="tp-drop" d="M${at(x(to))} ${at(top + BAR_HEIGHT)}V${at(top + ROW_HEIGHT)}"/>`;
  return `<text x="${LEFT - 12}" y="${at(top + 13)}" text-anchor="end"${role === "total" ? ' class="tp-strong"' : ""}>${escapeXml(short(name))}</text>
<rect class="tp-bar tp-${tone}${sure ? "" : " tp-unsure"}" x="${at(low)}" y="${at(top)}" width="${at(Math.max(1.5, high - low))}" height="${BAR_HEIGHT}"><title>${escapeXml(`${name}: ${amountText(bar)}, ${amount.kind}; ${words}`)}</title></rect>${lead}
<text class="tp-note" x="${RIGHT + 12}" y="${at(top + 13)}">${escapeXml(`${amountText(bar)}  ${KIND_MARK[amount.kind]} ${amount.kind}`)}</text>`;
}

function short(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
