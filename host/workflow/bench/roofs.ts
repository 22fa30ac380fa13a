/**
 * The `bench roofs` verb: a board's own microbenchmarks, and the roofs that follow from them, as boards/measured/ID.json.
 * What the loops stand for is left to roof-loops.ts, what a real board answered to roofs-capture.ts, their look to report/.
 */
import { join } from "node:path";
import {
  checkMeasured,
  type EmulatedBoard,
  findMeasured,
  LinkError,
  loadBoard,
  type MeasuredBoard,
  UsageError,
} from "../../../codegen/index.ts";
import { CaptureWriter } from "../../capture/file.ts";
import { recordLink } from "../../capture/record-link.ts";
import { WIRE_VERSION } from "../../decode/records.ts";
import { explainEnding } from "../../link/outcome.ts";
import { Session } from "../../link/session.ts";
import { roofsTable } from "../../report/roofs.ts";
import type { VerbContext } from "../context.ts";
import type { FittedRules } from "../core-table.ts";
import { parseCounts, type RegionCounts } from "../counts.ts";
import { type Device, prepareDevice, requireEmulated } from "../device.ts";
import { compilerVersion } from "../elf-compiler.ts";
import { writeFileWhole } from "../output-file.ts";
import { BOARDS_DIR, FIRMWARE_DIR } from "../paths.ts";
import { portLink } from "../port-link.ts";
import { TOOL_VERSION } from "../version.ts";
import {
  EMPTY_LAPS,
  LOOP_SETS,
  type LoopCycles,
  type LoopSet,
  loopSetOf,
  microbenchmarks,
  roofsOf,
} from "./roof-loops.ts";
import { measuredRoofs } from "./roofs-capture.ts";

export interface RoofOptions {
  readonly board: string;
  /** Where the program speed of firmware/roofs answers, on a real board. */
  readonly port?: string;
  /** Keeps what came over the port, for `calibrate`. */
  readonly record?: string;
  /** Where the report goes; boards/measured/ID.json without it. */
  readonly out?: string;
}

const REPEATS = 3;

/**
 * @throws UsageError TP-USE-433 for a core without loops, TP-USE-126 for a real board without a port, TP-USE-106 for a board
 *   that counted no cycles; what the device throws
 */
export async function benchRoofs(context: VerbContext, options: RoofOptions): Promise<number> {
  const board = loadBoard(options.board);
  const path = options.out ?? join(BOARDS_DIR, "measured", `${board.id}.json`);
  const found =
    options.port === undefined
      ? await modelRoofs(context, requireEmulated(board))
      : await measureRoofs(context, board.id, board.core, options.port, options.record);
  const kept = findMeasured(board)?.parameters ?? [];
  const report = checkMeasured({ ...found, parameters: kept }, board, path);
  writeFileWhole(path, `${JSON.stringify(report, null, 2)}\n`);
  context.print({ ...report, files: { report: path } }, () => roofsTable(report, path));
  return 0;
}

/** What one pass over the loops cost by a timing table. */
interface CountedRoofs {
  readonly set: LoopSet;
  readonly device: Device;
  /** REPEATS passes, each of the empty loops and the set's. */
  readonly regions: readonly RegionCounts[];
}

/**
 * The loops under the emulator of a board.
 * @param rules in place of its core's table
 */
export async function countLoops(
  { progress, signal }: Pick<VerbContext, "progress" | "signal">,
  board: EmulatedBoard,
  rules: FittedRules = {},
): Promise<CountedRoofs> {
  const set = requireLoops(board.id, board.core);
  const each = set.loops.length + EMPTY_LAPS.length;
  const device = await prepareDevice({
    board,
    app: "speed",
    modelDir: join(FIRMWARE_DIR, "roofs"),
    key: `roofs-${board.id}`,
    variedRegions: each,
    rules,
    progress,
    signal,
  });
  const session = sessionOf(device, board.id, set, signal);
  try {
    await session.open();
    progress.step(`running ${set.loops.length} microbenchmarks on ${board.id}`);
    await readLoops(session, set);
    const failure = explainEnding(await session.finish());
    if (failure) throw failure;
    const text = new TextDecoder().decode((await device.readCounts()) ?? new Uint8Array());
    const { regions, problems } = parseCounts(text);
    if (problems.length > 0 || regions.length !== REPEATS * each || device.firmware === null) {
      throw new RangeError(`${regions.length} of ${REPEATS * each} microbenchmarks were counted`);
    }
    if (regions.some(({ cycles }) => cycles === null)) throw noLoops(board.id, device.cycleModel);
    return { set, device, regions };
  } finally {
    await session.close();
    await device.dispose();
  }
}

