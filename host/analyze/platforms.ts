/**
 * Decides which cloud and edge platforms a run is compared with, and their stated numbers, each with its source.
 * How a frame's time follows from them is left to compare.ts.
 *
 * Decimal units; dense rates (a sheet's sparse rate is halved).
 */
import type { Confidence, StatedValue } from "./facts.ts";

/** An accelerator or processor that somebody rents or sells. */
export interface Platform {
  readonly id: string;
  readonly name: string;
  /** cloud: reached over a network. edge: a computer that may lie nearby. */
  readonly place: "cloud" | "edge";
  /** Highest dense rate in 16-bit floats [TFLOP/s]. */
  readonly fp16: StatedValue;
  /** Highest dense rate in 8-bit integers [TOP/s]. */
  readonly int8: StatedValue | null;
  /** [GB/s] */
  readonly bandwidth: StatedValue;
  /** Time of one call with nothing in it [us]. */
  readonly callOverhead: StatedValue;
  /** Rent of one device [USD/h]; null for hardware one buys. */
  readonly price: StatedValue | null;
  /** Board power [W]. */
  readonly tdp: StatedValue;
}

const MLSYSIM = "mlsysim platform data (harvard-edge/cs249r_book), vendor sheets, 2026-03";
const PAGES = "third-party specification pages";
const ANALYSIS = "llm-analysis d841e40";
const HPCTECH = "HPCTech data sheet H100";
const HGX = "NVIDIA HGX B200 sheet, sparse rate halved";
const PRICES =
  "AWS us-east-1 on demand, price list 2026-09-24, divided by the devices of the instance";

function value(
  number: number,
  unit: string,
  source: string,
  confidence: Confidence = "S",
): StatedValue {
  return { value: number, unit, source, confidence };
}

const tera = (rate: number, source: string, confidence?: Confidence) =>
  value(rate, "TFLOP/s", source, confidence);
const tops = (rate: number, source: string, confidence?: Confidence) =>
  value(rate, "TOP/s", source, confidence);
const gigabytes = (rate: number, source: string, confidence?: Confidence) =>
  value(rate, "GB/s", source, confidence);
const watts = (power: number, source: string, confidence?: Confidence) =>
  value(power, "W", source, confidence);
const call = (microseconds: number, of?: string) =>
  of === undefined
    ? value(microseconds, "us", `${MLSYSIM}: overhead a call`)
    : value(microseconds, "us", `as ${of}: none stated for this device`, "M");
const rent = (instance: string, perHour: number, devices: number) =>
  value(perHour / devices, "USD/h", `${PRICES} (${instance})`);

/** Share of the peak that mlsysim grants small kernels: compute, memory. */
export const EFFICIENCY = {
  compute: value(0.5, "1", `${MLSYSIM}: eta`),
  memory: value(1, "1", `${MLSYSIM}: eta_m`),
} as const;

/** Added for every layer with weights, one or more launches each [us]. */
export const LAYER_OVERHEAD = value(10, "us", `${MLSYSIM}: overhead a layer`);

