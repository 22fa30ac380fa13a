/**
 * Decides what a measured workload is: a program, one region of it, and what somebody measured on a board.
 * The workloads themselves are left to published.ts, running them to run-program.ts.
 */

/** A small program with marks; its regions are numbered as in its source. */
export interface Program {
  /** Names the ELF file. */
  readonly id: string;
  /** Which toolchain, emulator and start-up code. */
  readonly machine: "cortex-m" | "cortex-m55" | "rv32" | "xtensa";
  /** Files of scripts/timing/programs. */
  readonly sources: readonly string[];
  /** Of the compiler, after those of the machine. */
  readonly flags: readonly string[];
  /** Source that is not this project's: fetched when the program is built, checked against its digest. */
  readonly package?: Package;
}

/** A crate of the Rust package registry, for the C or assembly that it carries. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the package as the registry serves it. */
  readonly digest: string;
  /** Folder with the headers, in the package. */
  readonly include: readonly string[];
  /** Files to compile, in the package. */
  readonly sources: readonly string[];
}

/** Cycles that somebody measured. */
export interface Workload {
  readonly name: string;
  readonly core: string;
  readonly program: Program;
  readonly region: number;
  /** Subtracted from the region: what one more round costs is a difference of two. */
  readonly less?: number;
  /** Passes in the difference or the region; the published value is of one. */
  readonly passes?: number;
  /** Cycles of one pass. */
  readonly published: number;
  /** Chip, clock, wait states. */
  readonly condition: string;
  /**
   * Whose code runs: the assembly that was measured; C that was measured, which another version of the compiler made
   * instructions of; or another program with the same method.
   */
  readonly code: "measured source" | "measured source, other compiler" | "own code";
  /** Which set: a table's parameters may be chosen by the fitting set, and are judged by the other. */
  readonly set: "fitting" | "judging";
  readonly source: string;
  /** Why the model is off by more than a tenth, or its interval misses, by class of instruction. */
  readonly why?: string;
}
