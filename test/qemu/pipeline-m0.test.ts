/** Proves what the timing plugin charges on the Cortex-M0 and M0+, rule by rule, by hand from boards/cores. */
import { describePrograms, type Program, ten } from "./pipeline-programs.ts";

/** What a taken branch, a call, a return by BX and one by POP cost: all that differs between the two. */
function cortexM0(
  taken: number,
  call: readonly [number, number],
  bx: number,
  popPc: number,
  /** How much longer each transfer of several words, and a return by POP, may take. */
  more: number,
  /** SVC 1 to 4 (3), 16 (15) in, BX 1, 14 (13) back within 4, EORS 1. */
  exception: readonly [number, number, number],
): readonly Program[] {
  const [low, high] = call;
  return [
    { name: "sums and products", body: ten("adds r0, r0, r1", "muls r3, r1, r3"), cycles: 20 },
    { name: "loads do not overlap", body: ten("ldr r0, [r5]", "ldr r1, [r5, #4]"), cycles: 40 },
    {
      name: "nor do a load and a store",
      body: ten("ldr r0, [r5]", "str r0, [r5, #4]"),
      cycles: 40,
    },
    {
      name: "a loaded address waits for nothing",
      body: ten("ldr r7, [r5, #32]", "ldr r0, [r7]"),
      cycles: 40,
    },
    {
      name: "four words moved take five",
      body: ten("push {r0-r3}", "pop {r0-r3}"),
      cycles: [100, 100, 100 + 20 * more],
    },
    {
      // movs, five times subs, four branches taken and one not
      name: "a loop",
      body: " movs r0, #5\n1: subs r0, #1\n bne.n 1b",
      cycles: 1 + 5 + 4 * taken + 1,
    },
    {
      name: "a call and its return",
      body: " bl 8f",
      beside: "8: bx lr",
      cycles: [high + bx, low + bx, high + bx],
    },
    {
      name: "a return by POP",
      before: " adr.w r7, 1f + 1",
      body: " push {r6, r7}\n pop {r0, pc}\n nop\n .balign 4\n1:",
      cycles: [3 + popPc, 3 + popPc, 3 + popPc + 3 * more],
    },
    {
      // svc, the way in, bx, the way back, eors
      name: "an exception",
      body: " svc #1\n eors r0, r1",
      cycles: exception,
    },
  ];
}

describePrograms("cortex-m0", cortexM0(3, [3, 4], 3, 6, 0, [33, 29, 40]));
describePrograms("cortex-m0plus", cortexM0(2, [2, 3], 2, 5, 1, [31, 27, 37]));
