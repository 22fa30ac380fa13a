/**
 * Decides the operations and bytes of an ONNX node from the shapes that a profile names.
 * Nodes other than matrix products, convolutions and recurrent layers are left out: they have no multiply-accumulates.
 */
import { isFields } from "./fields.ts";

export interface NodeWork {
  /** [op] */
  readonly ops: number;
  /** Inputs, weights and outputs, each once [byte]. */
  readonly bytes: number;
}

interface Shape {
  readonly type: string;
  readonly extents: readonly number[];
}

const BYTES: Readonly<Record<string, number>> = {
  float: 4,
  double: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  uint8: 1,
};
/** Gates of a recurrent layer: matrices of weights for each direction. */
const GATES: Readonly<Record<string, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

/** The work of one call of a node; undefined where its kind or shapes do not tell. */
export function nodeWork(
  operator: string,
  inputShapes: unknown,
  outputShapes: unknown,
): NodeWork | undefined {
  const inputs = shapesOf(inputShapes);
  const [output] = shapesOf(outputShapes);
  const [input] = inputs;
  if (input === undefined || output === undefined) return undefined;
  const gates = GATES[operator];
  if (gates !== undefined) return recurrent(gates, input, output);
  if (/^(Fused)?(MatMul|Gemm|QLinearMatMul)$/.test(operator)) return product(input, output);
  if (/^(Fused|QLinear)?Conv$/.test(operator)) return convolution(inputs, output);
  return undefined;
}

/** C[..., M, N] = A[..., M, K] B[K, N]: 2 M N K; K from the elements of A, so that a transposed A counts too. */
function product(input: Shape, output: Shape): NodeWork | undefined {
  const columns = output.extents.at(-1) ?? 1;
  const rows = elements(output) / columns;
  const inner = elements(input) / rows;
  if (!(Number.isInteger(inner) && inner > 0)) return undefined;
  return {
    ops: 2 * elements(output) * inner,
    bytes: bytesOf(input) + bytesOf(output) + inner * columns * size(input),
  };
}

/** X[T, B, I], Y[T, directions, B, H]: 2 x gates x H x (I + H) a step, a direction and a sequence. */
function recurrent(gates: number, input: Shape, output: Shape): NodeWork | undefined {
  const [steps = 0, batch = 0, inputs = 0] = input.extents;
  const hidden = output.extents.at(-1) ?? 0;
  const directions = output.extents.length === 4 ? (output.extents[1] ?? 1) : 1;
  const weights = gates * hidden * (inputs + hidden) * directions;
  if (!(weights > 0 && steps > 0 && batch > 0)) return undefined;
  return {
    ops: 2 * weights * steps * batch,
    bytes: weights * size(input) + bytesOf(input) + bytesOf(output),
  };
}

/** W[M, C/groups, ...kernel]: 2 x outputs x C/groups x kernel. */
function convolution(inputs: readonly Shape[], output: Shape): NodeWork | undefined {
  const [input, ...others] = inputs;
  const weights = others.find(({ extents }) => extents.length === input?.extents.length);
  if (input === undefined || weights === undefined) return undefined;
  const perOutput = elements(weights) / (weights.extents[0] ?? 1);
  return {
    ops: 2 * elements(output) * perOutput,
    bytes: bytesOf(input) + bytesOf(weights) + bytesOf(output),
  };
}

/** `[{"float": [1, 1, 32]}, ...]` as the profiler writes shapes. */
function shapesOf(list: unknown): readonly Shape[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    if (!isFields(entry)) return [];
    const [type, extents] = Object.entries(entry)[0] ?? [];
    const whole =
      Array.isArray(extents) && extents.every((extent) => Number.isInteger(extent) && extent >= 0);
    return type !== undefined && whole ? [{ type, extents: extents as number[] }] : [];
  });
}

function elements(shape: Shape): number {
  return shape.extents.reduce((product, extent) => product * extent, 1);
}

function size(shape: Shape): number {
  return BYTES[shape.type] ?? 4;
}

function bytesOf(shape: Shape): number {
  return elements(shape) * size(shape);
}
