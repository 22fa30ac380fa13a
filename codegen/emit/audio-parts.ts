/**
 * Decides which part of a front end each function of its C belongs to, as layers of a profile.
 * Finding the functions of an instruction, and counting it, is left to the host's profiles.
 */
import type { AnyFrontEndPlan } from "../frontend/front-end.ts";
import type { SourceParts } from "./source-parts.ts";

/** What a front end does of a hop, in this order. */
export const FRONT_END_PARTS = [
  "window",
  "transform",
  "bands",
  "logarithm",
  "gains",
  "inverse",
  "overlap-add",
] as const;
export type FrontEndPart = (typeof FRONT_END_PARTS)[number];

/** Of either arithmetic. Functions without the front end's prefix; arithmetic that several parts share is left out. */
const FUNCTIONS: Readonly<Record<FrontEndPart, readonly string[]>> = {
  window: ["take", "windowed", "windowed_four"],
  transform: ["open", "split", "last", "split_bins"],
  bands: ["gather"],
  logarithm: ["feature", "log2"],
  gains: ["apply_gains", "gain"],
  inverse: ["join", "join_bins", "first", "close"],
  "overlap-add": ["returned", "returned_four"],
};

/**
 * The window that the transform begins with and the one that it ends with count to `window` and `overlap-add` as far as
 * they are multiplications; loads and stores that they share with the transform count to that.
 * @param prefix the front end's, which its source file is named by
 */
export function frontEndParts(prefix: string, { stages }: AnyFrontEndPlan): SourceParts {
  const named = (way: string): readonly string[] => stages.map(({ span }) => `${way}_${span}`);
  const stagesOf: Partial<Record<FrontEndPart, readonly string[]>> = {
    transform: named("forward"),
    inverse: named("inverse"),
  };
  const layers = FRONT_END_PARTS.flatMap((layer) =>
    [...FUNCTIONS[layer], ...(stagesOf[layer] ?? [])].map((name) => ({
      function: `${prefix}_${name}`,
      layer,
      kind: "front-end" as const,
    })),
  );
  return { file: `${prefix}.c`, layers, functions: {}, lines: [] };
}
