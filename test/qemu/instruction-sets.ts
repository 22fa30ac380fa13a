/** What a test of the plugin on an instruction set other than the Cortex-M4's needs, beside programs counted by hand. */
import type { RegionCounts } from "../../host/workflow/counts.ts";

export interface Counts extends Partial<Omit<RegionCounts, "classes" | "instructions">> {
  readonly instructions: number;
  /** Without those that are 0. */
  readonly classes?: Partial<NonNullable<RegionCounts["classes"]>>;
  /** Stated, low and high. */
  readonly charged?: readonly [number, number, number];
}

export interface InstructionSet {
  readonly board: string;
  readonly toolchain: string;
  readonly flags: readonly string[];
  readonly script: string;
  /** Address of the 32 bytes of marks. */
  readonly marks: number;
  /** Classes and cycles are known. */
  readonly isDecoded: boolean;
  readonly head: string;
  readonly tail: string;
  /** A one-byte store at an offset of the marks. */
  readonly mark: (offset: number) => string;
  readonly programs: readonly {
    readonly name: string;
    readonly body: string;
    readonly expected: Counts;
  }[];
}
