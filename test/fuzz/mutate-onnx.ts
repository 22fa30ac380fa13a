/**
 * Changes an ONNX file where it hurts: sizes, names, operators, weights, whole nodes; and bytes anywhere.
 * Counting what becomes of it is left to campaign.ts.
 */

import { ONNX_OPERATORS } from "../../codegen/model/graph/graph.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { ONNX_CASES } from "../unit/generated-models.ts";
import { denoiserSpec, writeOnnx } from "../unit/onnx-writer.ts";
import type { Format } from "./campaign.ts";
import { type Draw, mutateBytes, NUMBERS, otherBytes, pick } from "./draw.ts";
import { type MessageShape, parseTree, type WireField, writeTree } from "./wire-tree.ts";

const TENSOR: MessageShape = { 13: {} };
const VALUE: MessageShape = { 2: { 1: { 2: { 1: {} } } } };
const NODE: MessageShape = { 5: { 5: TENSOR } };
const MODEL: MessageShape = { 7: { 1: NODE, 5: TENSOR, 11: VALUE, 12: VALUE }, 8: {} };

/** A place in the tree: the list that holds a field, and where. */
interface Place {
  readonly list: WireField[];
  readonly at: number;
}

function placesOf(list: WireField[], found: Place[] = []): Place[] {
  list.forEach(({ value }, at) => {
    found.push({ list, at });
    if (Array.isArray(value)) placesOf(value, found);
  });
  return found;
}

function copied(field: WireField): WireField {
  const { value } = field;
  return { ...field, value: Array.isArray(value) ? value.map(copied) : value };
}

/** Another text of the file, an operator, or noise. */
function otherText(places: readonly Place[], draw: Draw): Uint8Array {
  const { list, at } = pick(places, draw);
  const value = list[at]?.value;
  const choice = draw(3);
  if (choice === 0 && value instanceof Uint8Array && value.length < 64) return value;
  if (choice === 1) return new TextEncoder().encode(pick(ONNX_OPERATORS, draw));
  return Uint8Array.from({ length: draw(12) }, () => draw(256));
}

function mutateTree(root: WireField[], draw: Draw): void {
  const places = placesOf(root);
  if (places.length === 0) return;
  const { list, at } = pick(places, draw);
  const field = list[at];
  if (!field) return;
  switch (draw(7)) {
    case 0:
      list.splice(at, 1);
      return;
    case 1:
      list.splice(draw(list.length + 1), 0, copied(field));
      return;
    case 2: {
      const other = draw(list.length);
      [list[at], list[other]] = [list[other] as WireField, field];
      return;
    }
    case 3: {
      const from = pick(places, draw);
      const source = from.list[from.at];
      if (source) list.splice(at, 1, { ...copied(source), field: field.field });
      return;
    }
    case 4:
      field.field = 1 + draw(20);
      return;
  }
  if (typeof field.value === "bigint") field.value = pick(NUMBERS, draw);
  else if (!Array.isArray(field.value)) {
    const short = field.value.length < 32 && draw(3) > 0;
    field.value = short ? otherText(places, draw) : otherBytes(field.value, draw);
  }
}

/** One to four changes of the tree, or now and then of the bytes. */
export function mutateOnnx(bytes: Uint8Array, draw: Draw): Uint8Array {
  if (draw(10) === 0) return mutateBytes(bytes, draw);
  const tree = parseTree(bytes, MODEL);
  for (let count = 1 + draw(4); count > 0; count--) mutateTree(tree, draw);
  const changed = writeTree(tree);
  return draw(20) === 0 ? mutateBytes(changed, draw) : changed;
}

/** Every generated model of the tests, mutated. */
export const ONNX_FORMAT: Format = {
  seeds: [denoiserSpec(3, 2, 4), ...ONNX_CASES.map(([, { spec }]) => spec)].map(writeOnnx),
  mutate: mutateOnnx,
  read: (bytes) => readOnnxModel(bytes, "mutant.onnx"),
};
