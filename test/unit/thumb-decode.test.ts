/**
 * Proves the plugin's decoder against encodings that the GNU assembler made, with classes, bytes and registers
 * listed by hand from the mnemonics. Costs are left to the tests under QEMU.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PLUGIN_SOURCES, THUMB_CLASS_SOURCES } from "./thumb-sources.ts";

const DRIVER = fileURLToPath(new URL("thumb-decode.c", import.meta.url));
const SLOT_BYTES = 32;

/** Flag letters in bit order of enum insn_flag. */
const FLAGS = ["L", "S", "C", "P", "D", "R", "X", "F", "U"];

/**
 * One case: assembler text, class, size and bytes moved, flags (L loads, S stores, C conditional, P leaves the
 * line, D direct, R register offset, X exclusive, F FPU), core registers written and forming the address.
 */
type Case = readonly [
  text: string,
  insnClass: string,
  size: number,
  bytes: number,
  flags: string,
  writes: readonly number[],
  address: readonly number[],
];

const NONE: readonly number[] = [];
const alu = (text: string, size: number, ...writes: number[]): Case => [
  text,
  "alu",
  size,
  0,
  "",
  writes,
  NONE,
];
const product = (text: string, insnClass: "mul" | "mac", ...writes: number[]): Case => [
  text,
  insnClass,
  4,
  0,
  "",
  writes,
  NONE,
];

