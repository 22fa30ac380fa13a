/**
 * Decides how a profile reads in a terminal: a line a part of a layer, then the most expensive functions.
 * What is added up is left to analyze/profile.
 */
import { STALLS } from "../analyze/profile/facts.ts";
import type { PartRow, Profile, ProfileNumbers } from "../analyze/profile/profile.ts";
import { formatNumber, KIND_MARK } from "./format.ts";
import { textTable } from "./tables.ts";

const MOST_FUNCTIONS = 12;

export function profileLines(profile: Profile): readonly string[] {
  const { parts, functions, cycles, steps } = profile;
  const number = (value: number | null): string =>
    value === null ? "-" : formatNumber(Math.round(value));
  const columns = (row: ProfileNumbers): readonly string[] => [
    number(row.instructions),
    number(row.cycles),
    `${(100 * row.share).toFixed(1)} %`,
    ...(cycles === null ? [] : STALLS.map((cause) => number(row.stalls?.[cause] ?? null))),
    ...memoryNames(profile).map((name) => number(row.memory?.[name] ?? null)),
  ];
  const head = [
    `${KIND_MARK.counted} instructions`,
    `${KIND_MARK.modelled} cycles`,
    "share",
    ...(cycles === null ? [] : STALLS.map((cause) => `stall: ${cause}`)),
    ...memoryNames(profile),
  ];
  const partTable = textTable([
    ["layer", "part", ...head],
    ...parts.map((row) => [row.layer, partName(row), ...columns(row)]),
  ]);
  const shown = functions.filter(({ instructions }) => instructions > 0).slice(0, MOST_FUNCTIONS);
  const functionTable = textTable([
    ["function", "with calls", ...head],
    ...shown.map((row) => [
      row.function,
      number(row.total.cycles ?? row.total.instructions),
      ...columns(row),
    ]),
  ]);
  const apportioned = parts.some(({ split }) => split === "apportioned");
  return [
    `  averages of ${formatNumber(steps)} steps${cycles === null ? "" : `; cycles by ${cycles.source}`}`,
    ...indented(partTable),
    ...(apportioned ? ["  * one loop over inputs and hidden states, parted by their columns"] : []),
    "",
    ...indented(functionTable),
  ];
}

function partName({ part, split }: PartRow): string {
  return split === "apportioned" ? `${part} *` : part;
}

/** Those that are not zero everywhere. */
function memoryNames({ parts }: Profile): readonly string[] {
  const spent = parts.flatMap(({ memory }) => Object.entries(memory ?? {}));
  return [...new Set(spent.filter(([, count]) => count > 0).map(([name]) => name))];
}

function indented(table: string): readonly string[] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`);
}
