/**
 * Writes ONNX files for tests, so that they need no Python and no shipped model.
 * Whether the bytes mean what they should is left to onnxruntime, which the tests also feed them.
 */

import protobuf from "protobufjs/minimal.js";

type Writer = protobuf.Writer;
const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;
/** TensorProto.DataType. */
const DATA_TYPES = { float: FLOAT, int32: INT32, int64: INT64 } as const;

export interface TensorSpec {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: readonly number[] | Float32Array;
  readonly type?: "float" | "int64" | "int32";
  /** Packed list instead of raw bytes. */
  readonly asList?: boolean;
  /** No values in the file, but these entries: location, offset, length. */
  readonly external?: Readonly<Record<string, string>>;
}

export interface NodeSpec {
  readonly operator: string;
  readonly name?: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly texts?: Readonly<Record<string, string | readonly string[]>>;
  readonly tensors?: Readonly<Record<string, TensorSpec>>;
}

export interface ValueSpec {
  readonly name: string;
  /** Text is a free dimension's name. */
  readonly shape: readonly (number | string)[];
}

export interface ModelSpec {
  readonly opset?: number;
  readonly nodes: readonly NodeSpec[];
  readonly initializers?: readonly TensorSpec[];
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
}

const tag = (field: number, wireType: number) => (field << 3) | wireType;

/** Appends a length-delimited field that `fill` writes. */
export function message(writer: Writer, field: number, fill: (inner: Writer) => void): Writer {
  writer.uint32(tag(field, 2)).fork();
  fill(writer);
  return writer.ldelim();
}

const text = (writer: Writer, field: number, value: string) =>
  writer.uint32(tag(field, 2)).string(value);
const integer = (writer: Writer, field: number, value: number) =>
  writer.uint32(tag(field, 0)).int64(value);

export function writeTensor(writer: Writer, spec: TensorSpec): void {
  const type = DATA_TYPES[spec.type ?? "float"];
  message(writer, 1, (dims) => {
    for (const dim of spec.dims) dims.int64(dim);
  });
  integer(writer, 2, type);
  if (spec.external) {
    for (const [key, value] of Object.entries(spec.external)) {
      message(writer, 13, (entry) => {
        text(entry, 1, key);
        text(entry, 2, value);
      });
    }
    integer(writer, 14, 1);
  } else if (spec.asList) {
    message(writer, type === INT64 ? 7 : 4, (list) => {
      for (const value of spec.values) type === INT64 ? list.int64(value) : list.float(value);
    });
  } else {
    const bytes =
      type === INT64
        ? new Uint8Array(BigInt64Array.from(spec.values, BigInt).buffer)
        : new Uint8Array(
            (type === INT32 ? Int32Array.from(spec.values) : Float32Array.from(spec.values)).buffer,
          );
    writer.uint32(tag(9, 2)).bytes(bytes);
  }
  text(writer, 8, spec.name);
}

function writeNode(writer: Writer, spec: NodeSpec): void {
  for (const name of spec.inputs) text(writer, 1, name);
  for (const name of spec.outputs) text(writer, 2, name);
  text(writer, 3, spec.name ?? "");
  text(writer, 4, spec.operator);
  if (spec.domain) text(writer, 7, spec.domain);
  const attribute = (name: string, type: number, fill: (inner: Writer) => void) =>
    message(writer, 5, (inner) => {
      text(inner, 1, name);
      fill(inner);
      integer(inner, 20, type);
    });
  for (const [name, value] of Object.entries(spec.integers ?? {})) {
    attribute(name, typeof value === "number" ? 2 : 7, (inner) => {
      if (typeof value === "number") integer(inner, 3, value);
      else for (const item of value) integer(inner, 8, item);
    });
  }
  for (const [name, value] of Object.entries(spec.floats ?? {})) {
    attribute(name, 1, (inner) => inner.uint32(tag(2, 5)).float(value));
  }
  for (const [name, value] of Object.entries(spec.texts ?? {})) {
    attribute(name, typeof value === "string" ? 3 : 8, (inner) => {
      if (typeof value === "string") text(inner, 4, value);
      else for (const item of value) text(inner, 9, item);
    });
  }
  for (const [name, tensor] of Object.entries(spec.tensors ?? {})) {
    attribute(name, 4, (inner) => message(inner, 5, (data) => writeTensor(data, tensor)));
  }
}

