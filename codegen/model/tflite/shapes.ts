/**
 * Follows steps through operators that only reshape, or change how a value is written down.
 * Nothing is moved at run time: each of these must keep a step's values together and in order.
 */
import type { TfliteOperator } from "./schema.ts";
import { edgeOf, elementCount } from "./tensor.ts";
import { type ImportContext, outputTensor, refuse, type Steps, stepsInput } from "./values.ts";

/** RESHAPE, SQUEEZE, EXPAND_DIMS, and PACK, UNPACK and slices that take all there is. */
export function importReshape(operator: TfliteOperator, context: ImportContext): Steps | undefined {
  const from = stepsInput(context, operator);
  if (!from) return undefined;
  const tensor = outputTensor(context, operator);
  const count = elementCount(tensor, context.file);
  const whole = count === from.size * from.steps && operator.outputs.length === 1;
  // A single step may take any shape.
  if (whole && (from.steps === 1 || tensor.shape.at(-1) === from.size)) return from;
  refuse(
    context,
    operator,
    whole ? "it joins several steps into one vector" : "it takes or adds a part of a step",
    "keep time as a dimension of its own until the network's end",
  );
  return undefined;
}

/** QUANTIZE and DEQUANTIZE: the same values, in integers or not; the device meets those of its first and last layer. */
export function importRequantize(
  operator: TfliteOperator,
  context: ImportContext,
): Steps | undefined {
  const from = stepsInput(context, operator);
  if (!from) return undefined;
  const edge = edgeOf(outputTensor(context, operator), context.file);
  const { source, size, steps } = from;
  // Between layers, other integers for the same values would need a kernel.
  if (context.layers.length > 0 && edge) context.allInteger = false;
  return { kind: "steps", source, size, steps, ...(edge ? { edge } : {}) };
}
