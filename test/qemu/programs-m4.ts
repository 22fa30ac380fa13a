/**
 * Programs of the Cortex-M4 whose instructions, bytes and cycles are worked out by hand from docs/timing.md.
 *
 * Cycles are noted as "table/simple" beside each instruction; cyclesLow and cyclesHigh take the ends of "may be". The
 * instruction before a region's first one is its begin mark, a store. What the fetch of instructions adds is left to the
 * pipeline tests: none of these has four bytes at a place where that would count.
 */
import type { RegionCounts } from "../../host/workflow/counts.ts";

export type Expected = Partial<Omit<RegionCounts, "region" | "index" | "classes">> & {
  readonly classes: Partial<RegionCounts["classes"]>;
};

export interface Program {
  readonly name: string;
  /** Runs before the begin mark. */
  readonly before?: string;
  readonly body: string;
  /** Placed behind a jump, outside the region. */
  readonly beside?: string;
  readonly expected: Expected;
}

export const PROGRAMS: readonly Program[] = [
  { name: "nothing between the marks", body: "", expected: { classes: {} } },
  {
    name: "arithmetic",
    before: " .balign 4\n nop",
    body: `
 movs r0, #1            @ 1/1
 adds r0, #2            @ 1/1
 mla r0, r0, r0, r0     @ 1/1
 smlad r1, r0, r0, r1   @ 1/1
 smull r2, r3, r0, r1   @ 1/1
 sdiv r2, r3, r0        @ 7/1`,
    expected: {
      instructions: 6,
      cycles: 12,
      cyclesLow: 7,
      cyclesHigh: 17,
      cyclesSimple: 6,
      classes: { alu: 2, mac: 2, mul: 1, div: 1 },
    },
  },
  {
    name: "loads and stores that overlap",
    body: `
 movs r0, #0            @ 1/1
 ldr r1, [r5]           @ 2/2
 ldr r2, [r5, #4]       @ 1/1 overlaps with the load before
 ldr r3, [r5, #8]       @ 1/1
 adds r1, r2, r3        @ 1/1
 ldr r1, [r5]           @ 2/2
 str r1, [r5, #12]      @ 1/1
 ldr r2, [r5]           @ 2/1 after a store: no overlap
 str r2, [r5, r0]       @ 2/1 register offset`,
    expected: {
      instructions: 9,
      cycles: 13,
      cyclesLow: 10,
      cyclesHigh: 16,
      cyclesSimple: 11,
      loads: 5,
      bytesLoaded: 20,
      stores: 2,
      bytesStored: 8,
      classes: { alu: 2, load: 5, store: 2 },
    },
  },
  {
    name: "addresses that wait",
    before: " .balign 4",
    body: `
 movs r0, #0            @ 1/1
 ldr r1, [r5, #32]      @ 2/2
 ldr r2, [r1]           @ 2/1 address from the load before: no overlap
 adds r3, r5, #4        @ 1/1
 ldr r2, [r3]           @ 3/2 address from the sum before: one more
 ldr r2, [r5], #4       @ 1/1 overlaps
 ldr r2, [r5], #-4      @ 2/1 address from the update before
 ldrsb r2, [r5, r0]     @ 2/1 the same`,
    expected: {
      instructions: 8,
      cycles: 14,
      cyclesLow: 14,
      cyclesHigh: 15,
      cyclesSimple: 10,
      loads: 6,
      bytesLoaded: 21,
      classes: { alu: 2, load: 6 },
    },
  },
  {
    name: "transfers of several registers",
    before: " add r7, r5, #64",
    body: `
 push {r0-r3}           @ 5/5
 ldrd r0, r1, [r5]      @ 3/3
 ldr r2, [r5]           @ 2/2 nothing overlaps with a pair
 pop {r0-r3}            @ 5/5
 stmia r7!, {r0, r1}    @ 3/3
 ldmdb r7, {r0, r1}     @ 3/3
 movs r0, #0            @ 1/1
 strd r2, r3, [r5, #16] @ 3/3`,
    expected: {
      instructions: 8,
      cycles: 25,
      cyclesSimple: 25,
      loads: 4, // ldrd 8, ldr 4, pop 16, ldmdb 8
      bytesLoaded: 36,
      stores: 3, // push 16, stmia 8, strd 8
      bytesStored: 32,
      classes: { alu: 1, load: 1, loadMultiple: 3, storeMultiple: 3 },
    },
  },
  {
    name: "a loop",
    body: `
 movs r0, #5            @ 1/1
1: subs r0, #1          @ 5 x 1/1
 bne 1b                 @ 4 x 3/3 taken, 1/1 at the end`,
    expected: {
      instructions: 11,
      cycles: 19,
      cyclesLow: 15,
      cyclesHigh: 23,
      cyclesSimple: 19,
      classes: { alu: 6, branch: 5, branchTaken: 4 },
    },
  },
  {
    name: "branches taken and not",
    body: `
 bl 8f                  @ 3/3
 movs r0, #0            @ 1/1
 cbz r0, 1f             @ 3/3 taken
 nop
1: cbnz r0, 3f          @ 1/1 not taken
 b 3f                   @ 3/3
 nop
3:`,
    beside: "8: bx lr               @ 3/3",
    expected: {
      instructions: 6,
      cycles: 14,
      cyclesLow: 10,
      cyclesHigh: 18,
      cyclesSimple: 14,
      classes: { alu: 1, branch: 5, branchTaken: 4 },
    },
  },
  {
    name: "jumps through memory",
    before: " adr.w r0, 1f + 1\n str r0, [r5, #36]\n adr.w r3, 2f + 1\n movs r0, #0\n .balign 4",
    body: `
 tbb [pc, r0]           @ 6/3 reads one byte
 .byte 1, 1
 ldr.w pc, [r5, #36]    @ 5/4 load 2 and refill; in simple load 2 + 2
 nop
 .balign 4
1: push {r3}            @ 2/2
 pop {pc}               @ 4/4
 nop
 .balign 4
2:`,
    expected: {
      instructions: 4,
      cycles: 17,
      cyclesLow: 16,
      cyclesHigh: 22,
      cyclesSimple: 13, // tbb is no single load there: 1 + 2
      loads: 3,
      bytesLoaded: 9,
      stores: 1,
      bytesStored: 4,
      classes: { branch: 1, branchTaken: 1, load: 1, loadMultiple: 1, storeMultiple: 1 },
    },
  },
  {
    name: "conditional instructions that run and that do not",
    before: " adr.w r3, 1f + 1",
    body: `
 cmp r0, r0             @ 1/1 equal from here on
 ite ne                 @ 1/1
 ldrne r1, [r5]         @ 1/1 skipped
 ldreq r2, [r5]         @ 2/2
 ittt ne                @ 1/1
 strne r1, [r5]         @ 1/1 skipped
 ldmne r5, {r1, r2}     @ 1/1 skipped
 addne r1, #1           @ 1/1 skipped
 it eq                  @ 1/1
 strdeq r0, r1, [r5]    @ 3/3
 it ne                  @ 1/1
 bxne lr                @ 1/1 skipped
 it eq                  @ 1/1
 bxeq r3                @ 3/3
 nop
 .balign 4
1:`,
    expected: {
      instructions: 14,
      cycles: 19,
      cyclesLow: 13,
      cyclesHigh: 20,
      cyclesSimple: 19,
      loads: 1,
      bytesLoaded: 4,
      stores: 1,
      bytesStored: 8,
      classes: {
        alu: 2,
        load: 2,
        loadMultiple: 1,
        store: 1,
        storeMultiple: 1,
        branch: 2,
        branchTaken: 1,
        other: 5,
      },
    },
  },
  {
    name: "a conditional division, which nothing shows to have run",
    body: `
 cmp r0, r0             @ 1/1
 it ne                  @ 1/1
 udivne r0, r1, r2      @ 7/1 assumed`,
    expected: {
      instructions: 3,
      cycles: 9,
      cyclesLow: 3,
      cyclesHigh: 14,
      cyclesSimple: 3,
      assumed: 1,
      classes: { alu: 1, div: 1, other: 1 },
    },
  },
  {
    name: "the FPU",
    before: " vmov.f32 s1, #1.0\n vmov.f32 s2, #2.0",
    body: `
 vadd.f32 s0, s1, s2    @ 1/1
 vadd.f32 s3, s0, s1    @ 2/1 waits for the sum before
 vmul.f32 s4, s1, s2    @ 1/1
 vmla.f32 s5, s1, s2    @ 3/1
 vdiv.f32 s6, s1, s2    @ 14/1
 vldr s7, [r5]          @ 2/2
 vstr s7, [r5, #4]      @ 1/1
 vmov r0, s7            @ 1/1
 vmov s8, r0            @ 1/1
 vldmia r5, {s9-s12}    @ 5/5
 vldr d5, [r5, #8]      @ 3/3`,
    expected: {
      instructions: 11,
      cycles: 34,
      cyclesLow: 19,
      cyclesHigh: 39,
      cyclesSimple: 18,
      loads: 3,
      bytesLoaded: 28,
      stores: 1,
      bytesStored: 4,
      classes: { fpu: 7, load: 1, loadMultiple: 2, store: 1 },
    },
  },
  {
    name: "more loads than a translation block holds",
    // 2/1 after the mark, then 1299 x 1/1 across blocks
    body: " .rept 1300\n ldr r1, [r5]\n .endr",
    expected: {
      instructions: 1300,
      cycles: 1301,
      cyclesLow: 1300,
      cyclesHigh: 2601,
      cyclesSimple: 1300,
      loads: 1300,
      bytesLoaded: 5200,
      classes: { load: 1300 },
    },
  },
  {
    name: "an IT block across a page, where translation blocks end",
    before: " b 1f\n .balign 1024\n .space 1010\n1:",
    // The mark lies at 1010 of its page, the compares from 1012, ite at 1022.
    body: `
 .rept 5
 cmp r0, r0             @ 5 x 1/1
 .endr
 ite ne                 @ 1/1
 ldrne r1, [r5]         @ 1/1 skipped, on the next page
 ldreq r1, [r5]         @ 2/2`,
    expected: {
      instructions: 8,
      cycles: 9,
      cyclesLow: 8,
      cyclesHigh: 9,
      cyclesSimple: 9,
      loads: 1,
      bytesLoaded: 4,
      classes: { alu: 5, load: 2, other: 1 },
    },
  },
  {
    name: "a device read in the middle of a block",
    before: " ldr r7, =0x40004004 @ the UART's state\n b 1f\n .ltorg\n1:",
    body: `
 movs r0, #0            @ 1/1
 ldr r1, [r7]           @ 2/2
 adds r0, #1            @ 1/1
 ldr r1, [r7]           @ 2/2
 ldr r2, [r5]           @ 1/1
 adds r0, #1            @ 1/1`,
    expected: {
      instructions: 6,
      cycles: 8,
      cyclesLow: 8,
      cyclesHigh: 9,
      cyclesSimple: 8,
      loads: 3,
      bytesLoaded: 12,
      classes: { alu: 3, load: 3 },
    },
  },
  {
    name: "exclusive accesses",
    body: `
 ldrex r1, [r5]         @ 2/1 after the mark; a load after a store
 strex r2, r1, [r5]     @ 1/1`,
    expected: {
      instructions: 2,
      cycles: 3,
      cyclesLow: 1,
      cyclesHigh: 4,
      cyclesSimple: 2,
      loads: 1,
      bytesLoaded: 4,
      stores: 1,
      bytesStored: 4,
      classes: { load: 1, store: 1 },
    },
  },
  {
    name: "an exception: the way in, a branch, the way back",
    body: `
 svc #1                 @ 1/1, 12 in, the handler's bx lr 1/3, 10 back
 nop                    @ 1/1`,
    expected: {
      instructions: 3,
      cycles: 25,
      cyclesLow: 24,
      cyclesHigh: 31,
      cyclesSimple: 5,
      interrupted: 1,
      classes: { branch: 1, branchTaken: 1, other: 2 },
    },
  },
];
