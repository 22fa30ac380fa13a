/**
 * Formulas of machine balance: roofline, Iron Law and utilisation.
 * The functions behind them are those that judge runs; how many operations a layer has is left to layers.ts.
 */
import { cyclesPerInstruction, programTime, timeOf } from "../iron-law.ts";
import { arithmeticIntensity, attainable, issueCeiling, ridgePoint } from "../roofline.ts";
import { mbu, mfu } from "../utilization.ts";
import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, positiveShare, share, withDefault } from "./input.ts";

const ROOFLINE = "Williams, Waterman and Patterson, Roofline, CACM 52(4), 2009";
const IRON_LAW = "Hennessy and Patterson, Computer Architecture, section 1.9";

const peakOpsPerSecond = positive("op/s", "highest rate of arithmetic, dense");
const peakBytesPerSecond = positive("byte/s", "highest bandwidth of the memory that binds");
const ops = amount("op", "operations, 2 a multiply-accumulate");
const bytesMoved = positive("byte", "bytes read and written at that memory");
const intensity = positive("op/byte", "operations per byte moved");

export const MACHINE_BALANCE: Theme = {
  title: "Machine balance and roofline",
  formulas: [
    formula({
      name: "ridge-point",
      meaning: "intensity from which arithmetic binds instead of memory",
      inputs: { peakOpsPerSecond, peakBytesPerSecond },
      unit: "op/byte",
      expression: "peakOpsPerSecond / peakBytesPerSecond",
      source: ROOFLINE,
      given: { peakOpsPerSecond: 312e12, peakBytesPerSecond: 2039e9 },
      gives: [153.0, 0.05],
      compute: (x) => ridgePoint(x.peakOpsPerSecond, x.peakBytesPerSecond),
    }),
    formula({
      name: "arithmetic-intensity",
      meaning: "work per byte moved",
      inputs: { ops, bytesMoved },
      unit: "op/byte",
      expression: "ops / bytesMoved",
      source: ROOFLINE,
      given: { ops: 1e12, bytesMoved: 1e9 },
      gives: [1000, 1e-9],
      compute: (x) => arithmeticIntensity(x.ops, x.bytesMoved),
    }),
    formula({
      name: "attainable-rate",
      meaning: "highest rate the two roofs allow at an intensity",
      inputs: { intensity, peakOpsPerSecond, peakBytesPerSecond },
      unit: "op/s",
      expression: "min(peakOpsPerSecond, intensity * peakBytesPerSecond)",
      source: ROOFLINE,
      given: { intensity: 8, peakOpsPerSecond: 989e12, peakBytesPerSecond: 3350e9 },
      gives: [26.8e12, 0.05e12],
      compute: (x) => attainable(x.intensity, x.peakOpsPerSecond, x.peakBytesPerSecond),
    }),
    formula({
      name: "attainable-share",
      meaning: "share of the peak rate that an intensity allows",
      inputs: { intensity, peakOpsPerSecond, peakBytesPerSecond },
      unit: "1",
      expression: "min(1, intensity * peakBytesPerSecond / peakOpsPerSecond)",
      source: ROOFLINE,
      given: { intensity: 8, peakOpsPerSecond: 989e12, peakBytesPerSecond: 3350e9 },
      gives: [0.0271, 0.00005],
      compute: (x) =>
        attainable(x.intensity, x.peakOpsPerSecond, x.peakBytesPerSecond) / x.peakOpsPerSecond,
    }),
    formula({
      name: "roofline-time",
      meaning: "time of a call: arithmetic and traffic overlap, the call's overhead does not",
      inputs: {
        ops,
        bytesMoved: amount("byte", "bytes read and written at that memory"),
        peakOpsPerSecond,
        peakBytesPerSecond,
        computeEfficiency: withDefault(positiveShare("share of the peak rate kernels reach"), 1),
        memoryEfficiency: withDefault(positiveShare("share of the bandwidth kernels reach"), 1),
        overheadSeconds: withDefault(amount("s", "time of an empty call"), 0),
      },
      unit: "s",
      expression:
        "max(ops / (computeEfficiency * peakOpsPerSecond), bytesMoved / (memoryEfficiency * peakBytesPerSecond)) + overheadSeconds",
      source: `${ROOFLINE}, with the launch cost of mlsysim`,
      given: {
        ops: 16e9,
        bytesMoved: 16e9,
        peakOpsPerSecond: 989e12,
        peakBytesPerSecond: 3.35e12,
      },
      gives: [4.78e-3, 0.005e-3],
      compute: (x) => timeOf(x, x).totalSeconds,
    }),
    formula({
      name: "compute-time",
      meaning: "time that arithmetic alone takes on several devices",
      inputs: {
        ops,
        devices: withDefault(count("1", "devices that share the work evenly"), 1),
        peakOpsPerSecond: positive("op/s", "highest rate of one device"),
        utilization: withDefault(positiveShare("share of the peak rate reached"), 1),
      },
      unit: "s",
      expression: "ops / (devices * peakOpsPerSecond * utilization)",
      source: "definition of utilisation; Narayanan et al. 2021 estimate training times so",
      given: { ops: 1e18, devices: 8, peakOpsPerSecond: 312e12, utilization: 0.5 },
      gives: [801.28, 0.005],
      compute: (x) => x.ops / (x.devices * x.peakOpsPerSecond * x.utilization),
    }),
    formula({
      name: "memory-time",
      meaning: "time that memory traffic alone takes",
      inputs: {
        bytesMoved: amount("byte", "bytes read and written"),
        peakBytesPerSecond,
        utilization: withDefault(positiveShare("share of the bandwidth reached"), 1),
      },
      unit: "s",
      expression: "bytesMoved / (peakBytesPerSecond * utilization)",
      source: ROOFLINE,
      given: { bytesMoved: 16e9, peakBytesPerSecond: 3.35e12 },
      gives: [4.78e-3, 0.005e-3],
      compute: (x) => x.bytesMoved / (x.peakBytesPerSecond * x.utilization),
    }),
    formula({
      name: "batched-traffic",
      meaning: "bytes a batch moves when each input adds a tenth of the weights' traffic",
      inputs: {
        weightBytes: amount("byte", "weights"),
        batch: withDefault(count("1", "inputs computed together"), 1),
        activationShare: withDefault(amount("1", "traffic of one input over the weights"), 0.1),
      },
      unit: "byte",
      expression: "weightBytes * (1 + activationShare * batch)",
      source: "mlsysim (harvard-edge/cs249r_book), a heuristic",
      given: { weightBytes: 100e6, batch: 5 },
      gives: [150e6, 1e-6],
      compute: (x) => x.weightBytes * (1 + x.activationShare * x.batch),
    }),
    formula({
      name: "iron-law",
      meaning: "time of a program on one core",
      inputs: {
        instructions: amount("instruction", "instructions executed"),
        cyclesPerInstruction: positive("cycle/instruction", "average cycles an instruction"),
        clockHz: positive("Hz", "clock"),
      },
      unit: "s",
      expression: "instructions * cyclesPerInstruction / clockHz",
      source: IRON_LAW,
      given: { instructions: 36_500, cyclesPerInstruction: 1.2, clockHz: 64e6 },
      gives: [684.375e-6, 1e-12],
      compute: (x) => programTime(x.instructions, x.cyclesPerInstruction, x.clockHz),
    }),
    formula({
      name: "cycles-per-instruction",
      meaning: "average cycles an instruction",
      inputs: {
        cycles: amount("cycle", "cycles taken"),
        instructions: positive("instruction", "instructions executed"),
      },
      unit: "cycle/instruction",
      expression: "cycles / instructions",
      source: IRON_LAW,
      given: { cycles: 43_800, instructions: 36_500 },
      gives: [1.2, 1e-12],
      compute: (x) => cyclesPerInstruction(x.cycles, x.instructions),
    }),
    formula({
      name: "issue-ceiling",
      meaning: "highest operations a cycle that instruction issue allows",
      inputs: {
        ops,
        instructions: positive("instruction", "instructions executed for them"),
        issuePerCycle: positive("instruction/cycle", "most instructions issued in a cycle"),
      },
      unit: "op/cycle",
      expression: "ops / instructions * issuePerCycle",
      source: "instruction roofline: Ding and Williams 2019",
      given: { ops: 65_536, instructions: 73_072, issuePerCycle: 1 },
      gives: [0.8969, 0.00005],
      compute: (x) => issueCeiling(x.ops, x.instructions, x.issuePerCycle),
    }),
    formula({
      name: "mfu",
      meaning: "model FLOP utilisation: useful operations a second over the peak rate",
      inputs: { ops, seconds: positive("s", "time they took"), peakOpsPerSecond },
      unit: "1",
      expression: "ops / seconds / peakOpsPerSecond",
      source: "Chowdhery et al., PaLM, 2022, appendix B",
      given: { ops: 16e9, seconds: 4.78e-3, peakOpsPerSecond: 989e12 },
      gives: [0.00338, 0.000005],
      compute: (x) => mfu(x.ops, x.seconds, x.peakOpsPerSecond),
    }),
    formula({
      name: "mbu",
      meaning: "memory bandwidth utilisation: bytes moved a second over the peak bandwidth",
      inputs: { bytesMoved, seconds: positive("s", "time they took"), peakBytesPerSecond },
      unit: "1",
      expression: "bytesMoved / seconds / peakBytesPerSecond",
      source: "Databricks, LLM Inference Performance Engineering, 2023",
      given: { bytesMoved: 16e9, seconds: 6e-3, peakBytesPerSecond: 3.35e12 },
      gives: [0.796, 0.0005],
      compute: (x) => mbu(x.bytesMoved, x.seconds, x.peakBytesPerSecond),
    }),
    formula({
      name: "hfu",
      meaning: "hardware FLOP utilisation: MFU with the operations that recomputation adds",
      inputs: {
        mfu: share("model FLOP utilisation"),
        recomputedShare: withDefault(share("share of the forward pass computed again"), 1),
      },
      unit: "1",
      expression: "mfu * (3 + recomputedShare) / 3",
      source: "Korthikanti et al. 2022: a forward pass is a third of a step, so 4/3 MFU in full",
      given: { mfu: 0.45 },
      gives: [0.6, 1e-12],
      compute: (x) => (x.mfu * (3 + x.recomputedShare)) / 3,
    }),
    formula({
      name: "memory-access-time",
      meaning: "average time of a memory access behind a cache",
      inputs: {
        hitSeconds: positive("s", "time of a hit"),
        missRate: share("share of accesses that miss"),
        missPenaltySeconds: amount("s", "time a miss adds"),
      },
      unit: "s",
      expression: "hitSeconds + missRate * missPenaltySeconds",
      source: "Hennessy and Patterson, Computer Architecture, appendix B",
      given: { hitSeconds: 1e-9, missRate: 0.05, missPenaltySeconds: 100e-9 },
      gives: [6e-9, 1e-18],
      compute: (x) => x.hitSeconds + x.missRate * x.missPenaltySeconds,
    }),
    formula({
      name: "stream-triad-rate",
      meaning: "bandwidth by a = b + s * c over arrays of doubles",
      inputs: {
        elements: count("1", "elements of one array, at least four times the last cache"),
        bytesPerElement: withDefault(
          positive("byte", "bytes moved an element: 24, or 32 where a write reads the line first"),
          24,
        ),
        seconds: positive("s", "best time of ten"),
      },
      unit: "byte/s",
      expression: "elements * bytesPerElement / seconds",
      source: "McCalpin, STREAM, 1995",
      given: { elements: 10e6, seconds: 34.8e-3 },
      gives: [6.9e9, 0.05e9],
      compute: (x) => (x.elements * x.bytesPerElement) / x.seconds,
    }),
  ],
};
