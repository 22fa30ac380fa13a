/**
 * Decides the record of a workload on a platform that is only stated: its roofs, and the time they and its overhead allow.
 * Stated numbers are left to platforms.ts.
 */
import type { Roof } from "./board-roofline.ts";
import { quantityOf } from "./facts.ts";
import { slug } from "./import/fields.ts";
import { timeOf } from "./iron-law.ts";
import type { MachineRecord, Workload } from "./machine-record.ts";
import type { Platform } from "./platforms.ts";
import { EFFICIENCY, LAYER_OVERHEAD, PLATFORMS } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { derive, modelled } from "./quantity.ts";

/** Format of records that no file gave. */
export const STATED = "stated platform";

/** How the stated platforms' devices call themselves; a variant with other roofs must not match. */
const DEVICE_NAMES: Readonly<Record<string, RegExp>> = {
  t4: /\bT4\b/,
  l4: /\bL4\b/,
  a10g: /\bA10G\b/,
  a100: /\bA100[- ]SXM4?-80GB\b/,
  h100: /\bH100 (SXM|80GB HBM3)\b/,
  h200: /\bH200\b/,
  b200: /\bB200\b/,
};

/** The platform that a device's own name means, if there is one. */
export function devicePlatform(deviceName: string): Platform | undefined {
  return PLATFORMS.find(({ id }) => DEVICE_NAMES[id]?.test(deviceName));
}

/** 16-bit floats, 8-bit integers where stated, and the memory; a second. */
export function platformRoofs(platform: Platform): readonly Roof[] {
  const scaled = (value: Quantity, factor: number, unit: string) =>
    derive(value.value * factor, unit, value.source, [value]);
  const { fp16, int8, bandwidth } = platform;
  return [
    { name: "fp16", limits: "compute", peak: scaled(quantityOf(fp16), 1e12, "op/s") },
    ...(int8 === null
      ? []
      : [
          {
            name: "int8",
            limits: "compute" as const,
            peak: scaled(quantityOf(int8), 1e12, "op/s"),
          },
        ]),
    { name: "memory", limits: "memory", peak: scaled(quantityOf(bandwidth), 1e9, "byte/s") },
  ];
}

/**
 * One repetition on a platform, in 16-bit floats: max(ops / (eta * peak), bytes / (eta_m * BW)) + overhead a call and a
 * layer. With the parameters known the bytes are 2 a parameter and a tenth for activations (mlsysim), else the
 * workload's own.
 * @returns null when the workload's operations or bytes are not known
 */
export function platformRecord(platform: Platform, workload: Workload): MachineRecord | null {
  const { ops, bytesMoved, parameters, layers } = workload;
  if (ops === null || (bytesMoved === null && parameters === undefined)) return null;
  const ownBytes = parameters === undefined || layers === undefined;
  const moved =
    ownBytes && bytesMoved !== null
      ? bytesMoved
      : modelled(2 * (parameters ?? 0) * 1.1, "byte", "2 byte a parameter + 10 % activations");
  const overheadUs = platform.callOverhead.value + LAYER_OVERHEAD.value * (layers ?? 0);
  const time = timeOf(
    { ops: ops.value, bytesMoved: moved.value },
    {
      peakOpsPerSecond: platform.fp16.value * 1e12,
      peakBytesPerSecond: platform.bandwidth.value * 1e9,
      computeEfficiency: EFFICIENCY.compute.value,
      memoryEfficiency: EFFICIENCY.memory.value,
      overheadSeconds: overheadUs * 1e-6,
    },
  );
  const source = `max(ops / (${EFFICIENCY.compute.value} x peak), bytes / (${EFFICIENCY.memory.value} x bandwidth)) + ${overheadUs} us; shares of the peaks from ${EFFICIENCY.compute.source}, overhead from ${platform.callOverhead.source}`;
  const once = time.totalSeconds;
  return {
    id: slug(platform.id, workload.name),
    machine: platform.name,
    machineClass: platform.machineClass,
    workload: { ...workload, bytesMoved: moved },
    time: {
      kind: "modelled",
      source,
      unit: "s",
      count: null,
      min: null,
      mean: once,
      p50: once,
      p90: null,
      p99: null,
      max: null,
      relativeError: 0,
    },
    samples: [],
    metrics: {
      ...(platform.price === null ? {} : { price: quantityOf(platform.price) }),
      thermalDesignPower: quantityOf(platform.tdp),
    },
    roofs: platformRoofs(platform),
    timeModel: {
      utilisation: quantityOf(EFFICIENCY.compute),
      memoryShare: quantityOf(EFFICIENCY.memory),
      overhead: derive(
        overheadUs * 1e-6,
        "s",
        `${platform.callOverhead.source}; ${LAYER_OVERHEAD.value} us a layer, ${LAYER_OVERHEAD.source}`,
        [quantityOf(platform.callOverhead), quantityOf(LAYER_OVERHEAD)],
      ),
      launchOverhead: LAYER_OVERHEAD.value * 1e-6 * Math.max(0, (layers ?? 0) - 1),
      weightBytes: moved.value / (ownBytes ? 1 : 1.1),
      intermediateBytes: ownBytes ? 0 : moved.value * (1 - 1 / 1.1),
    },
    origin: { format: STATED, file: "host/analyze/platforms/platforms.json", records: platform.id },
    setup: { precision: "fp16", batch: "1" },
    warnings: time.bound === "overhead" ? ["the call costs more than the work"] : [],
  };
}
