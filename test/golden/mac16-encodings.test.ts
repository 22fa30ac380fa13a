/** The MAC16 and loop instructions that generated C gives as numbers, against the fields of the Xtensa ISA Reference Manual. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { complaints, isThere, SHAPES, writeModel } from "./compiled-models.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-mac16-"));
afterAll(() => rmSync(folder, { recursive: true }));
const tools = ["gcc", "objcopy"].every(isThere);

/** The fields of a 24-bit instruction, four bits each, as the manual draws them: op2 op1 r s t op0. */
type Fields = readonly [number, number, number, number, number, number];

/** Halves of the operands, the low bits of op1. */
const HALVES = { LL: 0b00, HH: 0b11 } as const;

/** MACRO(arguments) and the manual's fields: RRR of MAC16 (op0 = 4), RSR with special registers 16, 17, and LOOP. */
const ROWS: readonly (readonly [call: string, fields: Fields])[] = [
  ...Object.entries(HALVES).flatMap(([half, hh]): readonly (readonly [string, Fields])[] => [
    // mula.dd.*.ldinc mw, as, mx, my: 0000 10hh 0xww ssss 0y00 0100, my = m2 or m3
    [`MULA_DD_LDINC(T_${half}, "1", "5", "0", "0")`, [0, 8 + hh, 0b0001, 5, 0b0000, 4]],
    [`MULA_DD_LDINC(T_${half}, "3", "4", "1", "1")`, [0, 8 + hh, 0b0111, 4, 0b0100, 4]],
    [`MULA_DD_LDINC(T_${half}, "2", "12", "1", "0")`, [0, 8 + hh, 0b0110, 12, 0b0000, 4]],
    // mula.da.*.ldinc mw, as, mx, at: 0100 10hh 0xww ssss tttt 0100
    [`MULA_DA_LDINC(T_${half}, "1", "4", "0", "6")`, [4, 8 + hh, 0b0001, 4, 6, 4]],
    [`MULA_DA_LDINC(T_${half}, "0", "9", "1", "15")`, [4, 8 + hh, 0b0100, 9, 15, 4]],
    // mula.da.* mx, at: 0110 10hh 0x00 0000 tttt 0100
    [`MULA_DA(T_${half}, "0", "6")`, [6, 8 + hh, 0b0000, 0, 6, 4]],
    [`MULA_DA(T_${half}, "1", "3")`, [6, 8 + hh, 0b0100, 0, 3, 4]],
  ]),
  // ldinc mw, as: 1000 0000 00ww ssss 0000 0100
  [`LDINC("0", "5")`, [8, 0, 0, 5, 0, 4]],
  [`LDINC("2", "4")`, [8, 0, 2, 4, 0, 4]],
  // rsr at, sr: 0000 0011 ssss ssss tttt 0000; ACCLO is special register 16, ACCHI 17
  [`RSR_ACCLO("6")`, [0, 3, 1, 0, 6, 0]],
  [`RSR_ACCHI("6")`, [0, 3, 1, 1, 6, 0]],
  // loop as, label: iiii iiii 1000 ssss 0111 0110, label = pc + 4 + imm8: here 10 bytes follow it
  [`LOOP("9", "2f") ".skip 10\\n2:"`, [0, 3 + 10 - 4, 8, 9, 7, 6]],
];

/** What an assembler makes of the macros of generated C. */
function assembled(): readonly Buffer[] {
  const target = { name: "t", board: "qemu-xtensa-mac16" };
  writeModel(folder, "t", SHAPES.alone, "int16x8", target);
  const c = readFileSync(join(folder, "t.c"), "utf8");
  const macros = c.slice(c.indexOf("#define T_LL"), c.indexOf("/* Two columns in the second pass"));
  return ROWS.map(([call], i) => {
    const source = join(folder, `row${i}.c`);
    const text = `T_${call}`;
    writeFileSync(source, `${macros}\n__asm__(".section enc,\\"a\\"\\n" ${text} "\\n.text");\n`);
    const object = join(folder, `row${i}.o`);
    expect(complaints("gcc", ["-c", source, "-o", object])).toBe("");
    const bytes = join(folder, `row${i}.bin`);
    expect(complaints("objcopy", ["-O", "binary", "-j", "enc", object, bytes])).toBe("");
    return readFileSync(bytes);
  });
}

describe.skipIf(!tools)("MAC16 as numbers", () => {
  const bytes = tools ? assembled() : [];

  it.each(ROWS.map(([call, fields], i) => ({ call, fields, i })))("$call", ({ fields, i }) => {
    const [op2, op1, r, s, t, op0] = fields;
    expect([...(bytes[i] ?? [])].slice(0, 3)).toEqual([t * 16 + op0, r * 16 + s, op2 * 16 + op1]);
  });

  it("is every macro with numbers that the C has", () => {
    const c = readFileSync(join(folder, "t.c"), "utf8");
    const names = [...c.matchAll(/#define T_(\w+)\([^)]*\)[ \\\n]*"\.byte/g)].map(
      ([, name]) => name,
    );
    expect(names.filter((name) => !ROWS.some(([call]) => call.startsWith(`${name}(`)))).toEqual([]);
    expect(names).toHaveLength(7);
  });
});
