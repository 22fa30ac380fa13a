/**
 * Writes an ONNX model of one operator, so that a runtime's own kernel can be timed alone.
 * Timing it is left to arithmetic-roofs.ts.
 *
 * Field numbers: onnx/onnx.proto of the ONNX project, which never reuses one.
 */
import protobuf from "protobufjs/minimal.js";

type Writer = protobuf.Writer;
const IR_VERSION = 7;
const OPERATOR_SET = 13;
const VARINT = 0;
const BYTES = 2;

/** TensorProto.DataType. */
export const DATA_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6 } as const;

export interface Operand {
  readonly name: string;
  readonly type: keyof typeof DATA_TYPES;
  readonly shape: readonly number[];
}

/** The bytes of the file. */
export function operatorModel(
  operator: string,
  inputs: readonly Operand[],
  output: Operand,
): Uint8Array {
  const model = protobuf.Writer.create();
  integer(model, 1, IR_VERSION);
  message(model, 7, (graph) => {
    message(graph, 1, (node) => {
      for (const { name } of inputs) text(node, 1, name);
      text(node, 2, output.name);
      text(node, 4, operator);
    });
    text(graph, 2, operator);
    for (const input of inputs) message(graph, 11, (value) => describe(value, input));
    message(graph, 12, (value) => describe(value, output));
  });
  message(model, 8, (set) => {
    text(set, 1, "");
    integer(set, 2, OPERATOR_SET);
  });
  return Uint8Array.from(model.finish());
}

function describe(value: Writer, { name, type, shape }: Operand): void {
  text(value, 1, name);
  message(value, 2, (kind) =>
    message(kind, 1, (tensor) => {
      integer(tensor, 1, DATA_TYPES[type]);
      message(tensor, 2, (dims) => {
        for (const extent of shape) message(dims, 1, (dim) => integer(dim, 1, extent));
      });
    }),
  );
}

function message(writer: Writer, field: number, fill: (inner: Writer) => void): void {
  fill(writer.uint32((field << 3) | BYTES).fork());
  writer.ldelim();
}

function text(writer: Writer, field: number, value: string): void {
  writer.uint32((field << 3) | BYTES).string(value);
}

function integer(writer: Writer, field: number, value: number): void {
  writer.uint32((field << 3) | VARINT).int64(value);
}
