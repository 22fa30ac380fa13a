/**
 * Measures how fast this computer multiplies matrices in onnxruntime, and how long its call with nothing in it takes.
 * A product of warm 1024 x 1024 matrices reaches more of the processor than a loop written here could: the runtime chooses
 * its kernel by the processor it finds. Memory is left to memory-roofs.ts.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Roof } from "../../analyze/board-roofline.ts";
import type { Quantity } from "../../analyze/quantity.ts";
import { measured } from "../../analyze/quantity.ts";
import { percentile } from "../../analyze/tail.ts";
import { operatorModel } from "./operator-model.ts";
import { sessionOptions } from "./step-session.ts";

/** Rows and columns; more on many threads, so that each has enough. */
const SIZE = 1024;
const LARGE_SIZE = 2048;
const MANY_THREADS = 8;
const REPETITIONS = 5;
const EMPTY_CALLS = 1000;

/** Float32 first: the precision that the model is computed in. */
export async function measureArithmeticRoofs(
  threads: number,
  seconds: number,
  signal: AbortSignal,
): Promise<readonly Roof[]> {
  const size = threads > MANY_THREADS ? LARGE_SIZE : SIZE;
  const shape = [size, size];
  const count = size * size;
  const roof = async (name: string, operator: string, model: Uint8Array, feeds: Feeds) => {
    const session = await InferenceSession.create(model, sessionOptions(threads));
    const best = await fastest(session, feeds, seconds, signal);
    const source = `onnxruntime-node, ${operator} of ${size} x ${size}, 2 op a multiply-accumulate, ${threads} thread${threads === 1 ? "" : "s"}, fastest call`;
    const peak = measured((2 * size ** 3) / best, "op/s", source);
    return { name, limits: "compute" as const, peak };
  };
  return [
    await roof(
      "float32",
      "MatMul",
      operatorModel(
        "MatMul",
        [
          { name: "a", type: "float32", shape },
          { name: "b", type: "float32", shape },
        ],
        { name: "product", type: "float32", shape },
      ),
      {
        a: new Tensor("float32", new Float32Array(count).fill(1), shape),
        b: new Tensor("float32", new Float32Array(count).fill(0.5), shape),
      },
    ),
    await roof(
      "int8",
      "MatMulInteger of uint8 and int8",
      operatorModel(
        "MatMulInteger",
        [
          { name: "a", type: "uint8", shape },
          { name: "b", type: "int8", shape },
        ],
        { name: "product", type: "int32", shape },
      ),
      {
        a: new Tensor("uint8", new Uint8Array(count).fill(1), shape),
        b: new Tensor("int8", new Int8Array(count).fill(2), shape),
      },
    ),
  ];
}

/** The median of calls that copy one number: what every call pays, whatever its model. */
export async function measureEmptyCall(signal: AbortSignal): Promise<Quantity> {
  const one = { type: "float32", shape: [1] } as const;
  const model = operatorModel("Identity", [{ name: "x", ...one }], { name: "y", ...one });
  const session = await InferenceSession.create(model, sessionOptions(1));
  const feeds = { x: new Tensor("float32", new Float32Array(1), [1]) };
  const times: number[] = [];
  try {
    for (let call = -EMPTY_CALLS; call < EMPTY_CALLS; call++) {
      const start = process.hrtime.bigint();
      await session.run(feeds);
      if (call >= 0) times.push(Number(process.hrtime.bigint() - start));
    }
  } finally {
    await session.release();
  }
  signal.throwIfAborted();
  return measured(
    percentile(times, 0.5) / 1e9,
    "s",
    `onnxruntime-node, a copy of one number, median of ${EMPTY_CALLS} calls`,
  );
}

type Feeds = Readonly<Record<string, Tensor>>;

/** Time of the fastest of a few calls after one that warms up [s]. Releases the session. */
async function fastest(
  session: InferenceSession,
  feeds: Feeds,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  const begin = process.hrtime.bigint();
  try {
    for (let call = -1; call < REPETITIONS; call++) {
      signal.throwIfAborted();
      const start = process.hrtime.bigint();
      await session.run(feeds);
      const end = process.hrtime.bigint();
      if (call >= 0) best = Math.min(best, Number(end - start) / 1e9);
      if (call >= 0 && Number(end - begin) / 1e9 >= seconds) break;
    }
  } finally {
    await session.release();
  }
  return best;
}
