/**
 * The second thread of draw-thread.ts: makes blocks of draws until it is ended.
 * The ring between both is left to draw-ring.ts.
 */
import { workerData } from "node:worker_threads";
import { Draws } from "../analyze/loadgen/arrivals.ts";
import { Mt19937 } from "../analyze/loadgen/mt19937.ts";
import type { DrawRing } from "./draw-ring.ts";
import { drawForEver } from "./draw-ring.ts";

drawForEver(workerData as DrawRing, (state) => {
  const draws = new Draws(new Mt19937(Int32Array.from(state)));
  return (block) => draws.fill(block);
});
