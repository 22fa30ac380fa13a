/**
 * Measures this computer on the same model, one frame at a call, with onnxruntime on one thread.
 * Comparing it with a board is left to analyze/compare.ts.
 */
import { cpus } from "node:os";
import { InferenceSession, Tensor } from "onnxruntime-node";

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
export async function benchHost(onnxFile: string, inputSize: number): Promise<HostBench> {
  const session = await InferenceSession.create(onnxFile, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ["cpu"],
    logSeverityLevel: 3,
  });
  try {
    const latencyNs = await timeFrames(session, inputSize);
    return {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      runtime: "onnxruntime-node",
      threads: 1,
      frames: latencyNs.length,
      latencyNs,
    };
  } finally {
    await session.release();
  }
}

async function timeFrames(session: InferenceSession, inputSize: number): Promise<number[]> {
  const [input, ...states] = session.inputNames;
  const stateOutputs = session.outputNames.slice(1);
  if (input === undefined || states.length !== stateOutputs.length) {
    throw new RangeError("the model does not expose its state as inputs and outputs");
  }
  const feeds: Record<string, Tensor> = {
    [input]: new Tensor("float32", new Float32Array(inputSize).fill(0.1), [1, 1, inputSize]),
  };
  for (const [index, name] of states.entries()) feeds[name] = zeroState(session, index + 1);
  const times: number[] = [];
  for (let frame = -WARM_UP_FRAMES; frame < TIMED_FRAMES; frame++) {
    const start = process.hrtime.bigint();
    const results = await session.run(feeds);
    const elapsed = Number(process.hrtime.bigint() - start);
    if (frame >= 0) times.push(elapsed);
    for (const [index, name] of states.entries()) {
      feeds[name] = results[stateOutputs[index] as string] as Tensor;
    }
  }
  return times.sort((a, b) => a - b);
}

function zeroState(session: InferenceSession, index: number): Tensor {
  const metadata = session.inputMetadata[index];
  if (!metadata?.isTensor) throw new RangeError("a state of the model is not a tensor");
  const shape = metadata.shape.map((extent) => (typeof extent === "number" ? extent : 1));
  return new Tensor("float32", new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
}
