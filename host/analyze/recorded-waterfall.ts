/**
 * Decides the optimisation waterfall of recorded steps: one record a file, in the order given, each with its own kind.
 * Steps that nobody recorded are left to optimisation-waterfall.ts.
 */
import { AnalysisError } from "./analysis-error.ts";
import { typicalTime } from "./machine-analysis.ts";
import type { MachineRecord } from "./machine-record.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import type { Waterfall, WaterfallPart } from "./waterfall.ts";
import { stacked } from "./waterfall.ts";
import { digits } from "./wording.ts";

const MILLISECONDS = 1e3;

/**
 * From the first file's time to the last one's.
 * @throws AnalysisError TP-USE-370 for fewer than two timed files, -371 for files of different work or machines
 */
export function recordedWaterfall(
  records: readonly Pick<MachineRecord, "machine" | "workload" | "time" | "origin" | "setup">[],
): Waterfall {
  const steps = firstOfEachFile(records);
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined || steps.length < 2) {
    throw new AnalysisError(
      "TP-USE-370",
      {
        what: `a waterfall of ${steps.length} timed file${steps.length === 1 ? "" : "s"}`,
        why: "every file is one step, so it takes two or more that tell their times",
        fix: "pioneer analyze before.tpcap after.tpcap --waterfall",
      },
      { files: steps.map(({ record }) => record.origin.file) },
    );
  }
  for (const { record } of steps) requireSame(first.record, record);
  const parts: WaterfallPart[] = steps.map(({ record, time }, index) => {
    const before = steps[index - 1];
    const name = nameOf(record.origin.file);
    const words = changed(before?.record.setup, record.setup);
    return before === undefined
      ? { name, role: "total", amount: time, words }
      : {
          name,
          role: "step",
          amount: derive(time.value - before.time.value, "ms", "time - time of the step before", [
            time,
            before.time,
          ]),
          words,
        };
  });
  parts.push({ name: "at the end", role: "total", amount: last.time, words: last.time.source });
  return {
    id: "optimisation",
    title: `Recorded steps of ${first.record.workload.name} on ${first.record.machine}`,
    unit: "ms",
    bars: stacked(parts),
    explanation: `${digits(first.time.value)} ms at first, ${digits(last.time.value)} ms at the end: ${digits(first.time.value / last.time.value)}x in ${steps.length - 1} step${steps.length === 2 ? "" : "s"}`,
  };
}

type Recorded = Parameters<typeof recordedWaterfall>[0][number];

function firstOfEachFile(
  records: readonly Recorded[],
): readonly { readonly record: Recorded; readonly time: Quantity }[] {
  const seen = new Set<string>();
  return records.flatMap((record) => {
    const { file } = record.origin;
    const time = typicalTime({ time: record.time });
    if (record.workload.partOf !== undefined || time === null || seen.has(file)) return [];
    seen.add(file);
    return [{ record, time: { ...time, value: time.value * MILLISECONDS, unit: "ms" } }];
  });
}

function requireSame(first: Recorded, other: Recorded): void {
  const work = first.workload.name === other.workload.name;
  if (work && first.machine === other.machine) return;
  throw new AnalysisError(
    "TP-USE-371",
    {
      what: `${other.origin.file} is no step after ${first.origin.file}`,
      why: work
        ? `one ran on ${first.machine}, the other on ${other.machine}`
        : `one is of ${first.workload.name}, the other of ${other.workload.name}`,
      fix: "give recordings of one model on one machine, in the order of the steps",
    },
    { first: first.origin.file, other: other.origin.file },
  );
}

/** The file's name without folders and suffix. */
function nameOf(file: string): string {
  return file.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
}

/** What the setup of a step says that the one before did not. */
function changed(before: Recorded["setup"] | undefined, setup: Recorded["setup"]): string {
  const news = Object.entries(setup).filter(([name, text]) => before?.[name] !== text);
  if (before === undefined) return setup.format ?? "as recorded";
  return news.length === 0
    ? "nothing that the setup tells"
    : news.map(([name, text]) => `${name} ${text}`).join(", ");
}
