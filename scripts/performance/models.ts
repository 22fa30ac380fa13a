/**
 * Measures whole models on every emulated board, and states what they take on real boards of the same core.
 * Single layers are left to write-performance.ts.
 */
import {
  benchmarkModel,
  type EmulatedBoard,
  type Format,
  listBoards,
  loadModel,
  type RecurrentModel,
} from "../../codegen/index.ts";
import { boardFactsOf } from "../../host/analyze/board-facts.ts";
import { weightStalls } from "../../host/analyze/memory-stalls.ts";
import { formatBytes } from "../../host/report/format.ts";
import { type CountedSteps, countSteps } from "../../host/workflow/bench/count-steps.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { createProgress } from "../../host/workflow/progress.ts";

const SHIPPED = "hearable";
const DTLN = "dtln-part-1";

/** Of DTLN part 1 at zero wait states: cycles a MAC, and ms at a clock [Hz]. */
const GOALS: Readonly<Record<string, { perMac: number; ms: number; clock: number }>> = {
  "qemu-m4": { perMac: 1.27, ms: 7.2, clock: 64e6 },
  "qemu-m7": { perMac: 0.72, ms: 1.2, clock: 216e6 },
};

type Layer = RecurrentModel["layers"][number];

function layerOf(inputSize: number, hiddenSize: number): Extract<Layer, { kind: "lstm" }> {
  const [layer] = benchmarkModel("lstm", inputSize, hiddenSize).layers;
  if (layer?.kind !== "lstm") throw new TypeError("a benchmark of an LSTM has one");
  return layer;
}

/**
 * The layers of DTLN's first part (Westhausen & Meyer 2020), with seeded weights: 257 magnitudes, two LSTMs of 128 units,
 * a mask of 257 sigmoids. What a step takes does not depend on the weights, for no kernel branches on them.
 */
function dtlnModel(): RecurrentModel {
  const bins = 257;
  const units = 128;
  const first = { ...layerOf(bins, units), name: "lstm_0", output: "h0" };
  const second = { ...layerOf(units, units), name: "lstm_1", input: "h0", output: "h1" };
  const { inputWeights, bias } = layerOf(units, units);
  const edge = { inputSize: units, outputSize: bins };
  return {
    ...benchmarkModel("lstm", bins, units),
    name: DTLN,
    outputSize: bins,
    layers: [
      first,
      second,
      {
        ...edge,
        kind: "dense",
        name: "mask",
        input: "h1",
        output: "sums",
        weights: { rows: bins, cols: units, values: inputWeights.values.slice(0, bins * units) },
        bias: bias.slice(0, bins),
      },
      {
        kind: "activation",
        name: "sigmoid",
        input: "sums",
        output: "mask",
        inputSize: bins,
        outputSize: bins,
        activation: "sigmoid",
      },
    ],
  };
}

async function count(
  model: RecurrentModel,
  board: EmulatedBoard,
  format: Format,
): Promise<CountedSteps> {
  const progress = createProgress();
  const signal = new AbortController().signal;
  const counted = await countSteps({ model, board, format, progress, signal });
  if (!counted.bitExact) throw new RangeError(`${model.name} on ${board.id} differs from the twin`);
  return counted;
}