const CASES: readonly Case[] = [
  // Data processing, two bytes.
  alu("movs r1, #5", 2, 1),
  alu("movs r1, r2", 2, 1),
  alu("mov r9, r2", 2, 9),
  alu("lsls r1, r2, #3", 2, 1),
  alu("lsrs r1, r2, #3", 2, 1),
  alu("asrs r1, r2, #3", 2, 1),
  alu("asrs r1, r2", 2, 1),
  alu("adds r1, r2, r3", 2, 1),
  alu("subs r1, r2, #7", 2, 1),
  alu("adds r4, #200", 2, 4),
  alu("add r4, r11", 2, 4),
  alu("add sp, #16", 2, 13),
  alu("sub sp, #16", 2, 13),
  alu("add r2, sp, #16", 2, 2),
  alu("adr r2, . + 8", 2, 2),
  alu("cmp r4, #200", 2),
  alu("cmp r9, r2", 2),
  alu("cmn r1, r2", 2),
  alu("tst r1, r2", 2),
  alu("ands r1, r2", 2, 1),
  alu("orrs r1, r2", 2, 1),
  alu("eors r1, r2", 2, 1),
  alu("bics r1, r2", 2, 1),
  alu("mvns r1, r2", 2, 1),
  alu("adcs r1, r2", 2, 1),
  alu("sbcs r1, r2", 2, 1),
  alu("rsbs r1, r2, #0", 2, 1),
  alu("rors r1, r2", 2, 1),
  alu("sxtb r1, r2", 2, 1),
  alu("sxth r1, r2", 2, 1),
  alu("uxtb r1, r2", 2, 1),
  alu("rev r1, r2", 2, 1),
  // Data processing, four bytes.
  alu("and.w r9, r2, #0xff00", 4, 9),
  alu("orn r9, r2, r3", 4, 9),
  alu("mvn.w r9, r2, lsl #3", 4, 9),
  alu("add.w r9, r2, r3, lsl #2", 4, 9),
  alu("rsb.w r9, r2, #4", 4, 9),
  alu("cmp.w r9, #0xff00", 4),
  alu("teq r9, r2", 4),
  alu("addw r9, r2, #4095", 4, 9),
  alu("subw r9, r2, #4095", 4, 9),
  alu("movw r9, #0x1234", 4, 9),
  alu("movt r9, #0x1234", 4, 9),
  alu("ubfx r9, r2, #3, #5", 4, 9),
  alu("sbfx r9, r2, #3, #5", 4, 9),
  alu("bfi r9, r2, #3, #5", 4, 9),
  alu("bfc r9, #3, #5", 4, 9),
  alu("lsl.w r9, r2, r3", 4, 9),
  alu("clz r9, r2", 4, 9),
  alu("rbit r9, r2", 4, 9),
  // DSP without products.
  alu("ssat r9, #8, r2, asr #4", 4, 9),
  alu("usat r9, #8, r2", 4, 9),
  alu("ssat16 r9, #8, r2", 4, 9),
  alu("usat16 r9, #8, r2", 4, 9),
  alu("sxtb16 r9, r2", 4, 9),
  alu("sxtb16 r9, r2, ror #8", 4, 9),
  alu("sxtab16 r9, r2, r3", 4, 9),
  alu("uxtb16 r9, r2", 4, 9),
  alu("sxtah r9, r2, r3", 4, 9),
  alu("pkhbt r9, r2, r3, lsl #16", 4, 9),
  alu("pkhtb r9, r2, r3, asr #16", 4, 9),
  alu("qadd r9, r2, r3", 4, 9),
  alu("qdsub r9, r2, r3", 4, 9),
  alu("sadd16 r9, r2, r3", 4, 9),
  alu("qsub8 r9, r2, r3", 4, 9),
  alu("uhadd8 r9, r2, r3", 4, 9),
  alu("sel r9, r2, r3", 4, 9),
  alu("usad8 r9, r2, r3", 4, 9),
  alu("usada8 r9, r2, r3, r4", 4, 9),
  // Products.
  ["muls r1, r2, r1", "mul", 2, 0, "", [1], NONE],
  product("mul r9, r2, r3", "mul", 9),
  product("smull r8, r9, r2, r3", "mul", 8, 9),
  product("umull r8, r9, r2, r3", "mul", 8, 9),
  product("smulbb r9, r2, r3", "mul", 9),
  product("smulwt r9, r2, r3", "mul", 9),
  product("smuad r9, r2, r3", "mul", 9),
  product("smusd r9, r2, r3", "mul", 9),
  product("smmul r9, r2, r3", "mul", 9),
  product("smmulr r9, r2, r3", "mul", 9),
  product("mla r9, r2, r3, r4", "mac", 9),
  product("mls r9, r2, r3, r4", "mac", 9),
  product("smlabb r9, r2, r3, r4", "mac", 9),
  product("smlawb r9, r2, r3, r4", "mac", 9),
  product("smlad r9, r2, r3, r4", "mac", 9),
  product("smladx r9, r2, r3, r4", "mac", 9),
  product("smlsd r9, r2, r3, r4", "mac", 9),
  product("smmla r9, r2, r3, r4", "mac", 9),
  product("smmls r9, r2, r3, r4", "mac", 9),
  product("smlal r8, r9, r2, r3", "mac", 8, 9),
  product("umlal r8, r9, r2, r3", "mac", 8, 9),
  product("umaal r8, r9, r2, r3", "mac", 8, 9),
  product("smlalbt r8, r9, r2, r3", "mac", 8, 9),
  product("smlald r8, r9, r2, r3", "mac", 8, 9),
  product("smlsldx r8, r9, r2, r3", "mac", 8, 9),
  ["sdiv r9, r2, r3", "div", 4, 0, "", [9], NONE],
  ["udiv r9, r2, r3", "div", 4, 0, "", [9], NONE],
  // Loads of one register.
  ["ldr r1, [r2, #4]", "load", 2, 4, "L", [1], [2]],
  ["ldr r1, [sp, #4]", "load", 2, 4, "L", [1], [13]],
  ["ldr r1, [pc, #8]", "load", 2, 4, "L", [1], NONE],
  ["ldr r1, [r2, r3]", "load", 2, 4, "LR", [1], [2, 3]],
  ["ldrb r1, [r2, #4]", "load", 2, 1, "L", [1], [2]],
  ["ldrh r1, [r2, #4]", "load", 2, 2, "L", [1], [2]],
  ["ldrsb r1, [r2, r3]", "load", 2, 1, "LR", [1], [2, 3]],
  ["ldrsh r1, [r2, r3]", "load", 2, 2, "LR", [1], [2, 3]],
  ["ldr.w r9, [r2, #4092]", "load", 4, 4, "L", [9], [2]],
  ["ldr.w r9, [r2, #-4]", "load", 4, 4, "L", [9], [2]],
  ["ldr r9, [r2], #4", "load", 4, 4, "L", [2, 9], [2]],
  ["ldr r9, [r2, #4]!", "load", 4, 4, "L", [2, 9], [2]],
  ["ldr.w r9, [r2, r3, lsl #2]", "load", 4, 4, "LR", [9], [2, 3]],
  ["ldr.w r9, [pc, #64]", "load", 4, 4, "L", [9], NONE],
  ["ldrb.w r9, [r2, #7]", "load", 4, 1, "L", [9], [2]],
  ["ldrsb.w r9, [r2, #7]", "load", 4, 1, "L", [9], [2]],
  ["ldrsh r9, [r2], #2", "load", 4, 2, "L", [2, 9], [2]],
  ["ldrt r9, [r2, #4]", "load", 4, 4, "L", [9], [2]],
  ["ldrex r9, [r2]", "load", 4, 4, "L", [9], [2]],
  ["ldrexb r9, [r2]", "load", 4, 1, "L", [9], [2]],
  ["ldr.w pc, [r2, #4]", "load", 4, 4, "LP", NONE, [2]],
  // Loads of several.
  ["ldrd r8, r9, [r2, #8]", "loadMultiple", 4, 8, "L", [8, 9], [2]],
  ["ldrd r8, r9, [r2], #8", "loadMultiple", 4, 8, "L", [2, 8, 9], [2]],
  ["ldm r2, {r3, r4, r5}", "loadMultiple", 4, 12, "L", [3, 4, 5], [2]],
  ["ldmia r2!, {r3, r4, r5}", "loadMultiple", 2, 12, "L", [2, 3, 4, 5], [2]],
  ["ldmdb r2!, {r3, r9}", "loadMultiple", 4, 8, "L", [2, 3, 9], [2]],
  ["pop {r4, r5}", "loadMultiple", 2, 8, "L", [4, 5, 13], [13]],
  ["pop {r4, pc}", "loadMultiple", 2, 8, "LP", [4, 13], [13]],
  ["pop.w {r4, r8, pc}", "loadMultiple", 4, 12, "LP", [4, 8, 13], [13]],
  // Stores.
  ["str r1, [r2, #4]", "store", 2, 4, "S", NONE, [2]],
  ["str r1, [sp, #4]", "store", 2, 4, "S", NONE, [13]],
  ["str r1, [r2, r3]", "store", 2, 4, "SR", NONE, [2, 3]],
  ["strb r1, [r2, #4]", "store", 2, 1, "S", NONE, [2]],
  ["strh r1, [r2, #4]", "store", 2, 2, "S", NONE, [2]],
  ["str r9, [r2], #4", "store", 4, 4, "S", [2], [2]],
  ["strb.w r9, [r2, r3, lsl #1]", "store", 4, 1, "SR", NONE, [2, 3]],
  ["strex r9, r3, [r2]", "store", 4, 4, "SX", [9], [2]],
  ["strexh r9, r3, [r2]", "store", 4, 2, "SX", [9], [2]],
  ["strd r8, r9, [r2, #8]", "storeMultiple", 4, 8, "S", NONE, [2]],
  ["strd r8, r9, [r2, #8]!", "storeMultiple", 4, 8, "S", [2], [2]],
  ["stmia r2!, {r3, r4}", "storeMultiple", 2, 8, "S", [2], [2]],
  ["stmdb r2!, {r3, r9}", "storeMultiple", 4, 8, "S", [2], [2]],
  ["push {r4, lr}", "storeMultiple", 2, 8, "S", [13], [13]],
  ["push.w {r4, r8, lr}", "storeMultiple", 4, 12, "S", [13], [13]],
  // Branches.
  ["b.n . + 4", "branch", 2, 0, "PD", NONE, NONE],
  ["b.w . + 4", "branch", 4, 0, "PD", NONE, NONE],
  ["beq.n . + 4", "branch", 2, 0, "CPD", NONE, NONE],
  ["beq.w . + 4", "branch", 4, 0, "CPD", NONE, NONE],
  ["cbz r1, . + 6", "branch", 2, 0, "CPD", NONE, NONE],
  ["cbnz r1, . + 6", "branch", 2, 0, "CPD", NONE, NONE],
  ["bl . + 4", "branch", 4, 0, "PD", [14], NONE],
  ["bx lr", "branch", 2, 0, "P", NONE, NONE],
  ["blx r3", "branch", 2, 0, "P", [14], NONE],
  ["mov pc, r3", "branch", 2, 0, "P", NONE, NONE],
  ["tbb [r2, r3]", "branch", 4, 1, "LP", NONE, [2, 3]],
  ["tbh [r2, r3, lsl #1]", "branch", 4, 2, "LP", NONE, [2, 3]],
  // FPU.
  ["vldr s5, [r2, #4]", "load", 4, 4, "LF", NONE, [2]],
  ["vldr d3, [r2, #8]", "loadMultiple", 4, 8, "LF", NONE, [2]],
  ["vldmia r2!, {s4-s7}", "loadMultiple", 4, 16, "LF", [2], [2]],
  ["vpop {d8-d9}", "loadMultiple", 4, 16, "LF", [13], [13]],
  ["vstr s5, [r2, #4]", "store", 4, 4, "SF", NONE, [2]],
  ["vstmdb r2!, {s4-s6}", "storeMultiple", 4, 12, "SF", [2], [2]],
  ["vpush {s16}", "storeMultiple", 4, 4, "SF", [13], [13]],
  ["vadd.f32 s1, s2, s3", "fpu", 4, 0, "F", NONE, NONE],
  ["vsub.f32 s1, s2, s3", "fpu", 4, 0, "F", NONE, NONE],
  ["vmul.f32 s1, s2, s3", "fpu", 4, 0, "F", NONE, NONE],
  ["vmla.f32 s1, s2, s3", "fpu", 4, 0, "F", NONE, NONE],
  ["vfma.f32 s1, s2, s3", "fpu", 4, 0, "F", NONE, NONE],
  ["vfnms.f32 s1, s2, s3", "fpu", 4, 0, "F", NONE, NONE],
  ["vdiv.f32 s1, s2, s3", "fpu", 4, 0, "F", NONE, NONE],
  ["vsqrt.f32 s1, s2", "fpu", 4, 0, "F", NONE, NONE],
  ["vabs.f32 s1, s2", "fpu", 4, 0, "F", NONE, NONE],
  ["vcmp.f32 s1, s2", "fpu", 4, 0, "F", NONE, NONE],
  ["vcmpe.f32 s1, #0.0", "fpu", 4, 0, "F", NONE, NONE],
  ["vcvt.s32.f32 s1, s2", "fpu", 4, 0, "F", NONE, NONE],
  ["vmov.f32 s1, #1.0", "fpu", 4, 0, "F", NONE, NONE],
  ["vmov s1, r9", "fpu", 4, 0, "F", NONE, NONE],
  ["vmov r9, s1", "fpu", 4, 0, "F", [9], NONE],
  ["vmov r8, r9, s2, s3", "fpu", 4, 0, "F", [8, 9], NONE],
  ["vmrs APSR_nzcv, fpscr", "fpu", 4, 0, "F", NONE, NONE],
  ["vmrs r9, fpscr", "fpu", 4, 0, "F", [9], NONE],
  // The rest.
  ["nop", "other", 2, 0, "", NONE, NONE],
  ["nop.w", "other", 4, 0, "", NONE, NONE],
  ["wfi", "other", 2, 0, "", NONE, NONE],
  ["cpsid i", "other", 2, 0, "", NONE, NONE],
  ["bkpt #0xab", "other", 2, 0, "", NONE, NONE],
  ["svc #1", "other", 2, 0, "", NONE, NONE],
  ["dsb", "other", 4, 0, "", NONE, NONE],
  ["isb", "other", 4, 0, "", NONE, NONE],
  ["clrex", "other", 4, 0, "", NONE, NONE],
  ["mrs r9, primask", "other", 4, 0, "", [9], NONE],
  ["msr primask, r9", "other", 4, 0, "", NONE, NONE],
  ["pld [r2, #4]", "other", 4, 0, "", NONE, NONE],
  ["udf #1", "other", 2, 0, "U", NONE, NONE],
];

