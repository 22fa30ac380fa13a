/** Proves what the timing plugin charges on the Cortex-M7, rule by rule, by hand from boards/cores. */
import { describePrograms, type Program, ten } from "./pipeline-programs.ts";

const CORTEX_M7: readonly Program[] = [
  { name: "independent logic pairs", body: ten("eor r0, r1, r2", "eor r3, r1, r2"), cycles: 10 },
  {
    name: "a result is ready a cycle later",
    body: ten("eor r0, r0, r1", "eor r0, r0, r2"),
    cycles: 20,
  },
  {
    // 1: add early, eor in the same cycle. High: 1 add; 2 eor and add, ..., 11 eor.
    name: "an early sum is ready in its own cycle",
    body: ten("add r0, r1, r2", "eor r3, r0, r2"),
    cycles: [10, 10, 11],
  },
  {
    name: "two inline shifts do not pair",
    body: ten("eor r0, r1, r2, lsl #3", "eor r3, r1, r2, lsl #3"),
    cycles: 20,
  },
  {
    name: "an inline shift pairs with a plain operation, and its result is ready a cycle later",
    // 1: eor shifted; 2: orr, and the next eor
    body: ten("eor r0, r1, r2, lsl #3", "orr r3, r0, r2"),
    cycles: 11,
  },
  {
    name: "a rotated constant counts as an inline shift",
    body: ten("eor r0, r1, #0x1fc0", "eor r3, r1, r2, lsl #3"),
    cycles: 20,
  },
  {
    // 1: eor r0; 3: eor r3 with the next eor r0; 5: ...; the last at 21
    name: "a shifted operand is needed a cycle earlier",
    body: ten("eor r0, r1, r2", "eor r3, r1, r0, lsl #3"),
    cycles: 21,
  },
  {
    // 1: eor; 3: ldr and the next eor
    name: "an address is needed a cycle earlier",
    body: ten("eor r7, r5, r6", "ldr r0, [r7]"),
    cycles: 21,
  },
  {
    // 1: add early; 2: ldr and add, now younger and late; 4: ldr and add; ...; the tenth ldr at 20. High: 1, 3, ...
    name: "an early sum is an address in the next cycle",
    body: ten("add r7, r5, r6", "ldr r0, [r7]"),
    cycles: [20, 20, 21],
  },
  {
    // 1: eor; 2: sxtb16 and eor; ...; 11: sxtb16
    name: "a SIMD instruction is never the younger one",
    body: ten("eor r3, r1, r2", "sxtb16 r0, r1"),
    cycles: 11,
  },
  { name: "it may be the older one", body: ten("sxtb16 r0, r1", "eor r3, r1, r2"), cycles: 10 },
  { name: "two of them do not pair", body: ten("sxtb16 r0, r1", "uxtb r3, r1"), cycles: 20 },
  {
    // 1: sxtb16; 2: orr; the next sxtb16 is no younger one: 3
    name: "a SIMD result is ready a cycle later",
    body: ten("sxtb16 r0, r1", "orr r3, r0, r2"),
    cycles: 20,
  },
  {
    // 1: ssat; 3: eor; 4: ssat. Low: 1, 2, 3
    name: "a saturated result may take two cycles",
    body: ten("ssat r0, #8, r1", "eor r2, r0, r3"),
    cycles: [30, 20, 30],
  },
  {
    name: "a bit field is ready a cycle later, or at once",
    body: ten("ubfx r0, r1, #3, #5", "eor r2, r0, r3"),
    cycles: [20, 10, 20],
  },
  {
    name: "a bit field and an inline shift do not pair",
    body: ten("ubfx r0, r1, #3, #5", "eor r2, r3, r1, lsl #2"),
    cycles: 20,
  },
  {
    name: "an extend with a sum is ready a cycle later",
    body: ten("sxtah r0, r1, r2", "orr r3, r0, r1"),
    cycles: 20,
  },
  {
    name: "multiply-accumulates chain on their accumulator, and do not pair",
    body: ten("smlad r0, r1, r2, r0", "smlad r0, r1, r2, r0"),
    cycles: 20,
  },
  {
    name: "a multiply-accumulate pairs with logic",
    body: ten("smlad r0, r1, r2, r0", "eor r3, r1, r2"),
    cycles: 10,
  },
  {
    // 1: mul; 3: eor and the next mul
    name: "a product is ready two cycles later",
    body: ten("mul r0, r1, r2", "eor r3, r0, r1"),
    cycles: 21,
  },
  {
    // 1: smlad; 3: eor and the next smlad
    name: "a sum of products is ready two cycles later",
    body: ten("smlad r0, r1, r2, r3", "eor r7, r0, r1"),
    cycles: 21,
  },
  {
    // 1: ldr; 2: orr and the next ldr
    name: "a loaded word is ready a cycle later",
    body: ten("ldr r0, [r5]", "orr r3, r0, r1"),
    cycles: 11,
  },
  {
    // 1: ldrb; 3: orr and the next ldrb
    name: "a loaded byte two cycles later",
    body: ten("ldrb r0, [r5]", "orr r3, r0, r1"),
    cycles: 21,
  },
  {
    // 1: ldr; 3: smlad and the next ldr. Low, with no more to wait for a factor: 2
    name: "a loaded factor two cycles later",
    body: ten("ldr r0, [r5]", "smlad r3, r0, r1, r3"),
    cycles: [21, 11, 21],
  },
  {
    // 1: ldr; the accumulator is needed a cycle late: the same cycle
    name: "a loaded accumulator in its cycle",
    body: ten("ldr r0, [r5]", "smlad r3, r1, r2, r0"),
    cycles: 10,
  },
  {
    // 1, 3, ..., 39
    name: "a loaded address two cycles later",
    body: ten("ldr r5, [r5, #32]", "ldr r5, [r5, #32]"),
    cycles: 39,
  },
  { name: "loads of both banks pair", body: ten("ldr r0, [r5]", "ldr r1, [r5, #4]"), cycles: 10 },
  { name: "loads of one bank do not", body: ten("ldr r0, [r5]", "ldr r1, [r5, #8]"), cycles: 20 },
  {
    name: "loads from two registers may pair",
    before: " add r7, r5, #64",
    body: ten("ldr r0, [r5]", "ldr r1, [r7, #4]"),
    cycles: [10, 10, 20],
  },
  {
    // A cycle each; high, with the update as late as a sum: 1, 3, ..., 39
    name: "an updated address is ready a cycle later",
    before: " add r7, r5, #64",
    body: ten("ldr r0, [r7], #4", "ldr r1, [r7], #4"),
    cycles: [20, 20, 39],
  },
  {
    name: "a store takes a result of its cycle",
    body: ten("eor r0, r1, r2", "str r0, [r5]"),
    cycles: 10,
  },
  { name: "a load and a store pair", body: ten("ldr r0, [r5]", "str r0, [r5, #4]"), cycles: 10 },
  { name: "two stores do not", body: ten("str r0, [r5]", "str r1, [r5, #4]"), cycles: 20 },
  {
    name: "a product and a store may",
    body: ten("smlad r0, r1, r2, r0", "str r3, [r5]"),
    cycles: [20, 10, 20],
  },
  {
    name: "LDRD takes a cycle of its own",
    body: ten("ldrd r0, r1, [r5]", "eor r2, r3, r6"),
    cycles: [20, 20, 30],
  },
  {
    name: "LDM of five three cycles",
    body: ten("ldm r5, {r0-r3, r7}", "eor r8, r9, r6"),
    cycles: [40, 40, 50],
  },
  {
    name: "division holds the pipeline",
    before: " movs r2, #3",
    body: ten("sdiv r0, r1, r2", "eor r3, r1, r2"),
    cycles: [80, 50, 130],
  },
  {
    name: "system registers do, too",
    body: ten("mrs r0, primask", "eor r1, r2, r3"),
    cycles: [40, 20, 50],
  },
  {
    // 1: cmp, it; 2: addne, cmp; 3: it, addne; 30 in all
    name: "what an IT block skips pairs like any other",
    body: " .rept 10\n cmp r6, #0\n it ne\n addne r0, r1, r2\n .endr",
    cycles: 15,
  },
  {
    // 1: movs, subs; 2: bne; 3 to 6: subs, bne; then a wrong guess: 8. Low 4.
    // High: 1 movs; 2, 4, ..., 10: subs, bne, and a cycle after each taken one; 8.
    name: "a loop is predicted, its end is not",
    body: " movs r0, #5\n1: subs r0, #1\n bne 1b",
    cycles: [14, 10, 18],
  },
  {
    name: "branches not taken pair",
    body: " .rept 5\n cmp r6, #1\n beq.n . + 4\n .endr",
    cycles: 5,
  },
  {
    // 1: cmp, beq; 8 lost; 10: eor
    name: "a branch taken forward for the first time is guessed wrong",
    body: " cmp r6, #0\n beq.n 1f\n nop\n1: eor r0, r1, r2",
    cycles: [10, 6, 10],
  },
  {
    // 1: b; 2: eor, b; ...; 6: eor. High: a cycle after each b
    name: "a taken branch ends its cycle",
    body: " .rept 5\n b.n . + 2\n eor r0, r1, r2\n .endr",
    cycles: [6, 6, 11],
  },
  {
    // 1: bl; 2: bx, and 1 lost. Low: none; high: 1 and 8
    name: "a call and its return",
    body: " bl 8f",
    beside: "8: bx lr",
    cycles: [3, 2, 11],
  },
  {
    // push and pop of two: a cycle each, 1 lost. High: 1, 2 push; 4, 5 pop, a cycle late for its address; 8 lost
    name: "a return by POP",
    before: " adr.w r7, 1f + 1",
    body: " push {r6, r7}\n pop {r0, pc}\n nop\n .balign 4\n1:",
    cycles: [3, 2, 13],
  },
  {
    name: "a table branch",
    body: " tbb [pc, r6]\n .byte 1, 1",
    cycles: [9, 2, 9],
  },
  {
    name: "FPU multiply-accumulates chain every three cycles",
    body: ten("vfma.f32 s0, s1, s2", "vfma.f32 s0, s1, s2"),
    // High: 4 to the next FPU instruction
    cycles: [58, 58, 77],
  },
  {
    // 1: vadd; 4: vmul; 5: vadd
    name: "an FPU sum is ready three cycles later, and two of them do not pair",
    body: ten("vadd.f32 s0, s1, s2", "vmul.f32 s3, s0, s2"),
    cycles: 40,
  },
  {
    // 1: vfma; 6: vadd; 7: vfma. High: 1, 7, 8
    name: "a multiply-accumulate as an operand five cycles later",
    body: ten("vfma.f32 s0, s1, s2", "vadd.f32 s3, s0, s2"),
    cycles: [60, 60, 70],
  },
  {
    name: "an FPU load is ready a cycle later",
    body: ten("vldr s0, [r5]", "vadd.f32 s3, s0, s1"),
    cycles: 11,
  },
  {
    // 1: vldr; 4: vfma; 5: vldr. Low: 1, 3, 4 (they may pair, but not before the load is free to issue).
    // High: 1: vldr; 4: vfma; 8: vldr; ...; the tenth vfma at 4 + 9 * 7
    name: "as an accumulator three cycles later",
    body: ten("vldr s0, [r5]", "vfma.f32 s0, s1, s2"),
    cycles: [40, 30, 67],
  },
  {
    // 1: vadd; 2: vstr and vadd
    name: "an FPU result is stored a cycle later",
    body: ten("vadd.f32 s0, s1, s2", "vstr s0, [r5]"),
    cycles: 11,
  },
  {
    // 1: vmov; 4: vadd and the next vmov
    name: "a move into the FPU takes three cycles",
    body: ten("vmov s0, r1", "vadd.f32 s3, s0, s1"),
    cycles: 31,
  },
  {
    // 1: vmov; 2: eor and the next vmov
    name: "a move out of it one",
    body: ten("vmov r0, s1", "eor r1, r0, r2"),
    cycles: 11,
  },
  {
    name: "FPU division holds the pipeline",
    body: ten("vdiv.f32 s0, s1, s2", "eor r3, r1, r2"),
    cycles: [170, 150, 170],
  },
  {
    // 1: svc, which holds 3; 12 in; 16: bx; 10 back; 27: eor. Low: 1; 12; 21. High: 1, which holds 4; 21; 38
    name: "an exception: the way in, a branch, the way back",
    body: " svc #1\n eor r0, r1, r2",
    cycles: [27, 21, 38],
  },
];

describePrograms("cortex-m7", CORTEX_M7);
