/**
 * Builds firmware with PlatformIO for the tests of the firmware itself, and tells what a board lacks here.
 * The product's own build is host/workflow; nothing here comes from it.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingPrograms, testedBoard } from "./boards.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PIO = join(ROOT, ".venv/bin/pio");

/** What a board's tests cannot do without and is not here; empty when all is. */
export function missingFor(board: string): readonly string[] {
  return [
    ...(existsSync(PIO) ? [] : ["PlatformIO in .venv (npm run setup)"]),
    ...missingPrograms(testedBoard(board)),
  ];
}

export interface Build {
  readonly status: number | null;
  readonly elf: string;
  readonly log: string;
}

/** Runs `pio run` into `folder`; env holds the settings of platformio.ini. */
export function buildInto(
  folder: string,
  env: Readonly<Record<string, string>>,
  board: string,
): Build {
  const finished = spawnSync(PIO, ["run", "-s", "-d", join(ROOT, "firmware"), "-e", board], {
    env: {
      ...process.env,
      PLATFORMIO_BUILD_DIR: folder,
      PLATFORMIO_CORE_DIR: join(ROOT, ".pioneer/platformio"),
      PLATFORMIO_SETTING_ENABLE_TELEMETRY: "no",
      ...env,
    },
    encoding: "utf8",
  });
  return {
    status: finished.status,
    elf: join(folder, board, "firmware.elf"),
    log: finished.stdout + finished.stderr,
  };
}