/** IT blocks: text and how many instructions the IT governs. */
const IT_CASES: readonly (readonly [string, number])[] = [
  ["it eq; moveq r0, r1", 1],
  ["ite ne; movne r0, r1; moveq r0, r2", 2],
  ["itt cs; movcs r0, r1; movcs r2, r3", 2],
  ["itte mi; movmi r0, r1; movmi r2, r3; movpl r4, r5", 3],
  ["itete gt; movgt r0, r1; movle r0, r2; movgt r3, r4; movle r3, r5", 4],
];

/** Branches: text and the distance from the branch to its target [byte]. */
const TARGET_CASES: readonly (readonly [string, number])[] = [
  ["b.n . + 30", 30],
  ["b.n . - 2000", -2000],
  ["beq.n . - 128", -128],
  ["beq.w . + 4096", 4096],
  ["beq.w . - 300000", -300_000],
  ["b.w . + 1000000", 1_000_000],
  ["bl . - 9000000", -9_000_000],
  ["cbz r1, . + 126", 126],
];

/** FPU registers: text, single registers written and read. */
const FPU_CASES: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ["vadd.f32 s1, s18, s31", [1], [18, 31]],
  ["vmul.f32 s2, s2, s3", [2], [2, 3]],
  ["vmla.f32 s1, s2, s3", [1], [1, 2, 3]],
  ["vfnms.f32 s17, s2, s3", [17], [2, 3, 17]],
  ["vsqrt.f32 s1, s20", [1], [20]],
  ["vcmp.f32 s9, s2", [], [2, 9]],
  ["vcmp.f32 s9, #0.0", [], [9]],
  ["vmov.f32 s7, #1.0", [7], []],
  ["vmov.f32 s7, s8", [7], [8]],
  ["vmov s7, r1", [7], []],
  ["vmov r1, s7", [], [7]],
  ["vmov s6, s7, r1, r2", [6, 7], []],
  ["vcvt.f32.s32 s3, s4", [3], [4]],
  ["vldr s19, [r2]", [19], []],
  ["vldr d3, [r2]", [6, 7], []],
  ["vldmia r2, {s5-s8}", [5, 6, 7, 8], []],
  ["vstr s19, [r2]", [], [19]],
  ["vpush {d8-d9}", [], [16, 17, 18, 19]],
];

