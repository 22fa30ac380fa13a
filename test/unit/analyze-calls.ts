/** A call with sound arguments for every function that `tiny-pioneer/analyze` exports. */
import * as analyze from "../../host/analyze/index.ts";
import { Random } from "../../host/analyze/statistics/random.ts";
import { facts } from "../golden/report/facts.ts";

function known<T>(value: T | null | undefined, what: string): T {
  if (value == null) throw new Error(`the fixture has no ${what}`);
  return value;
}

const rated = known(analyze.ratedBoard(facts), "rated board");
const timing = known(analyze.timingOf(facts, rated, {}), "timing");
const document = analyze.analyzeRun(facts);
const cycles = known(analyze.cyclesOf(facts), "cycles");
const instructions = known(analyze.instructionsOf(facts), "instructions");
const roofline = known(document.roofline, "roofline");
const levels = roofline.levels;
const latency = known(document.latencyMs, "latency");
const energy = known(document.energyUj, "energy");
const work = known(facts.work, "work");
const host = known(facts.host, "host");
const records = analyze.runRecords(document, "run.tpcap");
const record = known(records[0], "record");
const t4 = known(
  analyze.PLATFORMS.find(({ id }) => id === "t4"),
  "T4",
);
const wifi = known(
  analyze.NETWORKS.find(({ id }) => id === "wifi"),
  "WiFi",
);
const radio = known(wifi.radio, "radio");
const form = known(analyze.STREAM_FORMS[0], "form");
const machines = analyze.analyzeMachines(records, [t4]);
const wishes = { path: wifi, form, distanceKm: 100, intervalMs: 10, deadlineMs: 10 };
const by = ["latency", "energy"] as const;
const transport = { path: wifi, form, intervalMs: 10, distanceKm: 100 };
const times = [5, 4, 4.5, 4.2, 6, 4.1, 4.4, 4.3, 5.5, 4.6];
const steady = Array.from({ length: 200 }, (_, frame) => 4 + (frame % 7) / 10);
const field = {
  clip: "speech.wav",
  noise: "babble",
  rows: [
    {
      snrDb: 5,
      siSdrInDb: 4.9,
      stoiIn: 0.8,
      models: [{ name: "hearable", siSdrOutDb: 9.1, stoiOut: 0.9 }],
    },
  ],
};
const slower = times.map((time) => time * 1.1);
const ticks = times.map((time) => Math.round(time * 1e6));
const milliseconds = (value: number) => analyze.measured(value, "ms", "by hand");
const level = { name: "flash", peakBytes: 128e6, bytesMoved: 28_000, clock: "core" as const };
const situation = {
  ops: 53_248,
  compute: { name: "SMLAD", peakOps: 256e6 },
  levels: [level],
  utilisation: 0.5,
  memoryShare: 1,
  overhead: 1e-4,
  waitFreeBytes: null,
};
const changes = {
  weightBytes: [28_000],
  intermediateBytes: [512],
  launchOverhead: 1e-5,
  narrower: { name: "int4", peakOps: 512e6 },
  per: "s" as const,
};
const question = {
  situation,
  changes,
  time: analyze.modelled(1e-3, "s", "by hand"),
  kinds: { data: ["counted"] as const, arithmetic: ["counted"] as const, overhead: null },
  utilisationSource: "by hand",
  overheadSource: "by hand",
};
const noise = analyze.normalNoise(0.05);
const plan = { falseAlarm: 0.05, power: 0.8 };
const counts = analyze.countsOf(ticks);
const start = analyze.naive("Os");
const final = { ...start, kernel: "native" as const };
const before = analyze.outcomeOf(start, facts, 1) as analyze.Measurement;
const after = analyze.outcomeOf(final, facts, 1) as analyze.Measurement;
const thread = { threads: 1, pinned: true, seconds: [1, 1.1] };
const proof = {
  baselinePacked: 0,
  functions: [{ name: "rows", mnemonics: { smlad: 2 } }],
  excerpt: ["smlad r5, r2, ip, r5"],
  execution: { frames: 1, packed: { smlad: 50 }, multiplyAccumulates: null },
  pluginMultiplyAccumulates: 50,
  paddedMacs: 100,
};
const challenge = {
  model: { name: "toy", digest: "0123456789abcdef", macs: 100 },
  board: "qemu-m4",
  as: null,
  format: "int8",
  warmUpFrames: 1,
  system: [],
  baseline: analyze.trialsOf(before, [before, before]),
  optimised: analyze.trialsOf(after, [after]),
  steps: [{ change: "native", from: start, to: final, before: 1000, after: 500 }],
  outcomes: [before, after],
  proof: analyze.prove(proof),
  formats: [analyze.formatResult("int8", { weightBytes: 10, stateBytes: 4 }, before, after)],
  absentCounters: [],
  hostCounters: [],
  scaling: { host: analyze.scalingOf([thread], 10, "by hand"), absent: [] },
};
const ablation = analyze.ablations(start, final, 500, () => 700);
const axis = (name: "x" | "y") => ({
  name,
  better: "lower" as const,
  value: (item: { readonly x: number; readonly y: number }) => item[name],
});
const runs = [{ name: "before", runs: [records, records] }] as const;
const waterfallRecords = [record, { ...record, origin: { ...record.origin, file: "after.tpcap" } }];
const formula = analyze.findFormula("ridge-point");
const inputs = { peakOpsPerSecond: 312e12, peakBytesPerSecond: 2039e9 };
const source = { id: "sheet", text: "a data sheet", date: null };
const tails = {
  recorded: counts,
  corrected: null,
  hidden: 0,
  trace: ticks,
  interval: 1e7,
  intervalSource: "by hand",
  unit: "ms" as const,
  ticksPerUnit: 1e6,
  kind: "measured" as const,
  source: "by hand",
};
const offered = analyze.offered(t4, "A");
const sheet = (value: number, unit: string) => ({
  value,
  unit,
  source: "sheet",
  confidence: "S" as const,
});
const boardFile = {
  id: "toy",
  name: "Toy",
  kind: "real" as const,
  core: "cortex-m4",
  clockHz: sheet(64e6, "Hz"),
  memories: [
    {
      name: "flash",
      role: "flash" as const,
      bytes: sheet(2 ** 20, "byte"),
      readBytesPerCycle: sheet(2, "byte/cycle"),
    },
  ],
  weights: { memory: "flash" },
  peak: {
    macsPerCycle: sheet(2, "MAC/cycle"),
    packedInt8MacsPerCycle: sheet(1.33, "MAC/cycle"),
  },
  power: {
    supplyVolts: sheet(3, "V"),
    activeMicroampsPerMhz: sheet(52, "uA/MHz"),
    sleepMicroamps: sheet(1.5, "uA"),
  },
};

