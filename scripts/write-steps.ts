/**
 * Writes the table of time steps in docs/kernels.md, by measuring: an LSTM step by step, and by NAME_steps.
 *   npx tsx scripts/write-steps.ts
 * Counting is left to `bench kernels`; the other tables to write-performance.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadBoard } from "../codegen/index.ts";
import { formatBytes } from "../host/report/format.ts";
import { type KernelRow, runKernel } from "../host/workflow/bench/kernel-run.ts";
import { requireEmulated } from "../host/workflow/device.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../host/workflow/paths.ts";
import { createProgress } from "../host/workflow/progress.ts";

const PAGE = join(PROJECT_DIR, "docs", "kernels.md");
const [BEGIN, END] = ["<!-- steps:begin -->", "<!-- steps:end -->"];
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

function line(row: KernelRow): string {
  const cells = [
    `\`${row.board}\``,
    row.format,
    String(row.steps),
    row.instructionsPerMac.toFixed(3),
    row.cyclesPerMac === null ? "-" : row.cyclesPerMac.value.toFixed(3),
    formatBytes(row.bytesLoaded),
    formatBytes(row.bytesStored),
    formatBytes(row.bufferBytes),
  ];
  return `| ${cells.join(" | ")} |`;
}

const rows: KernelRow[] = [];
for (const [id, format] of MEASURED) {
  const board = requireEmulated(loadBoard(id));
  for (const steps of STEPS) {
    const signal = new AbortController().signal;
    const row = await runKernel({
      ...SHAPE,
      board,
      format,
      steps,
      progress: createProgress(),
      signal,
    });
    if (!row.bitExact) throw new RangeError(`${id} ${format} ${steps} differs from the twin`);
    rows.push(row);
  }
}

const page = readFileSync(PAGE, "utf8");
const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
if (before < 0 || after < before) throw new RangeError(`${PAGE} has lost ${BEGIN} or ${END}`);
const table = [
  "| board | format | steps a call | instructions a MAC | cycles a MAC (modelled) | loaded | stored | buffers |",
  "|---|---|---|---|---|---|---|---|",
  ...rows.map(line),
];
writeFileWhole(PAGE, `${page.slice(0, before)}${BEGIN}\n${table.join("\n")}\n${page.slice(after)}`);
