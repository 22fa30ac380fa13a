/**
 * Frees the dimension of an ONNX model's inputs that counts streams, so that one call computes several, and proves by
 * computing that it did so. Running the model is left to step-session.ts.
 *
 * Field numbers: onnx/onnx.proto of the ONNX project, which never reuses one.
 */
import { InferenceSession } from "onnxruntime-node";
import protobuf from "protobufjs/minimal.js";
import { openSteps, STREAMS_DIM, sessionOptions } from "./step-session.ts";

const BYTES = 2;
/** Where the streams stand: of the input, then of the states. ONNX's own order, its batch-first one, PyTorch's batch_first. */
const PLACES = [
  { input: 1, state: 1 },
  { input: 0, state: 0 },
  { input: 0, state: 1 },
] as const;
/** Largest difference between streams computed together and alone. */
const TOLERANCE = 1e-4;
const PROVED_STREAMS = 2;
const PROVED_CALLS = 2;

/** A model that takes any number of streams, or why there is none. */
export type StreamModel =
  | { readonly model: Uint8Array; readonly why: null }
  | { readonly model: null; readonly why: string };

/** @param inputSize values of a frame */
export async function withFreeStreams(bytes: Uint8Array, inputSize: number): Promise<StreamModel> {
  const inputs = await inputNames(bytes);
  let why = "";
  for (const place of PLACES) {
    const axes = new Map(
      inputs.map((name, index) => [name, index === 0 ? place.input : place.state]),
    );
    try {
      const model = freeDimension(bytes, axes);
      const difference = await largestDifference(bytes, model, inputSize);
      if (difference <= TOLERANCE) return { model, why: null };
      why = `streams computed together differ by ${difference} from streams computed alone`;
    } catch (error) {
      why = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
    }
  }
  return { model: null, why };
}

/** Between two streams of one call and the same two in calls of their own, over a few frames with their states. */
async function largestDifference(
  original: Uint8Array,
  together: Uint8Array,
  inputSize: number,
): Promise<number> {
  const size = { threads: 1, steps: 1 };
  const both = await openSteps(together, { ...size, streams: PROVED_STREAMS });
  const alone = await Promise.all(
    Array.from({ length: PROVED_STREAMS }, () => openSteps(original, { ...size, streams: 1 })),
  );
  try {
    let largest = 0;
    for (let call = 0; call < PROVED_CALLS; call++) {
      const input = Float32Array.from({ length: PROVED_STREAMS * inputSize }, (_, index) =>
        Math.sin(1 + index + 100 * call),
      );
      const got = await both.run(input);
      const expected = await Promise.all(
        alone.map((one, stream) =>
          one.run(input.slice(stream * inputSize, (stream + 1) * inputSize)),
        ),
      );
      const flat = expected.flatMap((values) => [...values]);
      if (flat.length !== got.length) return Number.POSITIVE_INFINITY;
      for (const [index, value] of flat.entries()) {
        largest = Math.max(largest, Math.abs(value - (got[index] as number)));
      }
    }
    return largest;
  } finally {
    await Promise.all([both, ...alone].map((one) => one.release()));
  }
}

async function inputNames(bytes: Uint8Array): Promise<readonly string[]> {
  const session = await InferenceSession.create(bytes, sessionOptions(1));
  try {
    return session.inputNames;
  } finally {
    await session.release();
  }
}

/** What becomes of a field of a message; null leaves it out. */
type Edits = Readonly<Record<number, (content: Uint8Array) => Uint8Array | null>>;

/**
 * The file with the named inputs' dimension called STREAMS_DIM. Shapes of outputs and of values within are left out: they
 * follow from the inputs.
 */
export function freeDimension(bytes: Uint8Array, axes: ReadonlyMap<string, number>): Uint8Array {
  const input = (value: Uint8Array): Uint8Array => {
    const axis = axes.get(nameOf(value));
    if (axis === undefined) return value;
    const shape = (content: Uint8Array) => {
      let index = -1;
      return edited(content, { 1: (dim) => (++index === axis ? STREAMS : dim) });
    };
    return editedTensor(value, { 2: shape });
  };
  return edited(bytes, {
    7: (graph) =>
      edited(graph, {
        11: input,
        12: (output) => editedTensor(output, { 2: () => null }),
        13: () => null,
      }),
  });
}

const STREAMS = Uint8Array.from(
  protobuf.Writer.create()
    .uint32((2 << 3) | BYTES)
    .string(STREAMS_DIM)
    .finish(),
);

/** ValueInfoProto > TypeProto > Tensor. */
function editedTensor(value: Uint8Array, edits: Edits): Uint8Array {
  return edited(value, { 2: (type) => edited(type, { 1: (tensor) => edited(tensor, edits) }) });
}

function nameOf(value: Uint8Array): string {
  let name = "";
  edited(value, {
    1: (text) => {
      name = new TextDecoder().decode(text);
      return text;
    },
  });
  return name;
}

/** The same message with some of its fields changed, all others byte for byte. */
function edited(message: Uint8Array, edits: Edits): Uint8Array {
  const reader = protobuf.Reader.create(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.tag();
    const edit = (tag & 7) === BYTES ? edits[tag >>> 3] : undefined;
    if (edit === undefined) {
      reader.skipType(tag & 7, 0, tag >>> 3);
      parts.push(message.subarray(start, reader.pos));
      continue;
    }
    const content = edit(reader.bytes());
    if (content !== null) parts.push(protobuf.Writer.create().uint32(tag).bytes(content).finish());
  }
  return Uint8Array.from(Buffer.concat(parts));
}
