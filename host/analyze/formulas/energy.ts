/**
 * Formulas of energy and heat: duty cycles, energy of arithmetic and memory, thermal limits, batteries.
 * Radios are left to network.ts, money to cost.ts.
 */
import { dutyCycle, longestActiveMs } from "../power.ts";
import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, share, withDefault } from "./input.ts";
import { contradiction } from "./refusals.ts";

const DUTY = "duty-cycle model P = P_active * d + P_sleep * (1 - d)";
const HOROWITZ = "Horowitz, Computing's Energy Problem, ISSCC 2014, 45 nm";
const RC = "lumped thermal RC model, Incropera, Fundamentals of Heat and Mass Transfer, chapter 5";

const activeMw = amount("mW", "power while computing");
const sleepMw = amount("mW", "power asleep");
const intervalMs = positive("ms", "time between two starts");
const watts = positive("W", "power");
const activeWatts = positive("W", "power while computing");
const cyclesPerMac = positive("cycle/MAC", "cycles a multiply-accumulate");
const clockHz = positive("Hz", "clock");
const macs = amount("MAC", "multiply-accumulates");
const thermalResistance = positive("K/W", "temperature rise a watt in the long run");
const heatCapacity = positive("J/K", "energy that warms the body by a kelvin");
const riseKelvin = positive("K", "allowed rise above the start");

