/**
 * Decides which layer and which part of a kernel each function and line of the generated C belongs to.
 * Finding the line of an instruction, and counting it, is left to the host's profiles.
 */
import type { Kernel } from "../lower/kernel-ir.ts";
import { columnsRead } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import type { Part, PartLines } from "./part-marks.ts";

/** A kernel's function, and the layer it computes. */
export interface LayerFunction {
  readonly function: string;
  /** The layer's own name; of what moves values, the kernel's. */
  readonly layer: string;
  readonly kind: Kernel["kind"] | "front-end";
  /** Columns of x and of h, padding included, of a recurrent layer's multiply-accumulates; one loop reads both. */
  readonly columns?: { readonly input: number; readonly recurrent: number };
}

/** What a profile needs to know of one generated source file. */
export interface SourceParts {
  /** Name of the source file. */
  readonly file: string;
  readonly layers: readonly LayerFunction[];
  /** A function's part where no line says otherwise; one that is not here is part of its caller. */
  readonly functions: Readonly<Record<string, Part>>;
  readonly lines: readonly PartLines[];
}

/** Functions without the model's prefix; arithmetic that several parts share is left out. */
const PART_OF: Readonly<Record<Exclude<Part, "other">, readonly string[]>> = {
  macs: [
    ...["list_moved", "add_moved", "blocks", "sum_rows", "sums", "all_rows", "offset_of"],
    ...["nibble_blocks", "nibble_sum_rows", "nibble_group_columns"],
  ],
  requantize: [
    "nibble_rows",
    "requantize",
    "scaled",
    "scale",
    "scale_wide",
    "multiply_high",
    "gate_argument",
  ],
  elementwise: [
    ...["update_unit", "update_units", "update_cells", "update_states", "activate_gates", "apply"],
    ...["squash", "squash_cells", "look_up", "look_up_high", "look_up_eight", "interpolate"],
    ...["hidden", "next_hidden", "narrow_hidden", "rounded", "sigmoid", "tanh", "to_points"],
    ...["reset_units", "reset_before", "reset_after", "reset_products", "reset_states"],
    ...["gate_product", "candidate_half", "inverse_root"],
    ...[
      "power_of_two",
      "inverse",
      "power_of_e",
      "reciprocal",
      "doubling_high",
      "divide_by_power_of_two",
    ],
    ...["sigmoid_result", "tanh_result", "relu_result", "linear_result"],
  ],
  state: ["store_hidden", "store_hidden_states", "store_next", "step", "repeats"],
};

const PART_OF_KERNEL: Readonly<Record<Kernel["kind"], Part>> = {
  "load-input": "state",
  "store-output": "state",
  window: "state",
  lstm: "other",
  gru: "other",
  dense: "other",
  "layer-norm": "elementwise",
  softmax: "elementwise",
};

/** @param source text of the C file, without marks; `lines` are those that withoutMarks found in it */
export function sourceParts(
  plan: Plan,
  prefix: string,
  source: string,
  lines: readonly PartLines[],
): SourceParts {
  const named = (name: string): string => `${prefix}_${name}`;
  const functions: Record<string, Part> = {};
  for (const [part, names] of Object.entries(PART_OF)) {
    for (const name of names) functions[named(name)] = part as Part;
  }
  // Where sums have a function of their own, the one around it multiplies them.
  functions[named("rows")] = source.includes(`${named("sum_rows")}(`) ? "requantize" : "macs";
  for (const kernel of plan.kernels) functions[named(kernel.name)] = PART_OF_KERNEL[kernel.kind];
  const layers = plan.kernels.map((kernel) => ({
    function: named(kernel.name),
    layer: "layer" in kernel ? kernel.layer.name : kernel.name,
    kind: kernel.kind,
    ...(kernel.kind === "lstm" || kernel.kind === "gru"
      ? {
          columns: {
            input: columnsRead(kernel, "input", plan.lines),
            recurrent: columnsRead(kernel, "hidden", plan.lines),
          },
        }
      : {}),
  }));
  return { file: `${prefix}.c`, layers, functions, lines };
}
