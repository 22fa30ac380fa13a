/**
 * Measures the table of time steps in docs/kernels.md: an LSTM step by step, and by NAME_steps.
 * Counting is left to `bench kernels`; the page's other tables to their writers.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Format, loadBoard } from "../../codegen/index.ts";
import { formatBytes } from "../../host/report/format.ts";
import { type KernelRow, runKernel } from "../../host/workflow/bench/kernel-run.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { writeFileWhole } from "../../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";
import { createProgress } from "../../host/workflow/progress.ts";
import { replaceBlock } from "../replace-block.ts";

const PAGE = join(PROJECT_DIR, "docs", "kernels.md");
const SHAPE = { inputSize: 128, hiddenSize: 128 } as const;
const STEPS = [1, 4] as const;
const MEASURED = [
  ["qemu-m4", "int8"],
  ["qemu-m4", "int16x8"],
  ["qemu-m33", "int8"],
  ["qemu-m7", "int8"],
  ["qemu-m55", "int8"],
  ["qemu-m55", "int16x8"],
  ["qemu-rv32", "int8"],
] as const;
const HEAD = [
  "| board | format | steps a call | instructions a MAC | cycles a MAC (modelled) | loaded | stored | buffers |",
  "|---|---|---|---|---|---|---|---|",
];

/** What a row begins with: its board, format and steps. */
function subject(board: string, format: string, steps: number): string {
  return `| \`${board}\` | ${format} | ${steps} |`;
}

function line(row: KernelRow): string {
  const cells = [
    row.instructionsPerMac.toFixed(3),
    row.cyclesPerMac === null ? "-" : row.cyclesPerMac.value.toFixed(3),
    formatBytes(row.bytesLoaded),
    formatBytes(row.bytesStored),
    formatBytes(row.bufferBytes),
  ];
  return `${subject(row.board, row.format, row.steps)} ${cells.join(" | ")} |`;
}

async function measure(board: string, format: Format, steps: number): Promise<string> {
  const row = await runKernel({
    ...SHAPE,
    board: requireEmulated(loadBoard(board)),
    format,
    steps,
    progress: createProgress(),
    signal: new AbortController().signal,
  });
  if (!row.bitExact) throw new RangeError(`${board} ${format} ${steps} differs from the twin`);
  return line(row);
}

/**
 * Writes the table, its rows of these boards and formats measured anew, others as they stand where they do.
 * @throws RangeError where a step's answer differs from the twin's
 */
export async function writeSteps(
  boards: ReadonlySet<string>,
  formats: ReadonlySet<Format>,
): Promise<void> {
  const page = readFileSync(PAGE, "utf8");
  const rows: string[] = [];
  for (const [board, format] of MEASURED) {
    for (const steps of STEPS) {
      const old = page.split("\n").find((text) => text.startsWith(subject(board, format, steps)));
      const kept = boards.has(board) && formats.has(format) ? undefined : old;
      rows.push(kept ?? (await measure(board, format, steps)));
    }
  }
  writeFileWhole(PAGE, replaceBlock(page, "steps", [...HEAD, ...rows].join("\n")));
}
