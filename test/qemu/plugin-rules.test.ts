/**
 * Proves what the timing plugin says of each unsure rule of a table alone, on loops whose cycles are worked out by hand.
 * The rules' own cycles are left to plugin-counts.test.ts and the pipeline tests.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RegionCounts } from "../../host/workflow/counts.ts";
import { prepareTimingPlugin, type TimingPlugin } from "../../host/workflow/plugin.ts";
import {
  assemble,
  count,
  createWorkplace,
  EMULATOR,
  missingTool,
  region,
  type Workplace,
} from "./plugin-run.ts";

const reason = missingTool();

describe.skipIf(reason !== null)(`unsure rules${reason ? ` (${reason})` : ""}`, () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = createWorkplace();
  });
  afterAll(() => workplace.remove());

  const pluginOf = (core: string): Promise<TimingPlugin> =>
    prepareTimingPlugin({ core, emulator: EMULATOR, directory: workplace.folder });

  async function run(core: string, program: string, variedRegions: number) {
    const elf = assemble(workplace, `${core}-${variedRegions}`, program);
    const { status, file } = await count(await pluginOf(core), elf, { variedRegions });
    expect(status).toBe(0);
    expect(file.problems).toEqual([]);
    return file.regions as readonly [RegionCounts, RegionCounts];
  }

  /** movs 1, three subs of 1, three bne of 1, two of them taken for 2 (1..3) more, sdiv 7 (2..12): 18. */
  const LOOP_AND_DIVISION = `
 movs r0, #3
1:
 subs r0, #1
 bne 1b
 sdiv r2, r0, r0`;

  test("each at its ends, all others as stated; together they make the table's bounds", async () => {
    const program = region(0, LOOP_AND_DIVISION) + region(1, LOOP_AND_DIVISION);
    const [first, second] = await run("cortex-m4", program, 1);
    expect(first.cycles).toBe(18);
    expect(first.rules).toEqual({ branchRefill: [16, 20], div: [13, 23] });
    expect(first.cyclesLow).toBe(18 - 2 - 5);
    expect(first.cyclesHigh).toBe(18 + 2 + 5);
    expect(second.cycles).toBe(18);
    expect(second.rules).toBeUndefined();
  });

  test("none where they are not asked for", async () => {
    const [only] = await run("cortex-m4", region(0, LOOP_AND_DIVISION), 0);
    expect(only.rules).toBeUndefined();
  });

  /**
   * Five laps of subs and bne in one cycle each beside movs and the first bne: 6. The fifth bne falls through against its
   * guess: 8 (4..8) more. Four are taken for 0 (0..1) more.
   */
  test("on a scoreboard too", async () => {
    const loop = " movs r0, #5\n1:\n subs r0, #1\n bne 1b";
    const [only] = await run("cortex-m7", region(0, loop), 4);
    expect(only.cycles).toBe(14);
    expect(only.rules).toEqual({ mispredicted: [10, 14], taken: [14, 18] });
  });
});
