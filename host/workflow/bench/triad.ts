/**
 * Measures how fast this computer moves bytes: STREAM's triad and copy over arrays of a given size, on threads that start
 * together. Which sizes stand for which memory is left to memory-roofs.ts.
 */
import { Worker } from "node:worker_threads";
import { TURN_BYTES, triadModule } from "./triad-module.ts";

/** Passes that the fastest is taken of, as STREAM does. */
const PASSES = 10;
/** Bytes that a pass moves at least, small arrays again and again, so that starting the threads does not count. */
const PASS_BYTES = 512e6;
/** A WebAssembly memory holds 4 GiB. */
const MOST_ARRAY_BYTES = 2 ** 32 / 3 - TURN_BYTES;
const FEWEST_ARRAY_BYTES = 16 * TURN_BYTES;

export interface BandwidthRequest {
  readonly threads: number;
  /** Each of the three arrays, over all threads [byte]. */
  readonly arrayBytes: number;
  /** Longest time for each of the two kernels [s]; at least two passes are made. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export interface Bandwidth {
  readonly threads: number;
  /** Each array as it was, over all threads [byte]. */
  readonly arrayBytes: number;
  /** a = b + s * c, 24 bytes an element; [byte/s]. */
  readonly triad: number;
  /** a = b, 16 bytes an element; [byte/s]. */
  readonly copy: number;
}

export async function measureBandwidth(request: BandwidthRequest): Promise<Bandwidth> {
  const { threads, seconds, signal } = request;
  signal.throwIfAborted();
  const share = Math.min(MOST_ARRAY_BYTES, request.arrayBytes / threads);
  const arrayBytes = Math.max(FEWEST_ARRAY_BYTES, Math.ceil(share / TURN_BYTES) * TURN_BYTES);
  const turns = Math.max(1, Math.round(PASS_BYTES / (3 * arrayBytes * threads)));
  const gate = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  const times = new BigInt64Array(
    new SharedArrayBuffer(2 * threads * BigInt64Array.BYTES_PER_ELEMENT),
  );
  const module = triadModule();
  const shared = { module, arrayBytes, turns, passes: PASSES, seconds, threads, gate, times };
  const workers = Array.from(
    { length: threads },
    (_, thread) =>
      new Worker(new URL("./triad-worker.mjs", import.meta.url), {
        workerData: { ...shared, thread },
      }),
  );
  try {
    // Every thread sees the same times.
    const [found] = await Promise.all(workers.map((worker) => answerOf(worker, signal)));
    const { triadSeconds, copySeconds } = found as Answer;
    const moved = turns * threads * arrayBytes;
    return {
      threads,
      arrayBytes: arrayBytes * threads,
      triad: (3 * moved) / triadSeconds,
      copy: (2 * moved) / copySeconds,
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

interface Answer {
  readonly triadSeconds: number;
  readonly copySeconds: number;
}

function answerOf(worker: Worker, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const settle = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    worker.once("message", (answer: Answer) => {
      settle();
      resolve(answer);
    });
    worker.once("error", (error) => {
      settle();
      reject(error);
    });
  });
}
