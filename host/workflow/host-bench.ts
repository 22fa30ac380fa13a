/**
 * Measures this computer on the same model, one frame at a call, with onnxruntime on one thread, beside a run.
 * Comparing it with a board is left to analyze/compare.ts, roofs, batches and power to bench/host.ts.
 */
import { cpus } from "node:os";
import { openSteps } from "./bench/step-session.ts";

const WARM_UP_FRAMES = 200;
const TIMED_FRAMES = 2000;

export interface HostBench {
  readonly cpu: string;
  readonly runtime: string;
  readonly threads: number;
  readonly frames: number;
  /** Time of one call with one frame [ns], ascending; the call's own overhead is inside. */
  readonly latencyNs: readonly number[];
}

/** Times `TIMED_FRAMES` single-frame calls after a warm-up; the state is fed back from call to call. */
export async function benchHost(onnxFile: string): Promise<HostBench> {
  const session = await openSteps(onnxFile, { threads: 1, streams: 1, steps: 1 });
  try {
    const times: number[] = [];
    for (let frame = -WARM_UP_FRAMES; frame < TIMED_FRAMES; frame++) {
      const start = process.hrtime.bigint();
      await session.run();
      if (frame >= 0) times.push(Number(process.hrtime.bigint() - start));
    }
    return {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      runtime: "onnxruntime-node",
      threads: 1,
      frames: times.length,
      latencyNs: times.sort((a, b) => a - b),
    };
  } finally {
    await session.release();
  }
}
