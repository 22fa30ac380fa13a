/**
 * Decides nothing that can be heard: zero units are added, so that sizes fill whole lines, and no output changes.
 * Which sizes fill them is left to rule.ts.
 */
import type { RecurrentModel } from "../model/types.ts";
import { type RecurrentLayer, recurrentLayers, withUnits } from "./resize.ts";

/**
 * The model with more units. The new ones have no weights and no bias: an LSTM's cell candidate tanh(0) and a GRU's are 0, so
 * that their state stays 0 from the first step on, and nothing reads them but zero weights.
 * @param hiddenSizes one a recurrent layer, in order, none below the model's own
 * @throws RangeError for a smaller size or another number of them; PlanError TP-PLAN-020 as withUnits
 */
export function padModel(model: RecurrentModel, hiddenSizes: readonly number[]): RecurrentModel {
  const indices = recurrentLayers(model);
  if (hiddenSizes.length !== indices.length) {
    throw new RangeError(`${indices.length} recurrent layers, ${hiddenSizes.length} sizes`);
  }
  return indices.reduce((padded, index, at) => {
    const own = (model.layers[index] as RecurrentLayer).hiddenSize;
    const wanted = hiddenSizes[at] as number;
    if (!Number.isInteger(wanted) || wanted < own)
      throw new RangeError(`${own} units to ${wanted}`);
    if (wanted === own) return padded;
    const units = Array.from({ length: wanted }, (_, unit) => (unit < own ? unit : null));
    return withUnits(padded, index, units);
  }, model);
}
