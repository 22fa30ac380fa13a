/**
 * A run written by hand: what the golden reports show. Numbers are plausible, not measured.
 * The model is the 32-64-32 LSTM of the shipped hearable: 4 * 64 * (32 + 64) + 64 * 32 = 26624 MACs a frame.
 */
import type { BoardFacts, FrameCounts, RunFacts } from "../../../host/analyze/facts.ts";

const emulated: BoardFacts = {
  id: "qemu-m4",
  name: "QEMU Cortex-M4 (mps2-an386)",
  core: "cortex-m4",
  emulated: true,
  clock: null,
  supply: null,
  activeCurrent: null,
  sleepCurrent: null,
  computeRoofs: [],
  issuePerCycle: null,
  memories: [],
  flashBytes: null,
  ramBytes: null,
};

export const nrf52840: BoardFacts = {
  id: "nrf52840-dk",
  name: "nRF52840 DK",
  core: "cortex-m4",
  emulated: false,
  clock: { value: 64, unit: "MHz", source: "nRF52840 product specification", confidence: "S" },
  supply: { value: 3, unit: "V", source: "nRF52840 product specification", confidence: "S" },
  activeCurrent: {
    value: 52,
    unit: "uA/MHz",
    source: "nRF52840 product specification, DC/DC",
    confidence: "S",
  },
  sleepCurrent: {
    value: 1.5,
    unit: "uA",
    source: "nRF52840 product specification, System ON",
    confidence: "S",
  },
  computeRoofs: [
    {
      name: "SMLAD",
      macsPerCycle: {
        value: 2,
        unit: "MAC/cycle",
        source: "Armv7E-M: SMLAD, two 16-bit MACs",
        confidence: "S",
      },
    },
    {
      name: "packed int8",
      macsPerCycle: {
        value: 1.3333,
        unit: "MAC/cycle",
        source: "2 SMLAD and 1 SXTB16 for 4 MACs",
        confidence: "S",
      },
    },
  ],
  issuePerCycle: {
    value: 1,
    unit: "instruction/cycle",
    source: "Cortex-M4: single issue",
    confidence: "S",
  },
  memories: [
    {
      name: "flash",
      bytesPerCycle: {
        value: 2,
        unit: "byte/cycle",
        source: "32-bit reads with one wait state on average",
        confidence: "M",
      },
      traffic: "weights",
    },
    {
      name: "load/store port",
      bytesPerCycle: {
        value: 4,
        unit: "byte/cycle",
        source: "Cortex-M4: one 32-bit data access a cycle",
        confidence: "S",
      },
      traffic: "core",
    },
  ],
  flashBytes: {
    value: 1048576,
    unit: "byte",
    source: "nRF52840 product specification",
    confidence: "S",
  },
  ramBytes: {
    value: 262144,
    unit: "byte",
    source: "nRF52840 product specification",
    confidence: "S",
  },
};

/** The same core, a slower clock and twice the current a MHz. */
export const stm32l476: BoardFacts = {
  ...nrf52840,
  id: "nucleo-l476rg",
  name: "NUCLEO-L476RG",
  clock: { value: 80, unit: "MHz", source: "STM32L476 data sheet", confidence: "S" },
  activeCurrent: {
    value: 100,
    unit: "uA/MHz",
    source: "STM32L476 data sheet",
    confidence: "S",
  },
  sleepCurrent: {
    value: 1.1,
    unit: "uA",
    source: "STM32L476 data sheet, Stop 2",
    confidence: "S",
  },
};

/** Frame f needs 100 more instructions and 130 more cycles for every step of a short repeating pattern. */
export function frame(f: number): FrameCounts {
  const extra = [0, 3, 1, 4, 1, 5, 9, 2][f % 8] ?? 0;
  return {
    instructions: 34000 + 100 * extra,
    cycles: 46000 + 130 * extra + (f === 150 ? 900 : 0),
    cyclesSimple: 43000 + 120 * extra,
    loads: 9000,
    stores: 700,
    bytesLoaded: 36000,
    bytesStored: 1500,
    classes: {
      alu: 9400 + 100 * extra,
      mac: 13400,
      load: 8600,
      loadMultiple: 400,
      store: 700,
      branch: 1500,
    },
  };
}

export const facts: RunFacts = {
  board: emulated,
  as: nrf52840,
  otherBoards: [stm32l476],
  app: "stream",
  format: "int8",
  model: {
    name: "hearable",
    digest: "0123456789abcdef",
    macs: 26624,
    paddedMacs: 26624,
    weightBytes: 28288,
    stateBytes: 192,
    parameters: 26912,
    layers: 2,
  },
  work: [
    {
      name: "load_input",
      macs: 0,
      paddedMacs: 0,
      rows: 0,
      traffic: { weights: 0, activations: 96, state: 0, tables: 0, sums: 0 },
    },
    {
      name: "lstm0",
      macs: 24576,
      paddedMacs: 24576,
      rows: 256,
      traffic: { weights: 26112, activations: 6272, state: 256, tables: 1280, sums: 2048 },
    },
    {
      name: "dense0",
      macs: 2048,
      paddedMacs: 2048,
      rows: 32,
      traffic: { weights: 2176, activations: 544, state: 0, tables: 128, sums: 256 },
    },
  ],
  frames: Array.from({ length: 200 }, (_, f) => frame(f)),
  counter: "QEMU TCG plugin, exact",
  cycleModel: "timing table cortex-m4, zero wait states",
  deviceCycles: null,
  frameIntervalMs: 10,
  verify: { bitExact: true, mismatches: 0, comparedValues: 6400, maxFloatError: 0.0117 },
  link: { bytes: 31240, records: 404, discardedBytes: 0, lostRecords: 0 },
  memory: { flashBytes: 41216, ramBytes: 6208, stackBytes: 1184 },
  budgets: { latencyMs: 10, powerMw: 1 },
  audio: { clip: "speech in street noise at 0 dB", siSdrInDb: 0.02, siSdrOutDb: 7.86 },
  host: {
    name: "two-core x86-64",
    runtime: "onnxruntime-node 1.30.0, float32, 1 thread",
    p50Ms: 0.0251,
    p99Ms: 0.0605,
    samples: 2000,
  },
  build: {
    compiler: "arm-none-eabi-gcc 12.2.1",
    flags: "-O3 -mcpu=cortex-m4",
    placement: "weights in flash, 16-byte lines",
  },
  files: { cleaned: "cleaned.wav", report: "report.html" },
};
