/**
 * Decides how bits by layer read in a terminal: the sentence, what each layer loses alone, the mixes and their cost.
 * What is measured and chosen is the analyzer's.
 */
import { type LayerBits, lossPerKib, type Mix } from "../analyze/sizing/bits.ts";
import type { JudgedSize } from "../analyze/sizing/judge.ts";
import { formatBytes, formatNumber } from "./format.ts";
import { MARKS } from "./size-text.ts";
import { textTable } from "./tables.ts";

export interface BitsText {
  readonly why: string;
  readonly layers: readonly LayerBits[];
  /** From bytes throughout to the fewest. */
  readonly mixes: readonly (JudgedSize & Mix)[];
  readonly source: string;
}

export function bitsText({ why, layers, mixes, source }: BitsText): string {
  const [whole] = mixes;
  const unit = layers[0]?.quality.unit ?? "";
  const metric = whole?.quality?.metric ?? "quality";
  const number = (value: number | null | undefined): string =>
    value == null ? "-" : formatNumber(value);
  const alone = layers.map((layer) => {
    const perKib = lossPerKib(layer);
    return [
      layer.name,
      formatNumber(layer.savedBytes),
      number(layer.savedCycles && Math.round(layer.savedCycles)),
      formatNumber(layer.lost),
      perKib === null ? "-" : formatNumber(perKib),
    ];
  });
  const rows = mixes.map((one) => [
    MARKS[one.verdict],
    one.format,
    formatBytes(one.weightBytes),
    number(one.cycles && Math.round(one.cycles.value)),
    number(one.cycles && Math.round(one.cycles.stalls)),
    number(one.latencyMs),
    number(one.powerMw),
    formatBytes(one.flashBytes),
    number(one.quality?.value),
    one.misses.length > 0 ? `over: ${one.misses.join(", ")}` : one.binding,
  ]);
  const lines = [
    why,
    "",
    textTable([
      ["4 bits here alone", "saves [B]", "cycles", `loses [${unit}]`, `${unit} a KiB`],
      ...alone,
    ]).trimEnd(),
    "",
    textTable([
      ["", "--format", "weights", "cycles", "waits", "ms", "mW", "flash", unit, "binding"],
      ...rows,
    ]).trimEnd(),
    "",
    "> chosen, + fits, - fits but another is at least as good in fewer cycles, x misses a budget, ? not known.",
    source === "" ? "" : `Cycles, times and powers are modelled: ${source}.`,
    whole?.quality == null
      ? ""
      : `${metric} [${unit}] is measured: ${sourceOf(whole.quality.source)}.`,
  ];
  return `${lines
    .filter((line, index) => line !== "" || index < 6)
    .join("\n")
    .trimEnd()}\n`;
}

/** Each mix has a twin of its own. */
function sourceOf(source: string): string {
  return source.replace("exact int8 twin", "each mix's exact twin");
}
