/**
 * The `inspect` verb: what a model file holds, what it takes in each format, and whether it can be generated.
 * Reading it safely is left to codegen, the C for one board to inspect-board.ts.
 */
import { statSync } from "node:fs";
import { extname } from "node:path";
import type {
  AnyFormat,
  IntegerEdge,
  Layer,
  LayerBytes,
  LoadedModel,
  Matrix,
  RecurrentModel,
  Unsupported,
} from "../../codegen/index.ts";
import {
  layerBytes,
  layerSize,
  loadModel,
  modelBytes,
  PlanError,
  ungenerated,
} from "../../codegen/index.ts";
import { inspectionText } from "../report/inspection.ts";
import type { VerbContext } from "./context.ts";
import { type BoardInspection, formatsOf, inspectBoard } from "./inspect-board.ts";
import { MODELS_DIR } from "./paths.ts";

export interface InspectOptions {
  readonly board?: string;
  readonly format?: AnyFormat;
}

/** What something takes in one number format, before padding. */
export interface FormatBytes extends LayerBytes {
  readonly format: AnyFormat;
}

export interface InspectedLayer {
  readonly name: string;
  readonly kind: string;
  readonly inputSize: number;
  readonly outputSize: number;
  /** Multiply-accumulates a time step. */
  readonly macs: number;
  /** Trained numbers. */
  readonly parameters: number;
  /** Rows and columns of each matrix of weights, by its name in the layer. */
  readonly shapes: Readonly<Record<string, readonly [number, number]>>;
  readonly bytes: readonly FormatBytes[];
  /** Of a layer whose file holds integers. */
  readonly quantization?: {
    readonly input: IntegerEdge;
    readonly output: IntegerEdge;
    /** Of an LSTM's int16 cell. */
    readonly cellScale?: number;
  };
}

export interface Inspection {
  readonly schema: 1;
  readonly model: {
    readonly name: string;
    readonly format: string;
    readonly digest: string | null;
    readonly inputSize: number;
    readonly outputSize: number;
    readonly parameters: number;
    readonly macs: number;
    /** One byte a weight; biases and padding are the plan's. */
    readonly weightBytes: number;
    /** Of the file itself; null for one that could not be imported. */
    readonly fileBytes: number | null;
    /** Of all layers, in every format that the file can take. */
    readonly bytes: readonly FormatBytes[];
  };
  /** As RecurrentModel.streaming; null for a file that could not be imported. */
  readonly streaming: RecurrentModel["streaming"] | null;
  readonly layers: readonly InspectedLayer[];
  readonly unsupported: readonly Unsupported[];
  /** With --board: the C for it. */
  readonly board?: BoardInspection;
}

/** Exit 0 when the model can be generated, 1 when something in it cannot. */
export async function inspect(
  context: VerbContext,
  options: InspectOptions,
  model: string,
): Promise<number> {
  const inspection = inspectModel(model, options);
  context.print(inspection, () => inspectionText(inspection));
  const { unsupported, board } = inspection;
  return unsupported.length === 0 && board?.chosen.generated !== false ? 0 : 1;
}

/** Throws UsageError and ModelFileError as loadModel does; what is unsupported is listed instead. */
export function inspectModel(nameOrPath: string, options: InspectOptions = {}): Inspection {
  let loaded: LoadedModel;
  try {
    loaded = loadModel(nameOrPath, { modelsDir: MODELS_DIR });
  } catch (error) {
    if (!(error instanceof PlanError) || !Array.isArray(error.facts.unsupported)) throw error;
    return unsupportedModel(nameOrPath, error.facts.unsupported as readonly Unsupported[]);
  }
  const { model, path } = loaded;
  const summary = summarize(model);
  const { board, format } = options;
  return {
    ...summary,
    model: { ...summary.model, fileBytes: statSync(path).size },
    ...(board === undefined ? {} : { board: inspectBoard(model, board, format) }),
  };
}

/** A model that was read, with what of it cannot be generated. */
export function summarize(model: RecurrentModel): Inspection {
  const layers = model.layers.map((layer) => inspectLayer(layer, model));
  const sum = (field: "macs" | "parameters" | "weights") =>
    layers.reduce((total, layer) => total + layer[field], 0);
  return {
    schema: 1,
    model: {
      name: model.name,
      format: model.source.format,
      digest: model.source.digest,
      inputSize: model.inputSize,
      outputSize: model.outputSize,
      parameters: sum("parameters"),
      macs: sum("macs"),
      weightBytes: sum("weights"),
      fileBytes: null,
      bytes: formatsOf(model).map((format) => ({ format, ...modelBytes(model, format) })),
    },
    streaming: model.streaming,
    layers: layers.map(({ weights: _, ...layer }) => layer),
    unsupported: ungenerated(model),
  };
}

function unsupportedModel(name: string, unsupported: readonly Unsupported[]): Inspection {
  const nothing = { inputSize: 0, outputSize: 0, parameters: 0, macs: 0 };
  const unread = { ...nothing, weightBytes: 0, fileBytes: null, bytes: [] };
  return {
    schema: 1,
    model: { name, format: extname(name).slice(1).toLowerCase(), digest: null, ...unread },
    streaming: null,
    layers: [],
    unsupported,
  };
}

function isMatrix(value: unknown): value is Matrix {
  return typeof value === "object" && value !== null && "rows" in value && "cols" in value;
}

function shapesOf(layer: Layer): InspectedLayer["shapes"] {
  return Object.fromEntries(
    Object.entries(layer).flatMap(([name, value]): [string, readonly [number, number]][] =>
      isMatrix(value) ? [[name, [value.rows, value.cols]]] : [],
    ),
  );
}

function inspectLayer(
  layer: Layer,
  model: RecurrentModel,
): InspectedLayer & { readonly weights: number } {
  const { name, kind, inputSize, outputSize } = layer;
  const facts = {
    ...{ name, kind, inputSize, outputSize },
    ...layerSize(layer),
    shapes: shapesOf(layer),
    bytes: formatsOf(model).map((format) => ({ format, ...layerBytes(layer, format) })),
  };
  const { integer } = model;
  const own = integer?.layers.find((one) => one.name === name && one.kind === kind);
  if (!own) return facts;
  const { input, output } = own;
  const cell = own.kind === "lstm" ? { cellScale: own.cellScale } : {};
  return { ...facts, quantization: { input, output, ...cell } };
}
