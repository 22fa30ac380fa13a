/**
 * Runs a recurrent model in onnxruntime call after call, its state fed back, for a number of streams and steps a call.
 * Which input dimensions mean streams is left to stream-model.ts, timing to timed-calls.ts.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { UsageError } from "../../../codegen/index.ts";

/** Name of the dimension that counts streams (stream-model.ts gives it). */
export const STREAMS_DIM = "pioneer_streams";
/** What every input value is without others: small enough that no unit saturates. */
const INPUT_VALUE = 0.1;

export interface CallSize {
  readonly threads: number;
  /** Independent streams in one call, each with a state of its own. */
  readonly streams: number;
  /** Time steps of every stream in one call. */
  readonly steps: number;
}

export interface StepSession {
  /** Values of the state that one stream keeps. */
  readonly stateSize: number;
  /** Whether a call may hold several steps. */
  readonly freeSteps: boolean;
  /** Calls once and keeps the state; gives the model's output. */
  run(input?: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionProviders: ["cpu"],
    // Errors arrive as exceptions.
    logSeverityLevel: 4,
  };
}

/**
 * @param model a file's path, or its bytes
 * @throws UsageError TP-USE-393 for a model whose state does not go in and come out
 */
export async function openSteps(model: string | Uint8Array, size: CallSize): Promise<StepSession> {
  const { threads, streams, steps } = size;
  const options = sessionOptions(threads);
  const session = await (typeof model === "string"
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options));
  try {
    const shapes = session.inputMetadata.map((input) => shapeOf(input));
    const [inputName, ...stateNames] = session.inputNames;
    const [outputName, ...stateOutputs] = session.outputNames;
    const [inputShape, ...stateShapes] = shapes;
    if (
      inputName === undefined ||
      outputName === undefined ||
      inputShape === undefined ||
      stateNames.length !== stateOutputs.length
    ) {
      throw stateless(session.inputNames, session.outputNames);
    }
    const inputDims = inputShape.map((dim) => extent(dim, streams, steps));
    const zeros = stateShapes.map((shape) => zeroTensor(shape.map((d) => extent(d, streams, 1))));
    const constant = new Float32Array(product(inputDims)).fill(INPUT_VALUE);
    const feeds: Record<string, Tensor> = {
      [inputName]: new Tensor("float32", constant, inputDims),
      ...Object.fromEntries(stateNames.map((name, index) => [name, zeros[index] as Tensor])),
    };
    return {
      stateSize: zeros.reduce((sum, { size: values }) => sum + values, 0) / streams,
      freeSteps: inputShape.some((dim) => typeof dim === "string" && dim !== STREAMS_DIM),
      async run(input) {
        if (input !== undefined) feeds[inputName] = new Tensor("float32", input, inputDims);
        const results = await session.run(feeds);
        for (const [index, name] of stateNames.entries()) {
          feeds[name] = results[stateOutputs[index] as string] as Tensor;
        }
        return (results[outputName] as Tensor).data as Float32Array;
      },
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

type Dim = number | string;

function shapeOf(input: InferenceSession.ValueMetadata): readonly Dim[] {
  return input.isTensor ? input.shape : [];
}

function extent(dim: Dim, streams: number, steps: number): number {
  if (typeof dim === "number") return dim;
  return dim === STREAMS_DIM ? streams : steps;
}

function zeroTensor(dims: readonly number[]): Tensor {
  return new Tensor("float32", new Float32Array(product(dims)), dims);
}

function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

function stateless(inputs: readonly string[], outputs: readonly string[]): UsageError {
  return new UsageError(
    "TP-USE-393",
    {
      what: `the model has inputs ${inputs.join(", ")} and outputs ${outputs.join(", ")}`,
      why: "it is timed frame by frame, so after its input and output every state must go in and come out",
      fix: "export it with its states as further inputs and outputs, as models/hearable.onnx has h0, c0 and hn, cn",
    },
    { inputs, outputs },
  );
}
