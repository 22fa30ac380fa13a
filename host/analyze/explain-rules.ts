/**
 * Decides how the numbers of the documents were computed: an expression, the fields it takes, and the arithmetic again.
 * Finding fields and printing them is left to explain.ts.
 */

export interface Rule {
  /** Path of the field; "*" is one step, kept for the inputs. */
  readonly field: string;
  readonly expression: string;
  /** Paths of the inputs, in order of `again`; "*" takes the field's own step of that place. */
  readonly inputs: readonly string[];
  /** The value once more from the inputs; absent where they are records, not numbers. */
  readonly again?: (...inputs: readonly number[]) => number;
}

const ROW = "rows.*";
const COMPUTE = `${ROW}.roofs.compute.peak`;
const MEMORY = `${ROW}.roofs.memory.peak`;
const OPS = `${ROW}.workload.ops`;
const BYTES = `${ROW}.workload.bytesMoved`;
const TYPICAL = `${ROW}.time.typical`;

/** The document of several machines. */
const MACHINES: readonly Rule[] = [
  rule(`${ROW}.analysis.rate`, "ops / typical time", [OPS, TYPICAL], (ops, time) => ops / time),
  rule(
    `${ROW}.analysis.arithmeticIntensity`,
    "ops / bytesMoved",
    [OPS, BYTES],
    (ops, bytes) => ops / bytes,
  ),
  rule(
    `${ROW}.analysis.ridgePoint`,
    "highest arithmetic / bandwidth",
    [COMPUTE, MEMORY],
    (peak, bandwidth) => peak / bandwidth,
  ),
  rule(
    `${ROW}.analysis.attainable`,
    "min(peak, ops / bytesMoved x bandwidth)",
    [COMPUTE, OPS, BYTES, MEMORY],
    (peak, ops, bytes, bandwidth) => Math.min(peak, (ops / bytes) * bandwidth),
  ),
  rule(
    `${ROW}.analysis.mfu`,
    "ops / typical time / peak",
    [OPS, TYPICAL, COMPUTE],
    (ops, time, peak) => ops / time / peak,
  ),
  rule(
    `${ROW}.analysis.mbu`,
    "bytesMoved / typical time / bandwidth",
    [BYTES, TYPICAL, MEMORY],
    (bytes, time, bandwidth) => bytes / time / bandwidth,
  ),
];

