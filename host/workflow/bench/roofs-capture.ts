/**
 * Decides whether what a device said of the loops of firmware/roofs is a measurement of a board, and makes its report.
 * What the loops stand for is left to roof-loops.ts, fitting a model to them to calibrate.ts.
 */
import { type Board, type MeasuredBoard, UsageError } from "../../../codegen/index.ts";
import type { DeviceRun } from "../../decode/device-run.ts";
import { EMPTY_LAPS, type LoopCycles, loopSetOf, microbenchmarks, roofsOf } from "./roof-loops.ts";

/** hello.counterKind of a counter of core cycles. */
const CORE_CYCLES = 1;

/**
 * The report of a board that ran the loops and counted its own cycles.
 * @param where the port or file it came from, for messages
 * @throws UsageError TP-USE-106 when it is no measurement of that board: an emulator's, another board's, another program's,
 *   without a counter or without a whole pass
 */
export function measuredRoofs(run: DeviceRun, board: Board, where: string): MeasuredBoard {
  const { hello } = run;
  const set = loopSetOf(board.core);
  if (board.kind === "emulated")
    throw noMeasurement(where, `${board.id} is emulated: nothing is measured there`);
  if (hello === undefined) throw noMeasurement(where, "no device said what it is");
  if (hello.board !== board.id)
    throw noMeasurement(where, `it is of ${hello.board}, not of ${board.id}`);
  if (set === undefined || hello.modelDigest !== set.digest || hello.app !== "speed") {
    throw noMeasurement(
      where,
      `its program is ${hello.app} with ${hello.model} ${hello.modelDigest}`,
    );
  }
  if (hello.counterKind !== CORE_CYCLES || hello.clockHz === 0) {
    throw noMeasurement(where, "the device has no counter of core cycles: an emulator has none");
  }
  const passes = wholePasses(run, EMPTY_LAPS.length + set.loops.length);
  if (passes.length === 0)
    throw noMeasurement(
      where,
      `${run.roofs.length + run.outputs.length} loops arrived, no whole pass`,
    );
  const counter = `the cycle counter of ${hello.board}`;
  const loops = microbenchmarks(set.loops, passes, "measured", counter);
  return {
    schema: 1,
    board: board.id,
    firmware: { compiler: hello.compiler, flags: "", clockHz: hello.clockHz, counter },
    microbenchmarks: loops,
    roofs: roofsOf(set.loops, loops, null),
    parameters: [],
  };
}

/** Passes of which every loop arrived: Roofs, or the Outputs of a recording from before there were any. */
function wholePasses({ roofs, outputs }: DeviceRun, each: number): readonly LoopCycles[] {
  const answers =
    roofs.length > 0
      ? roofs.map(({ pass, loop, cycles }) => ({ index: pass * each + loop, cycles }))
      : outputs.map(({ record: { frame, cycles } }) => ({ index: frame, cycles }));
  const cycles = new Map(answers.map((answer) => [answer.index, Number(answer.cycles)]));
  const count = Math.ceil(Math.max(0, ...answers.map(({ index }) => index + 1)) / each);
  return Array.from({ length: count }, (_, pass) =>
    Array.from({ length: each }, (_, index) => cycles.get(pass * each + index)),
  ).filter((pass): pass is number[] => pass.every((loop) => loop !== undefined));
}

/** The error of what is no measurement of a board. */
export function noMeasurement(where: string, why: string): UsageError {
  return new UsageError("TP-USE-106", {
    what: `${where} holds no measurement of the board`,
    why,
    fix: "run the loops on the board: pioneer bench roofs --board ID --port PORT --record FILE",
  });
}
