/**
 * Decides what a board's own measurements say of its memories: parameters fitted to them, and a board with these in place of
 * stated values. Measuring and storing are left to the host, the arithmetic of a fit to fit.ts.
 */
import type { Board, BoardMemory } from "../board.ts";
import type { MeasuredBoard, Microbenchmark, ReportedValue } from "../measured.ts";
import { fitWaits } from "./fit.ts";
import { hierarchyOf } from "./hierarchy.ts";

/** One load a lap without waiting: what the loops below cost beyond their waits. */
export const BASE_LOOP = "load-base";

/** A loop of loads through more of a memory than its caches hold: `load-MEMORY-STRIDE`, stride in byte. */
export function loadLoopName(memory: string, strideBytes: number): string {
  return `load-${memory}-${strideBytes}`;
}

/** Wait states of every memory that `loops` measured; empty without the base loop. */
export function fittedParameters(
  board: Board,
  loops: readonly Microbenchmark[],
): readonly ReportedValue[] {
  const base = loops.find(({ name }) => name === BASE_LOOP)?.cyclesPerLap.median;
  if (base === undefined) return [];
  const { memories, caches } = hierarchyOf(board);
  return memories.flatMap((memory) => {
    const own = loops.flatMap(({ name, cyclesPerLap }) => {
      const stride = new RegExp(`^load-${memory.name}-([1-9]\\d{0,5})$`).exec(name)?.[1];
      return stride === undefined ? [] : [{ strideBytes: Number(stride), ...cyclesPerLap }];
    });
    if (own.length === 0) return [];
    const cache = memory.caches.read === null ? undefined : caches[memory.caches.read];
    const { value, interval, residual } = fitWaits(
      memory,
      cache?.partBytes ?? memory.accessBytes,
      base,
      own,
    );
    return [
      {
        name: `memories.${memory.name}.waitStates`,
        value,
        unit: "cycle",
        kind: "modelled",
        source: `fitted to ${own.length} loops of loads, the worst ${residual.toFixed(2)} cycles off`,
        interval,
      },
    ];
  });
}

/** What a board's own cycles put in place of rules of its core's table, by the rule's name. */
export function fittedRules(
  measured: MeasuredBoard | null,
): Readonly<Record<string, ReportedValue>> {
  const rules = (measured?.parameters ?? []).flatMap((parameter) => {
    const name = /^rules\.([A-Za-z]{1,31})$/.exec(parameter.name)?.[1];
    return name === undefined ? [] : [[name, parameter] as const];
  });
  return Object.fromEntries(rules);
}

/** The board with fitted wait states in place of stated ones, whose source then says what it replaces. */
export function withCalibration<B extends Board>(board: B, measured: MeasuredBoard | null): B {
  if (measured === null || measured.parameters.length === 0) return board;
  const memories = board.memories.map((memory): BoardMemory => {
    const fitted = measured.parameters.find(
      ({ name }) => name === `memories.${memory.name}.waitStates`,
    );
    if (fitted === undefined) return memory;
    const { waitStates: stated, lineBytes } = memory;
    const replaced =
      stated === undefined ? "nothing stated" : `${stated.value} by ${stated.source}`;
    const source = `boards/measured/${board.id}.json: ${fitted.source}; in place of ${replaced}`;
    const provenance = { source, confidence: "S" } as const;
    const interval = fitted.interval === undefined ? {} : { interval: fitted.interval };
    const rate = lineBytes.value / (fitted.value + lineBytes.value / 4);
    return {
      ...memory,
      waitStates: { value: fitted.value, unit: "cycle", ...provenance, ...interval },
      readBytesPerCycle: { value: rate, unit: "byte/cycle", ...provenance },
    };
  });
  return { ...board, memories };
}
