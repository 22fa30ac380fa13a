/**
 * Proves the timing plugin's counts on instruction sets other than Thumb, against small programs whose instructions,
 * loads, stores, bytes and, where the set is decoded, classes and cycles are worked out by hand. Thumb is left to
 * plugin-counts.test.ts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/index.ts";
import { INSTRUCTION_CLASSES, parseCounts, type RegionCounts } from "../../host/workflow/counts.ts";
import { emulatorArguments } from "../../host/workflow/device.ts";
import {
  pluginArguments,
  prepareTimingPlugin,
  type TimingPlugin,
} from "../../host/workflow/plugin.ts";
import type { Counts, InstructionSet } from "./instruction-sets.ts";
import { createWorkplace, type Workplace } from "./plugin-run.ts";
import { MVE } from "./programs-mve.ts";
import { RISC_V } from "./programs-riscv.ts";
import { XTENSA, XTENSA_MAC16 } from "./programs-xtensa.ts";

const SETS: readonly InstructionSet[] = [MVE, RISC_V, XTENSA, XTENSA_MAC16];

function missingFor({ board, toolchain }: InstructionSet): string | null {
  const loaded = loadBoard(board);
  const emulator = loaded.kind === "emulated" ? loaded.emulator.program : "";
  const tools = ["gcc", `${toolchain}gcc`, emulator];
  return tools.find((tool) => spawnSync(tool, ["--version"]).error) ?? null;
}

describe.each(SETS)("timing plugin on $board", (set) => {
  const missing = missingFor(set);
  if (missing) console.warn(`plugin-sets: ${set.board} is skipped, ${missing} is not installed`);
  let place: Workplace;
  let plugin: TimingPlugin;
  let elf: string;

  beforeAll(async () => {
    if (missing) return;
    const board = loadBoard(set.board);
    if (board.kind !== "emulated") throw new Error(`${set.board} is not emulated`);
    place = createWorkplace();
    plugin = await prepareTimingPlugin({
      core: board.core,
      emulator: board.emulator.program,
      directory: place.folder,
    });
    elf = build(place, set);
  });

  afterAll(() => place?.remove());

  /** Runs the program and gives its regions. */
  function count(name: string, more: readonly string[] = []): readonly RegionCounts[] {
    const board = loadBoard(set.board);
    if (board.kind !== "emulated") throw new Error(`${set.board} is not emulated`);
    const out = join(place.folder, name);
    const marks = { begin: set.marks, end: set.marks + 16 };
    const args = [...emulatorArguments(board, elf), "-serial", "none", ...more];
    const run = spawnSync(
      board.emulator.program,
      [...args, ...pluginArguments(plugin, marks, out)],
      {
        encoding: "utf8",
        timeout: 20_000,
      },
    );
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    const { regions, problems } = parseCounts(readFileSync(out, "utf8"));
    expect(problems).toEqual([]);
    return regions;
  }

  test.skipIf(missing)("agrees with counts by hand", () => {
    const regions = count("plain");
    const none = { loads: 0, stores: 0, bytesLoaded: 0, bytesStored: 0 };
    const unknown = {
      ...{ cycles: null, cyclesSimple: null, classes: null },
      ...{ assumed: null, undecoded: null, interrupted: null },
    };
    const noClasses = Object.fromEntries(INSTRUCTION_CLASSES.map((name) => [name, 0]));
    const known = (charged: Counts["charged"] = [0, 0, 0], classes: Counts["classes"] = {}) => ({
      ...{ cycles: charged[0], cyclesSimple: null },
      ...{ cyclesLow: charged[1], cyclesHigh: charged[2] },
      ...{ assumed: 0, undecoded: 0, interrupted: 0 },
      classes: { ...noClasses, ...classes },
    });
    const named = regions.map((counts, i) => ({ ...counts, name: set.programs[i]?.name }));
    expect(named).toEqual(
      set.programs.map(({ name, expected: { classes, charged, ...counted } }, region) => {
        const decoded = set.isDecoded ? known(charged, classes) : unknown;
        return { name, region, index: 0, ...none, ...counted, ...decoded };
      }),
    );
  });

  test.skipIf(missing)("counts the same again, and with one instruction a block", () => {
    const regions = count("first");
    expect(count("second")).toEqual(regions);
    const single = plugin.api === 1 ? ["-singlestep"] : ["-accel", "tcg,one-insn-per-tb=on"];
    expect(count("single", single)).toEqual(regions);
  });
});

function build(place: Workplace, set: InstructionSet): string {
  const file = (extension: string) => join(place.folder, `program.${extension}`);
  const regions = set.programs.map(({ body }, id) => `${set.mark(id)}${body}${set.mark(16 + id)}`);
  writeFileSync(file("S"), `${set.head}${regions.join("")}${set.tail}`);
  writeFileSync(file("ld"), set.script);
  const options = ["-nostdlib", "-Wl,--no-warn-rwx-segments", "-T", file("ld"), "-o", file("elf")];
  execFileSync(`${set.toolchain}gcc`, [...set.flags, ...options, file("S")]);
  return file("elf");
}
