/**
 * Reads the tables of TFLite's schema that networks are made of into plain objects.
 * Fields are numbered as schema.fbs of TensorFlow declares them (version 3); what the graph means is left to graph.ts.
 */
import { Flatbuffer, type FlatTable } from "./flatbuffer.ts";
import { operatorName } from "./operator-names.ts";
import { damagedTfliteError, TFLITE_LIMITS, tfliteLimitError } from "./refusals.ts";

/** TensorType by its code; others are not read. */
const TYPES = {
  0: "float32",
  1: "float16",
  2: "int32",
  4: "int64",
  7: "int16",
  9: "int8",
} as const;
export type TfliteType = (typeof TYPES)[keyof typeof TYPES] | "other";

/** real = scales[c] * (q - zeroPoints[c]), c the index along `dimension`; one of each for the whole tensor. */
export interface TfliteQuantization {
  /** Singles. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly dimension: number;
}

export interface TfliteTensor {
  readonly index: number;
  readonly name: string;
  readonly type: TfliteType;
  /** Each 0 .. 2^31 - 1; negative ones of the file are refused. */
  readonly shape: readonly number[];
  /** A view of the file; absent for a tensor that the graph computes. */
  readonly data?: Uint8Array;
  readonly quantization?: TfliteQuantization;
  readonly isVariable: boolean;
  readonly isSparse: boolean;
}

/** Options of an operator by their index in its table; the table's type is checked by who reads it. */
export interface TfliteOperator {
  /** As in TFLite's schema; CUSTOM ones by their own name. */
  readonly operator: string;
  readonly version: number;
  /** Tensor indices, -1: absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly intermediates: readonly number[];
  readonly options?: FlatTable;
}

/** One graph of a file; the first is the network. */
export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly TfliteOperator[];
}

export interface TfliteFile extends TfliteGraph {
  readonly description: string;
  /** The graphs behind the first, which loops and initial values are made of. */
  readonly others: readonly TfliteGraph[];
}

const IDENTIFIER = "TFL3";
const SCHEMA_VERSION = 3;
const CUSTOM = 32;

const MODEL = { version: 0, operatorCodes: 1, subgraphs: 2, description: 3, buffers: 4 } as const;
const OPERATOR_CODE = { deprecated: 0, custom: 1, version: 2, builtin: 3 } as const;
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3 } as const;
const TENSOR = {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  isVariable: 5,
  sparsity: 6,
} as const;
const QUANTIZATION = { scales: 2, zeroPoints: 3, dimension: 6 } as const;
const OPERATOR = { code: 0, inputs: 1, outputs: 2, options: 4, intermediates: 8 } as const;
const BUFFER = { data: 0, offset: 1, size: 2 } as const;

/**
 * The file's graphs.
 * @throws ModelFileError TP-MODEL-002 for damaged bytes, -003 beyond a bound
 */
export function readTflite(bytes: Uint8Array, file: string): TfliteFile {
  const buffer = new Flatbuffer(bytes, file);
  const model = buffer.root(IDENTIFIER);
  const version = model.uint32(MODEL.version);
  if (version !== SCHEMA_VERSION) {
    throw damagedTfliteError(file, `its schema is version ${version}, not ${SCHEMA_VERSION}`);
  }
  const codes = model.tables(MODEL.operatorCodes).map(readOperatorCode);
  const buffers = model.tables(MODEL.buffers).map((table) => readBuffer(table, buffer));
  const [graph, ...others] = model
    .tables(MODEL.subgraphs)
    .map((table) => readGraph(table, { codes, buffers, file }));
  if (!graph) throw damagedTfliteError(file, "it holds no graph");
  return { description: model.text(MODEL.description), ...graph, others };
}

interface FileParts {
  readonly codes: readonly Pick<TfliteOperator, "operator" | "version">[];
  readonly buffers: readonly (Uint8Array | undefined)[];
  readonly file: string;
}

