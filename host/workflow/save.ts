/**
 * The verb `save`: keeps the records of runs as a named baseline.
 * Where it lies and what is in it is left to baselines.ts.
 */
import { existsSync } from "node:fs";
import { UsageError } from "../../codegen/index.ts";
import { printable } from "../report/printable.ts";
import type { Run } from "./baselines.ts";
import {
  BASELINES_DIR,
  baselinePath,
  lastRecording,
  readRuns,
  writeBaseline,
} from "./baselines.ts";
import type { VerbContext } from "./context.ts";

export interface SaveOptions {
  readonly dir?: string;
  /** True: the files are further runs of a baseline that exists. */
  readonly add?: boolean;
}

/** Each FILE is a run; without one the last recording is. @throws UsageError TP-USE-330 to -334 */
export async function save(
  context: VerbContext,
  { dir = BASELINES_DIR, add = false }: SaveOptions,
  name: string,
  words: readonly string[],
): Promise<number> {
  const path = baselinePath(dir, name);
  const existed = existsSync(path);
  if (add && !existed) throw nothingToAddTo(name, dir);
  const files = words.length > 1 ? words.slice(1) : [lastRecording()];
  const runs: Run[] = add ? [...(await readRuns(context, path))] : [];
  for (const file of files) runs.push(...(await readRuns(context, file)));
  writeBaseline(path, name, runs);
  const document = {
    schema: 1,
    name,
    file: path,
    replaced: existed && !add,
    runs: runs.length,
    rows: runs.flatMap((run, index) =>
      run.map(({ machine, workload, samples, time }) => ({
        run: index + 1,
        machine,
        workload: workload.name,
        samples: samples.length,
        kind: time?.kind ?? null,
      })),
    ),
  };
  context.print(document, () => {
    const count = `${runs.length} ${runs.length === 1 ? "run" : "runs"}`;
    const replaced = document.replaced ? ", in place of the one before" : "";
    return printable(`saved ${name}: ${count} in ${path}${replaced}`);
  });
  return 0;
}

function nothingToAddTo(name: string, dir: string): UsageError {
  return new UsageError(
    "TP-USE-334",
    {
      what: `there is no baseline "${name}" to add to`,
      why: `it is not in ${dir}`,
      fix: `pioneer save ${name} FILE, without --add`,
    },
    { name, dir },
  );
}
