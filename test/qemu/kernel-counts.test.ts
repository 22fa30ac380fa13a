/**
 * The kernels' instructions on every emulated board: exact against the twin, repeatable, and no more than recorded.
 * `npm run performance` records kernel-counts.json and docs/performance.md.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Format, loadBoard } from "../../codegen/index.ts";
import { runKernel } from "../../host/workflow/bench/kernel-run.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { missingFor } from "./device.ts";

interface Recorded {
  readonly board: string;
  readonly kernel: "lstm" | "gru";
  readonly format: Format;
  readonly storage: "narrow" | "wide";
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly instructions: number;
}

/** A rise beyond this is a regression; another compiler of the same series stays below it. */
const MOST_RISE = 1.01;
const TIMEOUT_MS = 120_000;

const RECORDED = JSON.parse(
  readFileSync(fileURLToPath(new URL("kernel-counts.json", import.meta.url)), "utf8"),
) as readonly Recorded[];

const GOALS = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../scripts/kernel-goals.json", import.meta.url)), "utf8"),
) as {
  readonly boards: Readonly<
    Record<string, { readonly reach?: readonly number[]; readonly reachWide?: readonly number[] }>
  >;
};

function measure({ board, storage, ...rest }: Omit<Recorded, "instructions">) {
  const wide = storage === "wide";
  const signal = new AbortController().signal;
  const emulated = requireEmulated(loadBoard(board));
  return runKernel({ ...rest, wide, board: emulated, progress: silentProgress, signal });
}

/** Cores with a kernel of their own for 4-bit weights, one of each kind. */
const FOUR_BITS = ["qemu-m4", "qemu-rv32"];

/** Every kernel at the smallest shape, int8 at all; of int4 the LSTM where it is assembler. */
const CHECKED = RECORDED.filter(({ format, inputSize, kernel, board }) => {
  if (format === "int4" && (kernel !== "lstm" || !FOUR_BITS.includes(board))) return false;
  return format === "int8" || inputSize === 64;
}).map((row) => ({ ...row, shape: `${row.inputSize}/${row.hiddenSize}` }));

for (const board of new Set(CHECKED.map((row) => row.board))) {
  const missing = missingFor(board);
  describe.skipIf(missing.length > 0)(`kernels on ${board} ${missing.join(", ")}`, () => {
    test.each(CHECKED.filter((row) => row.board === board))(
      "$kernel $format $shape takes no more than $instructions instructions a step",
      async (row) => {
        const measured = await measure(row);
        expect(measured.bitExact).toBe(true);
        expect(measured.instructions).toBeLessThanOrEqual(row.instructions * MOST_RISE);
        // A count below a sixteenth a MAC would be no count: the widest vector has 16 lanes.
        expect(measured.instructionsPerMac).toBeGreaterThan(1 / 16);
      },
      TIMEOUT_MS,
    );
  });
}

test("what is recorded keeps the goals of the instruction table", () => {
  for (const [board, { reach, reachWide }] of Object.entries(GOALS.boards)) {
    for (const [storage, goals] of [
      ["narrow", reach],
      ["wide", reachWide],
    ] as const) {
      const rows = RECORDED.filter(
        (row) =>
          row.board === board &&
          row.kernel === "lstm" &&
          row.format === "int8" &&
          row.storage === storage,
      );
      if (goals) expect(rows).toHaveLength(goals.length);
      rows.forEach(({ instructions, inputSize, hiddenSize }, i) => {
        const macs = 4 * hiddenSize * (inputSize + hiddenSize);
        if (goals) expect(instructions / macs).toBeLessThanOrEqual(goals[i] as number);
      });
    }
  }
});

test.skipIf(missingFor("qemu-m4").length > 0)("the same counts come back", async () => {
  const shape = {
    board: "qemu-m4",
    kernel: "lstm",
    storage: "narrow",
    inputSize: 64,
    hiddenSize: 64,
  } as const;
  const first = await measure({ ...shape, format: "int16x8" });
  const second = await measure({ ...shape, format: "int16x8" });
  expect(second).toEqual(first);
});

test.skipIf(missingFor("qemu-m4").length > 0)(
  "420 columns are exact: three laps of 128, one of 32, and four",
  async () => {
    const shape = { inputSize: 220, hiddenSize: 200, storage: "narrow", format: "int8" } as const;
    const { bitExact } = await measure({ board: "qemu-m4", kernel: "lstm", ...shape });
    expect(bitExact).toBe(true);
  },
  TIMEOUT_MS,
);
