/**
 * Formulas of reliability and of fleets: failures, availability, checkpoints, and rare events on many devices.
 * Tails of one device are left to statistics.ts.
 */
import { formula, type Theme } from "./formula.ts";
import { amount, count, innerShare, positive, share } from "./input.ts";

const BARLOW = "Barlow and Proschan, Mathematical Theory of Reliability, 1965";
const devices = count("1", "devices");
const mtbfSeconds = positive("s", "mean time between failures of one device");
const probability = share("chance on one device");
const framesPerSecond = positive("frame/s", "frames a second of one device");

/** 1 - (1 - p)^n without losing the digits of a small p. */
function anyOf(p: number, n: number): number {
  return -Math.expm1(n * Math.log1p(-p));
}

export const RELIABILITY: Theme = {
  title: "Reliability and fleets",
  formulas: [
    formula({
      name: "failure-probability",
      meaning: "chance of a failure within a time",
      inputs: { seconds: amount("s", "time"), mtbfSeconds },
      unit: "1",
      expression: "1 - exp(-seconds / mtbfSeconds)",
      source: `${BARLOW}, constant rate of failures`,
      given: { seconds: 3600, mtbfSeconds: 3600 },
      gives: [0.6321, 0.00005],
      compute: (x) => -Math.expm1(-x.seconds / x.mtbfSeconds),
    }),
    formula({
      name: "availability",
      meaning: "share of the time a device works",
      inputs: { mtbfSeconds, repairSeconds: amount("s", "mean time to repair") },
      unit: "1",
      expression: "mtbfSeconds / (mtbfSeconds + repairSeconds)",
      source: BARLOW,
      given: { mtbfSeconds: 999, repairSeconds: 1 },
      gives: [0.999, 1e-12],
      compute: (x) => x.mtbfSeconds / (x.mtbfSeconds + x.repairSeconds),
    }),
    formula({
      name: "redundant-availability",
      meaning: "share of the time at least one of several devices works",
      inputs: { availability: share("share of the time one device works"), devices },
      unit: "1",
      expression: "1 - (1 - availability) ^ devices",
      source: `${BARLOW}, independent failures`,
      given: { availability: 0.99, devices: 2 },
      gives: [0.9999, 1e-12],
      compute: (x) => 1 - (1 - x.availability) ** x.devices,
    }),
    formula({
      name: "series-availability",
      meaning: "share of the time all of several devices work",
      inputs: { availability: share("share of the time one device works"), devices },
      unit: "1",
      expression: "availability ^ devices",
      source: `${BARLOW}, independent failures`,
      given: { availability: 0.99, devices: 2 },
      gives: [0.9801, 1e-12],
      compute: (x) => x.availability ** x.devices,
    }),
    formula({
      name: "fleet-mtbf",
      meaning: "mean time between failures anywhere in a fleet",
      inputs: { mtbfSeconds, devices },
      unit: "s",
      expression: "mtbfSeconds / devices",
      source: `${BARLOW}, independent failures`,
      given: { mtbfSeconds: 1e8, devices: 1000 },
      gives: [1e5, 1e-9],
      compute: (x) => x.mtbfSeconds / x.devices,
    }),
    formula({
      name: "checkpoint-interval",
      meaning: "time between checkpoints that loses least work",
      inputs: {
        checkpointSeconds: positive("s", "time to write one"),
        mtbfSeconds: positive("s", "mean time between failures of the whole machine"),
      },
      unit: "s",
      expression: "sqrt(2 * checkpointSeconds * mtbfSeconds)",
      source: "Young, CACM 17(9), 1974",
      given: { checkpointSeconds: 50, mtbfSeconds: 1e4 },
      gives: [1000, 1e-9],
      compute: (x) => Math.sqrt(2 * x.checkpointSeconds * x.mtbfSeconds),
    }),
    formula({
      name: "fleet-tail",
      meaning:
        "chance that at least one device of a fleet, or call of a fan-out, is over its bound",
      inputs: { probability, devices },
      unit: "1",
      expression: "1 - (1 - probability) ^ devices",
      source: "Dean and Barroso, The Tail at Scale, CACM 56(2), 2013",
      given: { probability: 0.01, devices: 100 },
      gives: [0.634, 0.0005],
      compute: (x) => anyOf(x.probability, x.devices),
    }),
    formula({
      name: "fleet-quantile",
      meaning: "quantile that every device must hold for the whole fleet to hold with a confidence",
      inputs: { confidence: innerShare("chance that no device is late"), devices },
      unit: "1",
      expression: "confidence ^ (1 / devices)",
      source: "Dean and Barroso 2013, solved for one device",
      given: { confidence: 0.99, devices: 1000 },
      gives: [0.99999, 0.0000005],
      compute: (x) => x.confidence ** (1 / x.devices),
    }),
    formula({
      name: "fleet-late-devices",
      meaning: "devices of a fleet that are over their bound on average",
      inputs: { probability, devices },
      unit: "1",
      expression: "devices * probability",
      source: "mean of the binomial distribution",
      given: { probability: 0.01, devices: 1000 },
      gives: [10, 1e-12],
      compute: (x) => x.devices * x.probability,
    }),
    formula({
      name: "late-frames",
      meaning: "late frames of a fleet within a time",
      inputs: {
        devices,
        framesPerSecond,
        seconds: amount("s", "time"),
        probability: share("chance that a frame is late"),
      },
      unit: "1",
      expression: "devices * framesPerSecond * seconds * probability",
      source: "mean of the binomial distribution",
      given: { devices: 1000, framesPerSecond: 100, seconds: 3600, probability: 0.01 },
      gives: [3.6e6, 1e-6],
      compute: (x) => x.devices * x.framesPerSecond * x.seconds * x.probability,
    }),
    formula({
      name: "time-to-late-frame",
      meaning: "average time until a device is late",
      inputs: { framesPerSecond, probability: innerShare("chance that a frame is late") },
      unit: "s",
      expression: "1 / (framesPerSecond * probability)",
      source: "mean of the geometric distribution",
      given: { framesPerSecond: 100, probability: 0.0001 },
      gives: [100, 1e-9],
      compute: (x) => 1 / (x.framesPerSecond * x.probability),
    }),
  ],
};
