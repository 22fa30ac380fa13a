/**
 * Decides what is stated about a platform, and reads it from platforms/platforms.json.
 * Networks are left to networks.ts, how a frame's time follows from a platform's numbers to platform-record.ts.
 */
import file from "./platforms/platforms.json" with { type: "json" };
import type { DatedValue, WrittenValue } from "./stated-values.ts";
import { sourceIn, valueIn } from "./stated-values.ts";

/** An accelerator or processor that somebody rents or sells. Decimal units; dense rates. */
export interface Platform {
  readonly id: string;
  readonly name: string;
  /** cloud: reached over a network. edge: a computer that may lie nearby. */
  readonly place: "cloud" | "edge";
  readonly machineClass: "accelerator" | "computer";
  /** Highest rate in 32-bit floats [TFLOP/s]. */
  readonly fp32: DatedValue;
  /** Highest dense rate at which 16-bit floats are worked on, as 32-bit ones where nothing else is stated [TFLOP/s]. */
  readonly fp16: DatedValue;
  /** Highest dense rate in 8-bit integers [TOP/s]. */
  readonly int8: DatedValue | null;
  /** [GB/s] */
  readonly bandwidth: DatedValue;
  /** Memory behind that bandwidth, the largest sold [GB]; null for processors whose memory is the server's. */
  readonly capacity: DatedValue | null;
  /** Last-level cache [MB]. */
  readonly lastLevelCache: DatedValue | null;
  /** Time of one call with nothing in it [us]. */
  readonly callOverhead: DatedValue;
  /** Rent of one whole device [USD/h]; null for hardware one buys. */
  readonly price: DatedValue | null;
  /** Power of the device at work [W]. */
  readonly tdp: DatedValue;
  /** Power without work [W]. */
  readonly idle: DatedValue | null;
}

/** Rent of a whole instance, and what part of it one device is. */
interface WrittenPrice extends WrittenValue {
  readonly instance: string;
  /** Devices, or virtual processors, of the instance. */
  readonly parts: number;
  /** Parts that one device is: 1, or all virtual processors of a chip. */
  readonly partsOfDevice: number;
}

type WrittenNumbers = {
  readonly [K in keyof Platform as DatedValue extends Platform[K] ? K : never]:
    | WrittenValue
    | Extract<Platform[K], null>;
};

type WrittenPlatform = Pick<Platform, "id" | "name" | "place" | "machineClass"> &
  Omit<WrittenNumbers, "price"> & { readonly price: WrittenPrice | null };

const { sources, assumed } = file;
const stated = valueIn(sources);
const optional = (written: WrittenValue | null) => (written === null ? null : stated(written));

function platformOf(written: WrittenPlatform): Platform {
  const { id, name, place, machineClass, price } = written;
  return {
    id,
    name,
    place,
    machineClass,
    fp32: stated(written.fp32),
    fp16: stated(written.fp16),
    int8: optional(written.int8),
    bandwidth: stated(written.bandwidth),
    capacity: optional(written.capacity),
    lastLevelCache: optional(written.lastLevelCache),
    callOverhead: stated(written.callOverhead),
    price: price === null ? null : deviceRent(price),
    tdp: stated(written.tdp),
    idle: optional(written.idle),
  };
}

function deviceRent({ value, unit, instance, parts, partsOfDevice, source }: WrittenPrice) {
  const { text, date } = sourceIn(sources)(source);
  const whole = partsOfDevice === 1 ? "" : ", by the virtual processors of the whole chip";
  return {
    value: (value / parts) * partsOfDevice,
    unit,
    source: `${text} (${instance}${whole})`,
    confidence: "S" as const,
    date,
  };
}

/** Accelerators, rented processors, computers that may lie nearby. */
export const PLATFORMS: readonly Platform[] = (file.platforms as readonly WrittenPlatform[]).map(
  platformOf,
);

/** Share of the peak that mlsysim grants small kernels: compute, memory. */
export const EFFICIENCY = {
  compute: stated(assumed.computeShare),
  memory: stated(assumed.memoryShare),
} as const;

/** Added for every layer with weights, one or more launches each [us]. */
export const LAYER_OVERHEAD = stated(assumed.layerOverhead);
