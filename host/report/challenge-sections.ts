/**
 * Decides what a report of the optimisation challenge says and in which order: titles, tables, sentences.
 * How they look is left to the terminal, Markdown and HTML pages beside this one.
 */
import type {
  Absent,
  ChallengeDocument,
  HostCounter,
  Trials,
} from "../analyze/challenge/document.ts";
import type { Outcome } from "../analyze/challenge/measurement.ts";
import { lessOf } from "../analyze/challenge/recommend.ts";
import type { Quantity } from "../analyze/quantity.ts";
import { formatNumber, formatValue } from "./format.ts";

/** Text, or a number that shows its kind. */
export type Cell = string | Quantity;

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  /** Rows under their head; null where there is nothing to tabulate. */
  readonly table: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly Cell[])[];
  } | null;
  /** Text that keeps its columns. */
  readonly listing: readonly string[];
}

/** One sentence: whether the goal is met, and by how much. */
export function verdictText({
  verdict,
  baseline,
  optimised,
  model,
  board,
  as,
}: ChallengeDocument): string {
  const place = as === null ? board : `${board} as ${as}`;
  const less = lessOf(baseline.measurement);
  const gained = `${percent(verdict.improvement)} ${less} a frame, by a factor of ${formatNumber(verdict.speedUp)}`;
  return `${model.name} on ${place}: ${gained}; the goal of ${percent(verdict.goal)} is ${verdict.met ? "met" : "missed"} (${baseline.measurement.name} to ${optimised.measurement.name})`;
}

export function challengeSections(document: ChallengeDocument): readonly Section[] {
  return [
    finalTable(document),
    log(document),
    ablation(document),
    sweep(document),
    proof(document),
    formats(document),
    counters(document),
    scaling(document),
    trials(document),
    system(document),
    {
      ...EMPTY,
      id: "advice",
      title: "For production",
      lines: document.recommendations.map(sentence),
    },
  ];
}

const EMPTY = { lines: [], table: null, listing: [] } as const;

function finalTable({ table }: ChallengeDocument): Section {
  const rows = table.map(({ name, baseline, optimised, improvement }): readonly Cell[] => [
    name,
    baseline,
    optimised,
    improvement ?? "-",
  ]);
  const head = ["of the median frame", "baseline", "optimised", "improvement"];
  return { ...EMPTY, id: "final", title: "Result", table: { head, rows } };
}

function log(document: ChallengeDocument): Section {
  const source = document.baseline.measurement.counters.cost;
  const share = (value: number): Quantity => ({ ...plain(source), value, unit: "1" });
  const rows = document.log.map((entry, index): readonly Cell[] => [
    String(index + 1),
    entry.change,
    { ...plain(source), value: entry.after },
    share(entry.effect.improvement),
    share(entry.cumulative.improvement),
    `${formatNumber(entry.cumulative.speedUp)} x`,
  ]);
  return {
    ...EMPTY,
    id: "log",
    title: "Optimisation log",
    lines: [
      `Each step is the best single change left; it ends when none saves 0.5 %. The baseline is ${document.baseline.measurement.name}, ${formatValue(source.value, source.unit)} a frame.`,
    ],
    table: {
      head: ["", "change", "a frame", "effect", "cumulative", "speed-up"],
      rows,
    },
  };
}

function ablation(document: ChallengeDocument): Section {
  const cost = document.optimised.measurement.counters.cost;
  const rows = document.ablation.map(
    ({ removed, cost: without, loss, variant }): readonly Cell[] => [
      removed,
      variant,
      without === null ? "-" : { ...plain(cost), value: without },
      loss === null ? "-" : { ...plain(cost), value: loss, unit: "1" },
    ],
  );
  return {
    ...EMPTY,
    id: "ablation",
    title: "Ablation: each optimisation alone taken from the end",
    lines: rows.length === 0 ? ["Nothing was kept that could be removed."] : [],
    table: rows.length === 0 ? null : { head: ["without", "which is", "a frame", "lost"], rows },
  };
}

function sweep({ rows, optimised }: ChallengeDocument): Section {
  const best = optimised.measurement.counters.cost.value;
  return {
    ...EMPTY,
    id: "sweep",
    title: "Every build that was tried",
    lines: [
      "Each was built by PlatformIO, run in the emulator and compared value by value with the integer twin; one that differs or does not build does not count.",
    ],
    table: {
      head: ["build", "instructions", "cycles", "of the best", "flash", "bits"],
      rows: rows.map((outcome) => sweepRow(outcome, best)),
    },
  };
}

function sweepRow(outcome: Outcome, best: number): readonly Cell[] {
  if (outcome.state === "excluded") return [outcome.name, "-", "-", "-", "-", outcome.why];
  const { instructions, cycles, cost } = outcome.counters;
  const { flashBytes } = outcome.memory;
  return [
    outcome.name,
    instructions,
    cycles === null ? "-" : plain(cycles),
    `${formatNumber(cost.value / best)} x`,
    flashBytes === null ? "-" : `${formatNumber(flashBytes)} B`,
    "equal",
  ];
}

