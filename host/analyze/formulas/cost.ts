/**
 * Formulas of money and of the one ultimate metric of each track: $/token, frames a second a watt.
 * Prices are left to platforms.ts.
 */
import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, positiveShare, withDefault } from "./input.ts";

const RENT = "rent of the device, every moment used";
const usdPerHour = amount("USD/h", "rent of the device");
const utilization = withDefault(positiveShare("share of the time it has work"), 1);
const serviceSeconds = positive("s", "time of one frame");
const hoursPerYear = withDefault(positive("h", "hours in use"), 8760);

export const COST: Theme = {
  title: "Cost and ultimate metrics",
  formulas: [
    formula({
      name: "cost-per-frame",
      meaning: "rent for some frames, a million unless given",
      inputs: {
        usdPerHour,
        serviceSeconds,
        frames: withDefault(count("1", "frames"), 1e6),
        utilization,
      },
      unit: "USD",
      expression: "usdPerHour / 3600 * serviceSeconds * frames / utilization",
      source: RENT,
      given: { usdPerHour: 0.526, serviceSeconds: 50e-6 },
      gives: [0.007306, 0.0000005],
      compute: (x) => ((x.usdPerHour / 3600) * x.serviceSeconds * x.frames) / x.utilization,
    }),
    formula({
      name: "cost-per-token",
      meaning: "rent for some tokens, a million unless given",
      inputs: {
        usdPerHour,
        tokensPerSecond: positive("token/s", "tokens of all sequences a second"),
        tokens: withDefault(count("1", "tokens"), 1e6),
        utilization,
      },
      unit: "USD",
      expression: "usdPerHour / 3600 / tokensPerSecond * tokens / utilization",
      source: RENT,
      given: { usdPerHour: 3.6, tokensPerSecond: 1000 },
      gives: [1, 1e-9],
      compute: (x) => ((x.usdPerHour / 3600 / x.tokensPerSecond) * x.tokens) / x.utilization,
    }),
    formula({
      name: "frames-per-watt",
      meaning: "frames a second a watt, which is frames a joule",
      inputs: {
        framesPerSecond: amount("frame/s", "sustained rate"),
        watts: positive("W", "average power at that rate"),
      },
      unit: "frame/J",
      expression: "framesPerSecond / watts",
      source: "definition",
      given: { framesPerSecond: 60, watts: 15 },
      gives: [4, 1e-12],
      compute: (x) => x.framesPerSecond / x.watts,
    }),
    formula({
      name: "streams-per-core",
      meaning: "streams that one core carries at most",
      inputs: {
        serviceSeconds,
        framesPerSecond: positive("frame/s", "frames of one stream"),
        cores: withDefault(count("1", "cores"), 1),
        utilization,
      },
      unit: "1",
      expression: "cores * utilization / (serviceSeconds * framesPerSecond)",
      source: "utilisation law, from Little 1961",
      given: { serviceSeconds: 25e-6, framesPerSecond: 100 },
      gives: [400, 1e-9],
      compute: (x) => (x.cores * x.utilization) / (x.serviceSeconds * x.framesPerSecond),
    }),
    formula({
      name: "stream-year-cost",
      meaning: "rent of one stream for a year on a full device",
      inputs: { usdPerHour, streams: count("1", "streams that share the device"), hoursPerYear },
      unit: "USD",
      expression: "usdPerHour * hoursPerYear / streams",
      source: RENT,
      given: { usdPerHour: 0.145, streams: 1600 },
      gives: [0.79, 0.005],
      compute: (x) => (x.usdPerHour * x.hoursPerYear) / x.streams,
    }),
    formula({
      name: "egress-cost",
      meaning: "price of the traffic that leaves a data centre",
      inputs: {
        bitsPerSecond: amount("bit/s", "rate of one stream"),
        hoursPerYear,
        usdPerGigabyte: withDefault(amount("USD/GB", "price of traffic"), 0.09),
      },
      unit: "USD",
      expression: "bitsPerSecond / 8 * 3600 * hoursPerYear / 1e9 * usdPerGigabyte",
      source: "AWS price list 2026-09-24: egress 0.09 USD/GB",
      given: { bitsPerSecond: 24_000 },
      gives: [8.51, 0.005],
      compute: (x) => ((x.bitsPerSecond / 8) * 3600 * x.hoursPerYear * x.usdPerGigabyte) / 1e9,
    }),
    formula({
      name: "energy-cost",
      meaning: "price of the energy a device draws",
      inputs: {
        watts: amount("W", "average power"),
        hours: amount("h", "time"),
        usdPerKilowattHour: amount("USD/kWh", "price of energy"),
      },
      unit: "USD",
      expression: "watts * hours / 1000 * usdPerKilowattHour",
      source: "definition",
      given: { watts: 700, hours: 1000, usdPerKilowattHour: 0.1 },
      gives: [70, 1e-9],
      compute: (x) => ((x.watts * x.hours) / 1000) * x.usdPerKilowattHour,
    }),
  ],
};