/** The document of one run. */
const RUN: readonly Rule[] = [
  rule("instructions.median", "the middle of every frame's instructions", ["files.recording"]),
  rule("instructions.max", "the largest of every frame's instructions", ["files.recording"]),
  rule(
    "instructions.perMac",
    "median / MACs a frame",
    ["instructions.median", "model.macs"],
    (count, macs) => count / macs,
  ),
  rule("cycles.median", "the middle of every frame's cycles", ["files.recording"]),
  rule("cycles.max", "the largest of every frame's cycles", ["files.recording"]),
  rule(
    "cycles.perMac",
    "median / MACs a frame",
    ["cycles.median", "model.macs"],
    (cycles, macs) => cycles / macs,
  ),
  rule(
    "latencyMs.p50",
    "cycles of the median frame / clock, in ms",
    ["cycles.median", "provenance.clock"],
    (cycles, clock) => (cycles / clock) * 1e3,
  ),
  rule("latencyMs.p99", "a[trunc(n x 0.99)] of the sorted times of all frames", [
    "frames",
    "provenance.clock",
    "files.recording",
  ]),
  rule(
    "latencyMs.max",
    "cycles of the worst frame / clock, in ms",
    ["cycles.max", "provenance.clock"],
    (cycles, clock) => (cycles / clock) * 1e3,
  ),
  rule(
    "ironLaw.cpi",
    "cycles / instructions",
    ["cycles.median", "instructions.median"],
    (cycles, count) => cycles / count,
  ),
  rule(
    "ironLaw.time",
    "instructions x CPI / clock, in ms",
    ["ironLaw.instructions", "ironLaw.cpi", "ironLaw.clock"],
    (count, cpi, clock) => ((count * cpi) / clock) * 1e3,
  ),
  rule(
    "powerMw.average",
    "active x awake + sleep x (1 - awake), awake being computing and waking",
    ["powerMw.active", "powerMw.dutyPercent", "powerMw.wakingPercent", "powerMw.sleep"],
    (active, computing, waking, sleep) => {
      const awake = (computing + waking) / 100;
      return active * awake + sleep * (1 - awake);
    },
  ),
  rule(
    "powerMw.dutyPercent",
    "mean computing time / frame interval: the mean is that of the energy, perFrame / active",
    ["energyUj.perFrame", "powerMw.active", "frameIntervalMs"],
    (energy, active, interval) => Math.min(100, (energy / active / interval) * 100),
  ),
  rule("energyUj.perFrame", "active power x mean time of a frame", [
    "powerMw.active",
    "files.recording",
  ]),
  rule(
    "roofline.arithmeticIntensity",
    "2 x MACs / weight bytes",
    ["model.macs", "model.weightBytes"],
    (macs, bytes) => (2 * macs) / bytes,
  ),
  rule(
    "roofline.ridgePoint",
    "highest arithmetic / bandwidth of the weights",
    ["roofline.roofs.compute.peak", "roofline.roofs.memory.peak"],
    (peak, bandwidth) => peak / bandwidth,
  ),
  rule(
    "roofline.mfu",
    "rate / highest arithmetic",
    ["roofline.dots.0.rate", "roofline.roofs.compute.peak"],
    (rate, peak) => rate / peak,
  ),
  rule(
    "roofline.mbu",
    "rate / intensity / bandwidth of the weights",
    ["roofline.dots.0.rate", "roofline.dots.0.arithmeticIntensity", "roofline.roofs.memory.peak"],
    (rate, intensity, bandwidth) => rate / intensity / bandwidth,
  ),
  rule(
    "roofline.levels.*.arithmeticIntensity",
    "2 x MACs / bytes through this memory",
    ["model.macs", "roofline.levels.*.bytesMoved"],
    (macs, bytes) => (2 * macs) / bytes,
  ),
  rule(
    "roofline.levels.*.ridgePoint",
    "highest arithmetic / bandwidth of this memory",
    ["roofline.roofs.compute.peak", "roofline.levels.*.bandwidth"],
    (peak, bandwidth) => peak / bandwidth,
  ),
  rule(
    "roofline.levels.*.allows",
    "intensity x bandwidth",
    ["roofline.levels.*.arithmeticIntensity", "roofline.levels.*.bandwidth"],
    (intensity, bandwidth) => intensity * bandwidth,
  ),
  rule("roofline.terms.data", "bytes / bandwidth of the slowest memory", [
    "roofline.levels.0.bytesMoved",
    "roofline.levels.0.bandwidth",
  ]),
  rule(
    "roofline.terms.arithmetic",
    "ops / (peak x utilisation)",
    ["model.macs", "roofline.roofs.compute.peak", "roofline.terms.utilisation"],
    (macs, peak, utilisation) => (2 * macs) / (peak * utilisation),
  ),
  rule(
    "roofline.whatIfs.*.newTime",
    "time / speed-up",
    ["roofline.terms.total", "roofline.whatIfs.*.speedUp"],
    (time, speedUp) => time / speedUp,
  ),
  rule(
    "audio.siSdrGain",
    "SI-SDR after - before",
    ["audio.siSdrOut", "audio.siSdrIn"],
    (after, before) => after - before,
  ),
  rule(
    "comparison.*.usdPerMillionFrames",
    "price an hour / 3.6e6 ms x computing time x 1e6",
    ["comparison.*.price", "comparison.*.computeMs"],
    (price, ms) => (price / 3.6e6) * ms * 1e6,
  ),
];

const PLACE = "edgeOrCloud.places.*";

/** Questions of choice in the document of several machines. */
const CHOICES: readonly Rule[] = [
  rule(
    `${PLACE}.latencyMs`,
    "computing + way there and back",
    [`${PLACE}.computeMs`, `${PLACE}.wayMs`],
    (compute, way) => compute + way,
  ),
  rule(
    "buyersCase.intensity",
    "ops / bytesMoved",
    ["buyersCase.ops", "buyersCase.bytesMoved"],
    (ops, bytes) => ops / bytes,
  ),
  rule(
    "buyersCase.runs.*.attainable",
    "min(peak, intensity x bandwidth)",
    ["buyersCase.runs.*.system.peak", "buyersCase.intensity", "buyersCase.runs.*.system.bandwidth"],
    (peak, intensity, bandwidth) => Math.min(peak, intensity * bandwidth),
  ),
  rule(
    "buyersCase.advantageOfB.speed",
    "attainable on B / attainable on A",
    ["buyersCase.runs.1.attainable", "buyersCase.runs.0.attainable"],
    (onB, onA) => onB / onA,
  ),
];

export const RULES: readonly Rule[] = [...MACHINES, ...CHOICES, ...RUN];

function rule(
  field: string,
  expression: string,
  inputs: readonly string[],
  again?: (...inputs: number[]) => number,
): Rule {
  const compute = again as Rule["again"];
  return { field, expression, inputs, ...(compute === undefined ? {} : { again: compute }) };
}
