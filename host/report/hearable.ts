/**
 * Decides how a hop of sound reads in every report: its parts, its deadline, its latency, and where power is to be had.
 * The numbers are left to analyze/hearable.ts, layout to the report that prints them.
 */
import type { RunDocument } from "../analyze/document.ts";
import type { HearableDocument, HopPart, HopPartName } from "../analyze/hearable.ts";
import type { Quantity } from "../analyze/quantity.ts";
import { formatNumber, formatValue } from "./format.ts";
import type { Line } from "./rows.ts";
import type { Picture } from "./svg.ts";
import { at, escapeXml, linearScale } from "./svg.ts";

const PART_NAMES: Readonly<Record<HopPartName, string>> = {
  analyse: "analysis",
  step: "network",
  synthesise: "synthesis",
  watch: "watch",
};

const CAUSES: Readonly<Record<number, string>> = {
  1: "nothing was let through",
  2: "the gains stood still",
};

/** Recoveries named one by one; more are only counted. */
const SHOWN = 3;

const shown = ({ value, unit }: Quantity): string => formatValue(value, unit);

/** Nothing for a program that takes no sound. */
export function hearableRows({ hearable, powerMw }: RunDocument): readonly Line[] {
  if (hearable === undefined) return [];
  return [
    ...hearable.parts.map(partRow),
    ...sleepRow(powerMw),
    ...saverRow(hearable, powerMw),
    deadlineRow(hearable),
    ...lateRow(hearable),
    latencyRow(hearable),
    ...soundRow(hearable),
    ...recoveriesRow(hearable),
  ];
}

function partRow({ name, share, ...numbers }: HopPart): Line {
  const { instructions, cycles, timeMs, energyUj, aboveSleepMw } = numbers;
  const first = cycles ?? instructions;
  if (first === null) return { name: PART_NAMES[name], why: "nothing counted it" };
  const texts = (...values: readonly (Quantity | null)[]) =>
    values.flatMap((value) => (value === null ? [] : [shown(value)]));
  const power = aboveSleepMw === null ? [] : [`${shown(aboveSleepMw)} above sleep`];
  const mean = [...texts(timeMs, energyUj), ...power].join(", ");
  return {
    name: PART_NAMES[name],
    text: [
      `median ${texts(instructions, cycles, share).join(", ")}`,
      ...(mean === "" ? [] : [`mean ${mean}`]),
    ].join("; "),
    kind: (aboveSleepMw ?? first).kind,
    source: first.source,
  };
}

/** What is left of a hop, and what it costs to fall asleep and wake. */
function sleepRow(power: RunDocument["powerMw"]): readonly Line[] {
  if (power === null) return [];
  const { sleep, active, wakingPercent, sleepMode, kind, source } = power;
  const waking = formatValue((active * wakingPercent) / 100, "mW");
  const [, awake] = /^none: (.*)$/.exec(sleepMode) ?? [];
  const text =
    awake === undefined
      ? `${formatValue(sleep, "mW")} asleep, ${waking} for waking; ${sleepMode}`
      : `awake, which takes ${waking}; ${awake}`;
  return [{ name: "between hops", text, kind, source }];
}

/** The part that takes most, and what the average would be were it twice as fast. */
function saverRow({ parts }: HearableDocument, power: RunDocument["powerMw"]): readonly Line[] {
  const rated = parts.flatMap(({ name, aboveSleepMw }) =>
    aboveSleepMw === null ? [] : [{ name, power: aboveSleepMw }],
  );
  const [most] = [...rated].sort((a, b) => b.power.value - a.power.value);
  if (most === undefined || power === null) return [];
  const left = power.average - most.power.value / 2;
  return [
    {
      name: "next mW",
      text: `most is in the ${PART_NAMES[most.name]}: ${shown(most.power)} of ${formatValue(power.average, "mW")}; twice as fast would leave ${formatValue(left, "mW")}`,
      kind: most.power.kind,
      source: most.power.source,
    },
  ];
}

