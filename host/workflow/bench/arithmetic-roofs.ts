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
import type { Operand } from "./operator-model.ts";
import { operatorModel } from "./operator-model.ts";
import { sessionOptions } from "./step-session.ts";

/** Rows and columns; more on many threads, so that each has enough. */
const SIZE = 1024;
const LARGE_SIZE = 2048;
const MANY_THREADS = 8;
const REPETITIONS = 5;
const EMPTY_CALLS = 1000;

/** A product of two square matrices, its name as a roof, and its operator. */
interface Product {
  readonly name: string;
  readonly operator: string;
  readonly left: Values;
  readonly right: Values;
  readonly result: Operand["type"];
}

interface Values {
  readonly type: "float32" | "uint8" | "int8";
  readonly of: typeof Float32Array | typeof Uint8Array | typeof Int8Array;
}

const FLOAT: Values = { type: "float32", of: Float32Array };
/** Float32 first: the precision that the model is computed in. */
const PRODUCTS: readonly Product[] = [
  { name: "float32", operator: "MatMul", left: FLOAT, right: FLOAT, result: "float32" },
  {
    name: "int8",
    operator: "MatMulInteger",
    left: { type: "uint8", of: Uint8Array },
    right: { type: "int8", of: Int8Array },
    result: "int32",
  },
];

export async function measureArithmeticRoofs(
  threads: number,
  seconds: number,
  signal: AbortSignal,
): Promise<readonly Roof[]> {
  const size = threads > MANY_THREADS ? LARGE_SIZE : SIZE;
  const roofs: Roof[] = [];
  for (const product of PRODUCTS) {
    const best = await timeProduct(product, size, threads, seconds, signal);
    const { name, operator, left, right } = product;
    const source = `onnxruntime-node, ${operator} of ${left.type} and ${right.type}, ${size} x ${size}, 2 op a multiply-accumulate, ${threads} thread${threads === 1 ? "" : "s"}, fastest call`;
    roofs.push({ name, limits: "compute", peak: measured((2 * size ** 3) / best, "op/s", source) });
  }
  return roofs;
}

async function timeProduct(
  { operator, left, right, result }: Product,
  size: number,
  threads: number,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const shape = [size, size];
  const operand = (name: string, type: Operand["type"]): Operand => ({ name, type, shape });
  const ones = ({ type, of }: Values) => new Tensor(type, new of(size * size).fill(1), shape);
  const model = operatorModel(
    operator,
    [operand("a", left.type), operand("b", right.type)],
    operand("product", result),
  );
  const session = await InferenceSession.create(model, sessionOptions(threads));
  return fastest(session, { a: ones(left), b: ones(right) }, seconds, signal);
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
