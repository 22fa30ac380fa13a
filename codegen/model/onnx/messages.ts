/**
 * Reads the parts of onnx.proto (ONNX IR 3 to 12) that this project knows, as the values of ../graph/nodes.ts.
 * What the graph computes is left to ../graph; subgraphs, functions and training data are not read.
 *
 * Field numbers: onnx/onnx.proto of the ONNX project, which never reuses one.
 */

import { ToolkitError } from "../../errors.ts";
import { damagedFileError, LIMITS, limitError } from "../graph/limits.ts";
import {
  isStandardDomain,
  type OnnxAttribute,
  type OnnxDim,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "../graph/nodes.ts";
import { fileSizeError } from "../refusals.ts";
import { notOnnxError } from "./refusals.ts";
import { type Budget, readMessage } from "./wire.ts";

/**
 * Reads the bytes of an ONNX file.
 * @param file name for messages
 * @throws ModelFileError TP-MODEL-001 to -003, -005
 */
export function readMessages(bytes: Uint8Array, file: string): OnnxModel {
  if (bytes.length === 0 || bytes.length > LIMITS.fileBytes) {
    throw fileSizeError(file, bytes.length);
  }
  try {
    return readModel(bytes, { file, parts: 0, listValues: 0 });
  } catch (error) {
    // protobufjs reports damage as Error and RangeError; a TypeError would be a fault of this program.
    if (error instanceof ToolkitError || error instanceof TypeError) throw error;
    throw damagedFileError(file, error instanceof Error ? error.message : String(error));
  }
}

function readModel(bytes: Uint8Array, budget: Budget): OnnxModel {
  let graph: OnnxGraph | undefined;
  let opset: number | undefined;
  readMessage(bytes, budget, {
    7: (value) => {
      if (graph) throw notOnnxError(budget.file, "it holds more than one graph");
      graph = readGraph(value.bytes(), budget);
    },
    8: (value) => {
      const { domain, version } = readOperatorSet(value.bytes(), budget);
      if (isStandardDomain(domain)) opset = version;
    },
  });
  if (!graph) throw notOnnxError(budget.file, "it holds no graph");
  if (opset === undefined) {
    throw notOnnxError(budget.file, "it does not say which version of the operators it uses");
  }
  return { graph, opset };
}

function readOperatorSet(bytes: Uint8Array, budget: Budget): { domain: string; version: number } {
  const set = { domain: "", version: 0 };
  readMessage(bytes, budget, {
    1: (value) => {
      set.domain = value.text();
    },
    2: (value) => {
      set.version = value.integer();
    },
  });
  return set;
}

function readGraph(bytes: Uint8Array, budget: Budget): OnnxGraph {
  const graph: OnnxGraph = {
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
    hasSparseInitializers: false,
  };
  readMessage(bytes, budget, {
    1: (value) => graph.nodes.push(readNode(value.bytes(), budget)),
    5: (value) => graph.initializers.push(readTensor(value.bytes(), budget)),
    11: (value) => graph.inputs.push(readValueInfo(value.bytes(), budget)),
    12: (value) => graph.outputs.push(readValueInfo(value.bytes(), budget)),
    15: (value) => {
      value.bytes();
      graph.hasSparseInitializers = true;
    },
  });
  return graph;
}

function readNode(bytes: Uint8Array, budget: Budget): OnnxNode {
  const node: OnnxNode = {
    name: "",
    operator: "",
    domain: "",
    inputs: [],
    outputs: [],
    attributes: new Map(),
  };
  readMessage(bytes, budget, {
    1: (value) => node.inputs.push(value.text()),
    2: (value) => node.outputs.push(value.text()),
    3: (value) => {
      node.name = value.text();
    },
    4: (value) => {
      node.operator = value.text();
    },
    5: (value) => {
      const attribute = readAttribute(value.bytes(), budget);
      node.attributes.set(attribute.name, attribute);
    },
    7: (value) => {
      node.domain = value.text();
    },
  });
  return node;
}

function readAttribute(bytes: Uint8Array, budget: Budget): OnnxAttribute {
  const attribute: OnnxAttribute = { name: "", floats: [], integers: [], texts: [] };
  readMessage(bytes, budget, {
    1: (value) => {
      attribute.name = value.text();
    },
    2: (value) => {
      attribute.float = value.float();
    },
    3: (value) => {
      attribute.integer = value.integer();
    },
    4: (value) => {
      attribute.text = value.text();
    },
    5: (value) => {
      attribute.tensor = readTensor(value.bytes(), budget);
    },
    7: (value) => value.appendFloats(attribute.floats),
    8: (value) => value.appendIntegers(attribute.integers),
    9: (value) => attribute.texts.push(value.text()),
  });
  return attribute;
}

const EXTERNAL_LOCATION = 1;

function readTensor(bytes: Uint8Array, budget: Budget): OnnxTensor {
  const tensor: OnnxTensor = {
    name: "",
    dims: [],
    dataType: 0,
    floats: [],
    doubles: [],
    integers: [],
    external: false,
    externalData: new Map(),
  };
  readMessage(bytes, budget, {
    1: (value) => value.appendIntegers(tensor.dims),
    2: (value) => {
      tensor.dataType = value.integer();
    },
    4: (value) => value.appendFloats(tensor.floats),
    5: (value) => value.appendIntegers(tensor.integers),
    7: (value) => value.appendIntegers(tensor.integers),
    8: (value) => {
      tensor.name = value.text();
    },
    9: (value) => {
      tensor.raw = value.bytes();
    },
    10: (value) => value.appendDoubles(tensor.doubles),
    13: (value) => {
      const [key, text] = readEntry(value.bytes(), budget);
      tensor.externalData.set(key, text);
      tensor.external = true;
    },
    14: (value) => {
      const location = value.integer();
      tensor.external ||= location === EXTERNAL_LOCATION;
    },
  });
  if (tensor.dims.length > LIMITS.rank) {
    throw limitError(budget.file, `a tensor of ${tensor.dims.length} dimensions`, LIMITS.rank);
  }
  return tensor;
}

/** StringStringEntryProto: a key and its text. */
function readEntry(bytes: Uint8Array, budget: Budget): readonly [string, string] {
  let key = "";
  let text = "";
  readMessage(bytes, budget, {
    1: (value) => {
      key = value.text();
    },
    2: (value) => {
      text = value.text();
    },
  });
  return [key, text];
}

/** ValueInfoProto > TypeProto > Tensor > TensorShapeProto > Dimension: five levels, none recursive. */
function readValueInfo(bytes: Uint8Array, budget: Budget): OnnxValueInfo {
  const info: OnnxValueInfo = { name: "" };
  const readShape = (shapeBytes: Uint8Array): OnnxDim[] => {
    const shape: OnnxDim[] = [];
    readMessage(shapeBytes, budget, {
      1: (value) => shape.push(readDim(value.bytes(), budget)),
    });
    return shape;
  };
  readMessage(bytes, budget, {
    1: (value) => {
      info.name = value.text();
    },
    2: (type) =>
      readMessage(type.bytes(), budget, {
        1: (tensor) =>
          readMessage(tensor.bytes(), budget, {
            2: (shape) => {
              info.shape = readShape(shape.bytes());
            },
          }),
      }),
  });
  if ((info.shape?.length ?? 0) > LIMITS.rank) {
    throw limitError(
      budget.file,
      `"${info.name}" of ${info.shape?.length} dimensions`,
      LIMITS.rank,
    );
  }
  return info;
}

function readDim(bytes: Uint8Array, budget: Budget): OnnxDim {
  let dim: OnnxDim = "";
  readMessage(bytes, budget, {
    1: (value) => {
      dim = value.integer();
    },
    2: (value) => {
      dim = value.text();
    },
  });
  return dim;
}
