/**
 * Decides how a judged size stands in the JSON document of `size`.
 * Which sizes there are, and what is said of all of them, is left to size.ts.
 */
import type { FormatText } from "../../../codegen/index.ts";
import type { LeftOut } from "../../analyze/sizing/candidate.ts";
import type { JudgedSize } from "../../analyze/sizing/judge.ts";

/** One size: numbers that are not plain counting carry their kind. */
export function candidateDocument(one: JudgedSize, format: FormatText) {
  const { cycles, quality } = one;
  return {
    hiddenSize: one.hiddenSizes.length === 1 ? one.hiddenSizes[0] : null,
    hiddenSizes: one.hiddenSizes,
    method: one.method,
    format,
    macs: one.macs,
    paddedMacs: one.paddedMacs,
    weightBytes: one.weightBytes,
    paddedBytes: one.paddedBytes,
    residentBytes: one.residentBytes,
    streamedBytes: one.streamedBytes,
    linesTouched: one.linesTouched,
    flashBytes: one.flashBytes,
    ramBytes: one.ramBytes,
    cycles:
      cycles === null
        ? null
        : { ...modelled(cycles.value, "cycle"), interval: [cycles.low, cycles.high] },
    stallCycles: cycles === null ? null : modelled(cycles.stalls, "cycle"),
    latencyMs: modelled(one.latencyMs, "ms"),
    energyUj: modelled(one.energyUj, "uJ"),
    powerMw: modelled(one.powerMw, "mW"),
    quality,
    ...(one.leftOut === undefined ? {} : { leftOut: leftOutDocument(one.leftOut) }),
    verdict: one.verdict,
    binding: one.binding,
    bound: one.bound,
    misses: one.misses,
  };
}

function modelled(value: number | null, unit: string) {
  return value === null ? null : { value, unit, kind: "modelled" };
}

/** Columns are counted where quality was measured; what they cost is foretold. */
function leftOutDocument({ option, columns, worstCycles }: LeftOut) {
  const counted = (value: number) => ({ value, unit: "column", kind: "counted" });
  return {
    option,
    columns: columns.map(({ of, mean, max }) => ({ of, mean: counted(mean), max: counted(max) })),
    worstCycles: modelled(worstCycles, "cycle"),
  };
}
