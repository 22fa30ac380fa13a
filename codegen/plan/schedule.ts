/**
 * Decides which variant of the multiply-accumulate kernel a program gets on a target, and what is fused with it.
 * The variant's text is left to templates/, the stream it reads to rows/.
 */
import type { Board } from "../board.ts";
import { PlanError } from "../errors.ts";
import type { Products } from "../quantize/float32-arithmetic.ts";
import { type AnyFormat, isTfliteFormat } from "../quantize/params.ts";
import { chooseFloat } from "./choose-float.ts";
import { byteColumns } from "./rows/byte-columns.ts";
import { byteLanes } from "./rows/byte-lanes.ts";
import { FLOAT_COLUMNS } from "./rows/float-columns.ts";
import { FLOAT_ROWS } from "./rows/float-rows.ts";
import { MAC16_PAIRS } from "./rows/mac16-pairs.ts";
import { NIBBLE_LANES } from "./rows/nibble-lanes.ts";
import { NIBBLE_QUADS } from "./rows/nibble-quads.ts";
import { PACKED_PAIRS, PAIRED_BYTES, PAIRED_SUMS } from "./rows/packed-pairs.ts";
import { plainRows, plainSums } from "./rows/plain-rows.ts";
import type { BlockShape, LineValue, RowLayout } from "./rows/row-layout.ts";
import { SPARSE_BYTES } from "./rows/sparse-bytes.ts";
import { SPARSE_PAIRS } from "./rows/sparse-pairs.ts";
import { vectorRows } from "./rows/vector-rows.ts";
import { WIDE_LANES } from "./rows/wide-lanes.ts";
import { type Fusion, type InstructionSet, type Target, targetOf } from "./target.ts";

/**
 * dsp-packed-pairs: two int8 rows in each 16-bit lane, separated by SXTB16 (int8 activations).
 * dsp-rows: two rows' bytes in each word, widened by SXTB16, two SMLADs (int16 activations).
 * dsp-packed-pairs-grouped, dsp-rows-grouped: the same with loads grouped for the Cortex-M4.
 * dsp-packed-pairs-dual: the same in pairs that the Cortex-M7 issues in one cycle.
 * rv32-lanes, thumb1-lanes, xtensa-lanes: four rows' bytes in each word, three multiplications for four MACs (int8
 *   activations). Sixteen rows where there are registers for so many sums, else eight.
 * rv32-wide: two rows in the halves of each word, two bytes a weight, one multiplication for two MACs.
 * rv32-bytes, thumb1-bytes, xtensa-bytes: a byte a row, one multiplication a MAC (int16 activations).
 * xtensa-mac16, xtensa-mac16-int16x8: two int8 rows in each 16-bit half, separated by a second pass.
 * mve-int8, mve-int16x8: eight rows share each vector of activations; VMLADAVA adds its products into one register a row.
 * vfp-float32: sixteen rows side by side, each with an accumulator of its own; VMLA, which rounds its product.
 * vfp-float32-apart: the same with VMUL and VADD for the Cortex-M4. mve-float32: in four vectors of rows, whose VFMA
 * rounds once.
 * c11-int8, c11-int16x8, c11-float32: row after row in plain C, for every other core.
 * dsp-sums, dsp-sums-grouped: as dsp-rows, sums alone, in both tflite formats.
 * dsp-nibbles: 4-bit weights of four rows and two columns in each word, separated by shifts and SMLADs (int4).
 * dsp-nibbles-grouped: the same with loads grouped for the Cortex-M4.
 * rv32-nibbles: 4-bit weights of eight rows in each word, one multiplication for two MACs; c11-int4: the same in plain C.
 * c11-int8-eights: c11-int8 in blocks of eight rows, as 4-bit weights have them, where other layers have those.
 * dsp-sparse: as dsp-packed-pairs, four columns of eight rows at a time, those that a list names (int8).
 * dsp-sparse-grouped: the same with loads grouped for the Cortex-M4.
 * rv32-sparse: the same tiles, a byte a weight, three instructions a MAC. c11-sparse: the same in plain C.
 * c11-tflite-int8, c11-tflite-int16x8: the same in plain C: the scalings of TFLite's kernels are constants of their own.
 *
 * Each but the c11 ones reads its stream in plain C as well, where a compiler lacks its instructions.
 */
