/**
 * Formulas of training: operations, optimiser states, and spreading a model over devices.
 * Activations kept for the backward pass are left to memory.ts, failures of the fleet to reliability.ts.
 */
import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, share, withDefault } from "./input.ts";

const ZERO = "Rajbhandari et al., ZeRO, 2019";
const MEGATRON = "Shoeybi et al., Megatron-LM, 2019";

const parameters = count("1", "parameters");
const devices = count("1", "devices");
const messageBytes = amount("byte", "size of what is summed");
const peakBytesPerSecond = positive("byte/s", "bandwidth of a device's links, one direction");
const latencySeconds = withDefault(amount("s", "latency of one message"), 0);
const weightBytes = withDefault(positive("byte", "one parameter"), 2);
const gradientBytes = withDefault(positive("byte", "one gradient"), 2);
const stateBytes = withDefault(
  positive("byte", "states of one parameter: float copy, momentum, variance"),
  12,
);

interface Ring {
  readonly devices: number;
  readonly messageBytes: number;
  readonly peakBytesPerSecond: number;
  readonly latencySeconds: number;
}

/** Ring all-reduce: reduce-scatter, then all-gather, n - 1 messages each [s]. */
function allReduceSeconds(x: Ring): number {
  const others = x.devices - 1;
  return (
    ((2 * others) / x.devices) * (x.messageBytes / x.peakBytesPerSecond) +
    2 * others * x.latencySeconds
  );
}

export const TRAINING: Theme = {
  title: "Training in parallel",
  formulas: [
    formula({
      name: "training-ops",
      meaning:
        "operations to train a dense transformer: 2 forward and 4 backward a parameter and token",
      inputs: { parameters, tokens: count("1", "tokens seen") },
      unit: "op",
      expression: "6 * parameters * tokens",
      source: "Kaplan et al., Scaling Laws for Neural Language Models, 2020",
      given: { parameters: 7e9, tokens: 2e11 },
      gives: [8.4e21, 1e12],
      compute: (x) => 6 * x.parameters * x.tokens,
    }),
    formula({
      name: "adam-bytes",
      meaning: "weights, gradients and optimiser states of mixed-precision Adam",
      inputs: { parameters, weightBytes, gradientBytes, stateBytes },
      unit: "byte",
      expression: "parameters * (weightBytes + gradientBytes + stateBytes)",
      source: ZERO,
      given: { parameters: 7e9 },
      gives: [112e9, 0.5],
      compute: (x) => x.parameters * (x.weightBytes + x.gradientBytes + x.stateBytes),
    }),
    formula({
      name: "zero-1-bytes",
      meaning: "the same a device when optimiser states are spread over all",
      inputs: { parameters, devices, weightBytes, gradientBytes, stateBytes },
      unit: "byte",
      expression: "parameters * (weightBytes + gradientBytes + stateBytes / devices)",
      source: ZERO,
      given: { parameters: 7.5e9, devices: 64 },
      gives: [31.4e9, 0.05e9],
      compute: (x) => x.parameters * (x.weightBytes + x.gradientBytes + x.stateBytes / x.devices),
    }),
    formula({
      name: "zero-2-bytes",
      meaning: "the same a device when gradients are spread too",
      inputs: { parameters, devices, weightBytes, gradientBytes, stateBytes },
      unit: "byte",
      expression: "parameters * (weightBytes + (gradientBytes + stateBytes) / devices)",
      source: ZERO,
      given: { parameters: 7.5e9, devices: 64 },
      gives: [16.6e9, 0.05e9],
      compute: (x) => x.parameters * (x.weightBytes + (x.gradientBytes + x.stateBytes) / x.devices),
    }),
    formula({
      name: "zero-3-bytes",
      meaning: "the same a device when weights are spread too",
      inputs: { parameters, devices, weightBytes, gradientBytes, stateBytes },
      unit: "byte",
      expression: "parameters * (weightBytes + gradientBytes + stateBytes) / devices",
      source: ZERO,
      given: { parameters: 7e9, devices: 64 },
      gives: [1.75e9, 0.5],
      compute: (x) => (x.parameters * (x.weightBytes + x.gradientBytes + x.stateBytes)) / x.devices,
    }),
    formula({
      name: "all-reduce-time",
      meaning: "time to sum a message over a ring of devices",
      inputs: { devices, messageBytes, peakBytesPerSecond, latencySeconds },
      unit: "s",
      expression:
        "2 * (devices - 1) / devices * messageBytes / peakBytesPerSecond + 2 * (devices - 1) * latencySeconds",
      source: "Thakur, Rabenseifner and Gropp 2005; Patarasuk and Yuan 2009",
      given: { devices: 8, messageBytes: 16_384, peakBytesPerSecond: 450e9, latencySeconds: 3e-6 },
      gives: [42.06e-6, 0.005e-6],
      compute: allReduceSeconds,
    }),
    formula({
      name: "tensor-parallel-time",
      meaning: "communication of one forward pass split over devices: two all-reduces a layer",
      inputs: {
        layers: count("1", "transformer layers"),
        devices,
        messageBytes,
        peakBytesPerSecond,
        latencySeconds,
      },
      unit: "s",
      expression:
        "2 * layers * (2 * (devices - 1) / devices * messageBytes / peakBytesPerSecond + 2 * (devices - 1) * latencySeconds)",
      source: MEGATRON,
      given: {
        layers: 80,
        devices: 8,
        messageBytes: 16_384,
        peakBytesPerSecond: 450e9,
        latencySeconds: 3e-6,
      },
      gives: [6.73e-3, 0.005e-3],
      compute: (x) => 2 * x.layers * allReduceSeconds(x),
    }),
    formula({
      name: "pipeline-bubble",
      meaning: "share of a pipeline's time in which a stage waits",
      inputs: {
        stages: count("1", "stages"),
        microbatches: count("1", "pieces that a batch is cut into"),
      },
      unit: "1",
      expression: "(stages - 1) / (microbatches + stages - 1)",
      source: "Huang et al., GPipe, 2018",
      given: { stages: 4, microbatches: 12 },
      gives: [0.2, 1e-12],
      compute: (x) => (x.stages - 1) / (x.microbatches + x.stages - 1),
    }),
    formula({
      name: "data-parallel-efficiency",
      meaning: "share of a step spent computing when part of the gradients' exchange is hidden",
      inputs: {
        computeSeconds: positive("s", "forward and backward pass"),
        exchangeSeconds: amount("s", "summing the gradients"),
        overlap: withDefault(share("share of the exchange hidden behind computing"), 0),
      },
      unit: "1",
      expression: "computeSeconds / (computeSeconds + (1 - overlap) * exchangeSeconds)",
      source: "Li et al., PyTorch Distributed, 2020",
      given: { computeSeconds: 0.9, exchangeSeconds: 0.2, overlap: 0.5 },
      gives: [0.9, 1e-12],
      compute: (x) => x.computeSeconds / (x.computeSeconds + (1 - x.overlap) * x.exchangeSeconds),
    }),
    formula({
      name: "gradient-accumulation",
      meaning: "passes before a step of the optimiser",
      inputs: {
        batch: count("1", "samples of one step"),
        deviceBatch: count("1", "samples that fit a device"),
        devices,
      },
      unit: "1",
      expression: "ceil(batch / (deviceBatch * devices))",
      source: "definition",
      given: { batch: 1024, deviceBatch: 4, devices: 64 },
      gives: [4, 0],
      compute: (x) => Math.ceil(x.batch / (x.deviceBatch * x.devices)),
    }),
  ],
};
