/**
 * Writes docs/performance.md and the counts that no change may raise (test/qemu/kernel-counts.json), by measuring.
 *   npm run performance
 *   npm run performance -- --boards qemu-m4,qemu-m7 --formats int8    these rows anew
 * The table of time steps in docs/kernels.md goes with it. Counting is left to `bench kernels`; the goals stand in
 * kernel-goals.json.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { EmulatedBoard, Format } from "../codegen/index.ts";
import { emulatedBoardOfEachCore, FORMATS, FUSIONS, listBoards } from "../codegen/index.ts";
import { formatBytes } from "../host/report/format.ts";
import { type KernelRow, type KernelShape, runKernel } from "../host/workflow/bench/kernel-run.ts";
import { parseShapes } from "../host/workflow/bench/kernels.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../host/workflow/paths.ts";
import { createProgress } from "../host/workflow/progress.ts";
import { mergePage } from "./performance/merge.ts";
import { dtlnSection, shippedSection } from "./performance/models.ts";
import { writeSteps } from "./performance/steps.ts";

interface BoardGoals {
  readonly reference?: readonly number[];
  readonly reach?: readonly number[];
  readonly reachCycles?: readonly number[];
  /** With two bytes a weight. */
  readonly reachWide?: readonly number[];
  readonly timesBelowPlain?: number;
}

interface Goals {
  readonly shapes: readonly string[];
  readonly reference: string;
  readonly boards: Readonly<Record<string, BoardGoals>>;
}

interface Measured {
  readonly own: KernelRow;
  /** The same layer in plain C; null where it was not counted. */
  readonly plain: KernelRow | null;
}

type KernelName = KernelRow["kernel"];

/** One table of the page: a kernel in a format, board by board. */
interface Table {
  readonly kernel: KernelName;
  readonly format: Format;
  readonly boards: readonly (readonly Measured[])[];
}

const KERNELS: readonly KernelName[] = ["lstm", "gru"];

const GOALS = JSON.parse(
  readFileSync(join(PROJECT_DIR, "scripts", "kernel-goals.json"), "utf8"),
) as Goals;
/** Where the levels of fusion are compared. */
const FUSION_SHAPE = "128x128";
/** Where 4-bit weights have a kernel of their own. */
const FOUR_BITS = ["qemu-m4", "qemu-m7", "qemu-m33", "qemu-rv32"];
const PAGE = join(PROJECT_DIR, "docs", "performance.md");
const COUNTS = join(PROJECT_DIR, "test", "qemu", "kernel-counts.json");

async function measure(
  board: EmulatedBoard,
  kernel: KernelName,
  format: Format,
  wide: boolean,
): Promise<readonly Measured[]> {
  const common = {
    board,
    kernel,
    format,
    progress: createProgress(),
    signal: new AbortController().signal,
  };
  const measured: Measured[] = [];
  for (const shape of parseShapes(GOALS.shapes.join(","))) {
    const own = await runKernel({ ...common, ...shape, wide });
    const isHeld = kernel === "lstm" && format !== "int4";
    const plain = isHeld ? await runKernel({ ...common, ...shape, plain: true }) : null;
    for (const row of [own, plain]) {
      if (row?.bitExact === false)
        throw new RangeError(`${row.board} ${row.kernel} ${row.variant} differs from the twin`);
    }
    measured.push({ own, plain });
  }
  return measured;
}

/** The levels below full, at one shape, with the full one that was counted already. */
async function measureFusion(
  board: EmulatedBoard,
  { kernel, format, boards: measured }: Table,
): Promise<readonly KernelRow[]> {
  const [shape] = parseShapes(FUSION_SHAPE) as [KernelShape];
  const rows: KernelRow[] = [];
  for (const fusion of FUSIONS) {
    const known = measured
      .flat()
      .find(
        ({ own }) =>
          own.board === board.id &&
          own.storage === "narrow" &&
          own.fusion === fusion &&
          `${own.inputSize}x${own.hiddenSize}` === FUSION_SHAPE,
      );
    const row =
      known?.own ??
      (await runKernel({
        board,
        ...shape,
        kernel,
        format,
        fusion,
        progress: createProgress(),
        signal: new AbortController().signal,
      }));
    if (!row.bitExact)
      throw new RangeError(`${row.board} ${row.kernel} ${row.fusion} differs from the twin`);
    rows.push(row);
  }
  return rows;
}