interface Decoded {
  readonly insnClass: string;
  readonly size: number;
  readonly bytes: number;
  readonly itLength: number;
  readonly flags: string;
  readonly writes: readonly number[];
  readonly address: readonly number[];
  readonly fpWrites: readonly number[];
  readonly fpReads: readonly number[];
  readonly displacement: number;
}

function missingTool(): string | null {
  for (const tool of ["gcc", "arm-none-eabi-as", "arm-none-eabi-objcopy"]) {
    if (spawnSync(tool, ["--version"]).error) return tool;
  }
  return null;
}

const missing = missingTool();
if (missing) console.warn(`thumb-decode: skipped, ${missing} is not installed`);

function bitsOf(hex: string): readonly number[] {
  const mask = Number.parseInt(hex, 16);
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);
}

function parseLine(line: string): Decoded {
  const field = line.split(" ");
  const at = (i: number) => field[i] ?? "";
  const flags = Number(at(4));
  return {
    insnClass: at(0),
    size: Number(at(1)),
    bytes: Number(at(2)),
    itLength: Number(at(3)),
    flags: FLAGS.filter((_, bit) => (flags >> bit) & 1).join(""),
    writes: bitsOf(at(5)),
    address: bitsOf(at(6)),
    fpWrites: bitsOf(at(7)),
    fpReads: bitsOf(at(8)),
    displacement: Number(at(9)),
  };
}

