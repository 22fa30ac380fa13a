/** The worked examples of the labs and of the cloud platforms, with their values as given there. */
import { describe, expect, test } from "vitest";
import type { Values } from "../../host/analyze/formulas/index.ts";
import { evaluate, findFormula } from "../../host/analyze/formulas/index.ts";

/** Formula, inputs, value as printed, half of its last digit. */
type Row = readonly [name: string, inputs: Values, value: number, tolerance: number];

function check([name, inputs, value, tolerance]: Row): void {
  const found = evaluate(findFormula(name), inputs).value;
  expect(Math.abs(found - value), `${name} is ${found}, not ${value}`).toBeLessThanOrEqual(
    tolerance * (1 + 1e-9) + 1e-12 * Math.abs(value),
  );
}

const examples = (rows: readonly Row[]) =>
  rows.map((row) => [`${row[0]} ${JSON.stringify(row[1])} = ${row[2]}`, row] as const);

const a100 = { peakOpsPerSecond: 312e12, peakBytesPerSecond: 2039e9 };
const h100 = { peakOpsPerSecond: 989e12, peakBytesPerSecond: 3350e9 };
const sample = [1.2, 3.1, 1.4, 1.3, 1.5, 1.1, 1.6];

describe("the labs' worked examples", () => {
  test.each(
    examples([
      ["ridge-point", a100, 153.0, 0.05],
      ["ridge-point", h100, 295.2, 0.05],
      ["ridge-point", { ...h100, peakOpsPerSecond: 1979e12 }, 590.7, 0.05],
      ["attainable-rate", { ...h100, intensity: 8 }, 26.8e12, 0.05e12],
      ["attainable-share", { ...h100, intensity: 8 }, 0.0271, 0.00005],
      ["attainable-share", { ...h100, intensity: 1 }, 0.00339, 0.000005],
      ["attainable-share", { ...h100, intensity: 64 }, 0.217, 0.0005],
      ["arithmetic-intensity", { ops: 1e12, bytesMoved: 1e9 }, 1000, 0],
      // Against a machine whose ridge point is 1000: compute-bound.
      ["ridge-point", { peakOpsPerSecond: 1e12, peakBytesPerSecond: 1e9 }, 1000, 0],
      [
        "attainable-share",
        { intensity: 1000, peakOpsPerSecond: 1e12, peakBytesPerSecond: 1e9 },
        1,
        0,
      ],
      ["compute-time", { ops: 16e9, peakOpsPerSecond: 989e12 }, 0.016e-3, 0.0005e-3],
      ["memory-time", { bytesMoved: 16e9, peakBytesPerSecond: 3.35e12 }, 4.78e-3, 0.005e-3],
      ["amdahl", { parallelShare: 0.9, factor: 10 }, 5.2632, 0.00005],
      ["amdahl", { parallelShare: 0.8, factor: 500 }, 4.96, 0.0005],
      ["stage-speedup", { otherSeconds: 8e-3, stageSeconds: 10e-3, factor: 5 }, 1.8, 0.005],
      [
        "compute-time",
        { ops: 1e18, devices: 8, peakOpsPerSecond: 312e12, utilization: 0.5 },
        801.28,
        0.005,
      ],
      ["parameter-bytes", { parameters: 25.6e6, bitsPerParameter: 32 }, 102.4e6, 0],
      ["parameter-bytes", { parameters: 175e9, bitsPerParameter: 16 }, 350e9, 0],
      [
        "kv-cache-bytes",
        { layers: 32, kvHeads: 32, headSize: 128, tokens: 2048, bytesPerValue: 2 },
        1_073_741_824,
        0,
      ],
      ["network-floor", { meters: 1e6 }, 10e-3, 0],
      ["failure-probability", { seconds: 42, mtbfSeconds: 42 }, 0.6321, 0.00005],
      ["normal-quantile", { average: 10, deviation: 5, z: 2.33 }, 21.65, 0],
      ["minimum-detectable-effect", { variation: 0.05, runs: 20 }, 0.031, 0.00005],
      ["mean", { values: [1, 2, 3, 4, 5] }, 3, 0],
      ["standard-deviation", { values: [1, 2, 3, 4, 5] }, 1.5811, 0.00005],
      ["mean", { values: sample }, 1.6, 0.005],
      ["standard-deviation", { values: sample }, 0.68, 0.005],
      ["confidence-half-width", { values: sample }, 0.51, 0.005],
      ["coefficient-of-variation", { values: sample }, 0.43, 0.005],
      ["linear-ops", { inputSize: 128, outputSize: 64 }, 16_384, 0],
      ["elementwise-intensity", {}, 1 / 12, 0],
      ["matmul-intensity", { rows: 512, inner: 512, columns: 512 }, 512 / 6, 0],
      // Printed as 63.68, cut off: it is 63.6855.
      ["mac-rate", { macs: 208_952, seconds: 3281e-6 }, 63.68e6, 0.01e6],
      // Techniques: int8 is 4x smaller; 165 against 35 TFLOP/s where arithmetic binds; 100 against 5 tokens/s.
      ["compression", { fromBits: 32, toBits: 8 }, 4, 0],
      [
        "mixed-precision-speedup",
        {
          ops: 1e12,
          bytesMoved: 1,
          peakOpsPerSecond: 35e12,
          smallPeakOpsPerSecond: 165e12,
          peakBytesPerSecond: 936e9,
        },
        165 / 35,
        0,
      ],
      ["speedup", { baselineSeconds: 1 / 5, optimizedSeconds: 1 / 100 }, 20, 0],
      ["improvement", { baselineSeconds: 10, optimizedSeconds: 7 }, 0.3, 0],
      ["serialized-streams", { streams: 8, serviceSeconds: 5e-3 }, 40e-3, 0],
      ["fleet-tail", { probability: 0.01, devices: 1000 }, 0.99996, 0.000005],
    ]),
  )("%s", (_, row) => check(row));
});

