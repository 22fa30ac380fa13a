/**
 * Proves the counts of the timing plugin on the Cortex-M4, and that no way of running a program shows in them. The programs
 * and their counts are programs-m4.ts's; what counts are used for is left to the host's tests.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { INSTRUCTION_CLASSES, type RegionCounts } from "../../host/workflow/counts.ts";
import {
  type PluginApi,
  prepareTimingPlugin,
  type TimingPlugin,
} from "../../host/workflow/plugin.ts";
import {
  assemble,
  type Counted,
  count,
  createWorkplace,
  EMULATOR,
  missingTool,
  region,
  type Workplace,
} from "./plugin-run.ts";
import { type Expected, PROGRAMS } from "./programs-m4.ts";

interface Way {
  readonly how: string;
  readonly args: (api: PluginApi) => readonly string[];
  readonly audit?: boolean;
}

/** Ways to run the same program that must not show in its counts. */
const WAYS: readonly Way[] = [
  { how: "again", args: () => [] },
  {
    how: "with one instruction a block",
    args: (api) => (api === 1 ? ["-singlestep"] : ["-accel", "tcg,one-insn-per-tb=on"]),
  },
  { how: "with blocks that are not chained", args: () => ["-d", "nochain", "-D", "/dev/null"] },
  { how: "on virtual time", args: () => ["-icount", "shift=0"] },
  { how: "without comparing accesses", args: () => [], audit: false },
];

function programText(): string {
  return PROGRAMS.map(({ before = "", body, beside }, i) => {
    const aside = beside ? ` b 9f\n${beside}\n9:\n` : "";
    return `${before}\n${region(i, body)}${aside} b 7f\n .ltorg\n7:\n`;
  }).join("");
}

function complete(expected: Expected, id: number): RegionCounts {
  const zero = Object.fromEntries(INSTRUCTION_CLASSES.map((name) => [name, 0]));
  return {
    region: id,
    index: 0,
    instructions: 0,
    cycles: 0,
    cyclesSimple: 0,
    cyclesLow: expected.cycles ?? 0,
    cyclesHigh: expected.cycles ?? 0,
    loads: 0,
    stores: 0,
    bytesLoaded: 0,
    bytesStored: 0,
    assumed: 0,
    undecoded: 0,
    interrupted: 0,
    ...expected,
    classes: { ...zero, ...expected.classes } as RegionCounts["classes"],
  };
}

const missing = missingTool();
if (missing) console.warn(`plugin-counts: skipped, ${missing}`);

describe.skipIf(missing)("timing plugin", () => {
  let place: Workplace;
  let plugin: TimingPlugin;
  let elf: string;
  let plain: Counted;

  beforeAll(async () => {
    place = createWorkplace();
    plugin = await prepareTimingPlugin({
      core: "cortex-m4",
      emulator: EMULATOR,
      directory: place.folder,
    });
    elf = assemble(place, "programs", programText());
    plain = await count(plugin, elf);
  });

  afterAll(() => place.remove());

  test("the program ends well and every access agrees with the decoder", () => {
    expect(plain.status).toBe(0);
    expect(plain.file.problems).toEqual([]);
    expect(plain.file.regions.map((r) => r.region)).toEqual(PROGRAMS.map((_, i) => i));
  });

  test.each(PROGRAMS.map((program, i) => ({ ...program, i })))("$name", ({ i, expected }) => {
    expect(plain.file.regions[i]).toEqual(complete(expected, i));
  });

  test.each(WAYS)("gives the same file $how", async ({ args, audit = true }) => {
    const other = await count(plugin, elf, { args: args(plugin.api), audit });
    expect(other.text).toBe(plain.text);
  });
});
