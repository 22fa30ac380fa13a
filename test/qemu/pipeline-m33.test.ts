/** Proves what the timing plugin charges on the Cortex-M33, rule by rule, by hand from boards/cores. */
import { describePrograms, type Program, ten } from "./pipeline-programs.ts";

const CORTEX_M33: readonly Program[] = [
  { name: "nothing pairs", body: ten("eor r0, r1, r2", "eor r3, r1, r2"), cycles: 20 },
  {
    // 1: eor; 3: orr, for the shifted result takes two; 4: eor
    name: "a shifted result is ready two cycles later",
    body: ten("eor r0, r1, r2, lsl #3", "orr r3, r0, r1"),
    cycles: 30,
  },
  {
    name: "a product is ready two cycles later",
    body: ten("mul r0, r1, r2", "eor r3, r0, r1"),
    cycles: 30,
  },
  {
    name: "multiply-accumulates chain on their accumulator",
    body: ten("smlad r0, r1, r2, r0", "smlad r0, r1, r2, r0"),
    cycles: 20,
  },
  {
    name: "MULS takes a cycle more for its flags",
    body: ten("muls r0, r1, r0", "movs r3, #1"),
    // 1, 2: muls; 3: movs; the next muls needs the product two cycles after 2: 4
    cycles: 30,
  },
  {
    name: "a loaded word is ready two cycles later",
    body: ten("ldr r0, [r5]", "orr r3, r0, r1"),
    cycles: 30,
  },
  {
    name: "as an accumulator or for a store one",
    body: ten("ldr r0, [r5]", "smlad r3, r1, r2, r0"),
    cycles: 20,
  },
  {
    name: "a load and its store",
    body: ten("ldr r0, [r5]", "str r0, [r5, #4]"),
    cycles: [20, 20, 30],
  },
  { name: "LDRD takes two cycles", body: ten("ldrd r0, r1, [r5]", "eor r2, r3, r6"), cycles: 30 },
  { name: "LDM one a word", body: ten("ldm r5, {r0-r3, r7}", "eor r8, r9, r6"), cycles: 60 },
  {
    // 1: movs; 2 to 6: subs with bne behind it, 2 lost after each of four taken ones
    name: "a taken branch behind flags loses two cycles",
    body: " movs r0, #5\n1: subs r0, #1\n bne.n 1b",
    cycles: 14,
  },
  {
    // 1: movs; then five times subs, mov with bne behind it; 1 lost after each of four taken ones
    name: "elsewhere one",
    body: " movs r0, #5\n1: subs r0, #1\n mov r1, r2\n bne.n 1b",
    cycles: 15,
  },
  {
    name: "branches not taken cost nothing behind two bytes",
    body: " .rept 5\n cmp r6, #1\n beq.n . + 4\n .endr",
    cycles: 5,
  },
  {
    name: "four-byte instructions do not fold a branch",
    body: " .rept 5\n cmp.w r6, #1\n beq.n . + 4\n .endr",
    cycles: 10,
  },
  {
    name: "FPU multiply-accumulates bar the FPU",
    body: ten("vfma.f32 s0, s1, s2", "vfma.f32 s3, s1, s2"),
    cycles: 58,
  },
  {
    // 1: svc; 12 in; 14: bx; 10 back; 25: eor. Low: 1; 14; 23. High: 1, which holds 4; 21; 36
    name: "an exception: the way in, a branch, the way back",
    body: " svc #1\n eor r0, r1, r2",
    cycles: [25, 23, 36],
  },
];

describePrograms("cortex-m33", CORTEX_M33);
