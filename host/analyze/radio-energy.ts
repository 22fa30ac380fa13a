/**
 * Decides what a frame costs a wearable's radio: sending, receiving, and staying ready between two frames.
 * The stated currents are left to networks.ts, whether sending pays to break-even.ts.
 */
import { byFormula, inUnit } from "./by-formula.ts";
import { quantityOf } from "./facts.ts";
import type { BitRadio, PacketRadio, Radio } from "./networks.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, stated } from "./quantity.ts";
import { unusableFrame } from "./unusable-frame.ts";
import { digits } from "./wording.ts";

/**
 * Energy a wearable spends on sending so many bytes every so often [uJ]; on receiving, the same with the two currents
 * exchanged, since it listens for the packet and answers it.
 * @throws AnalysisError TP-USE-260 for no whole number of bytes above 0, or no time above 0
 */
export function sendUj(radio: Radio, bytes: number, everyMs: number): Quantity {
  refuseFrame(bytes, everyMs);
  if (radio.by === "connection") {
    const megabitsPerSecond = (8 * bytes) / (everyMs * 1e3);
    const { base, perMegabit } = radio;
    const inputs = { megabitsPerSecond, baseMw: base.value, mwPerMegabit: perMegabit.value };
    const power = byFormula("lte-uplink-power", inputs, [base, perMegabit].map(quantityOf));
    return inUnit(power, everyMs, "uJ");
  }
  return radio.by === "energy"
    ? perBit(quantityOf(radio.joulesPerBit), bytes)
    : airUj(radio, bytes, radio.transmit.value, radio.receive.value);
}

/** See sendUj. A connection that is paid by the time receives for nothing: less than 1 % at the rates of sound. */
export function receiveUj(radio: Radio, bytes: number, everyMs: number): Quantity {
  refuseFrame(bytes, everyMs);
  if (radio.by === "connection") return stated(0, "uJ", "held in the power of the connection");
  return radio.by === "energy"
    ? perBit(quantityOf(radio.joulesPerBit), bytes)
    : airUj(radio, bytes, radio.receive.value, radio.transmit.value);
}

/** Energy of being ready for the answer between a frame and the next, beyond sleep [uJ]; null where it is nothing. */
function readyUj(radio: Radio, everyMs: number): Quantity | null {
  if (radio.by !== "bit") return null;
  const { supply, between } = radio;
  const current = quantityOf(between);
  const factor = supply.value * everyMs * 1e3;
  const [low, high] = current.interval ?? [current.value, current.value];
  return derive(
    current.value * factor,
    "uJ",
    `${supply.value} V x ${between.value * 1e3} mA x ${everyMs} ms: ${current.source}`,
    [current, quantityOf(supply)],
    [low * factor, high * factor],
  );
}

/**
 * Sending one frame, receiving its answer of the same size, and waiting for the next [uJ].
 * Source: Kumar and Lu, Cloud Computing for Mobile Users, 2010.
 * @param radio null for a cable, which costs the wearable nothing that is modelled here
 */
export function offloadUj(radio: Radio | null, bytes: number, everyMs: number): Quantity | null {
  if (radio === null) return null;
  const [up, down] = [sendUj(radio, bytes, everyMs), receiveUj(radio, bytes, everyMs)];
  const ready = readyUj(radio, everyMs) ?? counted(0, "uJ", "asleep between frames");
  const air = up.value + down.value;
  return derive(
    air + ready.value,
    "uJ",
    `sending ${bytes} byte (${digits(up.value)} uJ: ${up.source}), receiving as many (${digits(down.value)} uJ), ready between frames (${digits(ready.value)} uJ: ${ready.source})`,
    [up, down, ready].filter(({ value }) => value > 0),
    ready.interval && [air + ready.interval[0], air + ready.interval[1]],
  );
}

/** @param packetAmperes while the packet is on the air; @param answerAmperes while its acknowledgement is */
function airUj(
  radio: PacketRadio | BitRadio,
  bytes: number,
  packetAmperes: number,
  answerAmperes: number,
): Quantity {
  const { supply } = radio;
  const parts = [supply, radio.transmit, radio.receive].map(quantityOf);
  if (radio.by === "bit") {
    const inputs = {
      supplyVolts: supply.value,
      transmitAmperes: packetAmperes,
      bitsPerSecond: radio.goodput.value,
    };
    return perBit(
      byFormula("radio-energy-per-bit", inputs, [...parts, quantityOf(radio.goodput)]),
      bytes,
    );
  }
  const packet = (payloadBytes: number): Quantity =>
    byFormula(
      "ble-energy",
      {
        payloadBytes,
        supplyVolts: supply.value,
        transmitAmperes: packetAmperes,
        receiveAmperes: answerAmperes,
      },
      parts,
    );
  const full = Math.floor(bytes / radio.payloadBytes.value);
  const rest = bytes - full * radio.payloadBytes.value;
  const pieces = [
    ...(full > 0 ? [{ times: full, energy: packet(radio.payloadBytes.value) }] : []),
    ...(rest > 0 ? [{ times: 1, energy: packet(rest) }] : []),
  ];
  const joules = pieces.reduce((sum, { times, energy }) => sum + times * energy.value, 0);
  const source = pieces.map(({ times, energy }) => `${times} x ${energy.source}`).join(" + ");
  return derive(joules * 1e6, "uJ", source, parts);
}

function perBit(joulesPerBit: Quantity, bytes: number): Quantity {
  return inUnit(joulesPerBit, 8 * bytes * 1e6, "uJ");
}

function refuseFrame(bytes: number, everyMs: number): void {
  if (!(Number.isSafeInteger(bytes) && bytes > 0)) {
    throw unusableFrame(`a frame of ${bytes} byte`, "a frame has a whole number of bytes above 0");
  }
  if (!(Number.isFinite(everyMs) && everyMs > 0)) {
    throw unusableFrame(`a frame every ${everyMs} ms`, "an interval is finite and above 0");
  }
}
