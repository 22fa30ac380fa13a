/**
 * The second thread of draw-thread.ts: makes blocks of gaps until it is ended.
 * The ring between both is left to draw-ring.ts.
 */
import { workerData } from "node:worker_threads";
import { ExponentialGaps } from "../analyze/loadgen/exponential-gaps.ts";
import type { DrawRing } from "./draw-ring.ts";
import { drawForEver } from "./draw-ring.ts";
import { VectorWords } from "./vector-words.ts";

const ring = workerData as DrawRing;
drawForEver(ring, (state) => {
  const gaps = new ExponentialGaps(ring.qps, new VectorWords(state));
  return (block) => gaps.fill(block);
});
