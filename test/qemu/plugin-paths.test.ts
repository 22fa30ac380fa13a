/**
 * Proves that paths through the program which the timing plugin looks up add what they add when each is worked out anew,
 * instruction by instruction, as a profile has it do. What a path adds is left to plugin-counts.test.ts and the tests of each pipeline.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareTimingPlugin } from "../../host/workflow/plugin.ts";
import { boardMemory } from "./plugin-board.ts";
import {
  assemble,
  count,
  createWorkplace,
  EMULATOR,
  missingTool,
  region,
  type Workplace,
} from "./plugin-run.ts";

const missing = missingTool();
if (missing) console.warn(`plugin-paths: skipped, ${missing}`);

/**
 * A generator of numbers decides each lap: two branches that no predictor foresees, a skipped load, a call through a
 * register to functions that return from different places, an inner loop of another length; unaligned groups on the way.
 */
const LAPS = `
 .thumb_func
laps:
 mov r10, lr
 ldr r7, =700
 ldr r0, =1664525
 ldr r1, =12345
 b 1f
 .ltorg
1:
 mla r1, r1, r0, r0
 tst r1, #0x1000
 beq 2f
 ldr r2, [r5]
 mul r3, r2, r1
 b 3f
2: add.w r3, r3, r1
 add.w r2, r2, #1
 add.w r2, r2, #2
 add.w r3, r3, r2
3: tst r1, #0x2000
 ite ne
 ldrne r2, [r5, #4]
 addeq r2, r3
 ldr r8, =even
 tst r1, #0x4000
 it ne
 addne r8, #odd - even
 orr r8, #1
 blx r8
 ubfx r9, r1, #13, #3
4: subs r9, #1
 smlad r3, r2, r1, r3
 bpl 4b
 subs r7, #1
 bne 1b
 bx r10
 .ltorg
 .align 2
 .thumb_func
even: str r3, [r5, #8]
 bx lr
 .align 2
 .thumb_func
odd: push {r3, lr}
 ldr r3, [r5, #8]
 pop {r3, pc}
9:
`;

/** The same code twice: its rules are varied in the first region only. */
const TWICE = `${region(0, " bl laps\n").repeat(2)} b 9f\n${LAPS}`;

describe.skipIf(missing)("timing plugin, paths that repeat", () => {
  let place: Workplace;
  let elf: string;

  beforeAll(() => {
    place = createWorkplace();
    elf = assemble(place, "paths", TWICE);
  });

  afterAll(() => place.remove());

  test.each(["cortex-m4", "cortex-m33", "cortex-m7", "cortex-m55"])(
    "add on a %s what working them out adds, with everything varied",
    async (core) => {
      const plugin = await prepareTimingPlugin({
        core,
        emulator: EMULATOR,
        directory: place.folder,
      });
      const places = join(place.folder, "places");
      writeFileSync(places, "0 2 0 0\n");
      const profile = { places, profile: join(place.folder, "profile"), tracedSteps: 0 };
      const options = { variedRegions: 1, memory: boardMemory(place, 1) };
      const lookedUp = await count(plugin, elf, options);
      const workedOut = await count(plugin, elf, { ...options, profile });
      expect(lookedUp.file.problems).toEqual([]);
      expect(lookedUp.file.regions).toHaveLength(2);
      expect(lookedUp.text).toBe(workedOut.text);
    },
  );
});
