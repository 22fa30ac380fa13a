/**
 * The documents that stated numbers come from, with their dates, and how a value names its own.
 * The numbers are left to the files beside this one.
 */
import type { Confidence } from "../facts.ts";
import type { DatedValue } from "../platforms.ts";

export interface Source {
  readonly text: string;
  readonly date: string | null;
}

export const MLSYSIM: Source = {
  text: "mlsysim platform data (harvard-edge/cs249r_book), vendor sheets, 2026-03",
  date: "2026-03",
};
export const PAGES: Source = { text: "third-party specification pages", date: null };
export const ANALYSIS: Source = { text: "llm-analysis d841e40", date: null };
export const HPCTECH: Source = { text: "HPCTech data sheet H100", date: null };
export const HGX: Source = { text: "NVIDIA HGX B200 sheet, sparse rate halved", date: null };
export const GRAVITON: Source = { text: "AWS Graviton guide", date: null };
export const OPERATOR: Source = { text: "an operator's reading", date: null };
export const SMI: Source = { text: "power limit that nvidia-smi prints", date: null };
export const FIELD: Source = { text: "common field experience, no single document", date: null };
const AWS =
  "AWS us-east-1 on demand, price list 2026-09-24, divided by the devices of the instance";

export function value(
  number: number,
  unit: string,
  { text, date }: Source,
  confidence: Confidence = "S",
): DatedValue {
  return { value: number, unit, source: text, confidence, date };
}

/** Constructors of values in one unit. */
const inUnit =
  (unit: string) =>
  (number: number, source: Source, confidence?: Confidence): DatedValue =>
    value(number, unit, source, confidence);
export const tera = inUnit("TFLOP/s");
export const tops = inUnit("TOP/s");
export const rate = inUnit("GB/s");
export const gigabytes = inUnit("GB");
export const cache = inUnit("MB");
export const watts = inUnit("W");

/** The source's number after arithmetic that `how` tells. */
export const worked = ({ text, date }: Source, how: string): Source => ({
  text: `${text}: ${how}`,
  date,
});
/** Clock, cores and vector width of a processor, multiplied out. */
export const cores = (source: Source) => worked(source, "cores x clock x width");
/** DRAM channels, multiplied out. */
export const channels = (source: Source) => worked(source, "channels x transfer rate x width");
/** A device whose 16-bit rate nothing states. */
export const asFp32 = (source: Source) =>
  worked(source, "rate in 32-bit floats, none stated for 16-bit ones");

/** A range that the user or the board chooses: the number is what the rates need. */
export const between = (stated: DatedValue, low: number, high: number): DatedValue => ({
  ...stated,
  interval: [low, high],
});

export const call = (microseconds: number, of?: string) =>
  of === undefined
    ? value(microseconds, "us", worked(MLSYSIM, "overhead a call"))
    : value(
        microseconds,
        "us",
        { text: `as ${of}: none stated for this device`, date: MLSYSIM.date },
        "M",
      );

interface Instance {
  readonly name: string;
  /** Rent of the instance [USD/h]. */
  readonly perHour: number;
  /** Devices in it, or the part of one. */
  readonly devices: number;
  /** Of this price, where it is not the list's. */
  readonly date?: string | null;
}

export const rent = ({ name, perHour, devices, date = "2026-09-24" }: Instance) =>
  value(perHour / devices, "USD/h", { text: `${AWS} (${name})`, date });
