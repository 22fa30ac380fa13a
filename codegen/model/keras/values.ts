/**
 * What the importer knows while it walks a Keras model's layers: the values between them and the layers made so far.
 * Which layers are understood is left to layers.ts.
 */
import type { Layer, Unsupported, ValueName } from "../types.ts";
import type { Options } from "./config.ts";
import { KERAS, KERAS_LIMITS } from "./limits.ts";
import type { LayerWeights } from "./stored-weights.ts";

/** What lies between layers, for a batch of one. */
export interface Steps {
  readonly source: ValueName;
  /** Of one time step, row-major. */
  readonly shape: readonly number[];
  /** Whether it has time as its dimension before those of shape. */
  readonly time: boolean;
  /** Whether it is there only once a sequence has ended. */
  readonly ended: boolean;
}

/** undefined: made by something unsupported, which has been reported. */
export type Value = Steps | undefined;

export interface ImportContext {
  readonly file: string;
  /** Of Keras: some defaults and formulas changed with 3. */
  readonly majorVersion: number;
  readonly layers: Layer[];
  readonly unsupported: Unsupported[];
  /** Time steps of the input; undefined where any number goes in. */
  steps: number | undefined;
  /** Which kinds of recurrent layers there are. */
  readonly recurrent: Set<"stateful" | "fresh">;
  readonly names: Map<string, number>;
}

/** One use of a layer. */
export interface Call {
  readonly className: string;
  readonly name: string;
  readonly options: Options;
  readonly weights: LayerWeights;
  readonly inputs: readonly Steps[];
  readonly context: ImportContext;
}

/** Notes something that cannot be used, and goes on, so that all of them are listed at once. */
export function refuse(
  { className, name, context }: Call,
  why: string,
  instead: string,
): undefined {
  context.unsupported.push({ operator: className, node: name, why, instead });
  return undefined;
}

/** Options of a layer that its import has not read. */
export function reportUnread(call: Call): void {
  for (const key of call.options.unread) {
    refuse(call, `its option ${key} is not known here`, "leave the option out");
  }
}

export function graphError({ name, context }: Call, why: string) {
  return KERAS.graph(context.file, name, why);
}

/** A value name that no layer before has. */
export function freshName(context: ImportContext, name: string): ValueName {
  const count = context.names.get(name) ?? 0;
  context.names.set(name, count + 1);
  return count === 0 ? name : `${name}:${count}`;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** A layer but for its edges. @throws ModelFileError TP-MODEL-003 for one that is too wide */
export function addLayer<L extends Layer>(
  { name, context }: Call,
  { source }: Steps,
  layer: Omit<L, "name" | "input" | "output">,
): ValueName {
  const output = freshName(context, name);
  pushLayer(context, { ...layer, name, input: source, output } as unknown as Layer);
  return output;
}

/** @throws ModelFileError TP-MODEL-003 */
export function pushLayer(context: ImportContext, layer: Layer): void {
  const { layerSize, layers } = KERAS_LIMITS;
  if (Math.max(layer.inputSize, layer.outputSize) > layerSize) {
    throw KERAS.limit(context.file, `layer "${layer.name}" is too wide`, layerSize);
  }
  if (context.layers.length >= layers) throw KERAS.limit(context.file, "too many layers", layers);
  context.layers.push(layer);
}

/** The only input. @throws ModelFileError TP-MODEL-006 where there are none or several */
export function singleInput(call: Call): Steps {
  const [input, second] = call.inputs;
  if (!input || second) throw graphError(call, `it has ${call.inputs.length} inputs, not one`);
  return input;
}

/** The input where it is one vector a step. @throws ModelFileError TP-MODEL-006 */
export function vectorInput(call: Call): Steps & { readonly size: number } {
  const input = singleInput(call);
  const [size] = input.shape;
  if (input.shape.length !== 1 || size === undefined) {
    throw graphError(call, `its input is [${input.shape}] at each step, not one vector`);
  }
  return { ...input, size };
}

/** A matrix [rows, cols] as its transpose, [cols, rows]. */
export function transposed(values: Float64Array, rows: number, cols: number): Float64Array {
  const turned = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      turned[col * rows + row] = values[row * cols + col] as number;
    }
  }
  return turned;
}
