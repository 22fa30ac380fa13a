/**
 * What a core itself limits: instructions issued a cycle, bytes through its load/store port, rates by number type.
 * What one instruction costs is left to the tables in boards/cores; these are the roofs that follow from them.
 */

import type { ComputeFacts, StatedValue } from "./facts.ts";

export interface CoreFacts {
  readonly issue: StatedValue;
  readonly port: StatedValue;
  /** Number types beside those of the board file. */
  readonly compute: readonly ComputeFacts[];
}

/** [value, source, confidence] of what is stated of a core. */
type Stated = readonly [number, string, StatedValue["confidence"]];

interface Row {
  readonly issue: Stated;
  /** Bytes a cycle. */
  readonly port: Stated;
  /** 32-bit multiply-accumulates a cycle, by vectors where the core has them. */
  readonly word: Stated;
  /** The same in float32; absent without an FPU. */
  readonly float?: Stated;
}

const WIDTH = "rule issueWidth";

const ROWS: Readonly<Record<string, Row>> = {
  "cortex-m0": {
    issue: [1, `boards/cores/cortex-m0.json, ${WIDTH}`, "M"],
    port: [4, "Arm Cortex-M0 TRM: one 32-bit AHB-Lite access, each over two cycles", "M"],
    word: [1 / 2, "MULS and ADDS: one cycle each (boards/cores/cortex-m0.json)", "M"],
  },
  "cortex-m0plus": {
    issue: [1, `boards/cores/cortex-m0plus.json, ${WIDTH}`, "M"],
    port: [4, "Arm Cortex-M0+ TRM: one 32-bit AHB-Lite access, each over two cycles", "M"],
    word: [1 / 2, "MULS and ADDS: one cycle each (boards/cores/cortex-m0plus.json)", "M"],
  },
  "cortex-m4": {
    issue: [1, "Arm Cortex-M4 TRM: single-issue pipeline", "S"],
    port: [4, "Arm Cortex-M4 TRM: one 32-bit AHB data access a cycle", "S"],
    word: [1, "MLA: one cycle (boards/cores/cortex-m4.json, rule mac)", "S"],
    float: [1 / 3, "VMLA, VFMA: three cycles (boards/cores/cortex-m4.json, rule fpuMac)", "S"],
  },
  "cortex-m7": {
    issue: [2, `boards/cores/cortex-m7.json, ${WIDTH}`, "S"],
    port: [8, "two 32-bit loads a cycle from both banks (boards/cores/cortex-m7.json)", "S"],
    word: [1, "MLA: one a cycle (boards/cores/cortex-m7.json, rule pairMultiply)", "S"],
    float: [1, "VFMA: one a cycle (boards/cores/cortex-m7.json, rule fpuMacBusy)", "S"],
  },
  "cortex-m33": {
    issue: [
      1,
      "two only for a branch, IT or NOP (boards/cores/cortex-m33.json, rule pairAny)",
      "S",
    ],
    port: [4, "one word a cycle (boards/cores/cortex-m33.json, rule multipleWords)", "S"],
    word: [1, "MLA: one a cycle (boards/cores/cortex-m33.json, rule mac)", "S"],
    float: [1 / 3, "VFMA: three cycles (boards/cores/cortex-m33.json, rule fpuMacBusy)", "S"],
  },
  "cortex-m55": {
    issue: [
      1,
      "two only of two bytes, one of them light (boards/cores/cortex-m55.json, rule pairLight)",
      "S",
    ],
    port: [8, "VLDR: 16 bytes in two beats (boards/cores/cortex-m55.json, rule vectorBeats)", "S"],
    word: [2, "VMLA.S32: four in two beats (boards/cores/cortex-m55.json, rule vectorBeats)", "S"],
    float: [2, "VFMA.F32: four in two beats (boards/cores/cortex-m55.json, rule vectorBeats)", "S"],
  },
  "xtensa-lx106": {
    issue: [1, `boards/cores/xtensa-lx106.json, ${WIDTH}`, "M"],
    port: [4, "L32I: one a cycle (boards/cores/xtensa-lx106.json, rule load)", "M"],
    word: [1 / 2, "MULL and ADD: one cycle each (boards/cores/xtensa-lx106.json)", "M"],
  },
  "xtensa-mac16": {
    issue: [1, `boards/cores/xtensa-mac16.json, ${WIDTH}`, "M"],
    port: [4, "L32I: one a cycle (boards/cores/xtensa-mac16.json, rule load)", "M"],
    word: [1 / 2, "MULL and ADD: one cycle each (boards/cores/xtensa-mac16.json)", "M"],
  },
  rv32imc: {
    issue: [1, `boards/cores/rv32imc.json, ${WIDTH}`, "M"],
    port: [4, "LW: one a cycle (boards/cores/rv32imc.json, rule load)", "M"],
    word: [1 / 2, "MUL and ADD: one cycle each (boards/cores/rv32imc.json)", "M"],
  },
};

/** Undefined for a core without a timing table. */
export function coreFactsOf(core: string): CoreFacts | undefined {
  const row = Object.hasOwn(ROWS, core) ? ROWS[core] : undefined;
  if (row === undefined) return undefined;
  const { issue, port, word, float } = row;
  return {
    issue: stated(issue, "instruction/cycle"),
    port: stated(port, "byte/cycle"),
    compute: [
      { name: "32-bit MAC", macsPerCycle: stated(word, "MAC/cycle") },
      ...(float ? [{ name: "float32 MAC", macsPerCycle: stated(float, "MAC/cycle") }] : []),
    ],
  };
}

function stated([value, source, confidence]: Stated, unit: string): StatedValue {
  return { value, unit, source, confidence };
}
