/**
 * Adds a profile up a step: by layer and part of its kernel, and by function.
 * What belongs where is left to facts.ts, how it looks to report/.
 */
import type { Kind } from "../quantity.ts";
import {
  type KernelPart,
  layerOf,
  type ProfileCell,
  type ProfileFacts,
  partOf,
  STALLS,
  type Stall,
  stackOf,
} from "./facts.ts";

/** Averages a step. */
export interface ProfileNumbers {
  readonly instructions: number;
  /** [cycle]; null where the core has no timing table. */
  readonly cycles: number | null;
  /** Share of the step's cycles, or of its instructions where there are none; 0..1. */
  readonly share: number;
  readonly bytesLoaded: number;
  readonly bytesStored: number;
  /** [cycle] */
  readonly stalls: Readonly<Record<Stall, number>> | null;
  readonly memory: Readonly<Record<string, number>> | null;
}

export interface PartRow extends ProfileNumbers {
  readonly layer: string;
  /** macs of a recurrent layer are two rows. */
  readonly part: Exclude<KernelPart, "macs"> | "macs" | "input macs" | "recurrent macs";
  /** apportioned: one loop does both, a column of either at the same cost, and was parted by columns. */
  readonly split: "counted" | "apportioned";
}

export interface FunctionRow extends ProfileNumbers {
  readonly function: string;
  /** With all that it called and all that is inlined in it: instructions, and cycles or null. */
  readonly total: { readonly instructions: number; readonly cycles: number | null };
}

export interface Profile {
  readonly steps: number;
  readonly instructions: { readonly kind: Kind; readonly perStep: number };
  readonly cycles: {
    readonly kind: Kind;
    readonly source: string;
    readonly perStep: number;
  } | null;
  readonly parts: readonly PartRow[];
  readonly functions: readonly FunctionRow[];
}

/** @param cycleSource what charged cycles */
export function profileOf(facts: ProfileFacts, cycleSource: string): Profile {
  const all = sum(facts.cells);
  const { passes } = facts;
  return {
    steps: passes,
    instructions: { kind: "counted", perStep: all.instructions / passes },
    cycles:
      all.cycles === null
        ? null
        : { kind: "modelled", source: cycleSource, perStep: all.cycles / passes },
    parts: partRows(facts, all),
    functions: functionRows(facts, all),
  };
}

type Sums = ReturnType<typeof sum>;

function sum(cells: readonly ProfileCell[]) {
  const add = (read: (cell: ProfileCell) => number): number =>
    cells.reduce((total, cell) => total + read(cell), 0);
  const hasCycles = cells.every(({ counts }) => counts.cycles !== null);
  const causes = new Set(cells.flatMap(({ counts }) => Object.keys(counts.memory ?? {})));
  return {
    instructions: add(({ counts }) => counts.instructions),
    cycles: hasCycles ? add(({ counts }) => counts.cycles ?? 0) : null,
    bytesLoaded: add(({ counts }) => counts.bytesLoaded),
    bytesStored: add(({ counts }) => counts.bytesStored),
    stalls: cells.every(({ counts }) => counts.stalls !== null)
      ? record(STALLS, (cause) => add(({ counts }) => counts.stalls?.[cause] ?? 0))
      : null,
    memory: cells.some(({ counts }) => counts.memory !== null)
      ? record([...causes], (cause) => add(({ counts }) => counts.memory?.[cause] ?? 0))
      : null,
  };
}

function record<K extends string>(
  names: readonly K[],
  value: (name: K) => number,
): Readonly<Record<K, number>> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, number>;
}

/** `part` of the sums a step; part: 0..1. */
function numbers(own: Sums, all: Sums, passes: number, part = 1): ProfileNumbers {
  const scale = part / passes;
  const [some, whole] =
    own.cycles === null || all.cycles === null
      ? [own.instructions, all.instructions]
      : [own.cycles, all.cycles];
  const scaled = <K extends string>(values: Readonly<Record<K, number>> | null) =>
    values === null
      ? null
      : record(Object.keys(values) as K[], (name) => (values[name] as number) * scale);
  return {
    instructions: own.instructions * scale,
    cycles: own.cycles === null ? null : own.cycles * scale,
    share: whole === 0 ? 0 : (some * part) / whole,
    bytesLoaded: own.bytesLoaded * scale,
    bytesStored: own.bytesStored * scale,
    stalls: scaled(own.stalls),
    memory: scaled(own.memory),
  };
}

const PART_ORDER: readonly KernelPart[] = ["macs", "requantize", "elementwise", "state", "other"];

/** Layers in their order, then what belongs to none. */
function partRows(facts: ProfileFacts, all: Sums): readonly PartRow[] {
  const groups = groupBy(facts.cells, (cell) => layerOf(facts, cell));
  const names = facts.layers.map(({ name }) => name);
  const order = [...new Set([...names, ...groups.keys()])];
  return order.flatMap((layer) => {
    const byPart = groupBy(groups.get(layer) ?? [], (cell) => partOf(facts, cell));
    return PART_ORDER.flatMap((part): readonly PartRow[] => {
      const cells = byPart.get(part);
      if (cells === undefined) return [];
      const own = sum(cells);
      const columns = facts.layers.find(({ name }) => name === layer)?.columns;
      if (part !== "macs" || columns === undefined) {
        return [{ layer, part, split: "counted", ...numbers(own, all, facts.passes) }];
      }
      const input = columns.input / (columns.input + columns.recurrent);
      const split = "apportioned";
      return [
        { layer, part: "input macs", split, ...numbers(own, all, facts.passes, input) },
        { layer, part: "recurrent macs", split, ...numbers(own, all, facts.passes, 1 - input) },
      ];
    });
  });
}

/** The most expensive first. */
function functionRows(facts: ProfileFacts, all: Sums): readonly FunctionRow[] {
  const { passes, cells } = facts;
  const own = groupBy(cells, (cell) => stackOf(facts, cell).at(-1) ?? "?");
  const names = new Set(cells.flatMap((cell) => stackOf(facts, cell)));
  const rows = [...names].map((name): FunctionRow => {
    const within = sum(cells.filter((cell) => stackOf(facts, cell).includes(name)));
    return {
      function: name,
      ...numbers(sum(own.get(name) ?? []), { ...all }, passes),
      total: {
        instructions: within.instructions / passes,
        cycles: all.cycles === null ? null : (within.cycles ?? 0) / passes,
      },
    };
  });
  return rows.sort((a, b) => b.share - a.share || b.total.instructions - a.total.instructions || 0);
}

function groupBy<K>(
  cells: readonly ProfileCell[],
  key: (cell: ProfileCell) => K,
): ReadonlyMap<K, readonly ProfileCell[]> {
  const groups = new Map<K, ProfileCell[]>();
  for (const cell of cells) {
    const group = groups.get(key(cell));
    if (group === undefined) groups.set(key(cell), [cell]);
    else group.push(cell);
  }
  return groups;
}
