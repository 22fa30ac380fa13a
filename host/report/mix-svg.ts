/**
 * Decides how the instructions of a frame look by class, the most frequent first.
 * Which instruction belongs to which class is left to the counting instrument.
 */
import { formatNumber } from "./format.ts";
import type { Picture } from "./svg.ts";
import { at, escapeXml, linearScale } from "./svg.ts";

const WIDTH = 760;
const LEFT = 120;
const RIGHT = WIDTH - 150;
const ROW = 24;

const CLASS_NAMES: Readonly<Record<string, string>> = {
  mac: "multiply-add",
  mul: "multiply",
  alu: "arithmetic",
  div: "divide",
  load: "load",
  loadMultiple: "load several",
  store: "store",
  storeMultiple: "store several",
  branch: "branch",
  branchTaken: "branch taken",
  fpu: "floating point",
  other: "other",
};

/** Instructions of one frame by class; classes that did not occur are left out. */
export function mixPicture(classes: Readonly<Record<string, number>>): Picture {
  const rows = Object.entries(classes)
    .filter(([, count]) => count > 0)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  const most = rows[0]?.[1] ?? 1;
  const x = linearScale([0, most], [LEFT, RIGHT]);
  const body = rows.map(([name, count], row) => {
    const top = row * ROW + 4;
    return `<text x="${LEFT - 12}" y="${top + 13}" text-anchor="end">${escapeXml(CLASS_NAMES[name] ?? name)}</text>
<rect class="${name === "mac" ? "tp-main" : "tp-quiet"}" x="${LEFT}" y="${top}" width="${at(Math.max(1, x(count) - LEFT))}" height="17" rx="3"/>
<text class="tp-note" x="${at(x(count) + 8)}" y="${top + 13}">${formatNumber(count)} · ${formatNumber((count / total) * 100)} %</text>`;
  });
  return {
    id: "mix",
    title: "Instructions of the median frame by class",
    description: rows.map(([name, count]) => `${CLASS_NAMES[name] ?? name}: ${count}`).join(", "),
    width: WIDTH,
    height: rows.length * ROW + 6,
    body: body.join("\n"),
  };
}