function proof({ proof: found }: ChallengeDocument): Section {
  const rows = found.functions.flatMap(({ name, mnemonics }) =>
    Object.entries(mnemonics).map(([mnemonic, count]): readonly Cell[] => [
      name,
      mnemonic,
      String(count),
    ]),
  );
  const executed = Object.entries(found.executedPerFrame).map(
    ([mnemonic, { value }]) => `${formatNumber(value)} ${mnemonic}`,
  );
  const agree = {
    true: "The log of executed addresses and the timing plugin count the same multiply-accumulates.",
    false:
      "The log of executed addresses and the timing plugin do NOT count the same multiply-accumulates.",
    null: "The log of executed addresses and the timing plugin were not held against each other: the linker merged the model's code with other code, or the plugin tells no classes of this core's instructions apart.",
  }[String(found.countersAgree) as "true" | "false" | "null"];
  return {
    id: "simd",
    title: simdTitle(found),
    lines: [
      sentence(found.why),
      ...(executed.length === 0
        ? []
        : [
            `Executed a frame, counted by address in the emulator's own log: ${executed.join(", ")}.`,
            agree,
          ]),
    ],
    table: rows.length === 0 ? null : { head: ["function", "instruction", "in the code"], rows },
    listing: found.excerpt,
  };
}

function simdTitle({ proven, optimisedPacked }: ChallengeDocument["proof"]): string {
  if (proven) return "SIMD: in the program and executed";
  return optimisedPacked === 0
    ? "SIMD: none in this build"
    : "SIMD: in the program, but it did not run";
}

function formats({ formats: results }: ChallengeDocument): Section {
  const rows = results.map((result): readonly Cell[] => {
    if (result.state === "excluded") return [result.format, "-", "-", "-", "-", "-", result.why];
    const { flashBytes, maxFloatError } = result;
    return [
      result.format,
      plain(result.baselineCost),
      plain(result.optimisedCost),
      result.improvement,
      `${formatNumber(result.weightBytes)} B`,
      flashBytes === null ? "-" : `${formatNumber(flashBytes)} B`,
      maxFloatError === null ? "-" : formatNumber(maxFloatError),
    ];
  });
  const head = [
    "format",
    "baseline",
    "optimised",
    "improvement",
    "weights",
    "flash",
    "largest error",
  ];
  return {
    ...EMPTY,
    id: "formats",
    title: "Number formats",
    lines: [
      "The largest error is that of any output against the float64 reference, in the output's own unit.",
    ],
    table: { head, rows },
  };
}

function counters({ absentCounters, hostCounters }: ChallengeDocument): Section {
  const device = absentCounters.map((absent) => `On the device, ${absentText(absent)}.`);
  return {
    ...EMPTY,
    id: "counters",
    title: "Counters",
    lines: [
      "The device's are in the result above: instructions, cycles, instructions a cycle, loads, stores, bytes and branches.",
      ...device,
      ...(hostCounters.length === 0 ? [] : ["This computer's, for the same C on one thread:"]),
    ],
    table:
      hostCounters.length === 0
        ? null
        : { head: ["counter", "value"], rows: hostCounters.map(hostCounterRow) },
  };
}

function hostCounterRow(counter: HostCounter): readonly Cell[] {
  return [counter.name, counter.value === null ? `none: ${counter.why}` : counter.value];
}

function scaling({ scaling: { host, absent } }: ChallengeDocument): Section {
  const fit =
    host?.parallelShare == null
      ? []
      : [
          `Amdahl's law sees a parallel share of ${percent(host.parallelShare.value)}${host.limit === null ? "" : `, at most ${formatNumber(host.limit.value)} times as fast on any number of cores`} (${host.rows.length} points).`,
        ];
  return {
    ...EMPTY,
    id: "scaling",
    title: "Scaling over cores",
    lines: [
      ...(host === null
        ? []
        : [
            `Independent streams of the same C on this computer's cores, each thread kept on one: ${host.rows[0]?.time.source ?? ""}.`,
          ]),
      ...fit,
      ...absent.map((one) => `Absent: ${absentText(one)}.`),
    ],
    table:
      host === null
        ? null
        : {
            head: ["threads", "time", "frames a second", "speed-up", "efficiency", "pinned"],
            rows: host.rows.map((row) => [
              String(row.threads),
              row.time,
              row.framesPerSecond,
              row.speedUp,
              row.efficiency,
              row.pinned ? "yes" : "no",
            ]),
          },
  };
}

function trials({ baseline, optimised, warmUpFrames }: ChallengeDocument): Section {
  const line = (name: string, { costs, repeatExactly, measurement }: Trials): string => {
    const counts = repeatExactly
      ? `all ${costs.length} gave the same counts, as the emulator's must`
      : `the median frame took ${costs.map((value) => formatNumber(value)).join(", ")}`;
    return `${name}: ${costs.length} trials of ${measurement.frames} frames from a fresh start, ${warmUpFrames} more to warm up; ${counts}.`;
  };
  return {
    ...EMPTY,
    id: "trials",
    title: "Trials",
    lines: [line("Baseline", baseline), line("Optimised", optimised)],
  };
}

function system({ system: facts, baseline, optimised }: ChallengeDocument): Section {
  const rows = [
    ...facts.map(({ name, text, source }) => [name, text, source]),
    ["baseline's flags", baseline.measurement.flags, "firmware/platformio.ini and PIONEER_FLAGS"],
    ["optimised flags", optimised.measurement.flags, "firmware/platformio.ini and PIONEER_FLAGS"],
  ];
  return { ...EMPTY, id: "system", title: "System", table: { head: ["", "", "source"], rows } };
}

function absentText({ name, why, command }: Absent): string {
  return `${name}: ${why}${command === null ? "" : ` (${command})`}`;
}

/** A quantity without its interval, which would crowd a long table. */
function plain({ kind, source, unit, value }: Quantity): Quantity {
  return { kind, source, unit, value };
}

function percent(share: number): string {
  return `${formatNumber(share * 100)} %`;
}

function sentence(text: string): string {
  return `${text}.`;
}
