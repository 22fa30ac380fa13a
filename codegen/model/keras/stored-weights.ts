/**
 * Where a layer's weights lie in the HDF5 tree: by the order of layers of a class (.keras), or by the layer's name (.h5).
 * Reading HDF5 is left to ../hdf5, what the weights mean to the layers' own files.
 */
import type { Hdf5Object } from "../hdf5/object.ts";
import { KERAS, KERAS_LIMITS } from "./limits.ts";

/** Counts weights of all layers; a layer that is used again counts again. */
export class WeightBudget {
  #left: number = KERAS_LIMITS.weights;

  take(count: number, file: string): void {
    this.#left -= count;
    if (this.#left < 0) throw KERAS.limit(file, "too many weights", KERAS_LIMITS.weights);
  }
}

/** The variables of one layer, in the order that Keras keeps them. */
export interface LayerWeights {
  /**
   * @param index among the layer's own variables
   * @param shape that it has to have
   * @throws ModelFileError TP-MODEL-006 where it is missing or has another shape, -004 and -007 for its values
   */
  read(index: number, shape: readonly number[]): Float64Array;
  /**
   * Those of a layer inside this one.
   * @param part its attribute in Keras
   * @param before variables of the layers inside that come before it
   */
  inner(part: string, before: number): LayerWeights;
}

/** Finds the weights of a model's layers. */
export interface ModelWeights {
  /** Asked once for every layer, in the configuration's order. */
  layer(className: string, name: string): LayerWeights;
  /** Those of a model that is a layer of this one; undefined where the file does not tell them apart. */
  model(className: string): ModelWeights | undefined;
}

/** What is known wherever weights are read. */
interface Shelf {
  readonly root: Hdf5Object;
  readonly file: string;
  readonly budget: WeightBudget;
}

function valuesOf(
  { file, budget }: Shelf,
  layer: string,
  variable: Hdf5Object | undefined,
  index: number,
  shape: readonly number[],
): Float64Array {
  const found = variable?.shape;
  if (!variable || !found) {
    throw KERAS.graph(file, layer, `its weight ${index} of shape [${shape}] is not in the file`);
  }
  if (found.length !== shape.length || found.some((size, at) => size !== shape[at])) {
    throw KERAS.graph(file, layer, `its weight ${index} is [${found}], not [${shape}]`);
  }
  budget.take(
    found.reduce((product, size) => product * size, 1),
    file,
  );
  return variable.reals();
}

/** Keras's own name for a class in paths: LayerNormalization is layer_normalization. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Where Keras 3 and TensorFlow's Keras 2.13 to 2.15 put a model's layers, and where 2.12 did. */
const LAYER_GROUPS = ["layers", "_layer_checkpoint_dependencies"] as const;

/** model.weights.h5 of a .keras file: LAYERS/CLASS_N/PART/vars/INDEX. @param path of the model in it */
export function archivedWeights(shelf: Shelf, path = ""): ModelWeights {
  const group = LAYER_GROUPS.map((name) => `${path}/${name}`).find((at) => shelf.root.at(at));
  const counts = new Map<string, number>();
  const next = (className: string): string => {
    const word = snakeCase(className);
    const count = counts.get(word) ?? 0;
    counts.set(word, count + 1);
    return `${group ?? LAYER_GROUPS[0]}/${word}${count === 0 ? "" : `_${count}`}`;
  };
  const at = (place: string, name: string): LayerWeights => ({
    read: (index, shape) =>
      valuesOf(shelf, name, shelf.root.at(`${place}/vars/${index}`), index, shape),
    inner: (part) => at(`${place}/${part}`, name),
  });
  return {
    layer: (className, name) => at(next(className), name),
    model: (className) => archivedWeights(shelf, next(className)),
  };
}

/** A .h5 file of a whole model: model_weights/NAME lists its variables' paths in weight_names. */
export function namedWeights(shelf: Shelf): ModelWeights {
  return {
    layer(_, name) {
      const group = shelf.root.at("model_weights")?.at(name);
      const paths = group ? listed(group) : [];
      const from = (start: number): LayerWeights => ({
        read(index, shape) {
          const path = paths[start + index];
          const variable = path === undefined ? undefined : group?.at(path);
          return valuesOf(shelf, name, variable, start + index, shape);
        },
        inner: (_part, before) => from(start + before),
      });
      return from(0);
    },
    model: () => undefined,
  };
}

/** weight_names, or weight_names0 and following where Keras had to part a long list. */
function listed(group: Hdf5Object): readonly string[] {
  const whole = group.texts("weight_names");
  if (whole) return whole;
  const names: string[] = [];
  for (let part = 0; ; part++) {
    const some = group.texts(`weight_names${part}`);
    if (!some || names.length > KERAS_LIMITS.layers) return names;
    names.push(...some);
  }
}