const three = (values: readonly number[] | undefined, digits = 3): string =>
  values?.map((value) => value.toFixed(digits)).join(" / ") ?? "-";

function goalText(goals: BoardGoals | undefined): string {
  if (goals?.reach) return three(goals.reach);
  if (goals?.timesBelowPlain) return `plain C / ${goals.timesBelowPlain}`;
  return "-";
}

function verdict(goals: BoardGoals | undefined, measured: readonly Measured[]): string {
  const limits =
    goals?.reach ??
    (goals?.timesBelowPlain === undefined
      ? undefined
      : measured.map(
          ({ plain }) => (plain?.instructionsPerMac ?? 0) / (goals.timesBelowPlain as number),
        ));
  if (limits === undefined) return "-";
  const misses = measured.filter(({ own }, i) => own.instructionsPerMac > (limits[i] as number));
  return misses.length === 0 ? "reached" : `missed at ${misses.map(shapeOf).join(", ")}`;
}

/** What simple-m4 charges, beside its goal. */
function simpleLines(measured: readonly (readonly Measured[])[]): readonly string[] {
  return measured.flatMap((one) => {
    const board = one[0]?.own.board ?? "";
    const goal = GOALS.boards[board]?.reachCycles;
    const cycles = one.map(({ own }) => own.cyclesPerMacSimpleM4?.value);
    if (goal === undefined || cycles.includes(undefined)) return [];
    const missed = one.filter((_, i) => (cycles[i] as number) > (goal[i] as number));
    return [
      `By the rule simple-m4 (zero wait states) \`${board}\` takes ${three(cycles as number[])} cycles a MAC (modelled); the goal is ${three(goal)}: ${missed.length === 0 ? "reached" : `missed at ${missed.map(shapeOf).join(", ")}`}.`,
      "",
    ];
  });
}

/** What int16 activations cost in multiply-accumulate instructions, on cores whose code is decoded. */
function macLine(all: readonly Table[]): readonly string[] {
  const perMac = (format: Format): ReadonlyMap<string, string> =>
    new Map(
      all
        .filter((table) => table.kernel === "lstm" && table.format === format)
        .flatMap((table) => table.boards.flat())
        .flatMap(({ own }) =>
          own.storage === "narrow" && own.multiplyAccumulates !== null
            ? [
                [
                  `\`${own.board}\` ${shapeOf({ own })}`,
                  (own.multiplyAccumulates / own.macs).toFixed(3),
                ],
              ]
            : [],
        ),
    );
  const narrow = perMac("int8");
  return [...perMac("int16x8")]
    .filter(([where]) => where.endsWith("/128"))
    .map(([where, wide]) => `${where}: ${narrow.get(where)} and ${wide}`);
}

function shapeOf({ own }: Pick<Measured, "own">): string {
  return `${own.inputSize}/${own.hiddenSize}`;
}

function goalsOf({ board, kernel, storage }: KernelRow, format: Format): BoardGoals | undefined {
  const goals = format === "int8" && kernel === "lstm" ? GOALS.boards[board] : undefined;
  if (storage === "narrow" || goals?.reachWide === undefined) return goals;
  const { reference, reachWide: reach } = goals;
  return { reach, ...(reference ? { reference } : {}) };
}

