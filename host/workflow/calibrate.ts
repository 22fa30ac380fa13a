/**
 * The verb `calibrate`: fits what is free in a board's model to loops that the board measured, and stores it beside them.
 * Measuring them is left to the program roofs, the fit to codegen/memory.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BASE_LOOP,
  checkMeasured,
  fittedParameters,
  loadBoard,
  loadLoopName,
  MEASURED_DIRECTORY,
  UsageError,
} from "../../codegen/index.ts";
import { formatNumber } from "../report/format.ts";
import type { VerbContext } from "./context.ts";
import { writeFileWhole } from "./output-file.ts";

export interface CalibrateOptions {
  readonly board: string;
  /** JSON of boards/measured/measured.schema.json. */
  readonly from: string;
  /** Where ID.json goes; default boards/measured. */
  readonly out?: string;
}

/** @throws UsageError TP-USE-104 for a file that is no report of that board, TP-USE-105 when it measured no loop that helps */
export async function calibrate(context: VerbContext, options: CalibrateOptions): Promise<number> {
  const board = loadBoard(options.board);
  const measured = checkMeasured(readJson(options.from), board, options.from);
  const parameters = fittedParameters(board, measured.microbenchmarks);
  if (parameters.length === 0) throw nothingToFit(options.from, board.memories[0]?.name ?? "flash");
  const kept = measured.parameters.filter(
    ({ name }) => !parameters.some((fitted) => fitted.name === name),
  );
  const value = { ...measured, parameters: [...kept, ...parameters] };
  const directory = options.out ?? MEASURED_DIRECTORY;
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${board.id}.json`);
  writeFileWhole(file, `${JSON.stringify(value, null, 2)}\n`);
  const document = { schema: 1, board: board.id, parameters, file };
  context.print(document, () =>
    [
      ...parameters.map(
        ({ name, value, unit, interval, source }) =>
          `${name}  ${formatNumber(value)} ${unit} (${(interval ?? [value, value]).map((end) => formatNumber(end)).join(" to ")})  ${source}`,
      ),
      `written to ${file}`,
    ].join("\n"),
  );
  return 0;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError("TP-USE-104", {
      what: `${file} is not what a board reported`,
      why: error instanceof Error ? error.message : String(error),
      fix: "give the JSON that boards/measured/measured.schema.json describes",
    });
  }
}

function nothingToFit(file: string, memory: string): UsageError {
  return new UsageError("TP-USE-105", {
    what: `nothing in ${file} can be fitted`,
    why: `it has no ${BASE_LOOP}, or no loop such as ${loadLoopName(memory, 32)} through a memory of the board`,
    fix: "measure these loops on the board: one word a lap, so many byte apart, over more than its caches hold",
  });
}
