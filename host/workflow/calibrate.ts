/**
 * The verb `calibrate`: fits what is free in a board's model to loops that the board measured, and stores it beside them.
 * Measuring them is left to the program roofs, the fits to codegen/memory and bench/fit-rules.ts.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BASE_LOOP,
  type Board,
  checkMeasured,
  fittedParameters,
  loadBoard,
  loadLoopName,
  MEASURED_DIRECTORY,
  type MeasuredBoard,
  type RealBoard,
  type ReportedValue,
  UsageError,
} from "../../codegen/index.ts";
import { readCapture } from "../capture/format.ts";
import { replayRun } from "../capture/replay.ts";
import { formatNumber } from "../report/format.ts";
import { fitRules, type LoopCost } from "./bench/fit-rules.ts";
import { EMPTY_LAPS, microbenchmarks } from "./bench/roof-loops.ts";
import { countLoops, passesOf } from "./bench/roofs.ts";
import { measuredRoofs, noMeasurement } from "./bench/roofs-capture.ts";
import type { VerbContext } from "./context.ts";
import { loadCoreTable } from "./core-table.ts";
import type { RegionCounts } from "./counts.ts";
import { requireEmulated } from "./device.ts";
import { writeFileWhole } from "./output-file.ts";

export interface CalibrateOptions {
  readonly board: string;
  /** Where ID.json goes; default boards/measured. */
  readonly out?: string;
}

/** Loops that wait for memory, in which rules cannot be told from waits. */
const OF_MEMORY = /^(load|read-weights)-/;

/**
 * `file`: a recording of the loops, or the report that was made of one.
 * @throws UsageError TP-USE-104 for a file that is no report of that board, TP-USE-105 when it measured no loop that helps,
 *   TP-USE-106 for a recording that is no measurement of it, as an emulator's
 */
export async function calibrate(
  context: VerbContext,
  options: CalibrateOptions,
  file: string,
): Promise<number> {
  const board = loadBoard(options.board);
  if (board.kind === "emulated") {
    throw noMeasurement(file, `${board.id} is emulated: nothing is measured there`);
  }
  const measured = readMeasured(file, board);
  const waits = fittedParameters(board, memoryLoops(measured, board));
  const rules = await ruleParameters(context, measured, board);
  const parameters = [...waits, ...rules];
  if (parameters.length === 0) throw nothingToFit(file, board.memories[0]?.name ?? "flash");
  const kept = measured.parameters.filter(
    ({ name }) => !parameters.some((fitted) => fitted.name === name),
  );
  const value = { ...measured, parameters: [...kept, ...parameters] };
  const directory = options.out ?? MEASURED_DIRECTORY;
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${board.id}.json`);
  writeFileWhole(path, `${JSON.stringify(value, null, 2)}\n`);
  const document = { schema: 1, board: board.id, parameters, file: path };
  context.print(document, () => [...parameters.map(line), `written to ${path}`].join("\n"));
  return 0;
}

function line({ name, value, unit, interval = [value, value], source }: ReportedValue): string {
  const ends = interval.map((end) => formatNumber(end)).join(" to ");
  return `${name}  ${formatNumber(value)} ${unit} (${ends})  ${source}`;
}

/** A recording begins with its magic, a report with a brace. */
function readMeasured(file: string, board: Board): MeasuredBoard {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw noReport(file, error);
  }
  const reading = readCapture(bytes);
  if (reading.state === "read") {
    const { manifest } = reading.capture;
    if (manifest.board !== board.id || manifest.as !== null) {
      const standing = manifest.as === null ? "" : ` standing for ${manifest.as}`;
      throw noMeasurement(file, `it was recorded on ${manifest.board}${standing}`);
    }
    return checkMeasured(measuredRoofs(replayRun(reading.capture).run, board, file), board, file);
  }
  try {
    return checkMeasured(JSON.parse(new TextDecoder().decode(bytes)), board, file);
  } catch (error) {
    throw error instanceof UsageError ? error : noReport(file, error);
  }
}

/** The loops through constants, under the name of the memory that a program's constants lie in. */
function memoryLoops({ microbenchmarks: loops }: MeasuredBoard, { memories }: Board) {
  const flash = memories.find(({ role }) => role === "flash")?.name;
  return loops.map((loop) => ({
    ...loop,
    name: flash === undefined ? loop.name : loop.name.replace(/^load-weights-/, `load-${flash}-`),
  }));
}

/** Runs the same loops by the core's table, and fits its unsure rules to what differs. */
async function ruleParameters(
  context: VerbContext,
  { microbenchmarks: measured }: MeasuredBoard,
  board: RealBoard,
): Promise<readonly ReportedValue[]> {
  if (!measured.some(({ name }) => !OF_MEMORY.test(name))) return [];
  const { set, regions } = await countLoops(context, requireEmulated(loadBoard(board.emulatedBy)));
  const lapsBy = (read: (region: RegionCounts) => number) => {
    const passes = passesOf(regions.map(read), EMPTY_LAPS.length + set.loops.length);
    return microbenchmarks(set.loops, passes.slice(0, 1), "modelled", board.core);
  };
  const stated = lapsBy(({ cycles }) => cycles ?? 0);
  const unsure = [...new Set(regions.flatMap(({ rules }) => Object.keys(rules ?? {})))];
  const ends = unsure.map((rule) => ({
    rule,
    low: lapsBy(({ cycles, rules }) => rules?.[rule]?.[0] ?? cycles ?? 0),
    high: lapsBy(({ cycles, rules }) => rules?.[rule]?.[1] ?? cycles ?? 0),
  }));
  const costs = set.loops.flatMap(({ name }, index): readonly LoopCost[] => {
    const own = measured.find((one) => one.name === name);
    if (own === undefined || OF_MEMORY.test(name)) return [];
    const cycles = stated[index]?.cyclesPerLap.median ?? 0;
    const moved = ends.flatMap(({ rule, low, high }) => {
      const pair = [low, high].map((side) => side[index]?.cyclesPerLap.median ?? cycles);
      const [atLow, atHigh] = pair as [number, number];
      return atLow === cycles && atHigh === cycles ? [] : [[rule, [atLow, atHigh] as const]];
    });
    return [{ name, measured: own.cyclesPerLap, stated: cycles, ends: Object.fromEntries(moved) }];
  });
  return fitRules(costs, loadCoreTable(board.core).rules);
}

function noReport(file: string, error: unknown): UsageError {
  return new UsageError("TP-USE-104", {
    what: `${file} is not what a board reported`,
    why: error instanceof Error ? error.message : String(error),
    fix: "give a recording of bench roofs, or the JSON that boards/measured/measured.schema.json describes",
  });
}

function nothingToFit(file: string, memory: string): UsageError {
  return new UsageError("TP-USE-105", {
    what: `nothing in ${file} can be fitted`,
    why: `it has no ${BASE_LOOP}, or no loop such as ${loadLoopName(memory, 32)} through a memory of the board`,
    fix: "measure these loops on the board: one word a lap, so many byte apart, over more than its caches hold",
  });
}