export type KernelVariant =
  | "dsp-packed-pairs"
  | "dsp-packed-pairs-grouped"
  | "dsp-packed-pairs-dual"
  | "dsp-rows"
  | "dsp-rows-grouped"
  | "dsp-sums"
  | "dsp-sums-grouped"
  | "rv32-lanes"
  | "rv32-wide"
  | "thumb1-lanes"
  | "xtensa-lanes"
  | "rv32-bytes"
  | "thumb1-bytes"
  | "xtensa-bytes"
  | "xtensa-mac16"
  | "xtensa-mac16-int16x8"
  | "mve-int8"
  | "mve-int16x8"
  | "vfp-float32"
  | "vfp-float32-apart"
  | "mve-float32"
  | "dsp-nibbles"
  | "dsp-nibbles-grouped"
  | "rv32-nibbles"
  | "dsp-sparse"
  | "dsp-sparse-grouped"
  | "rv32-sparse"
  | "c11-sparse"
  | "c11-int8"
  | "c11-int8-eights"
  | "c11-int16x8"
  | "c11-int4"
  | "c11-float32"
  | "c11-tflite-int8"
  | "c11-tflite-int16x8";

/** How each variant's stream is laid out. */
export const ROW_LAYOUTS: Readonly<Record<KernelVariant, RowLayout>> = {
  "dsp-packed-pairs": PACKED_PAIRS,
  "dsp-packed-pairs-grouped": PACKED_PAIRS,
  "dsp-packed-pairs-dual": PACKED_PAIRS,
  "dsp-rows": PAIRED_BYTES,
  "dsp-rows-grouped": PAIRED_BYTES,
  "dsp-sums": PAIRED_SUMS,
  "dsp-sums-grouped": PAIRED_SUMS,
  "rv32-lanes": byteLanes(16),
  "rv32-wide": WIDE_LANES,
  "thumb1-lanes": byteLanes(8),
  "xtensa-lanes": byteLanes(8),
  "rv32-bytes": byteColumns(16),
  "thumb1-bytes": byteColumns(8),
  "xtensa-bytes": byteColumns(8),
  "xtensa-mac16": MAC16_PAIRS,
  "xtensa-mac16-int16x8": MAC16_PAIRS,
  "mve-int8": vectorRows("int8", 16),
  "mve-int16x8": vectorRows("int16", 8),
  "dsp-nibbles": NIBBLE_QUADS,
  "dsp-nibbles-grouped": NIBBLE_QUADS,
  "rv32-nibbles": NIBBLE_LANES,
  "c11-int4": NIBBLE_LANES,
  "dsp-sparse": SPARSE_PAIRS,
  "dsp-sparse-grouped": SPARSE_PAIRS,
  "rv32-sparse": SPARSE_BYTES,
  "c11-sparse": SPARSE_BYTES,
  "c11-int8": plainRows("int8"),
  "c11-int8-eights": plainRows("int8", 8),
  "c11-int16x8": plainRows("int16"),
  "vfp-float32": FLOAT_COLUMNS,
  "vfp-float32-apart": FLOAT_COLUMNS,
  "mve-float32": FLOAT_COLUMNS,
  "c11-float32": FLOAT_ROWS,
  "c11-tflite-int8": plainSums("int8"),
  "c11-tflite-int16x8": plainSums("int16"),
};

/** What makes a kernel's rows. */
export interface RowsSchedule {
  readonly variant: KernelVariant;
  readonly block: BlockShape;
  readonly why: string;
}

export interface Schedule extends RowsSchedule {
  readonly activation: LineValue;
  readonly fusion: Fusion;
  /** Where some layers of int8 have 4-bit weights: what makes their rows, from the same line; absent: all are alike. */
  readonly fourBits?: RowsSchedule;
}

/** What makes the rows of a matrix of bytes, or of 4-bit weights. */
export function rowsSchedule(schedule: Schedule, isGrouped: boolean): RowsSchedule {
  return (isGrouped ? schedule.fourBits : undefined) ?? schedule;
}

/** How a float32 variant adds products: vectors have no instruction that rounds both, but one that rounds once. */
export function productsOf({ variant }: Schedule): Products {
  return variant === "mve-float32" ? "fused" : "rounded";
}

/** Why a format has no passes. */
const WHOLE: Readonly<Partial<Record<AnyFormat, string>>> = {
  float32:
    "single precision has no requantize to take apart: its sums go straight into the elementwise part",
  int4: "the scales of groups are applied to sums that only the fused kernels keep in registers",
};

/**
 * @param mixed some layers of int8 have 4-bit weights
 * @throws PlanError TP-PLAN-016 for float32, 4-bit weights and the tflite formats in passes, TP-PLAN-040 for sparse weights where
 *   no kernel leaves any out
 */
