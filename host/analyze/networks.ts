/**
 * Decides what is stated about radios, ways to a server and forms of sound, and reads it from platforms/networks.json.
 * Energy and delay of a frame are left to network.ts.
 */
import type { Confidence } from "./facts.ts";
import { notListed } from "./number-limits.ts";
import file from "./platforms/networks.json" with { type: "json" };
import type { DatedValue, WrittenValue } from "./stated-values.ts";
import { sourceIn, valueIn } from "./stated-values.ts";

/** How a radio costs energy: by the packet, by the bit at a goodput, by the joule, or by the time it is connected. */
export type Radio = {
  readonly id: string;
  readonly name: string;
} & (PacketRadio | BitRadio | ConnectionRadio | EnergyRadio);

interface Currents {
  /** [V] */
  readonly supply: DatedValue;
  /** Whole chip while sending and while receiving [A]. */
  readonly transmit: DatedValue;
  readonly receive: DatedValue;
}

export interface PacketRadio extends Currents {
  readonly by: "packet";
  /** Largest payload of one packet [byte]. */
  readonly payloadBytes: DatedValue;
  /** Time between two chances to send [ms]. */
  readonly connectionIntervalMs: DatedValue;
}

export interface BitRadio extends Currents {
  readonly by: "bit";
  /** [bit/s] */
  readonly goodput: DatedValue;
  /** Whole chip between two packets, ready for the next [A]. */
  readonly between: DatedValue;
}

export interface ConnectionRadio {
  readonly by: "connection";
  /** Power while connected [mW], and for what it sends [mW*s/Mbit]. */
  readonly base: DatedValue;
  readonly perMegabit: DatedValue;
}

export interface EnergyRadio {
  readonly by: "energy";
  readonly joulesPerBit: DatedValue;
}

/** Round trip to a region nearby, and how much worse its 99th percentile is. */
export interface NetworkPath {
  readonly id: string;
  readonly name: string;
  /** Typical round trip, [low, high] [ms]; a radio's connection intervals come on top. */
  readonly roundTripMs: readonly [number, number];
  /** The same to a computer beside the wearable [ms]; null where even that way leads through the operator's network. */
  readonly besideMs: readonly [number, number] | null;
  /** 99th percentile over typical, [low, high]. */
  readonly p99Factor: readonly [number, number];
  readonly source: string;
  readonly confidence: Confidence;
  /** The wearable's own; null for a cable. */
  readonly radio: Radio | null;
}

/** Something that can stand for a frame on its way. */
export interface StreamForm {
  readonly id: string;
  readonly name: string;
  /** [bit/s] */
  readonly rate: DatedValue;
  /** Delay of coding and decoding, both ways, that a frame computed on the spot does not have [ms]. */
  readonly codecMs: DatedValue;
  /** What somebody learns who receives it. */
  readonly reveals: string;
}

const stated = valueIn(file.sources);

type WrittenRadio = { readonly id: string; readonly name: string; readonly by: string } & Readonly<
  Record<string, WrittenValue | string>
>;

interface WrittenNetwork extends Omit<NetworkPath, "radio" | "source"> {
  readonly radio: string | null;
  readonly source: string;
  /** What the range is made of. */
  readonly before?: string;
}

/** Every value of the radio with its source; names and `by` as they stand. */
function radioOf(written: WrittenRadio): Radio {
  const members = Object.entries(written).map(([name, member]) => [
    name,
    typeof member === "string" ? member : stated(member),
  ]);
  return Object.fromEntries(members) as Radio;
}

export const RADIOS: readonly Radio[] = (file.radios as unknown as readonly WrittenRadio[]).map(
  radioOf,
);

function networkOf({ before, source, radio, ...path }: WrittenNetwork): NetworkPath {
  const { text } = sourceIn(file.sources)(source);
  const found = RADIOS.find(({ id }) => id === radio) ?? null;
  if (radio !== null && found === null) {
    throw notListed(`no radio "${radio}"`, "no radio of the file has that id");
  }
  return { ...path, source: before === undefined ? text : `${before}; ${text}`, radio: found };
}

/** Wi-Fi first. */
export const NETWORKS: readonly NetworkPath[] = (
  file.networks as unknown as readonly WrittenNetwork[]
).map(networkOf);

export const STREAM_FORMS: readonly StreamForm[] = file.streams.map((form) => ({
  ...form,
  rate: stated(form.rate),
  codecMs: stated(form.codecMs as WrittenValue),
}));

/** Sending one 10 ms frame of LC3 audio at 32 kb/s (40 byte) from an nRF52840 over Bluetooth LE 1M at 0 dBm, 3 V. */
export const FRAME_UPLINK_UJ = stated(file.frameUplink);

/** What a provider charges for data that leaves it [USD/GB]. */
export const EGRESS = stated(file.egress);
