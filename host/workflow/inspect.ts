/**
 * The `inspect` verb: what a model file holds and whether it can be generated.
 * Reading it safely is left to codegen.
 */
import type { Layer, RecurrentModel, Unsupported } from "../../codegen/index.ts";
import { loadModel, PlanError } from "../../codegen/index.ts";
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

/** A model that can be generated. */
export function summarize(model: RecurrentModel): Inspection {
  const layers = model.layers.map(inspectLayer);
  const sum = (field: "macs" | "parameters") => layers.reduce((total, l) => total + l[field], 0);
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
      weightBytes: sum("macs"),
    },
    layers,
    unsupported: [],
  };
}

function unsupportedModel(name: string, unsupported: readonly Unsupported[]): Inspection {
  const nothing = { inputSize: 0, outputSize: 0, parameters: 0, macs: 0, weightBytes: 0 };
  return {
    schema: 1,
    model: { name, format: "onnx", digest: null, ...nothing },
    layers: [],
    unsupported,
  };
}

function inspectLayer(layer: Layer): InspectedLayer {
  const { name, kind, inputSize, outputSize } = layer;
  const weights =
    layer.kind === "lstm" || layer.kind === "gru"
      ? layer.inputWeights.values.length + layer.recurrentWeights.values.length
      : layer.kind === "dense"
        ? layer.weights.values.length
        : 0;
  const recurrentBiases = layer.kind === "gru" && layer.resetAfter ? layer.hiddenSize : 0;
  const biases = layer.kind === "activation" ? 0 : layer.bias.length + recurrentBiases;
  return { name, kind, inputSize, outputSize, macs: weights, parameters: weights + biases };
}
