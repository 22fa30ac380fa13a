/** What the challenge reads from other programs: objdump, QEMU's execution log, perf, the generated C. */
import { expect, test } from "vitest";
import {
  isMultiplyAccumulate,
  isPacked,
  parseDisassembly,
} from "../../host/workflow/challenge/disassembly.ts";
import { addressRanges, tracedAddress } from "../../host/workflow/challenge/executed.ts";
import { parsePerf } from "../../host/workflow/challenge/host-counters.ts";
import { kernelMacro } from "../../host/workflow/challenge/variant-runs.ts";

/** As arm-none-eabi-objdump 2.40 prints it. */
const OBJDUMP = `
firmware.elf:     file format elf32-littlearm

00000000 <vectors>:
       0:\t... ....5...5...
	...

00000136 <model_rows>:
     136:\tldrd\tip, lr, [r1], #8
     13e:\tsmlad\tr5, r2, ip, r5
     142:\tsxtb16\tr2, r2
     146:\tbne.n\t136 <model_rows>
     148:\tit\tne
     14a:\tmlane\tr4, r2, r7, r4
     14e:\tvmladava.s8\tr0, q0, q1
     152:\tnop
`;

function named(mnemonic: string, operands = "r0, r1") {
  return { address: 0, mnemonic, operands, within: "" };
}

test("a disassembly gives addresses, mnemonics and functions", () => {
  const code = parseDisassembly(OBJDUMP);
  expect(code).toHaveLength(8);
  expect(code[1]).toEqual({
    address: 0x13e,
    mnemonic: "smlad",
    operands: "r5, r2, ip, r5",
    within: "model_rows",
  });
  expect(code.filter(isPacked).map(({ mnemonic }) => mnemonic)).toEqual([
    "smlad",
    "sxtb16",
    "vmladava",
  ]);
  expect(code.filter(isMultiplyAccumulate).map(({ mnemonic }) => mnemonic)).toEqual([
    "smlad",
    "mlane",
  ]);
  expect(parseDisassembly("")).toEqual([]);
});

test.each(["smladx", "smlsd", "smlald", "smuad", "uxtab16", "qadd16", "uhsub8", "pkhbt", "usad8"])(
  "%s works on packed values",
  (mnemonic) => expect(isPacked(named(mnemonic))).toBe(true),
);

test.each(["smlabb", "smmul", "ssat", "mla", "smull", "add", "sub", "uxtb", "sxth"])(
  "%s does not",
  (mnemonic) => expect(isPacked(named(mnemonic))).toBe(false),
);

test.each(["mul", "smulbb", "smmul", "smull", "umull", "smuad"])("%s adds to no sum", (mnemonic) =>
  expect(isMultiplyAccumulate(named(mnemonic))).toBe(false),
);

test("neighbouring instructions share a range", () => {
  const at = (address: number) => ({ ...named("smlad"), address });
  expect(addressRanges([at(0x100), at(0x104), at(0x108), at(0x120)])).toEqual([
    [0x100, 12],
    [0x120, 4],
  ]);
});

test("a block that is entered counts, one stopped before is taken back", () => {
  const entered = "Trace 0: 0x7fca7804ee00 [00000400/0000015e/00000110/ff011200] model_rows";
  const stopped = "Stopped execution of TB chain before 0x7fca7804ee00 [0000015e] model_rows";
  expect(tracedAddress(entered)).toEqual({ address: 0x15e, ran: 1 });
  expect(tracedAddress(stopped)).toEqual({ address: 0x15e, ran: -1 });
  expect(tracedAddress("Linking TBs 0x7f")).toBeUndefined();
});

test("perf's counters, the ratios they allow, and why one is missing", () => {
  const text = `4000,,instructions:u,1,100.00,,
2000,,cycles:u,1,100.00,,
<not supported>,,cache-references:u,0,100.00,,
<not counted>,,cache-misses:u,0,100.00,,
`;
  const counters = parsePerf(text, "perf");
  const of = (name: string) => counters.find((counter) => counter.name === name);
  expect(of("instructions")?.value).toMatchObject({ value: 4000, kind: "measured" });
  expect(of("instructions a cycle")?.value).toMatchObject({ value: 2, unit: "instruction/cycle" });
  expect(of("cache miss rate")).toBeUndefined();
  expect(of("cache-references")).toMatchObject({
    value: null,
    why: expect.stringContaining("virtual machine"),
  });
  expect(of("branch-misses")).toMatchObject({ value: null, why: "perf did not report it" });
  const refused = parsePerf("Access to performance monitoring: perf_event_paranoid is 4", "perf");
  expect(refused[0]).toMatchObject({ value: null });
});

test("the macro of a native kernel is the first that the C asks for", () => {
  const source = '#include "m.h"\n#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)\nint a;\n';
  expect(kernelMacro(source)).toBe("__ARM_FEATURE_DSP");
  expect(kernelMacro("int a;\n")).toBeNull();
});