/** The library's own tables among the arguments: nobody else writes them. */
export const KEPT: readonly unknown[] = [formula];

/** Name of the export: its arguments, typed by the function itself. */
type Calls = {
  readonly [Name in keyof typeof analyze as (typeof analyze)[Name] extends (
    ...args: never[]
  ) => unknown
    ? Name
    : never]?: (typeof analyze)[Name] extends (...args: infer Args) => unknown ? Args : never;
};

export const CALLS: Calls = {
  formatOf: ["machine,time [ms]\n"],
  acrossBoards: [facts, timing, rated],
  batchedCall: [t4, record.workload, 8],
  boardLevels: [facts, rated, known(roofline.roofs[0], "roof").peak, 64e6, "s"],
  analyzeRoofline: [facts, 34_000, cycles, rated],
  boardTime: [
    {
      facts,
      compute: known(roofline.roofs[0], "roof"),
      levels,
      issue: null,
      time: analyze.modelled(1e-3, "s", "by hand"),
      per: "s",
    },
  ],
  breakEvenMacs: [analyze.measured(16, "uJ", "x"), analyze.measured(6e-4, "uJ/MAC", "x")],
  breakEvenBatch: [t4, record.workload, "energy", analyze.measured(10, "uJ", "x")],
  batchCurve: [t4, record.workload],
  breakEvenDistance: [10, milliseconds(4)],
  networkReach: [wifi, form, milliseconds(1), 30],
  judgeLatency: [1, timing, rated, [rated]],
  judgePower: [1, timing, rated, [rated]],
  offered: [t4, "A"],
  buyersCase: [record.workload, offered, analyze.SYSTEM_B],
  byFormula: ["ridge-point", inputs, []],
  inUnit: [milliseconds(3), 1e3, "us"],
  fitCalls: [
    [1, 2, 4, 8].map((size) => ({
      name: `${size}`,
      ops: size * 1e6,
      bytesMoved: size * size * 1e3,
      seconds: 1e-5 + size * 1e-5,
    })),
  ],
  challengeDocument: [challenge],
  trialsOf: [before, [before, after]],
  gain: [100, 60],
  optimisationLog: [challenge.steps],
  ablations: [start, final, 500, () => 700],
  judge: [100, 60],
  finalTable: [before, after],
  formatResult: ["int8", { weightBytes: 10, stateBytes: 4 }, before, after],
  identityOf: [start, "int8", "-O2"],
  excluded: [before, "by hand"],
  outcomeOf: [start, facts, 1],
  prove: [proof],
  lessOf: [before],
  recommend: [{ ...challenge, ablation, verdict: analyze.judge(1000, 500) }],
  scalingOf: [[thread, { ...thread, threads: 2, seconds: [0.6] }], 10, "by hand"],
  naive: ["Os"],
  variantId: [start],
  variantName: [start],
  flagsOf: [start, "MACRO"],
  neighbours: [start, true],
  differences: [start, final],
  changeName: [start, final],
  climb: [start, 1000, true, async () => 900],
  choicesOf: [machines, [t4], { wishes, asksForWearable: true, by, offer: null }],
  deviceColumn: [rated, milliseconds(1), analyze.measured(9, "uJ", "x"), 10],
  hostColumn: [host, 10],
  platformTime: [t4, facts.model],
  platformColumn: [t4, wifi, facts.model, 10],
  comparisonOf: [facts, rated, latency, energy],
  compareSides: [runs[0], { name: "after", runs: [records, records] }],
  cyclesPerFrame: [facts],
  frameCount: [facts],
  instructionsOf: [facts],
  cyclesOf: [facts],
  medianOf: [facts, ({ loads }) => loads],
  classesOf: [facts],
  analyzeRun: [facts],
  edgeOrCloud: [
    {
      board: record,
      otherBoards: [],
      machines: [],
      platforms: [t4],
      transport,
      deadlineMs: 10,
      by,
    },
  ],
  powerOf: [timing, rated, {}],
  averagePower: [timing, rated],
  explainField: [document, "latencyMs.p50"],
  ratedBoard: [facts],
  quantityOf: [boardFile.clockHz],
  boardFactsOf: [boardFile],
  findFormula: ["ridge-point"],
  evaluate: [formula, inputs],
  parseInputs: [formula, ["peakOpsPerSecond=1", "peakBytesPerSecond=2"]],
  commandOf: [formula, inputs],
  exactNumber: [153.02],
  labelOf: [{ name: "clock", unit: "Hz" } as never],
  rangeText: [{ min: 0, max: 1 }],
  roundedNumber: [153.02, 3],
  programTime: [36_500, 1.2, 64e6],
  cyclesPerInstruction: [56_000, 30_000],
  timeOf: [
    { ops: 1e6, bytesMoved: 1e4 },
    {
      peakOpsPerSecond: 1e12,
      peakBytesPerSecond: 1e11,
      computeEfficiency: 0.5,
      memoryEfficiency: 1,
      overheadSeconds: 1e-5,
    },
  ],
  amdahlSpeedup: [0.9, 8],
  kernelDots: [work, "cortex-m4", "hearable", analyze.modelled(1e-3, "s", "x"), "s"],
  kernelForm: ["cortex-m4", "packed"],
  formInstructions: [known(analyze.kernelForm("cortex-m4", "packed"), "form"), 24_576, 256],
  totalTraffic: [work],
  allTraffic: [known(work[0], "kernel").traffic],
  bindingRoofs: [record.roofs],
  typicalTime: [record],
  analyzeMachine: [record],
  machineChoices: [machines.rows, by],
  machineTime: [
    {
      record: { ...record, detail: undefined } as never,
      ops: known(record.workload.ops, "ops"),
      bytes: known(record.workload.bytesMoved, "bytes"),
      compute: known(analyze.bindingRoofs(record.roofs).compute, "compute roof"),
      memory: known(analyze.bindingRoofs(record.roofs).memory, "memory roof"),
      time: analyze.modelled(1e-3, "s", "x"),
    },
  ],
  analyzeMachines: [records, [t4]],
  weightStalls: [28_000, rated],
  waitingOf: [facts],
  ruleFamilyOf: [[{ ...facts.frames[0], cycles: 100, rules: { div: [90, 110] } } as never]],
  memoryFamilyOf: [
    [
      {
        stalls: 12,
        fetchStalls: 4,
        readStalls: 8,
        writeStalls: 0,
        misses: 3,
        bytesMoved: 24,
        parts: [{ memory: "flash", cause: "read", accesses: 9, misses: 3, bytes: 24, stalls: 12 }],
        lines: { flash: 3 },
        variants: { "flash.waitStates:2": 6 },
      },
    ],
  ],
  paretoIds: [known(analyze.machineChoices(machines.rows, by)[0], "choice").contenders, by],
  frameBytes: [form, 10],
  radioRoundTripMs: [radio],
  lightRoundTripMs: [100],
  roundTrip: [wifi, 100],
  besideTrip: [wifi],
  wayOf: [transport, "a server"],
  sumMs: [[milliseconds(1), milliseconds(2)]],
  offloadQuestion: [records, [t4], { ...wishes, by }],
  noWearable: [],
  optimisationWaterfall: [facts, { instructions, cycles, board: rated }],
  paretoFront: [
    [
      { x: 1, y: 2 },
      { x: 2, y: 1 },
    ],
    axis("x"),
    axis("y"),
  ],
  onWearable: [record, 10],
  measuredPlace: [record, transport, 10],
  statedPlace: [t4, record, transport, 10],
  devicePlatform: ["NVIDIA T4"],
  platformRoofs: [t4],
  platformRecord: [t4, record.workload],
  dutyCycle: [1, 10, { activeMw: 10, sleepMw: 0.01 }],
  longestActiveMs: [1, 10, { activeMw: 10, sleepMw: 0.01 }],
  boardPower: [rated],
  clockHz: [known(rated.clock, "clock")],
  derive: [1, "s", "a / b", [milliseconds(1)], [0.9, 1.1]],
  measured: [1, "s", "x", [0.9, 1.1]],
  counted: [1, "s", "x", [0.9, 1.1]],
  modelled: [1, "s", "x", [0.9, 1.1]],
  stated: [1, "s", "x", [0.9, 1.1]],
  sendUj: [radio, 20, 10],
  receiveUj: [radio, 20, 10],
  offloadUj: [radio, 20, 10],
  recordedWaterfall: [waterfallRecords],
  arithmeticIntensity: [53_248, 28_000],
  ridgePoint: [256e6, 128e6],
  attainable: [1.9, 256e6, 128e6],
  boundOf: [53_248, situation.compute, [level]],
  issueCeiling: [53_248, 34_000, 1],
  runRecords: [document, "run.tpcap"],
  evaluateSituation: [situation],
  sourceIn: [[source]],
  valueIn: [[source]],
  medianInterval: [times, { seed: 1, resamples: 200 }],
  segmentsOf: [times],
  changePoints: [times],
  judgeSamples: [times, slower],
  normalNoise: [0.05],
  noiseOf: [[times, slower]],
  stepOf: [[Float64Array.from(times), Float64Array.from(slower)]],
  powerOfTest: [noise, 20, 20, 0.05, 0.05],
  detectableRise: [noise, 20, 20, plan],
  samplesNeeded: [noise, 0.05, plan],
  fewestSamples: [0.05],
  detectWarmUp: [times],
  percentile: [times, 0.9],
  tailOf: [times],
  causesOf: [ticks],
  hiddenSamples: [95e6, 1e7],
  requireFewHidden: [9, 1e7],
  tailsDocument: [
    tails,
    { limit: 6e6, limitSource: "x", devices: 100, confidence: 0.95, jitter: null, notes: [] },
  ],
  anyOf: [0.01, 100],
  sharePerDevice: [0.99, 100],
  fleetTail: [counts, 5e6, 100],
  sustainedOf: [{ minutes: 1, latencyMs: steady, temperatureC: [24, 25], simulated: false }, 10],
  driftOf: [steady, 10],
  fieldDocument: [field],
  fleetPercentile: [counts, 100, 0.99],
  injection: ["radio", { rate: 2 }],
  delayOf: ["radio", analyze.injection("radio").values, new Random(1)],
  countsOf: [ticks],
  latencyTail: [
    counts,
    { kind: "measured", source: "x", unit: "ms", ticksPerUnit: 1e6, confidence: 0.95 },
  ],
  sampleTail: [times, { kind: "measured", source: "x" }],
  percentileName: [0.999],
  normalPercentile: [10, 5, 0.99],
  quantileRanks: [1000, 0.99, 0.95],
  samplesToBound: [0.99, 0.95],
  shareInterval: [3, 1000, 0.95],
  histogramView: [counts, "log", { unit: "ms", ticksPerUnit: 1e6 }],
  timeTerms: [question],
  timingOf: [facts, rated, {}],
  cyclesOn: [rated, 56_000, 20_000, 28_000],
  latencyOf: [facts, timing],
  ironLawOf: [instructions, cycles, rated],
  trafficWaterfall: [facts],
  candidateOf: [record],
  rankBy: [known(analyze.TRACK_METRICS[0], "metric"), [analyze.candidateOf(record)]],
  mfu: [53_248, 1e-3, 256e6],
  mbu: [28_000, 1e-3, 128e6],
  stacked: [[{ name: "all", role: "total", amount: milliseconds(3), words: "x" }]],
  whatIfs: [situation, changes, 8],
  roofsInWords: [situation, analyze.evaluateSituation(situation), "s"],
  changesOf: [situation, analyze.evaluateSituation(situation), changes, 8],
};