export function schedule(format: AnyFormat, target: Target, mixed = false): Schedule {
  const asked = mixed ? "int4" : format;
  const whole = asked in WHOLE || isTfliteFormat(asked);
  if (whole && target.fusion !== "full") {
    throw new PlanError("TP-PLAN-016", {
      what: `${asked} cannot be made with fusion "${target.fusion}"`,
      why:
        WHOLE[asked] ??
        "the arithmetic of TFLite's kernels is generated with the whole cell in one pass",
      fix: "--fusion full, or --format int8",
    });
  }
  if (target.sparse) requireSparse(asked, target);
  const [chosen, why] = target.sparse ? chooseSparse(target) : choose(format, target);
  const variant = mixed && chosen === "c11-int8" ? "c11-int8-eights" : chosen;
  const { block, activation } = ROW_LAYOUTS[variant];
  const same = { variant, block, activation, fusion: target.fusion, why };
  return mixed ? { ...same, fourBits: besideBytes(block, target) } : same;
}

/** 4-bit weights in blocks of as many rows and units as the bytes of other layers have, so that what follows is the same. */
function besideBytes({ rows, units }: BlockShape, target: Target): RowsSchedule {
  const [variant, why] = chooseNibbles(target);
  const { block } = ROW_LAYOUTS[variant];
  const eights = rows / block.rows;
  const groups = block.groups && { ...block.groups, bytes: eights * block.groups.bytes };
  return {
    variant,
    block: {
      ...block,
      rows,
      units,
      extraBytes: eights * block.extraBytes,
      ...(groups && { groups }),
    },
    why,
  };
}

/** Cores with a 32-bit multiplier and no SIMD. */
const NARROW: Readonly<Partial<Record<InstructionSet, "rv32" | "thumb1" | "xtensa">>> = {
  rv32im: "rv32",
  thumb1: "thumb1",
  xtensa: "xtensa",
};

/**
 * Of the variants with the same stream the Cortex-M4 and M7 get the one of fewest cycles, the M33 that of fewest
 * instructions: it takes LDRD in no more cycles than its words need.
 *
 * The floor on the M4, four columns of eight int8 rows, 32 MACs: 16 SMLADs, 8 SXTB16s, 8 words of weights and 2 of
 * activations make 34 cycles, and each run of loads one more (Arm's table: N loads in a row, or an LDM of N, take
 * N + 1). Four registers are free beside eight sums and two pointers, one of them holds activations across three more
 * pairs, so a run loads 4, 3 and 3 words: 3 runs, 37 cycles, 1.156 a MAC.
 *   columns      runs of (LDR, LDM) words                  instructions   cycles
 *   fast         LDR 4, LDR 3, LDM 3                       32 (1.000)     37 (1.156)
 *   few          LDR 2, LDM 3, LDR 2, LDM 3                30 (0.938)     38 (1.188)
 *   ungrouped    LDRD five times                           29 (0.906)     39 (1.219)
 * The grouped kernel does four of eight fours the fast way, five of eight where laps are long (laps.ts): the most that
 * leaves a 128/256 cell below 1.02 instructions a MAC. A lap adds 3 instructions and 5 cycles: 0.012 and 0.020 a MAC with
 * 32 columns, 256 MACs, a quarter of that with 128.
 *
 * The floor on the M7, the same 32 MACs: one SMLAD a cycle makes 16; SXTB16s and loads of one register share cycles with
 * them, LDRD with nothing. With every word loaded alone 34 instructions need 17 cycles (0.531 a MAC).
 *   order        loads                    instructions   cycles
 *   in place     LDRD five times          29 (0.906)     24 (0.750): a loaded word is a factor two cycles later
 *   dual         LDRD three, LDR four     31 (0.969)     20 (0.625): 16, three LDRDs, one wait for the first word
 * The dual order is what a search over all orders and four free registers found for seven loads, with the pairs and
 * latencies of boards/cores/cortex-m7.json; six loads make 22 cycles, eight 19. Seven of eight fours take it.
 */
function chooseDsp(format: "int8" | "int16x8", target: Target): readonly [KernelVariant, string] {
  const grouped = target.core === "cortex-m4";
  if (format === "int8") {
    if (target.core === "cortex-m7") {
      return [
        "dsp-packed-pairs-dual",
        "4 MACs for one loaded word, one SXTB16 and two SMLADs; in pairs that issue in one cycle",
      ];
    }
    return grouped
      ? [
          "dsp-packed-pairs-grouped",
          "4 MACs for one loaded word, one SXTB16 and two SMLADs; loads in long runs take the fewest cycles",
        ]
      : [
          "dsp-packed-pairs",
          "4 MACs for one loaded word, one SXTB16 and two SMLADs; loads in pairs take the fewest instructions",
        ];
  }
  return [
    grouped ? "dsp-rows-grouped" : "dsp-rows",
    "a 32-bit accumulator has no room for the packed pairs' factor of 256 with int16 activations",
  ];
}

/**
 * Four columns of four rows, 16 MACs: two words of weights, 6 ANDs that shift them, 8 SMLADs, and two words of activations.
 * Loads by LDRD make 16 instructions (1.0 a MAC), alone 18 (1.125), which the Cortex-M4 takes in 19 cycles instead of 20.
 * For each group of 128 MACs come 19 more, for scales and the loop: 0.148 a MAC.
 */
