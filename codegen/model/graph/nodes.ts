/**
 * The vocabulary of graphs before they are layers: ONNX's nodes, values and constant tensors, as plain values.
 * Reading them from a file is left to ../onnx/messages.ts, spelling another format's operators in them to ../tflite.
 */

/** TensorProto: constant data; exactly one of the lists or `raw` is filled in a valid file. */
export interface OnnxTensor {
  name: string;
  /** At most LIMITS.rank, each >= 0. */
  readonly dims: number[];
  /** TensorProto.DataType: 1 float, 6 int32, 7 int64, 9 bool, 11 double. */
  dataType: number;
  readonly floats: number[];
  readonly doubles: number[];
  /** int32_data and int64_data. */
  readonly integers: number[];
  /** Little-endian, a view of the file. */
  raw?: Uint8Array;
  /** The bytes lie in another file; external.ts sets raw. */
  external: boolean;
  /** Where in which: location, offset, length. */
  readonly externalData: Map<string, string>;
}

/** AttributeProto without the kinds that hold graphs or types. */
export interface OnnxAttribute {
  name: string;
  float?: number;
  integer?: number;
  text?: string;
  tensor?: OnnxTensor;
  readonly floats: number[];
  readonly integers: number[];
  readonly texts: string[];
}

export interface OnnxNode {
  name: string;
  operator: string;
  /** "" and "ai.onnx" are the standard operators. */
  domain: string;
  /** "" where an optional input is left out. */
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: Map<string, OnnxAttribute>;
  /** Of a node that stands for an operator of another format's file. */
  readonly spelled?: Spelled;
}

/** What a node cannot say in ONNX's words. */
export interface Spelled {
  /** The operator's name in its own file. */
  readonly operator: string;
  /** Why it cannot be spelled, and what to do instead; the node is then one no layer computes. */
  readonly refused?: readonly { readonly why: string; readonly instead: string }[];
  /** Of an LSTM: its cell is held within +- this. */
  readonly cellClip?: number;
}

/** A dimension: its size, the name of a free one, or "" where the file says nothing. */
export type OnnxDim = number | string;

/** ValueInfoProto of a graph input or output. */
export interface OnnxValueInfo {
  name: string;
  /** Absent where the file gives no shape. */
  shape?: OnnxDim[];
}

export interface OnnxGraph {
  readonly nodes: OnnxNode[];
  readonly initializers: OnnxTensor[];
  readonly inputs: OnnxValueInfo[];
  readonly outputs: OnnxValueInfo[];
  /** The graph holds sparse initializers, which are not read. */
  hasSparseInitializers: boolean;
}

export interface OnnxModel {
  readonly graph: OnnxGraph;
  /** Version of the standard operator set. */
  readonly opset: number;
}

/** Whether an operator set or node belongs to the ONNX standard itself. */
export function isStandardDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}
