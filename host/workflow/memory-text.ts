/**
 * Spells a board's memories for the timing plugin; firmware/qemu/memory_model.h says how they read.
 * What the board is like is left to codegen/memory, what lies where to memory-places.ts.
 */
import type { Board, Hierarchy, Variant } from "../../codegen/index.ts";
import { CAUSES, hierarchyOf, variantsOf } from "../../codegen/index.ts";
import type { Placed, PlacedRange } from "./memory-places.ts";
import { VARIED_FRAMES } from "./plugin.ts";

/** As the plugin limits them. */
const VARIANT_LIMIT = 39;

/** @param variedRegions passes in which the unsure values are varied */
export function memoryText(
  real: Board,
  placed: Placed,
  variedRegions: number = VARIED_FRAMES,
): string {
  return hierarchiesText(hierarchyOf(real), variantsOf(real), placed, variedRegions);
}

/**
 * The same memories in the ways that variants name, side by side in each of the first passes.
 * @param variants beyond what the plugin takes are left out
 */
export function hierarchiesText(
  stated: Hierarchy,
  variants: readonly Variant[],
  placed: Placed,
  variedRegions: number,
): string {
  const { memories } = stated;
  const line = (...words: readonly (string | number)[]) => `${words.join(" ")}\n`;
  const range = (kind: string, { begin, bytes, memory, offset }: PlacedRange) =>
    line(
      kind,
      begin,
      bytes,
      memories.findIndex(({ name }) => name === memory),
      offset,
    );
  const variant = (name: string, { caches, memories, waitsForWrites }: Hierarchy) =>
    [
      line("variant", name, waitsForWrites ? 1 : 0),
      ...caches.map((cache) =>
        line(
          "cache",
          cache.lineBytes,
          cache.partBytes,
          cache.ways,
          cache.sets,
          cache.replacement,
          cache.prefetches ? 1 : 0,
        ),
      ),
      ...memories.map(({ waits, accessBytes, caches }, index) =>
        line("timing", index, waits, accessBytes, ...CAUSES.map((cause) => caches[cause] ?? -1)),
      ),
    ].join("");
  return [
    line("passes", variedRegions),
    ...memories.map(({ name, address, bytes, lineBytes }) =>
      line("memory", name, address, bytes, lineBytes),
    ),
    ...placed.code.map((one) => range("code", one)),
    ...placed.data.map((one) => range("data", one)),
    variant("stated", stated),
    ...variants.slice(0, VARIANT_LIMIT).map(({ name, hierarchy }) => variant(name, hierarchy)),
  ].join("");
}