function chooseNibbles(target: Target): readonly [KernelVariant, string] {
  if (target.instructions === "thumb-dsp") {
    return [
      target.core === "cortex-m4" ? "dsp-nibbles-grouped" : "dsp-nibbles",
      "8 MACs for one loaded word, three ANDs that shift it and four SMLADs; a scale for each 32 columns",
    ];
  }
  return target.instructions === "rv32im"
    ? ["rv32-nibbles", "one word holds a weight of eight rows; one multiplication makes two MACs"]
    : [
        "c11-int4",
        `no kernel of its own for ${target.core} in int4: its words are taken apart in C`,
      ];
}

/** Whether some kernel of a board leaves tiles of weights out. */
export function leavesTilesOut(board: Board): boolean {
  return targetOf(board).instructions !== "mve";
}

/** @throws PlanError TP-PLAN-040 */
function requireSparse(format: AnyFormat, { core, instructions, fusion, steps }: Target): void {
  const refuse = (what: string, why: string, fix: string): never => {
    throw new PlanError(
      "TP-PLAN-040",
      { what: `--sparse does not go with ${what}`, why, fix },
      { format, core, fusion, steps },
    );
  };
  if (format !== "int8") {
    refuse(format, "the kernels that leave weights out have weights of 8 bits", "--format int8");
  }
  if (fusion !== "full") {
    refuse(`fusion "${fusion}"`, "its passes find multipliers at equal distances", "--fusion full");
  }
  if (steps !== 1) {
    refuse(
      "--steps",
      "its loops load a weight for two steps, in the order of all columns",
      "no --steps",
    );
  }
  if (instructions === "mve") {
    refuse(
      `the vectors of ${core}`,
      "one VMLADAVA makes 16 MACs: four columns by themselves would take longer than all of them do",
      "fewer units: pioneer size MODEL --board ID --make N",
    );
  }
}

/**
 * A tile, 32 MACs: 8 words of weights by four LDRDs, two of activations by LDR, 16 SMLADs and 8 SXTB16s are 30 instructions, 40
 * cycles of the Cortex-M4; with three loads in a row for every two LDRs 32 and 38. Its place in the list and the loop take 4 more
 * instructions, 7 cycles: 1.06 and 1.41 a MAC that is done, where the dense kernel takes 0.94 and 1.18.
 */
function chooseSparse({ instructions, core }: Target): readonly [KernelVariant, string] {
  if (instructions === "rv32im") {
    return ["rv32-sparse", "three instructions a MAC, in tiles of four columns that a list names"];
  }
  if (instructions !== "thumb-dsp") {
    return ["c11-sparse", `tiles of four columns that a list names, in plain C on ${core}`];
  }
  return [
    core === "cortex-m4" ? "dsp-sparse-grouped" : "dsp-sparse",
    "one SXTB16 and two SMLADs for 4 MACs, in tiles of four columns that a list names",
  ];
}

function choose(format: AnyFormat, target: Target): readonly [KernelVariant, string] {
  if (isTfliteFormat(format)) {
    if (target.instructions === "thumb-dsp") {
      return [
        target.core === "cortex-m4" ? "dsp-sums-grouped" : "dsp-sums",
        "two bytes of each word widened by SXTB16, two SMLADs; TFLite's scalings follow in C",
      ];
    }
    return [
      `c11-${format}`,
      "the arithmetic of TFLite's reference kernels, in plain C on cores without SMLAD",
    ];
  }
  if (format === "float32") return chooseFloat(target);
  if (format === "int4") return chooseNibbles(target);
  if (target.instructions === "thumb-dsp") return chooseDsp(format, target);
  if (target.instructions === "mve") {
    return [
      `mve-${format}`,
      "a vector of weights and one VMLADAVA make 16 MACs, 8 with int16 activations",
    ];
  }
  if (target.instructions === "xtensa-mac16") {
    return [
      format === "int8" ? "xtensa-mac16" : "xtensa-mac16-int16x8",
      "a MAC16 instruction multiplies, adds and loads: 13 instructions for four columns of two rows",
    ];
  }
  if (target.storage === "wide" && target.instructions === "rv32im" && format === "int8") {
    return ["rv32-wide", "two bytes a weight save the instructions that take bytes out of a word"];
  }
  const narrow = NARROW[target.instructions];
  if (narrow) {
    return format === "int8"
      ? [
          `${narrow}-lanes`,
          "one word holds a weight of four rows; three multiplications make four MACs",
        ]
      : [
          `${narrow}-bytes`,
          "products of int16 activations leave no room for a second row beside them",
        ];
  }
  return [`c11-${format}`, `no kernel of its own for ${target.core}`];
}
