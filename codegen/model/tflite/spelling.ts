/**
 * A TFLite graph on its way to being spelled in ONNX's operators, whose importer knows shapes, steps and states.
 * Which operators stand for one of TFLite's is left to operators.ts, moving.ts, lstm.ts and cell.ts.
 */

import type { OnnxAttribute, OnnxNode } from "../graph/nodes.ts";
import type { Constant } from "../graph/values.ts";
import { TFLITE_LIMITS, tfliteGraphError, tfliteLimitError } from "./refusals.ts";
import type { TfliteFile, TfliteOperator, TfliteTensor } from "./schema.ts";
import { elementCount, rawValues, realValues } from "./tensor.ts";

/** The newest operator set whose nodes take their lists as attributes or inputs alike. */
export const SPELLED_OPSET = 17;

/** Why an operator cannot be spelled, and what to do instead. */
export interface Refusal {
  readonly why: string;
  readonly instead: string;
}

/** Attributes of a node, by the type of their value. */
type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

export class Spelling {
  readonly graph: TfliteFile;
  readonly file: string;
  readonly nodes: OnnxNode[] = [];
  readonly constants: Constant[] = [];
  /** Values of variables, as inputs and outputs of the spelled graph, by the variable. */
  readonly states = {
    read: new Map<string, { readonly name: string; readonly shape: number[] }>(),
    assigned: new Map<string, { readonly operator: TfliteOperator; readonly value: string }>(),
  };
  readonly #names: readonly string[];
  #made = 0;

  constructor(graph: TfliteFile, file: string) {
    this.graph = graph;
    this.file = file;
    const taken = new Set<string>();
    this.#names = graph.tensors.map(({ name, index }) => {
      const unique = taken.has(name) ? `${name} (tensor ${index})` : name;
      taken.add(unique);
      return unique;
    });
    for (const tensor of graph.tensors) {
      if (!tensor.data) continue;
      const read = () => realValues(tensor, file);
      this.constants.push({
        kind: "constant",
        name: this.name(tensor.index),
        dims: tensor.shape,
        stored: read,
      });
    }
  }

  /** A tensor's value; "" for one that is left out. */
  name(index: number | undefined): string {
    return this.#names[index ?? -1] ?? "";
  }

  /** @throws ModelFileError TP-MODEL-006 for an input that the operator does not have */
  input(operator: TfliteOperator, at: number): TfliteTensor {
    const tensor = this.graph.tensors[operator.inputs[at] ?? -1];
    if (tensor) return tensor;
    throw tfliteGraphError(this.file, this.label(operator), `it has no input ${at}`);
  }

  /** @throws ModelFileError TP-MODEL-006 for an output that the operator does not have */
  output(operator: TfliteOperator, at = 0): TfliteTensor {
    const tensor = this.graph.tensors[operator.outputs[at] ?? -1];
    if (tensor) return tensor;
    throw tfliteGraphError(this.file, this.label(operator), `it has no output ${at}`);
  }

  /** An operator's name for messages: its first output's. */
  label({ operator, outputs }: TfliteOperator): string {
    return this.name(outputs[0]) || operator;
  }

  /** A value between two nodes, named after what it belongs to. */
  between(operator: TfliteOperator, what: string): string {
    return `${this.label(operator)} (${what} ${this.#made++})`;
  }

  node(
    of: TfliteOperator,
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
    more: Partial<NonNullable<OnnxNode["spelled"]>> = {},
  ): void {
    this.nodes.push({
      name: this.label(of),
      operator,
      domain: "",
      inputs: [...inputs],
      outputs: [...outputs],
      attributes: new Map(Object.entries(attributes).map(attributeOf)),
      spelled: { operator: of.operator, ...more },
    });
  }

  /** In the place of an operator that cannot be spelled: everything that stands against it. */
  refuse(operator: TfliteOperator, ...refused: readonly Refusal[]): void {
    const [inputs, outputs] = [operator.inputs, operator.outputs].map((list) =>
      list.map((index) => this.name(index)),
    );
    this.node(operator, operator.operator, inputs ?? [], outputs ?? [], {}, { refused });
  }

  /** A node between this operator's input and its output; gives the name of what it makes. */
  through(
    operator: TfliteOperator,
    by: string,
    input: string,
    attributes: Attributes = {},
  ): string {
    const made = this.between(operator, by);
    this.node(operator, by, [input], [made], attributes);
    return made;
  }

  constant(name: string, dims: readonly number[], stored: () => Float64Array): string {
    this.constants.push({ kind: "constant", name, dims, stored });
    return name;
  }

  /**
   * The few whole numbers of a constant input; undefined where they are computed.
   * @throws ModelFileError TP-MODEL-003 for a long list
   */
  integers(operator: TfliteOperator, at: number): readonly number[] | undefined {
    const tensor = this.graph.tensors[operator.inputs[at] ?? -1];
    if (!tensor?.data || (tensor.type !== "int32" && tensor.type !== "int64")) return undefined;
    if (elementCount(tensor, this.file) > TFLITE_LIMITS.layerSize) {
      throw tfliteLimitError(this.file, "a long list of numbers", TFLITE_LIMITS.layerSize);
    }
    return [...rawValues(tensor, this.file)];
  }
}

function attributeOf([name, value]: [string, Attributes[string]]): [string, OnnxAttribute] {
  const lists = { name, floats: [], texts: [] };
  if (typeof value === "number") return [name, { ...lists, integer: value, integers: [] }];
  return "float" in value
    ? [name, { ...lists, float: value.float, integers: [] }]
    : [name, { ...lists, integers: [...value] }];
}
