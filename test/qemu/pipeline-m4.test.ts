/**
 * Proves what the timing plugin charges for instruction fetch on the Cortex-M4, by hand from boards/cores. Its other rules
 * are left to plugin-counts.test.ts.
 */
import { describePrograms, type Program } from "./pipeline-programs.ts";

/** Four-byte instructions that wait for nothing. */
const wide = (count: number) => ` .rept ${count}\n eor.w r0, r1, r2\n .endr`;

/** The mark has two bytes, so that what follows a mark at a multiple of 4 does not lie at one. */
const OFF = " cmp r6, #1\n .balign 4";

const CORTEX_M4: readonly Program[] = [
  { name: "two unaligned four-byte instructions", before: OFF, body: wide(2), cycles: 2 },
  { name: "a group of six takes one cycle more", before: OFF, body: wide(6), cycles: [7, 6, 7] },
  {
    name: "two groups take two",
    before: OFF,
    body: `${wide(3)}\n movs r0, #0\n movs r0, #0\n${wide(3)}`,
    cycles: [10, 8, 10],
  },
  {
    // The branch ends a block of the emulator, in the middle of a group of three.
    name: "a branch not taken does not end a group",
    before: OFF,
    body: `${wide(1)}\n beq.w . + 4\n${wide(1)}`,
    cycles: [4, 3, 4],
  },
  {
    // movs 1, 1; ldr.w at no multiple of 4: 2, and 2 or 1
    name: "an unaligned load may not overlap",
    before: OFF,
    body: " movs r0, #0\n movs r0, #0\n ldr.w r0, [r5]\n ldr.w r1, [r5, #4]",
    cycles: [6, 5, 6],
  },
  {
    // movs 1; ldr.w 2, and 1 or 2
    name: "an aligned one does",
    before: OFF,
    body: " movs r0, #0\n ldr.w r0, [r5]\n ldr.w r1, [r5, #4]",
    cycles: [4, 4, 5],
  },
  {
    // movs 1; b 3 (2 to 4) and 1 (0 to 1) for its target; eor.w 1
    name: "a branch to an unaligned four-byte instruction",
    before: OFF,
    body: ` movs r0, #0\n b.n . + 2\n${wide(1)}`,
    cycles: [6, 4, 7],
  },
  {
    name: "a branch to an aligned one",
    before: OFF,
    body: ` movs r0, #0\n movs r0, #0\n b.n . + 2\n${wide(1)}`,
    cycles: [6, 5, 7],
  },
];

describePrograms("cortex-m4", CORTEX_M4);
