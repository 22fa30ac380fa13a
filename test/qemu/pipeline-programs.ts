/**
 * Runs programs of two lines under the timing plugin as one core charges them, every way that must not show.
 * What their cycles are is left to the tests, which work them out by hand from boards/cores.
 *
 * In those tests "n: text" is the cycle in which an instruction issues; a region starts with nothing in the pipeline, and
 * its cycles are those up to the last one issued. Where low or high rules give another count, it stands behind the
 * stated one.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TimingPlugin } from "../../host/workflow/plugin.ts";
import { type PluginApi, prepareTimingPlugin } from "../../host/workflow/plugin.ts";
import {
  assemble,
  CORTEX_M4,
  type Counted,
  count,
  createWorkplace,
  EMULATOR,
  type Machine,
  missingTool,
  region,
  type Workplace,
} from "./plugin-run.ts";

export interface Program {
  readonly name: string;
  readonly body: string;
  /** Runs before the begin mark. */
  readonly before?: string;
  /** Placed behind a jump, outside the region. */
  readonly beside?: string;
  /** Stated, low and high cycles; one number where they agree. */
  readonly cycles: number | readonly [number, number, number];
}

/** Ten times two lines. */
export const ten = (first: string, second: string) => ` .rept 10\n ${first}\n ${second}\n .endr`;

const WAYS: readonly { how: string; args: (api: PluginApi) => readonly string[] }[] = [
  { how: "again", args: () => [] },
  {
    how: "with one instruction a block",
    args: (api) => (api === 1 ? ["-singlestep"] : ["-accel", "tcg,one-insn-per-tb=on"]),
  },
  { how: "with blocks that are not chained", args: () => ["-d", "nochain", "-D", "/dev/null"] },
  { how: "on virtual time", args: () => ["-icount", "shift=0"] },
];

/** Marks have sixteen elements: one program of the emulator for as many regions. */
const MARKS = 16;

function programTexts(programs: readonly Program[]): readonly string[] {
  const texts: string[] = [];
  for (let first = 0; first < programs.length; first += MARKS) {
    const part = programs.slice(first, first + MARKS);
    texts.push(
      part
        .map(({ before = "", body, beside }, i) => {
          const aside = beside ? ` b 9f\n${beside}\n9:\n` : "";
          const data = " ldr r5, =data\n str r5, [r5, #32]";
          return `${data}\n${before}\n${region(i, body)}${aside} b 7f\n .ltorg\n7:\n`;
        })
        .join(""),
    );
  }
  return texts;
}

const missing = missingTool();
if (missing) console.warn(`pipeline: skipped, ${missing}`);

/** Declares the tests of one core's programs; they run on `machine`, which has the core's instructions. */
export function describePrograms(
  core: string,
  programs: readonly Program[],
  machine: Machine = CORTEX_M4,
): void {
  describe.skipIf(missing)(`timing plugin, ${core}`, () => {
    let place: Workplace;
    let plugin: TimingPlugin;
    let elfs: readonly string[];
    let plain: readonly Counted[];

    beforeAll(async () => {
      place = createWorkplace();
      plugin = await prepareTimingPlugin({ core, emulator: EMULATOR, directory: place.folder });
      elfs = programTexts(programs).map((text, i) =>
        assemble(place, `programs${i}`, text, machine),
      );
      plain = await Promise.all(elfs.map((elf) => count(plugin, elf, { machine })));
    }, 60_000);

    afterAll(() => place.remove());

    test("the programs end well and every access agrees with the decoder", () => {
      expect(plain.map((run) => run.status)).toEqual(plain.map(() => 0));
      expect(plain.flatMap((run) => run.file.problems)).toEqual([]);
      expect(plain.flatMap((run) => run.file.regions)).toHaveLength(programs.length);
      const undecoded = plain.flatMap((run) => run.file.regions.map((one) => one.undecoded));
      expect(undecoded).toEqual(undecoded.map(() => 0));
    });

    test.each(programs.map((program, i) => ({ ...program, i })))("$name", ({ i, cycles }) => {
      const counts = plain[Math.floor(i / MARKS)]?.file.regions[i % MARKS];
      const got = [counts?.cycles, counts?.cyclesLow, counts?.cyclesHigh];
      expect(got).toEqual(typeof cycles === "number" ? [cycles, cycles, cycles] : cycles);
    });

    test.each(WAYS)("gives the same files $how", async ({ args }) => {
      const others = await Promise.all(
        elfs.map((elf) => count(plugin, elf, { machine, args: args(plugin.api) })),
      );
      expect(others.map((run) => run.text)).toEqual(plain.map((run) => run.text));
    });
  });
}
