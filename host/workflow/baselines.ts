/**
 * Keeps the records of runs under a name and finds them again: one JSON file a name, which `analyze` reads too.
 * What a comparison makes of them is left to analyze/comparison, reading other files to import.ts.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { UsageError } from "../../codegen/index.ts";
import type { ComparisonSide } from "../analyze/comparison/side.ts";
import type { MachineRecord } from "../analyze/machine-record.ts";
import type { VerbContext } from "./context.ts";
import { importFile } from "./import.ts";
import { writeFileWhole } from "./output-file.ts";
import { WORK_DIR } from "./paths.ts";

export const BASELINES_DIR = join(WORK_DIR, "baselines");
const SUFFIX = ".json";
/** Letters, digits and ". _ -", no dot first: a file's name everywhere. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

export type Run = readonly MachineRecord[];

/** @throws UsageError TP-USE-330 for a name that is no file's name everywhere */
export function baselinePath(dir: string, name: string): string {
  if (NAME.test(name)) return join(dir, name + SUFFIX);
  throw new UsageError(
    "TP-USE-330",
    {
      what: `"${name.slice(0, 120)}" cannot be a baseline's name`,
      why: 'it takes up to 100 letters, digits, ".", "_" and "-", and does not begin with "."',
      fix: "pioneer save before FILE",
    },
    { name },
  );
}

/** Writes the runs whole or not at all, a record a line. */
export function writeBaseline(path: string, name: string, runs: readonly Run[]): void {
  const rows = runs.flatMap((run, index) => run.map((record) => ({ ...record, run: index + 1 })));
  const head = `{"schema":1,"baseline":${JSON.stringify({ name, runs: runs.length })},"rows":[`;
  writeFileWhole(path, `${head}\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}\n`);
}

/** The runs of one file: a saved baseline may hold several, any other file is one. */
export async function readRuns(context: VerbContext, path: string): Promise<readonly Run[]> {
  context.progress.step(`reading ${path}`);
  const progress = (done: number, total: number) => context.progress.update(done, total);
  const runs = new Map<number, MachineRecord[]>();
  for (const record of await importFile(path, { progress, signal: context.signal })) {
    const run = record.run ?? 1;
    runs.set(run, [...(runs.get(run) ?? []), record]);
  }
  return [...runs.values()];
}

/**
 * One side of a comparison: a saved name, a file, or a folder whose files are runs.
 * @throws UsageError TP-USE-331 for a folder without files, -332 for a name that is a file as well, -280 when it is neither
 */
export async function readSide(
  context: VerbContext,
  dir: string,
  word: string,
): Promise<ComparisonSide> {
  const saved = NAME.test(word) ? join(dir, word + SUFFIX) : undefined;
  const isSaved = saved !== undefined && existsSync(saved);
  if (isSaved && existsSync(word)) throw twoMeanings(word, saved);
  if (isSaved) return { name: word, runs: await readRuns(context, saved) };
  const isFolder = statSync(word, { throwIfNoEntry: false })?.isDirectory() === true;
  const files = isFolder ? filesIn(word) : [word];
  const runs: Run[] = [];
  try {
    for (const file of files) runs.push(...(await readRuns(context, file)));
  } catch (error) {
    const unknown = error instanceof UsageError && error.code === "TP-USE-280" && !isFolder;
    throw unknown && saved !== undefined ? neither(error, word, dir) : error;
  }
  return { name: word, runs };
}

/** The recording that `pioneer run` wrote last. @throws UsageError TP-USE-333 when there is none */
export function lastRecording(dir = join(WORK_DIR, "runs")): string {
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith(".tpcap")) : [];
  const newest = names
    .map((name) => ({ path: join(dir, name), at: statSync(join(dir, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at)[0];
  if (newest !== undefined) return newest.path;
  throw new UsageError("TP-USE-333", {
    what: "there is no recording to save",
    why: `no run was recorded in ${dir} yet`,
    fix: "pioneer run MODEL --board ID, then save; or name a file: pioneer save NAME FILE",
  });
}

function filesIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ name }) => join(folder, name))
    .sort();
  if (files.length > 0) return files;
  throw new UsageError(
    "TP-USE-331",
    {
      what: `there is no file in ${folder}`,
      why: "each file of a folder is a run of that side",
      fix: "name a file, a folder with files, or a saved baseline",
    },
    { folder },
  );
}

function twoMeanings(word: string, saved: string): UsageError {
  return new UsageError(
    "TP-USE-332",
    {
      what: `"${word}" is a saved baseline and a file`,
      why: `${saved} exists, and ${word} does`,
      fix: `.${sep}${word} for the file, ${saved} for the baseline`,
    },
    { word },
  );
}

/** What cannot be opened may have been meant as a name. */
function neither(error: UsageError, word: string, dir: string): UsageError {
  const names = existsSync(dir)
    ? readdirSync(dir).flatMap((name) => (name.endsWith(SUFFIX) ? name.slice(0, -5) : []))
    : [];
  return new UsageError(
    "TP-USE-280",
    {
      what: `${word} is neither a saved baseline nor a file`,
      why: names.length === 0 ? `nothing is saved in ${dir}` : `saved are ${names.join(", ")}`,
      fix: "pioneer save NAME FILE keeps a run; compare takes names and files",
    },
    error.facts,
  );
}
