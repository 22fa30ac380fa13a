/**
 * Decides how the kernel table reads in a terminal.
 * The counts are left to workflow/bench.
 */
import type { KernelRow } from "../workflow/bench/kernel-run.ts";
import { formatBytes } from "./format.ts";
import { textTable } from "./tables.ts";

const HEAD = [
  "board",
  "kernel",
  "variant",
  "format",
  "fusion",
  "input/hidden",
  "MACs",
  "weights",
  "instructions a MAC",
  "cycles a MAC",
  "loaded",
  "stored",
  "buffers",
  "exact",
];

/** A row a kernel; instructions and bytes are counted, cycles modelled. */
export function kernelTable(rows: readonly KernelRow[]): string {
  const body = rows.map((row) => [
    row.board,
    row.kernel,
    row.variant,
    row.format,
    row.fusion,
    `${row.inputSize}/${row.hiddenSize}`,
    String(row.macs),
    formatBytes(row.weightBytes),
    row.instructionsPerMac.toFixed(3),
    row.cyclesPerMac?.value.toFixed(2) ?? "-",
    formatBytes(row.bytesLoaded),
    formatBytes(row.bytesStored),
    formatBytes(row.bufferBytes),
    row.bitExact ? "yes" : "NO",
  ]);
  const compilers = [...new Set(rows.map(({ compiler, flags }) => `${compiler}, ${flags}`))];
  return [
    textTable([HEAD, ...body]),
    "A step of one layer, whole: MACs, requantize, activations, elementwise; average of 10 steps.",
    "Instructions and bytes are counted; cycles are modelled, - where no table describes the core.",
    ...compilers,
    "",
  ].join("\n");
}
