/**
 * The `inspect` verb: what a model file holds and whether it can be generated.
 * Reading it safely is left to codegen.
 */
import { extname } from "node:path";
import type { IntegerEdge, Layer, RecurrentModel, Unsupported } from "../../codegen/index.ts";
import { layerSize, loadModel, PlanError, ungenerated } from "../../codegen/index.ts";
import { inspectionText } from "../report/tables.ts";
import type { VerbContext } from "./context.ts";
import { MODELS_DIR } from "./paths.ts";

export interface InspectedLayer {
  readonly name: string;
  readonly kind: string;
  readonly inputSize: number;
  readonly outputSize: number;
  /** Multiply-accumulates a time step. */
  readonly macs: number;
  /** Trained numbers. */
  readonly parameters: number;
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
  };
  /** As RecurrentModel.streaming; null for a file that could not be imported. */
  readonly streaming: RecurrentModel["streaming"] | null;
  readonly layers: readonly InspectedLayer[];
  readonly unsupported: readonly Unsupported[];
}

/** Exit 0 when the model can be generated, 1 when something in it cannot. */
export async function inspect(
  context: VerbContext,
  _options: unknown,
  model: string,
): Promise<number> {
  const inspection = inspectModel(model);
  context.print(inspection, () => inspectionText(inspection));
  return inspection.unsupported.length === 0 ? 0 : 1;
}

/** Throws UsageError and ModelFileError as loadModel does; what is unsupported is listed instead. */
export function inspectModel(nameOrPath: string): Inspection {
  try {
    return summarize(loadModel(nameOrPath, { modelsDir: MODELS_DIR }).model);
  } catch (error) {
    if (!(error instanceof PlanError) || !Array.isArray(error.facts.unsupported)) throw error;
    return unsupportedModel(nameOrPath, error.facts.unsupported as readonly Unsupported[]);
  }
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
    },
    streaming: model.streaming,
    layers: layers.map(({ weights: _, ...layer }) => layer),
    unsupported: ungenerated(model),
  };
}

function unsupportedModel(name: string, unsupported: readonly Unsupported[]): Inspection {
  const nothing = { inputSize: 0, outputSize: 0, parameters: 0, macs: 0, weightBytes: 0 };
  return {
    schema: 1,
    model: { name, format: extname(name).slice(1).toLowerCase(), digest: null, ...nothing },
    streaming: null,
    layers: [],
    unsupported,
  };
}

function inspectLayer(
  layer: Layer,
  { integer }: RecurrentModel,
): InspectedLayer & { readonly weights: number } {
  const { name, kind, inputSize, outputSize } = layer;
  const facts = { name, kind, inputSize, outputSize, ...layerSize(layer) };
  const own = integer?.layers.find((one) => one.name === name && one.kind === kind);
  if (!own) return facts;
  const { input, output } = own;
  const cell = own.kind === "lstm" ? { cellScale: own.cellScale } : {};
  return { ...facts, quantization: { input, output, ...cell } };
}