/** The roofs of an emulated board: modelled from its core's table, never measured. */
export async function modelRoofs(
  context: Pick<VerbContext, "progress" | "signal">,
  board: EmulatedBoard,
): Promise<MeasuredBoard> {
  const { set, device, regions } = await countLoops(context, board);
  const at = (read: (region: RegionCounts) => number | null | undefined) =>
    microbenchmarks(
      set.loops,
      passesOf(
        regions.map((region) => read(region) ?? 0),
        set.loops.length + EMPTY_LAPS.length,
      ),
      "modelled",
      device.cycleModel,
    );
  const stated = at(({ cycles }) => cycles);
  return {
    schema: 1,
    board: board.id,
    firmware: {
      compiler: device.firmware === null ? "none" : compilerVersion(device.firmware.elf),
      flags: device.flags,
      clockHz: null,
      counter: device.counter,
    },
    microbenchmarks: stated,
    roofs: roofsOf(set.loops, stated, [
      at(({ cyclesLow }) => cyclesLow),
      at(({ cyclesHigh }) => cyclesHigh),
    ]),
    parameters: [],
  };
}

/** The roofs of a real board behind a port, by its own counter. */
async function measureRoofs(
  { progress, signal }: Pick<VerbContext, "progress" | "signal">,
  board: string,
  core: string,
  port: string,
  record: string | undefined,
): Promise<MeasuredBoard> {
  const set = requireLoops(board, core);
  const link = portLink(port);
  const writer =
    record === undefined
      ? null
      : new CaptureWriter(record, {
          schema: 1,
          toolVersion: TOOL_VERSION,
          board,
          as: null,
          app: "speed",
          format: "none",
          model: { name: "roofs", digest: set.digest },
          wireVersion: WIRE_VERSION,
          link: link.name,
        });
  const session = sessionOf(
    { link: writer === null ? link : recordLink(link, writer) },
    board,
    set,
    signal,
  );
  try {
    await session.open();
    progress.step(`running ${set.loops.length} microbenchmarks on ${board}`);
    await readLoops(session, set);
    const failure = explainEnding(await session.finish());
    if (failure) throw failure;
    writer?.end("finished");
    return measuredRoofs(session.run, loadBoard(board), port);
  } finally {
    writer?.close();
    await session.close();
  }
}

function sessionOf(
  { link }: Pick<Device, "link">,
  board: string,
  { digest }: LoopSet,
  signal: AbortSignal,
): Session {
  return new Session(link, { expect: { board, app: "speed", modelDigest: digest }, signal });
}

/** @throws LinkError TP-LINK-012 when the device has other microbenchmarks than the host knows for its core */
async function readLoops(session: Session, { loops }: LoopSet): Promise<void> {
  const expected = loops.length + EMPTY_LAPS.length;
  const found = await session.readRoofs(REPEATS);
  if (found === undefined || found === expected) return;
  throw new LinkError(
    "TP-LINK-012",
    {
      what: `the device has ${found} microbenchmarks; ${expected} are known for its core`,
      why: "its program is not speed with firmware/roofs of this version",
      fix: "build it again: docs/boards.md says how the roofs of a board are read",
    },
    { found, expected },
  );
}

export function passesOf(cycles: readonly number[], each: number): readonly LoopCycles[] {
  return Array.from({ length: cycles.length / each }, (_, pass) =>
    cycles.slice(pass * each, (pass + 1) * each),
  );
}

/** @throws UsageError TP-USE-433 */
export function requireLoops(board: string, core: string): LoopSet {
  const set = loopSetOf(core);
  if (set !== undefined) return set;
  const cores = LOOP_SETS.flatMap((one) => one.cores);
  throw noLoops(
    board,
    `firmware/roofs is written for ${cores.join(", ")}, and ${board} is a ${core}`,
  );
}

function noLoops(board: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-433",
    {
      what: `there are no microbenchmarks for ${board} yet`,
      why,
      fix: "pioneer bench roofs --board qemu-m4",
    },
    { board },
  );
}
