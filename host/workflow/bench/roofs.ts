/**
 * The `bench roofs` verb: a board's own microbenchmarks, and the roofs that follow from them, as boards/measured/ID.json.
 * What the loops stand for is left to roof-loops.ts, their look to report/.
 */
import { join } from "node:path";
import {
  checkMeasured,
  type EmulatedBoard,
  findMeasured,
  loadBoard,
  type MeasuredBoard,
  UsageError,
} from "../../../codegen/index.ts";
import { explainEnding } from "../../link/outcome.ts";
import { Session } from "../../link/session.ts";
import { roofsTable } from "../../report/roofs.ts";
import type { VerbContext } from "../context.ts";
import { parseCounts, type RegionCounts } from "../counts.ts";
import { prepareDevice, requireEmulated } from "../device.ts";
import { compilerVersion } from "../elf-compiler.ts";
import { writeFileWhole } from "../output-file.ts";
import { BOARDS_DIR, FIRMWARE_DIR } from "../paths.ts";
import { LOOPS, LOOPS_DIGEST, type LoopCycles, microbenchmarks, roofsOf } from "./roof-loops.ts";

export interface RoofOptions {
  readonly board: string;
  /** Where the report goes; boards/measured/ID.json without it. */
  readonly out?: string;
}

const REPEATS = 3;
/** Not used by the loops; the program wants one. */
const SEED = 1;
/** Cores whose instructions the loops are written in, with a timing table. */
const CORES: readonly string[] = ["cortex-m4", "cortex-m7", "cortex-m33"];

/** @throws UsageError TP-USE-433 for a core without loops, TP-USE-126 for a real board; what the device throws */
export async function benchRoofs(context: VerbContext, options: RoofOptions): Promise<number> {
  const board = requireEmulated(loadBoard(options.board));
  const path = options.out ?? join(BOARDS_DIR, "measured", `${board.id}.json`);
  const report = checkMeasured(await modelRoofs(context, board), board, path);
  writeFileWhole(path, `${JSON.stringify(report, null, 2)}\n`);
  context.print({ ...report, files: { report: path } }, () => roofsTable(report, path));
  return 0;
}

/** The roofs of an emulated board: modelled from its core's table, never measured. */
export async function modelRoofs(
  { progress, signal }: Pick<VerbContext, "progress" | "signal">,
  board: EmulatedBoard,
): Promise<MeasuredBoard> {
  if (!CORES.includes(board.core)) throw noLoops(board);
  const device = await prepareDevice({
    board,
    app: "speed",
    modelDir: join(FIRMWARE_DIR, "roofs"),
    key: `roofs-${board.id}`,
    progress,
    signal,
  });
  const session = new Session(device.link, {
    expect: { board: board.id, app: "speed", modelDigest: LOOPS_DIGEST },
    signal,
  });
  const each = LOOPS.length + 1;
  try {
    await session.open();
    progress.step(`running ${LOOPS.length} microbenchmarks on ${board.id}`);
    await session.measure(REPEATS * each, SEED);
    const failure = explainEnding(await session.finish());
    if (failure) throw failure;
    const text = new TextDecoder().decode((await device.readCounts()) ?? new Uint8Array());
    const { regions, problems } = parseCounts(text);
    if (problems.length > 0 || regions.length !== REPEATS * each || device.firmware === null) {
      throw new RangeError(`${regions.length} of ${REPEATS * each} microbenchmarks were counted`);
    }
    const at = (read: (region: RegionCounts) => number | null | undefined) =>
      microbenchmarks(
        passesOf(
          regions.map((region) => read(region) ?? 0),
          each,
        ),
        "modelled",
        device.cycleModel,
      );
    const stated = at(({ cycles }) => cycles);
    return {
      schema: 1,
      board: board.id,
      firmware: {
        compiler: compilerVersion(device.firmware.elf),
        flags: device.flags,
        clockHz: null,
        counter: device.counter,
      },
      microbenchmarks: stated,
      roofs: roofsOf(stated, [
        at(({ cyclesLow }) => cyclesLow),
        at(({ cyclesHigh }) => cyclesHigh),
      ]),
      parameters: findMeasured(board)?.parameters ?? [],
    };
  } finally {
    await session.close();
    await device.dispose();
  }
}

function passesOf(cycles: readonly number[], each: number): readonly LoopCycles[] {
  return Array.from({ length: cycles.length / each }, (_, pass) =>
    cycles.slice(pass * each, (pass + 1) * each),
  );
}

function noLoops(board: EmulatedBoard): UsageError {
  return new UsageError(
    "TP-USE-433",
    {
      what: `there are no microbenchmarks for ${board.id} yet`,
      why: `firmware/roofs is written for ${CORES.join(", ")}, and ${board.id} is a ${board.core}`,
      fix: "pioneer bench roofs --board qemu-m4",
    },
    { board: board.id, core: board.core },
  );
}
