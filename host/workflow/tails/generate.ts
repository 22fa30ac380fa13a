/**
 * Makes latencies with jitter injected, as many as are asked for, and lets Ctrl-C in.
 * The draws are left to analyze/tails/jitter.ts, counting to recorder.ts.
 */
import { setImmediate } from "node:timers/promises";
import type { JitterSettings } from "../../analyze/tails/jitter.ts";
import { JitterGenerator } from "../../analyze/tails/jitter.ts";
import type { VerbContext } from "../context.ts";
import type { LatencyRecorder } from "./recorder.ts";
import type { LatencySource } from "./sources.ts";

/** Frames made at a time. */
const BLOCK = 65_536;
/** Base times that are kept, 64 MB; a longer file's beginning stands for it. */
const MOST_BASE = 2 ** 23;
/** Longest stretch of work between two looks at Ctrl-C [ms]. */
const STRETCH_MS = 100;

/** The base times of a source [ns]. */
export async function baseTimes(source: LatencySource): Promise<Float64Array> {
  const blocks: Float64Array[] = [];
  let count = 0;
  await source.feed((block) => {
    const kept = block.slice(0, MOST_BASE - count);
    if (kept.length > 0) blocks.push(kept.map((value) => value * source.ticks));
    count += kept.length;
  });
  const all = new Float64Array(count);
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** @throws AnalysisError TP-USE-240 to -242 for settings out of range, -300 for what the interval hides */
export async function generate(
  context: VerbContext,
  frames: number,
  settings: JitterSettings,
  recorder: LatencyRecorder,
): Promise<void> {
  context.progress.step(`making ${frames} frames`);
  const generator = new JitterGenerator(settings);
  const block = new Float64Array(Math.min(BLOCK, frames));
  let until = performance.now() + STRETCH_MS;
  for (let done = 0; done < frames; ) {
    const part = block.subarray(0, Math.min(BLOCK, frames - done));
    generator.fill(part);
    recorder.recordAll(part);
    done += part.length;
    if (performance.now() < until) continue;
    context.progress.update(done, frames);
    await setImmediate();
    context.signal.throwIfAborted();
    until = performance.now() + STRETCH_MS;
  }
}
