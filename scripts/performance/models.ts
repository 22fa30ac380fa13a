/**
 * Measures whole models on every emulated board, and states what they take on real boards of the same core.
 * Single layers are left to write-performance.ts.
 */
import {
  type Board,
  benchmarkModel,
  type EmulatedBoard,
  type Format,
  generate,
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
  loopBytes?: number,
): Promise<CountedSteps> {
  const progress = createProgress();
  const signal = new AbortController().signal;
  const counted = await countSteps({
    model,
    board,
    format,
    progress,
    signal,
    ...(loopBytes === undefined ? {} : { loopBytes }),
  });
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

/** Cycles of a model at zero wait states by the columns of a lap that a board can fetch. */
async function cyclesByLap(
  model: RecurrentModel,
  board: EmulatedBoard,
  format: Format,
  counted: CountedSteps,
): Promise<ReadonlyMap<number, number | null>> {
  const { lapColumns } = counted.plan;
  const own = [lapColumns, counted.mean("cycles")] as const;
  if (lapColumns === 32) return new Map([own]);
  const short = await count(model, board, format, 0);
  return new Map([own, [short.plan.lapColumns, short.mean("cycles")]]);
}

/** Every real board with the emulated one's core and a clock: the weights where its file places them. */
async function placedRows(
  model: RecurrentModel,
  emulated: EmulatedBoard,
  format: Format,
  counted: CountedSteps,
): Promise<readonly string[]> {
  const byLap = await cyclesByLap(model, emulated, format, counted);
  const { weightBytes } = counted.plan.cost;
  const cyclesOn = (board: Board): number | null => {
    if (byLap.size === 1) return counted.mean("cycles");
    const { stages } = generate({ model, board, format, calibration: null });
    return byLap.get(stages.plan.lapColumns) ?? null;
  };
  return listBoards().flatMap((board) => {
    if (board.kind === "emulated" || board.core !== emulated.core) return [];
    const facts = boardFactsOf(board);
    const clock = facts.clock?.value;
    const memory = facts.memories.find(({ traffic }) => traffic === "weights");
    const cycles = cyclesOn(board);
    if (clock === undefined || !memory || cycles === null) return [];
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
    "as stated there: a cache is taken to hit, so 0 is a lower bound. Misses and instruction fetch are not in it; a Cortex-M4 whose",
    "instruction cache holds no long lap has the short one. One core alone, the second of a chip with two idle, no interrupt, no radio.",
    "Modelled, not measured.",
    "",
    "| board | format | clock | weights in | cycles at zero wait states | waits for weights | ms at zero wait states | ms |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

/** A row of the goals at zero wait states, where the board has one. */
function goalRow(board: EmulatedBoard, counted: CountedSteps): readonly string[] {
  const goal = GOALS[board.id];
  const cycles = counted.mean("cycles");
  if (goal === undefined || cycles === null) return [];
  const ms = (1e3 * cycles) / goal.clock;
  return [
    cells([
      `\`${board.id}\``,
      "int8",
      (cycles / counted.plan.cost.macs).toFixed(3),
      String(goal.perMac),
      `${goal.clock / 1e6} MHz`,
      ms.toFixed(3),
      String(goal.ms),
      ms < goal.ms ? "reached" : `missed by ${(100 * (ms / goal.ms - 1)).toFixed(1)} %`,
    ]),
  ];
}

/** What lies between floor and row; the floors are derived in codegen/plan/schedule.ts. */
const FLOORS = [
  "The floors of the sums: 37 cycles for 32 MACs on the Cortex-M4 (1.156 a MAC), 17 on the Cortex-M7 (0.531: 16 SMLADs, one a",
  "cycle, and what no SMLAD shares its cycle with). Between floor and row lie, on the M4: three of eight fours in 38 cycles, which",
  "keeps a cell of 128 inputs and 256 units below 1.02 instructions a MAC (0.012 a MAC); laps, blocks of rows and their",
  "multipliers, padding (0.04); the elementwise part, 46 cycles a unit, and 257 sigmoids (0.06). Laps of 128 columns take 4 KB of",
  "code. Boards whose instruction cache holds 1 KB (STM32F4, L4) or 2 KB (nRF52840) get laps of 32: 1.287 cycles a MAC.",
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
      if (format === "int8") placed.push(...(await placedRows(shipped, board, format, counted)));
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

/** The section on DTLN's first part, in int8 alone. */
export async function dtlnSection(
  boards: readonly EmulatedBoard[],
  formats: readonly Format[],
): Promise<readonly string[]> {
  const dtln = dtlnModel();
  const rows: string[] = [];
  const placed: string[] = [];
  const goals: string[] = [];
  for (const board of formats.includes("int8") ? boards : []) {
    const counted = await count(dtln, board, "int8");
    rows.push(modelRow(board, "int8", counted));
    placed.push(...(await placedRows(dtln, board, "int8", counted)));
    goals.push(...goalRow(board, counted));
  }
  return [
    "## DTLN part 1",
    "",
    "Its layers (257 > LSTM 128 > LSTM 128 > 257 sigmoids) with seeded weights; no kernel's work depends on them. As above.",
    "",
    ...HEAD,
    ...rows,
    "",
    "Modelled at zero wait states:",
    "",
    "| board | format | cycles a MAC | goal | clock | ms | goal | |",
    "|---|---|---|---|---|---|---|---|",
    ...goals,
    "",
    ...FLOORS,
    "",
    ...placedTable("365 KiB of them fit few RAMs", placed),
  ];
}