function summaryRow(measured: readonly Measured[], format: Format): string {
  const [first] = measured as readonly [Measured, ...Measured[]];
  const goals = goalsOf(first.own, format);
  const perMac = (pick: (one: Measured) => number): string => three(measured.map(pick));
  return [
    "",
    `\`${first.own.board}\``,
    first.own.variant,
    perMac(({ own }) => own.instructionsPerMac),
    goalText(goals),
    verdict(goals, measured),
    three(goals?.reference),
    measured.some(({ plain }) => plain === null)
      ? "-"
      : perMac(({ plain }) => plain?.instructionsPerMac ?? Number.NaN),
    first.own.cyclesPerMac === null
      ? "-"
      : perMac(({ own }) => own.cyclesPerMac?.value ?? Number.NaN),
    "",
  ].join(" | ");
}

function fusionRow(row: KernelRow): string {
  return [
    "",
    `\`${row.board}\``,
    row.kernel,
    row.format,
    row.fusion,
    row.instructionsPerMac.toFixed(3),
    row.cyclesPerMac === null ? "-" : row.cyclesPerMac.value.toFixed(3),
    formatBytes(row.bytesLoaded),
    formatBytes(row.bytesStored),
    formatBytes(row.bufferBytes),
    "",
  ].join(" | ");
}

function detailRow({ own }: Measured): string {
  return [
    "",
    `\`${own.board}\``,
    own.kernel,
    own.format,
    shapeOf({ own }),
    String(own.macs),
    formatBytes(own.weightBytes),
    formatBytes(own.stateBytes),
    String(own.instructions),
    own.multiplyAccumulates === null ? "-" : String(own.multiplyAccumulates),
    formatBytes(own.bytesLoaded),
    formatBytes(own.bytesStored),
    "",
  ].join(" | ");
}

function page(
  all: readonly Table[],
  fusions: readonly KernelRow[],
  models: readonly string[],
): string {
  const rows = all.flatMap(({ boards: measured }) => measured.flat());
  const compilers = [
    ...new Set(rows.map(({ own }) => `\`${own.board}\`: ${own.compiler}, \`${own.flags}\``)),
  ];
  const reasons = [...new Set(rows.map(({ own }) => `\`${own.variant}\`: ${own.why}`))];
  const summary = ({ kernel, format, boards: measured }: Table): readonly string[] => [
    `## ${kernel.toUpperCase()}, ${format}`,
    "",
    `Instructions a multiply-accumulate (counted) at input/hidden ${GOALS.shapes.join(", ")}:`,
    "",
    "| board | kernel | ours | goal | | reference library | plain C | our cycles (modelled) |",
    "|---|---|---|---|---|---|---|---|",
    ...measured.map((one) => summaryRow(one, format).trim()),
    "",
    ...(kernel === "lstm" && format === "int8" ? simpleLines(measured) : []),
  ];
  return [
    "# Kernels: instructions, cycles, bytes",
    "",
    "Written by `npm run performance`, which measures; do not edit. One step of one layer, whole cell: multiply-accumulates,",
    "requantize, activations, elementwise; batch 1, average of 10 steps, every answer equal to the twin's, bit for bit.",
    "Instructions and bytes are counted by the emulator's plugin; cycles are modelled, `-` where no timing table describes",
    "the core. Weights take one byte each at rest, in a kernel called wide two, in int4 half a byte and a scale for each 32 of a",
    "row, in float32 four. Of int4 the LSTM is counted, where it has a kernel of its own. Cores without a float unit compute",
    "float32 in the compiler's library.",
    "",
    ...all.flatMap(summary),
    `Instructions that multiply and accumulate (SMLAD, MLA, SMLAL and relatives), a MAC of the LSTM, int8 and int16x8: ${macLine(all).join("; ")} (counted).`,
    "",
    `Reference library: ${GOALS.reference} (stated). Plain C: the same layer, row after row, by the same compiler.`,
    "",
    ...models,
    "## Why each kernel",
    "",
    ...reasons.map((reason) => `- ${reason}`),
    "",
    "## Fusion",
    "",
    `One step at input/hidden ${FUSION_SHAPE} with each operation a pass of its own (none), with pre-activations made in one`,
    "pass and the rest in another (partial), and with the whole cell a few units at a time (full). Buffers lie in the state",
    "beside what lives from step to step; full keeps a few units' pre-activations on the stack instead.",
    "",
    "| board | kernel | format | fusion | instructions a MAC | cycles a MAC (modelled) | loaded | stored | buffers |",
    "|---|---|---|---|---|---|---|---|---|",
    ...fusions.map((row) => fusionRow(row).trim()),
    "",
    "## Counts of one step",
    "",
    "| board | kernel | format | input/hidden | MACs | weights | state | instructions | of them MAC | loaded | stored |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => detailRow(row).trim()),
    "",
    "## Compilers",
    "",
    ...compilers.map((line) => `- ${line}`),
    "",
  ].join("\n");
}

