/**
 * Decides the counts of a frame that was marked in several parts: what adds up, and what only bounds.
 * Which parts a program marks is left to the program.
 */
import type { FrameCounts } from "./facts.ts";
import type { MemoryFrame, MemoryPart } from "./memory-frame.ts";
import { requireFiniteIn } from "./number-limits.ts";

/**
 * The counts of a frame from those of its parts, in the order they ran. What only some parts know (cycles, classes,
 * memories, varied rules) is unknown of the whole. A line of memory that two parts touch counts twice.
 * @param parts one or more
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function wholeFrame(parts: readonly [FrameCounts, ...FrameCounts[]]): FrameCounts {
  requireFiniteIn("the parts of a frame", parts);
  const [first, ...others] = parts;
  return others.reduce(joined, first);
}

function joined(a: FrameCounts, b: FrameCounts): FrameCounts {
  return {
    instructions: a.instructions + b.instructions,
    cycles: both(a.cycles, b.cycles, plus),
    cyclesSimple: both(a.cyclesSimple, b.cyclesSimple, plus),
    ...known("cyclesLow", both(a.cyclesLow, b.cyclesLow, plus)),
    ...known("cyclesHigh", both(a.cyclesHigh, b.cyclesHigh, plus)),
    ...known("rules", joinedRules(a, b)),
    loads: a.loads + b.loads,
    stores: a.stores + b.stores,
    bytesLoaded: a.bytesLoaded + b.bytesLoaded,
    bytesStored: a.bytesStored + b.bytesStored,
    ...known("memory", both(a.memory, b.memory, joinedMemory)),
    classes: both(a.classes, b.classes, addedByName),
  };
}

const plus = (a: number, b: number): number => a + b;

/** Null unless both are known. */
function both<T, R>(
  a: T | null | undefined,
  b: T | null | undefined,
  join: (a: T, b: T) => R,
): R | null {
  return a == null || b == null ? null : join(a, b);
}

/** A field of an object, left out when it is not known. */
function known<Name extends string, T>(name: Name, value: T | null): { readonly [K in Name]?: T } {
  return value === null ? {} : ({ [name]: value } as { readonly [K in Name]: T });
}

function addedByName(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

/** A rule that moved one part only leaves the other at its stated cycles. */
function joinedRules(a: FrameCounts, b: FrameCounts): NonNullable<FrameCounts["rules"]> | null {
  if (a.rules === undefined || b.rules === undefined || a.cycles === null || b.cycles === null) {
    return null;
  }
  const [first, second] = [a.rules, b.rules];
  const stated = { a: [a.cycles, a.cycles], b: [b.cycles, b.cycles] } as const;
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const [low, high] = first[name] ?? stated.a;
      const [otherLow, otherHigh] = second[name] ?? stated.b;
      return [name, [low + otherLow, high + otherHigh] as const];
    }),
  );
}

function joinedMemory(a: MemoryFrame, b: MemoryFrame): MemoryFrame {
  return {
    stalls: a.stalls + b.stalls,
    fetchStalls: a.fetchStalls + b.fetchStalls,
    readStalls: a.readStalls + b.readStalls,
    writeStalls: a.writeStalls + b.writeStalls,
    misses: a.misses + b.misses,
    bytesMoved: a.bytesMoved + b.bytesMoved,
    parts: joinedParts([...a.parts, ...b.parts]),
    lines: addedByName(a.lines, b.lines),
    variants: joinedVariants(a, b),
  };
}

function joinedParts(all: readonly MemoryPart[]): readonly MemoryPart[] {
  const parts = new Map<string, MemoryPart>();
  for (const part of all) {
    const key = `${part.memory} ${part.cause}`;
    const before = parts.get(key);
    parts.set(
      key,
      before === undefined
        ? part
        : {
            ...part,
            accesses: before.accesses + part.accesses,
            misses: before.misses + part.misses,
            bytes: before.bytes + part.bytes,
            stalls: before.stalls + part.stalls,
          },
    );
  }
  return [...parts.values()];
}

/** Values are varied in both parts or in none. */
function joinedVariants(a: MemoryFrame, b: MemoryFrame): Readonly<Record<string, number>> {
  const names = Object.keys(a.variants).filter((name) => name in b.variants);
  return Object.fromEntries(
    names.map((name) => [name, (a.variants[name] as number) + (b.variants[name] as number)]),
  );
}