function cells(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

function modelRow(board: EmulatedBoard, format: Format, counted: CountedSteps): string {
  const { macs } = counted.plan.cost;
  const instructions = counted.mean("instructions") as number;
  const cycles = counted.mean("cycles");
  return cells([
    `\`${board.id}\``,
    format,
    String(macs),
    String(instructions),
    (instructions / macs).toFixed(3),
    cycles === null ? "-" : String(cycles),
    formatBytes(counted.sizes.flashBytes),
    formatBytes(counted.sizes.ramBytes),
    counted.stackBytes === null ? "-" : formatBytes(counted.stackBytes),
  ]);
}

const HEAD = [
  "| board | format | MACs | instructions | a MAC | cycles (modelled) | flash | RAM | stack |",
  "|---|---|---|---|---|---|---|---|---|",
];

/** Every real board with the emulated one's core and a clock: the weights where its file places them. */
function placedRows(
  emulated: EmulatedBoard,
  format: Format,
  counted: CountedSteps,
): readonly string[] {
  const cycles = counted.mean("cycles");
  if (cycles === null) return [];
  const { weightBytes } = counted.plan.cost;
  return listBoards().flatMap((board) => {
    if (board.kind === "emulated" || board.core !== emulated.core) return [];
    const facts = boardFactsOf(board);
    const clock = facts.clock?.value;
    const memory = facts.memories.find(({ traffic }) => traffic === "weights");
    if (clock === undefined || !memory) return [];
    const stalls = weightStalls(weightBytes, facts);
    const total = Math.round(cycles + stalls.cycles);
    return [
      cells([
        `\`${board.id}\``,
        format,
        `${clock / 1e6} MHz`,
        memory.name,
        String(Math.round(cycles)),
        String(stalls.cycles),
        ((1e3 * cycles) / clock).toFixed(2),
        ((1e3 * total) / clock).toFixed(2),
      ]),
    ];
  });
}

/** The table of such rows, and what it holds. */
function placedTable(weights: string, rows: readonly string[]): readonly string[] {
  return [
    `The same cycles with the weights where a real board's file places them (${weights}), clocks and memories`,
    "as stated there: a cache is taken to hit, so 0 is a lower bound. Misses and instruction fetch are not in it. Modelled, not measured.",
    "",
    "| board | format | clock | weights in | cycles at zero wait states | waits for weights | ms at zero wait states | ms |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

function goalLine(board: EmulatedBoard, counted: CountedSteps): readonly string[] {
  const goal = GOALS[board.id];
  const cycles = counted.mean("cycles");
  if (goal === undefined || cycles === null) return [];
  const perMac = cycles / counted.plan.cost.macs;
  const ms = (1e3 * cycles) / goal.clock;
  const verdict = ms < goal.ms ? "reached" : `missed by ${(100 * (ms / goal.ms - 1)).toFixed(1)} %`;
  return [
    `- \`${board.id}\`: ${perMac.toFixed(3)} cycles a MAC, ${ms.toFixed(3)} ms at ${goal.clock / 1e6} MHz (modelled, zero wait states); the goal is ${goal.perMac} and ${goal.ms} ms: ${verdict}.`,
  ];
}

/** What keeps the Cortex-M4 from the goal; the floors are derived in codegen/plan/schedule.ts. */
const FLOORS = [
  "The floors of the sums: 37 cycles for 32 MACs on the Cortex-M4 (1.156 a MAC), 17 on the Cortex-M7 (0.531: 16 SMLADs, one a",
  "cycle, and what no SMLAD shares its cycle with). Between floor and row lie, on the M4: half of the fours in 38 cycles, which",
  "keeps a cell of 128 inputs and 256 units below 1.02 instructions a MAC (0.016 a MAC); laps, blocks of rows and their",
  "multipliers, padding (0.05); the elementwise part, 46 cycles a unit, and 257 sigmoids (0.06). A lap of 64 columns would save 0.010",
  "and no longer fit the 1 KB instruction caches of STM32F4 and L4.",
];

/** The section of the page on the shipped model. */
export async function shippedSection(
  boards: readonly EmulatedBoard[],
  formats: readonly Format[],
): Promise<readonly string[]> {
  const { model: shipped } = loadModel(SHIPPED, { modelsDir: MODELS_DIR });
  const shippedRows: string[] = [];
  const placed: string[] = [];
  for (const format of formats) {
    for (const board of boards) {
      const counted = await count(shipped, board, format);
      shippedRows.push(modelRow(board, format, counted));
      if (format === "int8") placed.push(...placedRows(board, format, counted));
    }
  }
  return [
    `## The shipped model, \`${SHIPPED}\``,
    "",
    "A frame, whole network, zero wait states; flash and RAM of the firmware that measures (`speed`), stack at its deepest (counted).",
    "",
    ...HEAD,
    ...shippedRows,
    "",
    ...placedTable("28 KiB of them fit any RAM: `--weights ram`", placed),
  ];
}

/** The section on DTLN's first part in int8. */
export async function dtlnSection(boards: readonly EmulatedBoard[]): Promise<readonly string[]> {
  const dtln = dtlnModel();
  const rows: string[] = [];
  const placed: string[] = [];
  const goals: string[] = [];
  for (const board of boards) {
    const counted = await count(dtln, board, "int8");
    rows.push(modelRow(board, "int8", counted));
    placed.push(...placedRows(board, "int8", counted));
    goals.push(...goalLine(board, counted));
  }
  return [
    "## DTLN part 1",
    "",
    "Its layers (257 > LSTM 128 > LSTM 128 > 257 sigmoids) with seeded weights; no kernel's work depends on them. As above.",
    "",
    ...HEAD,
    ...rows,
    "",
    ...goals,
    "",
    ...FLOORS,
    "",
    ...placedTable("365 KiB of them fit few RAMs", placed),
  ];
}