function readGraph(graph: FlatTable, { codes, buffers, file }: FileParts): TfliteGraph {
  const tensors = graph
    .tables(SUBGRAPH.tensors)
    .map((table, index) => readTensor(table, index, buffers, file));
  const indices = (list: readonly number[] | undefined, least: 0 | -1): readonly number[] => {
    const bad = list?.find((index) => index < least || index >= tensors.length);
    if (bad !== undefined) throw damagedTfliteError(file, `there is no tensor ${bad}`);
    return list ?? [];
  };
  const operators = graph.tables(SUBGRAPH.operators).map((table): TfliteOperator => {
    const code = codes[table.uint32(OPERATOR.code)];
    if (!code) throw damagedTfliteError(file, "an operator has a code that is not listed");
    const options = table.table(OPERATOR.options);
    return {
      ...code,
      inputs: indices(table.int32s(OPERATOR.inputs), -1),
      outputs: indices(table.int32s(OPERATOR.outputs), 0),
      intermediates: indices(table.int32s(OPERATOR.intermediates), -1),
      ...(options ? { options } : {}),
    };
  });
  return {
    tensors,
    inputs: indices(graph.int32s(SUBGRAPH.inputs), 0),
    outputs: indices(graph.int32s(SUBGRAPH.outputs), 0),
    operators,
  };
}

function readOperatorCode(table: FlatTable): Pick<TfliteOperator, "operator" | "version"> {
  // Files from before 2020 have the narrow field alone, newer ones both, the narrow one clipped at 127.
  const code = Math.max(table.int8(OPERATOR_CODE.deprecated), table.int32(OPERATOR_CODE.builtin));
  const custom = code === CUSTOM ? table.text(OPERATOR_CODE.custom) : "";
  return {
    operator: custom === "" ? operatorName(code) : `custom operator ${custom}`,
    version: table.int32(OPERATOR_CODE.version, 1),
  };
}

/** Bytes of a buffer: in its own vector, or behind the flatbuffer in files beyond 2 GB. */
function readBuffer(table: FlatTable, { file }: Flatbuffer): Uint8Array | undefined {
  if (table.int64(BUFFER.offset) > 1 || table.int64(BUFFER.size) > 1) {
    throw damagedTfliteError(
      file,
      "a buffer lies behind the flatbuffer, as only files above 2 GB do",
    );
  }
  const data = table.bytes(BUFFER.data);
  return data && data.length > 0 ? data : undefined;
}

function readTensor(
  table: FlatTable,
  index: number,
  buffers: readonly (Uint8Array | undefined)[],
  file: string,
): TfliteTensor {
  const name = table.text(TENSOR.name) || `tensor ${index}`;
  const shape = table.int32s(TENSOR.shape) ?? [];
  if (shape.length > TFLITE_LIMITS.rank) {
    throw tfliteLimitError(
      file,
      `tensor "${name}" of ${shape.length} dimensions`,
      TFLITE_LIMITS.rank,
    );
  }
  if (shape.some((dimension) => dimension < 0)) {
    throw damagedTfliteError(file, `tensor "${name}" has a negative dimension: [${shape}]`);
  }
  const bufferIndex = table.uint32(TENSOR.buffer);
  if (bufferIndex >= buffers.length) {
    throw damagedTfliteError(
      file,
      `tensor "${name}" names buffer ${bufferIndex}, which is not there`,
    );
  }
  const data = buffers[bufferIndex];
  const quantization = readQuantization(table.table(TENSOR.quantization));
  return {
    index,
    name,
    type: TYPES[table.uint8(TENSOR.type) as keyof typeof TYPES] ?? "other",
    shape,
    ...(data ? { data } : {}),
    ...(quantization ? { quantization } : {}),
    isVariable: table.boolean(TENSOR.isVariable),
    isSparse: table.table(TENSOR.sparsity) !== undefined,
  };
}

function readQuantization(table: FlatTable | undefined): TfliteQuantization | undefined {
  const scales = table?.float32s(QUANTIZATION.scales) ?? [];
  if (!table || scales.length === 0) return undefined;
  return {
    scales,
    zeroPoints: table.int64s(QUANTIZATION.zeroPoints) ?? [],
    dimension: table.int32(QUANTIZATION.dimension),
  };
}
