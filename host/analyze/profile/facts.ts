/**
 * What a profile consists of: places of the program, what was counted in each under which calls, and when.
 * Counting is left to the emulator's plugin, naming places to the host's workflow, tables and pictures to the modules beside this one.
 */

/** The parts that codegen tells apart in a kernel. */
export type KernelPart = "macs" | "requantize" | "elementwise" | "state" | "other";

/** A range of code that is one function, inlined ones apart, and one part of a kernel. */
export interface ProfilePlace {
  /** The function and what is inlined there, the innermost last. */
  readonly functions: readonly string[];
  /** Null: that of what called it. */
  readonly part: KernelPart | null;
  /** Name of the layer; null: that of what called it. */
  readonly layer: string | null;
}

/** A layer whose multiply-accumulates read inputs and hidden states in one loop: columns of each. */
export interface ProfileLayer {
  readonly name: string;
  readonly columns?: { readonly input: number; readonly recurrent: number };
}

/** Why an instruction took more than a cycle: firmware/qemu/profile.h. */
export const STALLS = ["operand", "access", "long", "branch"] as const;
export type Stall = (typeof STALLS)[number];

export interface ProfileCounts {
  readonly instructions: number;
  /** By the core's table [cycle]; null where the core has none. */
  readonly cycles: number | null;
  readonly bytesLoaded: number;
  readonly bytesStored: number;
  /** [cycle]; null with cycles. */
  readonly stalls: Readonly<Record<Stall, number>> | null;
  /** Of the memories of the board that the run stands for: misses and cycles waited, by cause; null where none does. */
  readonly memory: Readonly<Record<string, number>> | null;
}

/** What was counted in one place under one chain of calls, over all passes. */
export interface ProfileCell {
  /** Indexes of places: those that called, the own one last; -1: outside of all that are known. */
  readonly path: readonly number[];
  readonly counts: ProfileCounts;
}

/** Time in one cell without a break. */
export interface ProfileSpan {
  readonly pass: number;
  /** Index of the cell. */
  readonly cell: number;
  /** Since the pass began [cycle], or [instruction] where nothing charges cycles. */
  readonly begin: number;
  readonly length: number;
}

export interface ProfileFacts {
  readonly places: readonly ProfilePlace[];
  /** In the order in which a step computes them. */
  readonly layers: readonly ProfileLayer[];
  readonly cells: readonly ProfileCell[];
  /** Of the first passes, in order. */
  readonly spans: readonly ProfileSpan[];
  /** Steps that the counts add up. */
  readonly passes: number;
}

/** What belongs to no layer: the step's own calls. */
export const STEP = "step";

/** The layer that a cell's work is for. */
export function layerOf({ places }: ProfileFacts, { path }: ProfileCell): string {
  return innermost(path, (index) => places[index]?.layer) ?? STEP;
}

/** What in its layer a cell's work is for. */
export function partOf({ places }: ProfileFacts, { path }: ProfileCell): KernelPart {
  return innermost(path, (index) => places[index]?.part) ?? "other";
}

/** Functions from the outermost to the innermost; "?" for what is not known. */
export function stackOf({ places }: ProfileFacts, { path }: ProfileCell): readonly string[] {
  return path.flatMap((index) => places[index]?.functions ?? ["?"]);
}

function innermost<T>(
  path: readonly number[],
  read: (index: number) => T | null | undefined,
): T | null {
  for (const index of [...path].reverse()) {
    const value = read(index);
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
