/**
 * The stated numbers of network paths and radios.
 * Latency with jitter and energy of a frame are left to ../network.ts.
 */
import type { NetworkPath } from "../platforms.ts";
import { FIELD, value } from "./sources.ts";

/** Sending one 10 ms frame of LC3 audio at 32 kb/s (40 byte) from an nRF52840 over Bluetooth LE 1M at 0 dBm, 3 V. */
export const FRAME_UPLINK_UJ = value(15.89, "uJ", {
  text: "V * (I_tx * t_tx + I_rx * 380 us), nRF52840 product specification: tx 6.40 mA, rx 6.26 mA, (40 + 17) * 8 us",
  date: null,
});

export const NETWORKS: readonly NetworkPath[] = [
  {
    id: "wifi",
    name: "Wi-Fi to a region nearby",
    roundTripMs: [7, 30],
    p99Factor: [2, 5],
    source: `wired 5 to 20 ms plus Wi-Fi 2 to 10 ms; ${FIELD.text}`,
    confidence: "M",
  },
  {
    id: "5g",
    name: "5G to a region nearby",
    roundTripMs: [15, 40],
    p99Factor: [2, 5],
    source: FIELD.text,
    confidence: "M",
  },
  {
    id: "lte",
    name: "LTE to a region nearby",
    roundTripMs: [30, 70],
    p99Factor: [2, 5],
    source: FIELD.text,
    confidence: "M",
  },
];