function writeValue(writer: Writer, spec: ValueSpec): void {
  text(writer, 1, spec.name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      integer(tensor, 1, FLOAT);
      message(tensor, 2, (shape) => {
        for (const dim of spec.shape) {
          message(shape, 1, (inner) =>
            typeof dim === "number" ? integer(inner, 1, dim) : text(inner, 2, dim),
          );
        }
      });
    }),
  );
}

/** The bytes of an ONNX file (IR 7). */
export function writeOnnx(spec: ModelSpec): Uint8Array {
  const writer = protobuf.Writer.create();
  integer(writer, 1, 7);
  message(writer, 7, (graph) => {
    for (const node of spec.nodes) message(graph, 1, (inner) => writeNode(inner, node));
    text(graph, 2, "graph");
    for (const tensor of spec.initializers ?? []) {
      message(graph, 5, (inner) => writeTensor(inner, tensor));
    }
    for (const value of spec.inputs) message(graph, 11, (inner) => writeValue(inner, value));
    for (const value of spec.outputs) message(graph, 12, (inner) => writeValue(inner, value));
  });
  message(writer, 8, (set) => {
    text(set, 1, "");
    integer(set, 2, spec.opset ?? 13);
  });
  return Uint8Array.from(writer.finish());
}

/** Seeded uniform numbers in [-limit, limit) (Park & Miller's generator). */
export function seededValues(seed: number, count: number, limit = 0.5): number[] {
  let state = (seed % 2147483646) + 1;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((state / 2147483647 - 0.5) * 2 * limit);
  });
}

/** A tensor of seeded values. */
export function seededTensor(name: string, dims: readonly number[], seed: number): TensorSpec {
  return {
    name,
    dims,
    values: seededValues(
      seed,
      dims.reduce((a, b) => a * b, 1),
    ),
  };
}

/** A network in the shape of the shipped models: LSTM, Squeeze, MatMul, Add, Sigmoid, state in and out. */
export function denoiserSpec(inputSize: number, hiddenSize: number, outputSize: number): ModelSpec {
  const state = (name: string): ValueSpec => ({ name, shape: [1, 1, hiddenSize] });
  return {
    nodes: [
      {
        operator: "LSTM",
        name: "lstm",
        inputs: ["features", "W", "R", "B", "", "h0", "c0"],
        outputs: ["y", "hn", "cn"],
        integers: { hidden_size: hiddenSize },
        texts: { direction: "forward" },
      },
      { operator: "Squeeze", name: "squeeze", inputs: ["y", "axes"], outputs: ["hidden"] },
      { operator: "MatMul", name: "matmul", inputs: ["hidden", "D"], outputs: ["product"] },
      { operator: "Add", name: "add", inputs: ["product", "d"], outputs: ["sum"] },
      { operator: "Sigmoid", name: "sigmoid", inputs: ["sum"], outputs: ["gains"] },
    ],
    initializers: [
      seededTensor("W", [1, 4 * hiddenSize, inputSize], 1),
      seededTensor("R", [1, 4 * hiddenSize, hiddenSize], 2),
      seededTensor("B", [1, 8 * hiddenSize], 3),
      { name: "axes", dims: [1], values: [1], type: "int64" },
      seededTensor("D", [hiddenSize, outputSize], 4),
      seededTensor("d", [outputSize], 5),
    ],
    inputs: [{ name: "features", shape: ["T", 1, inputSize] }, state("h0"), state("c0")],
    outputs: [{ name: "gains", shape: ["T", 1, outputSize] }, state("hn"), state("cn")],
  };
}