export const PLATFORMS: readonly Platform[] = [
  {
    id: "t4",
    name: "NVIDIA T4",
    place: "cloud",
    fp16: tera(65, PAGES),
    int8: tops(130, PAGES),
    bandwidth: gigabytes(320, PAGES),
    callOverhead: call(30),
    price: rent("g4dn.xlarge", 0.526, 1),
    tdp: watts(70, PAGES),
  },
  {
    id: "l4",
    name: "NVIDIA L4",
    place: "cloud",
    fp16: tera(121, PAGES),
    int8: tops(242, PAGES, "M"),
    bandwidth: gigabytes(300, PAGES),
    callOverhead: call(30, "T4"),
    price: rent("g6.xlarge", 0.8048, 1),
    tdp: watts(72, PAGES),
  },
  {
    id: "a10g",
    name: "NVIDIA A10G",
    place: "cloud",
    fp16: tera(70, ANALYSIS),
    int8: tops(140, ANALYSIS),
    bandwidth: gigabytes(600, ANALYSIS),
    callOverhead: call(15, "A100"),
    price: rent("g5.xlarge", 1.006, 1),
    tdp: watts(300, ANALYSIS),
  },
  {
    id: "a100",
    name: "NVIDIA A100 SXM 80 GB",
    place: "cloud",
    fp16: tera(312, MLSYSIM),
    int8: tops(624, MLSYSIM),
    bandwidth: gigabytes(2039, MLSYSIM),
    callOverhead: call(15),
    price: rent("p4de.24xlarge", 27.45, 8),
    tdp: watts(400, MLSYSIM),
  },
  {
    id: "h100",
    name: "NVIDIA H100 SXM",
    place: "cloud",
    fp16: tera(989, HPCTECH),
    int8: tops(1979, HPCTECH),
    bandwidth: gigabytes(3350, HPCTECH),
    callOverhead: call(10),
    price: rent("p5.48xlarge", 55.04, 8),
    tdp: watts(700, HPCTECH),
  },
  {
    id: "h200",
    name: "NVIDIA H200",
    place: "cloud",
    fp16: tera(989, MLSYSIM),
    int8: tops(1979, MLSYSIM),
    bandwidth: gigabytes(4800, MLSYSIM),
    callOverhead: call(10, "H100"),
    price: rent("p5en.48xlarge", 63.296, 8),
    tdp: watts(700, MLSYSIM),
  },
  {
    id: "b200",
    name: "NVIDIA B200",
    place: "cloud",
    fp16: tera(2250, HGX),
    int8: tops(4500, HGX),
    bandwidth: gigabytes(7700, HGX),
    callOverhead: call(8),
    price: rent("p6-b200.48xlarge, us-east-2", 113.93, 8),
    tdp: watts(1000, HGX),
  },
  {
    id: "orin-nano",
    name: "Jetson Orin Nano 8 GB",
    place: "edge",
    fp16: tera(10, MLSYSIM),
    int8: tops(20, MLSYSIM),
    bandwidth: gigabytes(68, MLSYSIM),
    callOverhead: call(200),
    price: null,
    tdp: watts(15, MLSYSIM),
  },
];

/** Round trip to a region nearby, and how much worse its 99th percentile is. */
export interface NetworkPath {
  readonly id: string;
  readonly name: string;
  /** Typical round trip, [low, high] [ms]. */
  readonly roundTripMs: readonly [number, number];
  /** 99th percentile over typical, [low, high]. */
  readonly p99Factor: readonly [number, number];
  readonly source: string;
  readonly confidence: Confidence;
}

const FIELD = "common field experience, no single document";

export const NETWORKS: readonly NetworkPath[] = [
  {
    id: "wifi",
    name: "Wi-Fi to a region nearby",
    roundTripMs: [7, 30],
    p99Factor: [2, 5],
    source: `wired 5 to 20 ms plus Wi-Fi 2 to 10 ms; ${FIELD}`,
    confidence: "M",
  },
  {
    id: "5g",
    name: "5G to a region nearby",
    roundTripMs: [15, 40],
    p99Factor: [2, 5],
    source: FIELD,
    confidence: "M",
  },
  {
    id: "lte",
    name: "LTE to a region nearby",
    roundTripMs: [30, 70],
    p99Factor: [2, 5],
    source: FIELD,
    confidence: "M",
  },
];

/** Sending one 10 ms frame of LC3 audio at 32 kb/s (40 byte) from an nRF52840 over Bluetooth LE 1M at 0 dBm, 3 V. */
export const FRAME_UPLINK_UJ = value(
  15.89,
  "uJ",
  "V * (I_tx * t_tx + I_rx * 380 us), nRF52840 product specification: tx 6.40 mA, rx 6.26 mA, (40 + 17) * 8 us",
);