export const ENERGY: Theme = {
  title: "Energy and heat",
  formulas: [
    formula({
      name: "duty-cycle-power",
      meaning: "average power of work that wakes, computes and sleeps; late work runs back to back",
      inputs: {
        activeMs: amount("ms", "time computing in every interval"),
        intervalMs,
        activeMw,
        sleepMw,
        wakeMs: withDefault(
          amount("ms", "time to fall asleep and wake up, at the power of computing"),
          0,
        ),
      },
      unit: "mW",
      expression:
        "activeMw * min(1, (activeMs + wakeMs) / intervalMs) + sleepMw * (1 - min(1, (activeMs + wakeMs) / intervalMs))",
      source: DUTY,
      given: { activeMs: 0.75, intervalMs: 10, activeMw: 9.9, sleepMw: 0.009 },
      gives: [0.750825, 1e-9],
      compute: (x) => dutyCycle(x.activeMs, x.intervalMs, x).averageMw,
    }),
    formula({
      name: "longest-active-time",
      meaning: "longest computing in every interval that keeps average power at a limit",
      inputs: { limitMw: positive("mW", "limit of the average"), intervalMs, activeMw, sleepMw },
      unit: "ms",
      expression: "intervalMs * (limitMw - sleepMw) / max(activeMw - sleepMw, limitMw - sleepMw)",
      source: `${DUTY}, solved for the time`,
      given: { limitMw: 1, intervalMs: 10, activeMw: 9.9, sleepMw: 0 },
      gives: [1.0101, 0.00005],
      compute: (x) => {
        const found = longestActiveMs(x.limitMw, x.intervalMs, x);
        if (found !== null) return found;
        throw contradiction(
          `sleepMw ${x.sleepMw} mW is above limitMw ${x.limitMw} mW`,
          "sleep alone exceeds the limit, so no computing time is short enough",
        );
      },
    }),
    formula({
      name: "energy-per-mac",
      meaning: "energy a multiply-accumulate of a processor",
      inputs: { activeWatts, cyclesPerMac, clockHz },
      unit: "J/MAC",
      expression: "activeWatts * cyclesPerMac / clockHz",
      source: "energy = power * time",
      given: { activeWatts: 9.9e-3, cyclesPerMac: 3.93, clockHz: 64e6 },
      gives: [0.608e-9, 0.0005e-9],
      compute: (x) => (x.activeWatts * x.cyclesPerMac) / x.clockHz,
    }),
    formula({
      name: "compute-energy",
      meaning: "energy of one inference on a processor",
      inputs: { macs, activeWatts, cyclesPerMac, clockHz },
      unit: "J",
      expression: "macs * activeWatts * cyclesPerMac / clockHz",
      source: "energy = power * time",
      given: { macs: 32_768, activeWatts: 9.9e-3, cyclesPerMac: 3.93, clockHz: 64e6 },
      gives: [19.9e-6, 0.05e-6],
      compute: (x) => (x.macs * x.activeWatts * x.cyclesPerMac) / x.clockHz,
    }),
    formula({
      name: "arithmetic-energy",
      meaning: "energy of the arithmetic circuits alone",
      inputs: {
        macs,
        multiplyJoules: withDefault(
          positive("J/MAC", "one multiplication: int8 0.2, int32 3.1, fp16 1.1, fp32 3.7 pJ"),
          0.2e-12,
        ),
        addJoules: withDefault(
          positive("J/MAC", "one addition: int8 0.03, int32 0.1, fp16 0.4, fp32 0.9 pJ"),
          0.1e-12,
        ),
      },
      unit: "J",
      expression: "macs * (multiplyJoules + addJoules)",
      source: HOROWITZ,
      given: { macs: 131_072 },
      gives: [39.3e-9, 0.05e-9],
      compute: (x) => x.macs * (x.multiplyJoules + x.addJoules),
    }),
    formula({
      name: "dram-energy",
      meaning: "energy of reading bytes from DRAM",
      inputs: {
        bytesMoved: amount("byte", "bytes read"),
        wordBytes: withDefault(positive("byte", "size of a word"), 4),
        wordJoules: withDefault(positive("J", "one word of 32 bit"), 640e-12),
      },
      unit: "J",
      expression: "bytesMoved / wordBytes * wordJoules",
      source: HOROWITZ,
      given: { bytesMoved: 131_072 },
      gives: [20_972e-9, 0.5e-9],
      compute: (x) => (x.bytesMoved / x.wordBytes) * x.wordJoules,
    }),
    formula({
      name: "dynamic-power",
      meaning: "power of switching circuits",
      inputs: {
        activity: share("share of the capacitance switched in a cycle"),
        capacitanceFarads: positive("F", "capacitance"),
        volts: positive("V", "supply"),
        clockHz,
      },
      unit: "W",
      expression: "activity * capacitanceFarads * volts ^ 2 * clockHz",
      source: "Chandrakasan, Sheng and Brodersen, Low-Power CMOS Digital Design, 1992",
      given: { activity: 0.1, capacitanceFarads: 1e-9, volts: 1.2, clockHz: 64e6 },
      gives: [9.216e-3, 1e-12],
      compute: (x) => x.activity * x.capacitanceFarads * x.volts ** 2 * x.clockHz,
    }),
    formula({
      name: "energy-delay-product",
      meaning: "energy times time: less is better where both count",
      inputs: { joules: amount("J", "energy"), seconds: amount("s", "time") },
      unit: "J*s",
      expression: "joules * seconds",
      source: "Gonzalez and Horowitz 1996",
      given: { joules: 20e-6, seconds: 2e-3 },
      gives: [40e-9, 1e-18],
      compute: (x) => x.joules * x.seconds,
    }),
    formula({
      name: "platform-power",
      meaning: "power of an accelerator at a utilisation",
      inputs: {
        tdpWatts: positive("W", "thermal design power"),
        mfu: share("model FLOP utilisation"),
      },
      unit: "W",
      expression: "tdpWatts * (0.3 + 0.7 * mfu)",
      source: "mlsysim (harvard-edge/cs249r_book)",
      given: { tdpWatts: 700, mfu: 0.4 },
      gives: [406, 1e-9],
      compute: (x) => x.tdpWatts * (0.3 + 0.7 * x.mfu),
    }),
    formula({
      name: "thermal-time",
      meaning: "time until constant power has warmed a body by its allowance",
      inputs: { thermalResistance, heatCapacity, riseKelvin, watts },
      unit: "s",
      expression:
        "-thermalResistance * heatCapacity * ln(1 - riseKelvin / (watts * thermalResistance))",
      source: RC,
      given: { thermalResistance: 8, heatCapacity: 12, riseKelvin: 18, watts: 4 },
      gives: [79.4, 0.05],
      compute: (x) => {
        const reached = x.riseKelvin / (x.watts * x.thermalResistance);
        if (reached >= 1) {
          throw contradiction(
            `riseKelvin ${x.riseKelvin} K is never reached at watts ${x.watts} W`,
            `this power warms by ${x.watts * x.thermalResistance} K in the long run`,
          );
        }
        return -x.thermalResistance * x.heatCapacity * Math.log1p(-reached);
      },
    }),
    formula({
      name: "thermal-rise",
      meaning: "rise of temperature after constant power for a time",
      inputs: { thermalResistance, heatCapacity, watts, seconds: amount("s", "time") },
      unit: "K",
      expression:
        "watts * thermalResistance * (1 - exp(-seconds / (thermalResistance * heatCapacity)))",
      source: RC,
      given: { thermalResistance: 8, heatCapacity: 12, watts: 4, seconds: 79.36 },
      gives: [18, 0.005],
      compute: (x) =>
        x.watts *
        x.thermalResistance *
        -Math.expm1(-x.seconds / (x.thermalResistance * x.heatCapacity)),
    }),
    formula({
      name: "sustained-power",
      meaning: "power that keeps a body at its allowance for ever",
      inputs: { riseKelvin, thermalResistance },
      unit: "W",
      expression: "riseKelvin / thermalResistance",
      source: RC,
      given: { riseKelvin: 18, thermalResistance: 8 },
      gives: [2.25, 1e-12],
      compute: (x) => x.riseKelvin / x.thermalResistance,
    }),
    formula({
      name: "throttled-rate",
      meaning: "frames a second that a sustained power allows when energy a frame is constant",
      inputs: {
        framesPerSecond: positive("frame/s", "rate while cool"),
        watts: positive("W", "power at that rate"),
        idleWatts: withDefault(amount("W", "power without frames"), 0),
        sustainedWatts: positive("W", "power that heat allows for ever"),
      },
      unit: "frame/s",
      expression:
        "framesPerSecond * (sustainedWatts - idleWatts) / max(watts - idleWatts, sustainedWatts - idleWatts)",
      source: "power = idle + energy a frame * frames a second",
      given: { framesPerSecond: 60, watts: 4, sustainedWatts: 2.25 },
      gives: [33.75, 1e-9],
      compute: (x) => {
        const room = x.sustainedWatts - x.idleWatts;
        if (room <= 0) {
          throw contradiction(
            `idleWatts ${x.idleWatts} W leave nothing of sustainedWatts ${x.sustainedWatts} W`,
            "without power for frames there is no rate",
          );
        }
        return (x.framesPerSecond * room) / Math.max(x.watts - x.idleWatts, room);
      },
    }),
    formula({
      name: "battery-life",
      meaning: "time a full battery lasts at an average power",
      inputs: {
        capacityAmpereHours: positive("Ah", "capacity"),
        volts: positive("V", "average voltage"),
        watts: positive("W", "average power"),
      },
      unit: "h",
      expression: "capacityAmpereHours * volts / watts",
      source: "energy = charge * voltage",
      given: { capacityAmpereHours: 0.06, volts: 3.7, watts: 10e-3 },
      gives: [22.2, 1e-9],
      compute: (x) => (x.capacityAmpereHours * x.volts) / x.watts,
    }),
    formula({
      name: "inference-energy",
      meaning: "energy of one inference from power and rate",
      inputs: {
        watts: amount("W", "average power"),
        seconds: amount("s", "time of one call"),
        batch: withDefault(count("1", "inferences a call"), 1),
      },
      unit: "J",
      expression: "watts * seconds / batch",
      source: "energy = power * time",
      given: { watts: 10e-3, seconds: 2e-3 },
      gives: [20e-6, 1e-15],
      compute: (x) => (x.watts * x.seconds) / x.batch,
    }),
  ],
};