const kv = { layers: 32, kvHeads: 8, headSize: 128, bytesPerValue: 2, tokens: 1000 };
const mixtral = { sharedParameters: 1_605_636_096, expertParameters: 5_637_144_576, experts: 8 };
const ring = { devices: 8, messageBytes: 16_384, peakBytesPerSecond: 450e9, latencySeconds: 3e-6 };
const llama7b = { parameters: 7e9, bytesPerWeight: 2, ...a100 };
const flash = { sequence: 4096, headSize: 64, cacheElements: 51_200 };
const launches = { kernels: 300, kernelSeconds: 2e-6 };
const square = { rows: 4096, inner: 4096, columns: 4096 };
const gemm = { ops: 137_438_953_472, bytesMoved: 201_326_592 };

describe("cloud: techniques", () => {
  test.each(
    examples([
      ["speculative-tokens", { acceptance: 0.8, drafted: 4 }, 3.3616, 0],
      ["speculative-speedup", { acceptance: 0.8, drafted: 4, draftCost: 0.05 }, 2.8013, 0.00005],
      ["moe-parameters", mixtral, 46_702_792_704, 0],
      ["moe-active-parameters", { ...mixtral, chosen: 2 }, 12_879_925_248, 0],
      ["parameter-bytes", { parameters: 46_702_792_704, bitsPerParameter: 16 }, 93.4e9, 0.05e9],
      ["parameter-bytes", { parameters: 12_879_925_248, bitsPerParameter: 16 }, 25.8e9, 0.05e9],
      ["moe-distinct-experts", { experts: 8, chosen: 2, batch: 4 }, 5.469, 0.0005],
      ["moe-distinct-experts", { experts: 8, chosen: 2, batch: 16 }, 7.92, 0.0005],
      ["kv-paged-bytes", { ...kv, pageTokens: 16 }, 132_120_576, 0],
      ["kv-paging-waste", { tokens: 1000, pageTokens: 16 }, 0.0079, 0.00005],
      ["kv-reserved-waste", { tokens: 1000, reservedTokens: 4096 }, 0.756, 0.0005],
      ["flash-attention-saving", flash, 12.7, 0.005],
      ["effective-bits", { weightBits: 4, groupBits: 16, groupSize: 128 }, 4.125, 0],
      ["quantized-weight-bytes", { parameters: 7e9, weightBits: 4 }, 3.609e9, 0.0005e9],
      ["quantized-bandwidth", { peakBytesPerSecond: 2039e9, weightBits: 4 }, 7909e9, 0.5e9],
      [
        "quantized-token-rate",
        { parameters: 7e9, peakBytesPerSecond: 2039e9, weightBits: 16, groupBits: 0 },
        145.6,
        0.05,
      ],
      [
        "quantized-token-rate",
        { parameters: 7e9, peakBytesPerSecond: 2039e9, weightBits: 4 },
        564.9,
        0.05,
      ],
      ["two-of-four-speedup", { valueBits: 8 }, 1.6, 0],
      ["two-of-four-speedup", { valueBits: 16 }, 1.778, 0.0005],
      // Compute twice as fast over 80 % of the time.
      ["amdahl", { parallelShare: 0.8, factor: 2 }, 1.667, 0.0005],
      ["unstructured-break-even", { valueBits: 8, indexBits: 8 }, 0.5, 0],
      ["unstructured-traffic", { sparsity: 0.9, valueBits: 8, indexBits: 8 }, 1 / 5, 0],
      ["launch-overhead", { ...launches, launchSeconds: 5e-6 }, 1500e-6, 0],
      ["graph-capture", { ...launches, graphSeconds: 10e-6 }, 610e-6, 0],
      ["matmul-ops", square, 137_438_953_472, 0],
      ["compute-time", { ops: gemm.ops, peakOpsPerSecond: 19.5e12 }, 7.048e-3, 0.0005e-3],
      ["compute-time", { ops: gemm.ops, peakOpsPerSecond: 312e12 }, 0.4405e-3, 0.00005e-3],
      [
        "mixed-precision-speedup",
        {
          ops: 1,
          bytesMoved: 1e9,
          peakOpsPerSecond: 19.5e12,
          smallPeakOpsPerSecond: 312e12,
          peakBytesPerSecond: 2039e9,
        },
        2,
        0,
      ],
      ["critical-batch", { ...a100, bytesPerWeight: 2 }, 153, 0.5],
      ["decode-step-time", { ...llama7b, batch: 32 }, 6.866e-3, 0.0005e-3],
      ["decode-token-rate", { ...llama7b, batch: 32 }, 4661, 0.5],
      ["decode-step-time", { ...llama7b, batch: 256 }, 11.49e-3, 0.005e-3],
      ["littles-law", { ratePerSecond: 200, seconds: 0.12 }, 24, 0],
      ["all-reduce-time", ring, 42.06e-6, 0.005e-6],
      ["tensor-parallel-time", { ...ring, layers: 80 }, 6.73e-3, 0.005e-3],
      ["static-batching-efficiency", { meanTokens: 250, longestTokens: 400 }, 0.625, 0],
      ["exponential-batching-efficiency", { batch: 8 }, 0.368, 0.0005],
      [
        "thermal-time",
        { thermalResistance: 8, heatCapacity: 12, riseKelvin: 18, watts: 4 },
        79.4,
        0.05,
      ],
      ["sustained-power", { riseKelvin: 18, thermalResistance: 8 }, 2.25, 0],
      ["adam-bytes", { parameters: 7e9 }, 112e9, 0],
      ["zero-3-bytes", { parameters: 7e9, devices: 64 }, 1.75e9, 0],
    ]),
  )("%s", (_, row) => check(row));

  test("static batching of answers of 100, 200, 300 and 400 tokens", () => {
    const mean = evaluate(findFormula("mean"), { values: [100, 200, 300, 400] }).value;
    check(["static-batching-efficiency", { meanTokens: mean, longestTokens: 400 }, 0.625, 0]);
  });
});

