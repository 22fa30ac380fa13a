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
  CORTEX_M4,
  CORTEX_M55,
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
 * register to functions that return from different places, an exception, a function in RAM that is another one every few
 * laps (LDR r3 or ADDS r3, then BX), an inner loop of another length; unaligned groups on the way.
 */
const RUN = { laps: 700, factor: 1_664_525, seed: 12_345, exception: 0x8000 };
const LAPS = `
 .thumb_func
laps:
 mov r10, lr
 ldr r7, =${RUN.laps}
 ldr r0, =${RUN.factor}
 ldr r1, =${RUN.seed}
 ldr r11, =0x20008000
 ldr r12, =0x4770682b
 str r12, [r11]
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
 tst r1, #${RUN.exception}
 beq 5f
 svc #0
5: tst r1, #0x70000
 bne 6f
 tst r1, #0x80000
 ite eq
 ldreq r12, =0x4770682b
 ldrne r12, =0x47703301
 str r12, [r11]
 dsb
 isb
6: orr r8, r11, #1
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

/** Low-overhead loops: one of 0 to 3 laps, one that a branch leaves early, with vectors in it. */
const LOOPS = `
 .thumb_func
laps:
 mov r10, lr
 ldr r7, =${RUN.laps}
 ldr r0, =${RUN.factor}
 ldr r1, =${RUN.seed}
 b 1f
 .ltorg
1:
 mla r1, r1, r0, r0
 ubfx r8, r1, #13, #2
 wls lr, r8, 3f
2: add r3, r3, r1
 ldr r2, [r5]
 le lr, 2b
3: movs r8, #5
 dls lr, r8
4: eor r3, r3, r1, lsl #3
 ror r3, r3, #7
 tst r3, #0x100
 beq 5f
 vldrw.u32 q0, [r5]
 vmladava.s8 r2, q0, q0
 le lr, 4b
5: subs r7, #1
 bne 1b
 bx r10
9:
`;

/** The same code twice: its rules are varied in the first region only. */
const twice = (code: string) => `${region(0, " bl laps\n").repeat(2)} b 9f\n${code}`;

/** Laps in which the generator has that bit. */
function lapsWith(bit: number): number {
  let state = RUN.seed;
  let laps = 0;
  for (let lap = 0; lap < RUN.laps; lap++) {
    state = (Math.imul(state, RUN.factor) + RUN.factor) | 0;
    laps += (state & bit) !== 0 ? 1 : 0;
  }
  return laps;
}

describe.skipIf(missing)("timing plugin, paths that repeat", () => {
  let place: Workplace;

  beforeAll(() => {
    place = createWorkplace();
  });

  afterAll(() => place.remove());

  test.each([
    { core: "cortex-m4", code: LAPS, machine: CORTEX_M4 },
    { core: "cortex-m33", code: LAPS, machine: CORTEX_M4 },
    { core: "cortex-m7", code: LAPS, machine: CORTEX_M4 },
    { core: "cortex-m55", code: LAPS, machine: CORTEX_M4 },
    { core: "cortex-m55", code: LOOPS, machine: CORTEX_M55 },
  ])(
    "add on a $core what working them out adds, with everything varied ($machine.name)",
    async ({ core, code, machine }) => {
      const plugin = await prepareTimingPlugin({
        core,
        emulator: EMULATOR,
        directory: place.folder,
      });
      const elf = assemble(place, "paths", twice(code), machine);
      const places = join(place.folder, "places");
      writeFileSync(places, "0 2 0 0\n");
      const profile = { places, profile: join(place.folder, "profile"), tracedSteps: 0 };
      const options = { variedRegions: 1, memory: boardMemory(place, 1), machine };
      const lookedUp = await count(plugin, elf, options);
      const workedOut = await count(plugin, elf, { ...options, profile });
      const exceptions = code === LAPS ? lapsWith(RUN.exception) : 0;
      expect(lookedUp.file.problems).toEqual([]);
      expect(lookedUp.file.regions.map((one) => one.interrupted)).toEqual([exceptions, exceptions]);
      expect(lookedUp.text).toBe(workedOut.text);
    },
  );
});
