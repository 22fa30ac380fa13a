/** A small denoiser as an ONNX file, whole or with a node or tensor of it changed, and what its reading throws. */
import { ToolkitError } from "../../codegen/errors.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import {
  denoiserSpec,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
  writeOnnx,
} from "./onnx-writer.ts";

export const SPEC = denoiserSpec(3, 2, 4);
export const BYTES = writeOnnx(SPEC);

/** The specification with one node changed. */
export function withNode(name: string, change: Partial<NodeSpec>): ModelSpec {
  return {
    ...SPEC,
    nodes: SPEC.nodes.map((node) => (node.name === name ? { ...node, ...change } : node)),
  };
}

export function withTensor(name: string, change: Partial<TensorSpec>): ModelSpec {
  const initializers = SPEC.initializers?.map((tensor) =>
    tensor.name === name ? { ...tensor, ...change } : tensor,
  );
  return { ...SPEC, ...(initializers ? { initializers } : {}) };
}

export function caught(bytes: Uint8Array): ToolkitError {
  try {
    readOnnxModel(bytes, "model.onnx");
  } catch (error) {
    if (error instanceof ToolkitError) return error;
    throw error;
  }
  throw new Error("the model was read");
}
