/**
 * Formulas of networks and radios: the floor under a round trip, energy of sending, and whether sending pays.
 * What computing costs is left to energy.ts, money to cost.ts.
 */

import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, withDefault, within } from "./input.ts";
import { contradiction } from "./refusals.ts";

const FIBRE = "light in glass, about 200,000 km/s";
const BLE = "Bluetooth Core 5, LE 1M PHY, with the currents of the chip's product specification";
const LTE = "Huang et al., A Close Examination of Performance and Power of 4G LTE, 2012";

const fibreSpeed = withDefault(positive("m/s", "speed of light in the fibre"), 2e8);
const payloadBytes = count("byte", "payload of one packet", 0);
const overheadBytes = withDefault(
  amount("byte", "preamble, address, headers, integrity and CRC"),
  17,
);
const secondsPerByte = withDefault(positive("s/byte", "8 us at 1 Mb/s"), 8e-6);
const supplyVolts = positive("V", "supply of the radio");
const transmitAmperes = positive("A", "current while sending");
const receiveAmperes = amount("A", "current while receiving");
const turnaroundSeconds = withDefault(
  amount("s", "listening for the acknowledgement, gaps included"),
  380e-6,
);

interface Packet {
  readonly payloadBytes: number;
  readonly overheadBytes: number;
  readonly secondsPerByte: number;
}

interface Radio extends Packet {
  readonly supplyVolts: number;
  readonly transmitAmperes: number;
  readonly receiveAmperes: number;
  readonly turnaroundSeconds: number;
}

/** Time on air of one packet [s]. */
function airtime(x: Packet): number {
  return (x.payloadBytes + x.overheadBytes) * x.secondsPerByte;
}

/** Energy of one packet and its acknowledgement [J]. */
function packetJoules(x: Radio): number {
  return x.supplyVolts * (x.transmitAmperes * airtime(x) + x.receiveAmperes * x.turnaroundSeconds);
}

