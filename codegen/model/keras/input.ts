/**
 * The input of a Keras model: how many time steps, and the shape of one.
 */
import { isObject, type Json, type JsonObject, shownJson } from "../json.ts";
import { KERAS, KERAS_LIMITS } from "./limits.ts";
import { freshName, type ImportContext, type Steps, sizeOf } from "./values.ts";

/** [batch, steps, ...shape], or [batch, size] of a network without time. @returns undefined where it is reported */
export function inputOf(
  className: string,
  config: JsonObject,
  context: ImportContext,
): Steps | undefined {
  const shapes = shapesOf(className, config);
  const refuse = (why: string, instead: string) => {
    context.unsupported.push({ operator: "model input", node: "input", why, instead });
    return undefined;
  };
  const [shape] = shapes;
  if (shapes.length > 1) {
    return refuse(
      `there are ${shapes.length}`,
      "give the model one input; stateful=True keeps states inside",
    );
  }
  if (!Array.isArray(shape)) {
    const instead = "begin with keras.Input(shape=(None, SIZE)) and save again";
    return refuse(`its shape is ${shownJson(shape)}`, instead);
  }
  const dimensions = shape.slice(1) as readonly Json[];
  const time = dimensions.length > 1;
  const step = (time ? dimensions.slice(1) : dimensions).map(Number);
  const [first] = dimensions;
  const steps = time && first !== null ? Number(first) : undefined;
  const whole = (size: number) => Number.isSafeInteger(size) && size >= 1;
  if (dimensions.length === 0 || dimensions.length > 4 || !step.every(whole)) {
    const instead = "begin with keras.Input(shape=(None, SIZE)), the size of a step given";
    return refuse(`its shape is ${shownJson(shape)}`, instead);
  }
  if (steps !== undefined && !whole(steps)) {
    throw KERAS.graph(context.file, "input", `it has ${shownJson(first)} time steps`);
  }
  if (sizeOf(step) > KERAS_LIMITS.layerSize) {
    const what = `an input of ${shownJson(shape)}`;
    throw KERAS.limit(context.file, what, KERAS_LIMITS.layerSize);
  }
  context.steps = steps;
  return { source: freshName(context, "input"), shape: step, time, ended: false };
}

/** Of each input layer; Keras 2 calls it batch_input_shape, or gives it to the first layer of a Sequential. */
function shapesOf(className: string, config: JsonObject): readonly (Json | undefined)[] {
  const layers = Array.isArray(config.layers) ? (config.layers as readonly Json[]) : [];
  const configs = layers.map((layer) => (isObject(layer) ? layer : {}));
  const shapeOf = ({ config: options }: JsonObject) =>
    isObject(options) ? (options.batch_shape ?? options.batch_input_shape) : undefined;
  const inputs = configs.filter((layer) => layer.class_name === "InputLayer");
  if (inputs.length > 0 || className !== "Sequential") return inputs.map(shapeOf);
  return [shapeOf(configs[0] ?? {}) ?? config.build_input_shape];
}
