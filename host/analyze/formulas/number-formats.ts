/**
 * Formulas of number formats: quantized weights, sparsity and mixed precision, and the errors they make.
 * How a model is quantized is left to the generator.
 */
import { timeOf } from "../iron-law.ts";
import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, share, withDefault } from "./input.ts";

const GPTQ = "Frantar et al., GPTQ, 2022";
const MISHRA = "Mishra et al., Accelerating Sparse Deep Neural Networks, 2021";
const MICIKEVICIUS = "Micikevicius et al., Mixed Precision Training, 2017";

const parameters = count("1", "parameters");
const weightBits = positive("bit", "size of one quantized weight");
const groupBits = withDefault(amount("bit", "scale and zero point shared by a group"), 16);
const groupSize = withDefault(count("1", "weights of a group"), 128);
const peakBytesPerSecond = positive("byte/s", "bandwidth of the memory of the weights");
const valueBits = positive("bit", "size of one value");
const indexBits = positive("bit", "size of the index beside every value kept");
const sparsity = share("share of the weights that is 0");
const formatBits = count("bit", "bits of the format");

interface Grouped {
  readonly weightBits: number;
  readonly groupBits: number;
  readonly groupSize: number;
}

/** Bits a weight with its part of the group's scale. */
function effectiveBits(x: Grouped): number {
  return x.weightBits + x.groupBits / x.groupSize;
}

