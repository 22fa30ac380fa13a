/**
 * Decides which environment of firmware/platformio.ini makes a board's program, and whether PlatformIO must bring a
 * framework for it.
 * Building it is left to build.ts, what PlatformIO then lacks to framework-packages.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Board,
  checkPlacesWithFramework,
  type PlacementRequest,
  type RealBoard,
  UsageError,
} from "../../codegen/index.ts";
import { FIRMWARE_DIR } from "./paths.ts";

export interface FirmwareEnvironment {
  /** Its section in platformio.ini is env:NAME, its output folder NAME. */
  readonly name: string;
  /** What PlatformIO fetches; null where Debian's compiler and this tree are all it takes. */
  readonly platform: string | null;
}

/** Boards of platformio.ini that are built with nothing but a compiler, each by the environment bare-ID. */
export function bareBoards(): readonly string[] {
  const ini = readFileSync(join(FIRMWARE_DIR, "platformio.ini"), "utf8");
  return [...ini.matchAll(/^\[env:bare-(.+)\]$/gm)].map(([, id]) => String(id));
}

/**
 * The environment of a board: its own on an emulator, and of a real one the environment without a framework where there
 * is one and `framework` does not ask for the other.
 * @param placement of a program whose C asks for memories
 * @throws UsageError TP-USE-136 for a real board that PlatformIO does not know, PlanError TP-PLAN-002 for a place that the
 * board gives without its framework alone
 */
export function firmwareEnvironment(
  board: Board,
  framework = false,
  placement: PlacementRequest = {},
): FirmwareEnvironment {
  if (board.kind === "emulated") return { name: board.id, platform: null };
  if (!framework && bareBoards().includes(board.id)) {
    return { name: `bare-${board.id}`, platform: null };
  }
  if (board.platformio !== null) {
    checkPlacesWithFramework(board, placement);
    return { name: board.id, platform: board.platformio.package };
  }
  throw noEnvironment(board);
}

function noEnvironment(board: RealBoard): UsageError {
  return new UsageError(
    "TP-USE-136",
    {
      what: `no program is built for ${board.id}`,
      why: `PlatformIO has no environment for it: pioneer boards ${board.id}`,
      fix: `--board ${board.emulatedBy} --as ${board.id} runs the same C here; pioneer generate gives the C alone`,
    },
    { board: board.id },
  );
}