function deadlineRow({ deadline }: HearableDocument): Line {
  if (deadline === null) return { name: "deadline", why: "the device told nothing of its hops" };
  const { overruns, limitMs, worstMs, worstFrame } = deadline;
  return {
    name: "deadline",
    text: `${formatNumber(overruns.value, 9)} hops took longer than ${shown(limitMs)} by ${clockOf(worstMs)}; the worst ${shown(worstMs)}, hop ${formatNumber(worstFrame, 9)}`,
    kind: worstMs.kind,
    source: worstMs.source,
  };
}

/** An emulator's clock knows no cycles of this core: the next row judges by those. */
function clockOf({ kind }: Quantity): string {
  return kind === "measured" ? "the device's clock" : "the emulator's clock";
}

function lateRow({ lateHops }: HearableDocument): readonly Line[] {
  if (lateHops === null) return [];
  const { value, kind, source } = lateHops;
  return [
    {
      name: "late hops",
      text: `${formatNumber(value, 9)} by their cycles and the clock`,
      kind,
      source,
    },
  ];
}

function latencyRow({ latencyMs }: HearableDocument): Line {
  const { algorithm, compute, queue, total, fallsBehind } = latencyMs;
  const computing = compute === null ? "" : `${shown(compute)} computing`;
  const most = queue === undefined ? "" : "at most ";
  const within = computing === "" ? "" : ` (${computing} in it)`;
  const behind =
    queue === undefined
      ? computing && ` + ${computing}`
      : ` + ${most}${shown(queue)} to the output${within}`;
  const late = fallsBehind
    ? ": longer than a hop lasts, so that sound is later with every one"
    : "";
  const sum = total === null ? late : ` = ${most}${shown(total)}`;
  const { kind, source } = total ?? algorithm;
  return {
    name: "in to out",
    text: `${shown(algorithm)} by the algorithm${behind}${sum}`,
    kind,
    source,
  };
}

function soundRow({ sound }: HearableDocument): readonly Line[] {
  if (sound === undefined) return [];
  const { lostHops, gaps } = sound;
  return [
    {
      name: "microphone",
      text: `hops overwritten before they were taken: ${formatNumber(lostHops.value, 9)}; gaps in the output: ${formatNumber(gaps.value, 9)}`,
      kind: lostHops.kind,
      source: lostHops.source,
    },
  ];
}

function recoveriesRow({ recoveries }: HearableDocument): readonly Line[] {
  if (recoveries.length === 0) return [];
  const first = recoveries
    .slice(0, SHOWN)
    .map(({ frame, cause }) => `after hop ${formatNumber(frame, 9)}, ${CAUSES[cause] ?? cause}`);
  const more = recoveries.length > SHOWN ? `; and ${recoveries.length - SHOWN} more` : "";
  return [
    {
      name: "put back",
      text: `${formatNumber(recoveries.length, 9)} times: ${first.join("; ")}${more}`,
      kind: "counted",
      source: "Recovery records of the device",
    },
  ];
}

const WIDTH = 760;
const LEFT = 120;
const RIGHT = WIDTH - 150;
const ROW = 24;

/** Mean energy of a hop by part; null where it is not known. */
export function energyPicture({ parts }: HearableDocument): Picture | null {
  const rows = parts.flatMap(({ name, energyUj }) =>
    energyUj === null ? [] : [{ name: PART_NAMES[name], energy: energyUj }],
  );
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ energy }) => energy.value));
  const x = linearScale([0, most > 0 ? most : 1], [LEFT, RIGHT]);
  const body = rows.map(({ name, energy }, row) => {
    const top = row * ROW + 4;
    const end = x(energy.value);
    return `<text x="${LEFT - 12}" y="${top + 13}" text-anchor="end">${escapeXml(name)}</text>
<rect class="tp-main" x="${LEFT}" y="${top}" width="${at(Math.max(1, end - LEFT))}" height="17" rx="3"/>
<text class="tp-note" x="${at(end + 8)}" y="${top + 13}">${escapeXml(shown(energy))}</text>`;
  });
  return {
    id: "hop-energy",
    title: "Mean energy of a hop by part",
    description: rows.map(({ name, energy }) => `${name}: ${shown(energy)}`).join(", "),
    width: WIDTH,
    height: rows.length * ROW + 6,
    body: body.join("\n"),
  };
}