interface CountRow {
  readonly board: string;
  readonly kernel: KernelName;
  readonly format: Format;
  readonly storage: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly instructions: number;
}

function keyOf({ board, kernel, format, storage, inputSize, hiddenSize }: CountRow): string {
  return [board, kernel, format, storage, inputSize, hiddenSize].join(" ");
}

const { values: options } = parseArgs({
  options: { boards: { type: "string" }, formats: { type: "string" } },
});
const listed = (text: string | undefined) => text?.split(",");
const allBoards = emulatedBoardOfEachCore();
const boards = allBoards.filter(({ id }) => listed(options.boards)?.includes(id) ?? true);
const formats = FORMATS.filter((format) => listed(options.formats)?.includes(format) ?? true);
const isPart = boards.length < allBoards.length || formats.length < FORMATS.length;

const all: Table[] = [];
for (const kernel of KERNELS) {
  for (const format of formats) {
    if (format === "int4" && kernel !== "lstm") continue;
    const measured: (readonly Measured[])[] = [];
    for (const board of boards) {
      if (format === "int4" && !FOUR_BITS.includes(board.id)) continue;
      measured.push(await measure(board, kernel, format, false));
      const wide =
        kernel === "lstm" && format === "int8" && GOALS.boards[board.id]?.reachWide !== undefined;
      if (wide) measured.push(await measure(board, kernel, format, true));
    }
    all.push({ kernel, format, boards: measured });
  }
}
const fusions: KernelRow[] = [];
// Single precision and 4-bit weights are always fused.
for (const table of all.filter(({ format }) => format === "int8" || format === "int16x8")) {
  for (const board of boards) fusions.push(...(await measureFusion(board, table)));
}
const ofModels = formats.filter((format) => format !== "int4");
const shipped = await shippedSection(boards, ofModels);
const dtln = await dtlnSection(boards, ofModels);
const fresh = page(all, fusions, [...shipped, ...dtln]);
const counts: readonly CountRow[] = all
  .flatMap(({ boards: measured }) => measured.flat())
  .map(({ own }) => ({
    board: own.board,
    kernel: own.kernel,
    format: own.format,
    storage: own.storage,
    inputSize: own.inputSize,
    hiddenSize: own.hiddenSize,
    instructions: own.instructions,
  }));
if (isPart) {
  const old = readFileSync(PAGE, "utf8");
  const known = new Map(counts.map((row) => [keyOf(row), row]));
  const before = JSON.parse(readFileSync(COUNTS, "utf8")) as readonly CountRow[];
  const merged = before.map((row) => known.get(keyOf(row)) ?? row);
  const otherFormats = new Set<string>(FORMATS.filter((format) => !formats.includes(format)));
  const cores = new Set(boards.map(({ core }) => core));
  const rated = listBoards().filter((board) => board.kind !== "emulated" && cores.has(board.core));
  const measured = { boards: new Set([...boards, ...rated].map(({ id }) => id)), otherFormats };
  writeFileWhole(PAGE, mergePage(old, fresh, measured));
  writeFileWhole(COUNTS, `${JSON.stringify(merged, null, 2)}\n`);
} else {
  writeFileWhole(PAGE, fresh);
  writeFileWhole(COUNTS, `${JSON.stringify(counts, null, 2)}\n`);
}
await writeSteps(new Set(boards.map(({ id }) => id)), new Set(formats));
