/**
 * Decides the bits of a GRU: the part of the twin that its kernels must agree with.
 * Running it among other layers is left to reference-int8.ts.
 */

import type { LayerTwin } from "./chain-twin.ts";
import { hiddenOf, multiplyRows } from "./multiply-rows.ts";
import { FORMAT_FACTS, hasByteActivations, type IntegerFormat } from "./params.ts";
import type { QuantizedGru } from "./quantized-model.ts";
import { addHalves, candidateAfter, narrowHidden, updateHidden } from "./requantize.ts";
import { lookUp, SIGMOID_TABLE, TANH_TABLE } from "./tables.ts";

/** A runnable GRU; reset() puts it into the model's initial state. */
export function gruTwin(layer: QuantizedGru, format: IntegerFormat): LayerTwin {
  const { inputSize, hiddenSize, resetAfter, candidateFractionBits } = layer;
  const facts = FORMAT_FACTS[format];
  const joined = new Int16Array(inputSize + hiddenSize);
  const output = joined.subarray(inputSize);
  const hidden = new Int16Array(hiddenSize);
  const gates = new Int32Array(2 * hiddenSize);
  const fromInput = new Int32Array(hiddenSize);
  const fromHidden = new Int32Array(hiddenSize);
  const store = (): void =>
    output.set(hasByteActivations(format) ? hidden.map(narrowHidden) : hidden);
  return {
    state: [{ bytes: 2, values: hidden }],
    reset() {
      hidden.set(layer.initialHidden);
      store();
    },
    step(input) {
      joined.set(input);
      multiplyRows(layer.gates, joined, facts, gates);
      const gate = gates.map((z) => lookUp(SIGMOID_TABLE, z));
      const reset = gate.subarray(hiddenSize);
      multiplyRows(layer.candidateInput, joined, facts, fromInput);
      const read = resetAfter
        ? output
        : hidden.map((h, unit) => hiddenOf((reset[unit] as number) * h, format));
      multiplyRows(layer.candidateHidden, read, facts, fromHidden);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const x = fromInput[unit] as number;
        const h = fromHidden[unit] as number;
        const z = resetAfter
          ? candidateAfter(reset[unit] as number, x, h, candidateFractionBits)
          : addHalves(x, h, candidateFractionBits);
        const candidate = lookUp(TANH_TABLE, z);
        hidden[unit] = updateHidden(gate[unit] as number, candidate, hidden[unit] as number);
      }
      store();
      return output;
    },
  };
}