const nrf = { supplyVolts: 3, transmitAmperes: 6.4e-3, receiveAmperes: 6.26e-3 };
const core = { activeWatts: 9.9e-3, cyclesPerMac: 3.93, clockHz: 64e6 };

describe("cloud: radios, energy and money", () => {
  test.each(
    examples([
      [
        "radio-energy-per-bit",
        { supplyVolts: 3.3, transmitAmperes: 0.233, bitsPerSecond: 1e6 },
        769e-9,
        0.5e-9,
      ],
      [
        "radio-energy-per-bit",
        { supplyVolts: 3.3, transmitAmperes: 0.178, bitsPerSecond: 10e6 },
        59e-9,
        0.5e-9,
      ],
      ["ble-energy", { ...nrf, payloadBytes: 40 }, 15.89e-6, 0.005e-6],
      ["ble-energy", { ...nrf, payloadBytes: 244 }, 47.23e-6, 0.005e-6],
      ["message-energy-per-bit", { joules: 47.23e-6, messageBytes: 244 }, 24.2e-9, 0.05e-9],
      ["message-energy-per-bit", { joules: 15.89e-6, messageBytes: 40 }, 49.7e-9, 0.05e-9],
      ["message-energy-per-bit", { joules: 100e-3, messageBytes: 1e6 }, 12.5e-9, 0],
      ["ble-airtime", { payloadBytes: 40 }, 456e-6, 0],
      ["lte-uplink-power", { megabitsPerSecond: 1 }, 1726, 0],
      ["pcm-bit-rate", { sampleRate: 16_000 }, 256e3, 0],
      ["codec-frame-bytes", { bitsPerSecond: 256e3, frameSeconds: 10e-3 }, 320, 0],
      ["codec-frame-bytes", { bitsPerSecond: 24e3, frameSeconds: 20e-3 }, 60, 0],
      ["codec-frame-bytes", { bitsPerSecond: 32e3, frameSeconds: 10e-3 }, 40, 0],
      ["codec-frame-bytes", { bitsPerSecond: 32e3, frameSeconds: 7.5e-3 }, 30, 0],
      ["energy-per-mac", core, 0.608e-9, 0.0005e-9],
      ["compute-energy", { ...core, macs: 32_768 }, 19.9e-6, 0.05e-6],
      ["frame-time", { macs: 32_768, cyclesPerMac: 3.93, clockHz: 64e6 }, 2.01e-3, 0.005e-3],
      ["break-even-macs", { ...core, offloadJoules: 15.8916e-6 }, 26_141, 0.5],
      ["lstm-macs", { inputSize: 128, hiddenSize: 128 }, 131_072, 0],
      ["arithmetic-energy", { macs: 131_072 }, 39.3e-9, 0.05e-9],
      ["dram-energy", { bytesMoved: 131_072 }, 20_972e-9, 0.5e-9],
      ["arithmetic-energy", { macs: 1, multiplyJoules: 3.7e-12, addJoules: 0.9e-12 }, 4.6e-12, 0],
      ["platform-power", { tdpWatts: 400, mfu: 1 }, 400, 0],
      ["hfu", { mfu: 0.3 }, 0.4, 0],
      ["streams-per-core", { serviceSeconds: 25e-6, framesPerSecond: 100 }, 400, 0],
      // A c7g.xlarge has 4 vCPU for 0.145 $/h.
      ["stream-year-cost", { usdPerHour: 0.145 / 4, streams: 400 }, 0.79, 0.005],
      ["egress-cost", { bitsPerSecond: 24e3 }, 8.51, 0.005],
    ]),
  )("%s", (_, row) => check(row));
});

describe("LoadGen and tails", () => {
  test.each(
    examples([
      ["early-stopping-samples", { quantile: 0.9 }, 44, 0],
      ["early-stopping-samples", { quantile: 0.95 }, 90, 0],
      ["early-stopping-samples", { quantile: 0.97 }, 152, 0],
      ["early-stopping-samples", { quantile: 0.99 }, 459, 0],
      ["early-stopping-samples", { quantile: 0.999 }, 4603, 0],
      ["coordinated-omission-samples", { stallSeconds: 100, intervalSeconds: 0.01 }, 9999, 0],
      [
        "coordinated-omission-mean",
        { samples: 10_000, sampleSeconds: 1e-3, stallSeconds: 100, intervalSeconds: 0.01 },
        25.003,
        0.0005,
      ],
      // Without the correction: (10,000 * 1 ms + 100 s) / 10,001.
      [
        "coordinated-omission-mean",
        { samples: 10_000, sampleSeconds: 1e-3, stallSeconds: 100, intervalSeconds: 100 },
        11.0e-3,
        0.05e-3,
      ],
    ]),
  )("%s", (_, row) => check(row));
});