describe.skipIf(missing)("thumb decoder", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-thumb-"));
    const warnings = ["-Wall", "-Wextra", "-Wconversion", "-Werror"];
    execFileSync("gcc", [
      "-std=c11",
      "-fsanitize=undefined",
      "-fno-sanitize-recover",
      ...warnings,
      `-I${PLUGIN_SOURCES}`,
      "-o",
      join(folder, "decode"),
      DRIVER,
      ...THUMB_CLASS_SOURCES,
    ]);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function decodeHalfwords(input: string): readonly Decoded[] {
    const output = execFileSync(join(folder, "decode"), {
      input,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return output.trimEnd().split("\n").map(parseLine);
  }

  /** Assembles each text in its own slot and decodes the first instruction of each. */
  function decodeAll(texts: readonly string[]): readonly Decoded[] {
    const slots = texts.map((text) => `${text}\n.balign ${SLOT_BYTES}\n`);
    const head = ".syntax unified\n.cpu cortex-m4\n.fpu fpv4-sp-d16\n.thumb\n";
    writeFileSync(join(folder, "all.s"), `${head}${slots.join("")}`);
    execFileSync("arm-none-eabi-as", ["-o", join(folder, "all.o"), join(folder, "all.s")]);
    const binary = join(folder, "all.bin");
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", join(folder, "all.o"), binary]);
    const bytes = readFileSync(binary);
    const lines = texts.map((_, i) => {
      const half = (offset: number) => bytes.readUInt16LE(i * SLOT_BYTES + offset).toString(16);
      return `${half(0)} ${half(2)}\n`;
    });
    return decodeHalfwords(lines.join(""));
  }

  test("class, size, bytes, flags and registers of every listed instruction", () => {
    const decoded = decodeAll(CASES.map(([text]) => text));
    CASES.forEach(([text, insnClass, size, bytes, flags, writes, address], i) => {
      const { itLength, fpWrites, fpReads, displacement, ...got } = decoded[i] as Decoded;
      expect({ text, ...got }).toEqual({ text, insnClass, size, bytes, flags, writes, address });
    });
    const mnemonics = new Set(CASES.map(([text]) => text.split(/[ .]/)[0]));
    expect(mnemonics.size).toBeGreaterThanOrEqual(80);
  });

  test("an IT says how many instructions it governs", () => {
    const decoded = decodeAll(IT_CASES.map(([text]) => text));
    expect(decoded.map((d) => d.itLength)).toEqual(IT_CASES.map(([, length]) => length));
    expect(new Set(decoded.map((d) => d.insnClass))).toEqual(new Set(["other"]));
  });

  test("direct branches give their distance", () => {
    const decoded = decodeAll(TARGET_CASES.map(([text]) => text));
    expect(decoded.map((d) => d.displacement)).toEqual(
      TARGET_CASES.map(([, distance]) => distance),
    );
  });

  test("FPU instructions give the single registers they write and read", () => {
    const decoded = decodeAll(FPU_CASES.map(([text]) => text));
    FPU_CASES.forEach(([text, fpWrites, fpReads], i) => {
      const got = decoded[i] as Decoded;
      expect({ text, fpWrites: got.fpWrites, fpReads: got.fpReads }).toEqual({
        text,
        fpWrites,
        fpReads,
      });
    });
  });

  test("what no core of the family executes is undecoded", () => {
    // SRS, BLX to Arm state, coprocessor 0, branch future, reserved load size
    const words = ["e80d c000", "f000 e802", "ee00 0010", "f0c0 c001", "f870 0000"];
    const decoded = decodeHalfwords(`${words.join("\n")}\n`);
    expect(decoded.map((d) => d.flags)).toEqual(words.map(() => "U"));
  });

  test("pairs of halfwords from the whole space decode without undefined behaviour", () => {
    const lines: string[] = [];
    for (let first = 0; first < 0x10000; first += first < 0xe800 ? 3 : 13) {
      for (const second of [0x0000, 0x8a5f, 0xf0f0]) {
        lines.push(`${first.toString(16)} ${second.toString(16)}\n`);
      }
    }
    const decoded = decodeHalfwords(lines.join(""));
    expect(decoded.length).toBe(lines.length);
    expect(decoded.every((d) => d.size === 2 || d.size === 4)).toBe(true);
  });
});
