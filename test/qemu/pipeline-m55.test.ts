/**
 * Proves what the timing plugin charges on the Cortex-M55, rule by rule, by hand from boards/cores: scalar instructions,
 * vectors on three pipes of two beats, low-overhead loops.
 */
import { describePrograms, type Program, ten } from "./pipeline-programs.ts";
import { CORTEX_M55 } from "./plugin-run.ts";

const PROGRAMS: readonly Program[] = [
  {
    name: "scalar instructions of four bytes do not pair",
    body: ten("eor r0, r1, r2", "eor r3, r1, r2"),
    cycles: 20,
  },
  {
    name: "of two bytes they do, one of them light",
    body: ten("movs r0, #1", "lsls r3, r1, #2"),
    cycles: 10,
  },
  {
    name: "not without a light one",
    body: ten("ands r0, r1", "orrs r3, r1"),
    cycles: 20,
  },
  {
    // 1: ldr; 3: eor; 4: ldr
    name: "a loaded word is ready two cycles later",
    body: ten("ldr r0, [r5]", "eor r3, r0, r1"),
    cycles: 30,
  },
  {
    // 1: eor r0; 3: eor r3; 4: eor r0. Low: 1, 2, 3
    name: "a shifted operand may be needed a cycle earlier",
    body: ten("eor r0, r1, r2", "eor r3, r1, r0, lsl #3"),
    cycles: [30, 20, 30],
  },
  {
    // 1, 2, 3; high: 1, 3, 4
    name: "an address hardly",
    body: ten("eor r7, r5, r6", "ldr r0, [r7]"),
    cycles: [20, 20, 30],
  },
  {
    // 1, 3, ..., 39. Low: a cycle each
    name: "multiply-accumulates may chain",
    body: ten("mla r0, r1, r2, r0", "mla r0, r1, r2, r0"),
    cycles: [39, 20, 39],
  },
  {
    // 7 and 1; low 2, high 11
    name: "division holds the pipeline",
    before: " movs r2, #3",
    body: ten("sdiv r0, r1, r2", "eor r3, r1, r2"),
    cycles: [80, 30, 120],
  },
  {
    // two and 1; high: two more
    name: "two words move in a cycle",
    body: ten("ldm r5, {r0-r3}", "eor r8, r9, r6"),
    cycles: [30, 30, 50],
  },
  {
    // 1, 3, ..., 39
    name: "vectors on one pipe start every two cycles",
    body: ten("vadd.i32 q0, q1, q2", "vadd.i32 q3, q1, q2"),
    cycles: 39,
  },
  {
    name: "on two pipes every cycle",
    body: ten("vadd.i32 q0, q1, q2", "vmul.i32 q3, q1, q2"),
    cycles: 20,
  },
  {
    name: "beside scalar instructions, too",
    body: ten("vadd.i32 q0, q1, q2", "eor r0, r1, r2"),
    cycles: 20,
  },
  {
    name: "a loaded vector is ready a cycle later",
    body: ten("vldrw.u32 q0, [r5]", "vadd.i32 q3, q0, q1"),
    cycles: 20,
  },
  {
    // 1: vmul; 3: vadd; 4: vmul
    name: "a product two cycles later",
    body: ten("vmul.i32 q0, q1, q2", "vadd.i32 q3, q0, q1"),
    cycles: 30,
  },
  {
    name: "for a store one",
    body: ten("vmul.i32 q0, q1, q2", "vstrw.32 q0, [r5]"),
    cycles: 20,
  },
  {
    // 1: vmovnb; 4: vstrw; 5: vmovnb. Low: 1, 3, 4
    name: "narrowed elements three, for a store as well",
    body: ten("vmovnb.i32 q0, q1", "vstrw.32 q0, [r5]"),
    cycles: [40, 30, 40],
  },
  {
    // 1, 2, 3; high: 1, 3, 4
    name: "lengthened ones one or two",
    body: ten("vmovlb.s8 q0, q1", "vmul.i16 q3, q0, q2"),
    cycles: [20, 20, 30],
  },
  {
    // 1: vadd; 6: vldrw; 7: vadd. Low: 1, 2, 3. High: vldrw at 6, and the pipe is free after 8: 14, 22, ..., 78
    name: "a vector of addresses is needed four cycles earlier",
    body: ten("vadd.i32 q0, q1, q2", "vldrw.u32 q3, [r5, q0]"),
    cycles: [60, 20, 78],
  },
  {
    // 1: vld20; 3: vadd; 4: vld20. Low: 1, 2, 3
    name: "interleaved loads take one or two",
    body: ten("vld20.8 {q0, q1}, [r5]", "vadd.i8 q3, q0, q2"),
    cycles: [30, 20, 30],
  },
  {
    // 1, 3, ..., 39. High: 1, 4, ..., 58
    name: "sums of products chain on their accumulator",
    body: ten("vmladava.s8 r0, q1, q2", "vmladava.s8 r0, q1, q2"),
    cycles: [39, 39, 58],
  },
  {
    // 1: vmladav; 4: eor; 5: vmladav. Low: 1, 3, 4. High: 1, 5, 6
    name: "and come to another reader a cycle late",
    body: ten("vmladav.s8 r0, q1, q2", "eor r3, r0, r1"),
    cycles: [40, 30, 50],
  },
  {
    // 1: vmaxv; 4: eor; 5: vmaxv. Low: 1, 3, 4. High: 1, 5, 6
    name: "an extreme of all elements",
    body: ten("vmaxv.s8 r0, q1", "eor r3, r0, r1"),
    cycles: [40, 30, 50],
  },
  {
    // 1: vldrw; 3: ldr; 4: vldrw. Low: 1, 2, 3
    name: "a scalar load may wait for the pipe of a vector's",
    body: ten("vldrw.u32 q0, [r5]", "ldr r0, [r5]"),
    cycles: [30, 20, 30],
  },
  {
    // 1: vstrw; 2: eor; 3: vldrw; 5: vstrw. High: 1, 2, 4, 6
    name: "a load two cycles behind a store may stall",
    body: " .rept 10\n vstrw.32 q0, [r5]\n eor r0, r1, r2\n vldrw.u32 q1, [r5]\n .endr",
    cycles: [39, 39, 49],
  },
  {
    name: "a predicate costs a cycle, what it leaves out nothing less",
    body: ten("vpst", "vaddt.i32 q0, q1, q2"),
    cycles: 20,
  },
  {
    // 1: vadd; 3: vmul; 4: vadd
    name: "floats",
    body: ten("vadd.f32 s0, s1, s2", "vmul.f32 s3, s0, s2"),
    cycles: 30,
  },
  {
    // 1: vmul; 3: vadd; 4: vmul
    name: "floats wait for the pipe of vector products",
    body: ten("vmul.i32 q0, q1, q2", "vadd.f32 s20, s21, s22"),
    cycles: 30,
  },
  {
    // 1: movs; 2: subs, bne, and 2 lost; 5, 8, 11, 14. Low: none lost. High: 4 lost, one of them for the flags
    name: "a taken branch",
    body: " movs r0, #5\n1: subs r0, #1\n bne.n 1b",
    cycles: [14, 6, 22],
  },
  {
    // 1: movs; 2: dls; 3: eor, and 3 lost; 7, 8, 9, 10, and 1 lost. Low: 3, ..., 7. High: dls to 4; 5: eor, and 4 lost; 10, 12, 14, 16, and 3 lost
    name: "a low-overhead loop goes back for nothing but the first time",
    body: " movs r0, #5\n dls lr, r0\n1: eor r1, r2, r3\n le lr, 1b",
    cycles: [11, 7, 19],
  },
  {
    // 1: movs; 2: wlstp; 3: vldrb, and 3 lost; 7: vldrb, and 1 lost. Low: 3, and 5 when the pipe is free. High: wlstp to 4; 5, and 4 lost; 10, and 3 lost
    name: "a tail-predicated one, 20 bytes in two rounds",
    body: " movs r0, #20\n wlstp.8 lr, r0, 2f\n1: vldrb.u8 q0, [r5]\n letp lr, 1b\n2:",
    cycles: [8, 5, 13],
  },
  {
    // 1: svc; 12 in; 14: bx; 10 back; 25: eor. Low: 1; 12; 21. High: 1, which holds 4; 23; 40
    name: "an exception: the way in, a branch, the way back",
    body: " svc #1\n eor r0, r1, r2",
    cycles: [25, 21, 40],
  },
];

describePrograms("cortex-m55", PROGRAMS, CORTEX_M55);
