/**
 * Decides what the bytes of a frame are: weights, activations, state, tables and sums as planned, beside what was
 * counted. What the plan moves is left to kernel-work.ts.
 */
import type { RunFacts } from "./facts.ts";
import type { TrafficParts } from "./kernel-work.ts";
import { allTraffic, TRAFFIC_PARTS, totalTraffic } from "./kernel-work.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, modelled } from "./quantity.ts";
import { percentile } from "./tail.ts";
import type { Waterfall, WaterfallPart } from "./waterfall.ts";
import { stacked } from "./waterfall.ts";
import { amount, digits } from "./wording.ts";

const WORDS: Readonly<Record<keyof TrafficParts, string>> = {
  weights: "weights, biases and multipliers, each read once",
  activations: "inputs, hidden states and outputs; each block of rows reads its inputs again",
  state: "cell states, read and written",
  tables: "rows of the activation functions' tables",
  sums: "each row's sum, written and read back by the elementwise part",
};

/** Loads and stores of the median frame; null where the plan's work is not known. */
export function trafficWaterfall(facts: RunFacts): Waterfall | null {
  if (facts.work === undefined) return null;
  const traffic = totalTraffic(facts.work);
  const planned = allTraffic(traffic);
  if (planned === 0) return null;
  const parts: WaterfallPart[] = TRAFFIC_PARTS.filter((part) => traffic[part] > 0).map((part) => ({
    name: part,
    role: "step",
    amount: modelled(traffic[part], "byte", "loads and stores as planned, padding included"),
    words: WORDS[part],
  }));
  const whole = modelled(planned, "byte", "sum of the parts above");
  parts.push({ name: "as planned", role: "total", amount: whole, words: "what the plan moves" });
  const seen = countedBytes(facts);
  if (seen === null) {
    return waterfall(parts, `${share(traffic.weights, planned)} of the planned bytes are weights`);
  }
  const rest = derive(seen.value - planned, "byte", "counted - planned", [seen, whole]);
  parts.push(
    {
      name: rest.value < 0 ? "kept in registers" : "spills and the rest",
      role: "rest",
      amount: rest,
      words:
        rest.value < 0
          ? "planned loads and stores that the compiler left out"
          : "not in the plan: spilled registers, the stack, constants",
    },
    { name: "counted", role: "total", amount: seen, words: "every load and store of the frame" },
  );
  return waterfall(
    parts,
    `${amount(planned, "byte")} planned, ${amount(seen.value, "byte")} counted: ${amount(Math.abs(rest.value), "byte")}, ${share(Math.abs(rest.value), seen.value)}, ${rest.value < 0 ? "are planned and never happen" : "no part of the plan explains"}`,
  );
}

function countedBytes({ frames, counter }: RunFacts): Quantity | null {
  if (frames.length === 0) return null;
  const bytes = percentile(
    frames.map(({ bytesLoaded, bytesStored }) => bytesLoaded + bytesStored),
    0.5,
  );
  return bytes > 0 ? counted(bytes, "byte", `loads and stores by ${counter}`) : null;
}

function waterfall(parts: readonly WaterfallPart[], explanation: string): Waterfall {
  return {
    id: "traffic",
    title: "Data traffic of a frame",
    unit: "byte",
    bars: stacked(parts),
    explanation,
  };
}

function share(part: number, whole: number): string {
  return `${digits((part / whole) * 100)} %`;
}
