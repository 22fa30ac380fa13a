/**
 * The bytes of a safetensors file and of the JSON that names its layers in, RecurrentModel out.
 * Finding the files is left to load.ts.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { foldLayers } from "../fold.ts";
import { looksAhead, type RecurrentModel } from "../types.ts";
import { unsupportedFileError } from "../unsupported.ts";
import {
  type DescribedLayer,
  descriptionError,
  isWeighted,
  type PlainKind,
  readDescription,
  type WeightedKind,
} from "./description.ts";
import { readSafetensors } from "./file.ts";
import { addModule, PytorchLayers } from "./pytorch.ts";

/** The name of the JSON beside a file of weights. */
export function descriptionName(file: string): string {
  return file.replace(/\.safetensors$/i, ".layers.json");
}

/**
 * @param bytes a whole safetensors file, not trusted
 * @param file where it came from, for messages and provenance; the model is named after it
 * @param description text of the JSON beside it; undefined where there is none
 * @throws ModelFileError TP-MODEL-002 to -007 and -012
 * @throws PlanError TP-PLAN-001 where tensors are left over
 */
export function readSafetensorsModel(
  bytes: Uint8Array,
  file: string,
  description: string | undefined,
): RecurrentModel {
  const beside = descriptionName(basename(file));
  if (description === undefined) {
    throw descriptionError(beside, "weights alone do not say which layers they belong to");
  }
  const layers = readDescription(description, beside);
  const net = new PytorchLayers(file, readSafetensors(bytes, file));
  const end = layers.findIndex(({ kind }) => kind === "last-step");
  layers.forEach((layer, index) => {
    if (isWeighted(layer.kind)) {
      const runsOverTime = layer.kind === "lstm" || layer.kind === "gru" || layer.kind === "conv1d";
      if (end >= 0 && index > end && runsOverTime) {
        throw descriptionError(beside, `${layer.kind} "${layer.name}" comes after the last step`);
      }
      addModule(net, layer as DescribedLayer & { kind: WeightedKind });
    } else if (layer.kind !== "last-step") {
      addPlain(net, layer as DescribedLayer & { kind: PlainKind }, beside);
    }
  });
  refuseUnused(net, file);
  const { inputSize, size: outputSize } = net;
  if (inputSize === undefined || outputSize === undefined) {
    throw descriptionError(beside, "no layer of it has weights");
  }
  const digest = createHash("sha256").update(bytes).update(description).digest("hex");
  const folded = foldLayers(net.layers, net.source);
  return {
    name: basename(file).replace(/\.safetensors$/i, ""),
    source: { format: "safetensors", file, digest },
    layers: folded,
    inputSize,
    outputSize,
    streaming:
      end >= 0
        ? "whole-sequence"
        : folded.some(looksAhead)
          ? "sequence-to-sequence"
          : "stateful-step",
  };
}

function addPlain(net: PytorchLayers, layer: DescribedLayer & { kind: PlainKind }, file: string) {
  const { kind, name, numbers } = layer;
  const { size } = net;
  if (size === undefined)
    throw descriptionError(file, `${kind} comes before any layer with weights`);
  const edge = { name, outputSize: size };
  const { slope = 0 } = numbers;
  const source =
    kind === "leaky-relu"
      ? net.add({ kind, ...edge, slope })
      : kind === "softmax"
        ? net.add({ kind, ...edge })
        : net.add({ kind: "activation", ...edge, activation: kind as "sigmoid" | "tanh" | "relu" });
  net.goOn(source, size);
}

/** A tensor that no layer reads belongs to a layer that was forgotten. */
function refuseUnused(net: PytorchLayers, file: string): void {
  const { unused } = net;
  if (unused.length === 0) return;
  throw unsupportedFileError(
    file,
    unused.map((name) => ({
      operator: "tensor",
      node: name.slice(0, 200),
      why: "no layer reads it",
      instead: `name its layer in ${descriptionName(basename(file))}, or leave the tensor out`,
    })),
  );
}
