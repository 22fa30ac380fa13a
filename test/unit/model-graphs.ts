/**
 * The operator graph of a generated model as a text that leaves out every size, so that models can be told apart by
 * what they compute and not by how large they are.
 * Which models there are is left to generated-models.ts.
 */

import { readTflite } from "../../codegen/model/tflite/schema.ts";
import { inputsOf, type Layer, type RecurrentModel } from "../../codegen/model/types.ts";
import type { ModelSpec, NodeSpec } from "./onnx-writer.ts";

/** Attributes that only say how large something is. */
const SIZES = ["hidden_size", "shape", "split", "perm", "axes", "epsilon", "alpha", "beta"];

function attributesOf({ integers, floats, texts, tensors }: NodeSpec): string {
  const all: Record<string, unknown> = { ...integers, ...floats, ...texts };
  const kept = Object.keys(all).filter((name) => !SIZES.includes(name));
  const named = kept.sort().map((name) => `${name}=${JSON.stringify(all[name])}`);
  return [...named, ...Object.keys(tensors ?? {})].join(",");
}

/** Operators, attributes that choose between ways to compute, and which value goes where. */
export function onnxGraph({ nodes, inputs, outputs }: ModelSpec): string {
  const made = new Map<string, string>(inputs.map(({ name }, index) => [name, `in${index}`]));
  const lines = nodes.map((node, index) => {
    const read = node.inputs.map((name) => (name === "" ? "-" : (made.get(name) ?? "const")));
    for (const [output, name] of node.outputs.entries()) made.set(name, `${index}.${output}`);
    return `${node.operator}(${read})[${attributesOf(node)}]`;
  });
  return [...lines, `gives ${outputs.map(({ name }) => made.get(name))}`].join("; ");
}

/** The same of a TFLite file, with the number type of every value. */
export function tfliteGraph(bytes: Uint8Array): string {
  const { tensors, operators, inputs, outputs } = readTflite(bytes, "counted.tflite");
  const made = new Map<number, string>(inputs.map((tensor, index) => [tensor, `in${index}`]));
  const typeOf = (tensor: number) => tensors[tensor]?.type ?? "none";
  const lines = operators.map(({ operator, inputs: read, outputs: written }, index) => {
    const from = read.map((tensor) => `${made.get(tensor) ?? "const"} ${typeOf(tensor)}`);
    for (const [output, tensor] of written.entries()) made.set(tensor, `${index}.${output}`);
    return `${operator}(${from})`;
  });
  return [...lines, `gives ${outputs.map((tensor) => made.get(tensor))}`].join("; ");
}

/** Fields of a layer that choose between ways to compute. */
const CHOICES = ["reversed", "resetAfter", "activation", "operation", "along", "countsPadding"];

function choicesOf(layer: Layer): string {
  const all = layer as unknown as Record<string, unknown>;
  const kept = CHOICES.filter((name) => name in all).map((name) => `${name}=${all[name]}`);
  if (layer.kind !== "conv1d") return `${kept}`;
  const { groups, window } = layer;
  return `${[...kept, `groups=${groups > 1}`, `dilation=${window.dilation > 1}`]}`;
}

/** The same of what an importer made of a file: its layers, what each reads, and how it answers. */
export function layerGraph({ layers, streaming }: RecurrentModel): string {
  const made = new Map<string, number>();
  const lines = layers.map((layer, index) => {
    const read = inputsOf(layer).map((value) => made.get(value) ?? "in");
    made.set(layer.output, index);
    return `${layer.kind}(${read})[${choicesOf(layer)}]`;
  });
  return [...lines, streaming].join("; ");
}
