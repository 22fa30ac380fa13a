/**
 * Decides what a run moves through each memory of its board, and the intensity and roof that follow at each level.
 * Which level binds is left to roofline.ts.
 */
import type { BoardFacts, MemoryFacts, RunFacts } from "./facts.ts";
import { quantityOf } from "./facts.ts";
import { totalTraffic } from "./kernel-work.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, modelled } from "./quantity.ts";

/** One memory level under the work. */
export interface RoofLevel {
  /** Name of its roof. */
  readonly name: string;
  readonly traffic: MemoryFacts["traffic"];
  /** Bytes a frame [byte]. */
  readonly bytesMoved: Quantity;
  /** [op/byte] */
  readonly arithmeticIntensity: Quantity;
  /** Highest arithmetic over this level's bandwidth [op/byte]. */
  readonly ridgePoint: Quantity;
  /** What this level alone allows: intensity x bandwidth [op/s] or [op/cycle]. */
  readonly allows: Quantity;
  /** As a roof [byte/s] or [byte/cycle]. */
  readonly bandwidth: Quantity;
  /** core: the bandwidth rises with the core's clock. own: the memory waits in nanoseconds. */
  readonly clock: "core" | "own";
}

/**
 * The levels whose bytes are known, the one that holds the weights first.
 * @param peak highest arithmetic of the board, in the unit of time of `scale`
 * @param scale cycles a unit of time: the clock, or 1
 */
export function boardLevels(
  facts: RunFacts,
  board: BoardFacts,
  peak: Quantity,
  scale: number,
  per: "s" | "cycle",
): readonly RoofLevel[] {
  const ops = 2 * facts.model.macs;
  const port = board.memories.find(({ traffic }) => traffic === "core");
  return board.memories
    .flatMap((memory): readonly RoofLevel[] => {
      const moved = bytesThrough(facts, memory);
      if (moved === null) return [];
      const rate = quantityOf(memory.bytesPerCycle);
      const bandwidth = derive(rate.value * scale, `byte/${per}`, rate.source, [rate]);
      const waits = port !== undefined && rate.value < port.bytesPerCycle.value;
      return [
        {
          name: memory.name,
          traffic: memory.traffic,
          bytesMoved: moved,
          arithmeticIntensity: derive(
            ops / moved.value,
            "op/byte",
            `2 x macs / bytes through ${memory.name}`,
            [moved],
          ),
          ridgePoint: derive(
            peak.value / bandwidth.value,
            "op/byte",
            `peak rate / bandwidth of ${memory.name}`,
            [peak, rate],
          ),
          allows: derive(
            (ops / moved.value) * bandwidth.value,
            `op/${per}`,
            "intensity x bandwidth",
            [moved, rate],
          ),
          bandwidth,
          clock: waits ? "own" : "core",
        },
      ];
    })
    .sort((a, b) => Number(b.traffic === "weights") - Number(a.traffic === "weights"));
}

function bytesThrough(facts: RunFacts, { traffic }: MemoryFacts): Quantity | null {
  if (traffic === "weights") {
    return counted(facts.model.weightBytes, "byte", "weights as planned, once a frame");
  }
  if (traffic === "core") {
    const first = facts.frames[0];
    const bytes = first === undefined ? 0 : first.bytesLoaded + first.bytesStored;
    return bytes > 0 ? counted(bytes, "byte", `loads and stores by ${facts.counter}`) : null;
  }
  if (traffic !== "data" || facts.work === undefined) return null;
  const { activations, state, sums } = totalTraffic(facts.work);
  const bytes = activations + state + sums;
  return bytes > 0
    ? modelled(bytes, "byte", "activations, state and sums of the plan, once a frame")
    : null;
}
