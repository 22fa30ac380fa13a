/**
 * The stated numbers of a wearable's radios, and of what it may send through them.
 * Energy and delay of a frame are left to ../network.ts.
 */
import type { DatedValue } from "../platforms.ts";
import { value } from "./sources.ts";

/** A radio as it costs energy: by the packet, or by the bit at a goodput. */
export interface Radio {
  readonly id: "ble" | "wifi-esp32";
  readonly name: string;
  /** [V] */
  readonly supply: DatedValue;
  /** Whole chip while sending and while receiving [A]. */
  readonly transmit: DatedValue;
  readonly receive: DatedValue;
  readonly link:
    | {
        readonly by: "packet";
        /** Largest payload of one packet [byte]. */
        readonly payloadBytes: DatedValue;
        /** Time between two chances to send [ms]. */
        readonly intervalMs: DatedValue;
      }
    | {
        readonly by: "bit";
        /** [bit/s] */
        readonly goodput: DatedValue;
      };
}

const NORDIC = {
  text: "nRF52840 product specification, whole chip at 3 V with DC/DC, 0 dBm",
  date: null,
};
const CORE = { text: "Bluetooth Core 5, LE 1M PHY", date: null };
const ESPRESSIF = { text: "ESP32 data sheet, 802.11n MCS7", date: null };

export const BLE: Radio = {
  id: "ble",
  name: "Bluetooth LE 1M of an nRF52840",
  supply: value(3, "V", NORDIC),
  transmit: value(6.4e-3, "A", NORDIC),
  receive: value(6.26e-3, "A", NORDIC),
  link: {
    by: "packet",
    payloadBytes: value(244, "byte", CORE),
    intervalMs: value(7.5, "ms", { ...CORE, text: `${CORE.text}, shortest connection interval` }),
  },
};

export const WIFI_ESP32: Radio = {
  id: "wifi-esp32",
  name: "Wi-Fi of an ESP32",
  supply: value(3.3, "V", ESPRESSIF),
  transmit: value(0.178, "A", ESPRESSIF),
  receive: value(0.11, "A", ESPRESSIF),
  link: {
    by: "bit",
    goodput: value(10e6, "bit/s", { text: "common goodput of one station", date: null }, "M"),
  },
};

export const RADIOS: readonly Radio[] = [BLE, WIFI_ESP32];

/** Something that can stand for a frame on the air. */
export interface StreamForm {
  readonly id: "lc3" | "pcm";
  readonly name: string;
  /** [bit/s] */
  readonly rate: DatedValue;
  /** What somebody learns who receives it. */
  readonly reveals: string;
}

export const STREAM_FORMS: readonly StreamForm[] = [
  {
    id: "lc3",
    name: "LC3 audio at 32 kb/s",
    rate: value(32_000, "bit/s", { text: "LE Audio, LC3 at 40 byte in 10 ms", date: null }),
    reveals: "intelligible speech of the wearer and of everyone near",
  },
  {
    id: "pcm",
    name: "PCM audio at 16 kHz, 16 bit",
    rate: value(256_000, "bit/s", { text: "16 kHz x 16 bit", date: null }),
    reveals: "every sound at the microphone",
  },
];