export const NUMBER_FORMATS: Theme = {
  title: "Quantization, sparsity and precision",
  formulas: [
    formula({
      name: "effective-bits",
      meaning: "bits a weight, with its part of the group's scale",
      inputs: { weightBits, groupBits, groupSize },
      unit: "bit",
      expression: "weightBits + groupBits / groupSize",
      source: GPTQ,
      given: { weightBits: 4 },
      gives: [4.125, 1e-12],
      compute: effectiveBits,
    }),
    formula({
      name: "quantized-weight-bytes",
      meaning: "weight traffic of one token, or storage, with the groups' scales",
      inputs: { parameters, weightBits, groupBits, groupSize },
      unit: "byte",
      expression: "parameters * (weightBits + groupBits / groupSize) / 8",
      source: GPTQ,
      given: { parameters: 7e9, weightBits: 4 },
      gives: [3.609e9, 0.0005e9],
      compute: (x) => (x.parameters * effectiveBits(x)) / 8,
    }),
    formula({
      name: "quantized-bandwidth",
      meaning: "bandwidth in which unquantized weights would arrive as fast",
      inputs: {
        peakBytesPerSecond,
        weightBits,
        groupBits,
        groupSize,
        baselineBits: withDefault(positive("bit", "size of an unquantized weight"), 16),
      },
      unit: "byte/s",
      expression: "peakBytesPerSecond * baselineBits / (weightBits + groupBits / groupSize)",
      source: GPTQ,
      given: { peakBytesPerSecond: 2039e9, weightBits: 4 },
      gives: [7909e9, 0.5e9],
      compute: (x) => (x.peakBytesPerSecond * x.baselineBits) / effectiveBits(x),
    }),
    formula({
      name: "quantized-token-rate",
      meaning: "tokens a second of one sequence, bound by reading the weights",
      inputs: {
        parameters,
        peakBytesPerSecond,
        weightBits,
        groupBits,
        groupSize,
      },
      unit: "token/s",
      expression: "peakBytesPerSecond / (parameters * (weightBits + groupBits / groupSize) / 8)",
      source: GPTQ,
      given: { parameters: 7e9, peakBytesPerSecond: 2039e9, weightBits: 4 },
      gives: [564.9, 0.05],
      compute: (x) => x.peakBytesPerSecond / ((x.parameters * effectiveBits(x)) / 8),
    }),
    formula({
      name: "compression",
      meaning: "how many times smaller a format is",
      inputs: {
        fromBits: positive("bit", "size of a value before"),
        toBits: positive("bit", "size of a value after"),
      },
      unit: "x",
      expression: "fromBits / toBits",
      source: "definition",
      given: { fromBits: 32, toBits: 8 },
      gives: [4, 0],
      compute: (x) => x.fromBits / x.toBits,
    }),
    formula({
      name: "quantization-step",
      meaning: "distance of two neighbouring quantized values",
      inputs: { range: positive("1", "largest minus smallest value"), formatBits },
      unit: "1",
      expression: "range / (2 ^ formatBits - 1)",
      source: "Jacob et al., Quantization and Training for Integer-Only Inference, 2018",
      given: { range: 25.5, formatBits: 8 },
      gives: [0.1, 1e-12],
      compute: (x) => x.range / (2 ** x.formatBits - 1),
    }),
    formula({
      name: "quantization-noise",
      meaning: "root of the mean square error of rounding to a step",
      inputs: { step: positive("1", "distance of two neighbouring values") },
      unit: "1",
      expression: "step / sqrt(12)",
      source: "Bennett 1948: an error spread evenly over one step",
      given: { step: 0.1 },
      gives: [0.0288675, 0.00000005],
      compute: (x) => x.step / Math.sqrt(12),
    }),
    formula({
      name: "quantization-snr",
      meaning: "signal to rounding noise of a sine over the whole range",
      inputs: { formatBits: { ...formatBits, range: { min: 1, max: 1024, whole: true } } },
      unit: "dB",
      expression: "20 * log10(2 ^ formatBits * sqrt(1.5))",
      source: "Bennett 1948; 6.02 dB a bit + 1.76 dB",
      given: { formatBits: 16 },
      gives: [98.09, 0.005],
      compute: (x) => 20 * (x.formatBits * Math.log10(2) + Math.log10(Math.sqrt(1.5))),
    }),
    formula({
      name: "accumulator-bits",
      meaning: "bits of a signed accumulator that cannot overflow",
      inputs: {
        weightBits: count("bit", "signed weights"),
        inputBits: count("bit", "signed inputs"),
        terms: count("1", "products added"),
      },
      unit: "bit",
      expression: "weightBits - 1 + inputBits - 1 + ceil(log2(terms)) + 1",
      source: "a product stays within 2^(w - 1 + x - 1); n of them within n times that",
      given: { weightBits: 8, inputBits: 8, terms: 65_536 },
      gives: [31, 0],
      compute: (x) => x.weightBits + x.inputBits - 1 + Math.ceil(Math.log2(x.terms)),
    }),
    formula({
      name: "two-of-four-traffic",
      meaning: "weight traffic of 2:4 sparsity over dense, with 2 bits of index a value kept",
      inputs: { valueBits },
      unit: "1",
      expression: "0.5 + 0.5 * 2 / valueBits",
      source: MISHRA,
      given: { valueBits: 16 },
      gives: [0.5625, 1e-12],
      compute: (x) => 0.5 + 1 / x.valueBits,
    }),
    formula({
      name: "two-of-four-speedup",
      meaning:
        "highest speed-up by 2:4 sparsity where weight traffic binds; where arithmetic does it is 2",
      inputs: { valueBits },
      unit: "x",
      expression: "1 / (0.5 + 0.5 * 2 / valueBits)",
      source: MISHRA,
      given: { valueBits: 8 },
      gives: [1.6, 1e-12],
      compute: (x) => 1 / (0.5 + 1 / x.valueBits),
    }),
    formula({
      name: "unstructured-traffic",
      meaning: "weight traffic of values kept with their indices over dense",
      inputs: { sparsity, valueBits, indexBits },
      unit: "1",
      expression: "(1 - sparsity) * (valueBits + indexBits) / valueBits",
      source: "Han, Mao and Dally, Deep Compression, 2015",
      given: { sparsity: 0.9, valueBits: 8, indexBits: 8 },
      gives: [0.2, 1e-12],
      compute: (x) => ((1 - x.sparsity) * (x.valueBits + x.indexBits)) / x.valueBits,
    }),
    formula({
      name: "unstructured-break-even",
      meaning: "sparsity from which storing indices pays",
      inputs: { valueBits, indexBits },
      unit: "1",
      expression: "indexBits / (valueBits + indexBits)",
      source: "unstructured-traffic solved for 1",
      given: { valueBits: 8, indexBits: 8 },
      gives: [0.5, 1e-12],
      compute: (x) => x.indexBits / (x.valueBits + x.indexBits),
    }),
    formula({
      name: "mixed-precision-speedup",
      meaning: "speed-up by a smaller format: the arithmetic roof and the traffic change apart",
      inputs: {
        ops: positive("op", "operations, the same in both formats"),
        bytesMoved: positive("byte", "traffic in the larger format"),
        peakOpsPerSecond: positive("op/s", "highest rate in the larger format"),
        smallPeakOpsPerSecond: positive("op/s", "highest rate in the smaller format"),
        peakBytesPerSecond,
        byteRatio: withDefault(positive("x", "size of the larger format over the smaller"), 2),
      },
      unit: "x",
      expression:
        "max(ops / peakOpsPerSecond, bytesMoved / peakBytesPerSecond) / max(ops / smallPeakOpsPerSecond, bytesMoved / byteRatio / peakBytesPerSecond)",
      source: `${MICIKEVICIUS}; on the roofline`,
      given: {
        ops: 137_438_953_472,
        bytesMoved: 201_326_592,
        peakOpsPerSecond: 19.5e12,
        smallPeakOpsPerSecond: 312e12,
        peakBytesPerSecond: 2039e9,
      },
      gives: [16, 1e-9],
      compute: (x) => {
        const { peakBytesPerSecond: bandwidth } = x;
        const seconds = (peakOpsPerSecond: number, bytesMoved: number): number =>
          timeOf(
            { ops: x.ops, bytesMoved },
            {
              peakOpsPerSecond,
              peakBytesPerSecond: bandwidth,
              computeEfficiency: 1,
              memoryEfficiency: 1,
              overheadSeconds: 0,
            },
          ).totalSeconds;
        return (
          seconds(x.peakOpsPerSecond, x.bytesMoved) /
          seconds(x.smallPeakOpsPerSecond, x.bytesMoved / x.byteRatio)
        );
      },
    }),
  ],
};
