/**
 * Takes a plan's work apart for the analyzer: each kernel's bytes by what they hold.
 * The whole is the plan's own cost, which a test compares; what follows from it is left to analyze/.
 */
import type { Plan } from "../../codegen/index.ts";
import { FORMAT_FACTS } from "../../codegen/index.ts";
import type { KernelWork, TrafficParts } from "../analyze/kernel-work.ts";

/** As codegen/plan/cost.ts counts them [byte]. */
const CELL_BYTES = 2;
const TABLE_ROW_BYTES = 4;
const SUM_BYTES = 4;
const GATES = 4;
/** sigmoid of three gates, tanh of the candidate and of the cell. */
const LOOKUPS_PER_UNIT = 5;

export function planWork(plan: Plan): readonly KernelWork[] {
  const edge = FORMAT_FACTS[plan.format].activationBytes;
  const line = plan.schedule.activation === "int16" ? 2 : 1;
  return plan.kernels.map((kernel) => {
    const stream = plan.streams.find((candidate) => candidate.kernel === kernel.name);
    if (stream === undefined || kernel.kind === "load-input" || kernel.kind === "store-output") {
      const size = "size" in kernel ? kernel.size : 0;
      return moved(kernel.name, size * (edge + line));
    }
    const { blocks, rows, columns, paddedRows, paddedColumns } = stream;
    const read = blocks * paddedColumns * line;
    const common = {
      name: kernel.name,
      macs: rows * columns,
      paddedMacs: paddedRows * paddedColumns,
      rows: paddedRows,
    };
    const sums = 2 * paddedRows * SUM_BYTES;
    const weights = stream.words.byteLength;
    if (kernel.kind === "lstm") {
      const units = paddedRows / GATES;
      const traffic: TrafficParts = {
        weights,
        activations: read + units * line,
        state: 2 * units * CELL_BYTES,
        tables: units * LOOKUPS_PER_UNIT * TABLE_ROW_BYTES,
        sums,
      };
      return { ...common, traffic };
    }
    const byTable = kernel.layer.activation === "sigmoid" || kernel.layer.activation === "tanh";
    const traffic: TrafficParts = {
      weights,
      activations: read + rows * (kernel.to === "output" ? edge : line),
      state: 0,
      tables: byTable ? rows * TABLE_ROW_BYTES : 0,
      sums,
    };
    return { ...common, traffic };
  });
}

function moved(name: string, activations: number): KernelWork {
  const traffic = { weights: 0, activations, state: 0, tables: 0, sums: 0 };
  return { name, macs: 0, paddedMacs: 0, rows: 0, traffic };
}