export const NETWORK: Theme = {
  title: "Network and radio",
  formulas: [
    formula({
      name: "network-floor",
      meaning: "shortest round trip that a distance allows",
      inputs: { meters: amount("m", "distance along the fibre"), fibreSpeed },
      unit: "s",
      expression: "2 * meters / fibreSpeed",
      source: FIBRE,
      given: { meters: 1e6 },
      gives: [10e-3, 1e-12],
      compute: (x) => (2 * x.meters) / x.fibreSpeed,
    }),
    formula({
      name: "deadline-distance",
      meaning: "farthest a server may be for an answer in time",
      inputs: {
        deadlineSeconds: positive("s", "time allowed"),
        otherSeconds: amount("s", "encoding, serving, access network and buffers"),
        fibreSpeed,
      },
      unit: "m",
      expression: "(deadlineSeconds - otherSeconds) / 2 * fibreSpeed",
      source: `${FIBRE}; network-floor solved for the distance`,
      given: { deadlineSeconds: 10e-3, otherSeconds: 6e-3 },
      gives: [400e3, 1e-6],
      compute: (x) => {
        if (x.otherSeconds > x.deadlineSeconds) {
          throw contradiction(
            `otherSeconds ${x.otherSeconds} s are above deadlineSeconds ${x.deadlineSeconds} s`,
            "no distance is short enough",
          );
        }
        return ((x.deadlineSeconds - x.otherSeconds) / 2) * x.fibreSpeed;
      },
    }),
    formula({
      name: "offload-latency",
      meaning: "time until an answer of a server is played",
      inputs: {
        encodeSeconds: withDefault(amount("s", "encoding what is sent"), 0),
        roundTripSeconds: amount("s", "round trip, 99th percentile"),
        serverSeconds: amount("s", "computing"),
        jitterBufferSeconds: withDefault(amount("s", "buffer against late packets"), 0),
      },
      unit: "s",
      expression: "encodeSeconds + roundTripSeconds + serverSeconds + jitterBufferSeconds",
      source: "sum of the stages; the cloud fits while it is within the deadline",
      given: {
        encodeSeconds: 2e-3,
        roundTripSeconds: 15e-3,
        serverSeconds: 1e-3,
        jitterBufferSeconds: 20e-3,
      },
      gives: [38e-3, 1e-12],
      compute: (x) =>
        x.encodeSeconds + x.roundTripSeconds + x.serverSeconds + x.jitterBufferSeconds,
    }),
    formula({
      name: "transfer-time",
      meaning: "time until a message has arrived",
      inputs: {
        messageBytes: amount("byte", "size"),
        bytesPerSecond: positive("byte/s", "goodput"),
        delaySeconds: withDefault(amount("s", "one way through the network"), 0),
      },
      unit: "s",
      expression: "delaySeconds + messageBytes / bytesPerSecond",
      source: "Hockney 1994: latency and bandwidth",
      given: { messageBytes: 1e6, bytesPerSecond: 1.25e6, delaySeconds: 0.01 },
      gives: [0.81, 1e-12],
      compute: (x) => x.delaySeconds + x.messageBytes / x.bytesPerSecond,
    }),
    formula({
      name: "packet-efficiency",
      meaning: "share of what is sent that is payload",
      inputs: {
        payloadBytes: count("byte", "payload of one packet"),
        overheadBytes: withDefault(amount("byte", "headers: 40 for IP, UDP and RTP"), 40),
      },
      unit: "1",
      expression: "payloadBytes / (payloadBytes + overheadBytes)",
      source: "definition",
      given: { payloadBytes: 60 },
      gives: [0.6, 1e-12],
      compute: (x) => x.payloadBytes / (x.payloadBytes + x.overheadBytes),
    }),
    formula({
      name: "ble-airtime",
      meaning: "time on air of one Bluetooth LE packet",
      inputs: { payloadBytes, overheadBytes, secondsPerByte },
      unit: "s",
      expression: "(payloadBytes + overheadBytes) * secondsPerByte",
      source: BLE,
      given: { payloadBytes: 40 },
      gives: [456e-6, 1e-12],
      compute: airtime,
    }),
    formula({
      name: "ble-energy",
      meaning: "energy of one Bluetooth LE packet and its acknowledgement",
      inputs: {
        payloadBytes,
        supplyVolts,
        transmitAmperes,
        receiveAmperes,
        overheadBytes,
        secondsPerByte,
        turnaroundSeconds,
      },
      unit: "J",
      expression:
        "supplyVolts * (transmitAmperes * (payloadBytes + overheadBytes) * secondsPerByte + receiveAmperes * turnaroundSeconds)",
      source: BLE,
      given: {
        payloadBytes: 40,
        supplyVolts: 3,
        transmitAmperes: 6.4e-3,
        receiveAmperes: 6.26e-3,
      },
      gives: [15.89e-6, 0.005e-6],
      compute: packetJoules,
    }),
    formula({
      name: "ble-acknowledged-time",
      meaning: "time of an acknowledged operation: it takes two connection intervals",
      inputs: { intervalSeconds: within("s", "connection interval, steps of 1.25 ms", 7.5e-3, 4) },
      unit: "s",
      expression: "2 * intervalSeconds",
      source: "Bluetooth Core 5, vol 3 part F: one for the request, one for the response",
      given: { intervalSeconds: 7.5e-3 },
      gives: [15e-3, 1e-15],
      compute: (x) => 2 * x.intervalSeconds,
    }),
    formula({
      name: "radio-energy-per-bit",
      meaning: "energy of one bit while a radio sends",
      inputs: {
        supplyVolts,
        transmitAmperes,
        bitsPerSecond: positive("bit/s", "goodput while sending"),
      },
      unit: "J/bit",
      expression: "supplyVolts * transmitAmperes / bitsPerSecond",
      source: "energy = power / rate; ESP32 data sheet for the current",
      given: { supplyVolts: 3.3, transmitAmperes: 0.233, bitsPerSecond: 1e6 },
      gives: [769e-9, 0.5e-9],
      compute: (x) => (x.supplyVolts * x.transmitAmperes) / x.bitsPerSecond,
    }),
    formula({
      name: "message-energy-per-bit",
      meaning: "energy of one bit when the energy of a message is known",
      inputs: { joules: amount("J", "energy"), messageBytes: positive("byte", "payload it sent") },
      unit: "J/bit",
      expression: "joules / (8 * messageBytes)",
      source: "definition; mlsysim states 100 mJ/MB for 5G",
      given: { joules: 100e-3, messageBytes: 1e6 },
      gives: [12.5e-9, 0.05e-9],
      compute: (x) => x.joules / (8 * x.messageBytes),
    }),
    formula({
      name: "lte-uplink-power",
      meaning: "power of a phone while LTE sends",
      inputs: {
        megabitsPerSecond: amount("Mbit/s", "rate of sending"),
        baseMw: withDefault(amount("mW", "radio connected"), 1288),
        mwPerMegabit: withDefault(amount("mW*s/Mbit", "a megabit a second more"), 438),
      },
      unit: "mW",
      expression: "baseMw + mwPerMegabit * megabitsPerSecond",
      source: LTE,
      given: { megabitsPerSecond: 2 },
      gives: [2164, 0.5],
      compute: (x) => x.baseMw + x.mwPerMegabit * x.megabitsPerSecond,
    }),
    formula({
      name: "radio-tail-energy",
      meaning: "energy a radio spends after the last bit, before it sleeps",
      inputs: {
        tailSeconds: withDefault(amount("s", "how long it stays connected"), 11.6),
        tailWatts: withDefault(amount("W", "power meanwhile"), 1.06),
      },
      unit: "J",
      expression: "tailSeconds * tailWatts",
      source: LTE,
      given: { tailSeconds: 11.6, tailWatts: 1.06 },
      gives: [12.3, 0.05],
      compute: (x) => x.tailSeconds * x.tailWatts,
    }),
    formula({
      name: "offload-energy",
      meaning: "energy a wearable spends when a server computes",
      inputs: {
        sendJoules: amount("J", "sending the input"),
        receiveJoules: amount("J", "receiving the answer"),
        waitWatts: withDefault(amount("W", "power while waiting"), 0),
        waitSeconds: withDefault(amount("s", "time waiting"), 0),
      },
      unit: "J",
      expression: "sendJoules + receiveJoules + waitWatts * waitSeconds",
      source: "Kumar and Lu, Cloud Computing for Mobile Users, 2010",
      given: { sendJoules: 15.9e-6, receiveJoules: 15.9e-6, waitWatts: 1e-3, waitSeconds: 8.2e-3 },
      gives: [40e-6, 1e-12],
      compute: (x) => x.sendJoules + x.receiveJoules + x.waitWatts * x.waitSeconds,
    }),
    formula({
      name: "break-even-macs",
      meaning: "multiply-accumulates a frame whose energy equals sending the frame",
      inputs: {
        offloadJoules: amount("J", "sending one frame and getting the answer"),
        activeWatts: positive("W", "power while computing"),
        cyclesPerMac: positive("cycle/MAC", "cycles a multiply-accumulate"),
        clockHz: positive("Hz", "clock"),
      },
      unit: "MAC",
      expression: "offloadJoules / (activeWatts * cyclesPerMac / clockHz)",
      source: "Kumar and Lu 2010, solved for the work: fewer are cheaper on the wearable",
      given: {
        offloadJoules: 15.8916e-6,
        activeWatts: 9.9e-3,
        cyclesPerMac: 3.93,
        clockHz: 64e6,
      },
      gives: [26_141, 0.5],
      compute: (x) => x.offloadJoules / ((x.activeWatts * x.cyclesPerMac) / x.clockHz),
    }),
    formula({
      name: "channel-capacity",
      meaning: "bits a second that a noisy channel can carry without errors",
      inputs: {
        bandwidthHz: positive("Hz", "bandwidth"),
        signalToNoise: amount("1", "power of the signal over that of the noise"),
      },
      unit: "bit/s",
      expression: "bandwidthHz * log2(1 + signalToNoise)",
      source: "Shannon 1948",
      given: { bandwidthHz: 1e6, signalToNoise: 15 },
      gives: [4e6, 1e-6],
      compute: (x) => (x.bandwidthHz * Math.log1p(x.signalToNoise)) / Math.LN2,
    }),
  ],
};
